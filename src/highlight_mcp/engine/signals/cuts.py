"""Shot boundaries in a run of consecutive frames."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Times = NDArray[np.int64]

_LEAST = 0.12
_STAND_OUT = 3.0
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


def boundaries(at_ms: Times, unlike: Floats) -> Times:
    """Times of the frames that open a new shot.

    `unlike[i]` is the difference of frame i from frame i - 1. A cut stands out of its neighbours on both
    sides (adaptive threshold, Yusoff et al. 2000): fast action is unlike itself all the time.
    """
    found = []
    for index in np.flatnonzero(unlike > _LEAST):
        before = unlike[max(0, index - _NEIGHBOURS) : index]
        after = unlike[index + 1 : index + 1 + _NEIGHBOURS]
        usual = max(float(np.median(side)) if len(side) else 0.0 for side in (before, after))
        highest = max(float(side.max()) if len(side) else 0.0 for side in (before, after))
        if unlike[index] > _STAND_OUT * usual + 0.05 and unlike[index] > highest:
            found.append(int(at_ms[index]))
    return np.array(found, np.int64)
