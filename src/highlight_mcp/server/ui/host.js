import { Bridge, HostError } from "./bridge.js";

const PROTOCOL = "2026-01-26";
const VARIABLE = /^--(color|font|border|shadow)-[a-z0-9-]+$/;

/** Why a tool or a resource came to nothing: in words for people, and by its kind, which alone decides anything. */
export class ToolProblem extends Error {
  constructor({ message = "", next_step: nextStep = "", kind = "", retryable = false, ...more } = {}) {
    super(message);
    this.nextStep = nextStep;
    this.kind = kind;
    this.retryable = retryable;
    this.retryAfterS = more.retry_after_s ?? null;
  }
}

/** The host of this page: its looks, its tools and resources, its conversation. */
export class Host {
  context = {};
  capabilities = {};
  #bridge = new Bridge(window.parent);
  #listeners = { context: [], input: [], result: [], cancelled: [], end: [] };

  on(event, listener) {
    this.#listeners[event].push(listener);
  }

  /** Introduce this page; the host sends the call that it belongs to afterwards. */
  async connect(version) {
    this.#hear();
    const told = await this.#bridge.request("ui/initialize", {
      protocolVersion: PROTOCOL,
      appInfo: { name: "highlight-timeline", title: "Highlight timeline", version },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    });
    this.capabilities = told.hostCapabilities ?? {};
    this.#look(told.hostContext ?? {});
    this.#bridge.notify("ui/notifications/initialized");
    this.#reportSize();
  }

  can(name) {
    return this.capabilities[name] !== undefined;
  }

  /** Call a tool of the server; its structured content, text and further blocks. Throws ToolProblem. */
  async call(name, args) {
    const result = await this.#told(this.#bridge.request("tools/call", { name, arguments: args }));
    return readResult(result);
  }

  /** The first content of a resource: `text` or `blob`. Throws ToolProblem. */
  async read(uri) {
    const result = await this.#told(this.#bridge.request("resources/read", { uri }));
    return result.contents?.[0] ?? {};
  }

  /** Say something in the conversation, as the user. */
  async say(text) {
    await this.#told(this.#bridge.request("ui/message", { role: "user", content: [{ type: "text", text }] }));
  }

  /** Let the model know what was done here; it speaks of it when it is asked next. */
  async inform(text) {
    if (!this.can("updateModelContext")) return;
    await this.#bridge.request("ui/update-model-context", { content: [{ type: "text", text }] }).catch(() => {});
  }

  async open(url) {
    await this.#told(this.#bridge.request("ui/open-link", { url }));
  }

  async save(link) {
    await this.#told(this.#bridge.request("ui/download-file", { contents: [link] }));
  }

  async #told(answer) {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof HostError) throw new ToolProblem({ kind: "host", ...error.data, message: error.message });
      throw error;
    }
  }

  #hear() {
    const tell = (event) => (params) => this.#listeners[event].forEach((listener) => listener(params));
    this.#bridge.hear("ui/notifications/tool-input", tell("input"));
    this.#bridge.hear("ui/notifications/tool-result", tell("result"));
    this.#bridge.hear("ui/notifications/tool-cancelled", tell("cancelled"));
    this.#bridge.hear("ui/notifications/host-context-changed", (params) => this.#look(params));
    this.#bridge.answer("ui/resource-teardown", () => tell("end")({}));
    this.#bridge.answer("ping", () => ({}));
  }

  #look(change) {
    this.context = { ...this.context, ...change };
    const root = document.documentElement;
    if (this.context.theme) root.dataset.theme = this.context.theme;
    for (const [name, value] of Object.entries(change.styles?.variables ?? {})) {
      if (VARIABLE.test(name) && typeof value === "string") root.style.setProperty(name, value);
    }
    this.#listeners.context.forEach((listener) => listener(this.context));
  }

  #reportSize() {
    let last = "";
    const report = () => {
      const box = document.documentElement.getBoundingClientRect();
      const [width, height] = [Math.ceil(box.width), Math.ceil(box.height)];
      if (`${width}x${height}` === last) return;
      last = `${width}x${height}`;
      this.#bridge.notify("ui/notifications/size-changed", { width, height });
    };
    new ResizeObserver(report).observe(document.documentElement);
    report();
  }
}

/** A result of a tool as facts, words and blocks. Throws ToolProblem for one that is an error. */
export function readResult(result) {
  const blocks = result.content ?? [];
  const text = blocks.filter((block) => block.type === "text").map((block) => block.text).join("\n");
  const facts = result.structuredContent ?? {};
  if (facts.error) throw new ToolProblem(facts.error);
  if (result.isError) throw new ToolProblem({ message: text });
  return { facts, text, blocks };
}
