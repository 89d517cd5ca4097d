"""Draft JSON, profile `hl/1`, as a timeline: strict about our own keys, careful with all others."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from ..timeline.model import AudioTrack, Clip, ForeignTrack, Text, TextStyle, TextTrack, Timeline, Track, VideoTrack
from ..timeline.value import Value
from .codes import ContractError, fault
from .draft_writing import AUDIO, DEFAULT_DUCK_DB, SCHEMA, STYLE_NAMES, TEXT, VIDEO

CLIP_KEYS = tuple(name for name in Clip.model_fields if name not in ("id", "duration_ms", "source", "extra"))
TRACK_KEYS = {
    VIDEO: {"name", "role", "volume"},
    AUDIO: {"name", "role", "volume", "duck", "duck_db"},
    TEXT: {"name", "role"},
}
TEXT_KEYS = ("start_ms", "text", "fade_in_ms", "fade_out_ms", "clip_id")
STYLE_KEYS = {STYLE_NAMES.get(name, name): name for name in TextStyle.model_fields}

MediaOf = Callable[[str], str | None]
Made = TypeVar("Made", bound=Value)


def from_draft(draft: Any, media_of: MediaOf = lambda _link: None) -> Timeline:
    """Read a draft of profile `hl/1`.

    `media_of` gives the media id of a `src` link for segments without `media_id`. Missing starts
    follow one another. Raises ContractError `bad_request` that names the place and the value.
    """
    top = _object(draft, "the draft")
    meta = _object(top.get("m", {}), "the draft's m")
    if meta.get("schema") != SCHEMA:
        _wrong("m.schema", f"is {meta.get('schema')!r}, not {SCHEMA!r}")
    tracks = [_track(raw, f"t[{index}]", media_of) for index, raw in enumerate(_list(top.get("t", []), "t"))]
    names = {"title": "title", "width": "width", "height": "height", "fps": "frame_rate", "rev": "rev",
             "loudness_lufs": "loudness_lufs", "framing": "framing"}  # fmt: skip
    fields = {field: meta[key] for key, field in names.items() if key in meta}
    extra = _extra(top, {"t", "d", "m"}, _without(meta, {*names, "schema"}))
    return _made(Timeline, "the draft", tracks=tuple(tracks), extra=extra, **fields)


def _track(value: Any, where: str, media_of: MediaOf) -> Track:
    raw = _object(value, where)
    kind = raw.get("tt")
    if isinstance(kind, bool) or not isinstance(kind, int):
        _wrong(f"{where}.tt", f"must be a whole number, got {kind!r}")
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
        clips.append(_clip(value, place, clips[-1].end_ms if clips else 0, media_of))
    return tuple(clips)


def _clip(value: Any, where: str, follows_ms: int, media_of: MediaOf) -> Clip:
    raw = _object(value, where)
    meta = _object(raw.get("m", {}), f"{where}.m")
    fields = _segment(raw, meta, where, follows_ms)
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
        fields = _segment(raw, meta, place, texts[-1].end_ms if texts else 0)
        fields |= {key: meta[key] for key in TEXT_KEYS if key in meta}
        fields["style"] = {STYLE_KEYS[key]: item for key, item in style.items() if key in STYLE_KEYS}
        unknown = _without(meta, {*TEXT_KEYS, "style"})
        if foreign_style := _without(style, set(STYLE_KEYS)):
            unknown["style"] = foreign_style
        texts.append(_made(Text, place, **fields, extra=_extra(raw, {"id", "d", "m"}, unknown)))
    return tuple(texts)


def _segment(raw: dict[str, Any], meta: dict[str, Any], where: str, follows_ms: int) -> dict[str, Any]:
    if "d" not in raw:
        _wrong(f"{where}.d", "is missing")
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
        shown = repr(first["input"])
        _wrong(f"{where} {place}", f"{first['msg']} (got {shown if len(shown) < 80 else shown[:77] + '…'})")


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _wrong(where, "must be an object")
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        _wrong(where, "must be a list")
    return value


def _wrong(where: str, what: str) -> NoReturn:
    raise ContractError(fault("bad_request", "contract.draft_unreadable", where=where, what=what))
