"""Tolerant reading of any draft, ours or foreign (contract section 9.4), and its summary line (9.5)."""

import re
from collections import deque
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ..timeline.schemas import FrozenModel
from ..timeline.summary import AUDIO_KINDS, summary_line, track_line
from .draft_codec import AUDIO, DEFAULT_DUCK_DB, SCHEMA, TEXT, VIDEO
from .redaction import printable

Json = dict[str, Any]
NO_LABEL = "clip"
ENDS = ("start", "end")
_WORD = re.compile(r"#?[A-Za-z0-9_-]{1,32}")
MOST_ITEMS = 2_000
"""So many values of a foreign segment are looked at for the name of its file; a segment of ours has about thirty."""
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+|(?:[A-Za-z]:|\.{1,2}|~)?[\\/][^\n]+|[^\n]+\.[A-Za-z0-9]{2,4}")


class TransitionReading(FrozenModel):
    """How a segment follows the one before it."""

    kind: str
    duration_ms: int | None = None


class RegionReading(FrozenModel):
    """A part of the frame: left and upper edge, width and height as shares of it; `place` is where its middle lies."""

    x: float
    y: float
    width: float
    height: float
    place: str


class FilterReading(FrozenModel):
    """A look; `amount` None is its usual strength, `region` the part of the frame that it is confined to."""

    name: str
    amount: float | None = None
    region: RegionReading | None = None


class SegmentTraits(FrozenModel):
    """What a segment shows and what was done to it; times in ms, None where the draft does not say.

    `volume` 1 is as recorded; fades of the sound and of the picture (or of a text) are apart; `position` is that of
    a text or of a picture over the reel, whose `width` is its share of the frame's; `zoom` how much larger things get;
    `rotate` in degrees clockwise; `ramp` how the speed changes, from speed × (1 - ramp) to speed × (1 + ramp);
    `denoise` the strength of the noise reduction of its sound, from 0 to 1.
    """

    start_ms: int
    label: str = NO_LABEL
    text: str | None = None
    media_id: str | None = None
    in_ms: int | None = None
    out_ms: int | None = None
    volume: float | None = None
    denoise: float | None = None
    fade_in_ms: int | None = None
    fade_out_ms: int | None = None
    picture_fade_in_ms: int | None = None
    picture_fade_out_ms: int | None = None
    transition: TransitionReading | None = None
    filters: tuple[FilterReading, ...] | None = None
    freeze: bool | None = None
    fit: str | None = None
    rotate: int | None = None
    flip: str | None = None
    cropped: bool | None = None
    color: str | None = None
    position: str | None = None
    width: float | None = None
    opacity: float | None = None
    zoom: float | None = None
    ramp: float | None = None


class SegmentView(SegmentTraits):
    """One segment as far as it can be read; `speed` as it stands there, `zoom_path` what its zoom shows at both ends.

    `zoom_path` has left edge, upper edge and width of what is seen, as shares of the frame.
    """

    id: str | None = None
    duration_ms: int
    speed: str | None = None
    zoom_path: tuple[tuple[float, ...], ...] | None = None
    score: float | None = None
    why: str = ""

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.duration_ms


class TrackView(FrozenModel):
    """One track; `number` counts from 1, `kind` is the word of the summary (`Video`, `BGM`, …)."""

    number: int
    type: int | None
    kind: str
    label: str
    start_ms: int
    end_ms: int
    volume: float | None = None
    duck_db: float | None = None
    id: str | None = None
    role: str = ""
    segments: tuple[SegmentView, ...] = ()

    @property
    def summary(self) -> str:
        """`BGM: Lo-fi (0-10s, 35%)`."""
        return track_line(self.kind, self.label, self.start_ms, self.end_ms, self.volume)


class DraftView(FrozenModel):
    """A draft as facts; `rev` is None for foreign drafts."""

    title: str = ""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    loudness_lufs: float | None = None
    as_recorded: bool = False
    duration_ms: int = 0
    rev: int | None = None
    tracks: tuple[TrackView, ...] = ()

    @property
    def summary(self) -> str:
        """`Timeline (1 track): 1. Video: match (0-75s)`."""
        return summary_line(track.summary for track in self.tracks)


