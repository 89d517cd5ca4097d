"""How long a recording really is: a duration in a header is a claim, cut-off files claim too much, clocks leap.

Cheap by design: a look at the index, one seek to the end, one decoded picture; only when that fails, a bisection of at
most a dozen seeks and the decoding of the last group of pictures. Transport streams that were glued together start
again, or leap; where their clock goes back or jumps ahead is found from packets alone.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame

from .decoding import BROADCAST, end_of, frames_of, origin, packets_of, seek
from .ratios import exact

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
    base, first_s = exact(stream.time_base) or Fraction(1), origin(container)
    for packet in packets_of(container, stream):
        if packet.dts is not None and packet.size:
            yield packet.dts * base - first_s


SLACK_S = Fraction(1, 2)
"""How far a stream may end before the claimed end and still count as whole."""

_CLOSE_S = Fraction(1)
_APPROACH_S = Fraction(2)
_LAST_FRAMES = 1200
_PROBE_PACKETS = 48


@dataclass(frozen=True)
class EndOfStream:
    """The end of a stream, in seconds from the start; `whole` is False when data before the claimed end is lost."""

    end_s: Fraction
    whole: bool


def find_end(
    container: InputContainer, stream: Stream, claimed_s: Fraction | None, size_bytes: int, step: Fraction
) -> EndOfStream:
    """Find the end of one stream of an open recording.

    `claimed_s` is the container's duration (None when it gives none), `step` the usual length of a
    frame in seconds. The position in the container is lost.
    """
    if claimed_s is None:
        return EndOfStream(_demuxed_end(container, stream, step) if _rewind(container, stream) else Fraction(0), True)
    present_s = _present_end(container, stream, size_bytes)
    start_s = min(claimed_s, present_s) if present_s is not None else claimed_s
    if present_s is None and _decodes(container, stream, max(start_s - step, Fraction(0))):
        seek(container, stream, max(start_s - _APPROACH_S, Fraction(0)))
        return EndOfStream(_demuxed_end(container, stream, step), True)
    end_s = _decoded_end(container, stream, start_s, step)
    return EndOfStream(end_s, end_s >= claimed_s - SLACK_S)


def _present_end(container: InputContainer, stream: Stream, size_bytes: int) -> Fraction | None:
    """Time of the first indexed sample that lies beyond the end of the file; None when none does."""
    entries = stream.index_entries
    count = len(entries)
    if not count or entries[count - 1].pos + entries[count - 1].size <= size_bytes:
        return None
    first = bisect_left(range(count), size_bytes + 1, key=lambda at: entries[at].pos + entries[at].size)
    base = exact(stream.time_base) or Fraction(1)
    return max(entries[first].timestamp * base - origin(container), Fraction(0))


def _decodes(container: InputContainer, stream: Stream, at_s: Fraction) -> bool:
    if not seek(container, stream, at_s):
        return False
    return next(frames_of(container, stream, _PROBE_PACKETS), None) is not None


def _demuxed_end(container: InputContainer, stream: Stream, step: Fraction) -> Fraction:
    """End of the last undamaged packet from here on."""
    ends = (end_of(packet, step) for packet in packets_of(container, stream) if packet.size and not packet.is_corrupt)
    return max((end for end in ends if end is not None), default=origin(container)) - origin(container)


def _decoded_end(container: InputContainer, stream: Stream, limit_s: Fraction, step: Fraction) -> Fraction:
    """End of the last picture that decodes before `limit_s`, found by bisection."""
    good, bad = Fraction(0), limit_s
    while bad - good > _CLOSE_S:
        middle = (good + bad) / 2
        if _decodes(container, stream, middle):
            good = middle
        else:
            bad = middle
    seek(container, stream, good)
    end = good
    for number, frame in enumerate(frames_of(container, stream)):
        end = max(end, _frame_end(frame, step) - origin(container))
        if number >= _LAST_FRAMES:
            break
    return end


def _frame_end(frame: VideoFrame | AudioFrame, step: Fraction) -> Fraction:
    base = exact(frame.time_base)
    if isinstance(frame, AudioFrame) and frame.pts is not None and base is not None:
        return frame.pts * base + Fraction(frame.samples, frame.sample_rate)
    return end_of(frame, step) or Fraction(0)


def _rewind(container: InputContainer, stream: Stream) -> bool:
    return seek(container, stream, Fraction(0))
