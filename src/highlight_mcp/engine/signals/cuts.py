"""Shot boundaries in a run of consecutive frames."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Times = NDArray[np.int64]

_LEAST = 0.12
_STAND_OUT = 3.0
_DOUBTFUL_LEAST = 0.35
_OFFSET = 0.05
_NEIGHBOURS = 6


def difference(before: Floats, after: Floats) -> float:
    """How unlike two small luma pictures are: 0 same, 1 unrelated, whatever the exposure.

    One minus the correlation of the pictures; flat pictures (black, white) count by their brightness.
    """
    first, second = before - before.mean(), after - after.mean()
    energy = float(np.sqrt(np.square(first).mean() * np.square(second).mean()))
    contrast = max(float(first.std()), float(second.std()))
    if contrast < 3.0:
        return min(1.0, abs(float(before.mean() - after.mean())) / 40.0)
    return float(1.0 - np.clip((first * second).mean() / (energy + 4.0), -1.0, 1.0))


def boundaries(at_ms: Times, unlike: Floats) -> tuple[Times, Times]:
    """(clear, doubtful) times of the frames that open a new shot.

    `unlike[i]` is the difference of frame i from frame i - 1. A cut stands out of its neighbours (adaptive
    threshold, Yusoff et al. 2000), clearly of those on both sides; where only one side is calm, fast action
    may look the same, and the pictures before and after have to be compared.
    """
    clear, doubtful = [], []
    for index in np.flatnonzero(unlike > _LEAST):
        before = unlike[max(0, index - _NEIGHBOURS) : index]
        after = unlike[index + 1 : index + 1 + _NEIGHBOURS]
        usual = [float(np.median(side)) if len(side) else 0.0 for side in (before, after)]
        if unlike[index] <= max(float(side.max()) if len(side) else 0.0 for side in (before, after)):
            continue
        if unlike[index] > _OFFSET + _STAND_OUT * max(usual):
            clear.append(int(at_ms[index]))
        elif unlike[index] > _DOUBTFUL_LEAST and unlike[index] > _OFFSET + _STAND_OUT * min(usual):
            doubtful.append(int(at_ms[index]))
    return np.array(clear, np.int64), np.array(doubtful, np.int64)
