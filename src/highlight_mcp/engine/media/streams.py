"""Which streams of a recording count, one picture and one sound, and how a coded picture is shown upright."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, degrees
from struct import calcsize, unpack
from typing import cast

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.sidedata.sidedata import SideData, Type
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_SOUND_ONLY = {"mp3", "flac", "ogg", "wav", "w64", "aac", "aiff", "caf"}
_STILL_CODECS = {"mjpeg", "png", "bmp", "gif", "webp", "tiff"}


def picture_stream(container: InputContainer) -> VideoStream | None:
    """The decodable video stream with the largest picture; cover art and thumbnails do not count."""
    moving = [stream for stream in container.streams.video if _is_footage(container, stream)]
    default = [stream for stream in moving if stream.disposition & stream.disposition.default]
    return max(default or moving, key=lambda stream: stream.width * stream.height, default=None)


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The decodable audio stream that a player would choose, or None."""
    sounds = [stream for stream in container.streams.audio if has_decoder(stream)]
    best = container.streams.best("audio")
    return next((stream for stream in sounds if stream is best), sounds[0] if sounds else None)


def has_decoder(stream: Stream) -> bool:
    """Whether this build of FFmpeg can decode the stream."""
    context: CodecContext | None = stream.codec_context
    return context is not None


def _is_footage(container: InputContainer, stream: VideoStream) -> bool:
    if not has_decoder(stream):
        return False
    shown = stream.disposition
    if shown & (shown.attached_pic | shown.timed_thumbnails | shown.still_image):
        return False
    cover = stream.codec_context.name in _STILL_CODECS and container.format.name in _SOUND_ONLY
    return not cover


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
