import { STEP_MS } from "./commands.js";
import { button, el } from "./element.js";
import { length, span } from "./time.js";
import { say } from "./words.js";

/** What a clip shows: the place in its footage, its speed. */
export function originOf(clip, session) {
  if (clip.inMs === null || clip.outMs === null) return clip.mediaId ? clip.label : say("held");
  const range = say("from", { range: span(clip.inMs, clip.outMs), source: session.mediaOf(clip)?.name ?? clip.label });
  return clip.speed === 1 ? range : `${range} · ${say("speed", { factor: Number(clip.speed.toFixed(2)) })}`;
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
