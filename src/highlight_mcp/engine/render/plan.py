"""The render plan: which source time every output frame shows, exactly, and where every sound lies. Pure.

Every boundary is taken from its position on the timeline, never from a sum of rounded lengths, so the
hundredth cut is as exact as the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...timeline.model import AudioTrack, Clip, Text, TextTrack, Timeline, Transition
from ...timeline.time import frames_at

SAMPLE_RATE = 48_000
THOUSAND = Fraction(1000)


@dataclass(frozen=True)
class Shot:
    """A clip on the frame grid.

    It is alone on screen in [first, last); its pictures are needed in [enter, leave), which is wider
    where a transition lets it overlap a neighbour.
    """

    clip: Clip
    first: int
    last: int
    enter: int
    leave: int

    def source_s(self, frame: int, rate: Fraction) -> Fraction:
        """Source time in seconds at an output frame; before the clip's source start during a transition."""
        source = self.clip.source
        if source is None:
            return Fraction(0)
        if self.clip.freeze:
            return source.start_ms / THOUSAND
        into = frame / rate - self.first / rate
        return source.start_ms / THOUSAND + into * self.clip.speed


@dataclass(frozen=True)
class Join:
    """A transition between two shots, on the frames [first, last)."""

    transition: Transition
    before: int
    after: int
    first: int
    last: int

    def share(self, frame: int) -> float:
        """How far the transition is, strictly between 0 and 1."""
        return (frame - self.first + 1) / (self.last - self.first + 1)


@dataclass(frozen=True)
class Sound:
    """A clip's sound on the sample grid, in [first, last) of the output at 48 kHz."""

    clip: Clip
    first: int
    last: int
    gain: float
    music: bool = False
    duck_db: float | None = None


@dataclass(frozen=True)
class RenderPlan:
    """Everything that will be drawn and heard. Counts are output frames and samples at 48 kHz."""

    rate: Fraction
    frames: int
    samples: int
    shots: tuple[Shot, ...]
    joins: tuple[Join, ...]
    sounds: tuple[Sound, ...]
    texts: tuple[Text, ...]

    def join_at(self, frame: int) -> Join | None:
        return next((join for join in self.joins if join.first <= frame < join.last), None)


def plan(timeline: Timeline) -> RenderPlan:
    """The plan of a timeline whose clips abut; positions are taken from the timeline."""
    rate = timeline.frame_rate
    joins = tuple(_joins(timeline.clips, rate))
    shots = tuple(_shots(timeline.clips, rate, joins))
    frames = shots[-1].last if shots else 0
    return RenderPlan(
        rate=rate,
        frames=frames,
        samples=_sample_of(frames, rate),
        shots=shots,
        joins=joins,
        sounds=tuple(_sounds(timeline)),
        texts=tuple(t for track in timeline.tracks if isinstance(track, TextTrack) for t in track.texts),
    )


def _joins(clips: Sequence[Clip], rate: Fraction) -> Iterator[Join]:
    for number in range(1, len(clips)):
        clip, before = clips[number], clips[number - 1]
        if clip.transition is None:
            continue
        cut = frames_at(clip.start_ms, rate)
        half = frames_at(clip.transition.duration_ms, rate) // 2
        room = min(_frames(before, rate), _frames(clip, rate)) // 2
        half = min(half, room)
        if half > 0:
            yield Join(clip.transition, number - 1, number, cut - half, cut + half)


def _frames(clip: Clip, rate: Fraction) -> int:
    return frames_at(clip.end_ms, rate) - frames_at(clip.start_ms, rate)


def _shots(clips: Sequence[Clip], rate: Fraction, joins: Sequence[Join]) -> Iterator[Shot]:
    for number, clip in enumerate(clips):
        first, last = frames_at(clip.start_ms, rate), frames_at(clip.end_ms, rate)
        enter = min((join.first for join in joins if join.after == number), default=first)
        leave = max((join.last for join in joins if join.before == number), default=last)
        yield Shot(clip, first, last, enter, leave)


def _sounds(timeline: Timeline) -> Iterator[Sound]:
    main = timeline.main
    if main is not None:
        for clip in main.clips:
            if clip.media_id is not None and clip.source is not None and not clip.freeze:
                yield Sound(clip, *_samples(clip), gain=clip.volume * main.volume)
    for track in timeline.tracks:
        if isinstance(track, AudioTrack):
            for clip in track.clips:
                if clip.media_id is not None and clip.source is not None:
                    gain = clip.volume * track.volume
                    yield Sound(clip, *_samples(clip), gain, music=True, duck_db=track.duck_db)


def _samples(clip: Clip) -> tuple[int, int]:
    return clip.start_ms * SAMPLE_RATE // 1000, clip.end_ms * SAMPLE_RATE // 1000


def _sample_of(frame: int, rate: Fraction) -> int:
    return round(frame * SAMPLE_RATE / rate)
