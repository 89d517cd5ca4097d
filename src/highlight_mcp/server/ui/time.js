import { say } from "./words.js";

/** 12.3 s as `0:12.3`, an hour as `1:00:00`; tenths only where they are not zero. */
export function clock(ms) {
  const tenths = Math.floor(ms / 100) % 10;
  const total = Math.floor(ms / 1000);
  const pad = (value) => String(value).padStart(2, "0");
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const head = hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`;
  return tenths ? `${head}.${tenths}` : head;
}

/** `0:12–0:18` */
export function span(startMs, endMs) {
  return `${clock(startMs)}–${clock(endMs)}`;
}

/** A length for people: `4.2 s` below a minute, else as a clock. */
export function length(ms) {
  return ms < 60000 ? say("seconds", { n: Number((ms / 1000).toFixed(1)) }) : clock(ms);
}

/** Times of the marks of a ruler: round steps, at most `most` of them. */
export function marks(durationMs, most) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
  const step = 1000 * (steps.find((each) => durationMs / (each * 1000) <= most) ?? 7200);
  const found = [];
  for (let at = 0; at <= durationMs; at += step) found.push(at);
  return found;
}

export function clamped(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

/** The shape of a picture in lowest terms: 1080×1920 is `9:16`. */
export function aspect(width, height) {
  let [a, b] = [width, height];
  while (b) [a, b] = [b, a % b];
  return `${width / a}:${height / a}`;
}
