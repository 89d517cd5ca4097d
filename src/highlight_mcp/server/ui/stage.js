import { button, el, redraw } from "./element.js";
import { ToolProblem } from "./host.js";
import { clock, span } from "./time.js";
import { say } from "./words.js";

const FIRST_MS = 6000;
const PART_MS = 12000;

/** The picture: the storyboard of the cut, or a player that plays it in parts as they are drawn. */
export class Stage {
  #place;
  #session;
  #cursor;
  #showing = "board";
  #video = null;
  #run = 0;
  #state = "idle";
  #said = "";
  #parts = new Map();

  constructor(place, session, cursor) {
    this.#place = place;
    this.#session = session;
    this.#cursor = cursor;
    cursor.listen(() => this.#drawTransport());
  }

  draw() {
    const { clips, board } = this.#session;
    if (!clips.length) return this.#place.replaceChildren();
    if (this.#playsOld()) this.#stop();
    const picture = this.#showing === "board" ? this.#board(board) : this.#screen();
    redraw(this.#place, this.#tabs(), picture, el(".transport"));
    this.#drawTransport();
    return undefined;
  }

  /** Play a range, or what is marked, or everything from the position on. */
  async play(range = this.#cursor.range ?? this.#rest()) {
    const run = ++this.#run;
    this.#showing = "player";
    this.#version = this.#session.version;
    this.#said = "";
    this.draw();
    try {
      await this.#playParts(run, range);
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
      if (run === this.#run) this.#set("failed", error.message);
    }
  }

  pause() {
    if (this.#state === "paused") this.#video.play();
    else this.#video?.pause();
  }

  get playing() {
    return ["playing", "paused", "preparing"].includes(this.#state);
  }

  #version = null;

  #rest() {
    const { durationMs } = this.#session;
    const fromMs = this.#cursor.atMs >= durationMs - 200 ? 0 : this.#cursor.atMs;
    return { fromMs, toMs: durationMs };
  }

  #playsOld() {
    return this.playing && this.#version !== this.#session.version;
  }

  #stop() {
    this.#run += 1;
    this.#video?.pause();
    this.#video?.removeAttribute("src");
    this.#parts.clear();
    this.#set("idle");
    this.#showing = "board";
  }

  async #playParts(run, { fromMs, toMs }) {
    let from = fromMs;
    let longest = FIRST_MS;
    while (from < toMs && run === this.#run) {
      const to = partEnd(from, toMs, longest);
      this.#set("preparing", say("preparing", { range: span(from, to) }));
      const address = await this.#part(from, to);
      if (run !== this.#run) return;
      longest = PART_MS;
      if (to < toMs) this.#part(to, partEnd(to, toMs, longest)).catch(() => {});
      await this.#show(run, address, from);
      from = to;
    }
    if (run === this.#run) this.#set("idle");
  }

  /** A part is drawn once for each version. */
  #part(from, to) {
    const key = `${this.#session.version} ${from}-${to}`;
    if (!this.#parts.has(key)) {
      const part = this.#session.clip(from, to);
      part.catch(() => this.#parts.delete(key));
      this.#parts.set(key, part);
    }
    return this.#parts.get(key);
  }

  /** Show one part; settles when it has been played to its end. */
  #show(run, address, fromMs) {
    const video = this.#video;
    return new Promise((resolve, reject) => {
      const here = (then) => () => run === this.#run && then();
      video.onplay = here(() => this.#set("playing"));
      video.onpause = here(() => !video.ended && this.#set("paused"));
      video.ontimeupdate = here(() => this.#cursor.seek(fromMs + 1000 * video.currentTime));
      video.onended = () => resolve();
      video.onemptied = () => run !== this.#run && resolve();
      video.onerror = () => reject(new ToolProblem({ message: video.error?.message ?? "" }));
      video.src = address;
      video.play().catch((error) => {
        if (error.name === "NotAllowedError") this.#set("paused");
      });
    });
  }

  #set(state, said = "") {
    this.#state = state;
    this.#said = said;
    this.#drawTransport();
    const told = this.#place.querySelector(".screen-words");
    if (told) told.textContent = said;
    this.#place.querySelector(".screen")?.setAttribute("data-state", state);
  }

  #tabs() {
    const tab = (name, label) =>
      button(label, {
        key: `stage-${name}`,
        kind: "tab",
        more: { "aria-pressed": String(this.#showing === name) },
        press: () => {
          if (name === "board" && this.playing) this.#stop();
          this.#showing = name;
          this.draw();
        },
      });
    return el(".tabs", { role: "group" }, tab("board", say("storyboard")), tab("player", say("player")));
  }

  #board(board) {
    if (board?.image) {
      const [first = ""] = board.description.split("\n");
      return el(".picture", {}, el("img", { src: board.image, alt: first || say("storyboard") }));
    }
    const failed = board?.failed;
    if (board?.before && !failed) {
      return el(".picture.old", { "aria-busy": "true" }, el("img", { src: board.before, alt: say("drawing") }));
    }
    const said = failed ? `${say("noPicture")} ${board.description}` : say("drawing");
    return el(`.picture.empty${failed ? "" : ".waits"}`, { role: "status" }, el("p", {}, said));
  }

  #screen() {
    if (!this.#video) this.#video = el("video", { playsinline: true, "aria-label": say("player") });
    this.#video.onclick = () => this.playing && this.pause();
    const words = el("p.screen-words", { role: "status" }, this.#said);
    return el(".screen", { data: { state: this.#state } }, this.#video, words);
  }

  #drawTransport() {
    const place = this.#place.querySelector(".transport");
    if (!place) return;
    const { durationMs } = this.#session;
    const { atMs, range } = this.#cursor;
    const on = this.#state === "playing";
    const label = range && !this.playing ? say("playRange", { range: span(range.fromMs, range.toMs) }) : say("playCut");
    const press = () => (this.#state === "playing" || this.#state === "paused" ? this.pause() : this.play());
    const shown = on ? say("pause") : label;
    redraw(
      place,
      button(shown, { picture: on ? "pause" : "play", key: "play", press, off: this.#state === "preparing" }),
      range
        ? button(say("clearRange"), { picture: "close", bare: true, key: "unmark", press: () => this.#cursor.unmark() })
        : null,
      el("span.time", {}, `${clock(atMs - (atMs % 100))} / ${clock(durationMs)}`),
    );
  }
}

/** Where the next part ends: a short rest is not left for a part of its own. */
function partEnd(from, toMs, longest) {
  return toMs - from <= longest + 2000 ? toMs : from + longest;
}
