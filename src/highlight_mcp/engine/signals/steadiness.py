"""Whether the camera itself keeps still, pans or zooms: then little can be said of what moves before it."""

import numpy as np
from numpy.typing import NDArray

from .pictures import Pictures, Times
from .rolling import Floats, ramp, rolling_mean

_CLOSE_MS = 600  # ms between looks; flat
_LOOKS = 5  # looks; flat
_AS_A_RULE = 0.5  # 0..1; flat
_STEADY, _SWEEPING = 0.04, 0.125
"""Movement over a second, in coarse pixels per tenth of a second."""


def steadiness(pictures: Pictures) -> Floats:
    """For each look 1 where the camera keeps still to 0 where it sweeps; (n,).

    Its movement is never taken out wholly, so that a pan or a zoom seems to be action. A hand that shakes moves
    the camera to and fro, which is no sweep. Lone looks tell nothing of it: 1.
    """
    ways = [rolling_mean(way, _LOOKS) for way in pictures.camera.T]
    sweep = np.sqrt(sum((way * way for way in ways), np.zeros(len(pictures), np.float32)))
    return np.where(close(pictures.at_ms), ramp(sweep, _SWEEPING, _STEADY), 1.0).astype(np.float32)


def unusual(steady: Floats) -> Floats:
    """The steadiness of some stretch, all 1 where the camera moves as a rule: then its movement tells nothing."""
    return np.ones_like(steady) if len(steady) and np.median(steady) < _AS_A_RULE else steady


def close(at_ms: Times) -> NDArray[np.bool_]:
    """Which looks have another one close by. A lone one saw a few frames only, and measures on another scale."""
    if not len(at_ms):
        return np.zeros(0, bool)
    near = np.diff(at_ms) <= _CLOSE_MS
    found: NDArray[np.bool_] = np.append(False, near) | np.append(near, False)
    return found
