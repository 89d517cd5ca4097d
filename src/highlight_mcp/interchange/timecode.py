"""Timecode of SMPTE ST 12-1: `01:02:03:04`, and with frames dropped `01:02:03;04`. Pure.

Dropped are numbers, not frames: the first two of each minute but every tenth, at 59.94 the first four, so that the
count keeps step with the clock.
"""

import re
from fractions import Fraction

from .rates import is_ntsc, nominal

_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")
_DROPPED_PER_SECOND = 15
"""One number in fifteen of a second is dropped each minute: two of thirty, four of sixty."""


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
