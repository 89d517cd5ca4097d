"""Facts of streams: which of them count, their frame rate, their colours, and how a coded picture stands upright."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import atan2, degrees
from struct import calcsize, unpack

from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.sidedata.sidedata import SideDataContainer, Type
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
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
    sounds = sound_streams(container)
    marked = [stream for stream in sounds if stream.disposition & stream.disposition.default]
    best = marked[0] if len(marked) == 1 else container.streams.best("audio")
    return next((stream for stream in sounds if stream is best), sounds[0] if sounds else None)


def sound_streams(container: InputContainer) -> list[AudioStream]:
    """All audio streams that can be decoded."""
    return [stream for stream in container.streams.audio if has_decoder(stream)]


TEXTS = frozenset({"mov_text", "subrip", "srt", "ass", "ssa", "webvtt", "text"})
_MOST_TEXTS = 8


def text_streams(container: InputContainer) -> list[SubtitleStream]:
    """The subtitles that are text, the first eight of them, as far as the head of the file tells."""
    known = (stream for stream in container.streams.subtitles if stream.codec_context is not None)
    return [stream for stream in known if stream.codec_context.name in TEXTS][:_MOST_TEXTS]


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
        # Not `frame.side_data`: PyAV lets the frame keep that mapping, which keeps the frame, so that hundreds of
        # pictures wait for the collector of cycles. It refuses frames with data that is newer than itself, and its
        # stub knows no arguments.
        beside = SideDataContainer(frame)  # type: ignore[call-arg]
        matrix = bytes(beside[Type.DISPLAYMATRIX]) if len(beside) else b""
    except (KeyError, ValueError):
        return None
    return unpack(_MATRIX, matrix) if len(matrix) == calcsize(_MATRIX) else None


def shown_size(width: int, height: int, pixel: Fraction | None, rotation: int) -> tuple[int, int]:
    """Width and height as a player shows them: square pixels, after rotation."""
    if pixel is not None and pixel != 1 and Fraction(1, 8) <= pixel <= 8:
        width = round(width * pixel)
    return (height, width) if rotation in (90, 270) else (width, height)


def clockwise(counterclockwise: int) -> int:
    """The clockwise turn (0, 90, 180, 270) for FFmpeg's counterclockwise angle."""
    return round(-counterclockwise / 90) * 90 % 360


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


STANDARD = tuple(
    Fraction(rate)
    for rate in ("24000/1001", 24, 25, "30000/1001", 30, 48, 50, "60000/1001", 60, 100, "120000/1001", 120, 240, 15, 10)
)
_IMPLAUSIBLE = 500
_SLOWEST = Fraction(1, 1001)
_OUTLIERS = Fraction(1, 100)
_SAME = Fraction(1, 100_000)
"""Share by which a claim may differ from a usual rate that is meant: one picture in a quarter of an hour."""


@dataclass(frozen=True)
class FrameRate:
    """The rate in frames per second (an average where `variable`)."""

    rate: Fraction
    variable: bool


def measured_rate(stamps: Sequence[Sequence[int]], base: Fraction, claims: Sequence[Fraction | None]) -> FrameRate:
    """The frame rate that windows of presentation stamps (in units of `base` seconds) show.

    `claims` are the container's own figures, best first; one is taken when it fits the stamps to
    within their rounding. The rate is variable when more than 1 % of the steps differ from the usual
    one by more than 1 % and one unit.
    """
    steps = [step for window in stamps for step in _steps(window)]
    plausible = [claim for claim in claims if claim and 0 < claim < _IMPLAUSIBLE]
    if not steps:
        return FrameRate(plausible[0] if plausible else Fraction(25), False)
    usual = sorted(steps)[len(steps) // 2]
    odd = sum(1 for step in steps if abs(step - usual) > max(Fraction(usual, 100), Fraction(1)))
    if odd > _OUTLIERS * len(steps):
        return FrameRate(plausible[0] if plausible else len(steps) / (sum(steps) * base), True)
    even = [step for step in steps if abs(step - usual) <= max(Fraction(usual, 100), Fraction(1))]
    return FrameRate(_fitting(Fraction(sum(even), len(even)) * base, 2 * base / len(even), plausible), False)


def _steps(window: Sequence[int]) -> list[int]:
    """Distances between pictures; hidden frames share the stamp of the one they serve."""
    ordered = sorted(window)
    steps = [later - earlier for earlier, later in pairwise(ordered)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0
    shown = [ordered[0]] if ordered else []
    for stamp in ordered[1:]:
        if 4 * (stamp - shown[-1]) > usual:
            shown.append(stamp)
    return [later - earlier for earlier, later in pairwise(shown)]


def _fitting(step_s: Fraction, slack_s: Fraction, claims: list[Fraction]) -> Fraction:
    fits = [rate for rate in (*claims, *STANDARD) if abs(1 / rate - step_s) <= slack_s]
    if fits:
        # Matroska keeps the length of a picture in nanoseconds, out of which 60000/1001 comes back as 19001/317.
        return next((rate for rate in STANDARD if abs(rate / fits[0] - 1) < _SAME), fits[0])
    return max((1 / step_s).limit_denominator(1001), _SLOWEST)
