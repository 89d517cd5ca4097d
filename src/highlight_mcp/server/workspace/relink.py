"""Any draft as one that can be rendered from files at hand (contract section 9.4): nothing guessed, all losses named.

A draft of profile `hl/1` keeps everything but its links. Of any other draft only what is certain is taken:
places, lengths, words, levels, and the part of the source where the draft names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

from ...contract.draft_codec import AUDIO, SCHEMA, TEXT, VIDEO, dump_draft, parse_draft
from ...contract.draft_view import SegmentView, TrackView, view_draft
from ...contract.errors import ApiError
from ...messages import Message, message
from ...timeline.model import AudioTrack, Clip, Role, Text, TextTrack, Timeline, Track, VideoTrack, items
from ...timeline.schemas import FrozenModel, MessageField
from ...timeline.summary import seconds
from ...timeline.time import TimeRange, parse_rate, scaled

Json = dict[str, Any]
IN_KEYS = ("in_ms", "source_start_ms", "source_start", "trim_start", "in")
OUT_KEYS = ("out_ms", "source_end_ms", "source_end", "trim_end", "out")
READ_KEYS = {
    *IN_KEYS, *OUT_KEYS, "id", "d", "m", "tt", "sg", "start_ms", "start", "st", "s", "text", "content", "volume",
    "label", "name", "title", "media_id", "src", "speed", "role", "score", "why",
}  # fmt: skip
FRAME_MS = 42
NO_FILE = "contract.left_out.no_file"
NO_PART = "contract.left_out.no_part"
BEYOND = "contract.left_out.beyond"


class RelinkSource(FrozenModel):
    """A file at hand: `media_id` is its id here, `names` its ids, links and file name in the draft."""

    media_id: str
    names: frozenset[str]
    kind: str = "video"
    duration_ms: int = 0


class RelinkResult(FrozenModel):
    """A draft of profile `hl/1` on files at hand, None when no picture is left; and what it lacks, in words."""

    draft: Json | None
    left_out: tuple[MessageField, ...] = ()


def relink(draft: Json, origins: Sequence[RelinkSource]) -> RelinkResult:
    """Put a draft onto the files at hand. Never fails: what cannot be carried over is named."""
    files = _Files(origins)
    left_out: list[Message] = []
    timeline = _ours(draft, files, left_out) or _foreign(draft, files, left_out)
    if not timeline.clips:
        return RelinkResult(draft=None, left_out=tuple(left_out))
    return RelinkResult(draft=dump_draft(timeline), left_out=tuple(left_out))


class _Files:
    """Finds the file that a segment shows."""

    def __init__(self, origins: Sequence[RelinkSource]) -> None:
        self._by_name: dict[str, RelinkSource | None] = {}
        for origin in origins:
            for name in origin.names:
                # Two files of one name: neither is meant for certain.
                self._by_name[name] = None if self._by_name.get(name, origin) != origin else origin

    def of(self, raw: Any) -> RelinkSource | None:
        """By a whole string in the segment first, then by the file name in a path or link."""
        strings = list(_strings(raw))
        exact = (self._by_name.get(text) for text in strings)
        named = (self._by_name.get(_base(text)) for text in strings if "/" in text or "\\" in text)
        return next((source for source in (*exact, *named) if source is not None), None)


def _ours(draft: Json, files: _Files, left_out: list[Message]) -> Timeline | None:
    """A draft of our own profile with its files exchanged; None for any other draft."""
    meta = draft.get("m")
    if not isinstance(meta, dict) or meta.get("schema") != SCHEMA:
        return None
    try:
        timeline = parse_draft(draft, lambda link: link)
    except ApiError:
        return None
    read = view_draft(draft)
    tracks: list[Track] = []
    for track, known in zip(timeline.tracks, read.tracks, strict=True):
        if isinstance(track, TextTrack):
            tracks.append(track)
        elif isinstance(track, VideoTrack | AudioTrack):
            clips = tuple(moved for clip in track.clips if (moved := _moved(clip, known, files, left_out)) is not None)
            tracks.append(track.model_copy(update={"clips": clips}))
        else:
            left_out.append(_because(known.summary, "contract.left_out.kind"))
    return timeline.model_copy(update={"tracks": tuple(track for track in tracks if items(track))})


def _moved(clip: Clip, track: TrackView, files: _Files, left_out: list[Message]) -> Clip | None:
    if clip.media_id is None:
        return clip
    origin = files.of([clip.media_id, clip.extra])
    if origin is None:
        left_out.append(_because(f"{track.kind} {_where(clip.label, clip.start_ms, clip.end_ms)}", NO_FILE))
        return None
    return clip.model_copy(update={"media_id": origin.media_id})


def _foreign(draft: Json, files: _Files, left_out: list[Message]) -> Timeline:
    """A draft of somebody else, as far as it is certain."""
    read = view_draft(draft)
    raw_tracks = draft.get("t")
    tracks: list[Track] = []
    unread: set[str] = set()
    for track, raw in zip(read.tracks, raw_tracks if isinstance(raw_tracks, list) else [], strict=False):
        if track.type not in (VIDEO, AUDIO, TEXT):
            left_out.append(_because(track.summary, "contract.left_out.kind"))
            continue
        unread |= _unread(raw, files)
        segments = raw.get("sg")
        pairs = list(zip(track.segments, segments if isinstance(segments, list) else [], strict=False))
        made = _track(track, pairs, files, left_out)
        if items(made):
            tracks.append(made)
    if unread:
        left_out.append(message("contract.left_out.settings", names=tuple(sorted(unread))))
    size = {"width": read.width, "height": read.height}
    usable = {name: value for name, value in size.items() if value is not None and 16 <= value <= 7680}
    return Timeline(title=read.title, tracks=tuple(tracks), **(usable if len(usable) == len(size) else {}))


def _track(
    track: TrackView, pairs: list[tuple[SegmentView, Any]], files: _Files, left_out: list[Message]
) -> VideoTrack | AudioTrack | TextTrack:
    name, label = f"trk_{track.number}", track.label
    if track.type == TEXT:
        role: Role = "subtitle" if track.role == "subtitle" else "title"
        return TextTrack(id=name, role=role, texts=tuple(_texts(track, pairs, left_out)))
    clips = tuple(_clips(track, pairs, files, left_out))
    if track.type == VIDEO:
        return VideoTrack(id=name, name=label, role="overlay" if track.role == "overlay" else "main", clips=clips)
    sound: Role = track.role if track.role in ("voice", "sfx") else "bgm"  # type: ignore[assignment]
    return AudioTrack(id=name, name=label, role=sound, clips=clips)


def _texts(track: TrackView, pairs: list[tuple[SegmentView, Any]], left_out: list[Message]) -> Iterator[Text]:
    end = 0
    for index, (segment, _raw) in enumerate(_sorted(pairs), 1):
        where = f"{track.kind} {_where(segment.text or segment.label, segment.start_ms, segment.end_ms)}"
        if not segment.text or segment.duration_ms <= 0:
            left_out.append(_because(where, "contract.left_out.no_words"))
        elif segment.start_ms < end:
            left_out.append(_because(where, "contract.left_out.overlaps"))
        else:
            end = segment.end_ms
            place = {"start_ms": segment.start_ms, "duration_ms": segment.duration_ms}
            yield Text(id=f"seg_{track.number}_{index}", text=segment.text, **place)


def _clips(
    track: TrackView, pairs: list[tuple[SegmentView, Any]], files: _Files, left_out: list[Message]
) -> Iterator[Clip]:
    end = 0
    for index, (segment, raw) in enumerate(_sorted(pairs), 1):
        where = f"{track.kind} {_where(segment.label, segment.start_ms, segment.end_ms)}"
        origin = files.of(raw)
        if track.type == VIDEO and segment.start_ms < end:
            left_out.append(_because(where, "contract.left_out.overlaps"))
            continue
        if origin is None:
            left_out.append(_because(where, NO_FILE))
            continue
        part = _part(segment, raw, origin)
        if isinstance(part, str):
            left_out.append(_because(where, part))
            continue
        source, speed = part
        end = segment.end_ms
        yield Clip(
            id=f"seg_{track.number}_{index}",
            start_ms=segment.start_ms,
            duration_ms=segment.duration_ms,
            media_id=origin.media_id,
            source=source,
            speed=speed,
            volume=min(4.0, 1.0 if segment.volume is None else segment.volume),
            label=segment.label,
        )


def _because(where: str, key: str) -> Message:
    """What is left out, and why."""
    return message("contract.left_out.because", where=where, why=message(key))


def _part(segment: SegmentView, raw: Any, origin: RelinkSource) -> tuple[TimeRange, Fraction] | str:
    """The part of the file that a segment shows and how fast, or why it cannot be told."""
    if segment.duration_ms <= 0:
        return "contract.left_out.no_length"
    if origin.kind == "image":
        return TimeRange(start_ms=0, end_ms=segment.duration_ms), Fraction(1)
    first, last, speed = _number(raw, IN_KEYS), _number(raw, OUT_KEYS), _speed(segment.speed)
    if first is None:
        if abs(segment.duration_ms - origin.duration_ms) > FRAME_MS:
            return NO_PART
        first = 0
    if last is None:
        last = first + scaled(segment.duration_ms, speed)
    elif last <= first:
        return NO_PART
    elif abs(scaled(last - first, 1 / speed) - segment.duration_ms) > FRAME_MS:
        speed = Fraction(last - first, segment.duration_ms)
    if origin.duration_ms and last > origin.duration_ms + FRAME_MS:
        return BEYOND
    return TimeRange(start_ms=first, end_ms=min(last, origin.duration_ms or last)), speed


def _speed(text: str | None) -> Fraction:
    try:
        return Fraction(1) if text is None else parse_rate(text)
    except ValueError:
        return Fraction(1)


def _number(raw: Any, keys: tuple[str, ...]) -> int | None:
    for place in (raw.get("m"), raw) if isinstance(raw, dict) else ():
        for key in keys:
            value = place.get(key) if isinstance(place, Mapping) else None
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**12:
                return int(value)
    return None


def _unread(track: Any, files: _Files) -> set[str]:
    """Names of settings of a track and its segments that are neither read nor empty nor the name of a file."""
    unread: set[str] = set()
    segments = track.get("sg") if isinstance(track, dict) else None
    for item in (track, *(segments if isinstance(segments, list) else [])):
        for place in (item, item.get("m")) if isinstance(item, dict) else ():
            for key, value in place.items() if isinstance(place, dict) else ():
                is_read = key in READ_KEYS or value in (None, "", 0, False, [], {}) or files.of([value]) is not None
                if not is_read and not (isinstance(value, str) and "/" in value):
                    unread.add(str(key)[:40])
    return unread


def _sorted(pairs: list[tuple[SegmentView, Any]]) -> list[tuple[SegmentView, Any]]:
    return sorted(pairs, key=lambda pair: pair[0].start_ms)


def _where(label: str, start_ms: int, end_ms: int) -> str:
    return f"{label} ({seconds(start_ms)}-{seconds(end_ms)}s)"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


def _base(text: str) -> str:
    """The file name at the end of a path or link."""
    try:
        path = unquote(urlsplit(text).path) if "://" in text else text
    except ValueError:
        return text
    return path.replace("\\", "/").rpartition("/")[2]
