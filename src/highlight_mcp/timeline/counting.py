"""Words that count while they are shown: seconds that are left or have passed, as a number or as a clock. Pure."""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from .time import clock

_STEP_MS = 1000
_VALUES: dict[str, Callable[[int, int], str]] = {
    "left": lambda passed, length: str(_left(passed, length)),
    "elapsed": lambda passed, _length: str(passed // _STEP_MS),
    "left_clock": lambda passed, length: clock(_left(passed, length)),
    "elapsed_clock": lambda passed, _length: clock(passed // _STEP_MS),
}
"""What a slot shows when `passed` of `length` ms are over: a countdown ends with 1, a stopwatch begins with 0."""
_SLOT = re.compile(rf"\{{({'|'.join(_VALUES)})\}}")


def slots_of(words: str) -> tuple[str, ...]:
    """The names of the slots that count in some words."""
    return tuple(dict.fromkeys(_SLOT.findall(words)))


def words_at(words: str, passed_ms: int, length_ms: int) -> str:
    """The words with their slots filled, when so much of their time is over."""
    return _SLOT.sub(lambda slot: _VALUES[slot[1]](passed_ms, length_ms), words)


def steps(words: str, length_ms: int) -> Iterator[tuple[int, int, str]]:
    """From when to when, in ms from the start, the words read how."""
    whole = range(0, length_ms, _STEP_MS)
    marks = sorted({*whole, *(length_ms - at for at in whole)} | {0})
    start, shown = 0, words_at(words, 0, length_ms)
    for at, end in pairwise(marks):
        now = words_at(words, at, length_ms)
        if now != shown:
            yield start, at, shown
            start, shown = at, now
        if end == length_ms:
            yield start, end, shown


def _left(passed: int, length: int) -> int:
    return -(-(length - passed) // _STEP_MS)
