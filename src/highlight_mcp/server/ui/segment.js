/** A segment of the server as this page reads it. */
export function clipOf(segment) {
  const { freeze, flip, cropped, zoom, color, position, width } = segment;
  const endMs = segment.end_ms ?? segment.start_ms + segment.duration_ms;
  return {
    startMs: segment.start_ms,
    endMs,
    lengthMs: endMs - segment.start_ms,
    label: segment.text ?? segment.label ?? "",
    mediaId: segment.media_id ?? null,
    inMs: segment.in_ms ?? null,
    outMs: segment.out_ms ?? null,
    speed: factor(segment.speed),
    ramp: segment.ramp ?? 0,
    denoise: segment.denoise ?? 0,
    volume: segment.volume ?? 1,
    transition: segment.transition ?? null,
    fades: {
      pictureIn: segment.picture_fade_in_ms,
      pictureOut: segment.picture_fade_out_ms,
      [segment.text ? "textIn" : "soundIn"]: segment.fade_in_ms,
      [segment.text ? "textOut" : "soundOut"]: segment.fade_out_ms,
    },
    filters: segment.filters ?? [],
    fit: segment.fit ?? "cover",
    rotate: segment.rotate ?? 0,
    opacity: segment.opacity ?? 1,
    freeze, flip, cropped, zoom, color, position, width,
    score: segment.score ?? null,
    why: segment.why ?? "",
  };
}

/** `3/2` or `1.5` as a number. */
function factor(text) {
  const [above, below = 1] = String(text ?? "1").split("/").map(Number);
  return above / below || 1;
}
