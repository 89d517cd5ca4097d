"""Draft JSON of profile `hl/1` (contract section 9.2) to and from a timeline: strict about our own keys only.

Five published keys, the rest in `m`. Unknown keys survive. On every level, `extra` holds the unknown keys as they
stood; those of the object `m` lie under its key `m`, and those of `m.style` under `m.style`. Equal drafts, however
written, have equal fingerprints.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Set
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from ..messages import Message, message
from ..timeline.model import (  # fmt: skip
    AudioTrack,
    Clip,
    Extra,
    ForeignTrack,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Track,
    VideoTrack,
    items,
)
from ..timeline.schemas import FrozenModel, fault_of, quoted
from ..timeline.time import parse_rate, write_rate
from .errors import ApiError, error_info

SCHEMA = "hl/1"
VIDEO, AUDIO, TEXT = 0, 1, 7
DEFAULT_DUCK_DB = -12.0
STYLE_ALWAYS, STYLE_NAMES = ("size", "color", "position"), {"position": "pos"}
WRITTEN_APART = frozenset({
    "id", "duration_ms", "start_ms", "media_id", "source", "speed", "volume", "fit", "label", "score", "why", "extra",
})  # fmt: skip

MediaUrl = Callable[[str], str | None]


def dump_draft(timeline: Timeline, media_url: MediaUrl = lambda _media_id: None) -> dict[str, Any]:
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
    if timeline.as_recorded:
        meta["as_recorded"] = True
    if timeline.sounds:
        meta["sounds"] = [choice.model_dump() for choice in timeline.sounds]
    if timeline.framing is not None:
        meta["framing"] = timeline.framing.model_dump()
    tracks = [_dump_track(track, media_url) for track in timeline.tracks]
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


def _dump_track(track: Track, media_url: MediaUrl) -> dict[str, Any]:
    if isinstance(track, ForeignTrack):
        return dict(track.raw)
    meta: dict[str, Any] = {"name": track.name} if track.name else {}
    meta["role"] = track.role
    if isinstance(track, TextTrack):
        kind, segments = TEXT, [_dump_text(text) for text in track.texts]
    elif isinstance(track, AudioTrack):
        kind, segments = AUDIO, [_dump_clip(clip, media_url, sound=True) for clip in track.clips]
        meta["volume"] = track.volume
        if track.duck_db is not None:
            meta |= {"duck": True, **_unless(track.duck_db == DEFAULT_DUCK_DB, duck_db=track.duck_db)}
    else:
        kind, segments = VIDEO, [_dump_clip(clip, media_url, sound=False) for clip in track.clips]
        meta |= _unless(track.volume == 1.0, volume=track.volume)
    length = max((item.end_ms for item in items(track)), default=0)
    return with_extra({"id": track.id, "tt": kind, "d": length, "m": meta, "sg": segments}, track.extra)


def _dump_clip(clip: Clip, media_url: MediaUrl, *, sound: bool) -> dict[str, Any]:
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


def _changed(value: FrozenModel, names: Set[str]) -> dict[str, Any]:
    changed = {name for name in names if getattr(value, name) != type(value).model_fields[name].default}
    return value.model_dump(mode="json", include=changed, exclude_none=True)


def _dump_text(text: Text) -> dict[str, Any]:
    meta: dict[str, Any] = {"start_ms": text.start_ms, "text": text.text, "style": _dump_style(text.style)}
    meta |= _unless(not text.counts, counts=True)
    meta |= _unless(text.fade_in_ms == 0, fade_in_ms=text.fade_in_ms)
    meta |= _unless(text.fade_out_ms == 0, fade_out_ms=text.fade_out_ms)
    meta |= _unless(text.clip_id is None, clip_id=text.clip_id)
    meta |= _unless(not text.marks, marks=[list(mark) for mark in text.marks])
    return with_extra({"id": text.id, "d": text.duration_ms, "m": meta}, text.extra)


def _dump_style(style: TextStyle) -> dict[str, Any]:
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


CLIP_KEYS = tuple(name for name in Clip.model_fields if name not in ("id", "duration_ms", "source", "extra"))
TRACK_KEYS = {
    VIDEO: {"name", "role", "volume"},
    AUDIO: {"name", "role", "volume", "duck", "duck_db"},
    TEXT: {"name", "role"},
}
TEXT_KEYS = ("start_ms", "text", "counts", "fade_in_ms", "fade_out_ms", "clip_id", "marks")
STYLE_KEYS = {STYLE_NAMES.get(name, name): name for name in TextStyle.model_fields}

MediaOf = Callable[[str], str | None]
Made = TypeVar("Made", bound=FrozenModel)


def parse_draft(draft: Any, media_of: MediaOf = lambda _link: None) -> Timeline:
    """Read a draft of profile `hl/1`.

    `media_of` gives the media id of a `src` link for segments without `media_id`. Missing starts
    follow one another. Raises ApiError `bad_request` that names the place and the value.
    """
    top = _object(draft, "the draft")
    meta = _object(top.get("m", {}), "the draft's m")
    if meta.get("schema") != SCHEMA:
        _wrong("m.schema", message("contract.draft.schema", given=quoted(meta.get("schema")), schema=SCHEMA))
    tracks = [_parse_track(raw, f"t[{index}]", media_of) for index, raw in enumerate(_list(top.get("t", []), "t"))]
    names = {"title": "title", "width": "width", "height": "height", "fps": "frame_rate", "rev": "rev",
             "loudness_lufs": "loudness_lufs", "as_recorded": "as_recorded", "sounds": "sounds",
             "framing": "framing"}  # fmt: skip
    fields = {field: meta[key] for key, field in names.items() if key in meta}
    extra = _extra(top, {"t", "d", "m"}, _without(meta, {*names, "schema"}))
    return _made(Timeline, "the draft", tracks=tuple(tracks), extra=extra, **fields)


def _parse_track(value: Any, where: str, media_of: MediaOf) -> Track:
    raw = _object(value, where)
    kind = raw.get("tt")
    if isinstance(kind, bool) or not isinstance(kind, int):
        _wrong(f"{where}.tt", message("timeline.fault.whole"))
    if kind not in (VIDEO, AUDIO, TEXT):
        return ForeignTrack(type=kind, raw=raw)
    meta = _object(raw.get("m", {}), f"{where}.m")
    known = TRACK_KEYS[kind]
    fields: dict[str, Any] = {key: meta[key] for key in ("name", "role", "volume") if key in meta and key in known}
    if kind == AUDIO and meta.get("duck", "duck_db" in meta):
        fields["duck_db"] = meta.get("duck_db", DEFAULT_DUCK_DB)
    fields["id"] = raw.get("id", f"trk_{where[2:-1]}")
    fields["extra"] = _extra(raw, {"id", "tt", "d", "m", "sg"}, _without(meta, known))
    segments = _list(raw.get("sg", []), f"{where}.sg")
    if kind == TEXT:
        return _made(TextTrack, where, texts=_texts(segments, where), **fields)
    clips = _clips(segments, where, media_of)
    if kind == AUDIO:
        return _made(AudioTrack, where, clips=clips, **fields)
    return _made(VideoTrack, where, clips=clips, **fields)


def _clips(segments: list[Any], where: str, media_of: MediaOf) -> tuple[Clip, ...]:
    clips: list[Clip] = []
    for index, value in enumerate(segments):
        place = f"{where}.sg[{index}]"
        clips.append(_parse_clip(value, place, clips[-1].end_ms if clips else 0, media_of))
    return tuple(clips)


def _parse_clip(value: Any, where: str, follows_ms: int, media_of: MediaOf) -> Clip:
    raw = _object(value, where)
    meta = _object(raw.get("m", {}), f"{where}.m")
    fields = _segment(raw, where, follows_ms)
    fields |= {key: meta[key] for key in CLIP_KEYS if key in meta}
    known = {*CLIP_KEYS, "in_ms", "out_ms"}
    if "in_ms" in meta or "out_ms" in meta:
        fields["source"] = {"start_ms": meta.get("in_ms"), "end_ms": meta.get("out_ms")}
    link = meta.get("src")
    if fields.get("media_id") is None and isinstance(link, str):
        fields["media_id"] = media_of(link)
    if fields.get("media_id") is not None:
        known.add("src")
    fields["extra"] = _extra(raw, {"id", "d", "m"}, _without(meta, known))
    return _made(Clip, where, **fields)


def _texts(segments: list[Any], where: str) -> tuple[Text, ...]:
    texts: list[Text] = []
    for index, value in enumerate(segments):
        place = f"{where}.sg[{index}]"
        raw = _object(value, place)
        meta = _object(raw.get("m", {}), f"{place}.m")
        style = _object(meta.get("style", {}), f"{place}.m.style")
        fields = _segment(raw, place, texts[-1].end_ms if texts else 0)
        fields |= {key: meta[key] for key in TEXT_KEYS if key in meta}
        fields["style"] = {STYLE_KEYS[key]: item for key, item in style.items() if key in STYLE_KEYS}
        unknown = _without(meta, {*TEXT_KEYS, "style"})
        if foreign_style := _without(style, set(STYLE_KEYS)):
            unknown["style"] = foreign_style
        texts.append(_made(Text, place, **fields, extra=_extra(raw, {"id", "d", "m"}, unknown)))
    return tuple(texts)


def _segment(raw: dict[str, Any], where: str, follows_ms: int) -> dict[str, Any]:
    if "d" not in raw:
        _wrong(f"{where}.d", message("timeline.fault.missing"))
    indices = where.replace("t[", "").replace("].sg[", "_").rstrip("]")
    return {"id": raw.get("id", f"seg_{indices}"), "duration_ms": raw["d"], "start_ms": follows_ms}


def _extra(raw: dict[str, Any], known: set[str], unknown_meta: dict[str, Any]) -> dict[str, Any]:
    extra = _without(raw, known)
    return {**extra, "m": unknown_meta} if unknown_meta else extra


def _without(source: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in source.items() if key not in keys}


def _made(kind: type[Made], where: str, **fields: Any) -> Made:
    try:
        return kind(**fields)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        fault = message("contract.draft.wrong_value", why=fault_of(first), given=quoted(first["input"]))
        _wrong(f"{where} {place}", fault)


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong(where, message("timeline.fault.object"))
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        _wrong(where, message("timeline.fault.list"))
    return value


def _wrong(where: str, what: Message) -> NoReturn:
    raise ApiError(error_info("bad_request", "contract.draft_unreadable", where=where, what=what))


def fingerprint(value: Any) -> str:
    """SHA-256, in hex, of the canonical JSON: sorted keys, whole floats as integers."""
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
