"""Something that may be worth showing, before it becomes a clip."""

from dataclasses import dataclass, field

from ...messages import Message
from .moment import Confidence, Signals


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
    why: Message
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
