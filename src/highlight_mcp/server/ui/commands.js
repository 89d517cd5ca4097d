import { say } from "./words.js";

/** A change of half a second: what one press on an edge does. */
export const STEP_MS = 500;

/** Every change by hand as typed operations; each method reports through `notice` how it went. */
export class Commands {
  #session;
  #host;
  #notice;

  constructor(session, host, notice) {
    this.#session = session;
    this.#host = host;
    this.#notice = notice;
  }

  remove(place) {
    return this.#edit([{ op: "remove", target: { clips: [place + 1] } }]);
  }

  async move(place, to) {
    if (to === place || to < 0 || to >= this.#session.clips.length) return;
    const selected = this.#session.selected;
    if (await this.#edit([{ op: "reorder", move: place + 1, to: to + 1 }])) {
      if (selected === place) this.#session.select(to);
    }
  }

  /** Cut time off the edges of a clip; below zero gives footage back. Times in ms of the cut. */
  trim(place, headMs, tailMs) {
    const [head, tail] = [Math.round(headMs), Math.round(tailMs)];
    if (!head && !tail) return Promise.resolve(false);
    return this.#edit([{ op: "trim", target: { clips: [place + 1] }, head_ms: head, tail_ms: tail }]);
  }

  /** Put a found moment into the cut: where it belongs in time, or at the end of a cut in another order. */
  add(moment) {
    const range = [moment.start_ms, moment.end_ms];
    const one = { op: "highlights", mode: "extend", count: 1, clip_ms: range[1] - range[0], range_ms: range };
    return this.#edit([{ ...one, source: moment.media_id || moment.source }]);
  }

  undo() {
    return this.#edit([{ op: "undo" }]);
  }

  redo() {
    return this.#edit([{ op: "redo" }]);
  }

  wish(instruction) {
    return this.#carriedOut(() => this.#session.wish(instruction));
  }

  cancel(jobId) {
    return this.#notice.guard(() => this.#session.cancel(jobId));
  }

  #edit(operations) {
    return this.#carriedOut(() => this.#session.edit(operations));
  }

  /** True when it was done; what went wrong is shown, and a view that was out of date is read anew. */
  async #carriedOut(work) {
    if (this.#session.busy) return false;
    const done = await this.#notice.guard(work, async (problem) => {
      if (problem.kind !== "version_conflict") return null;
      await this.#session.refresh();
      return say("stale");
    });
    if (done === undefined) return false;
    this.#notice.tell(done);
    if (done.status !== "done") return false;
    const { version, timeline } = this.#session;
    const told = { message: done.text ?? "", version: version ?? "?", summary: timeline?.summary ?? "" };
    await this.#host.inform(say("changedByHand", told));
    return true;
  }
}
