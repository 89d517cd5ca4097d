"""Clips that do not move: images, cards, generated backgrounds."""

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image, ImageColor, ImageOps

from ...timeline.model import Clip
from ..frames import flattened
from ..images import load_image
from ..orientation import Orientation
from .canvas import Letters, frame_of, plain, yuv_of
from .footage import Painter
from .geometry import corner, placed
from .source import Source


def image_frame(source: Source, clip: Clip, width: int, height: int) -> VideoFrame:
    """A still picture at the output size; what is transparent lies on black."""
    pixels = np.asarray(flattened(_bounded(load_image(source.path, 2 * max(width, height)), 2 * max(width, height))))
    if min(pixels.shape[:2]) < 2:
        pixels = np.repeat(np.repeat(pixels, 2, 0), 2, 1)
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return Painter(clip, (width, height), Fraction(1)).paint(frame, Orientation())


def card_frame(clip: Clip, width: int, height: int) -> VideoFrame:
    """A card in its colour, black when it has none."""
    return frame_of(plain(width, height, yuv_of(_hex(clip.color))))


def sticker(source: Source, clip: Clip, width: int, height: int) -> Letters | None:
    """A picture with transparency, placed, for laying over another track; None for one without."""
    image = load_image(source.path, 2 * max(width, height))
    if image.mode != "RGBA":
        return None
    place = placed(clip, image.size, Fraction(1), Orientation(), (width, height), cover=clip.fit == "cover")
    x, y, across, up = place.crop.pixels(*image.size)
    image = image.crop((x, y, x + across, y + up)).resize(place.size, Image.Resampling.LANCZOS)
    image = image.rotate(-place.turn, expand=True) if place.turn else image
    if clip.flip is not None:
        image = ImageOps.mirror(image) if clip.flip == "horizontal" else ImageOps.flip(image)
    return Letters.of(np.asarray(image), *place.offset)


def placed_picture(source: Source, clip: Clip, width: int, height: int) -> Letters | None:
    """A picture at its place over a frame of this size; None for a clip that has no place, or no picture."""
    place = clip.placement
    if place is None or source.info.kind != "image":
        return None
    image = load_image(source.path, 2 * max(width, height)).convert("RGBA")
    margin = round(place.margin * min(width, height))
    scale = min(place.width * width / image.width, (height - 2 * margin) / image.height)
    box = max(2, round(scale * image.width)), max(2, round(scale * image.height))
    left, top = corner(place.position, box, (width, height), (margin, margin))
    return Letters.of(np.asarray(image.resize(box, Image.Resampling.LANCZOS)), left - left % 2, top - top % 2)


def _hex(color: str | None) -> str:
    """`#rrggbb` of any colour that CSS knows; black for anything else, as drafts of others may hold."""
    try:
        red, green, blue = ImageColor.getrgb(color or "#000000")[:3]
    except ValueError:
        return "#000000"
    return f"#{red:02x}{green:02x}{blue:02x}"


def _bounded(image: Image.Image, longest: int) -> Image.Image:
    """Large photographs are reduced first, in good quality."""
    scale = longest / min(image.size)
    if scale >= 1:
        return image
    size = (max(2, round(image.width * scale)), max(2, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
