import { button, el } from "./element.js";
import { say } from "./words.js";

const LIST = [
  [["↑", "↓"], "keyChoose"],
  [["P"], "keyPlay"],
  [["Alt", "↑ ↓"], "keyMove"],
  [["Delete"], "keyRemove"],
  [["[", "{"], "keyStart"],
  [["]", "}"], "keyEnd"],
  [["Ctrl", "Z"], "keyUndo"],
  [["Ctrl", "Shift", "Z"], "keyRedo"],
  [["I", "O"], "keyRange"],
  [["?"], "keyHelp"],
];

/** Keys that work everywhere on the page, and the list of all keys. */
export class Keys {
  #dialog;
  #rooms;

  constructor(dialog, rooms) {
    this.#dialog = dialog;
    this.#rooms = rooms;
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  show() {
    const rows = LIST.flatMap(([keys, words]) => [
      el("dt", {}, ...keys.map((key) => el("kbd", {}, key))),
      el("dd", {}, say(words)),
    ]);
    const close = button(say("close"), { picture: "close", bare: true, press: () => this.#dialog.close() });
    this.#dialog.setAttribute("aria-label", say("shortcuts"));
    this.#dialog.replaceChildren(
      el(".dialog-head", {}, el("h2", {}, say("shortcuts")), close),
      el("dl", {}, ...rows),
      el("p.quiet", {}, say("keysWhere")),
    );
    this.#dialog.showModal();
  }

  #key(event) {
    const { session, cursor, commands } = this.#rooms;
    if (event.target.matches?.("input, textarea, select") || event.defaultPrevented) return;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const known = control
      ? { z: event.shiftKey ? () => commands.redo() : () => commands.undo(), y: () => commands.redo() }[key]
      : {
          i: () => cursor.mark(cursor.atMs, cursor.range?.toMs ?? session.durationMs),
          o: () => cursor.mark(cursor.range?.fromMs ?? 0, cursor.atMs),
          "?": () => this.show(),
        }[key];
    if (!known || event.altKey) return;
    event.preventDefault();
    known();
  }
}
