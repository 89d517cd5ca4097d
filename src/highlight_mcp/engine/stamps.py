"""Times of pictures in recordings whose packets are stamped in the order of coding.

H.264 and HEVC with B-frames in an AVI, and in an MP4 that has lost its `ctts` table, carry one stamp for each packet,
always ascending, though the decoder gives the pictures in another order. The pictures then come out with stamps that
go back. They come out in the right order all the same, and the stamps are the right set: the smallest one that has
not been used belongs to the next picture. FFmpeg guesses stamps for an AVI, which counts its pictures from the start:
where the first is later than the stream claims to start, all of them are late.
"""

from fractions import Fraction
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any

import av
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

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
        return _kept(packet) if packet.is_discard else packet

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


def _kept(packet: "Packet[Any]") -> "Packet[Any]":
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
    base: Fraction | None = frame.time_base or stream.time_base
    return frame.pts * base - origin_s if frame.pts is not None and base is not None else None
