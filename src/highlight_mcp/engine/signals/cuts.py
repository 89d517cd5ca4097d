"""Shot boundaries in a run of consecutive frames."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Times = NDArray[np.int64]

_LEAST = 0.12  # 1 - correlation; no source on record, not varied
_STAND_OUT = 3.0  # times the median of the neighbours; no source on record, not varied
_DOUBTFUL_LEAST = 0.35  # 1 - correlation; no source on record, not varied
_OFFSET = 0.05  # 1 - correlation; no source on record, not varied
_NEIGHBOURS = 6  # frames on each side; no source on record, not varied
_ELSE = 0.55  # 1 - correlation; no source on record, not varied
_ALONE = 1.5  # times the largest neighbour; no source on record, not varied
# luma 0..255: contrast, brightness range, noise; no source on record, not varied
_FLAT, _FLAT_RANGE, _NOISE = 3.0, 40.0, 4.0
# luma 0..255; shares of the picture; no source on record, not varied
_STAYED, _LITTLE_KEPT, _MOST_KEPT = 5.0, 0.30, 0.45


def difference(before: Floats, after: Floats) -> float:
    """How unlike two small luma pictures are: 0 same, 1 unrelated, whatever the exposure.

    One minus the correlation of the pictures; flat pictures (black, white) count by their brightness.
    """
    first, second = before - before.mean(), after - after.mean()
    energy = float(np.sqrt(np.square(first).mean() * np.square(second).mean()))
    contrast = max(float(first.std()), float(second.std()))
    if contrast < _FLAT:
        return min(1.0, abs(float(before.mean() - after.mean())) / _FLAT_RANGE)
    return float(1.0 - np.clip((first * second).mean() / (energy + _NOISE), -1.0, 1.0))


def replaced(before: Floats, after: Floats) -> float:
    """0..1: how much speaks for another picture rather than something passing in front of the same one.

    Where something passes, part of the picture stays as it was, but for a common change of exposure.
    """
    change = after - before
    kept = float((np.abs(change - np.median(change)) < _STAYED).mean())
    return min(1.0, max(0.0, (_MOST_KEPT - kept) / (_MOST_KEPT - _LITTLE_KEPT)))


def boundaries(at_ms: Times, unlike: Floats, new: Floats) -> tuple[Times, Times]:
    """(clear, doubtful) times of the frames that open a new shot.

    `unlike[i]` is the difference of frame i from frame i - 1, `new[i]` whether it was replaced. A cut stands
    out of its neighbours (adaptive threshold, Yusoff et al. 2000), clearly of those on both sides, or as the
    only frame around that shows something else altogether; where only one side is calm, fast action may look
    the same, and the pictures before and after have to be compared.
    """
    clear, doubtful = [], []
    value = unlike * new
    for index in np.flatnonzero(value > _LEAST):
        sides = (slice(max(0, index - _NEIGHBOURS), index), slice(index + 1, index + 1 + _NEIGHBOURS))
        rival = max(_over(np.max, value[side]) for side in sides)
        if value[index] <= rival:
            continue
        usual = [_over(np.median, unlike[side]) for side in sides]
        alone = value[index] > max(_ELSE, _ALONE * rival)
        if value[index] > _OFFSET + _STAND_OUT * max(usual) or alone:
            clear.append(int(at_ms[index]))
        elif value[index] > _DOUBTFUL_LEAST and value[index] > _OFFSET + _STAND_OUT * min(usual):
            doubtful.append(int(at_ms[index]))
    return np.array(clear, np.int64), np.array(doubtful, np.int64)


def _over(statistic: Callable[[Floats], np.floating[Any]], values: Floats) -> float:
    return float(statistic(values)) if len(values) else 0.0
