"""Writes H.264 and AAC into an MP4 with its index in front."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from .hearing import Samples
from .plan import SAMPLE_RATE
from .presets import Preset

AAC_FRAME = 1024
BT709, LIMITED = 1, 1
GOP_S = 2


class Mp4:
    """An MP4 being written; pictures and sound are interleaved by time as they come."""

    def __init__(self, path: Path, width: int, height: int, rate: Fraction, preset: Preset) -> None:
        self._rate = rate
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        self._video = self._container.add_stream("libx264", rate=rate)
        self._video.width, self._video.height, self._video.pix_fmt = width, height, "yuv420p"
        self._video.codec_context.time_base = 1 / rate
        self._video.codec_context.options = {"preset": preset.effort, "crf": str(preset.crf), "profile": "high"}
        self._video.codec_context.gop_size = round(GOP_S * rate)
        for name in ("color_primaries", "color_trc", "colorspace"):
            setattr(self._video.codec_context, name, BT709)
        self._video.codec_context.color_range = LIMITED
        self._audio = self._container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
        self._audio.codec_context.bit_rate = 192_000
        self._frames = self._samples = 0
        self._rest: Samples = np.zeros((2, 0), np.float32)

    def __enter__(self) -> "Mp4":
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
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._samples, Fraction(1, SAMPLE_RATE)
        self._samples += block.shape[1]
        self._container.mux(self._audio.encode(frame))


def interleaved(mp4: Mp4, pictures: Iterator[VideoFrame], sound: Iterator[Samples], rate: Fraction) -> Iterator[int]:
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
