"""Whether the clock of a recording goes on: transport streams that were glued together start again, or leap."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.container import InputContainer
from av.stream import Stream

from .decoding import BROADCAST, origin, packets_of, seek

_WHOLE_BYTES = 96 << 20
"""Files up to this size are read through, which takes a fraction of a second; larger ones are looked at in places."""
_PLACES = 400
_BACK_S = Fraction(1)
_LEAP_S = Fraction(10)
"""As FFmpeg's dts_delta_threshold: more is no gap of a broadcast but another clock."""
_USUAL = 8


@dataclass(frozen=True)
class Jump:
    """After `before_s` of the recording the clock says `after_s`."""

    before_s: Fraction
    after_s: Fraction

    @property
    def back(self) -> bool:
        return self.after_s < self.before_s


def jumps(container: InputContainer, stream: Stream | None, size_bytes: int) -> list[Jump]:
    """Where the clock of a stream goes back or leaps, in the order of the file. The position is lost."""
    if stream is None or container.format.name not in BROADCAST:
        return []
    whole = size_bytes <= _WHOLE_BYTES
    times = list(_all(container, stream) if whole else _some(container, stream, size_bytes))
    steps = sorted(later - earlier for earlier, later in pairwise(times))
    usual = steps[len(steps) // 2] if steps and not whole else Fraction(0)
    return [
        Jump(earlier, later)
        for earlier, later in pairwise(times)
        if later < earlier - _BACK_S or later > earlier + _LEAP_S + _USUAL * usual
    ]


def _all(container: InputContainer, stream: Stream) -> Iterator[Fraction]:
    seek(container, stream, Fraction(0))
    return _times(container, stream)


def _some(container: InputContainer, stream: Stream, size_bytes: int) -> Iterator[Fraction]:
    """The first time stamp after each of many places that are evenly spread over the file."""
    for place in range(_PLACES):
        try:
            container.seek(size_bytes * place // _PLACES, unsupported_byte_offset=True)
        except (av.error.FFmpegError, OSError):
            return
        at_s = next(_times(container, stream), None)
        if at_s is not None:
            yield at_s


def _times(container: InputContainer, stream: Stream) -> Iterator[Fraction]:
    base, first_s = stream.time_base or Fraction(1), origin(container)
    for packet in packets_of(container, stream):
        if packet.dts is not None and packet.size:
            yield packet.dts * base - first_s
