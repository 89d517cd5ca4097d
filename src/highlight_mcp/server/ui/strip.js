import { paceOf, traitsOf } from "./clip.js";
import { el, icon, redraw } from "./element.js";
import { clamped, clock, length, marks, span } from "./time.js";
import { kindName, named, say } from "./words.js";

export const HUES = 6;
const DRAG_PX = 6;
const NARROW = 0.06;
const PICTURES = { Video: "film", BGM: "music", Voice: "music", SFX: "music", Title: "text", Subtitles: "text" };

/** The tracks in their proportions, with a ruler. The first video track can be dragged. */
export class Strip {
  #place;
  #session;
  #cursor;
  #commands;
  #ruler = null;
  #held = false;

  constructor(place, session, cursor, commands) {
    this.#place = place;
    this.#session = session;
    this.#cursor = cursor;
    this.#commands = commands;
    cursor.listen(() => this.#drawCursor());
  }

  draw() {
    if (this.#held) return undefined;
    const { tracks, durationMs } = this.#session;
    if (!durationMs) return this.#place.replaceChildren();
    this.#ruler = this.#drawnRuler(durationMs);
    const main = tracks.find((track) => track.kind === "Video");
    const rows = tracks.map((track) => this.#row(track, track === main));
    redraw(
      this.#place,
      el(
        ".tracks",
        { role: "group", "aria-label": say("tracks") },
        el(".row", {}, el(".gutter"), this.#ruler),
        ...rows,
      ),
    );
    this.#drawCursor();
    return undefined;
  }

  #share(ms) {
    return `${(100 * ms) / (this.#session.durationMs || 1)}%`;
  }

  #row(track, main) {
    const lane = el(".lane", main ? { data: { lane: "main" } } : {});
    track.clips.forEach((clip, place) => lane.append(main ? this.#clip(clip, place, lane) : this.#bar(track, clip)));
    if (main) lane.append(...track.clips.filter((clip) => clip.transition).map((clip) => this.#join(clip)));
    if (!track.clips.length) lane.append(el(".bar", { style: { left: "0", width: "100%" } }, track.label));
    const name = kindName(track.kind);
    const gutter = el(".gutter", { title: name }, icon(PICTURES[track.kind] ?? "film"), el("span", {}, name));
    return el(`.row${main ? ".main" : ""}`, {}, gutter, lane);
  }

  #bar(track, clip) {
    const label = clip.label || track.label;
    const title = [label, span(clip.startMs, clip.endMs), ...traitsOf(clip)].join(" · ");
    const style = { left: this.#share(clip.startMs), width: this.#share(clip.lengthMs) };
    return el(".bar", { title, style }, el("span", {}, label));
  }

  /** A transition, as long as it lasts, over the cut that it is centred on. */
  #join({ startMs, transition }) {
    const ms = transition.duration_ms ?? 0;
    const title = say("joined", { name: named("join", transition.kind), length: length(ms) });
    const style = { left: this.#share(startMs - ms / 2), width: this.#share(ms) };
    return el(".join", { style, role: "img", "aria-label": title });
  }

  #clip(clip, place, lane) {
    const chosen = place === this.#session.selected;
    const narrow = clip.lengthMs / this.#session.durationMs < NARROW;
    const made = el(
      `.block.hue-${place % HUES}${chosen ? ".chosen" : ""}`,
      {
        title: [
          `${place + 1}. ${clip.label}`,
          `${span(clip.startMs, clip.endMs)} (${length(clip.lengthMs)})`,
          traitsOf(clip).join(" · "),
          clip.why,
        ]
          .filter(Boolean)
          .join("\n"),
        style: { left: this.#share(clip.startMs), width: this.#share(clip.lengthMs) },
        data: { place: String(place) },
      },
      el("b", {}, String(place + 1)),
      narrow ? null : el("span", {}, clip.label),
      clip.volume === 0 && el(".mark-muted", { role: "img", "aria-label": say("muted") }, icon("muted")),
      !narrow && paceOf(clip) && el("small.mark-speed", {}, paceOf(clip)),
      chosen ? el(".edge.head") : null,
      chosen ? el(".edge.tail") : null,
    );
    made.addEventListener("pointerdown", (event) => this.#grab(event, made, place, lane));
    made.addEventListener("dblclick", () => this.#cursor.mark(clip.startMs, clip.endMs));
    return made;
  }

  #drawnRuler(durationMs) {
    const step = 1000;
    const ruler = el(".ruler", {
      role: "slider",
      tabindex: "0",
      "aria-label": say("playhead"),
      "aria-valuemin": "0",
      "aria-valuemax": String(durationMs),
      data: { key: "ruler" },
    });
    for (const at of marks(durationMs, 8)) {
      const name = at && at > 0.94 * durationMs ? ".mark.last" : ".mark";
      ruler.append(el(name, { style: { left: this.#share(at) } }, el("span", {}, clock(at))));
    }
    ruler.append(el(".range"), el(".head"));
    ruler.addEventListener("pointerdown", (event) => this.#markWith(event, ruler));
    ruler.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: -step, ArrowRight: step, PageDown: -5 * step, PageUp: 5 * step }[event.key];
      const to = { Home: 0, End: durationMs }[event.key] ?? (move === undefined ? null : this.#cursor.atMs + move);
      if (to === null) return;
      event.preventDefault();
      this.#cursor.seek(clamped(to, 0, durationMs));
    });
    return ruler;
  }

  #drawCursor() {
    if (!this.#ruler) return;
    const { atMs, range } = this.#cursor;
    this.#ruler.setAttribute("aria-valuenow", String(atMs));
    this.#ruler.setAttribute("aria-valuetext", clock(atMs));
    this.#ruler.querySelector(".head").style.left = this.#share(atMs);
    const marked = this.#ruler.querySelector(".range");
    marked.hidden = range === null;
    if (range === null) return;
    marked.style.left = this.#share(range.fromMs);
    marked.style.width = this.#share(range.toMs - range.fromMs);
  }

  /** A press on the ruler seeks; a drag marks a range. */
  #markWith(event, ruler) {
    const box = ruler.getBoundingClientRect();
    const at = (x) => clamped((x - box.left) / box.width, 0, 1) * this.#session.durationMs;
    const from = at(event.clientX);
    this.#cursor.seek(from);
    follow(event, ruler, {
      move: (now) => Math.abs(now.clientX - event.clientX) > DRAG_PX && this.#cursor.mark(from, at(now.clientX)),
    });
  }

  /** A press chooses a clip; a drag moves it; a drag of its edges trims it. */
  #grab(event, block, place, lane) {
    if (event.button > 0) return;
    const edge = event.target.classList.contains("edge") ? event.target : null;
    if (this.#session.busy) return;
    const msPerPx = this.#session.durationMs / lane.getBoundingClientRect().width;
    let moved = false;
    this.#held = true;
    const drag = edge ? new Trim(block, edge.classList.contains("head"), msPerPx) : new Move(block, lane, place);
    follow(event, block, {
      move: (now) => {
        const by = now.clientX - event.clientX;
        if (!moved && Math.abs(by) <= DRAG_PX) return;
        moved = true;
        drag.to(by, now.clientX);
      },
      end: () => {
        this.#held = false;
        drag.end();
        this.#session.select(place);
        this.draw();
        if (!moved) return this.#cursor.seek(this.#session.clips[place].startMs);
        return drag instanceof Trim
          ? this.#commands.trim(place, drag.headMs, drag.tailMs)
          : this.#commands.move(place, drag.place);
      },
      cancel: () => {
        this.#held = false;
        drag.end();
        this.draw();
      },
    });
  }
}

/** A clip on its way to another place. */
class Move {
  constructor(block, lane, place) {
    this.block = block;
    this.place = place;
    this.others = [...lane.querySelectorAll(".block")].filter((each) => each !== block);
    this.middles = this.others.map((each) => each.getBoundingClientRect()).map((box) => (box.left + box.right) / 2);
    this.gap = el(".gap");
    this.lane = lane;
  }

  to(by, x) {
    this.block.classList.add("lifted");
    this.block.style.transform = `translateX(${by}px)`;
    this.place = this.middles.filter((middle) => middle < x).length;
    const next = this.others[this.place] ?? null;
    const last = this.others.at(-1);
    this.gap.style.left = next ? next.style.left : `calc(${last?.style.left ?? 0} + ${last?.style.width ?? 0})`;
    if (!this.gap.isConnected) this.lane.append(this.gap);
  }

  end() {
    this.block.classList.remove("lifted");
    this.block.style.transform = "";
    this.gap.remove();
  }
}

/** An edge of a clip on its way; above zero is cut off, below zero is given back. */
class Trim {
  headMs = 0;
  tailMs = 0;

  constructor(block, head, msPerPx) {
    this.block = block;
    this.head = head;
    this.msPerPx = msPerPx;
    this.bubble = el(".bubble");
  }

  to(by) {
    const ms = Math.round((by * this.msPerPx) / 100) * 100;
    if (this.head) this.headMs = ms;
    else this.tailMs = -ms;
    const given = -(this.headMs + this.tailMs);
    this.bubble.textContent = `${given > 0 ? "+" : "−"}${length(Math.abs(given))}`;
    this.block.classList.toggle("growing", given > 0);
    this.block.style.setProperty("--head", this.head ? `${by}px` : "0px");
    this.block.style.setProperty("--tail", this.head ? "0px" : `${by}px`);
    if (!this.bubble.isConnected) this.block.append(this.bubble);
  }

  end() {
    this.bubble.remove();
    this.block.classList.remove("growing");
    this.block.style.removeProperty("--head");
    this.block.style.removeProperty("--tail");
  }
}

/** Hear a pointer until it is let go. */
function follow(event, target, { move, end = () => {}, cancel = () => {} }) {
  const off = new AbortController();
  const heard = { signal: off.signal };
  const stop = (then) => () => {
    off.abort();
    then();
  };
  target.setPointerCapture?.(event.pointerId);
  target.addEventListener("pointermove", move, heard);
  target.addEventListener("pointerup", stop(end), heard);
  target.addEventListener("pointercancel", stop(cancel), heard);
  event.preventDefault();
}
