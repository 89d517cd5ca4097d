"""Where a finished reel can be compared with its sources: one picture, or one sound, without a mixture. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .plan import Cue, RenderPlan, Shot
from .soundplan import SAMPLE_RATE, Sound

T = TypeVar("T")

RUN = 8
"""Pictures in a row that are compared: of four, one is wrong where B-frames are stamped in the order of coding."""
_FEWEST = 3
LISTENED = SAMPLE_RATE
"""Samples that are compared: a second of speech or noise is like no other."""


@dataclass(frozen=True)
class PictureSpot:
    """Output frames [first, last) of one shot; `cues` are the texts that lie over some of them."""

    shot: Shot
    first: int
    last: int
    cues: tuple[int, ...] = ()


@dataclass(frozen=True)
class SoundSpot:
    """Samples [first, last) of the output in which one sound alone is heard, unchanged but for its gain."""

    sound: Sound
    first: int
    last: int

    @property
    def source_s(self) -> float:
        """Where in the media the first of them comes from, in seconds."""
        return float(self.sound.source_s) + (self.first - self.sound.first) / SAMPLE_RATE


def picture_spots(plan: RenderPlan) -> list[PictureSpot]:
    """The beginnings of all shots that can be seen alone, those far apart first; then their ends."""
    if not plan.layers:
        return []
    shown = [found for shot in plan.layers[0].shots if (found := _alone(plan, shot)) is not None]
    starts = [_spot(plan, shot, first, min(last, first + RUN)) for shot, first, last in shown]
    ends = [_spot(plan, shot, last - RUN, last) for shot, first, last in shown if last - first >= 3 * RUN]
    return [*_spread(starts), *_spread(ends)]


def sound_spots(plan: RenderPlan) -> list[SoundSpot]:
    """The middles of all stretches in which one sound is heard alone, those far apart first."""
    found = []
    for sound in plan.sounds:
        others = [other for other in plan.sounds if other is not sound]
        low = max([sound.first, *(ramp.stop for ramp in sound.ramps if ramp.rising)])
        high = min([sound.last, plan.samples, *(ramp.start for ramp in sound.ramps if not ramp.rising)])
        for other in others:
            if other.first < high and other.last > low:
                low, high = max(((low, other.first), (other.last, high)), key=lambda part: part[1] - part[0])
        if sound.clip.speed == 1 and high - low >= LISTENED:
            middle = (low + high - LISTENED) // 2
            found.append(SoundSpot(sound, middle, middle + LISTENED))
    return _spread(found)


def _alone(plan: RenderPlan, shot: Shot) -> tuple[Shot, int, int] | None:
    """The longest run of frames that show the shot at full light with nothing but texts over it."""
    frames = [number for number in range(shot.first, min(shot.last, plan.frames)) if _is_alone(plan, shot, number)]
    best: tuple[int, int] = (0, 0)
    for first, last in _runs(frames):
        best = max(best, (first, last), key=lambda run: run[1] - run[0])
    return (shot, *best) if best[1] - best[0] >= _FEWEST and shot.clip.media_id is not None else None


def _is_alone(plan: RenderPlan, shot: Shot, number: int) -> bool:
    lowest, *above = plan.layers
    return (
        lowest.join_at(number) is None
        and shot.light(number, plan.rate) >= 1
        and all(layer.shot_at(number) is None and layer.join_at(number) is None for layer in above)
    )


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """[first, last) of consecutive numbers."""
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield numbers[start], numbers[place - 1] + 1
            start = place


def _spot(plan: RenderPlan, shot: Shot, first: int, last: int) -> PictureSpot:
    cues = tuple(place for place, cue in enumerate(plan.cues) if _over(cue, first, last))
    return PictureSpot(shot, first, last, cues)


def _over(cue: Cue, first: int, last: int) -> bool:
    return cue.first < last and cue.last > first


def _spread(items: Sequence[T]) -> list[T]:
    """The same items, so that any number of the first ones lie far apart: first, last, middle, quarters …"""
    order: list[int] = []
    parts = 1
    while len(order) < len(items):
        for place in [round((len(items) - 1) * step / parts) for step in range(parts + 1)]:
            if place not in order:
                order.append(place)
        parts *= 2
    return [items[place] for place in order]
