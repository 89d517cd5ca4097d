"""How a coded picture is shown: square pixels, mirrored and turned upright."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, degrees
from struct import calcsize, unpack
from typing import cast

from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame

_MATRIX = "=9i"


@dataclass(frozen=True)
class Orientation:
    """What a player does with a coded picture: mirror it left to right, then turn it clockwise (0, 90, 180, 270)."""

    turn: int = 0
    mirrored: bool = False


def orientation_of(frame: VideoFrame) -> Orientation:
    """What the display matrix of a frame asks for."""
    matrix = display_matrix(frame)
    if matrix is None:
        return Orientation(clockwise(frame.rotation))
    across, down = (matrix[0], matrix[1]), (matrix[3], matrix[4])
    mirrored = across[0] * down[1] - across[1] * down[0] < 0
    x, y = (-across[0], -across[1]) if mirrored else across
    return Orientation(round(degrees(atan2(y, x)) / 90) * 90 % 360, mirrored)


def display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    """The nine numbers of the display matrix (ISO 14496-12: a point is a row vector); None without one."""
    try:
        # PyAV's stub takes this mapping for one of its values; it refuses frames with data that is newer than itself.
        beside = cast("Mapping[Type, SideData]", frame.side_data)
        data = bytes(beside[Type.DISPLAYMATRIX]) if len(beside) else b""
    except (KeyError, ValueError):
        return None
    return unpack(_MATRIX, data) if len(data) == calcsize(_MATRIX) else None


def shown_size(width: int, height: int, pixel: Fraction | None, rotation: int) -> tuple[int, int]:
    """Width and height as a player shows them: square pixels, after rotation."""
    if pixel is not None and pixel != 1 and Fraction(1, 8) <= pixel <= 8:
        width = round(width * pixel)
    return (height, width) if rotation in (90, 270) else (width, height)


def clockwise(counterclockwise: int) -> int:
    """The clockwise turn (0, 90, 180, 270) for FFmpeg's counterclockwise angle."""
    return round(-counterclockwise / 90) * 90 % 360
