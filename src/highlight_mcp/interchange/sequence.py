"""A timeline on frames, as editors count it. Pure.

Each position is rounded once from its place on the timeline, as the render does (`engine/render/plan.py`), so that the
hundredth cut is as exact as the first. Footage is counted at its own rate from its first frame, the reel at its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from math import log10
from typing import Literal, TypeVar

from ..timeline.model import AudioTrack, Clip, Text, TextTrack, Timeline, TransitionKind, VideoTrack
from ..timeline.time import frames_at
from .sources import SourceFile
from .timecode import editing_rate, is_droppable, within

BLACK = "#000000"
BASE_HEIGHT = 1080
"""Lines of the picture that other editors give the sizes of type for."""
QUIETEST_DB = -96.0
"""What Final Cut Pro has for silence."""
REEL_FINEST = 60
"""Frames per second that a reel has at most, as in a render."""


@dataclass(frozen=True)
class FrameRange:
    """The frames [start, end)."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True)
class CutTransition:
    """How an event follows the one before it: over `before` frames of the reel before the cut and `after` behind it.

    `wished` is how many frames it has on the timeline; there are fewer where the footage has no more.
    """

    kind: TransitionKind
    before: int
    after: int
    wished: int

    @property
    def length(self) -> int:
        return self.before + self.after


@dataclass(frozen=True)
class CutEvent:
    """One clip on frames: `record` of the reel, `source_range` of its source at `rate`, counted from its first frame.

    Without a `source` it is a card, or footage that is not known. `number` counts the clips of its track from 1.
    """

    clip: Clip
    number: int
    record: FrameRange
    source_range: FrameRange
    rate: Fraction
    source: SourceFile | None = None
    transition: CutTransition | None = None
    gain: float = 1.0

    @property
    def name(self) -> str:
        """What it is called: by its file, else by its label."""
        return self.source.info.name if self.source is not None else self.clip.label or "card"

    @property
    def is_black(self) -> bool:
        """Whether nothing is to be seen: a black card, which other editors have as a gap."""
        return self.clip.media_id is None and (self.clip.color or BLACK) == BLACK

    @property
    def is_heard(self) -> bool:
        """Whether it has a sound of its own."""
        heard = self.source is not None and self.source.info.has_sound and not self.clip.freeze
        return heard and self.gain > 0

    @property
    def gain_db(self) -> float:
        """Its gain as a change of level, to a thousandth of a decibel."""
        return round(20 * log10(self.gain), 3) if self.gain > 0 else QUIETEST_DB

    @property
    def speed(self) -> Fraction:
        """How much faster than recorded it plays; 0 for a held frame."""
        return Fraction(0) if self.clip.freeze else self.clip.speed

    @property
    def first_frame(self) -> int:
        """The number of the first frame of its source."""
        return self.source.first_frame(self.rate) if self.source is not None else 0

    def source_frames(self, record_frames: int, reel: Fraction) -> int:
        """How many frames of the source play in so many of the reel."""
        return round(record_frames * self.rate * self.speed / reel)


@dataclass(frozen=True)
class CutLane:
    """A row of events that do not overlap. `number` is that of its track among those of its kind, from 1."""

    kind: Literal["video", "audio"]
    track: VideoTrack | AudioTrack
    number: int
    events: tuple[CutEvent, ...]


@dataclass(frozen=True)
class CutTitle:
    """Words over the picture, in frames of the reel; `lane` numbers the tracks of texts from 1."""

    text: Text
    words: str
    record: FrameRange
    role: str
    lane: int


@dataclass(frozen=True)
class CutSequence:
    """A whole reel on frames; the first lane is the reel itself. `skipped` clips last less than a frame."""

    title: str
    rate: Fraction
    width: int
    height: int
    length: int
    lanes: tuple[CutLane, ...] = ()
    titles: tuple[CutTitle, ...] = ()
    skipped: tuple[Clip, ...] = field(default=())

    @property
    def drops(self) -> bool:
        """Whether its timecode drops frames."""
        return is_droppable(self.rate)

    @property
    def main(self) -> CutLane | None:
        """The reel, None before anything was cut."""
        return next((lane for lane in self.lanes if lane.kind == "video"), None)

    def of(self, kind: str) -> tuple[CutLane, ...]:
        """The lanes of a kind, in their order."""
        return tuple(lane for lane in self.lanes if lane.kind == kind)

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        """The files in the order in which they are first used."""
        found = {
            event.source.info.media_id: event.source for lane in self.lanes for event in lane.events if event.source
        }
        return tuple(found.values())


def reel_rate(timeline: Timeline) -> Fraction:
    """Frames per second of the reel, as an editor counts them."""
    return editing_rate(within(timeline.frame_rate, REEL_FINEST))


