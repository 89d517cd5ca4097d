"""Where to look at a recording: which keyframes when time is short, and where frame by frame pays."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .packets import DecodeBudget, Packets, busy, packet_cut_score, picture_seconds
from .sample_frames import Floats, SampleFrames, Times
from .series import CELL_MS
from .shots import ShotChanges
from .sound import SoundSeries
from .sound_activity import crowd_series, reactions

Indices = NDArray[np.int64]

_EVERYWHERE = 0.45  # share of the budget; flat
_LIKELY = 0.85  # share of the budget; flat
_LEAST_SUSPICION = 0.25  # 0..1, see packets.packet_cut_score; flat
_CHANGED = 0.38  # 1 - likeness; flat
_CLEAR_SUSPICION = 0.6  # 0..1, see packets.packet_cut_score; flat


class KeyframeScheduler:
    """Keyframes of a recording, their prices, and the decoding time left to spend on them.

    `byte_share` scales packet sizes (above 1 plans as for a heavier file).
    """

    def __init__(
        self,
        packets: Packets,
        pixels: int,
        budget_s: float,
        byte_share: float = 1.0,
        changes: ShotChanges | None = None,
    ) -> None:
        keys = np.flatnonzero(packets.key)
        self.key_ms: Times = packets.at_ms[keys]
        self.key_bytes: Times = packets.size[keys]
        two_more = 2 * picture_seconds(0, pixels)
        self._prices = [
            picture_seconds(round(size * byte_share), pixels) + two_more for size in self.key_bytes.tolist()
        ]
        self._suspicion: Floats = packet_cut_score(packets)
        self._changes = changes or ShotChanges()
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

    def between(self, pictures: SampleFrames) -> list[int]:
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
        budget = DecodeBudget(
            rate=_EVERYWHERE * self._budget_s / max(length_s, 1.0), held=max(self._prices, default=0.0)
        )
        for index, price in enumerate(self._prices):
            if budget.affords((self.key_ms[index] - self.key_ms[0]) / 1000.0, price):
                self._choose(index, 1.0)

    def _choose(self, index: int, share: float) -> None:
        """Look at a keyframe if that leaves no more than `share` of the budget spent."""
        if index < 0 or self._chosen[index] or self._spent_s + self._prices[index] > share * self._budget_s:
            return
        self._chosen[index] = True
        self._spent_s += self._prices[index]

    def _times(self, which: NDArray[np.bool_]) -> list[int]:
        return [int(at_ms) for at_ms in self.key_ms[which]]


Scored = tuple[float, int, int]

_ACT_MS, _ONSET_MS = 9_000, 2_000  # ms before and after an onset; flat
_BEFORE_END_MS, _AFTER_END_MS = 1_500, 2_500  # ms around the end of a reaction; flat
_EARLIER_MS, _LATER_MS = 200, 700  # ms around a change between two looks; flat
"""A cut right at the later look is told from fast action by what comes after it."""
_LONGEST_GAP_MS = 12_000  # ms between two looks; flat
_SHORT_STAY_MS = 20_000  # ms between two changes; flat
_BUSY_MS = (2_000, 20_000)  # ms, shortest and longest; flat
_BESIDE_MS = 5_000  # ms on both sides; flat
_END_WEIGHT = 0.8  # of the score of a reaction; flat
# priority per unlikeness; flat
_SHORT_STAY_WEIGHT, _CHANGE_WEIGHT, _INSIDE_WEIGHT = 10.0, 6.0, 4.0
# priority per standard deviation, and the most of them; flat
_BUSY_WEIGHT, _MOST_DEVIATIONS = 0.6, 5.0


def dense_regions(
    sound: SoundSeries | None,
    pictures: SampleFrames,
    packets: Packets,
    duration_ms: int,
    changes: ShotChanges | None = None,
) -> list[tuple[int, int]]:
    """Ranges in milliseconds, the most promising first."""
    scored = _heard(sound) + _changed(pictures, changes or ShotChanges()) + _busy(packets)
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [(max(0, start), min(duration_ms, end)) for _, start, end in scored if end > start]


def _heard(sound: SoundSeries | None) -> list[Scored]:
    """What led to a reaction and how it began, then how it ends."""
    if sound is None or len(sound) == 0:
        return []
    out: list[Scored] = []
    for one in reactions(sound, crowd_series(sound)):
        first, last = one.first * CELL_MS, one.last * CELL_MS
        out.append((one.score, first - _ACT_MS, first + _ONSET_MS))
        out.append((_END_WEIGHT * one.score, last - _BEFORE_END_MS, last + _AFTER_END_MS))
    return out


def _changed(pictures: SampleFrames, changes: ShotChanges) -> list[Scored]:
    """Between two looks that show different places: around short stays first, what lies inside those last."""
    at_ms = pictures.at_ms
    changed = [
        (float(unlike), int(at_ms[index]), int(at_ms[index + 1]))
        for index, unlike in enumerate(changes.of(pictures))
        if unlike > _CHANGED and at_ms[index + 1] - at_ms[index] <= _LONGEST_GAP_MS
    ]
    short = {
        index
        for first, ((_, start, _), (_, _, end)) in enumerate(pairwise(changed))
        if end - start <= _SHORT_STAY_MS
        for index in (first, first + 1)
    }
    out: list[Scored] = [
        ((_SHORT_STAY_WEIGHT if index in short else _CHANGE_WEIGHT) * unlike, start - _EARLIER_MS, end + _LATER_MS)
        for index, (unlike, start, end) in enumerate(changed)
    ]
    for (leaving, _, start), (coming, end, _) in pairwise(changed):
        if end - start <= _SHORT_STAY_MS:
            out.append((_INSIDE_WEIGHT * min(leaving, coming), start, end))
    return out


def _busy(packets: Packets) -> list[Scored]:
    """Where packets are large for some seconds, with what is usual beside it."""
    shortest, longest = _BUSY_MS
    return [
        (_BUSY_WEIGHT * min(_MOST_DEVIATIONS, one.deviations), one.start_ms - _BESIDE_MS, one.end_ms + _BESIDE_MS)
        for one in busy(packets)
        if shortest <= one.end_ms - one.start_ms <= longest
    ]