def view_draft(draft: Any) -> DraftView:
    """Everything that can be read of a draft. Never fails: what cannot be read is left out."""
    top = _object(draft)
    meta = _object(top.get("m"))
    ours = meta.get("schema") == SCHEMA
    tracks = top.get("t") if isinstance(top.get("t"), list) else []
    read = tuple(_track(number, _object(track), ours) for number, track in enumerate(tracks or [], 1))
    longest = max((track.end_ms for track in read), default=0)
    return DraftView(
        title=_string(meta.get("title")) or "",
        width=_whole(meta.get("width")),
        height=_whole(meta.get("height")),
        fps=_level(meta.get("fps")),
        loudness_lufs=_decibels(meta.get("loudness_lufs")),
        as_recorded=meta.get("as_recorded") is True,
        duration_ms=longest or _whole(top.get("d")) or 0,
        rev=_whole(meta.get("rev")),
        tracks=read,
    )


def _track(number: int, raw: Json, ours: bool) -> TrackView:
    meta = _object(raw.get("m"))
    kind = raw.get("tt") if isinstance(raw.get("tt"), int) and not isinstance(raw.get("tt"), bool) else None
    role = _string(meta.get("role")) or ""
    segments = _segments(raw, meta, ours)
    volume = segments[0].volume if segments else _level(meta.get("volume"))
    length = _whole(raw.get("d")) or 0
    return TrackView(
        number=number,
        type=kind,
        kind=_kind(kind, role),
        label=_label(kind, role, meta, segments),
        start_ms=min((segment.start_ms for segment in segments), default=0),
        end_ms=max((segment.end_ms for segment in segments), default=length),
        volume=volume if kind == AUDIO else None,
        duck_db=_decibels(meta.get("duck_db", DEFAULT_DUCK_DB)) if meta.get("duck") else None,
        id=_string(raw.get("id")),
        role=role,
        segments=segments,
    )


def _segments(track: Json, track_meta: Json, ours: bool) -> tuple[SegmentView, ...]:
    raw = track.get("sg")
    segments: list[SegmentView] = []
    running = 0
    for item in raw if isinstance(raw, list) else []:
        segment = _segment(_object(item), track_meta, running, ours)
        running += segment.duration_ms
        segments.append(segment)
    return tuple(segments)


def _segment(raw: Json, track_meta: Json, running: int, ours: bool) -> SegmentView:
    meta = _object(raw.get("m"))
    starts = (meta.get("start_ms"), meta.get("start"), meta.get("st"), raw.get("st"), raw.get("start"), raw.get("s"))
    start = next((number for value in starts if (number := _whole(value)) is not None), running)
    texts = (meta.get("text"), raw.get("text"), meta.get("content"))
    levels = (meta.get("volume"), raw.get("volume"), track_meta.get("volume"))
    placement, style = _object(meta.get("placement")), _object(meta.get("style"))
    zoom_path = _zoom_path(_object(meta.get("zoom")))
    return SegmentView(
        id=_string(raw.get("id")),
        start_ms=start,
        duration_ms=_whole(raw.get("d")) or 0,
        label=_segment_label(raw, meta, ours),
        text=next((text for value in texts if (text := _string(value)) is not None), None),
        volume=next((level for value in levels if (level := _level(value)) is not None), None),
        denoise=_level(meta.get("denoise")) or None,
        media_id=_string(meta.get("media_id")),
        in_ms=_whole(meta.get("in_ms")),
        out_ms=_whole(meta.get("out_ms")),
        speed=None if meta.get("speed") is None else str(meta["speed"])[:40],
        fade_in_ms=_whole(meta.get("fade_in_ms")),
        fade_out_ms=_whole(meta.get("fade_out_ms")),
        picture_fade_in_ms=_whole(meta.get("picture_fade_in_ms")),
        picture_fade_out_ms=_whole(meta.get("picture_fade_out_ms")),
        transition=_transition(_object(meta.get("transition"))),
        filters=_filters(meta.get("filters")),
        freeze=meta.get("freeze") is True or None,
        fit=_word(meta.get("fit")),
        rotate=_whole(meta.get("rotate")),
        flip=_word(meta.get("flip")),
        cropped=isinstance(meta.get("crop"), dict) or None,
        color=_word(meta.get("color")),
        position=_word(style.get("pos")) or _word(placement.get("position")),
        width=_level(placement.get("width")),
        opacity=_level(style.get("opacity", placement.get("opacity"))),
        zoom=_zoom(zoom_path),
        zoom_path=zoom_path,
        ramp=_ramp(meta.get("ramp")),
        score=_level(meta.get("score")),
        why=_string(meta.get("why")) or "",
    )


