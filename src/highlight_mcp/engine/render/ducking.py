"""Ducking: how far music goes down while somebody speaks or cheers. Pure, block by block.

An envelope follower on the footage's sound: RMS of 10 ms, compared with a slowly rising noise floor,
so that a steady hum does not hold the music down for ever. Gains move in decibels: down within a
tenth of a second, up again over most of a second after a short hold.
"""

import numpy as np
from numpy.typing import NDArray

from .soundplan import SAMPLE_RATE

HOP = SAMPLE_RATE // 100
_QUIETEST_DB, _FULL_DB = -45.0, -33.0
_ABOVE_FLOOR_DB, _RANGE_DB = 6.0, 6.0
_FLOOR_RISE_DB = 0.01
_DOWN, _UP = 0.12, 0.018
_HOLD = 35


class Ducker:
    """Follows the footage; one instance per render, blocks in order."""

    def __init__(self) -> None:
        self._floor_db = -60.0
        self._amount = 0.0
        self._held = 0

    def amounts(self, ahead: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each sample of a block how far the music is ducked, 0 to 1.

        `ahead` is the footage's sound (2 × samples, a multiple of HOP) that far ahead of the block as
        the attack should begin early.
        """
        hops = ahead.reshape(2, -1, HOP)
        levels = 10 * np.log10(np.mean(hops.astype(np.float64) ** 2, axis=(0, 2)) + 1e-10)
        points = [self._amount]
        for level in levels:
            self._follow(float(level))
            points.append(self._amount)
        grid = np.arange(len(points)) * HOP
        return np.interp(np.arange(ahead.shape[1]), grid, points).astype(np.float32)

    def _follow(self, level_db: float) -> None:
        self._floor_db = min(level_db, self._floor_db + _FLOOR_RISE_DB) if level_db > -90 else self._floor_db
        over_floor = (level_db - self._floor_db - _ABOVE_FLOOR_DB) / _RANGE_DB
        over_quiet = (level_db - _QUIETEST_DB) / (_FULL_DB - _QUIETEST_DB)
        wanted = min(max(min(over_floor, over_quiet), 0.0), 1.0)
        if wanted >= self._amount:
            self._amount += (wanted - self._amount) * _DOWN
            self._held = _HOLD
        elif self._held > 0:
            self._held -= 1
        else:
            self._amount += (wanted - self._amount) * _UP


def gains(amounts: NDArray[np.float32], duck_db: float) -> NDArray[np.float32]:
    """Linear gains for amounts of ducking by `duck_db` (negative)."""
    return np.asarray(10.0 ** (amounts * duck_db / 20.0), np.float32)
