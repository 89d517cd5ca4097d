"""Which keyframes to look at when decoding time is short: everywhere a little, more where something may change."""

import numpy as np
from numpy.typing import NDArray

from .cost import Purse, picture_seconds
from .packets import Packets, suspicion
from .pictures import Floats, Pictures, Times
from .shots import Changes

Indices = NDArray[np.int64]

_EVERYWHERE = 0.45  # share of the budget; no source on record, not varied
_LIKELY = 0.85  # share of the budget; no source on record, not varied
_LEAST_SUSPICION = 0.25  # 0..1, see packets.suspicion; no source on record, not varied
_CHANGED = 0.38  # 1 - likeness; no source on record, not varied
_CLEAR_SUSPICION = 0.6  # 0..1, see packets.suspicion; no source on record, not varied


class Glances:
    """Keyframes of a recording, their prices, and the decoding time left to spend on them.

    `byte_share` scales packet sizes (above 1 plans as for a heavier file).
    """

    def __init__(
        self, packets: Packets, pixels: int, budget_s: float, byte_share: float = 1.0, changes: Changes | None = None
    ) -> None:
        keys = np.flatnonzero(packets.key)
        self.key_ms: Times = packets.at_ms[keys]
        self.key_bytes: Times = packets.size[keys]
        two_more = 2 * picture_seconds(0, pixels)
        self._prices = [
            picture_seconds(round(size * byte_share), pixels) + two_more for size in self.key_bytes.tolist()
        ]
        self._suspicion: Floats = suspicion(packets)
        self._changes = changes or Changes()
        self._budget_s = budget_s
        self._spent_s = 0.0
        self._chosen = np.zeros(len(keys), bool)

    @property
    def left_s(self) -> float:
        """CPU seconds not spent so far."""
        return max(0.0, self._budget_s - self._spent_s)

    def first(self) -> list[int]:
        """Times in ms of the first looks: evenly spread, then on both sides of likely changes."""
        before = self._chosen.copy()
        self._everywhere()
        for index in np.argsort(-self._suspicion, kind="stable").tolist():
            if self._suspicion[index] < _LEAST_SUSPICION:
                break
            self._choose(index, _LIKELY)
            self._choose(index - 1, _LIKELY)
        return self._times(self._chosen & ~before)

    def between(self, pictures: Pictures) -> list[int]:
        """Times in ms of looks that halve the gaps between looks that show different things, widest change first."""
        before = self._chosen.copy()
        unlike = self._changes.of(pictures)
        looked = np.searchsorted(self.key_ms, pictures.at_ms)
        for index in np.argsort(-unlike, kind="stable").tolist():
            if unlike[index] < _CHANGED:
                break
            first, last = int(looked[index]), int(looked[index + 1])
            if last - first < 2 or last >= len(self.key_ms):
                continue
            suspect = self._suspicion[first + 1 : last + 1]
            split = first + 1 + int(suspect.argmax()) if suspect.max() > _CLEAR_SUSPICION else (first + last) // 2
            self._choose(min(max(split, first + 1), last - 1), 1.0)
        return self._times(self._chosen & ~before)

    def _everywhere(self) -> None:
        length_s = float(self.key_ms[-1] - self.key_ms[0]) / 1000.0 if len(self.key_ms) > 1 else 1.0
        purse = Purse(rate=_EVERYWHERE * self._budget_s / max(length_s, 1.0), held=max(self._prices, default=0.0))
        for index, price in enumerate(self._prices):
            if purse.affords((self.key_ms[index] - self.key_ms[0]) / 1000.0, price):
                self._choose(index, 1.0)

    def _choose(self, index: int, share: float) -> None:
        """Look at a keyframe if that leaves no more than `share` of the budget spent."""
        if index < 0 or self._chosen[index] or self._spent_s + self._prices[index] > share * self._budget_s:
            return
        self._chosen[index] = True
        self._spent_s += self._prices[index]

    def _times(self, which: NDArray[np.bool_]) -> list[int]:
        return [int(at_ms) for at_ms in self.key_ms[which]]
