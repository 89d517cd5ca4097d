"""Turns a stream of samples with time stamps into series, in bounded memory."""

import numpy as np

from .grid import SAMPLE_RATE, SERIES_HZ
from .sound import HOP, WINDOW, Floats, Sound, measure

_CELL = SAMPLE_RATE // SERIES_HZ
_BLOCK_CELLS = 200  # cells measured at once, 20 s
_TAIL = WINDOW - HOP
_TOLERANCE = SAMPLE_RATE // 20  # samples, 50 ms; no source on record, not varied


class SoundBlocks:
    """Collects samples of cells `first` to `first + count` of a recording.

    Samples come in order. A jump in their time stamps of more than 50 ms leaves silence (or drops the
    overlap), so that series stay in step with the clock of the recording.
    """

    def __init__(self, first: int, count: int) -> None:
        self.series = Sound.silent(count)
        self._cell = 0
        self._count = count
        self._origin = first * _CELL
        self._buffer = np.zeros(_BLOCK_CELLS * _CELL + _TAIL, np.float32)
        self._filled = 0
        self._next = self._origin

    @property
    def done(self) -> bool:
        """True once all cells are measured."""
        return self._cell >= self._count

    def feed(self, position: int, samples: Floats) -> None:
        """Take `samples` (mono, 16 kHz) that begin at sample `position` of the recording."""
        gap, size = position - self._next, len(samples)
        if self._next > self._origin and abs(gap) <= _TOLERANCE and self._filled + size < len(self._buffer):
            # Nearly every frame of a recording comes this way, fifty a second.
            self._buffer[self._filled : self._filled + size] = samples
            self._filled += size
            self._next += size
            return
        tolerance = _TOLERANCE if self._next > self._origin else 0
        if gap > tolerance:
            self._append_silence(gap)
        elif gap < -tolerance:
            samples = samples[-gap:]
        self._append(samples)

    def finish(self) -> Sound:
        """Measure what is left, padded with silence."""
        left = (self._count - self._cell) * _CELL
        if left > 0 and self._filled > 0:
            self._append_silence(min(left + _TAIL - self._filled, _CELL + _TAIL))
            self._measure(self._filled)
        return self.series

    def _append_silence(self, count: int) -> None:
        while count > 0 and not self.done:
            step = min(count, _BLOCK_CELLS * _CELL)
            self._append(np.zeros(step, np.float32))
            count -= step

    def _append(self, samples: Floats) -> None:
        self._next += len(samples)
        while len(samples) and not self.done:
            step = min(len(samples), len(self._buffer) - self._filled)
            self._buffer[self._filled : self._filled + step] = samples[:step]
            self._filled += step
            samples = samples[step:]
            if self._filled == len(self._buffer):
                self._measure(self._filled)

    def _measure(self, filled: int) -> None:
        whole = (filled - _TAIL) // _CELL
        if whole <= 0:
            return
        used = whole * _CELL
        self.series.put(self._cell, measure(self._buffer[: used + _TAIL]))
        self._cell += whole
        rest = self._filled - used
        self._buffer[:rest] = self._buffer[used : self._filled]
        self._filled = rest