def _ramp(value: Any) -> float | None:
    steep = isinstance(value, int | float) and not isinstance(value, bool) and -1 < value < 1
    return value if steep and value else None


def _transition(raw: Json) -> TransitionReading | None:
    kind = _word(raw.get("kind"))
    return TransitionReading(kind=kind, duration_ms=_whole(raw.get("duration_ms"))) if kind is not None else None


def _zoom_path(raw: Json) -> tuple[tuple[float, ...], ...] | None:
    views = [tuple(_level(_object(raw.get(end)).get(name)) or 0.0 for name in ("x", "y", "width")) for end in ENDS]
    return tuple(views) if any(view[-1] for view in views) else None


def _zoom(path: tuple[tuple[float, ...], ...] | None) -> float | None:
    """How much larger things are at most."""
    return round(1 / min(view[-1] for view in path if view[-1]), 4) if path else None


def _filters(raw: Any) -> tuple[FilterReading, ...] | None:
    items = [_object(item) for item in raw] if isinstance(raw, list) else []
    named = ((name, item) for item in items if (name := _word(item.get("name"))) is not None)
    return (
        tuple(
            FilterReading(name=name, amount=_decibels(item.get("amount")), region=_region(_object(item.get("region"))))
            for name, item in named
        )
        or None
    )


def _region(raw: Json) -> RegionReading | None:
    x, y, width, height = (_level(raw.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or not width or not height:
        return None
    return RegionReading(x=x, y=y, width=width, height=height, place=_place(x + width / 2, y + height / 2))


def _place(across: float, down: float) -> str:
    """The ninth of the frame that a point lies in, as positions are called: `top-left`, `right`, `center`."""
    row, column = (
        names[min(2, int(3 * share))]
        for share, names in ((down, ("top", "", "bottom")), (across, ("left", "", "right")))
    )
    return "-".join(filter(None, (row, column))) or "center"


def _segment_label(raw: Json, meta: Json, ours: bool) -> str:
    if ours:
        return _string(meta.get("label")) or NO_LABEL
    named = next((name for key in ("label", "name", "title") if (name := _string(meta.get(key)))), None)
    return named or _file_name(raw) or NO_LABEL


def _file_name(raw: Any) -> str | None:
    """The name of the first file that any string value in the segment points to."""
    todo: deque[Any] = deque([raw])
    left = MOST_ITEMS
    while todo and left:
        item, left = todo.popleft(), left - 1
        if isinstance(item, str) and len(item) < 4_000 and _PATH.fullmatch(item):
            path = _path_of(item)
            name = PurePosixPath(path.replace("\\", "/")).name
            if name:
                return printable(name)
        elif isinstance(item, dict):
            todo.extend(islice(item.values(), left))
        elif isinstance(item, list):
            todo.extend(islice(item, left))
    return None


def _path_of(text: str) -> str:
    """The path part of a URL, unquoted; any other text as it is."""
    if "://" not in text:
        return text
    try:
        return unquote(urlsplit(text).path)
    except ValueError:
        return ""


def _kind(kind: int | None, role: str) -> str:
    if kind == VIDEO:
        return "Video"
    if kind == AUDIO:
        return AUDIO_KINDS.get(role, "BGM")
    if kind == TEXT:
        return "Subtitles" if role == "subtitle" else "Title"
    return f"Track {'?' if kind is None else kind}"


def _label(kind: int | None, role: str, meta: Json, segments: tuple[SegmentView, ...]) -> str:
    if kind == TEXT:
        if role == "subtitle":
            return f"{len(segments)} cues"
        return f'"{(segments[0].text or "") if segments else ""}"'
    return _string(meta.get("name")) or (segments[0].label if segments else NO_LABEL)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _string(value: Any) -> str | None:
    return printable(value) if isinstance(value, str) else None


def _word(value: Any) -> str | None:
    """A name of a vocabulary; anything else that a stranger wrote there is not passed on."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _decibels(value: Any) -> float | None:
    """A small number of either sign."""
    return value if not isinstance(value, bool) and isinstance(value, int | float) and abs(value) < 1000 else None


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 10**15:
        return None
    return max(0, int(value))


def _level(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**6:
        return None
    return value
