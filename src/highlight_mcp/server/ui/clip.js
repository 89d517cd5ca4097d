import { STEP_MS } from "./commands.js";
import { button, el } from "./element.js";
import { length, span } from "./time.js";
import { named, say } from "./words.js";

/** What a clip shows: the place in its footage. */
export function originOf(clip, session) {
  if (clip.inMs === null || clip.outMs === null) return clip.mediaId ? clip.label : say("held");
  return say("from", { range: span(clip.inMs, clip.outMs), source: session.mediaOf(clip)?.name ?? clip.label });
}

/** How fast a clip plays, `2×`, or from how fast to how fast, `2×–0.5×`; empty for one that plays as recorded. */
export function paceOf({ speed, ramp }) {
  const ends = ramp ? [speed * (1 - ramp), speed * (1 + ramp)] : [speed];
  return speed === 1 && !ramp ? "" : ends.map((each) => `${Number(each.toFixed(2))}×`).join("–");
}

/** What was done to a clip, each in words: its speed, its level, its transition, fades, looks and place. */
export function traitsOf(clip) {
  const { transition } = clip;
  const fades = Object.entries(clip.fades).filter(([, ms]) => ms > 0);
  const told = [
    paceOf(clip) && say("speed", { factor: paceOf(clip) }),
    clip.freeze && say("heldFrame"),
    clip.volume === 0 && say("muted"),
    clip.volume > 0 && clip.volume !== 1 && say("level", { percent: percent(clip.volume) }),
    clip.denoise > 0 && say("denoised", { percent: percent(clip.denoise) }),
    transition && say("joined", { name: named("join", transition.kind), length: length(transition.duration_ms ?? 0) }),
    ...fades.map(([kind, ms]) => say(kind, { length: length(ms) })),
    ...clip.filters.map(look),
    clip.fit !== "cover" && named("fit", clip.fit),
    clip.rotate > 0 && say("rotated", { degrees: clip.rotate }),
    clip.flip && named("flip", clip.flip),
    clip.cropped && say("cropped"),
    clip.zoom && say("zoomed", { factor: Number(clip.zoom.toFixed(2)) }),
    clip.width && clip.position && say("at", { place: named("place", clip.position) }),
    clip.width && say("wide", { percent: percent(clip.width) }),
    clip.opacity < 1 && say("opaque", { percent: percent(clip.opacity) }),
    clip.color && clip.mediaId === null && say("coloured", { color: clip.color }),
  ];
  return told.filter(Boolean);
}

/** `blur +0.5`, with the part of the picture that it is confined to. */
function look({ name, amount, region }) {
  const words = [named("look", name), signed(amount)].filter(Boolean).join(" ");
  if (!region) return words;
  const size = { width: percent(region.width), height: percent(region.height) };
  return say("inPart", { look: words, place: named("place", region.place), ...size });
}

function percent(share) {
  return Math.round(100 * share);
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
