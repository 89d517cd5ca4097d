"""A number over time: what it most likely was at each look, and where it stepped up and stayed up.

Looks are misread now and then, so the cheapest course through all of them is taken (Viterbi): to leave a reading aside
costs something, and so does each step, the more the less a score does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MISREAD, _MISREAD_SURE = 0.3, 2.5  # costs: of leaving any reading aside, and that times how sure it is
_STEP, _STEP_MORE = 3.0, 0.3  # costs of one up, and of each more: two looks outweigh it, one does not
_BACK, _ANEW, _JUMP = 5.0, 6.0, 7.0  # costs of a point taken back, of starting anew, of anything else
MOST_POINTS = 3
"""Points of one act, in basketball; more were made in several acts."""
# points for each second, from so many ms on, that two looks are apart: in a fast minute of basketball a side makes 12
_MORE_A_SECOND, _CLOSE_MS = 0.2, 5_000
_MOST_VALUES = 80  # different values that are weighed
TAKEN_BACK_MS = 300_000
"""A review of a goal takes up to five minutes."""

Costs = NDArray[np.float64]


@dataclass(frozen=True)
class NumberReading:
    """What was read at a look: a number and how sure it is, 0 to 1."""

    value: int
    sure: float


@dataclass(frozen=True)
class Step:
    """From `before` to `after`, between the looks with these numbers (the last with the old, the first with the new).

    `sure` is the mean of how sure the readings of the new value were. On a `ladder` numbers are rungs.
    `most` are the points that may have been made between these looks.
    """

    last_old: int
    first_new: int
    before: int
    after: int
    sure: float
    ladder: bool = False
    most: int = MOST_POINTS

    @property
    def points(self) -> int:
        return self.after - self.before

    @property
    def anew(self) -> bool:
        """Whether another game or set begins."""
        return self.after == 0 and (self.before > MOST_POINTS or (self.ladder and self.before > 0))


def course(readings: Sequence[NumberReading | None], at_ms: Sequence[int] = ()) -> list[int]:
    """The most likely number at each look, in order of time; empty where nothing was read."""
    counts: dict[int, float] = {}
    for reading in readings:
        if reading is not None:
            counts[reading.value] = counts.get(reading.value, 0.0) + reading.sure
    values = sorted(sorted(counts, key=lambda value: -counts[value])[:_MOST_VALUES])
    if not values:
        return []
    changes: dict[int, Costs] = {}
    total = np.zeros(len(values))
    back = np.zeros((len(readings), len(values)), np.int64)
    for place, reading in enumerate(readings):
        if place:
            most = _most_between(at_ms, place - 1, place)
            if most not in changes:
                changes[most] = _changes(values, most)
            through = total[:, np.newaxis] + changes[most]
            back[place] = through.argmin(axis=0)
            total = through.min(axis=0)
        if reading is not None:
            total = total + _MISREAD + _MISREAD_SURE * reading.sure
            if reading.value in values:
                total[values.index(reading.value)] -= _MISREAD + _MISREAD_SURE * reading.sure
    at = int(total.argmin())
    out = [at]
    for place in range(len(readings) - 1, 0, -1):
        at = int(back[place, at])
        out.append(at)
    return [values[index] for index in reversed(out)]


def _most_between(at_ms: Sequence[int], before: int, after: int) -> int:
    """Points that may be made between two looks."""
    apart_ms = at_ms[after] - at_ms[before] if at_ms else 0
    return MOST_POINTS + int(_MORE_A_SECOND * max(0, apart_ms - _CLOSE_MS) / 1000.0)


def _changes(values: Sequence[int], most: int) -> Costs:
    """Costs (from, to), where up to so many points may have been made: the more may, the less one up costs."""
    number = np.array(values)
    step = number[np.newaxis] - number[:, np.newaxis]
    costs = np.full(step.shape, _JUMP)
    up = (step >= 1) & (step <= most)
    costs[up] = (_STEP + _STEP_MORE * (np.minimum(step[up], MOST_POINTS) - 1)) * MOST_POINTS / most
    costs[(step < 0) & (step >= -MOST_POINTS)] = _BACK
    costs[:, number == 0] = np.minimum(costs[:, number == 0], _ANEW)
    np.fill_diagonal(costs, 0.0)
    return costs


def steps(readings: Sequence[NumberReading | None], at_ms: Sequence[int] = (), *, ladder: bool = False) -> list[Step]:
    """All changes of the most likely course, in order of time; without times of the looks as if they were close."""
    numbers = course(readings, at_ms)
    out: list[Step] = []
    agreeing = [
        place
        for place, reading in enumerate(readings)
        if reading is not None and numbers and reading.value == numbers[place]
    ]
    for index in range(1, len(agreeing)):
        last, first = agreeing[index - 1], agreeing[index]
        if numbers[last] == numbers[first]:
            continue
        sure = _sure(readings, numbers, agreeing[index:])
        most = _most_between(at_ms, last, first)
        out.append(Step(last, first, numbers[last], numbers[first], sure, ladder, most))
    return out


def _sure(readings: Sequence[NumberReading | None], numbers: Sequence[int], from_here: Sequence[int]) -> float:
    value = numbers[from_here[0]]
    seen: list[float] = []
    for place in from_here:
        reading = readings[place]
        if numbers[place] != value or reading is None:
            break
        seen.append(reading.sure)
    return sum(seen) / max(1, len(seen))


def kept_steps(found: Sequence[Step], at_ms: Sequence[int]) -> list[Step]:
    """Steps up by a few points that were not taken back within minutes."""
    out: list[Step] = []
    for place, step in enumerate(found):
        if not 1 <= step.points <= MOST_POINTS:
            continue
        start = at_ms[step.first_new]
        taken_back = any(
            later.after < later.before and later.after <= step.before
            for later in found[place + 1 :]
            if at_ms[later.first_new] - start <= TAKEN_BACK_MS and not later.anew
        )
        if not taken_back:
            out.append(step)
    return out


def plausibility(found: Sequence[Step]) -> float:
    """Share of the changes that a score may make: up by a few points; a start anew counts for nothing."""
    up = [step for step in found if 1 <= step.points <= step.most]
    back = [step for step in found if -MOST_POINTS <= step.points < 0 and not step.anew]
    # One taken back for each one up may be: there are reviews, and one may have come before the first look.
    others = len(found) - len(up) - len(back) - sum(step.anew for step in found) + max(0, len(back) - len(up) - 1)
    return 1.0 if not found else len(up) / max(1, len(up) + others) if up else 0.0 if others else 1.0
