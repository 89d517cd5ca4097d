import { button, el, redraw } from "./element.js";
import { ToolProblem } from "./host.js";
import { say } from "./words.js";

/** The place where outcomes are told: what was done, what went wrong, what to do next. */
export class Notice {
  #place;
  #host;

  constructor(place, host) {
    this.#place = place;
    this.#host = host;
  }

  clear() {
    this.#place.replaceChildren();
  }

  /** What an edit did, what it left out, and what it suggests. */
  tell({ status, text, not_understood: left = [], refused = [], suggested_actions: actions = [] }) {
    const kind = status === "needs_input" || left.length || refused.length ? "question" : "done";
    const rest = left.filter((each) => !(text ?? "").includes(each));
    const further = actions.map((each) => each.text).filter(Boolean);
    if (kind === "done" || further.length) return this.#show(kind, text || say("done"), rest.join(" "), further);
    return this.#show(kind, text, rest.join(" "), [say("askProblem", { message: text })], say("askAssistant"));
  }

  problem(problem, instead = null) {
    if (instead !== null) return this.#show("question", instead, "");
    const asked = say("askProblem", { message: problem.message });
    return this.#show("problem", problem.message || say("failed"), problem.nextStep, [asked], say("askAssistant"));
  }

  /** Do some work; its value, or undefined when it failed, which is told. `explain` may find better words. */
  async guard(work, explain = async () => null) {
    try {
      return (await work()) ?? true;
    } catch (error) {
      if (!(error instanceof ToolProblem)) throw error;
      this.problem(error, await explain(error));
      return undefined;
    }
  }

  #show(kind, message, further, sayings = [], label = null) {
    const ask = (words) => button(label ?? words, { kind: "small", press: () => this.#host.say(words).catch(() => {}) });
    const asks = this.#host.can("message") ? sayings.map(ask) : [];
    const box = el(
      `.notice.${kind}`,
      { role: kind === "problem" ? "alert" : "status" },
      el(".notice-words", {}, el("p", {}, message), further ? el("p.further", {}, further) : null, ...asks),
      button(say("close"), { picture: "close", bare: true, key: "notice-close", press: () => this.clear() }),
    );
    redraw(this.#place, box);
  }
}
