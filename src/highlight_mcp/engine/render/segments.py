"""Long renders in segments: pictures that stand alone, kept until the reel is whole.

Each segment is encoded by an encoder of its own, which x264 begins with an IDR picture, and drawn by readers that were
opened for it. So it depends on nothing but the plan, and a reel that was put together from segments of two attempts is
that of one, bit for bit. A rate factor is no budget: nothing has to be shared out among segments. What x264 knows of
the pictures to come ends at a border, which costs nothing at a cut, where no picture refers to the one before anyway;
so borders lie at cuts wherever one is near.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import Any, BinaryIO

import av
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from ... import __version__
from ...files import replacing
from .canvas import TextOverlay
from .encoding import GLOBAL_HEADER, Mp4Writer, set_picture
from .plan import Layer, RenderPlan
from .progress import Warnings
from .task import RenderTask
from .video_renderer import VideoRenderer

WORK = 600 * 1920 * 1080
"""Pixels to encode in one segment: 20 s of 1080p at 30 pictures a second, some 25 s of processor time. What a kill
costs at most; reels of up to one and a half are written in one piece, since beginning anew costs little more."""
_NEAR = (Fraction(1, 2), Fraction(3, 2))
"""Of the length of a segment: where a border may lie."""
_DIGEST = 16
_RECORD = Struct("<qqqBI")
"""Times of showing and decoding and duration in frames, whether it is a keyframe, and the bytes that follow."""


def segments_of(plan: RenderPlan, size: tuple[int, int], first: int, last: int, keyframes_s: Fraction) -> list[range]:
    """The output frames [first, last) in segments of about `WORK` pixels, parted at cuts where any are near. Pure."""
    group = max(1, int(keyframes_s * plan.rate))
    length = max(2, round(WORK / (size[0] * size[1] * group))) * group
    cuts = _cuts(plan.layers[0]) if plan.layers else []
    borders, at = [first], first
    while last - at > _NEAR[1] * length:
        near = [cut for cut in cuts if at + _NEAR[0] * length <= cut <= at + _NEAR[1] * length]
        at = min(near, key=lambda cut: abs(cut - at - length), default=at + length)
        borders.append(at)
    return [range(*pair) for pair in zip(borders, [*borders[1:], last], strict=True)]


def _cuts(reel: Layer) -> list[int]:
    """The frames at which another clip begins at once."""
    return [shot.first for shot in reel.shots if reel.join_at(shot.first) is None]


def write_segments(task: RenderTask, size: tuple[int, int], file: Mp4Writer, pictures: VideoRenderer) -> Iterator[int]:
    """Write all pictures of a task, each segment taken from an earlier attempt or encoded; how many there are so far.

    `pictures` must tell what is wrong to notes of its own, which come into those of the task at the end.
    """
    first, last = task.first, task.first + task.plan.frames
    store = _Store(task, size, pictures)
    for frames in segments_of(task.seen, size, first, last, task.coding.keyframes_s):
        keeps = task.work is not None and (task.whole is not None or len(frames) < last - first)
        packets = store.kept(frames) if keeps else None
        if packets is None:
            yield from store.encoded(frames, file, keeps)
            continue
        for count, packet in enumerate(packets, frames.start - first + 1):
            file.packet(packet)
            task.progress.encoded(count, kept=True)
            yield count
    task.notes.absorb(pictures.notes)


@dataclass
class _Store:
    """The segments of one task; those that are kept are named after all that they depend on."""

    task: RenderTask
    size: tuple[int, int]
    pictures: VideoRenderer

    def __post_init__(self) -> None:
        self._digest = _digest_of(self.task, self.size, self.pictures.letters)
        if self.task.work is not None:
            self.task.work.mkdir(parents=True, exist_ok=True)
            for left in self.task.work.glob(".*.part"):
                left.unlink(missing_ok=True)

    def encoded(self, frames: range, file: Mp4Writer, keeps: bool) -> Iterator[int]:
        """Draw and encode a segment into the reel; with `keeps` into a file beside it, too."""
        if not keeps:
            yield from self._encoded(frames, file, None)
            return
        with replacing(self._place(frames), durable=True) as stream:
            writing = _Writing(stream)
            yield from self._encoded(frames, file, writing)
            writing.end(self.pictures.notes)

    def _encoded(self, frames: range, file: Mp4Writer, writing: "_Writing | None") -> Iterator[int]:
        encoder, rate = self._encoder(), self.task.plan.rate
        for number, frame in zip(frames, self.pictures.frames(frames.start, frames.stop), strict=True):
            frame.pts, frame.time_base, frame.pict_type = number - self.task.first, 1 / rate, 0
            for packet in encoder.encode(frame):
                self._put(packet, file, writing)
            yield number - self.task.first + 1
        for packet in encoder.encode(None):
            self._put(packet, file, writing)

    def _put(self, packet: "Packet[Any]", file: Mp4Writer, writing: "_Writing | None") -> None:
        if writing is not None:
            writing.put(packet)
        file.packet(packet)

    def kept(self, frames: range) -> "Iterator[Packet[Any]] | None":
        """The packets of a segment that an earlier attempt has finished; None where there is none that is whole."""
        try:
            data = self._place(frames).read_bytes()
        except OSError:
            return None
        body, digest = data[:-_DIGEST], data[-_DIGEST:]
        if blake2b(body, digest_size=_DIGEST).digest() != digest:
            return None
        end = len(body) - 4 - int.from_bytes(body[-4:], "little")
        self.pictures.notes.restore(json.loads(body[end:-4]))
        return _packets(memoryview(body)[:end], 1 / self.task.plan.rate)

    def _place(self, frames: range) -> Path:
        assert self.task.work is not None
        return self.task.work / f"{frames.start:08}-{frames.stop:08}.{self._digest}.segment"

    def _encoder(self) -> VideoCodecContext:
        task = self.task
        assert task.coding.picture is not None
        encoder = CodecContext.create(task.coding.picture.encoder, "w")
        assert isinstance(encoder, VideoCodecContext)
        set_picture(encoder, task.coding.picture, self.size, task.plan.rate, task.coding.keyframes_s)
        encoder.framerate = task.plan.rate
        encoder.flags |= GLOBAL_HEADER
        return encoder


class _Writing:
    """A segment on its way to the disk: its packets, what there is to tell of it and of those before, a digest."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._made = blake2b(digest_size=_DIGEST)

    def put(self, packet: "Packet[Any]") -> None:
        times = (packet.pts or 0, packet.dts or 0, packet.duration or 0)
        self._write(_RECORD.pack(*times, packet.is_keyframe, packet.size))
        self._write(bytes(packet))

    def end(self, notes: Warnings) -> None:
        told = json.dumps(notes.dump()).encode()
        self._write(told + len(told).to_bytes(4, "little"))
        self._stream.write(self._made.digest())

    def _write(self, data: bytes) -> None:
        self._made.update(data)
        self._stream.write(data)


def _packets(data: memoryview, base: Fraction) -> "Iterator[Packet[Any]]":
    at = 0
    while at < len(data):
        pts, dts, duration, is_key, size = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        packet: Packet[Any] = Packet(bytes(data[at : at + size]))
        packet.time_base = base
        packet.pts, packet.dts, packet.duration, packet.is_keyframe = pts, dts, duration, bool(is_key)
        at += size
        yield packet


def _digest_of(task: RenderTask, size: tuple[int, int], letters: Sequence[TextOverlay | None]) -> str:
    """Of all that pictures depend on: the plan, the footage as it is now, texts as they are drawn, and the programs."""
    made = blake2b(digest_size=12)
    plan = task.seen
    footage = []
    for name, source in sorted(task.sources.items()):
        status = source.path.stat()
        footage.append((name, status.st_size, status.st_mtime_ns))
    facts = (plan.rate, plan.layers, plan.cues, size, task.first, task.coding, footage, __version__)
    made.update(repr((facts, av.__version__, av.library_versions)).encode())
    for each in letters:
        if each is not None:
            made.update(repr((each.left, each.top)).encode() + each.luma.tobytes())
    return made.hexdigest()
