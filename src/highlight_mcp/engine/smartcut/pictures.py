"""Coded pictures of a source in the order of decoding, in groups that each can be entered at their first picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from hashlib import blake2b
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..media.decoding import BACK_OFF_S, origin, packets_of, seek, unmarked
from ..media.ratios import exact
from ..render.progress import ProgressTick
from .bitstreams import BITSTREAMS, Bitstream, Sets
from .errors import UNREADABLE, NotCopyable

MOST_BYTES = 96 << 20
"""Of one group that is held: ten seconds at 75 Mbit/s. What has longer groups has nothing worth copying."""


@dataclass(frozen=True, eq=False)
class CodedPicture:
    """One picture as it is stored: when it is shown (ticks of its stream), its units, and the sets in force for it."""

    stamp: int
    packet: "Packet[Any]"
    units: tuple[bytes, ...]
    sets: Sets
    is_shown: bool
    bitstream: Bitstream

    @cached_property
    def is_start(self) -> bool:
        """Whether a stream may begin with it as it is."""
        return any(self.bitstream.is_start(unit) for unit in self.units if self.bitstream.is_picture(unit))

    @cached_property
    def is_entry(self) -> bool:
        """Whether all pictures shown from this one on can be decoded beginning with it."""
        return self.bitstream.is_entry(self.units, self.sets)

    @cached_property
    def is_reference(self) -> bool:
        is_picture = self.bitstream.is_picture
        return any(self.bitstream.is_reference(unit, self.sets) for unit in self.units if is_picture(unit))


@dataclass(frozen=True)
class Group:
    """From a picture at which decoding can begin to the one before the next, in the order of decoding.

    Pictures that are shown before the first one but stored after it lead it: they refer to the group before as well.
    """

    pictures: tuple[CodedPicture, ...]

    @property
    def entry(self) -> CodedPicture:
        return self.pictures[0]

    @property
    def last_stamp(self) -> int:
        return max(picture.stamp for picture in self.pictures)


class PictureReader:
    """Reads the coded pictures of one source. Raises NotCopyable where they cannot be told apart."""

    def __init__(self, container: InputContainer, stream: VideoStream, name: str, beat: ProgressTick) -> None:
        self._container = container
        self._beat = beat
        self.name = name
        self.stream = stream
        self.base = exact(stream.time_base) or Fraction(1)
        self.origin = origin(container)
        self.bitstream = bitstream_of(stream)
        try:
            self.sets, self._length_size = self.bitstream.in_front(stream.codec_context.extradata or b"")
        except UNREADABLE as error:
            raise NotCopyable("unreadable") from error

    def ticks(self, at_s: Fraction) -> Fraction:
        """A time of the recording in ticks of the stream."""
        return (at_s + self.origin) / self.base

    def groups(self, at_s: Fraction) -> Iterator[Group]:
        """Groups from one that begins at or before `at_s` seconds, the last one where there is an index."""
        wanted = self.ticks(at_s)
        for back_s in BACK_OFF_S:
            from_s = max(Fraction(0), at_s - back_s)
            if not seek(self._container, self.stream, from_s):
                continue
            groups = self._grouped()
            first = next(groups, None)
            if first is not None and (first.entry.stamp <= wanted or from_s == 0):
                yield first
                yield from groups
                return
        raise NotCopyable("no_entry")

    def _grouped(self) -> Iterator[Group]:
        held: list[CodedPicture] = []
        size = 0
        for picture in self._pictures():
            if picture.is_entry:
                if held:
                    yield Group(tuple(held))
                held, size = [], 0
            if held or picture.is_entry:
                held.append(picture)
                size += picture.packet.size
            if size > MOST_BYTES:
                raise NotCopyable("sparse")
        if held:
            yield Group(tuple(held))

    def _pictures(self) -> Iterator[CodedPicture]:
        sets = self.sets
        for packet in packets_of(self._container, self.stream):
            self._beat()
            if not packet.size:
                continue
            if packet.pts is None or packet.is_corrupt:
                raise NotCopyable("stamps")
            try:
                units = tuple(self.bitstream.units_of(bytes(packet), self._length_size))
                sets = sets.following(units)
                refused = self.bitstream.refusal(units, sets)
            except UNREADABLE as error:
                raise NotCopyable("unreadable") from error
            if refused:
                raise NotCopyable(refused, name=self.name)
            if sets is not self.sets and len(sets.forms | self.sets.forms) > 1:
                raise NotCopyable("changes", name=self.name)
            if any(self.bitstream.is_picture(unit) for unit in units):
                yield CodedPicture(packet.pts, packet, units, sets, not packet.is_discard, self.bitstream)


def bitstream_of(stream: VideoStream) -> Bitstream:
    """The codec of a stream. Raises NotCopyable."""
    found = BITSTREAMS.get(stream.codec_context.codec.canonical_name)
    if found is None:
        raise NotCopyable("unreadable")
    return found


def decoder_of(stream: VideoStream) -> VideoCodecContext:
    """A decoder of its own for pictures of this stream."""
    decoder = av.CodecContext.create(stream.codec_context.codec.name, "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata = stream.codec_context.extradata
    decoder.thread_type, decoder.thread_count = "AUTO", 1
    return decoder


def decoded(stream: VideoStream, pictures: Sequence[CodedPicture], beat: ProgressTick) -> Iterator[VideoFrame]:
    """Pictures in the order in which they are shown, with their stamps; those for which others are missing fall out.

    Raises NotCopyable where one is damaged.
    """
    decoder = decoder_of(stream)
    try:
        for picture in (*pictures, None):
            beat()
            packet = unmarked(picture.packet) if picture is not None else None
            yield from (frame for frame in decoder.decode(packet) if not frame.is_corrupt)
    except av.error.FFmpegError as error:
        raise NotCopyable("damaged") from error


def look_of(frame: VideoFrame) -> bytes:
    """A digest of everything that a decoded picture shows."""
    made = blake2b(digest_size=16)
    for place in range(len(frame.planes)):
        made.update(rows_of(frame, place).tobytes())
    return made.digest()


def rows_of(frame: VideoFrame, place: int) -> NDArray[np.uint8]:
    """The bytes of one plane of a planar picture, a row of pixels in each row."""
    plane = frame.planes[place]
    width = plane.width * (1 if frame.format.components[place].bits <= 8 else 2)
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return np.ascontiguousarray(rows[: plane.height, :width])
