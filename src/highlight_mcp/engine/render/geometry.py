"""Where footage lies in the frame: crops, turns, mirrors and fits, as pure rectangles.

A picture passes four shapes: *coded* (as stored), *upright* (as a player shows it, square pixels),
*turned* (after the clip's own crop, turn and mirror) and *fitted* (the frame of the reel).
"""

from dataclasses import dataclass
from fractions import Fraction

from ...timeline.model import Clip, Position
from ..media.streams import Orientation


@dataclass(frozen=True)
class Rect:
    """A part of a picture, as fractions of its width and height from the top left corner."""

    x: Fraction = Fraction(0)
    y: Fraction = Fraction(0)
    width: Fraction = Fraction(1)
    height: Fraction = Fraction(1)

    def inside(self, outer: "Rect") -> "Rect":
        """This part of `outer`, as a part of what `outer` is a part of."""
        return Rect(
            outer.x + self.x * outer.width,
            outer.y + self.y * outer.height,
            self.width * outer.width,
            self.height * outer.height,
        )

    def turned_back(self, clockwise: int) -> "Rect":
        """The same part of the picture before it was turned clockwise by 0, 90, 180 or 270 degrees."""
        if clockwise == 90:
            return Rect(self.y, 1 - self.x - self.width, self.height, self.width)
        if clockwise == 180:
            return Rect(1 - self.x - self.width, 1 - self.y - self.height, self.width, self.height)
        if clockwise == 270:
            return Rect(1 - self.y - self.height, self.x, self.height, self.width)
        return self

    def mirrored(self, axis: str | None) -> "Rect":
        """The same part before (or after) mirroring."""
        x = 1 - self.x - self.width if axis == "horizontal" else self.x
        y = 1 - self.y - self.height if axis == "vertical" else self.y
        return Rect(x, y, self.width, self.height)

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """x, y, width, height in whole pixels of a picture of that size; never empty, even where there is room."""
        across = min(width, max(2, 2 * round(self.width * width / 2)))
        up = min(height, max(2, 2 * round(self.height * height / 2)))
        x = min(max(0, 2 * round(self.x * width / 2)), width - across)
        y = min(max(0, 2 * round(self.y * height / 2)), height - up)
        return x, y, across, up


@dataclass(frozen=True)
class FramePlacement:
    """How one picture gets into the frame.

    `crop` is the part of the coded picture that is used; scaled to `size` (width, height, before
    turning), turned clockwise by `turn`, mirrored along each of `flips`, it lies at `offset` in the frame.
    """

    crop: Rect
    size: tuple[int, int]
    turn: int
    flips: tuple[str, ...]
    offset: tuple[int, int]


def placed(
    clip: Clip,
    coded: tuple[int, int],
    pixel: Fraction,
    way: Orientation,
    frame: tuple[int, int],
    cover: bool,
    focus: float | None = None,
) -> FramePlacement:
    """Place a picture of `coded` size and pixel aspect, which players show this way, in a frame.

    `cover` fills the frame and cuts what is over, around `focus`, else the clip's own; otherwise the whole
    picture is shown in the middle.
    """
    kept = _own_crop(clip)
    turn = (way.turn + clip.rotate) % 360
    across, up = _turned_shape(clip, coded, pixel, way.turn, kept)
    if cover:
        window = _window(across / up, Fraction(*frame), clip.focus if focus is None else focus)
        size, offset = frame, (0, 0)
    else:
        window = Rect()
        size = _boxed(across / up, frame)
        offset = (_even_down(frame[0] - size[0]), _even_down(frame[1] - size[1]))
    part = window.mirrored(clip.flip).turned_back(clip.rotate)
    crop = part.inside(kept).turned_back(way.turn).mirrored("horizontal" if way.mirrored else None)
    stored = (size[1], size[0]) if turn in (90, 270) else size
    own = (clip.flip,) if clip.flip is not None else ()
    # Mirrored first and then turned is the same as turned the other way round and then mirrored.
    if way.mirrored:
        return FramePlacement(crop, stored, -turn % 360, ("horizontal", *own), offset)
    return FramePlacement(crop, stored, turn, own, offset)


def corner(
    position: Position, box: tuple[int, int], frame: tuple[int, int], margin: tuple[int, int]
) -> tuple[int, int]:
    """Left and top of a box in a frame; `margin` is kept free at the sides that the position names. In pixels."""
    left, top = (frame[0] - box[0]) // 2, (frame[1] - box[1]) // 2
    if "left" in position:
        left = margin[0]
    if "right" in position:
        left = frame[0] - box[0] - margin[0]
    if "top" in position:
        top = margin[1]
    if "bottom" in position:
        top = frame[1] - box[1] - margin[1]
    return max(0, left), max(0, top)


def _own_crop(clip: Clip) -> Rect:
    if clip.crop is None:
        return Rect()
    x, y = Fraction(clip.crop.x), Fraction(clip.crop.y)
    width = min(Fraction(clip.crop.width), 1 - x)
    height = min(Fraction(clip.crop.height), 1 - y)
    return Rect(x, y, width, height) if width > 0 and height > 0 else Rect()


def _turned_shape(
    clip: Clip, coded: tuple[int, int], pixel: Fraction, rotation: int, kept: Rect
) -> tuple[Fraction, Fraction]:
    """Width and height, in square pixels, of what the clip shows."""
    width, height = coded[0] * pixel, Fraction(coded[1])
    if rotation in (90, 270):
        width, height = height, width
    width, height = width * kept.width, height * kept.height
    return (height, width) if clip.rotate in (90, 270) else (width, height)


def _window(shape: Fraction, frame: Fraction, focus: float | None) -> Rect:
    """The largest part with the frame's aspect: `focus` is the horizontal centre wanted."""
    if shape > frame:
        width = frame / shape
        centre = Fraction(1, 2) if focus is None else Fraction(focus)
        return Rect(x=min(max(centre - width / 2, Fraction(0)), 1 - width), width=width)
    height = shape / frame
    return Rect(y=(1 - height) / 2, height=height)


def _boxed(shape: Fraction, frame: tuple[int, int]) -> tuple[int, int]:
    width, height = frame
    if shape > Fraction(width, height):
        return width, min(height, max(2, 2 * round(width / shape / 2)))
    return min(width, max(2, 2 * round(height * shape / 2))), height


def _even_down(room: int) -> int:
    return room // 4 * 2
