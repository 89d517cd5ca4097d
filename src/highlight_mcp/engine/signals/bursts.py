"""Bursts: for some seconds things move clearly more than they usually do in the same shot.

Measured inside long shots only: another place has another measure of movement. While the camera pans or zooms,
nothing can be told: its movement is never taken out wholly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .pictures import Pictures, Times
from .rolling import Floats, hysteresis, ramp, rolling_mean, rolling_percentile
from .shots import Shot

_CELL_MS = 500
_HZ = 1000 // _CELL_MS
_WINDOW = 180 * _HZ
_LEAST_SHOT_MS = 20_000
_EDGE_MS, _CLOSE_MS = 300, 600
_FAINT = 0.01
_LEAST_RISE, _ENOUGH_RISE, _DEVIATIONS = 0.35, 0.65, 2.5
_SMOOTH, _GAP, _LEAST = 3 * _HZ, 2 * _HZ, 2 * _HZ
_MOST_OF_SHOT, _SEEN = 0.4, 0.7
_STEADY, _SWEEPING = 0.04, 0.125
"""Movement of the camera over a second, in coarse pixels per tenth of a second."""


@dataclass(frozen=True)
class Burst:
    """`start_ms` to `end_ms` with `times` the usual flow (upper quartile), most of it around `peak_ms`.

    `clear` is that rise, in octaves, over the least that is more than the usual up and down of the shot.
    """

    start_ms: int
    end_ms: int
    peak_ms: int
    times: float
    clear: float

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def bursts(pictures: Pictures, shots: list[Shot]) -> list[Burst]:
    """All bursts in order of time; only where looks lie close enough to follow the movement."""
    return [one for shot in shots if shot.end_ms - shot.start_ms >= _LEAST_SHOT_MS for one in _inside(pictures, shot)]


def _inside(pictures: Pictures, shot: Shot) -> list[Burst]:
    cells = (shot.end_ms - shot.start_ms) // _CELL_MS
    flow, seen, sweep = _cells(pictures, shot, cells)
    if np.count_nonzero(seen) < _LEAST_SHOT_MS // _CELL_MS // 2:
        return []
    usual = rolling_percentile(flow[seen], _WINDOW, 50.0)
    rise = np.zeros(cells, np.float32)
    rise[seen] = np.log2((flow[seen] + _FAINT) / (usual + _FAINT)) * ramp(sweep[seen], _SWEEPING, _STEADY)
    smooth, quick = rolling_mean(rise, _SMOOTH), rolling_mean(rise, _HZ)
    enter = _enter(smooth[seen])
    found = []
    for first, last in hysteresis(smooth, enter, enter / 2, gap=_GAP, least=_LEAST):
        if last - first > _MOST_OF_SHOT * cells or seen[first:last].mean() < _SEEN:
            continue
        octaves = float(np.percentile(smooth[first:last], 75))
        peak = shot.start_ms + (first + int(smooth[first:last].argmax())) * _CELL_MS
        # What is smooth begins too early and ends too late.
        lively = first + np.flatnonzero(quick[first:last] > enter / 2)
        start, end = (shot.start_ms + int(cell) * _CELL_MS for cell in (lively[0], lively[-1] + 1))
        found.append(Burst(start, end, peak, 2.0**octaves, octaves / enter))
    return found


def _enter(rise: Floats) -> float:
    """Octaves above the usual at which a burst is more than the up and down of a shot."""
    deviation = 1.4826 * float(np.median(np.abs(rise - np.median(rise))))
    return min(max(_DEVIATIONS * deviation, _LEAST_RISE), _ENOUGH_RISE)


def _close(at_ms: Times) -> NDArray[np.bool_]:
    """Which looks have another one close by: a lone one saw a few frames only, and measures on another scale."""
    near = np.diff(at_ms) <= _CLOSE_MS
    close: NDArray[np.bool_] = np.append(False, near) | np.append(near, False)
    return close


def _cells(pictures: Pictures, shot: Shot, cells: int) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """For each cell of a shot: mean flow (between its looks where there is none), whether there is one, and how
    far the camera moves over a second. A hand that shakes moves it to and fro: that is no sweep."""
    at_ms = pictures.at_ms[shot.first : shot.last]
    flow = pictures.flow[shot.first : shot.last]
    known = np.isfinite(flow) & (at_ms >= shot.start_ms + _EDGE_MS) & (at_ms < shot.end_ms - _EDGE_MS) & _close(at_ms)
    at_ms, flow, camera = at_ms[known], flow[known], pictures.camera[shot.first : shot.last][known]
    if not len(flow):
        return np.zeros(cells, np.float32), np.zeros(cells, bool), np.zeros(cells, np.float32)
    place = np.clip((at_ms - shot.start_ms) // _CELL_MS, 0, cells - 1)
    count = np.bincount(place, minlength=cells)
    middle = shot.start_ms + (np.arange(cells) + 0.5) * _CELL_MS

    def mean(values: Floats) -> Floats:
        sums = np.bincount(place, values, cells) / np.maximum(count, 1)
        return np.where(count > 0, sums, np.interp(middle, at_ms, values)).astype(np.float32)

    ways = [rolling_mean(mean(way), 2) for way in camera.T]
    return mean(flow), count > 0, np.sqrt(sum(way * way for way in ways))
