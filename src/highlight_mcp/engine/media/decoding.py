"""Decoding that gets past damage: what can be had is had, what cannot is counted; and stamps put right.

H.264 and HEVC with B-frames in an AVI, and in an MP4 that has lost its `ctts` table, carry one stamp for each packet,
always ascending, though the decoder gives the pictures in another order. The pictures then come out with stamps that
go back. They come out in the right order all the same, and the stamps are the right set: the smallest one that has
not been used belongs to the next picture. FFmpeg guesses stamps for an AVI, which counts its pictures from the start:
where the first is later than the stream claims to start, all of them are late.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import chain, islice, pairwise
from typing import Any, TypeVar

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from .ratios import exact

LOOKED_AT = 48
"""Packets at the start that are looked at; x264 puts at most 16 B-frames between two others."""


class CodingOrder:
    """Gives pictures their times, one pass of decoding at a time; `shift` is taken off every stamp."""

    def __init__(self, shift: int) -> None:
        self._shift = shift
        self._waiting: list[int] = []

    def begin(self) -> None:
        """Decoding starts anew somewhere."""
        self._waiting.clear()

    def sent(self, packet: "Packet[Any]") -> "Packet[Any]":
        """A packet goes to the decoder; returned as it should go there.

        An edit list that begins after the lost delay marks the first packets for leaving out, and with them
        pictures that it does not mean.
        """
        stamp = stamp_of(packet)
        if packet.size and stamp is not None:
            heappush(self._waiting, stamp)
        return unmarked(packet) if packet.is_discard else packet

    def lost(self, packet: "Packet[Any]") -> None:
        """A packet gave no picture, for it is damaged."""
        stamp = stamp_of(packet)
        if stamp in self._waiting:
            self._waiting.remove(stamp)
            heapify(self._waiting)

    def came(self, frame: VideoFrame) -> None:
        """A picture came out: it gets its time. What was sent before a keyframe came out before it, or is lost."""
        own = frame.pts
        while frame.key_frame and own is not None and self._waiting and self._waiting[0] < own:
            heappop(self._waiting)
        stamp = heappop(self._waiting) if self._waiting else own
        frame.pts = stamp - self._shift if stamp is not None else None


def coding_order(stream: Stream, packets: "list[Packet[Any]]") -> CodingOrder | None:
    """How to time the pictures of a stream that begins with these packets; None where their own stamps are right."""
    context = stream.codec_context
    stamps = [stamp for packet in packets if packet.size and (stamp := stamp_of(packet)) is not None]
    if not isinstance(context, VideoCodecContext) or any(later < earlier for earlier, later in pairwise(stamps)):
        return None
    start: int | None = stream.start_time
    shift = stamps[0] - start if stamps and start is not None else 0
    return CodingOrder(shift) if shift > 0 or (context.has_b_frames and _goes_back(context, packets)) else None


def _goes_back(context: VideoCodecContext, packets: "list[Packet[Any]]") -> bool:
    """Whether the pictures of some packets come out in another order than that of their stamps."""
    decoder = av.CodecContext.create(context.codec.name, "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata, decoder.thread_count = context.extradata, 1
    last: int | None = None
    for packet in packets:
        try:
            frames = decoder.decode(packet)
        except (av.error.FFmpegError, OSError):
            continue
        for frame in frames:
            if frame.pts is None or (last is not None and frame.pts < last):
                return True
            last = frame.pts
    return False


def unmarked(packet: "Packet[Any]") -> "Packet[Any]":
    """A copy of a packet without the mark that its picture is not shown."""
    copy: Packet[Any] = Packet(bytes(packet))
    copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, packet.time_base
    copy.is_keyframe, copy.stream = packet.is_keyframe, packet.stream
    return copy


def stamp_of(packet: "Packet[Any]") -> int | None:
    """The time stamp of a packet, that of decoding where it has no other."""
    return packet.pts if packet.pts is not None else packet.dts


def seconds_of(frame: VideoFrame, stream: Stream, origin_s: Fraction) -> Fraction | None:
    """When a picture is shown, in seconds from the start of the recording; None without a stamp."""
    base = exact(frame.time_base or stream.time_base)
    return frame.pts * base - origin_s if frame.pts is not None and base is not None else None


_MANY_ERRORS = 400
BACK_OFF_S = (Fraction(0), Fraction(1, 2), Fraction(3), Fraction(12), Fraction(60), Fraction(300))
"""How much earlier decoding begins, step by step, where the first picture comes out too late.

