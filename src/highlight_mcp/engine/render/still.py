"""Clips that do not move: images, cards, generated backgrounds."""

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame

from ...timeline.model import Clip
from ..frames import flattened
from ..images import load_image
from .canvas import frame_of, plain, yuv_of
from .chain import Geometry
from .footage import Painter
from .source import Source


def image_frame(source: Source, clip: Clip, width: int, height: int) -> VideoFrame:
    """A still picture at the output size; what is transparent lies on black."""
    pixels = np.asarray(flattened(load_image(source.path)))
    rows, columns = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    if min(rows, columns) < 2:
        pixels, rows, columns = np.repeat(np.repeat(pixels, 2, 0), 2, 1), max(2, 2 * rows), max(2, 2 * columns)
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:rows, :columns]), format="rgb24")
    return Painter(clip, Geometry(0, Fraction(1), width, height)).paint(frame)


def card_frame(clip: Clip, width: int, height: int) -> VideoFrame:
    """A card in its colour, black when it has none."""
    return frame_of(plain(width, height, yuv_of(clip.color or "#000000")))
