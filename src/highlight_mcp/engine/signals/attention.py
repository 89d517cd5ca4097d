"""Where looking frame by frame pays: near crowd reactions, where the pictures go elsewhere for a moment, and
where much moves."""

from itertools import pairwise

from .crowd import crowd_series, reactions
from .grid import CELL_MS
from .packets import Packets, busy
from .pictures import Pictures
from .shots import Changes
from .sound import Sound

Scored = tuple[float, int, int]

_ACT_MS, _ONSET_MS = 9_000, 2_000  # ms before and after an onset; no source on record, not varied
_BEFORE_END_MS, _AFTER_END_MS = 1_500, 2_500  # ms around the end of a reaction; no source on record, not varied
_CHANGED = 0.38  # 1 - likeness; no source on record, not varied
_EARLIER_MS, _LATER_MS = 200, 700  # ms around a change between two looks; no source on record, not varied
"""A cut right at the later look is told from fast action by what comes after it."""
_LONGEST_GAP_MS = 12_000  # ms between two looks; no source on record, not varied
_SHORT_STAY_MS = 20_000  # ms between two changes; no source on record, not varied
_BUSY_MS = (2_000, 20_000)  # ms, shortest and longest; no source on record, not varied
_BESIDE_MS = 5_000  # ms on both sides; no source on record, not varied
_END_WEIGHT = 0.8  # of the score of a reaction; no source on record, not varied
# priority per unlikeness; no source on record, not varied
_SHORT_STAY_WEIGHT, _CHANGE_WEIGHT, _INSIDE_WEIGHT = 10.0, 6.0, 4.0
# priority per standard deviation, and the most of them; no source on record, not varied
_BUSY_WEIGHT, _MOST_DEVIATIONS = 0.6, 5.0


def wanted(
    sound: Sound | None, pictures: Pictures, packets: Packets, duration_ms: int, changes: Changes | None = None
) -> list[tuple[int, int]]:
    """Ranges in milliseconds, the most promising first."""
    scored = _heard(sound) + _changed(pictures, changes or Changes()) + _busy(packets)
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [(max(0, start), min(duration_ms, end)) for _, start, end in scored if end > start]


def _heard(sound: Sound | None) -> list[Scored]:
    """What led to a reaction and how it began, then how it ends."""
    if sound is None or len(sound) == 0:
        return []
    out: list[Scored] = []
    for one in reactions(sound, crowd_series(sound)):
        first, last = one.first * CELL_MS, one.last * CELL_MS
        out.append((one.score, first - _ACT_MS, first + _ONSET_MS))
        out.append((_END_WEIGHT * one.score, last - _BEFORE_END_MS, last + _AFTER_END_MS))
    return out


def _changed(pictures: Pictures, changes: Changes) -> list[Scored]:
    """Between two looks that show different places: around short stays first, what lies inside those last."""
    at_ms = pictures.at_ms
    found = [
        (float(unlike), int(at_ms[index]), int(at_ms[index + 1]))
        for index, unlike in enumerate(changes.of(pictures))
        if unlike > _CHANGED and at_ms[index + 1] - at_ms[index] <= _LONGEST_GAP_MS
    ]
    short = {
        index
        for first, ((_, start, _), (_, _, end)) in enumerate(pairwise(found))
        if end - start <= _SHORT_STAY_MS
        for index in (first, first + 1)
    }
    out: list[Scored] = [
        ((_SHORT_STAY_WEIGHT if index in short else _CHANGE_WEIGHT) * unlike, start - _EARLIER_MS, end + _LATER_MS)
        for index, (unlike, start, end) in enumerate(found)
    ]
    for (leaving, _, start), (coming, end, _) in pairwise(found):
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
