/** Where one is in the cut, and the range that was marked, if any. Listeners hear of every move. */
export class Cursor {
  atMs = 0;
  range = null;
  #listeners = [];

  listen(listener) {
    this.#listeners.push(listener);
  }

  seek(atMs) {
    this.atMs = Math.max(0, Math.round(atMs));
    this.#told();
  }

  mark(fromMs, toMs) {
    this.range = { fromMs: Math.round(Math.min(fromMs, toMs)), toMs: Math.round(Math.max(fromMs, toMs)) };
    if (this.range.toMs - this.range.fromMs < 100) this.range = null;
    this.#told();
  }

  unmark() {
    this.range = null;
    this.#told();
  }

  /** Stay inside a cut of another length. */
  fit(durationMs) {
    if (this.atMs > durationMs) this.atMs = durationMs;
    if (this.range && this.range.toMs > durationMs) this.range = null;
    this.#told();
  }

  #told() {
    this.#listeners.forEach((listener) => listener(this));
  }
}
