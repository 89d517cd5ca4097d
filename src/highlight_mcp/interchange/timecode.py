"""The frame rates that editors count in, and timecode, which counts them. Pure.

Rates are whole ones, and those of NTSC, which are a thousandth slower. Timecode is that of SMPTE ST 12-1:
`01:02:03:04`, and with frames dropped `01:02:03;04`. Dropped are numbers, not frames: the first two of each minute but
every tenth, at 59.94 the first four, so that the count keeps step with the clock.
"""

import re
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
TIMECODE_FINEST = 60
"""Frames per second that timecode counts in two digits."""
_MOST = 1_000_000
"""Units per second above which nothing is counted: sound has up to 192,000 samples."""

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")
_DROPPED_PER_SECOND = 15
"""One number in fifteen of a second is dropped each minute: two of thirty, four of sixty."""


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


def simplest_near(number: Fraction, slack: Fraction) -> Fraction:
    """The fraction of the smallest denominator that is within `slack` of a rounded number (Stern-Brocot)."""
    low, high = number - slack, number + slack
    return _simplest(low, high) if low > 0 else number


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    whole = low.numerator // low.denominator
    if whole == low or whole + 1 <= high:
        return Fraction(whole if whole == low else whole + 1)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))


def is_droppable(rate: Fraction) -> bool:
    """Whether timecode of this rate may drop frames: 29.97 and 59.94."""
    return is_ntsc(rate) and nominal(rate) % 30 == 0


def write_timecode(frame: int, rate: Fraction, *, drop: bool | None = None) -> str:
    """The timecode of a frame; after 24 hours it begins again.

    `drop` says whether frames are dropped: by default where the rate has it.
    """
    base = nominal(rate)
    drops = is_droppable(rate) if drop is None else drop and is_droppable(rate)
    number = _with_dropped(frame, base) if drops else frame
    seconds, frames = divmod(number, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}{';' if drops else ':'}{frames:02d}"


def read_timecode(text: str, rate: Fraction) -> int:
    """The frame of a timecode. A number that is dropped is that of the next frame which has one. Raises ValueError."""
    match = _TIMECODE.fullmatch(text.strip())
    base = nominal(rate)
    if match is None or int(match[2]) > 59 or int(match[3]) > 59 or int(match[5]) >= base:
        raise ValueError(text)
    minutes = int(match[1]) * 60 + int(match[2])
    second, frame = int(match[3]), int(match[5])
    if not is_dropping(text) or not is_droppable(rate):
        return (minutes * 60 + second) * base + frame
    dropped = base // _DROPPED_PER_SECOND
    if minutes % 10 and second == 0:
        frame = max(frame, dropped)
    return (minutes * 60 + second) * base + frame - dropped * (minutes - minutes // 10)


def is_dropping(text: str) -> bool:
    """Whether a timecode is written as one that drops frames."""
    return any(sign in text for sign in ";.,")


def _with_dropped(frame: int, base: int) -> int:
    """The count with the dropped numbers in it."""
    dropped = base // _DROPPED_PER_SECOND
    per_minute = base * 60 - dropped
    tens, rest = divmod(frame, per_minute * 10 + dropped)
    minutes = 0 if rest < base * 60 else 1 + (rest - base * 60) // per_minute
    return frame + dropped * (9 * tens + minutes)
