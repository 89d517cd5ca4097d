"""How a coded picture is shown: square pixels, turned upright."""

from fractions import Fraction


def shown_size(width: int, height: int, pixel: Fraction | None, rotation: int) -> tuple[int, int]:
    """Width and height as a player shows them: square pixels, after rotation."""
    if pixel is not None and pixel != 1 and Fraction(1, 8) <= pixel <= 8:
        width = round(width * pixel)
    return (height, width) if rotation in (90, 270) else (width, height)


def clockwise(counterclockwise: int) -> int:
    """The clockwise turn (0, 90, 180, 270) for FFmpeg's counterclockwise angle."""
    return round(-counterclockwise / 90) * 90 % 360