def sequence_of(timeline: Timeline, sources: Mapping[str, SourceFile], finest: int | None = None) -> CutSequence:
    """The timeline on frames. `finest` bounds the rate in which footage is counted, for formats of timecode."""
    rate = reel_rate(timeline)
    lanes: list[CutLane] = []
    skipped: list[Clip] = []
    numbers = {"video": 0, "audio": 0}
    for track in timeline.tracks:
        if isinstance(track, VideoTrack | AudioTrack):
            numbers[track.kind] += 1
            made = [
                (clip, _event(clip, n, track.volume, rate, sources, finest)) for n, clip in enumerate(track.clips, 1)
            ]
            skipped += [clip for clip, event in made if event is None]
            events = [event for _, event in made if event is not None]
            rows = [tuple(_joined(row, rate)) for row in without_overlaps(events, recorded)]
            lanes += [CutLane(track.kind, track, numbers[track.kind], row) for row in rows]
    titles = tuple(sorted(_titles(timeline, rate), key=lambda each: each.record.start))
    ends = [event.record.end for lane in lanes for event in lane.events] + [title.record.end for title in titles]
    return CutSequence(
        title=timeline.title, rate=rate, width=timeline.width, height=timeline.height, length=max(ends, default=0),
        lanes=tuple(lanes), titles=titles, skipped=tuple(skipped),
    )  # fmt: skip


def _event(
    clip: Clip, number: int, volume: float, reel: Fraction, sources: Mapping[str, SourceFile], finest: int | None
) -> CutEvent | None:
    record = FrameRange(frames_at(clip.start_ms, reel), frames_at(clip.end_ms, reel))
    if record.length < 1:
        return None
    source = sources.get(clip.media_id) if clip.media_id is not None else None
    rate = source.rate(reel, finest) if source is not None else reel
    event = CutEvent(clip, number, record, FrameRange(0, 1), rate, source, gain=clip.volume * volume)
    first = frames_at(clip.source.start_ms, rate) if clip.source is not None else 0
    length = 1 if clip.freeze else max(1, event.source_frames(record.length, reel))
    most = source.frames(rate) if source is not None else None
    if most is not None:
        first = max(0, min(first, most - length))
        length = min(length, most - first)
    return replace(event, source_range=FrameRange(first, first + length))


_Item = TypeVar("_Item")
_Time = TypeVar("_Time", int, Fraction)


def without_overlaps(items: Iterable[_Item], edges: Callable[[_Item], tuple[_Time, _Time]]) -> list[list[_Item]]:
    """The items by their starts, on as few rows as they need not to overlap; `edges` are start and end of one."""
    rows: list[list[_Item]] = []
    for item in sorted(items, key=lambda each: edges(each)[0]):
        row = next((row for row in rows if edges(row[-1])[1] <= edges(item)[0]), None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    return rows


def recorded(item: CutEvent | CutTitle) -> tuple[int, int]:
    """The edges of an item in frames of the reel."""
    return item.record.start, item.record.end


def _joined(events: Sequence[CutEvent], reel: Fraction) -> Iterator[CutEvent]:
    """The events with the transitions between them, no longer than their footage reaches."""
    yield from events[:1]
    used = 0
    for before, event in pairwise(events):
        transition = _transition(before, event, reel, used)
        used = transition.after if transition is not None else 0
        yield replace(event, transition=transition)


def _transition(before: CutEvent, event: CutEvent, reel: Fraction, used: int) -> CutTransition | None:
    transition = event.clip.transition
    if transition is None or before.record.end != event.record.start:
        return None
    wished = min(frames_at(transition.duration_ms, reel), before.record.length, event.record.length)
    into = min(wished // 2, _handle(event, event.source_range.start, reel), before.record.length - used)
    most = None if before.source is None else before.source.frames(before.rate)
    left = None if most is None else most - before.source_range.end
    out = min(wished - wished // 2, _handle(before, left, reel), event.record.length)
    return CutTransition(transition.kind, into, out, wished) if into + out > 0 else None


_ENDLESS = 1_000_000
"""Frames: of a card, a picture or a held frame there is always more."""


def _handle(event: CutEvent, frames: int | None, reel: Fraction) -> int:
    """How many frames of the reel there are beyond the edge of an event, where its source has so many more.

    The last of them may lie half a frame of the source beyond it: that is rounded away.
    """
    if frames is None or event.source is None or event.clip.freeze or event.source.info.kind == "image":
        return _ENDLESS
    return int((frames + Fraction(1, 2)) * reel / (event.rate * event.speed))


def _titles(timeline: Timeline, rate: Fraction) -> Iterator[CutTitle]:
    tracks = [track for track in timeline.tracks if isinstance(track, TextTrack)]
    for lane, track in enumerate(tracks, 1):
        for text in track.texts:
            record = FrameRange(frames_at(text.start_ms, rate), frames_at(text.end_ms, rate))
            if record.length > 0 and text.text.strip():
                yield CutTitle(text, text.opening, record, track.role, lane)
