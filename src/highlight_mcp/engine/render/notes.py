"""What went wrong in the footage without stopping the render, and the pulse of long reading."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from ...timeline.time import format_time

Beat = Callable[[], None]
"""Called often during long reading, so that progress goes on."""


def nothing() -> None:
    """A beat that nobody watches."""


@dataclass
class Notes:
    """What a person should know of a finished render, each thing once."""

    _texts: dict[str, None] = field(default_factory=dict)
    _gaps: dict[tuple[str, str], float] = field(default_factory=dict)
    _errors: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> None:
        self._texts.setdefault(text)

    def error(self, name: str) -> None:
        """Count one packet of a file that did not decode."""
        self._errors[name] += 1

    def gap(self, name: str, what: str, at_s: float) -> None:
        """A stretch of a file without pictures or sound; only the first of each kind is told."""
        self._gaps.setdefault((name, what), at_s)

    def texts(self) -> list[str]:
        """All warnings: one line for each thing, in the order in which they came up."""
        gaps = [
            f"{name}: {what} (from {format_time(max(0, round(at * 1000)))})." for (name, what), at in self._gaps.items()
        ]
        damage = [
            f"{name} is damaged: {count} packet{'s' * (count > 1)} could not be decoded."
            for name, count in self._errors.items()
        ]
        return [*self._texts, *gaps, *damage]
