"""HDR to standard range: BT.2020 PQ or HLG code values to BT.709, as functions on RGB. Pure.

Transfer functions from ITU-R BT.2100; the roll-off of highlights is the EETF of ITU-R BT.2390 from a
1000 cd/m² master to a 203 cd/m² white (the reference white of ITU-R BT.2408), applied to the largest
component so that hues stay.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float64]
"""RGB in the last axis, 0 to 1."""

Light = Literal["pq", "hlg"]

_MASTER_NITS, _WHITE_NITS = 1000.0, 203.0
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
_LUMA_709 = np.array([0.2126, 0.7152, 0.0722])
_2020_TO_709 = np.array(
    [[1.660491, -0.587641, -0.072850], [-0.124550, 1.132900, -0.008349], [-0.018151, -0.100579, 1.118730]]
)
_DISPLAY_GAMMA = 2.4


def standard_range(pixels: Pixels, light: Light) -> Pixels:
    """BT.2020 code values (0 to 1, PQ or HLG) as BT.709 code values for an ordinary display."""
    nits = _from_pq(pixels) if light == "pq" else _from_hlg(pixels)
    linear = _rolled_off(nits) / _WHITE_NITS
    inside = _into_gamut(linear @ _2020_TO_709.T)
    return np.asarray(np.clip(inside, 0.0, 1.0) ** (1 / _DISPLAY_GAMMA))


def _from_pq(code: Pixels) -> Pixels:
    power = np.clip(code, 0.0, 1.0) ** (1 / _M2)
    return np.asarray(10_000.0 * (np.maximum(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1 / _M1))


def _to_pq(nits: Pixels) -> Pixels:
    power = (np.maximum(nits, 0.0) / 10_000.0) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def _from_hlg(code: Pixels) -> Pixels:
    code = np.clip(code, 0.0, 1.0)
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - _C) / _A) + _B) / 12)
    luma = np.maximum((scene @ _LUMA_2020)[..., None], 1e-6)
    return np.asarray(_MASTER_NITS * scene * luma**0.2)


def _rolled_off(nits: Pixels) -> Pixels:
    peak = np.maximum(nits.max(axis=-1, keepdims=True), 1e-6)
    return np.asarray(nits * (_from_pq(_eetf(_to_pq(peak))) / peak))


def _eetf(code: Pixels) -> Pixels:
    """BT.2390, section 5.4.1, without black lift."""
    source = float(_to_pq(np.array(_MASTER_NITS)))
    largest = float(_to_pq(np.array(_WHITE_NITS))) / source
    knee = 1.5 * largest - 0.5
    level = np.minimum(code / source, 1.0)
    t = np.clip((level - knee) / (1 - knee), 0.0, 1.0)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * largest
    return np.asarray(np.where(level < knee, level, spline) * source)


def _into_gamut(linear: Pixels) -> Pixels:
    """Colours outside BT.709 lose saturation, never brightness, until no component is negative."""
    luma = np.maximum((linear @ _LUMA_709)[..., None], 0.0)
    lowest = linear.min(axis=-1, keepdims=True)
    share = np.where(lowest < 0, luma / np.maximum(luma - lowest, 1e-9), 1.0)
    return np.asarray(luma + (linear - luma) * share)
