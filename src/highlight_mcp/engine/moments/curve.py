"""A curve of how lively a recording is, for drawing."""

import numpy as np

from ..analysis import Analysis
from ..signals.crowd import crowd_series
from ..signals.grid import SERIES_HZ
from ..signals.rolling import ramp
from .motion import Movement

_MOST_POINTS = 1200  # points drawn
_TOP_DB, _TOP_OCTAVES, _MOTION_HEIGHT = 20.0, 4.0, 0.6  # dB, octaves, 0..1; for drawing only


def curve(analysis: Analysis) -> list[tuple[int, float]]:
    """(time in ms, 0..1) at most once per second and at most 1 200 points; crowd first, then motion."""
    seconds = max(1, -(-analysis.duration_ms // 1000))
    values = np.zeros(seconds, np.float32)
    if analysis.sound is not None and len(analysis.sound):
        evidence = crowd_series(analysis.sound).evidence
        padded = np.zeros(seconds * SERIES_HZ, np.float32)
        count = min(len(padded), len(evidence))
        padded[:count] = evidence[:count]
        values = np.maximum(values, ramp(padded.reshape(seconds, SERIES_HZ).max(axis=1), 0.0, _TOP_DB))
    movement = Movement(analysis.pictures)
    if len(movement):
        lively = ramp(np.log2(movement.ratios()), 0.0, _TOP_OCTAVES) * np.float32(_MOTION_HEIGHT)
        np.maximum.at(values, np.clip(movement.at_ms // 1000, 0, seconds - 1), lively)
    step = -(-seconds // _MOST_POINTS)
    starts = np.arange(0, seconds, step)
    return [
        (int(start) * 1000, round(float(value), 3))
        for start, value in zip(starts, np.maximum.reduceat(values, starts), strict=True)
    ]
