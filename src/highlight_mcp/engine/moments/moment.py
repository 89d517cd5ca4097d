"""A candidate, a moment with its evidence, and a choice of moments."""

from dataclasses import dataclass, field
from typing import Literal

from ...timeline.media import MediaInfo
from ..signals.analysis import Analysis

Confidence = Literal["high", "medium", "low"]
Signals = dict[str, float | str]


@dataclass(frozen=True)
class Moment:
    """`start_ms` to `end_ms` of one source, best at `peak_ms`.

    `score` compares moments of one choice (higher is better); `why` tells in English what was measured,
    `signals` the same as numbers.
    """

    media_id: str
    start_ms: int
    end_ms: int
    peak_ms: int
    score: float
    confidence: Confidence
    why: str
    signals: Signals = field(default_factory=dict)

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class RecordingSignals:
    """One recording that moments may come from."""

    media_id: str
    name: str
    info: MediaInfo
    analysis: Analysis


@dataclass(frozen=True)
class Selection:
    """`picks` in the order wished for; `neighbours` what would come next, best first; `notes` for the user."""

    picks: list[Moment]
    neighbours: list[Moment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Candidate:
    """`start_ms` to `end_ms` is what must be shown; up to `lead_ms` before it helps to understand it.

    `least_lead_ms` of that always belongs to the clip: a reaction follows what it reacts to.
    """

    start_ms: int
    end_ms: int
    peak_ms: int
    score: float
    confidence: Confidence
    why: str
    signals: Signals = field(default_factory=dict)
    least_lead_ms: int = 500
    lead_ms: int = 6000

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def without_overlap(candidates: list[Candidate], gap_ms: int = 0) -> list[Candidate]:
    """The best of those that overlap or lie closer than `gap_ms`; in order of score, then time."""
    kept: list[Candidate] = []
    for one in sorted(candidates, key=lambda c: (-c.score, c.start_ms)):
        if all(one.end_ms + gap_ms <= other.start_ms or one.start_ms >= other.end_ms + gap_ms for other in kept):
            kept.append(one)
    return kept
