"""Drawing on YUV 4:2:0 pictures: mixing two of them, fading, and letters over them.

A canvas is a `uint8` array of shape (height * 3 / 2, width): the luma plane above the two chroma
planes, as PyAV lays out `yuv420p`.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from PIL import Image

from ...timeline.model import Crop, TransitionKind

Canvas = NDArray[np.uint8]
BLACK, WHITE = (16, 128, 128), (235, 128, 128)


def canvas_of(frame: VideoFrame) -> Canvas:
    """A copy of the frame's planes."""
    return np.ascontiguousarray(frame.to_ndarray(format="yuv420p"))


def frame_of(canvas: Canvas) -> VideoFrame:
    """A frame that shows a copy of the canvas."""
    return VideoFrame.from_ndarray(canvas, format="yuv420p")


def planes(canvas: Canvas) -> tuple[Canvas, Canvas, Canvas]:
    """Views of luma (h, w) and both chroma planes (h/2, w/2)."""
    height, width = canvas.shape[0] * 2 // 3, canvas.shape[1]
    quarter = height * width // 4
    flat = canvas.reshape(-1)
    start = height * width
    u = flat[start : start + quarter].reshape(height // 2, width // 2)
    v = flat[start + quarter : start + 2 * quarter].reshape(height // 2, width // 2)
    return flat[:start].reshape(height, width), u, v


def plain(width: int, height: int, color: tuple[int, int, int]) -> Canvas:
    """One colour, given as limited-range BT.709 (Y, U, V)."""
    canvas = np.empty((height * 3 // 2, width), np.uint8)
    for plane, value in zip(planes(canvas), color, strict=True):
        plane[:] = value
    return canvas


def yuv_of(rgb: str) -> tuple[int, int, int]:
    """`#rrggbb` as limited-range BT.709 (Y, U, V)."""
    red, green, blue = (int(rgb[i : i + 2], 16) / 255 for i in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (blue - luma) / 1.8556),
        round(128 + 224 * (red - luma) / 1.5748),
    )


def mix(before: Canvas, after: Canvas, share: float) -> Canvas:
    """Crossfade; `share` 0 is all `before`, 1 all `after`."""
    weight = round(256 * min(max(share, 0.0), 1.0))
    blend = before.astype(np.uint16) * (256 - weight)
    blend += after.astype(np.uint16) * weight
    blend += 128
    blend >>= 8
    return blend.astype(np.uint8)


def blend_transition(kind: TransitionKind, before: Canvas, after: Canvas, share: float) -> Canvas:
    """One picture of a transition."""
    if kind in ("fade_black", "fade_white"):
        color = BLACK if kind == "fade_black" else WHITE
        height, width = before.shape[0] * 2 // 3, before.shape[1]
        between = plain(width, height, color)
        return mix(before, between, 2 * share) if share < 0.5 else mix(between, after, 2 * share - 1)
    if kind == "crossfade":
        return mix(before, after, share)
    out = np.empty_like(before)
    width = before.shape[1]
    edge = round(width / 2 * share * share * (3 - 2 * share)) * 2
    for made, old, new in zip(planes(out), planes(before), planes(after), strict=True):
        at = edge * made.shape[1] // width
        if kind == "wipe":
            made[:, :at], made[:, at:] = new[:, :at], old[:, at:]
        else:
            made[:, : made.shape[1] - at], made[:, made.shape[1] - at :] = old[:, at:], new[:, :at]
    return out


def zoomed(canvas: Canvas, part: Crop, width: int, height: int) -> Canvas:
    """A part of a canvas at another size; its edges may lie between pixels, so that motion does not judder."""
    out = np.empty((height * 3 // 2, width), np.uint8)
    for made, plane in zip(planes(out), planes(canvas), strict=True):
        (up, across), (rows, columns) = plane.shape, made.shape
        right, bottom = min(part.x + part.width, 1.0) * across, min(part.y + part.height, 1.0) * up
        box = (part.x * across, part.y * up, right, bottom)
        image = Image.fromarray(plane).resize((columns, rows), Image.Resampling.BICUBIC, box)
        made[:] = np.asarray(image)
    return out


def fade(canvas: Canvas, share: float) -> Canvas:
    """Towards black; `share` 1 leaves the picture as it is."""
    height, width = canvas.shape[0] * 2 // 3, canvas.shape[1]
    return mix(plain(width, height, BLACK), canvas, max(0.0, min(1.0, share)))


@dataclass(frozen=True)
class TextOverlay:
    """Words ready to be laid over a canvas at (left, top), both even; alpha is 0..255.

    `luma` and `alpha` have shape (h, w), `u` and `v` half of it. Its outermost `bleed` pixels are but a shadow.
    """

    left: int
    top: int
    luma: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]
    alpha: NDArray[np.uint8]
    bleed: int = 0

    @classmethod
    def of(cls, rgba: NDArray[np.uint8], left: int, top: int, bleed: int = 0) -> "TextOverlay":
        """From an RGBA picture; places are made even, odd sides filled up with nothing."""
        left, top = left - left % 2, top - top % 2
        rgba = np.pad(rgba, ((0, rgba.shape[0] % 2), (0, rgba.shape[1] % 2), (0, 0)))
        red, green, blue = (rgba[..., i].astype(np.float32) / 255 for i in range(3))
        luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        u = 128 + 224 * (blue - luma) / 1.8556
        v = 128 + 224 * (red - luma) / 1.5748
        grey, alpha = (16 + 219 * luma).round().astype(np.uint8), rgba[..., 3].copy()
        return cls(left, top, grey, _halved(u), _halved(v), alpha, bleed)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of the words themselves."""
        height, width = self.alpha.shape
        inner = (self.left + self.bleed, self.top + self.bleed)
        return (*inner, self.left + width - self.bleed, self.top + height - self.bleed)

    @cached_property
    def inks(self) -> tuple[tuple[NDArray[np.uint16], NDArray[np.uint16]], ...]:
        """For each plane its colour and its opacity, which runs to 256."""
        half = _halved(self.alpha.astype(np.float32))
        colors = (self.luma, self.u, self.v)
        return tuple(
            (color.astype(np.uint16), _to_256(alpha))
            for color, alpha in zip(colors, (self.alpha, half, half), strict=True)
        )

    def dry(self) -> None:
        """Give back the `inks`, which take five times the rest: they are made again when it is drawn again."""
        self.__dict__.pop("inks", None)


def draw_overlay(canvas: Canvas, letters: TextOverlay, strength: float) -> None:
    """Lay letters over a canvas, in place; `strength` 0..1 for fades. What lies outside is left out."""
    for scale, plane, (color, alpha) in zip((1, 2, 2), planes(canvas), letters.inks, strict=True):
        _over(plane, color, alpha, letters.top // scale, letters.left // scale, round(256 * strength))


def paste(canvas: Canvas, inner: Canvas) -> None:
    """Put a smaller canvas in the middle of a larger one, in place."""
    for outer_plane, inner_plane in zip(planes(canvas), planes(inner), strict=True):
        rows, columns = inner_plane.shape
        top, left = (outer_plane.shape[0] - rows) // 2, (outer_plane.shape[1] - columns) // 2
        outer_plane[top : top + rows, left : left + columns] = inner_plane


def _over(
    plane: NDArray[np.uint8],
    color: NDArray[np.uint16],
    alpha: NDArray[np.uint16],
    top: int,
    left: int,
    weight: int,
) -> None:
    """Blend in sixteen bits: `alpha` and `weight` run to 256."""
    rows = slice(max(0, top), min(plane.shape[0], top + alpha.shape[0]))
    columns = slice(max(0, left), min(plane.shape[1], left + alpha.shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    part = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    share = alpha[part] if weight == 256 else alpha[part] * np.uint16(weight) >> 8
    blend = plane[rows, columns] * (256 - share)
    blend += color[part] * share
    blend += 128
    blend >>= 8
    plane[rows, columns] = blend


def _to_256(alpha: NDArray[np.uint8]) -> NDArray[np.uint16]:
    return np.asarray((alpha.astype(np.uint32) * 257 + 128) >> 8, np.uint16)


def _halved(plane: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    height, width = plane.shape
    small: NDArray[np.uint8] = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)).round().astype(np.uint8)
    return small
