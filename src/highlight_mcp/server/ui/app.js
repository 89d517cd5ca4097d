import { Clips } from "./clips.js";
import { Commands } from "./commands.js";
import { Cursor } from "./cursor.js";
import { el, redraw } from "./element.js";
import { Export } from "./export.js";
import { Head } from "./head.js";
import { Host, ToolProblem, readResult } from "./host.js";
import { Keys } from "./keys.js";
import { Moments } from "./moments.js";
import { Notice } from "./notice.js";
import { Session } from "./session.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { Wish } from "./wish.js";
import { say, speak } from "./words.js";

const at = (id) => document.getElementById(id);

/** The page: its parts, and what makes them draw. */
class App {
  constructor() {
    this.host = new Host();
    this.session = new Session(this.host);
    this.cursor = new Cursor();
    this.notice = new Notice(at("notice"), this.host);
    this.commands = new Commands(this.session, this.host, this.notice);
    this.stage = new Stage(at("stage"), this.session, this.cursor);
    this.keys = new Keys(at("keys"), this);
    this.moments = new Moments(at("moments"), this);
    this.strip = new Strip(at("strip"), this.session, this.cursor, this.commands);
    const head = new Head(at("head"), at("work"), this);
    const clips = new Clips(at("clips"), this);
    const further = [new Wish(at("wish"), this), new Export(at("ask"), at("made"), this)];
    this.parts = [head, this.stage, this.strip, clips, this.moments, ...further];
    this.shown = null;
  }

  async start() {
    this.session.listen(() => this.draw());
    this.host.on("context", ({ locale }) => this.turnTo(locale ?? navigator.language));
    this.host.on("input", ({ arguments: given }) => given?.session_id && this.open(given.session_id));
    this.host.on("result", (result) => this.take(result));
    this.host.on("cancelled", () => this.session.id && this.open(this.session.id));
    this.host.on("end", () => this.session.end());
    document.addEventListener("visibilitychange", () => document.hidden || this.glance());
    window.addEventListener("focus", () => this.glance());
    this.turnTo(navigator.language);
    if (window.parent === window) return this.idle("noHost");
    this.idle("waiting");
    return this.host.connect(document.documentElement.dataset.version ?? "1");
  }

  /** Another language: everything that speaks is drawn anew. */
  turnTo(locale) {
    const tag = speak(locale);
    if (document.documentElement.lang === tag && this.shown !== null) return;
    document.documentElement.lang = tag;
    this.shown = tag;
    this.draw();
  }

  /** The result of the call that this page belongs to. */
  async take(result) {
    let found = null;
    try {
      found = readResult(result);
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
      this.notice.problem(error);
    }
    const facts = found?.facts ?? result.structuredContent ?? {};
    const id = facts.session_id ?? /\(session_id: ([^)\s]+)\)/.exec(found?.text ?? "")?.[1] ?? this.session.id;
    if (!id) return;
    if (found && facts.status === "needs_input") this.notice.tell({ ...facts, text: facts.message });
    await this.open(id, found);
  }

  async open(id, found = null) {
    const picture = found?.blocks.find((block) => block.type === "image");
    if (picture && found.facts.what === "storyboard") this.session.takeBoard(picture, found.facts.description ?? "");
    const opened = await this.notice.guard(() => this.session.open(id));
    if (opened !== undefined) await this.settle();
  }

  glance() {
    this.session.glance().catch((error) => {
      if (!(error instanceof ToolProblem)) throw error;
    });
  }

  draw() {
    document.body.classList.toggle("busy", this.session.busy);
    if (this.session.facts) at("idle").replaceChildren();
    this.parts.forEach((part) => part.draw());
    if (this.session.facts && !this.session.clips.length && !this.session.work) this.idle("empty");
    const { version, durationMs, clips } = this.session;
    if (this.cut !== `${version} ${durationMs} ${clips.length}`) {
      this.cut = `${version} ${durationMs} ${clips.length}`;
      this.cursor.fit(this.session.durationMs);
      this.settle();
    }
  }

  /** What takes longer follows when the cut itself is shown. */
  async settle() {
    await Promise.all([this.session.drawBoard(), this.moments.follow()]);
  }

  idle(key) {
    redraw(at("idle"), el(`p.idle${key === "waiting" ? ".waits" : ""}`, { role: "status" }, say(key)));
  }
}

const app = new App();
app.start().catch((error) => {
  if (!(error instanceof ToolProblem)) throw error;
  app.notice.problem(error);
});
