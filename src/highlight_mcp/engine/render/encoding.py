"""Writes pictures and sound into a file as a preset codes them: MP4 and MOV with the index in front, or sound alone."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
from av.codec.context import CodecContext
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from ...messages.reasons import reason_of
from ...presets import Preset
from ..errors import EngineError
from .chapters import Chapter
from .codings import Coding, PictureCoding, coding_of
from .sound_encoder import SoundEncoder
from .sound_graph import Samples
from .sound_plan import SAMPLE_RATE

BT709, LIMITED = 1, 1
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_THREADS = 6
"""More threads of x264 hold more frames: 6 stay inside the memory promised for 1080p."""
_FLAGS = {1: 1 << 9, 2: 1 << 10}
"""FFmpeg's AV_CODEC_FLAG_PASS1 and AV_CODEC_FLAG_PASS2."""
GLOBAL_HEADER = 1 << 22
"""FFmpeg's AV_CODEC_FLAG_GLOBAL_HEADER: parameter sets stand in front of the file, not in packets."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while `path` is written into EngineError: `no_space`, or why it cannot be written."""
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        if error.errno in _FULL:
            raise EngineError("no_space", "engine.reel_disk_full", name=path.name) from error
        raise EngineError("internal", "engine.unwritable", path=str(path), strerror=reason_of(error)) from error


def url_of(path: Path) -> str:
    """A file as FFmpeg takes it, whatever colons its name has."""
    return f"file:{os.path.abspath(path)}"  # noqa: PTH100 - resolve() would follow links


@dataclass(frozen=True)
class Pass:
    """The first or second of two passes, where the first leaves what it has learnt, and the bits per second.

    Without these the quality of the preset decides, and the first pass is as careful as if it were the only one.
    """

    number: int
    stats: Path
    bps: int | None = None


class Mp4Writer:
    """A file being written; pictures and sound are interleaved by time as they come.

    It is an MP4, unless the coding of the preset is another one. `one` makes it one pass of two.
    """

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        rate: Fraction,
        preset: Preset,
        title: str = "",
        *,
        coding: Coding | None = None,
        one: Pass | None = None,
        chapters: Sequence[Chapter] = (),
        encoded: bool = False,
    ) -> None:
        """With `encoded` pictures come as packets of encoders that are set like that of the file."""
        coding = coding or coding_of(preset)
        self._rate, self._encoded = rate, encoded
        self._container = av.open(url_of(path), "w", format=coding.muxer, options=dict(coding.options))
        if title:
            self._container.metadata["title"] = title
        if chapters:
            self._container.set_chapters([each.as_written(number) for number, each in enumerate(chapters, 1)])
        self._video: VideoStream | None = None
        if coding.picture is not None:
            stream = self._container.add_stream(coding.picture.encoder, rate=rate)
            assert isinstance(stream, VideoStream)
            set_picture(stream.codec_context, coding.picture, (width, height), rate, coding.keyframes_s)
            if one is not None:
                _set_pass(stream.codec_context, one)
            if encoded:
                stream.codec_context.thread_count = 1  # it says what is in the file, and never gets a picture
            self._video = stream
        self._pixels = (coding.picture.fed or coding.picture.pixels) if coding.picture is not None else ""
        self._scaler = VideoReformatter()
        self._sound = SoundEncoder(self._container, coding.sound) if coding.sound is not None else None
        self._frames = 0

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def picture(self, frame: VideoFrame) -> None:
        """Encode the next frame, which is `yuv420p`."""
        assert self._video is not None
        if self._pixels != "yuv420p":
            frame = self._scaler.reformat(frame, format=self._pixels)
        frame.pts, frame.time_base, frame.pict_type = self._frames, 1 / self._rate, 0
        self._frames += 1
        self._container.mux(self._video.encode(frame))

    def each(self, frames: Iterator[VideoFrame]) -> Iterator[int]:
        """Encode all of these; yields how many there are so far."""
        for count, frame in enumerate(frames, 1):
            self.picture(frame)
            yield count

    def packet(self, packet: "Packet[Any]") -> None:
        """Take the next picture as it is; the file was begun with `encoded`."""
        packet.stream = self._video
        self._container.mux(packet)

    def sound(self, block: Samples) -> None:
        """Encode the next samples, shape (2, n)."""
        assert self._sound is not None
        self._sound.write(block)

    def finish(self) -> None:
        """Encode what is left and write the index."""
        if self._video is not None and not self._encoded:
            self._container.mux(self._video.encode(None))
        if self._sound is not None:
            self._sound.finish()


class FirstPass:
    """x264 looking at pictures before they are encoded in earnest; nothing is kept but its statistics."""

    def __init__(self, size: tuple[int, int], rate: Fraction, coding: Coding, one: Pass) -> None:
        assert coding.picture is not None
        codec = CodecContext.create(coding.picture.encoder, "w")
        assert isinstance(codec, VideoCodecContext)
        self._codec = codec
        set_picture(self._codec, coding.picture, size, rate, coding.keyframes_s)
        self._codec.framerate = rate
        _set_pass(self._codec, one)
        self._rate, self._frames = rate, 0

    def picture(self, frame: VideoFrame) -> None:
        """Look at the next frame."""
        frame.pts, frame.time_base, frame.pict_type = self._frames, 1 / self._rate, 0
        self._frames += 1
        self._codec.encode(frame)

    def finish(self) -> None:
        """Look at what was held back, and write the statistics."""
        self._codec.encode(None)
        del self._codec  # x264 gives its file the final name when it is closed


def set_picture(
    codec: VideoCodecContext, coding: PictureCoding, size: tuple[int, int], rate: Fraction, keyframes_s: Fraction
) -> None:
    """Tell an encoder what it is to encode: limited-range BT.709 with square pixels."""
    codec.width, codec.height, codec.pix_fmt = *size, coding.fed or coding.pixels
    if coding.bps is not None:
        codec.bit_rate = coding.bps
    codec.time_base = 1 / rate
    codec.options = dict(coding.options)
    if coding.codec == "h264":
        codec.gop_size = max(1, int(keyframes_s * rate))
    codec.thread_count = min(MOST_THREADS, max(2, os.cpu_count() or 1))
    codec.sample_aspect_ratio = Fraction(1)
    for name in ("color_primaries", "color_trc", "colorspace"):
        setattr(codec, name, BT709)
    codec.color_range = LIMITED


def _set_pass(codec: VideoCodecContext, one: Pass) -> None:
    """At a bit rate one second may take twice as much, so that no player has to wait for it."""
    options = {**codec.options, "stats": str(one.stats)}
    if one.bps is None:
        options["fastfirstpass"] = "0"
    else:
        options.pop("crf", None)
        options |= {"maxrate": str(2 * one.bps), "bufsize": str(2 * one.bps)}
        codec.bit_rate = one.bps
    codec.options = options
    codec.flags |= _FLAGS[one.number]


def interleaved(mp4: Mp4Writer, written: Iterator[int], sound: Iterator[Samples], rate: Fraction) -> Iterator[int]:
    """Write sound beside pictures, of which so many are `written`, never more than a block behind; yields the same."""
    heard = 0
    for count in written:
        due = count * SAMPLE_RATE / rate
        while heard < due:
            block = next(sound, None)
            if block is None:
                break
            heard += block.shape[1]
            mp4.sound(block)
        yield count
    for block in sound:
        mp4.sound(block)
