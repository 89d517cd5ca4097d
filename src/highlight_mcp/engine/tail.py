"""Where a recording really ends: a duration in a header is a claim, and cut-off files claim too much.

Cheap by design: a look at the index, one seek to the end, one decoded picture; only when that fails,
a bisection of at most a dozen seeks and the decoding of the last group of pictures.
"""

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction

from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame

from .decoding import end_of, frames_of, origin, packets_of, seek

SLACK_S = Fraction(1, 2)
"""How far a stream may end before the claimed end and still count as whole."""

_CLOSE_S = Fraction(1)
_APPROACH_S = Fraction(2)
_LAST_FRAMES = 1200
_PROBE_PACKETS = 48


@dataclass(frozen=True)
class Tail:
    """The end of a stream, in seconds from the start; `whole` is False when data before the claimed end is lost."""

    end_s: Fraction
    whole: bool


def find_end(
    container: InputContainer, stream: Stream, claimed_s: Fraction | None, size_bytes: int, step: Fraction
) -> Tail:
    """Find the end of one stream of an open recording.

    `claimed_s` is the container's duration (None when it gives none), `step` the usual length of a
    frame in seconds. The position in the container is lost.
    """
    if claimed_s is None:
        return Tail(_demuxed_end(container, stream, step) if _rewind(container, stream) else Fraction(0), True)
    present_s = _present_end(container, stream, size_bytes)
    start_s = min(claimed_s, present_s) if present_s is not None else claimed_s
    if present_s is None and _decodes(container, stream, max(start_s - step, Fraction(0))):
        seek(container, stream, max(start_s - _APPROACH_S, Fraction(0)))
        return Tail(_demuxed_end(container, stream, step), True)
    end_s = _decoded_end(container, stream, start_s, step)
    return Tail(end_s, end_s >= claimed_s - SLACK_S)


def _present_end(container: InputContainer, stream: Stream, size_bytes: int) -> Fraction | None:
    """Time of the first indexed sample that lies beyond the end of the file; None when none does."""
    entries = stream.index_entries
    count = len(entries)
    if not count or entries[count - 1].pos + entries[count - 1].size <= size_bytes:
        return None
    first = bisect_left(range(count), size_bytes + 1, key=lambda at: entries[at].pos + entries[at].size)
    base = stream.time_base or Fraction(1)
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
    if isinstance(frame, AudioFrame) and frame.pts is not None and frame.time_base is not None:
        return frame.pts * frame.time_base + Fraction(frame.samples, frame.sample_rate)
    return end_of(frame, step) or Fraction(0)


def _rewind(container: InputContainer, stream: Stream) -> bool:
    return seek(container, stream, Fraction(0))
