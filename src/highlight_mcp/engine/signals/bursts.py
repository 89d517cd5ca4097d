"""Bursts: for some seconds things move clearly more than they usually do in the same shot.

Measured inside long shots only: another place has another measure of movement.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .camera_motion import close, steadiness, unusual
from .sample_frames import SampleFrames
from .series import Floats, hysteresis, rolling_mean, rolling_percentile
from .shots import Shot

_CELL_MS = 500  # ms; flat
_HZ = 1000 // _CELL_MS  # cells per second; flat
_WINDOW = 180 * _HZ  # cells; flat
_MAD_TO_SD = 1.4826  # for a normal distribution (Rousseeuw and Croux 1993)
_LEAST_SHOT_MS = 20_000  # ms; flat
_EDGE_MS = 300  # ms at both ends of a shot; flat
_FAINT = 0.01  # coarse pixels per 0.1 s, added before the logarithm; flat
_LEAST_RISE, _ENOUGH_RISE, _DEVIATIONS = 0.35, 0.65, 2.5  # octaves, octaves, standard deviations; flat
_SMOOTH, _GAP, _LEAST = 3 * _HZ, 2 * _HZ, 2 * _HZ  # cells; flat
_MOST_OF_SHOT, _SEEN = 0.4, 0.7  # share of a shot; share of the cells that a look tells of; flat


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


def bursts(pictures: SampleFrames, shots: list[Shot]) -> list[Burst]:
    """All bursts in order of time; only where looks lie close enough to follow the movement."""
    steady = steadiness(pictures)
    long = [shot for shot in shots if shot.end_ms - shot.start_ms >= _LEAST_SHOT_MS]
    return [one for shot in long for one in _inside(pictures, steady, shot)]


def _inside(pictures: SampleFrames, calm: Floats, shot: Shot) -> list[Burst]:
    cells = (shot.end_ms - shot.start_ms) // _CELL_MS
    flow, steady, seen = _cells(pictures, calm, shot, cells)
    if np.count_nonzero(seen) < _LEAST_SHOT_MS // _CELL_MS // 2:
        return []
    usual = rolling_percentile(flow[seen], _WINDOW, 50.0)
    rise = np.zeros(cells, np.float32)
    rise[seen] = np.log2((flow[seen] + _FAINT) / (usual + _FAINT)) * unusual(steady[seen])
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
    deviation = _MAD_TO_SD * float(np.median(np.abs(rise - np.median(rise))))
    return min(max(_DEVIATIONS * deviation, _LEAST_RISE), _ENOUGH_RISE)


def _cells(pictures: SampleFrames, calm: Floats, shot: Shot, cells: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """For each cell of a shot: mean flow, mean steadiness, and whether there is a look that can tell."""
    inside = slice(shot.first, shot.last)
    at_ms, flow = pictures.at_ms[inside], pictures.flow[inside]
    known = np.isfinite(flow) & (at_ms >= shot.start_ms + _EDGE_MS) & (at_ms < shot.end_ms - _EDGE_MS) & close(at_ms)
    place = np.clip((at_ms[known] - shot.start_ms) // _CELL_MS, 0, cells - 1)
    count = np.bincount(place, minlength=cells)
    means = (np.bincount(place, of[known], cells) / np.maximum(count, 1) for of in (flow, calm[inside]))
    mean_flow, steady = (mean.astype(np.float32) for mean in means)
    return mean_flow, steady, count > 0
