"""Ratios as they come out of PyAV: time bases, frame rates, shapes of pixels."""

from fractions import Fraction
from typing import Protocol


class Ratio(Protocol):
    """What a fraction of any library has."""

    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...


def exact(ratio: Ratio | None) -> Fraction | None:
    """A ratio of PyAV as a fraction; None where FFmpeg knows none.

    PyAV 18 gives fractions and None. PyAV 19 gives FFmpeg's AVRational, whose products are rounded to 32 bits; what is
    not known is 0/1, 0/0 or 1/0 there, and all of these are false.
    """
    return Fraction(ratio.numerator, ratio.denominator) if ratio else None
