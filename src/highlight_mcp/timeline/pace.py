"""How a clip passes through its source: at one speed, or evenly faster or slower. Pure; exact fractions.

With a ramp w, after a share x of the clip's time a share (1 - w)·x + w·x² of its source has played: the speed goes
evenly from speed × (1 - w) to speed × (1 + w), whose mean is the speed of the clip.
"""

from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from .model import Clip

_FINEST = 1_000_000
"""Denominator of ramps and speeds: a millionth moves no frame of a clip of twelve hours."""


class Pace(NamedTuple):
    """Speed and ramp of a clip, as fields of it."""

    speed: Fraction
    ramp: float

    @classmethod
    def between(cls, start: Fraction, end: Fraction) -> "Pace":
        """From one speed to another."""
        return cls((start + end) / 2, round(float((end - start) / (end + start)), 6))

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The speeds at its start and at its end, to three decimals."""
        low, high = (round(float(self.speed) * (1 + sign * self.ramp), 3) for sign in (-1, 1))
        return Fraction(repr(low)), Fraction(repr(high))


def pace_of(clip: Clip) -> Pace:
    """The speed and ramp of a clip."""
    return Pace(clip.speed, clip.ramp)


def passed_ms(clip: Clip, at_ms: Fraction) -> Fraction:
    """How much source has played, in ms, so long after the clip's start; before and behind it at the speeds there."""
    if not clip.ramp:
        return at_ms * clip.speed
    ramp = _exact(clip.ramp)
    share = at_ms / clip.duration_ms
    if share < 0:
        return at_ms * clip.speed * (1 - ramp)
    if share > 1:
        return clip.duration_ms * clip.speed + (at_ms - clip.duration_ms) * clip.speed * (1 + ramp)
    return clip.duration_ms * clip.speed * share * (1 - ramp + ramp * share)


def moment_ms(clip: Clip, played_ms: int) -> Fraction:
    """How long after the clip's start so much of its source has played; the reverse of `passed_ms` inside the clip."""
    if not clip.ramp:
        return played_ms / clip.speed
    start, share = 1 - clip.ramp, float(played_ms / (clip.duration_ms * clip.speed))
    root = sqrt(max(0.0, start * start + 4 * clip.ramp * share))
    return clip.duration_ms * Fraction((root - start) / (2 * clip.ramp))


def part_of(clip: Clip, start_ms: int, end_ms: int) -> Pace:
    """The pace of the part of a clip between two offsets."""
    if not clip.ramp:
        return pace_of(clip)
    ramp = _exact(clip.ramp)
    first, last = (clip.speed * (1 - ramp + 2 * ramp * Fraction(at, clip.duration_ms)) for at in (start_ms, end_ms))
    return Pace.between(first.limit_denominator(_FINEST), last.limit_denominator(_FINEST))


def _exact(ramp: float) -> Fraction:
    return Fraction(ramp).limit_denominator(_FINEST)
