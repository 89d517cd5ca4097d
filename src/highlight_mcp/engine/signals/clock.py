"""How far a pass over a file has come, and whether it should stop."""

from dataclasses import dataclass, field
from threading import Event


@dataclass
class Clock:
    """Shared between the thread that reads and the one that tells."""

    stop: Event = field(default_factory=Event)
    at_ms: int = 0
