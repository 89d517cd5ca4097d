"""What was read from a list of cuts becomes a timeline. Pure.

Positions are rounded once to milliseconds. A gap in the reel becomes black, footage that is not there too, so that all
that follows stays where it was; both are told. Sound that goes with the picture of its own file is no track of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, get_args

from pydantic import ValidationError

from ..messages import Message, message, verbatim
from ..timeline.model import (  # fmt: skip
    AudioTrack,
    Clip,
    Role,
    Text,
    TextTrack,
    Timeline,
    Track,
    Transition,
    VideoTrack,
)
from ..timeline.operations.apply import LONGEST_REEL_MS, MOST_SEGMENTS, MOST_TRACKS
from ..timeline.time import TimeRange, format_time, rounded
from . import InterchangeError
from .readings import ReadClip, ReadLane, ReadReel, ReadText, ReadTransition
from .sequence import BLACK, without_overlaps
from .sources import SourceFile
from .timecode import editing_rate

_DEFAULT_RATE = Fraction(30)
_SIZES = range(16, 7681)
_FASTEST = 240
"""Frames a second beyond which nothing is a reel."""


@dataclass(frozen=True)
class ImportedReel:
    """A timeline with what of its list could not be represented; `missing` are files that were not found."""

    timeline: Timeline
    lost: tuple[Message, ...]
    missing: tuple[str, ...]


def assemble(reel: ReadReel, highest_id: int = 0) -> ImportedReel:
    """The timeline of a list, its ids above `highest_id`. Raises InterchangeError when nothing of it can be shown."""
    return _Assembly(reel, highest_id).made()


class _Assembly:
    """Makes one timeline."""

    def __init__(self, reel: ReadReel, highest_id: int) -> None:
        self._reel = reel
        told = reel.rate if reel.rate is not None and 1 <= reel.rate <= _FASTEST else None
        self._rate = told or _rate_of(reel.clips) or _DEFAULT_RATE
        self._frame = 1 / self._rate
        self._lost = list(reel.lost)
        self._number = highest_id

    def made(self) -> ImportedReel:
        lanes = _with_own_sound(self._reel.lanes, self._frame)
        items = sum(len(lane.clips) for lane in lanes) + len(self._reel.texts)
        if items > MOST_SEGMENTS:
            raise InterchangeError("interchange.too_many", n=items, most=MOST_SEGMENTS)
        videos = [row for lane in lanes if lane.kind == "video" for row in _rows(lane)]
        videos = [lane for lane in videos if lane.clips]
        if not any(clip.source is not None for lane in videos for clip in lane.clips):
            names = tuple(dict.fromkeys(clip.called for clip in self._reel.clips if clip.called))
            raise InterchangeError("interchange.nothing_found" if names else "interchange.nothing_to_show", names=names)
        tracks: list[Track] = [self._video(lane, main=number == 0) for number, lane in enumerate(videos)]
        tracks += [self._audio(row) for lane in lanes if lane.kind == "audio" for row in _rows(lane) if row.clips]
        tracks += self._texts()
        if len(tracks) > MOST_TRACKS:
            raise InterchangeError("interchange.too_many_tracks", n=len(tracks), most=MOST_TRACKS)
        width, height = self._size(videos)
        timeline = Timeline(
            title=self._reel.title[:200], width=width, height=height, frame_rate=self._rate,
            tracks=tuple(track for track in tracks if track.kind == "foreign" or _holds(track)),
        )  # fmt: skip
        if timeline.duration_ms > LONGEST_REEL_MS:
            facts = {"total": format_time(timeline.duration_ms), "most": format_time(LONGEST_REEL_MS)}
            raise InterchangeError("interchange.too_long", **facts)
        missing = tuple(dict.fromkeys(clip.called for clip in self._reel.clips if clip.called and clip.source is None))
        if missing:
            self._lost.append(message("interchange.missing", names=missing))
        return ImportedReel(timeline, tuple(dict.fromkeys(self._lost)), missing)

    def _size(self, videos: Sequence[ReadLane]) -> tuple[int, int]:
        if self._reel.width in _SIZES and self._reel.height in _SIZES:
            return self._reel.width or 1920, self._reel.height or 1080
        infos = (clip.source.info for lane in videos for clip in lane.clips if clip.source is not None)
        known = next((info for info in infos if info.width in _SIZES and info.height in _SIZES), None)
        return (known.width, known.height) if known is not None else (1920, 1080)

    def _video(self, lane: ReadLane, *, main: bool) -> VideoTrack:
        clips = [*self._filled(lane.clips)] if main else [clip for clip in lane.clips if clip.source or clip.color]
        made = self._clips(clips)
        role = _role(lane, "main" if main else "overlay")
        return VideoTrack(id=self._id("trk"), name=lane.name[:200], role=role, clips=made, volume=_volume(lane))

    def _audio(self, lane: ReadLane) -> AudioTrack:
        made = self._clips([clip for clip in lane.clips if clip.source is not None])
        duck = lane.facts.get("duck_db")
        fields: dict[str, Any] = {"duck_db": duck} if isinstance(duck, int | float) and -60 <= duck <= 0 else {}
        return AudioTrack(
            id=self._id("trk"),
            name=lane.name[:200],
            role=_role(lane, "bgm"),
            clips=made,
            volume=_volume(lane),
            **fields,
        )

    def _filled(self, clips: Sequence[ReadClip]) -> Iterator[ReadClip]:
        """The reel without gaps, its unknown footage black."""
        at = Fraction(0)
        for clip in clips:
            if clip.start - at >= self._frame:
                yield ReadClip(at, clip.start - at, color=BLACK)
            shown = clip if clip.source is not None or clip.color else replace(
                clip, color=BLACK, label=clip.called, fields={}, link="", name="", speed=Fraction(1), freeze=False
            )  # fmt: skip
            yield shown
            at = clip.end

    def _clips(self, clips: Sequence[ReadClip]) -> tuple[Clip, ...]:
        made: list[Clip] = []
        before: ReadClip | None = None
        for clip in map(_from_zero, clips):
            start, end = rounded(clip.start * 1000), rounded(clip.end * 1000)
            if end > start:
                made.append(self._clip(clip, before, start, end))
                before = clip
        return tuple(made)

    def _clip(self, clip: ReadClip, before: ReadClip | None, start: int, end: int) -> Clip:
        fields: dict[str, Any] = {
            "id": self._id("seg"), "start_ms": start, "duration_ms": end - start, "volume": clip.volume,
            "label": clip.label, "why": verbatim(clip.why),
        }  # fmt: skip
        if clip.source is None:
            fields["color"] = clip.color or BLACK
        else:
            fields |= self._source(clip, clip.source, end - start)
        if clip.sound is False and clip.source is not None and clip.source.info.has_sound and not clip.freeze:
            fields["volume"] = 0.0
        if clip.transition is not None and before is not None:
            fields["transition"] = self._transition(clip, before, clip.transition, start)
        try:
            return Clip(**{**fields, **clip.fields, **_firm(fields)})
        except (ValidationError, TypeError):
            self._lost.append(message("interchange.unread.fields", name=clip.called))
            return Clip(**fields)

    def _source(self, clip: ReadClip, source: SourceFile, length: int) -> dict[str, Any]:
        start = rounded(clip.source_start * 1000)
        fields: dict[str, Any] = {"media_id": source.info.media_id, "speed": clip.speed, "freeze": clip.freeze}
        if source.info.kind == "image":
            return {**fields, "source": TimeRange(start_ms=0, end_ms=length), "speed": Fraction(1), "freeze": False}
        most = source.info.duration_ms
        if clip.freeze:
            start = min(start, max(0, most - 1))
            return {**fields, "speed": Fraction(1), "source": TimeRange(start_ms=start, end_ms=start + 1)}
        wished = max(1, rounded(length * clip.speed))
        end = min(start + wished, most)
        if wished - (end - start) > 1000 * max(Fraction(1), clip.speed) * self._frame:
            start, end = max(0, min(start, most - wished)), most
            self._lost.append(message("interchange.unread.beyond_end", name=source.info.name))
        played = max(1, end - start)
        speed = clip.speed
        if abs(Fraction(played) / speed - length) > 1000 * self._frame:
            speed = Fraction(played, length)
        return {**fields, "speed": speed, "source": TimeRange(start_ms=start, end_ms=start + played)}

    def _transition(self, clip: ReadClip, before: ReadClip, read: ReadTransition, start: int) -> Transition | None:
        """Centred on the cut, as those of a timeline are: what is short on one side for want of footage is so again."""
        if rounded(before.end * 1000) != start:
            return None
        into, out = read.before, read.after
        wished = into + out
        if abs(into - out) > self._frame:
            lacks = _head(clip) < out if into < out else _tail(before) < into
            wished = 2 * max(into, out) if lacks else wished
            if not lacks:
                self._lost.append(message("interchange.unread.centred", name=clip.called))
        length = rounded(wished * 1000)
        return Transition(kind=read.kind, duration_ms=min(max(length, 40), 5000)) if length > 0 else None

    def _texts(self) -> Iterator[TextTrack]:
        roles = dict.fromkeys(text.role for text in self._reel.texts)
        for role in roles:
            for row in without_overlaps((text for text in self._reel.texts if text.role == role), _edges):
                made = tuple(text for each in row if (text := self._text(each)) is not None)
                known = "subtitle" if role == "subtitle" else "title"
                yield TextTrack(id=self._id("trk"), role=known, texts=made)

    def _text(self, read: ReadText) -> Text | None:
        start, end = max(0, rounded(read.start * 1000)), rounded(read.end * 1000)
        if end <= start or not read.words.strip():
            return None
        fields: dict[str, Any] = {
            "id": self._id("seg"),
            "start_ms": start,
            "duration_ms": end - start,
            "text": read.words,
        }
        try:
            return Text(**{**read.fields, **fields})
        except (ValidationError, TypeError):
            self._lost.append(message("interchange.unread.fields", name=read.words[:40]))
            return Text(**fields)

    def _id(self, kind: str) -> str:
        self._number += 1
        return f"{kind}_{self._number}"


def _from_zero(clip: ReadClip) -> ReadClip:
    """A clip without what of it lies before the reel begins."""
    if clip.start >= 0:
        return clip
    cut = min(-clip.start, clip.length)
    played = Fraction(0) if clip.freeze else cut * clip.speed
    return replace(clip, start=Fraction(0), length=clip.length - cut, source_start=clip.source_start + played)


def _firm(fields: dict[str, Any]) -> dict[str, Any]:
    """What the list itself says, which counts more than what we wrote beside it."""
    return {name: value for name, value in fields.items() if name not in ("volume", "label", "why")}


def _holds(track: VideoTrack | AudioTrack | TextTrack) -> bool:
    return bool(track.texts if isinstance(track, TextTrack) else track.clips)


def _role(lane: ReadLane, default: Role) -> Role:
    role: Any = lane.facts.get("role")
    return role if role in get_args(Role) else default


def _volume(lane: ReadLane) -> float:
    volume = lane.facts.get("volume")
    return float(volume) if isinstance(volume, int | float) and 0 <= volume <= 4 else 1.0


def _rate_of(clips: Iterable[ReadClip]) -> Fraction | None:
    infos = (clip.source.info for clip in clips if clip.source is not None)
    known = next((info for info in infos if info.frame_rate is not None), None)
    if known is None or known.frame_rate is None:
        return None
    return editing_rate(known.frame_rate, variable=known.variable_frame_rate)


def _head(clip: ReadClip) -> Fraction:
    """Seconds of the reel that there are before a clip; without end where there is always more."""
    return clip.source_start / clip.speed if _ends(clip) else Fraction(10**6)


def _tail(clip: ReadClip) -> Fraction:
    if not _ends(clip) or clip.source is None:
        return Fraction(10**6)
    return Fraction(clip.source.info.duration_ms, 1000) / clip.speed - clip.source_start / clip.speed - clip.length


def _ends(clip: ReadClip) -> bool:
    return clip.source is not None and clip.source.info.kind != "image" and not clip.freeze


def _rows(lane: ReadLane) -> list[ReadLane]:
    """A lane as several in which no clips overlap."""
    return [replace(lane, clips=tuple(row)) for row in without_overlaps(lane.clips, _edges)]


def _edges(item: ReadClip | ReadText) -> tuple[Fraction, Fraction]:
    return item.start, item.end


def _with_own_sound(lanes: Sequence[ReadLane], frame: Fraction) -> list[ReadLane]:
    """The lanes with the sound of each clip at its picture; other sound stays on its tracks.

    Where some pictures have their sound so, those without are silent.
    """
    pictures = [clip for lane in lanes if lane.kind == "video" for clip in lane.clips if clip.source is not None]
    sounds = [clip for lane in lanes if lane.kind == "audio" for clip in lane.clips]
    by_start: dict[int, list[ReadClip]] = {}
    for sound in sounds:
        by_start.setdefault(round(sound.start / frame), []).append(sound)
    own: dict[int, ReadClip] = {}
    for picture in pictures:
        near = (sound for at in (-1, 0, 1) for sound in by_start.get(round(picture.start / frame) + at, []))
        for sound in near:
            if sound.source is not None and picture.sound is None and _goes_with(sound, picture, frame):
                own[id(sound)] = picture
    heard = {id(own[id(sound)]): sound for sound in sounds if id(sound) in own}
    made = []
    for lane in lanes:
        if lane.kind == "audio":
            clips = tuple(clip for clip in lane.clips if id(clip) not in own)
        else:
            clips = tuple(_heard(clip, heard, bool(sounds)) for clip in lane.clips)
        made.append(replace(lane, clips=clips))
    return made


def _heard(clip: ReadClip, heard: dict[int, ReadClip], some: bool) -> ReadClip:
    sound = heard.get(id(clip))
    if sound is not None:
        return replace(clip, volume=sound.volume, sound=True)
    return replace(clip, sound=False) if some and clip.sound is None else clip


def _goes_with(sound: ReadClip, picture: ReadClip, frame: Fraction) -> bool:
    """Whether a sound is that of a picture: the same stretch of the same file, to a frame."""
    if picture.source is None or sound.source is None or sound.source.info.media_id != picture.source.info.media_id:
        return False
    pairs = ((sound.start, picture.start), (sound.end, picture.end), (sound.source_start, picture.source_start))
    return all(abs(one - other) <= frame for one, other in pairs)
