import { STEP_MS } from "./commands.js";
import { button, el } from "./element.js";
import { length, span } from "./time.js";
import { named, say } from "./words.js";

/** What a clip shows: the place in its footage. */
export function originOf(clip, session) {
  if (clip.inMs === null || clip.outMs === null) return clip.mediaId ? clip.label : say("held");
  return say("from", { range: span(clip.inMs, clip.outMs), source: session.mediaOf(clip)?.name ?? clip.label });
}

/** What was done to a clip, each in words: its speed, its level, its transition, fades and looks. */
export function traitsOf(clip) {
  const { transition } = clip;
  const fades = Object.entries(clip.fades).filter(([, ms]) => ms > 0);
  const told = [
    clip.speed !== 1 && say("speed", { factor: Number(clip.speed.toFixed(2)) }),
    clip.freeze && say("heldFrame"),
    clip.volume === 0 && say("muted"),
    clip.volume > 0 && clip.volume !== 1 && say("level", { percent: Math.round(100 * clip.volume) }),
    transition && say("joined", { name: named("join", transition.kind), length: length(transition.duration_ms ?? 0) }),
    ...fades.map(([kind, ms]) => say(kind, { length: length(ms) })),
    ...clip.filters.map(({ name, amount }) => [named("look", name), signed(amount)].filter(Boolean).join(" ")),
    clip.fit !== "cover" && named("fit", clip.fit),
    clip.rotate > 0 && say("rotated", { degrees: clip.rotate }),
    clip.flip && say("flipped"),
    clip.cropped && say("cropped"),
    clip.zoom && say("zoomed", { factor: Number(clip.zoom.toFixed(2)) }),
    clip.opacity < 1 && say("opaque", { percent: Math.round(100 * clip.opacity) }),
  ];
  return told.filter(Boolean);
}

function signed(amount) {
  if (amount === undefined || amount === null) return "";
  return `${amount > 0 ? "+" : "−"}${Math.abs(amount)}`;
}

/** Everything that can be done with one clip, as a row of buttons. */
export function actionsOf(clip, place, { session, stage, commands, host }) {
  const last = session.clips.length - 1;
  const off = session.busy;
  const step = length(STEP_MS);
  const act = (name, picture, press, { more = {}, ...given } = {}) =>
    button(say(name, { step }), { ...given, picture, key: name, press, off: off || given.off, more });
  const edge = (label, less, lessBy, plus, plusBy) =>
    el(
      ".stepper",
      { role: "group", "aria-label": label },
      el("span", { "aria-hidden": "true" }, label),
      act(less, "back", () => commands.trim(place, ...lessBy), { bare: true }),
      act(plus, "forth", () => commands.trim(place, ...plusBy), { bare: true }),
    );
  const asked = { n: place + 1, label: clip.label, range: span(clip.startMs, clip.endMs) };
  return el(
    ".actions",
    {},
    button(say("playClip"), {
      picture: "play",
      key: "playClip",
      press: () => stage.play({ fromMs: clip.startMs, toMs: clip.endMs }),
    }),
    edge(say("start"), "startEarlier", [-STEP_MS, 0], "startLater", [STEP_MS, 0]),
    edge(say("end"), "endEarlier", [0, STEP_MS], "endLater", [0, -STEP_MS]),
    el(
      ".stepper",
      { role: "group" },
      act("earlier", "up", () => commands.move(place, place - 1), { bare: true, off: place === 0 }),
      act("later", "down", () => commands.move(place, place + 1), { bare: true, off: place === last }),
    ),
    act("remove", "remove", () => commands.remove(place), { kind: "danger" }),
    host.can("message") && button(say("ask"), { key: "ask", press: () => host.say(say("askClip", asked)) }),
  );
}
