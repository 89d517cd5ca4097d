import { button, el, redraw } from "./element.js";
import { clock } from "./time.js";
import { named, say } from "./words.js";

/** Names of presets by group, the default first: those of `presets.py`. */
const PRESETS = /*presets*/ {};

/** Making the file: quality, progress, and where the file is. */
export class Export {
  #asked;
  #place;
  #session;
  #notice;
  #host;
  #preset = Object.values(PRESETS)[0]?.[0];
  #facts = null;
  #link = null;
  #version = null;
  #running = false;

  constructor(ask, made, { session, notice, host }) {
    this.#asked = ask;
    this.#place = made;
    this.#session = session;
    this.#notice = notice;
    this.#host = host;
  }

  draw() {
    const made = this.#facts?.status === "completed" && this.#version === this.#session.version;
    redraw(this.#asked, this.#session.clips.length ? this.#ask() : null);
    redraw(this.#place, made ? this.#made(this.#facts) : null);
  }

  async start() {
    if (this.#running) return;
    this.#running = true;
    this.#facts = null;
    this.#version = this.#session.version;
    this.#notice.clear();
    this.draw();
    const told = (facts) => {
      this.#facts = facts;
      this.draw();
    };
    const done = await this.#notice.guard(() => this.#session.export(this.#preset, told));
    this.#running = false;
    this.#link = done?.blocks?.find((block) => block.type === "resource_link" && !block.uri.startsWith("render:"));
    this.draw();
    await this.#notice.guard(() => this.#session.refresh());
  }

  #ask() {
    const choose = (event) => {
      this.#preset = event.target.value;
    };
    const option = (preset) =>
      el("option", { value: preset, selected: preset === this.#preset }, named("preset", preset));
    const groups = Object.entries(PRESETS).map(([group, presets]) =>
      el("optgroup", { label: named("presets", group) }, ...presets.map(option)),
    );
    const quality = { "aria-label": say("quality"), data: { key: "quality" }, on: { change: choose } };
    const label = this.#running ? this.#progress() : say("export");
    return el(
      ".export-ask",
      {},
      this.#running ? el("span.quiet", { role: "status" }, this.#facts?.stage ?? "") : null,
      el("select", quality, ...groups),
      button(label, {
        picture: "file",
        kind: "primary",
        key: "export",
        off: this.#running || this.#session.busy,
        press: () => this.start(),
      }),
    );
  }

  #progress() {
    return this.#facts?.progress ? `${say("rendering")} ${this.#facts.progress} %` : `${say("rendering")}…`;
  }

  #made(facts) {
    const size = facts.size_bytes ? `${(facts.size_bytes / 1e6).toFixed(1)} MB` : null;
    const shape = facts.width ? `${facts.width}×${facts.height}` : null;
    const told = [shape, facts.duration_ms ? clock(facts.duration_ms) : null, size].filter(Boolean).join(" · ");
    const where = facts.path ?? facts.url ?? "";
    return el(
      ".made",
      { role: "status" },
      el("b", {}, say("exported")),
      el("span.quiet", {}, told),
      el("code.path", { tabindex: "0" }, where),
      el(
        ".made-ways",
        {},
        button(say("copyPath"), { picture: "copy", key: "copy", press: (event) => this.#copy(where, event) }),
        facts.url && this.#host.can("openLinks")
          ? button(say("openLink"), { key: "open", press: () => this.#notice.guard(() => this.#host.open(facts.url)) })
          : null,
        this.#link && this.#host.can("downloadFile")
          ? button(say("saveFile"), {
              picture: "file",
              key: "save",
              press: () => this.#notice.guard(() => this.#host.save(this.#link)),
            })
          : null,
      ),
    );
  }

  /** A sandbox may not let us write the clipboard; then the path is selected, ready to be copied. */
  async #copy(where, event) {
    const label = event.currentTarget.querySelector("span");
    try {
      await navigator.clipboard.writeText(where);
      label.textContent = say("copied");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(this.#place.querySelector(".path"));
      const selection = window.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    }
  }
}
