import { button, el } from "./element.js";
import { say } from "./words.js";

/** A line for changes in plain words. No form: a sandbox lets none be sent. */
export class Wish {
  #place;
  #session;
  #commands;
  #input = null;
  #send = null;

  constructor(place, { session, commands }) {
    this.#place = place;
    this.#session = session;
    this.#commands = commands;
  }

  draw() {
    const { facts, busy } = this.#session;
    if (!facts?.media?.length) return this.#place.replaceChildren();
    if (!this.#input?.isConnected) this.#build();
    this.#input.placeholder = say("wish");
    this.#input.setAttribute("aria-label", say("wish"));
    this.#send.querySelector("span").textContent = say("send");
    this.#send.setAttribute("aria-disabled", String(busy));
    return undefined;
  }

  #build() {
    this.#input = el("input", { type: "text", maxlength: "4000", on: { keydown: (event) => this.#key(event) } });
    this.#send = button(say("send"), { picture: "send", press: () => this.#tell() });
    this.#place.replaceChildren(el(".say", {}, this.#input, this.#send));
  }

  /** Enter ends a word that is still being composed, as in Chinese, before it sends the line. */
  #key(event) {
    if (event.key === "Enter" && !event.isComposing) this.#tell();
  }

  async #tell() {
    const words = this.#input.value.trim();
    if (words && !this.#session.busy && (await this.#commands.wish(words))) this.#input.value = "";
  }
}
