"""Sound at another tempo, even or changing, at its own pitch and never out of step with the picture.

WSOLA (W. Verhelst, M. Roelands: An overlap-add technique based on waveform similarity, ICASSP 1993): every hop of the
output takes a window of the input from where the picture is then, moved by up to `REACH` so that it goes on from the
window before. Where the sound is follows from the plan alone, so that nothing adds up.
"""

from collections.abc import Callable, Iterator

import numpy as np

from .sound_graph import Samples
from .sound_plan import SAMPLE_RATE

HOP = SAMPLE_RATE // 50
"""Samples between windows: 20 ms, two periods of the lowest voices (100 Hz)."""
REACH = SAMPLE_RATE // 100
"""How far a window may be moved to fit: 10 ms, one such period."""

_WINDOW = (0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * HOP) + 0.5) / HOP)).astype(np.float32)


def paced(blocks: Iterator[Samples], position: Callable[[int], int]) -> Iterator[Samples]:
    """Stereo sound in hops; `position` tells which sample of `blocks` belongs to a sample of the output, never less
    than `REACH` for the output from -HOP on. Ends where nothing is left of the input.
    """
    source = _SoundInput(blocks)
    expected: Samples | None = None
    tail = np.zeros((2, HOP), np.float32)
    at = -HOP
    while not source.is_over(position(at) - REACH):
        window, expected = _fitting(source, position(at), expected)
        shaped = window * _WINDOW
        if at >= 0:
            yield tail + shaped[:, :HOP]
        tail = shaped[:, HOP:]
        at += HOP


def _fitting(source: "_SoundInput", place: int, expected: Samples | None) -> tuple[Samples, Samples]:
    """The window near `place` that goes on best from the one before, and what would go on from it."""
    span = source.read(place - REACH, 2 * HOP + 2 * REACH)
    moved = REACH if expected is None else _best(span, expected)
    follows = source.read(place - REACH + moved + HOP, HOP)
    return span[:, moved : moved + 2 * HOP], follows


def _best(span: Samples, expected: Samples) -> int:
    """By how much to move into the span so that it is most like what is expected: the normalised correlation."""
    mono, wanted = span.sum(axis=0), expected.sum(axis=0)
    heard = mono[: HOP + 2 * REACH]
    likeness = np.correlate(heard, wanted, "valid")
    energy = np.convolve(heard * heard, np.ones(HOP, np.float32), "valid")
    score = likeness / np.sqrt(np.maximum(energy, 1e-9))
    best = int(np.argmax(score))
    return best if score[best] > score[REACH] * (1 + 1e-6) else REACH


class _SoundInput:
    """Any stretch of a stream of blocks, going forwards; silence behind its end."""

    def __init__(self, blocks: Iterator[Samples]) -> None:
        self._blocks = blocks
        self._held = np.zeros((2, 0), np.float32)
        self._first = 0
        self._ended = False

    def is_over(self, place: int) -> bool:
        """Whether nothing of the input lies at or behind a place."""
        self._fill(place + 1)
        return self._ended and self._first + self._held.shape[1] <= place

    def read(self, place: int, count: int) -> Samples:
        """The samples from a place on."""
        self._fill(place + count)
        start = place - self._first
        found = self._held[:, max(0, start) : max(0, start + count)]
        missing = count - found.shape[1]
        before = min(missing, max(0, -start))
        return np.pad(found, ((0, 0), (before, missing - before)))

    def _fill(self, end: int) -> None:
        parts, have = [self._held], self._first + self._held.shape[1]
        while have < end and not self._ended:
            block = next(self._blocks, None)
            self._ended = block is None
            if block is not None:
                parts.append(block)
                have += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else self._held
        old = max(0, min(joined.shape[1], end - self._first - SAMPLE_RATE))
        self._held, self._first = joined[:, old:], self._first + old
