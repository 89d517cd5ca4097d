"""Progress of a render, told often enough and not too often, from inside long reading too."""

import time
from fractions import Fraction

from ...messages import message
from ...timeline.time import clock
from ..progress import Progress

STAGE = "encode"
_EVERY_S = 0.2
_MEASURING, _ENCODED = 10, 98


class Pulse:
    """One hundred steps: a tenth for measuring the loudness, where that is asked for, the rest for encoding."""

    def __init__(self, progress: Progress, frames: int, rate: Fraction, measuring: bool) -> None:
        self._progress = progress
        self._frames = frames
        self._rate = rate
        self._before = _MEASURING if measuring else 0
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

    def encoded(self, frames: int) -> None:
        self._done = self._before + (_ENCODED - self._before) * frames // self._frames
        at, whole = (clock(round(count * 1000 / self._rate)) for count in (frames, self._frames))
        self._text = message("engine.progress.encoding", at=at, whole=whole)
        self.beat()

    def finishing(self) -> None:
        self._done, self._text = _ENCODED, message("engine.progress.index")
        self._tell(time.monotonic())

    def checking(self) -> None:
        self._done, self._text = 99, message("engine.progress.checking")
        self._tell(time.monotonic())

    def _tell(self, now: float) -> None:
        self._last = now
        self._progress(STAGE, self._done, 100, self._text)
