"""From a candidate to a clip of a source: what must be inside, and how much more may be."""

from dataclasses import dataclass, replace

from .bounds import Bounds
from .candidate import Candidate
from .edges import settle
from .moment import Source

_TAIL_MS = 500  # ms; flat
_AFTER_PEAK_MS, _AFTER_PEAK_SHARE = 1_500, 3  # ms; part of the clip; flat
_LEAD_THIRDS, _LEAD_PART = 2, 4  # thirds of the spare time; part of the clip; flat
_LEAST_MS = 500  # ms; flat


@dataclass(frozen=True)
class Clip:
    """A candidate as it would be shown, within `low_ms` and `high_ms` of its source."""

    source: Source
    candidate: Candidate
    start_ms: int
    end_ms: int
    low_ms: int
    high_ms: int

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms

    def with_lead(self, room_ms: int, most_ms: int) -> "Clip":
        """Begins earlier by up to `room_ms`, never more than `most_ms` before the event."""
        earliest = max(self.low_ms, self.candidate.start_ms - min(most_ms, self.candidate.lead_ms))
        start = max(earliest, self.start_ms - room_ms)
        return replace(self, start_ms=start) if start < self.start_ms else self

    def settled(self, room_ms: int) -> "Clip":
        """With edges that suit eye and ear, longer by `room_ms` at most where nothing else asks for it."""
        core = (self.candidate.start_ms, min(self.candidate.end_ms, self.end_ms))
        start, end = settle(self.source.analysis, self.start_ms, self.end_ms, core, room_ms)
        return replace(self, start_ms=max(self.low_ms, start), end_ms=min(self.high_ms, max(end, start + _LEAST_MS)))


def shortest_clip(source: Source, candidate: Candidate, bounds: Bounds, within: tuple[int, int]) -> Clip:
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
    return Clip(source, candidate, start, end, low, high)


def _around_peak(candidate: Candidate, start: int, end: int, length: int) -> tuple[int, int]:
    """The beginning matters most (the act); moved on only so far that the peak is inside."""
    latest = max(start, candidate.peak_ms + min(_AFTER_PEAK_MS, length // _AFTER_PEAK_SHARE) - length)
    first = min(latest, end - length)
    return first, first + length


def _fixed(source: Source, candidate: Candidate, length: int, within: tuple[int, int]) -> Clip:
    low, high = within
    event = candidate.end_ms - candidate.start_ms
    if event + candidate.least_lead_ms >= length:
        start, _ = _around_peak(
            candidate, candidate.start_ms - min(candidate.least_lead_ms, length // _LEAD_PART), candidate.end_ms, length
        )
    else:
        spare = length - event
        start = candidate.start_ms - max(candidate.least_lead_ms, spare * _LEAD_THIRDS // 3)
    start = max(low, min(start, high - length))
    return Clip(source, candidate, start, min(high, start + length), low, high)
