"""Exact time: integer milliseconds outside, rationals inside, never floats."""

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from ..messages import say
from .schemas import FrozenModel

Milliseconds = Annotated[int, Field(ge=0)]


# Without an exponent: Fraction("1e99999999") would compute a number of a hundred million digits.
_PLAIN_RATE = re.compile(r"\d{1,12}(\.\d{1,12})?(/\d{1,12})?|\d{1,12}/\d{1,12}|\.\d{1,12}")


def parse_rate(text: Any) -> Fraction:
    """Read a frame rate or factor: `30000/1001`, `25`, `1.25`, an int or a Fraction.

    Floats are read through their shortest decimal form, so 1.1 means eleven tenths.
    Raises ValueError when the value is not a positive finite number.
    """
    if isinstance(text, bool) or (isinstance(text, str) and not _PLAIN_RATE.fullmatch(text.strip())):
        raise ValueError(say("timeline.wrong.rate", text=repr(str(text)[:40])))
    try:
        rate = Fraction(repr(text) if isinstance(text, float) else text)
    except (TypeError, ValueError, ZeroDivisionError) as error:
        raise ValueError(say("timeline.wrong.rate", text=repr(text))) from error
    if rate <= 0:
        raise ValueError(say("timeline.wrong.rate_not_positive", text=repr(text)))
    return rate


def write_rate(rate: Fraction) -> str:
    """`25`, `30000/1001`: the form that `parse_rate` reads back exactly."""
    return str(rate)


Rate = Annotated[
    Fraction,
    BeforeValidator(parse_rate),
    PlainSerializer(write_rate, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30", "30000/1001"]}),
]


def frames_at(ms: int, rate: Fraction) -> int:
    """Index of the frame nearest to `ms` on a grid of `rate` frames per second (half rounds up)."""
    return (2 * ms * rate.numerator + 1000 * rate.denominator) // (2000 * rate.denominator)


def frame_ms(frame: int, rate: Fraction) -> int:
    """Time of a frame on the grid, rounded to the millisecond (half rounds up)."""
    return (2 * frame * 1000 * rate.denominator + rate.numerator) // (2 * rate.numerator)


def format_length(ms: int) -> str:
    """A length for people: `0.8 s` below a minute, `1:05` from there on."""
    return format_time(ms) if ms >= 60_000 else f"{round(ms / 1000, 1):g} s"


def scaled(ms: int, factor: Fraction) -> int:
    """`ms` × `factor`, rounded to the millisecond (half rounds up)."""
    return rounded(ms * factor)


def rounded(ms: Fraction) -> int:
    """To the millisecond (half rounds up)."""
    return (2 * ms.numerator + ms.denominator) // (2 * ms.denominator)


class TimeRange(FrozenModel):
    """A half-open range [start_ms, end_ms) (OpenTimelineIO: TimeRange)."""

    start_ms: Milliseconds
    end_ms: Milliseconds

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms

    def clamped_to(self, other: "TimeRange") -> "TimeRange | None":
        """The part inside `other`, or None when they do not meet."""
        start, end = max(self.start_ms, other.start_ms), min(self.end_ms, other.end_ms)
        return TimeRange(start_ms=start, end_ms=end) if start < end else None


def format_time(ms: int) -> str:
    """`1:02:30.5`, `0:07`: a time for people; tenths only when they are not zero."""
    tenths, whole = (ms // 100) % 10, clock(ms // 1000)
    return f"{whole}.{tenths}" if tenths else whole


def clock(seconds: int) -> str:
    """`1:02:30`, `0:07`: whole seconds as a clock shows them."""
    hours, minutes = seconds // 3600, seconds // 60 % 60
    head = f"{hours}:{minutes:02d}" if hours else str(minutes)
    return f"{head}:{seconds % 60:02d}"
