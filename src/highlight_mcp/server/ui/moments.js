import { button, el, redraw } from "./element.js";
import { HUES } from "./strip.js";
import { span } from "./time.js";
import { say } from "./words.js";

const FIRST = 5;
const LEAST_MS = 1000;
const SURE = { high: "strong", medium: "medium", low: "low" };

/** The moments found in the footage: those in the cut, and just below them those that it left out. */
export class Moments {
  #place;
  #session;
  #commands;
  #notice;
  #shown = FIRST;
  #best = 1;

  constructor(place, { session, commands, notice }) {
    this.#place = place;
    this.#session = session;
    this.#commands = commands;
    this.#notice = notice;
  }

  draw() {
    const { moments, looking, facts } = this.#session;
    if (!facts?.media?.some((each) => each.kind === "video")) return this.#place.replaceChildren();
    const body = moments ? this.#ranked(moments) : this.#offer(looking);
    return redraw(this.#place, el("h2", {}, say("moments")), ...body);
  }

  /** A clip that was chosen for its score came out of a ranking, which is there at once. */
  async follow() {
    const { moments, looking, clips } = this.#session;
    if (moments === null && !looking && clips.some((clip) => clip.score !== null)) await this.#find();
  }

  #find() {
    return this.#notice.guard(() => this.#session.findMoments());
  }

  #offer(looking) {
    if (looking) return [el("p.quiet.waits", { role: "status" }, say("looking"))];
    return [button(say("lookForMoments"), { picture: "search", key: "look", press: () => this.#find() })];
  }

  #ranked(moments) {
    const seen = moments.filter((moment) => this.#session.mediaOf(moment)?.kind === "video");
    this.#best = Math.max(...seen.map((moment) => moment.score ?? 0), 0) || 1;
    const numbered = seen.map((moment, rank) => ({ ...placed(moment, this.#session.clips), rank: rank + 1 }));
    const inside = numbered.filter((moment) => moment.clip !== null);
    const below = numbered.filter((moment) => moment.clip === null);
    const rest = below.length - this.#shown;
    return [
      inside.length ? el("h3", {}, say("inCut")) : null,
      inside.length ? el("ul.moments.inside", {}, ...inside.map((each) => this.#kept(each))) : null,
      el("h3", {}, say("below")),
      below.length
        ? el("ul.moments.below", {}, ...below.slice(0, this.#shown).map((each) => this.#row(each)))
        : el("p.quiet", {}, say("noneBelow")),
      rest > 0 && button(say("more", { n: Math.min(rest, 10) }), { key: "more", press: () => this.#more() }),
    ];
  }

  #more() {
    this.#shown += 10;
    this.draw();
  }

  #row(moment) {
    const range = span(moment.start_ms, moment.end_ms);
    const known = { range, source: moment.source };
    return el(
      "li.moment",
      {},
      el("span.rank", {}, String(moment.rank)),
      el(
        "span.moment-words",
        {},
        el("b", {}, say("from", known)),
        el("span.why", {}, moment.why ?? ""),
        el("span.score", {}, this.#meter(moment.score), this.#sure(moment.confidence)),
      ),
      button(say("addMoment"), {
        picture: "plus",
        key: `add-${moment.rank}`,
        off: this.#session.busy,
        more: { "aria-label": say("addNamed", known) },
        press: () => this.#commands.add(moment),
      }),
    );
  }

  /** A moment that is in the cut, where its clip tells the rest. */
  #kept(moment) {
    const range = span(moment.start_ms, moment.end_ms);
    const head = {
      type: "button",
      data: { key: `in-${moment.rank}` },
      on: { click: () => this.#session.select(moment.clip) },
    };
    return el(
      "li",
      {},
      el(
        "button.moment.kept",
        head,
        el("span.rank", {}, String(moment.rank)),
        el("span", {}, say("from", { range, source: moment.source })),
        el("span.score", {}, this.#meter(moment.score), this.#sure(moment.confidence)),
        el(`span.badge.hue-${moment.clip % HUES}`, {}, String(moment.clip + 1)),
      ),
    );
  }

  #meter(score) {
    const share = Math.round(100 * Math.min(1, Math.max(0, (score ?? 0) / this.#best)));
    const bar = el("span.meter-bar", { style: { width: `${share}%` } });
    return el("span.meter", { title: (score ?? 0).toFixed(2), "aria-hidden": "true" }, bar);
  }

  #sure(confidence) {
    return SURE[confidence] ? el(`span.sure.${confidence}`, {}, say(SURE[confidence])) : null;
  }
}

/** The clip that shows a moment (`clip`, null for none), or what of it is free to be added (`start_ms`, `end_ms`). */
function placed(moment, clips) {
  const same = clips.map((clip, place) => ({ ...clip, place })).filter((clip) => clip.mediaId === moment.media_id);
  const showing = same.filter((clip) => clip.inMs < moment.end_ms && clip.outMs > moment.start_ms);
  let free = [[moment.start_ms, moment.end_ms]];
  for (const clip of showing) {
    free = free.flatMap(([from, to]) => [
      [from, Math.min(to, clip.inMs)],
      [Math.max(from, clip.outMs), to],
    ]);
    free = free.filter(([from, to]) => from < to);
  }
  const [startMs, endMs] = free.sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0] ?? [0, 0];
  if (endMs - startMs < LEAST_MS) return { ...moment, clip: showing[0]?.place ?? null };
  return { ...moment, start_ms: startMs, end_ms: endMs, clip: null };
}
