"""A moment with its evidence, and a choice of moments."""

from dataclasses import dataclass, field
from typing import Literal

from ...messages import Message
from ...timeline.media import MediaInfo
from ..analysis import Analysis

Confidence = Literal["high", "medium", "low"]
Signals = dict[str, float | str]


@dataclass(frozen=True)
class Moment:
    """`start_ms` to `end_ms` of one source, best at `peak_ms`.

    `score` compares moments of one choice (higher is better); `why` tells what was measured,
    `signals` the same as numbers.
    """

    media_id: str
    start_ms: int
    end_ms: int
    peak_ms: int
    score: float
    confidence: Confidence
    why: Message
    signals: Signals = field(default_factory=dict)

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True)
class Source:
    """One recording that moments may come from."""

    media_id: str
    name: str
    info: MediaInfo
    analysis: Analysis


@dataclass(frozen=True)
class Choice:
    """`picks` in the order wished for; `neighbours` what would come next, best first; `notes` for the user."""

    picks: list[Moment]
    neighbours: list[Moment] = field(default_factory=list)
    notes: list[Message] = field(default_factory=list)
