"""From a candidate to a clip: what must be inside, how much more may be, and where it may begin and end."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..signals.analysis import Analysis
from ..signals.series import CELL_MS
from .moment import Candidate, LengthLimits, RecordingSignals

FLASH_MS = 700  # ms; flat
_EDGE_TAIL_MS = 1300  # ms; flat
_TOLERANCE_MS = 600  # ms; flat
_NEAR_MS = 400  # ms; flat
_SLIGHT_MS = 200  # ms; flat
_SHORTEST_MS = 500  # ms; flat
_EARLIER_MS, _LATER_MS = 2_500, 1_500  # ms; flat
_CLEARLY_DB = 3.0  # dB; flat
_DB_PER_S = 5.0  # dB per s; flat
_PAUSE_CELLS = 2  # cells; flat


@dataclass(frozen=True)
class AllowedRange:
    """How far an edge may move from where it is, in milliseconds."""

    earlier_ms: int
    later_ms: int


def snap_edges(analysis: Analysis, start_ms: int, end_ms: int, core: tuple[int, int], room_ms: int) -> tuple[int, int]:
    """Edges near `start_ms` and `end_ms` that leave `core` inside and no shot shorter than half a second.

    The clip grows by no more than `room_ms` and a little, except where that alone avoids a flash of another shot.
    """
    cuts = analysis.boundaries
    play = AllowedRange(min(_EARLIER_MS, max(_SLIGHT_MS, room_ms)), min(_LATER_MS, max(_SLIGHT_MS, core[0] - start_ms)))
    start = max(0, _start(cuts, start_ms, core[0], analysis, play))
    room_ms -= max(0, start_ms - start)
    play = AllowedRange(min(_LATER_MS, max(_SLIGHT_MS, end_ms - core[1])), min(_LATER_MS, max(_SLIGHT_MS, room_ms)))
    end = min(analysis.duration_ms, _end(cuts, end_ms, core[1], analysis, play))
    return (start, end) if end - start >= min(_SHORTEST_MS, end_ms - start_ms) else (start_ms, end_ms)


def _start(cuts: list[tuple[int, int]], at_ms: int, latest_ms: int, analysis: Analysis, play: AllowedRange) -> int:
    """Not less than `FLASH_MS` before a boundary: on it if the event allows, else earlier."""
    index = bisect_left(cuts, at_ms, key=lambda cut: cut[1])
    if index < len(cuts) and cuts[index][0] - at_ms < FLASH_MS:
        before, after = cuts[index]
        if after <= latest_ms + _TOLERANCE_MS:
            return after
        at_ms = max(0, before - FLASH_MS)
        index = bisect_left(cuts, at_ms, key=lambda cut: cut[1])
    if index and at_ms - cuts[index - 1][1] < _NEAR_MS:
        return cuts[index - 1][1]
    low = max(at_ms - play.earlier_ms, cuts[index - 1][1] if index else 0)
    high = at_ms + play.later_ms
    if index < len(cuts):
        high = min(high, cuts[index][0] - FLASH_MS)
    return _pause(analysis, at_ms, low, max(at_ms, high))


def _end(cuts: list[tuple[int, int]], at_ms: int, earliest_ms: int, analysis: Analysis, play: AllowedRange) -> int:
    index = bisect_right(cuts, at_ms, key=lambda cut: cut[0])
    if index and at_ms - cuts[index - 1][1] < _EDGE_TAIL_MS:
        before, after = cuts[index - 1]
        if before >= earliest_ms - _TOLERANCE_MS:
            return before
    if index and at_ms - cuts[index - 1][1] < FLASH_MS:
        after = cuts[index - 1][1]
        at_ms = after + FLASH_MS
        index = bisect_right(cuts, at_ms, key=lambda cut: cut[0])
    if index < len(cuts) and cuts[index][0] - at_ms < _NEAR_MS:
        return cuts[index][0]
    low, high = at_ms - play.earlier_ms, at_ms + play.later_ms
    if index:
        low = max(low, cuts[index - 1][1] + FLASH_MS)
    if index < len(cuts):
        high = min(high, cuts[index][0])
    return _pause(analysis, at_ms, min(at_ms, low), max(at_ms, high))


def _pause(analysis: Analysis, at_ms: int, low_ms: int, high_ms: int) -> int:
    """The middle of the nearest pause between two times, where that is clearly quieter than `at_ms`.

    A pause is two tenths of a second long at least; being a second nearer counts like being 5 dB quieter.
    """
    level = lasting(analysis.level_db)
    first, last = max(0, -(-low_ms // CELL_MS)), min(len(level), high_ms // CELL_MS + 1)
    here = at_ms // CELL_MS
    if last - first < 2 or not first <= here < last:
        return at_ms
    cells = np.arange(first, last)
    cost = level[first:last] + _DB_PER_S * np.abs(cells - at_ms / CELL_MS) * CELL_MS / 1000.0
    best = first + int(np.argmin(cost))
    if level[best] > level[here] - _CLEARLY_DB:
        return at_ms
    return int(best * CELL_MS)


def lasting(level: NDArray[np.float32]) -> NDArray[np.float32]:
    """For the start of each cell, the louder of the cells on both sides: quiet only inside a pause."""
    if len(level) < _PAUSE_CELLS:
        return level
    louder: NDArray[np.float32] = np.maximum(level, np.concatenate([level[:1], level[:-1]]))
    return louder


_TAIL_MS = 500  # ms; flat
_AFTER_PEAK_MS, _AFTER_PEAK_SHARE = 1_500, 3  # ms; part of the clip; flat
_LEAD_THIRDS, _LEAD_PART = 2, 4  # thirds of the spare time; part of the clip; flat
_LEAST_MS = 500  # ms; flat


@dataclass(frozen=True)
class CandidateClip:
    """A candidate as it would be shown, within `low_ms` and `high_ms` of its source."""

    source: RecordingSignals
    candidate: Candidate
    start_ms: int
    end_ms: int
    low_ms: int
    high_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms

    def with_lead(self, room_ms: int, most_ms: int) -> "CandidateClip":
        """Begins earlier by up to `room_ms`, never more than `most_ms` before the event."""
        earliest = max(self.low_ms, self.candidate.start_ms - min(most_ms, self.candidate.lead_ms))
        start = max(earliest, self.start_ms - room_ms)
        return replace(self, start_ms=start) if start < self.start_ms else self

    def trimmed(self, length_ms: int) -> "CandidateClip":
        """Cut down to `length_ms` around its peak."""
        start, end = _around_peak(self.candidate, self.start_ms, self.end_ms, length_ms)
        return replace(self, start_ms=start, end_ms=end)

    def grown(self, room_ms: int, most_ms: int, *, later: bool) -> "CandidateClip":
        """Longer by up to `room_ms` at one end, within its shot and at most `most_ms` beyond the event and its lead."""
        cuts = self.source.analysis.boundaries
        if later:
            index = bisect_left(cuts, self.end_ms, key=lambda cut: cut[0])
            shot_end = cuts[index][0] if index < len(cuts) else self.high_ms
            latest = min(self.high_ms, shot_end, self.candidate.end_ms + _TAIL_MS + most_ms)
            return replace(self, end_ms=max(self.end_ms, min(latest, self.end_ms + room_ms)))
        index = bisect_right(cuts, self.start_ms, key=lambda cut: cut[1])
        shot_start = cuts[index - 1][1] if index else self.low_ms
        earliest = max(self.low_ms, shot_start, self.candidate.start_ms - self.candidate.least_lead_ms - most_ms)
        return replace(self, start_ms=min(self.start_ms, max(earliest, self.start_ms - room_ms)))

    def settled(self, room_ms: int) -> "CandidateClip":
        """With edges that suit eye and ear, longer by `room_ms` at most where nothing else asks for it."""
        core = (self.candidate.start_ms, min(self.candidate.end_ms, self.end_ms))
        start, end = snap_edges(self.source.analysis, self.start_ms, self.end_ms, core, room_ms)
        return replace(self, start_ms=max(self.low_ms, start), end_ms=min(self.high_ms, max(end, start + _LEAST_MS)))


def shortest_clip(
    source: RecordingSignals, candidate: Candidate, bounds: LengthLimits, within: tuple[int, int]
) -> CandidateClip:
    """The least that shows the candidate: the event with the lead it needs, cut to the longest clip."""
    low, high = within
    if bounds.fixed_ms is not None:
        return _fixed(source, candidate, bounds.fixed_ms, within)
    start = max(low, candidate.start_ms - candidate.least_lead_ms)
    end = min(high, candidate.end_ms + _TAIL_MS)
    if end - start > bounds.longest_ms:
        start, end = _around_peak(candidate, start, end, bounds.longest_ms)
    if end - start < bounds.shortest_ms:
        start = max(low, end - bounds.shortest_ms)
        end = min(high, start + bounds.shortest_ms)
    return CandidateClip(source, candidate, start, end, low, high)


def _around_peak(candidate: Candidate, start: int, end: int, length: int) -> tuple[int, int]:
    """The beginning matters most (the act); moved on only so far that the peak is inside, if that is the act's.

    A crowd is loudest some time after what it cheers: there the beginning stays, with a lead that suits the length.
    """
    if candidate.signals.get("kind") == "crowd":
        lead = min(candidate.least_lead_ms, length // _LEAD_PART)
        first = max(start, min(candidate.start_ms - lead, end - length))
        return first, first + length
    latest = max(start, candidate.peak_ms + min(_AFTER_PEAK_MS, length // _AFTER_PEAK_SHARE) - length)
    first = min(latest, end - length)
    return first, first + length


def _fixed(source: RecordingSignals, candidate: Candidate, length: int, within: tuple[int, int]) -> CandidateClip:
    low, high = within
    if candidate.signals.get("kind") == "shot":
        start = max(low, candidate.start_ms)
        end = min(high, start + length, _shot_end(source.analysis, candidate.start_ms))
        return CandidateClip(source, candidate, start, max(start + 1, end), low, high)
    event = candidate.end_ms - candidate.start_ms
    if event + candidate.least_lead_ms >= length:
        start, _ = _around_peak(
            candidate, candidate.start_ms - min(candidate.least_lead_ms, length // _LEAD_PART), candidate.end_ms, length
        )
    else:
        spare = length - event
        start = candidate.start_ms - max(candidate.least_lead_ms, spare * _LEAD_THIRDS // 3)
    start = max(low, min(start, high - length))
    return CandidateClip(source, candidate, start, min(high, start + length), low, high)


def _shot_end(analysis: Analysis, start_ms: int) -> int:
    """Where the shot that begins at a time ends."""
    index = bisect_right(analysis.boundaries, start_ms, key=lambda cut: cut[0])
    return analysis.boundaries[index][0] if index < len(analysis.boundaries) else analysis.duration_ms
