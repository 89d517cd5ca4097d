"""The frame rates that editors count in: whole ones, and those of NTSC, which are a thousandth slower. Pure."""

from fractions import Fraction
from math import ceil

NTSC = Fraction(1000, 1001)
_STANDARD = tuple(
    sorted(
        {Fraction(each) for each in (24, 25, 30, 48, 50, 60, 100, 120)}
        | {each * NTSC for each in (24, 30, 48, 60, 120)}
    )
)
_SAME = Fraction(1, 4000)
"""Relative difference below which two rates are one: a quarter of what parts 29.97 from 30."""
FINEST = 60
"""Frames per second that timecode counts in two digits (SMPTE ST 12-1)."""


def editing_rate(rate: Fraction, *, variable: bool = False) -> Fraction:
    """The rate in which an editor counts footage of `rate` frames per second.

    A whole rate or one of NTSC is that rate; what is nearly one of the usual rates is meant to be it. Footage without
    a constant rate is counted at the nearest usual one, any other at the first usual one that holds all its frames, or
    at the nearest whole one.
    """
    nearest = min(_STANDARD, key=lambda each: abs(each / rate - 1))
    if variable or abs(nearest / rate - 1) < _SAME:
        return nearest
    if is_countable(rate):
        return rate
    multiple = next((each for each in _STANDARD if (each / rate).denominator == 1), None)
    return multiple or Fraction(max(1, round(rate)))


def is_countable(rate: Fraction) -> bool:
    """Whether it is a whole rate, or the NTSC form of one."""
    return rate.denominator == 1 or (rate / NTSC).denominator == 1


def within(rate: Fraction, finest: int | None) -> Fraction:
    """The rate, or its largest whole fraction that is at most `finest`."""
    return rate if finest is None else rate / ceil(rate / finest)


def nominal(rate: Fraction) -> int:
    """The frames that timecode counts as one second: 30 for 29.97."""
    return ceil(rate)


def is_ntsc(rate: Fraction) -> bool:
    """Whether it is a thousandth slower than a whole rate."""
    return rate.denominator != 1 and (rate / NTSC).denominator == 1


def rate_of_number(number: float) -> Fraction:
    """The exact rate that a rounded decimal such as 29.97 or 23.976 stands for. Raises ValueError."""
    if not 0 < number < _MOST:
        raise ValueError(str(number))
    rate = Fraction(repr(float(number)))
    nearest = min(_STANDARD, key=lambda each: abs(each / rate - 1))
    return nearest if abs(nearest / rate - 1) < _SAME else rate


_MOST = 1_000_000
"""Units per second above which nothing is counted: sound has up to 192,000 samples."""


def simplest_near(number: Fraction, slack: Fraction) -> Fraction:
    """The fraction of the smallest denominator that is within `slack` of a rounded number (Stern-Brocot)."""
    low, high = number - slack, number + slack
    return _simplest(low, high) if low > 0 else number


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))
