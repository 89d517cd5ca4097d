"""The render plan: which source time every output frame shows, exactly, and where every sound lies. Pure.

Every boundary is taken from its position on the timeline, never from a sum of rounded lengths, so the
hundredth cut is as exact as the first. Output frame `n` is on screen from n/rate to (n+1)/rate and
shows the footage at the middle of that time, which is the source frame nearest to it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

from ...timeline.layout import passed_ms
from ...timeline.model import Clip, Crop, Text, Timeline, Transition, VideoTrack, items
from ...timeline.time import frames_at
from .sound_plan import SAMPLE_RATE, PlannedSound, Ramp, sounds_of

THOUSAND = Fraction(1000)
FASTEST = 60
INSTANT = Fraction(1, 2000)


@dataclass(frozen=True)
class PlacedClip:
    """A clip on the frame grid.

    It fills [first, last); its pictures are needed until `leave`, which is later where a transition
    lets it overlap the next one. Its pictures, and its own sound, may be moved by `offset_s` in the source, less than
    a frame, so that the first one begins with the clip.
    """

    clip: Clip
    first: int
    last: int
    leave: int
    offset_s: Fraction = Fraction(0)

    def source_s(self, frame: int, rate: Fraction) -> Fraction:
        """Source time in seconds at the middle of an output frame.

        On the shot's own frames it lies inside the clip's source range; during a transition it goes on
        into the material before and after it, and may lie outside the media.
        """
        source = self.clip.source
        start = Fraction(source.start_ms if source else 0, 1000) + self.offset_s
        if self.clip.freeze:
            return start + 1 / (2 * rate)
        at_ms = Fraction(2 * frame + 1, 2) * 1000 / rate - self.clip.start_ms
        time_s = start + passed_ms(self.clip, at_ms) / THOUSAND
        if source is None or not self.first <= frame < self.last:
            return time_s
        return min(max(time_s, start), max(start, source.end_ms / THOUSAND + self.offset_s - INSTANT))

    def view(self, frame: int, rate: Fraction) -> Crop | None:
        """The part of the picture that is seen at the middle of an output frame; None for all of it."""
        if self.clip.zoom is None:
            return None
        at_ms = Fraction(2 * frame + 1, 2) * 1000 / rate - self.clip.start_ms
        return self.clip.zoom.at(float(at_ms / self.clip.duration_ms))

    def light(self, frame: int, rate: Fraction) -> float:
        """Brightness from the clip's picture fades: 0 is black, 1 the picture as it is."""
        at = Fraction(2 * frame + 1, 2) * 1000 / rate - self.clip.start_ms
        into, out = self.clip.picture_fade_in_ms, self.clip.picture_fade_out_ms
        return min(_share(at, into), _share(self.clip.duration_ms - at, out))


@dataclass(frozen=True)
class PlannedTransition:
    """A transition between two shots, on the frames [first, last), centred on the cut."""

    transition: Transition
    before: int
    after: int
    first: int
    last: int

    def share(self, frame: int) -> float:
        """How far the transition is, strictly between 0 and 1."""
        return (2 * (frame - self.first) + 1) / (2 * (self.last - self.first))


@dataclass(frozen=True)
class Layer:
    """One video track: shots in order and the transitions between them."""

    shots: tuple[PlacedClip, ...]
    joins: tuple[PlannedTransition, ...]

    @cached_property
    def _firsts(self) -> list[int]:
        return [shot.first for shot in self.shots]

    def join_at(self, frame: int) -> PlannedTransition | None:
        return next((join for join in self.joins if join.first <= frame < join.last), None)

    def shot_at(self, frame: int) -> int | None:
        """The place of the shot that is on at a frame; None in a gap."""
        place = bisect_right(self._firsts, frame) - 1
        return place if place >= 0 and frame < self.shots[place].last else None


@dataclass(frozen=True)
class PlacedText:
    """A text, or a picture with its place over the reel, on the frame grid, in [first, last).

    `lit` is the stretch of a text that is said meanwhile: that alone is drawn, over the text itself.
    """

    item: Text | Clip
    first: int
    last: int
    lit: tuple[int, int] | None = None

    def strength(self, frame: int, rate: Fraction) -> float:
        """Opacity, with the fades of the item, 0 to 1."""
        item = self.item
        if isinstance(item, Text):
            opacity, into, out = item.style.opacity, item.fade_in_ms, item.fade_out_ms
        else:
            opacity = item.placement.opacity if item.placement else 1.0
            into, out = item.picture_fade_in_ms, item.picture_fade_out_ms
        at = Fraction(2 * frame + 1, 2) * 1000 / rate - item.start_ms
        return opacity * min(_share(at, into), _share(item.duration_ms - at, out))


@dataclass(frozen=True)
class RenderPlan:
    """Everything that will be drawn and heard. Counts are output frames and samples at 48 kHz.

    `layers` paint in order, the reel first, and `cues` over all of them. `frames` is the timeline's duration × rate,
    rounded once.
    """

    rate: Fraction
    frames: int
    samples: int
    layers: tuple[Layer, ...]
    sounds: tuple[PlannedSound, ...]
    cues: tuple[PlacedText, ...]


def plan_render(timeline: Timeline, rate: Fraction | None = None) -> RenderPlan:
    """The plan of a timeline, at its own rate or another; positions are taken from the timeline. Gaps are black."""
    rate = output_rate(timeline.frame_rate) if rate is None else rate
    tracks = [track for track in timeline.tracks if isinstance(track, VideoTrack)]
    layers = [clips for track in tracks if (clips := [clip for clip in track.clips if clip.placement is None])]
    frames = frames_at(timeline.duration_ms, rate) if layers else 0
    return RenderPlan(
        rate=rate,
        frames=frames,
        samples=_sample_of(frames, rate),
        layers=tuple(layer_of(clips, rate) for clips in layers),
        sounds=sounds_of(timeline),
        cues=tuple(_cues(timeline, rate)),
    )


