"""What went wrong in the footage without stopping the render, and the pulse of long reading."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ...messages import Message, message
from ...timeline.time import clock

Beat = Callable[[], None]
"""Called often during long reading, so that progress goes on."""


def nothing() -> None:
    """A beat that nobody watches."""


@dataclass
class Notes:
    """What a person should know of a finished render, each thing once."""

    _messages: list[Message] = field(default_factory=list)
    _gaps: dict[tuple[str, str], float] = field(default_factory=dict)
    _errors: Counter[str] = field(default_factory=Counter)

    def add(self, note: Message) -> None:
        if note not in self._messages:
            self._messages.append(note)

    def error(self, name: str) -> None:
        """Count one packet of a file that did not decode."""
        self._errors[name] += 1

    def gap(self, name: str, kind: str, at_s: float) -> None:
        """A stretch of a file without pictures or sound; only the first of each kind is told."""
        self._gaps.setdefault((name, kind), at_s)

    def messages(self) -> list[Message]:
        """All warnings: one for each thing, in the order in which they came up."""
        gaps = [
            message(f"engine.reel.{kind}", name=name, at=clock(max(0, round(at * 1000))))
            for (name, kind), at in self._gaps.items()
        ]
        damage = [message("engine.reel.packets_damaged", name=name, n=count) for name, count in self._errors.items()]
        return [*self._messages, *gaps, *damage]
