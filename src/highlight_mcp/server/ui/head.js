import { button, el, redraw } from "./element.js";
import { aspect, clock } from "./time.js";
import { say } from "./words.js";

/** The top of the page: what this is, how long, which version; and what runs. */
export class Head {
  #place;
  #work;
  #rooms;

  constructor(place, work, rooms) {
    this.#place = place;
    this.#work = work;
    this.#rooms = rooms;
  }

  draw() {
    const { session, commands, keys, notice } = this.#rooms;
    const { facts, timeline, clips, version, durationMs, busy } = session;
    const count = say("clipCount", { n: clips.length });
    const { width, height, loudness_lufs: lufs } = timeline ?? {};
    const told = [
      count,
      clock(durationMs),
      width && height && `${width}×${height} (${aspect(width, height)})`,
      typeof lufs === "number" && `${lufs} LUFS`,
      version !== null && say("version", { n: version }),
    ];
    const tool = (name, picture, press) => button(say(name), { picture, bare: true, key: name, off: busy, press });
    redraw(
      this.#place,
      el(
        ".title",
        {},
        el("h1", {}, facts?.name || say("timeline")),
        clips.length ? el("p.count", {}, told.filter(Boolean).join(" · ")) : null,
      ),
      el(
        ".tools",
        { role: "toolbar", "aria-label": say("timeline") },
        tool("undo", "undo", () => commands.undo()),
        tool("redo", "redo", () => commands.redo()),
        tool("refresh", "again", () => notice.guard(() => session.refresh())),
        button(say("shortcuts"), { picture: "help", bare: true, key: "help", press: () => keys.show() }),
      ),
      timeline && clips.length ? el("p.summary", { title: timeline.summary }, timeline.summary) : null,
    );
    this.#drawWork();
  }

  #drawWork() {
    const { session, commands } = this.#rooms;
    const work = session.work;
    if (!work && !session.busy) return this.#work.replaceChildren();
    const progress = work?.progress ?? null;
    const bar = el("progress", progress === null ? {} : { value: progress, max: 100 });
    bar.setAttribute("aria-label", work ? say(work.kind) : say("working"));
    return redraw(
      this.#work,
      el(
        ".work",
        { role: "status" },
        el("b", {}, work ? say(work.kind) : say("working")),
        el("span.quiet", {}, [progress === null ? null : `${progress} %`, work?.stage].filter(Boolean).join(" · ")),
        work ? button(say("cancel"), { kind: "small", key: "cancel", press: () => commands.cancel(work.id) }) : null,
        bar,
      ),
    );
  }
}