def output_rate(rate: Fraction, fastest: int = FASTEST) -> Fraction:
    """Frames per second of the reel: the timeline's, or its largest whole fraction that is at most `fastest`."""
    return rate / ceil(rate / fastest)


def layer_of(clips: Sequence[Clip], rate: Fraction) -> Layer:
    """One track on the grid. A clip in which no frame begins, as in drafts of others, is not shown."""
    seen = (clip for clip in clips if frames_at(clip.start_ms, rate) < frames_at(clip.end_ms, rate))
    ordered = sorted(seen, key=lambda clip: clip.start_ms)
    joins = tuple(_joins(ordered, rate))
    return Layer(tuple(_shots(ordered, rate, joins)), joins)


def _joins(clips: Sequence[Clip], rate: Fraction) -> Iterator[PlannedTransition]:
    for number in range(1, len(clips)):
        clip, before = clips[number], clips[number - 1]
        if clip.transition is None or before.end_ms != clip.start_ms:
            continue
        length_ms = min(clip.transition.duration_ms, before.duration_ms, clip.duration_ms)
        first = _nearest(Fraction(2 * clip.start_ms - length_ms, 2000) * rate)
        last = _nearest(Fraction(2 * clip.start_ms + length_ms, 2000) * rate)
        if last > first:
            yield PlannedTransition(clip.transition, number - 1, number, first, last)


def _shots(clips: Sequence[Clip], rate: Fraction, joins: Sequence[PlannedTransition]) -> Iterator[PlacedClip]:
    left = {join.before: join.last for join in joins}
    for number, clip in enumerate(clips):
        first, last = frames_at(clip.start_ms, rate), frames_at(clip.end_ms, rate)
        yield PlacedClip(clip, first, last, max(last, left.get(number, last)))


def _cues(timeline: Timeline, rate: Fraction) -> Iterator[PlacedText]:
    for track in timeline.tracks:
        for item in items(track):
            if isinstance(item, Text) and item.text.strip():
                yield from _read(item, rate)
            elif isinstance(item, Clip) and item.placement is not None:
                yield from _placed(item, item.start_ms, item.end_ms, rate)


def _read(text: Text, rate: Fraction) -> Iterator[PlacedText]:
    """A text, once for each way in which it reads: one that counts reads otherwise every second."""
    for start, end, words in text.readings:
        now = text if words == text.text else text.model_copy(update={"text": words})
        yield from _placed(now, text.start_ms + start, text.start_ms + end, rate)
    for start, end, lit in text.said:
        yield from _placed(text, text.start_ms + start, text.start_ms + end, rate, lit)


def _placed(
    item: Text | Clip, start_ms: int, end_ms: int, rate: Fraction, lit: tuple[int, int] | None = None
) -> Iterator[PlacedText]:
    first, last = frames_at(start_ms, rate), frames_at(end_ms, rate)
    if last > first:
        yield PlacedText(item, first, last, lit)


def _share(at: Fraction, length_ms: int) -> float:
    return float(min(max(at / length_ms, Fraction(0)), Fraction(1))) if length_ms else 1.0


def _nearest(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _sample_of(frame: int, rate: Fraction) -> int:
    return _nearest(frame * SAMPLE_RATE / rate)


def slice_sounds(plan: RenderPlan, first: int, last: int) -> RenderPlan:
    """The plan of what is heard during the output frames [first, last), its sounds beginning at sample 0.

    Levels and fades are those of the whole plan. The pictures of the result are not to be drawn: their
    frames keep their own numbers.
    """
    start, stop = sample_at(first, plan.rate), sample_at(last, plan.rate)
    sounds = (_moved(sound, start) for sound in plan.sounds if sound.first < stop and sound.last > start)
    ordered = tuple(sorted(sounds, key=lambda sound: sound.first))
    return replace(plan, frames=last - first, samples=stop - start, sounds=ordered)


def seen_at(plan: RenderPlan, frames: Sequence[int]) -> RenderPlan:
    """The plan without texts that make no difference to these output frames, given in ascending order.

    A text on screen then may stand elsewhere because of an earlier one that shares the screen with it at another
    time; that one stays too, and so on. Frames keep their numbers.
    """
    needed: list[PlacedText] = []
    for cue in reversed(plan.cues):
        on_screen = bisect_left(frames, cue.first) < bisect_left(frames, cue.last)
        if on_screen or any(cue.first < later.last and later.first < cue.last for later in needed):
            needed.append(cue)
    return replace(plan, cues=tuple(reversed(needed)))


def sample_at(frame: int, rate: Fraction) -> int:
    """The sample of the 48 kHz grid nearest to the start of a frame (half rounds up)."""
    exact = frame * SAMPLE_RATE / rate
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _moved(sound: PlannedSound, by: int) -> PlannedSound:
    """The sound `by` samples earlier, without what lies before sample 0."""
    skipped = max(0, by - sound.first)
    return replace(
        sound,
        first=sound.first + skipped - by,
        last=sound.last - by,
        starts=sound.starts - by,
        ramps=tuple(Ramp(ramp.start - by, ramp.stop - by, ramp.rising, ramp.curve) for ramp in sound.ramps),
    )


LONGEST_SIDE = 4096
"""Where hardware decoders of H.264 stop."""


def frame_size(timeline: Timeline, short_side: int | Fraction) -> tuple[int, int]:
    """Width and height in pixels, both even, in the shape of the timeline; no side above 4096."""
    width, height = timeline.width, timeline.height
    scale = min(Fraction(short_side) / min(width, height), Fraction(LONGEST_SIDE, max(width, height)))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))
