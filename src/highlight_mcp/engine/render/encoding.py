"""Writes H.264 and AAC into an MP4 with its index in front."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.video.frame import VideoFrame

from ...messages.reasons import reason_of
from ...presets import Preset
from ..errors import EngineError
from .sound_graph import Samples, audio_frame
from .sound_plan import SAMPLE_RATE

AAC_FRAME = 1024
BT709, LIMITED = 1, 1
GOP_S = 2
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MOST_THREADS = 6
"""More threads of x264 hold more frames: 6 stay inside the memory promised for 1080p."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong while `path` is written into EngineError: `no_space`, or why it cannot be written."""
    try:
        yield
    except (av.error.FFmpegError, OSError) as error:
        if error.errno in _FULL:
            raise EngineError("no_space", "engine.reel_disk_full", name=path.name) from error
        raise EngineError("internal", "engine.unwritable", path=str(path), strerror=reason_of(error)) from error


class Mp4Writer:
    """An MP4 being written; pictures and sound are interleaved by time as they come."""

    def __init__(self, path: Path, width: int, height: int, rate: Fraction, preset: Preset, title: str = "") -> None:
        self._rate = rate
        url = f"file:{os.path.abspath(path)}"  # noqa: PTH100 - resolve() would follow links
        self._container = av.open(url, "w", format="mp4", options={"movflags": "+faststart"})
        if title:
            self._container.metadata["title"] = title
        self._video = self._container.add_stream("libx264", rate=rate)
        self._video.width, self._video.height, self._video.pix_fmt = width, height, "yuv420p"
        self._video.codec_context.time_base = 1 / rate
        self._video.codec_context.options = _options(preset)
        self._video.codec_context.gop_size = max(1, int(GOP_S * rate))
        self._video.codec_context.thread_count = min(MOST_THREADS, max(2, os.cpu_count() or 1))
        self._video.codec_context.sample_aspect_ratio = Fraction(1)
        for name in ("color_primaries", "color_trc", "colorspace"):
            setattr(self._video.codec_context, name, BT709)
        self._video.codec_context.color_range = LIMITED
        self._audio = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        self._audio.codec_context.bit_rate = preset.sound_bps
        self._frames = self._samples = 0
        self._rest: Samples = np.zeros((2, 0), np.float32)

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def picture(self, frame: VideoFrame) -> None:
        """Encode the next frame."""
        frame.pts, frame.time_base, frame.pict_type = self._frames, 1 / self._rate, 0
        self._frames += 1
        self._container.mux(self._video.encode(frame))

    def sound(self, block: Samples) -> None:
        """Encode the next samples, shape (2, n)."""
        self._rest = np.concatenate((self._rest, block), axis=1)
        while self._rest.shape[1] >= AAC_FRAME:
            self._encode(self._rest[:, :AAC_FRAME])
            self._rest = self._rest[:, AAC_FRAME:]

    def finish(self) -> None:
        """Encode what is left and write the index."""
        if self._rest.shape[1]:
            self._encode(self._rest)
        self._container.mux(self._video.encode(None))
        self._container.mux(self._audio.encode(None))

    def _encode(self, block: Samples) -> None:
        frame = audio_frame(block, self._samples)
        self._samples += block.shape[1]
        self._container.mux(self._audio.encode(frame))


def _options(preset: Preset) -> dict[str, str]:
    options = {"preset": preset.effort, "crf": str(preset.crf), "profile": "high"}
    if preset.most_bps is not None:
        options |= {"maxrate": str(preset.most_bps), "bufsize": str(preset.most_bps)}
    return options


def interleaved(
    mp4: Mp4Writer, pictures: Iterator[VideoFrame], sound: Iterator[Samples], rate: Fraction
) -> Iterator[int]:
    """Write both, the sound never more than a block behind the picture; yields the frames written so far."""
    heard = 0
    for count, frame in enumerate(pictures, 1):
        mp4.picture(frame)
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