A keyframe lies 10 s apart from the next at x264's defaults, rarely more than a minute.
"""
_BEFORE_S = Fraction(10)
BROADCAST = ("mpegts", "mpeg")
"""Containers without an index, whose packets carry the clock of a broadcast."""

T = TypeVar("T")


def packets_of(container: InputContainer, *streams: Stream) -> "Iterator[Packet[Stream]]":
    """Packets from here on, up to the end or to damage that the demuxer cannot pass.

    PyAV ends with an IndexError when a stream turned up that was not there at the opening (FLV,
    MPEG-TS); by then all packets of the known streams have been given.
    """
    _read_only(container, streams)
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.ExitError, av.error.TimeoutError):
            raise
        except (av.error.FFmpegError, OSError, IndexError):
            return
        yield packet


def _read_only(container: InputContainer, streams: Sequence[Stream]) -> None:
    """Have the packets of all other streams passed over unread, where the container tells where the next one lies."""
    for stream in container.streams:
        stream.discard = Discard.default if stream in streams else Discard.all


def frames_of(
    container: InputContainer,
    stream: Stream,
    packets: int = 1 << 62,
    order: CodingOrder | None = None,
    failed: Callable[[], None] | None = None,
) -> Iterator[VideoFrame | AudioFrame]:
    """Frames of the next `packets` packets; packets that do not decode are passed over.

    `order` corrects the times of the pictures. Gives up after many packets that do not decode, unless `failed`
    takes note of each.
    """
    errors = 0
    if order is not None:
        order.begin()
    for count, packet in enumerate(packets_of(container, stream), 1):
        if order is not None:
            packet = order.sent(packet)
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, OSError):
            frames = []
            if order is not None:
                order.lost(packet)
            if failed is not None:
                failed()
            else:
                errors += 1
        for frame in frames:
            if order is not None and isinstance(frame, VideoFrame):
                order.came(frame)
            if isinstance(frame, VideoFrame | AudioFrame):
                yield frame
        if count >= packets or errors >= _MANY_ERRORS:
            return


def first_picture(container: InputContainer, stream: VideoStream, packets: int = 300) -> VideoFrame | None:
    """The first picture that decodes among the next packets."""
    return next((frame for frame in frames_of(container, stream, packets) if isinstance(frame, VideoFrame)), None)


def first_sound(container: InputContainer, stream: AudioStream, packets: int = 100) -> AudioFrame | None:
    """The first block of sound that decodes among the next packets."""
    return next((frame for frame in frames_of(container, stream, packets) if isinstance(frame, AudioFrame)), None)


def seek(container: InputContainer, stream: Stream, at_s: Fraction) -> bool:
    """Go to the keyframe at or before `at_s` seconds of the recording; False where that is impossible.

    In a file without an index (MPEG-TS) the place that is found may lie behind that keyframe, even behind the first
    one: use `begun` where it matters. The very start is always found.
    """
    if at_s <= 0 and container.format.name in BROADCAST and _rewound(container):
        return True
    return _sought(container, stream, max(at_s, Fraction(0)))


def _rewound(container: InputContainer) -> bool:
    """Go to the first byte, which in these formats is a place to start from."""
    try:
        container.seek(0, unsupported_byte_offset=True)
    except (av.error.ExitError, av.error.TimeoutError):
        raise
    except (av.error.FFmpegError, OSError):
        return False
    return True


def _sought(container: InputContainer, stream: Stream, at_s: Fraction) -> bool:
    base = exact(stream.time_base) or Fraction(1, 1_000_000)
    # Without an index the place is found by reading packets of this stream.
    _read_only(container, [stream])
    try:
        container.seek(round((at_s + origin(container)) / base), stream=stream)
    except (av.error.ExitError, av.error.TimeoutError):
        raise
    except (av.error.FFmpegError, OSError):
        return False
    return True


def begun(
    container: InputContainer,
    stream: Stream,
    at_s: Fraction,
    begin: Callable[[], Iterator[T]],
    time_of: Callable[[T], Fraction | None],
) -> Iterator[T]:
    """What `begin` decodes, from a place where the first of it is not later than `at_s` seconds, if there is any.

    A place whose time lies far before the start belongs to another clock (streams glued together).
    Each seek is judged by what comes out after it, and made again further back where that is too late, at last from
    the very start. Nothing comes where nothing decodes.
    """
    late = False
    for back in BACK_OFF_S:
        if at_s <= back or not seek(container, stream, at_s - back):
            late = True
            break
        items = begin()
        first = next(items, None)
        first_s = time_of(first) if first is not None else None
        if first is not None and first_s is not None and -_BEFORE_S < first_s <= at_s:
            return chain((first,), items)
        late = late or first is not None
    if not late:
        return iter(())
    seek(container, stream, Fraction(0))
    return begin()


def order_of(container: InputContainer, stream: Stream) -> CodingOrder | None:
    """How to time the pictures of a stream whose stamps follow the order of coding. The position is lost."""
    if not isinstance(stream, VideoStream):
        return None
    seek(container, stream, Fraction(0))
    count = LOOKED_AT if stream.codec_context.has_b_frames else 1
    return coding_order(stream, list(islice(packets_of(container, stream), count)))


def origin(container: InputContainer) -> Fraction:
    """The time stamp, in seconds, at which the recording begins."""
    start: int | None = container.start_time
    return Fraction(start or 0, 1_000_000)


def end_of(item: "Packet[Stream] | VideoFrame | AudioFrame", step: Fraction) -> Fraction | None:
    """Time stamp, in seconds, at which a packet or frame ends; `step` stands in for a missing duration."""
    base = exact(item.time_base)
    if item.pts is None or base is None:
        return None
    length = item.duration * base if item.duration else step
    return item.pts * base + length
