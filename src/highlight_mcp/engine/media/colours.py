"""What a frame says of its colours, as far as FFmpeg's filters know it."""

from fractions import Fraction

from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

UNSAID = (0, 2)
"""Matrices that say nothing, or RGB."""
_MATRICES = (1, 4, 5, 6, 7, 9)
_UNSPECIFIED = 2
_RANGES = (1, 2)


def matrix_of(frame: VideoFrame) -> int:
    """The colour matrix (ISO 23001-8), or that it is not specified where swscale does not know it."""
    value = int(frame.colorspace)
    return value if value in (*UNSAID, *_MATRICES) else _UNSPECIFIED


def range_of(frame: VideoFrame) -> int:
    """1 for limited, 2 for full, 0 for unspecified."""
    value = int(frame.color_range)
    return value if value in _RANGES else 0


def is_foreign(frame: VideoFrame) -> bool:
    """Whether a frame names colours that cannot be drawn: rare systems, or damage."""
    return int(frame.colorspace) != matrix_of(frame) or int(frame.color_range) not in (0, *_RANGES)


def settled(frame: VideoFrame) -> VideoFrame:
    """The same frame, with what cannot be drawn taken for unspecified: swscale refuses frames otherwise."""
    if is_foreign(frame):
        frame.colorspace, frame.color_range = matrix_of(frame), range_of(frame)
    return frame


def buffer_of(graph: Graph, frame: VideoFrame, base: Fraction) -> FilterContext:
    """An entry for frames like this one."""
    return graph.add(
        "buffer",
        video_size=f"{frame.width}x{frame.height}",
        pix_fmt=frame.format.name,
        time_base=str(base),
        colorspace=str(matrix_of(frame)),
        range=str(range_of(frame)),
    )
