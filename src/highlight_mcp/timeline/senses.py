"""What an edit may ask about the footage. The engine answers; the edit itself stays pure."""

from typing import TYPE_CHECKING, Protocol

from .picks import Choice, Cue, Taken
from .time import TimeRange

if TYPE_CHECKING:
    from .operations import Highlights


class Senses(Protocol):
    """Questions about the footage, in source time."""

    def highlights(self, wish: "Highlights", avoid: tuple[Taken, ...]) -> Choice:
        """The best moments for a wish, none of which overlaps `avoid`. May raise OperationRejected, with its reason."""
        ...

    def silences(self, media_id: str, min_ms: int, margin_ms: int) -> tuple[TimeRange, ...]:
        """Ranges without sound that may be cut out; the margins are already taken off."""
        ...

    def beats(self, media_id: str) -> tuple[int, ...]:
        """Times of the beats in ms; empty without a steady beat."""
        ...

    def focus(self, media_id: str, source: TimeRange) -> float | None:
        """Horizontal centre of the action, 0 left to 1 right; None when there is none."""
        ...

    def cues(self, asset: str | None, shown: tuple[Taken, ...]) -> tuple[Cue, ...]:
        """Subtitles of the file called `asset`, or of the footage; at least those for what is `shown`."""
        ...
