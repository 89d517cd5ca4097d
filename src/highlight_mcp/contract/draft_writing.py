"""A timeline as draft JSON, profile `hl/1` (contract section 9.2): five published keys, the rest in `m`.

Unknown keys survive. On every level, `extra` holds the unknown keys as they stood; those of the
object `m` lie under its key `m`, and those of `m.style` under `m.style`.
"""

from collections.abc import Callable, Mapping, Set
from fractions import Fraction
from typing import Any

from ..timeline.model import (
    AudioTrack,
    Clip,
    Extra,
    ForeignTrack,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Track,
    items,
)  # fmt: skip
from ..timeline.time import parse_rate, write_rate
from ..timeline.value import Value

SCHEMA = "hl/1"
VIDEO, AUDIO, TEXT = 0, 1, 7
DEFAULT_DUCK_DB = -12.0
STYLE_ALWAYS, STYLE_NAMES = ("size", "color", "position"), {"position": "pos"}
WRITTEN_APART = frozenset({
    "id", "duration_ms", "start_ms", "media_id", "source", "speed", "volume", "fit", "label", "score", "why", "extra",
})  # fmt: skip

MediaUrl = Callable[[str], str | None]


def to_draft(timeline: Timeline, media_url: MediaUrl = lambda _media_id: None) -> dict[str, Any]:
    """The draft of a timeline; `media_url` gives the link of a media id, None to leave `src` out."""
    meta: dict[str, Any] = {
        "title": timeline.title,
        "width": timeline.width,
        "height": timeline.height,
        "fps": rate_number(timeline.frame_rate),
        "schema": SCHEMA,
        "rev": timeline.rev,
    }
    if timeline.loudness_lufs is not None:
        meta["loudness_lufs"] = timeline.loudness_lufs
    if timeline.framing is not None:
        meta["framing"] = timeline.framing.model_dump()
    tracks = [_track(track, media_url) for track in timeline.tracks]
    ours = {"t": tracks, "d": max((_foreign_length(track) for track in tracks), default=0), "m": meta}
    return with_extra(ours, timeline.extra)


def with_extra(ours: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Our object with the unknown keys put back; ours win."""
    merged = {**extra, **ours}
    for key in ("m", "style"):
        if isinstance(ours.get(key), dict) and isinstance(extra.get(key), dict):
            merged[key] = with_extra(ours[key], extra[key])
    return merged


def rate_number(rate: Fraction) -> int | float | str:
    """A rate as the plainest JSON value that reads back exactly."""
    if rate.denominator == 1:
        return rate.numerator
    number = rate.numerator / rate.denominator
    return number if parse_rate(number) == rate else write_rate(rate)


def _track(track: Track, media_url: MediaUrl) -> dict[str, Any]:
    if isinstance(track, ForeignTrack):
        return dict(track.raw)
    meta: dict[str, Any] = {"name": track.name} if track.name else {}
    meta["role"] = track.role
    if isinstance(track, TextTrack):
        kind, segments = TEXT, [_text(text) for text in track.texts]
    elif isinstance(track, AudioTrack):
        kind, segments = AUDIO, [_clip(clip, media_url, sound=True) for clip in track.clips]
        meta["volume"] = track.volume
        if track.duck_db is not None:
            meta |= {"duck": True, **_unless(track.duck_db == DEFAULT_DUCK_DB, duck_db=track.duck_db)}
    else:
        kind, segments = VIDEO, [_clip(clip, media_url, sound=False) for clip in track.clips]
        meta |= _unless(track.volume == 1.0, volume=track.volume)
    length = max((item.end_ms for item in items(track)), default=0)
    return with_extra({"id": track.id, "tt": kind, "d": length, "m": meta, "sg": segments}, track.extra)


def _clip(clip: Clip, media_url: MediaUrl, *, sound: bool) -> dict[str, Any]:
    meta: dict[str, Any] = {"start_ms": clip.start_ms}
    if clip.media_id is not None:
        link = media_url(clip.media_id)
        meta |= {"media_id": clip.media_id, **_unless(link is None, src=link)}
    if clip.source is not None:
        meta |= {"in_ms": clip.source.start_ms, "out_ms": clip.source.end_ms}
    meta |= _unless(sound and clip.speed == 1, speed=_speed(clip.speed))
    meta["volume"] = clip.volume
    meta |= _unless(sound and clip.fit == "cover", fit=clip.fit)
    meta |= _looks(clip)
    meta["label"] = clip.label
    meta |= _unless(clip.score is None, score=clip.score)
    meta |= _unless(not clip.why, why=str(clip.why))
    return with_extra({"id": clip.id, "d": clip.duration_ms, "m": meta}, clip.extra)


def _looks(clip: Clip) -> dict[str, Any]:
    """The properties that are written only when they differ from their defaults."""
    return _changed(clip, {name for name in Clip.model_fields if name not in WRITTEN_APART})


def _changed(value: Value, names: Set[str]) -> dict[str, Any]:
    changed = {name for name in names if getattr(value, name) != type(value).model_fields[name].default}
    return value.model_dump(mode="json", include=changed, exclude_none=True)


def _text(text: Text) -> dict[str, Any]:
    meta: dict[str, Any] = {"start_ms": text.start_ms, "text": text.text, "style": _style(text.style)}
    meta |= _unless(text.fade_in_ms == 0, fade_in_ms=text.fade_in_ms)
    meta |= _unless(text.fade_out_ms == 0, fade_out_ms=text.fade_out_ms)
    meta |= _unless(text.clip_id is None, clip_id=text.clip_id)
    return with_extra({"id": text.id, "d": text.duration_ms, "m": meta}, text.extra)


def _style(style: TextStyle) -> dict[str, Any]:
    given = {name: getattr(style, name) for name in STYLE_ALWAYS} | _changed(style, {*TextStyle.model_fields})
    return {STYLE_NAMES.get(name, name): value for name, value in given.items()}


def _speed(speed: Fraction) -> float | str:
    number = rate_number(speed)
    return float(number) if isinstance(number, int) else number


def _unless(absent: bool, **pair: Any) -> Extra:
    return {} if absent else pair


def _foreign_length(track: dict[str, Any]) -> int:
    length = track.get("d")
    return length if isinstance(length, int) and not isinstance(length, bool) and length > 0 else 0
