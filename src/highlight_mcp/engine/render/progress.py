"""Progress of a render from inside long reading, and what went wrong in the footage without stopping it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from ...messages import Message, message
from ...timeline.time import format_time
from ..job_process import Progress

ProgressTick = Callable[[], None]
"""Called often during long reading, so that progress goes on."""


def no_report() -> None:
    """A beat that nobody watches."""


@dataclass
class Warnings:
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
            message(f"engine.reel.{kind}", name=name, at=format_time(max(0, round(at * 1000))))
            for (name, kind), at in self._gaps.items()
        ]
        damage = [message("engine.reel.packets_damaged", name=name, n=count) for name, count in self._errors.items()]
        return [*self._messages, *gaps, *damage]


STAGE = "encode"
_EVERY_S = 0.2
_MEASURING, _ENCODED = 10, 98


class RenderProgress:
    """One hundred steps: a tenth for measuring the loudness, where that is asked for, the rest for encoding.

    `passes` says how many times all pictures are encoded.
    """

    def __init__(self, progress: Progress, frames: int, rate: Fraction, measuring: bool, passes: int = 1) -> None:
        self._progress = progress
        self._frames = frames
        self._rate = rate
        self._before = _MEASURING if measuring else 0
        self._passes, self._passed, self._before_part = passes, 0, 0
        self._done = 0
        self._text = message("engine.progress.opening")
        self._last = float("-inf")

    def beat(self) -> None:
        """Still at work on the same thing."""
        now = time.monotonic()
        if now - self._last >= _EVERY_S:
            self._tell(now)

    def measured(self, share: float) -> None:
        self._done, self._text = int(self._before * share), message("engine.progress.loudness")
        self.beat()

    def begin_part(self, first: int) -> None:
        """From here on frames are counted from this one of the reel."""
        self._before_part = first

    def encoded(self, frames: int) -> None:
        frames += self._before_part
        share = Fraction(self._passed * self._frames + frames, self._passes * self._frames)
        self._done = max(self._done, self._before + int((_ENCODED - self._before) * min(share, Fraction(1))))
        at, whole = (format_time(round(count * 1000 / self._rate)) for count in (frames, self._frames))
        self._text = message("engine.progress.encoding", at=at, whole=whole)
        self.beat()

    def next_pass(self) -> None:
        """The same pictures are encoded once more."""
        self._passed += 1

    def finishing(self) -> None:
        self._done, self._text = _ENCODED, message("engine.progress.index")
        self._tell(time.monotonic())

    def checking(self) -> None:
        self._done, self._text = 99, message("engine.progress.checking")
        self._tell(time.monotonic())

    def _tell(self, now: float) -> None:
        self._last = now
        self._progress(STAGE, self._done, 100, self._text)
