"""Where a clip may begin and end: not just beside a shot boundary, not inside a word."""

from bisect import bisect_left, bisect_right

import numpy as np

from ..analysis import Analysis
from ..signals.grid import CELL_MS

FLASH_MS = 700
_TAIL_MS = 1300
_TOLERANCE_MS = 600
_QUIET_REACH_MS = 400


def settle(analysis: Analysis, start_ms: int, end_ms: int, core: tuple[int, int]) -> tuple[int, int]:
    """Edges near `start_ms` and `end_ms` that leave `core` inside and no shot shorter than half a second."""
    cuts = analysis.boundaries
    start = _start(cuts, start_ms, core[0], analysis)
    end = _end(cuts, end_ms, core[1], analysis)
    return max(0, start), min(analysis.duration_ms, end)


def _start(cuts: list[tuple[int, int]], at_ms: int, latest_ms: int, analysis: Analysis) -> int:
    """Not less than `FLASH_MS` before a boundary: on it if the event allows, else earlier."""
    index = bisect_left(cuts, at_ms, key=lambda cut: cut[1])
    if index < len(cuts) and cuts[index][0] - at_ms < FLASH_MS:
        before, after = cuts[index]
        if after <= latest_ms + _TOLERANCE_MS:
            return after
        at_ms = max(0, before - FLASH_MS)
        index = bisect_left(cuts, at_ms, key=lambda cut: cut[1])
    if index and at_ms - cuts[index - 1][1] < _QUIET_REACH_MS:
        return cuts[index - 1][1]
    return _quiet(analysis, at_ms, at_ms - _QUIET_REACH_MS, min(at_ms + _QUIET_REACH_MS, max(latest_ms, at_ms)))


def _end(cuts: list[tuple[int, int]], at_ms: int, earliest_ms: int, analysis: Analysis) -> int:
    index = bisect_right(cuts, at_ms, key=lambda cut: cut[0])
    if index and at_ms - cuts[index - 1][1] < _TAIL_MS:
        before, after = cuts[index - 1]
        if before >= earliest_ms - _TOLERANCE_MS:
            return before
    if index and at_ms - cuts[index - 1][1] < FLASH_MS:
        after = cuts[index - 1][1]
        at_ms = after + FLASH_MS
        index = bisect_right(cuts, at_ms, key=lambda cut: cut[0])
    if index < len(cuts) and cuts[index][0] - at_ms < _QUIET_REACH_MS:
        return cuts[index][0]
    return _quiet(analysis, at_ms, max(at_ms - _QUIET_REACH_MS, min(earliest_ms, at_ms)), at_ms + _QUIET_REACH_MS)


def _quiet(analysis: Analysis, at_ms: int, low_ms: int, high_ms: int) -> int:
    """The quietest tenth of a second between two times, where that is clearly quieter than `at_ms`."""
    level = analysis.level_db
    first, last = max(0, low_ms // CELL_MS), min(len(level), high_ms // CELL_MS + 1)
    here = at_ms // CELL_MS
    if last - first < 2 or not first <= here < last:
        return at_ms
    best = first + int(np.argmin(level[first:last]))
    if level[best] > level[here] - 3.0:
        return at_ms
    return best * CELL_MS + CELL_MS // 2
