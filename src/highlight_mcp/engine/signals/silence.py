"""Where nothing is heard."""

import numpy as np
from numpy.typing import NDArray

from .grid import CELL_MS
from .rolling import runs

_BELOW_PROGRAMME_DB = 24.0  # dB; no source on record, not varied
_ALWAYS_DB = -60.0  # dB re full scale; no source on record, not varied
# percent, percent, share of the way from the one to the other; no source on record, not varied
_LOUD_PERCENT, _FLOOR_PERCENT, _ABOVE_FLOOR = 90, 5, 0.4


def threshold_db(loudness: NDArray[np.float32]) -> float:
    """Level below which a recording counts as silent: well below its loud tenth, above its own floor.

    Relative, so that a quiet recording is not silent throughout; never below -60 dB re full scale.
    """
    if len(loudness) == 0:
        return _ALWAYS_DB
    loud, floor = (float(value) for value in np.percentile(loudness, [_LOUD_PERCENT, _FLOOR_PERCENT]))
    return max(_ALWAYS_DB, min(loud - _BELOW_PROGRAMME_DB, floor + _ABOVE_FLOOR * (loud - floor)))


def silences(loudness: NDArray[np.float32], duration_ms: int, min_ms: int, margin_ms: int) -> list[tuple[int, int]]:
    """Silent ranges of at least `min_ms`, less `margin_ms` on both sides (none at the ends of the file)."""
    found = []
    for first, last in runs(loudness < threshold_db(loudness)):
        start, end = first * CELL_MS, min(last * CELL_MS, duration_ms)
        if end - start < min_ms:
            continue
        start = start if start == 0 else start + margin_ms
        end = end if end >= duration_ms else end - margin_ms
        if end > start:
            found.append((start, end))
    return found
