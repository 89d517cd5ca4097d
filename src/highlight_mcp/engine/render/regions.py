"""Looks on a part of the finished picture of a clip, such as a corner that is blurred out."""

from collections.abc import Sequence

from av.video.frame import VideoFrame

from ...timeline.model import Filter
from .canvas import canvas_of, frame_of, planes
from .filter_graph import FilterGraph, FilterStep, chain_for, look_steps

_BLUR = 1 / 6
"""Standard deviation of a full blur as a share of the shorter side of the part: nothing in it can be read or told."""


class RegionLooks:
    """The looks of a clip that are confined to a part; for frames of one size."""

    def __init__(self, filters: Sequence[Filter]) -> None:
        self._filters = [one for one in filters if one.region is not None]
        self._chains: list[tuple[tuple[int, int, int, int], FilterGraph]] | None = None

    def painted(self, frame: VideoFrame) -> VideoFrame:
        """The frame with its parts changed; the same one where there are none."""
        if not self._filters:
            return frame
        if self._chains is None:
            self._chains = [_chain(one, frame) for one in self._filters]
        for (x, y, width, height), chain in self._chains:
            canvas, part = canvas_of(frame), canvas_of(chain.one(frame))
            for scale, below, above in zip((1, 2, 2), planes(canvas), planes(part), strict=True):
                below[y // scale : (y + height) // scale, x // scale : (x + width) // scale] = above
            frame = frame_of(canvas)
        return frame


def _chain(one: Filter, frame: VideoFrame) -> tuple[tuple[int, int, int, int], FilterGraph]:
    x, y, width, height = place = _pixels(one, frame.width, frame.height)
    crop: FilterStep = ("crop", f"{width}:{height}:{x}:{y}")
    return place, chain_for(frame, [crop, *_steps(one, min(width, height)), ("format", "yuv420p")])


def _steps(one: Filter, short_side: int) -> list[FilterStep]:
    if one.name != "blur":
        return look_steps([one])
    strength = abs(1.0 if one.amount is None else one.amount)
    return [("gblur", f"sigma={max(1.0, _BLUR * strength * short_side):.2f}")]


def _pixels(one: Filter, width: int, height: int) -> tuple[int, int, int, int]:
    """x, y, width, height in even pixels that hold all of the part."""
    assert one.region is not None
    left, top = (2 * int(share * size / 2) for share, size in ((one.region.x, width), (one.region.y, height)))
    right = min(width, 2 * -int(-(one.region.x + one.region.width) * width // 2))
    bottom = min(height, 2 * -int(-(one.region.y + one.region.height) * height // 2))
    left, top = min(left, right - 2), min(top, bottom - 2)
    return left, top, right - left, bottom - top
