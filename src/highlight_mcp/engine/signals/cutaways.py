"""Departures: for a few seconds the pictures are somewhere else, then they come back.

A recording has places it stays at or returns to. What is shown between two stays at the same place, short
and alive, is where a camera operator or editor went because something happened there.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .packets import ProgressCallback, no_progress
from .sample_frames import SampleFrames
from .shots import Shot, sample_times
from .similarity import PreparedFrames, any_alike, compare_shifted, prepare, similarity

_LONGEST_MS = 16_000  # ms; F1 -0.009 at x0.8, +0.000 at x1.25
_SHORTEST_MS = 1_500  # ms; flat
_MOST_SHOTS = 8  # shots; flat
_SAME = 0.62  # likeness 0..1; F1 -0.136 at x0.8, -0.033 at x1.25
_WINDOW_MS, _NEAR_SHOTS = 180_000, 30  # ms, shots; on both sides; flat
_EDGE_MS = 200  # ms at the ends of a shot; flat
_KEPT_SHOTS = 200  # shots kept in memory
_STAY_MS, _RARE = 5_000, 0.18  # ms; share of the minutes around; flat
_HOME_LONGER, _HOME_MORE, _SHARE_MORE = 1.3, 1.15, 2.0  # times; _HOME_MORE F1 +0.002 at x0.8, -0.010 at x1.25
_LIVELY_PERCENT = 75  # percent; F1 +0.000 at x0.8, -0.023 at x1.25


@dataclass(frozen=True)
class Cutaway:
    """`start_ms` to `end_ms` somewhere else. `unlike` 0..1 against the place left; `motion` its
    residual motion and `around` that of the place; `shots` how many shots it has; `share` of the minutes
    around it that its own place takes; `soft` whether it neither begins nor ends with a clear cut."""

    start_ms: int
    end_ms: int
    unlike: float
    motion: float
    around: float
    shots: int
    share: float
    soft: bool = False

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def find_cutaways(pictures: SampleFrames, shots: list[Shot], report: ProgressCallback = no_progress) -> list[Cutaway]:
    """All departures in order of time; they do not overlap. `report` hears how many shots of how many are done."""
    likeness = ShotSimilarity(pictures, shots)
    cutaways: list[Cutaway] = []
    index = 1
    while index < len(shots) - 1:
        report(index, len(shots))
        back = _return(likeness, index)
        if back is None:
            index += 1
            continue
        cutaways.append(_departure(likeness, index, back))
        index = back + 1
    return cutaways


def _return(likeness: "ShotSimilarity", first: int) -> int | None:
    """Index of the shot that is back at the place before shot `first`; None without a departure there."""
    shots = likeness.shots
    left = first - 1
    for back in range(first + 1, min(len(shots), first + _MOST_SHOTS + 1)):
        length = shots[back - 1].end_ms - shots[first].start_ms
        if length > _LONGEST_MS:
            return None
        if likeness.usually_like(back - 1, left) >= _SAME:
            return None
        if likeness.same(back, left):
            return back if length >= _SHORTEST_MS and likeness.stays(left, first, back) else None
        if back == first + 1 and length >= _SHORTEST_MS and likeness.passes_through(left, first, back):
            return back
    return None


def _departure(likeness: "ShotSimilarity", first: int, back: int) -> Cutaway:
    shots = likeness.shots
    inside = range(first, back)
    start, end = shots[first].start_ms, shots[back - 1].end_ms
    away = likeness.motion(inside)
    unlike = 1.0 - float(
        np.mean([max(likeness.usually_like(i, first - 1), likeness.usually_like(i, back)) for i in inside])
    )
    return Cutaway(
        start_ms=start,
        end_ms=end,
        unlike=unlike,
        motion=away,
        around=likeness.motion((first - 1, back)),
        shots=1 + int(((likeness.cut_ms > start) & (likeness.cut_ms < end)).sum()),
        share=likeness.share(first),
        soft=shots[first].opening == shots[back].opening == "dissolve",
    )


class ShotSimilarity:
    """Shots with what is needed to compare them, computed when asked for."""

    def __init__(self, pictures: SampleFrames, shots: list[Shot]) -> None:
        self.shots = shots
        self.cut_ms = pictures.cut_ms
        self._pictures = pictures
        self._views: dict[int, PreparedFrames] = {}
        self._known: dict[tuple[int, int], tuple[float, float]] = {}
        self._same: dict[tuple[int, int], bool] = {}

    def same(self, first: int, second: int) -> bool:
        """Whether both are one place: the most alike pair of their looks shows the same.

        One pair that does so is enough; the others are only compared where the two in the middle do not.
        """
        pair = (min(first, second), max(first, second))
        if pair not in self._same:
            known = self._known.get(pair)
            self._same[pair] = known[0] >= _SAME if known is not None else self._compared(*pair)
        return self._same[pair]

    def _compared(self, first: int, second: int) -> bool:
        ours, theirs = self._seen(first), self._seen(second)
        count, others = len(ours.mean), len(theirs.mean)
        looks, other_looks = np.arange(count).repeat(others), np.tile(count + np.arange(others), count)
        middle = np.array([count // 2 * others + others // 2])
        views = compare_shifted(ours, theirs)
        return any_alike(views, looks[middle], other_looks[middle], _SAME) or any_alike(
            views, np.delete(looks, middle), np.delete(other_looks, middle), _SAME
        )

    def usually_like(self, first: int, second: int) -> float:
        """As `like`, over the middling pair: a passer-by in one look makes no other place the same."""
        return self._likeness(first, second)[1]

    def _likeness(self, first: int, second: int) -> tuple[float, float]:
        pair = (min(first, second), max(first, second))
        if pair not in self._known:
            ours, theirs = self._seen(pair[0]), self._seen(pair[1])
            count, others = len(ours.mean), len(theirs.mean)
            first_look, second_look = np.arange(count).repeat(others), np.tile(count + np.arange(others), count)
            values = similarity(compare_shifted(ours, theirs), first_look, second_look)
            self._known[pair] = (float(values.max()), float(np.median(values)))
        return self._known[pair]

    def _seen(self, index: int) -> PreparedFrames:
        """A few looks of one shot; those of the shots asked for lately are kept."""
        if index not in self._views:
            if len(self._views) >= _KEPT_SHOTS:
                del self._views[next(iter(self._views))]
            self._views[index] = prepare(self._pictures.images[sample_times(self.shots[index])])
        return self._views[index]

    def stays(self, left: int, first: int, back: int) -> bool:
        """Whether the place left and come back to is more of a home than what lies between."""
        away = self.shots[back - 1].end_ms - self.shots[first].start_ms
        home = self._time_at(left, first)
        return home > _HOME_LONGER * away and home > _HOME_MORE * self._time_at(first, first, home / _HOME_MORE)

    def passes_through(self, left: int, first: int, back: int) -> bool:
        """Whether one rare shot lies between two stays at places that are homes, though not the same one."""
        away = self.shots[first].end_ms - self.shots[first].start_ms
        stays = [self.shots[i].end_ms - self.shots[i].start_ms for i in (left, back)]
        if min(stays) < _STAY_MS or max(stays) < _HOME_LONGER * away or self.share(first) > _RARE:
            return False
        unlike = max(self.usually_like(first, left), self.usually_like(first, back)) < _SAME
        return unlike and min(self.share(left), self.share(back)) > _SHARE_MORE * self.share(first)

    def share(self, index: int) -> float:
        """Share of the minutes around a shot that its own place takes."""
        near = self._near(index)
        total = sum(self.shots[i].end_ms - self.shots[i].start_ms for i in near)
        return self._time_at(index, index) / max(1, total)

    def motion(self, indices: "range | tuple[int, ...]") -> float:
        """Upper quartile of residual motion over some shots.

        Not the median: what passes in the middle of a stillness is action too.
        """
        parts = [self._motion(self.shots[i]) for i in indices]
        values = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        values = values[np.isfinite(values)]
        return float(np.percentile(values, _LIVELY_PERCENT)) if len(values) else 0.0

    def _motion(self, shot: Shot) -> NDArray[np.float32]:
        """Motion inside a shot, without what a dissolve at its start or something at its end adds."""
        at_ms = self._pictures.at_ms[shot.first : shot.last]
        values: NDArray[np.float32] = self._pictures.motion[shot.first : shot.last]
        calm_ms = 0 if shot.opening == "cut" else _EDGE_MS
        inside = (at_ms >= shot.start_ms + calm_ms) & (at_ms < shot.end_ms - _EDGE_MS)
        return values[inside] if inside.any() else values

    def _near(self, index: int) -> list[int]:
        middle = self.shots[index].start_ms
        window = range(max(0, index - _NEAR_SHOTS), min(len(self.shots), index + _NEAR_SHOTS + 1))
        from_ms, to_ms = middle - _WINDOW_MS, middle + _WINDOW_MS
        return [i for i in window if self.shots[i].end_ms > from_ms and self.shots[i].start_ms < to_ms]

    def _time_at(self, place: int, centre: int, enough_ms: float = float("inf")) -> int:
        """How long the recording is at a place in the minutes around; counted no further than `enough_ms`."""
        total = 0
        for index in sorted(self._near(centre), key=lambda i: abs(i - centre)):
            if total >= enough_ms:
                break
            if index == place or self.same(index, place):
                total += self.shots[index].end_ms - self.shots[index].start_ms
        return total
