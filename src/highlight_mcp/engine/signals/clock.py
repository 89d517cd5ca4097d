"""How far a pass over a file has come, and whether it should stop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

Tick = Callable[[int, int], None]
"""`tick(done, total)`: how far something has come, in any unit."""


def unseen(done: int, total: int) -> None:
    """A tick that nobody hears."""


@dataclass
class Clock:
    """Shared between the thread that reads and the one that tells."""

    stop: Event = field(default_factory=Event)
    at_ms: int = 0
