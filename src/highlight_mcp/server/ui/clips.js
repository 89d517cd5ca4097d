import { actionsOf, originOf, traitsOf } from "./clip.js";
import { STEP_MS } from "./commands.js";
import { el, redraw } from "./element.js";
import { HUES } from "./strip.js";
import { length, span } from "./time.js";
import { say } from "./words.js";

/** The clips of the reel as a list: one is open and shows what can be done with it. */
export class Clips {
  #place;
  #rooms;

  constructor(place, rooms) {
    this.#place = place;
    this.#rooms = rooms;
    place.addEventListener("keydown", (event) => this.#key(event));
  }

  draw() {
    const { session } = this.#rooms;
    if (!session.clips.length) return this.#place.replaceChildren();
    const list = el("ol.clips", {}, ...session.clips.map((clip, place) => this.#row(clip, place)));
    return redraw(this.#place, el("h2", { id: "clips-name" }, say("clips")), list);
  }

  /** Choose a clip and put the focus on it. */
  choose(place) {
    const { session } = this.#rooms;
    session.select(Math.max(0, Math.min(place, session.clips.length - 1)));
    this.#place.querySelector(`[data-key="clip-${session.selected}"]`)?.focus();
  }

  #row(clip, place) {
    const { session } = this.#rooms;
    const open = place === session.selected;
    const traits = traitsOf(clip);
    const head = el(
      "button.clip-head",
      {
        type: "button",
        tabindex: open ? "0" : "-1",
        "aria-expanded": String(open),
        data: { key: `clip-${place}`, place: String(place) },
        on: { click: () => session.select(place) },
      },
      el(`span.badge.hue-${place % HUES}`, {}, String(place + 1)),
      el("span.clip-name", {}, el("b", {}, clip.label), el("span.origin", {}, originOf(clip, session))),
      el("span.clip-time", {}, span(clip.startMs, clip.endMs), el("small", {}, length(clip.lengthMs))),
      traits.length ? el("span.traits", {}, traits.join(" · ")) : null,
      clip.why ? el("span.why", {}, clip.why) : null,
    );
    return el(`li.clip${open ? ".open" : ""}`, {}, head, open ? actionsOf(clip, place, this.#rooms) : null);
  }

  #key(event) {
    const { session, stage, commands } = this.#rooms;
    if (event.target.dataset.place === undefined || event.ctrlKey || event.metaKey) return;
    const at = session.selected;
    const clip = session.clips[at];
    const known = {
      ArrowDown: () => (event.altKey ? commands.move(at, at + 1) : this.choose(at + 1)),
      ArrowUp: () => (event.altKey ? commands.move(at, at - 1) : this.choose(at - 1)),
      Home: () => this.choose(0),
      End: () => this.choose(session.clips.length - 1),
      p: () => stage.play({ fromMs: clip.startMs, toMs: clip.endMs }),
      Delete: () => commands.remove(at),
      Backspace: () => commands.remove(at),
      "[": () => commands.trim(at, -STEP_MS, 0),
      "{": () => commands.trim(at, STEP_MS, 0),
      "]": () => commands.trim(at, 0, -STEP_MS),
      "}": () => commands.trim(at, 0, STEP_MS),
    }[event.key];
    if (!known) return;
    event.preventDefault();
    known();
  }
}
