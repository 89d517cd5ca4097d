"""What was found in the footage: moments to show, and words that were spoken."""

from typing import Literal

from pydantic import Field

from .time import Milliseconds, TimeRange
from .value import MessageField, Value

Confidence = Literal["high", "medium", "low"]


class Pick(Value):
    """A moment of one source with its evidence; `score` compares picks of one choice."""

    media_id: str
    source: str
    start_ms: Milliseconds
    end_ms: Milliseconds
    peak_ms: Milliseconds
    score: float
    confidence: Confidence
    why: MessageField
    signals: dict[str, float | str] = Field(default_factory=dict)

    @property
    def range(self) -> TimeRange:
        return TimeRange(start_ms=self.start_ms, end_ms=self.end_ms)


class Choice(Value):
    """`picks` in the order wished for; `neighbours` would come next; `notes` are for the user."""

    picks: tuple[Pick, ...] = ()
    neighbours: tuple[Pick, ...] = ()
    notes: tuple[MessageField, ...] = ()


class Taken(Value):
    """A range of a source that is in the reel already."""

    media_id: str
    start_ms: Milliseconds
    end_ms: Milliseconds


class Cue(Value):
    """One subtitle, in the time of its source; without `media_id` it belongs to the main source."""

    start_ms: Milliseconds
    end_ms: Milliseconds
    text: str
    media_id: str | None = None
