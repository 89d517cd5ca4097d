"""Encoders of H.264 in hardware: which of them really works here, found out by encoding one picture."""

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from .codings import Coding

ENCODERS: tuple[str, ...] = (
    "h264_nvenc", "h264_videotoolbox", "h264_qsv", "h264_amf", "h264_vaapi", "h264_mf", "h264_v4l2m2m",
)  # fmt: skip
"""FFmpeg's, those that are known to look best first. That a library has one says nothing: the driver decides."""
_TRIED = (640, 360)
"""Pixels of the picture that is tried: some of them refuse smaller ones."""
_BITS = 0.12
"""Bits for a pixel of a frame: about what x264 takes at the quality of the presets; these know no such quality."""
_FED = ("yuv420p", "nv12")


def with_hardware(coding: Coding, size: tuple[int, int], rate: Fraction) -> Coding | None:
    """The coding with the first hardware encoder that works; None where none does."""
    assert coding.picture is not None
    for name in ENCODERS:
        fed = next((pixels for pixels in _FED if _works(name, pixels)), None)
        if fed is not None:
            bps = int(_BITS * size[0] * size[1] * rate)
            return replace(coding, picture=replace(coding.picture, encoder=name, fed=fed, options={}, bps=bps))
    return None


def _works(name: str, pixels: str) -> bool:
    """Whether a packet comes out."""
    width, height = _TRIED
    try:
        codec = CodecContext.create(name, "w")
        assert isinstance(codec, VideoCodecContext)
        codec.width, codec.height, codec.pix_fmt = width, height, pixels
        codec.time_base, codec.framerate, codec.bit_rate = Fraction(1, 25), Fraction(25), 1_000_000
        picture = VideoFrame.from_ndarray(np.full((height * 3 // 2, width), 128, np.uint8), format="yuv420p")
        picture = picture.reformat(format=pixels)
        picture.pts, picture.time_base = 0, Fraction(1, 25)
        return bool([*codec.encode(picture), *codec.encode(None)])
    except (av.error.FFmpegError, ValueError, OSError):
        return False
