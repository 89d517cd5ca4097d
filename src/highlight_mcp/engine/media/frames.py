"""Single pictures of a recording: the frame at a time, upright, in standard dynamic range."""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream
from PIL import Image

from ..errors import ANOTHER_COPY, EngineError
from .decoding import begun, frames_of, order_of, origin, seconds_of
from .images import is_image, load_image
from .opening import check_file, open_media
from .ratios import exact
from .streams import orientation_of, picture_stream, settled, shown_size

_HDR_TRANSFERS = (16, 18)
_ANEW_MS = 10_000  # ms between two times from which seeking is cheaper than decoding on; a usual distance of keyframes
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


class ToneMapper:
    """Turns frames of one recording into RGB; PQ and HLG become BT.709 by swscale's tone mapping.

    Keep one for a recording: the first HDR frame costs a second, each one after it milliseconds.
    """

    def __init__(self) -> None:
        self._scaling, self._light, self._rgb = VideoReformatter(), VideoReformatter(), VideoReformatter()

    def rgb(self, frame: VideoFrame, width: int, height: int) -> VideoFrame:
        """The frame as `rgb24` of this size."""
        small = self._scaling.reformat(settled(frame), width=width, height=height, interpolation=Interpolation.AREA)
        if frame.color_trc in _HDR_TRANSFERS:
            small = self._light.reformat(
                small,
                format="yuv420p",
                dst_colorspace=Colorspace.ITU709,
                dst_color_trc=ColorTrc.BT709,
                dst_color_primaries=ColorPrimaries.BT709,
            )
        return self._rgb.reformat(small, format="rgb24")


class FrameReader:
    """Pictures of one open file; a still picture is the same at every time."""

    def __init__(self, path: Path, container: InputContainer | None, still: Image.Image | None) -> None:
        self._path = path
        self._container = container
        self._still = still
        self._light = ToneMapper()
        self._stream = _video(path, container) if container is not None else None
        self._order = order_of(container, self._stream) if container is not None and self._stream is not None else None

    def at(self, at_ms: int, bound: tuple[int, int], tolerance_ms: int = 0) -> Image.Image:
        """The RGB picture shown at `at_ms`, no larger than `bound` (width, height).

        A positive tolerance allows an earlier frame that is cheaper to decode. Raises EngineError
        when no picture decodes there.
        """
        if self._still is not None:
            picture = composite_on_black(self._still)
            picture.thumbnail(bound)
            return picture
        return upright(self._frame(at_ms, tolerance_ms), self._pixel(), bound, self._light)

    def in_order(self, times_ms: Sequence[int], bound: tuple[int, int]) -> Iterator[Image.Image]:
        """For each of some ascending times the last picture of those that others refer to, or the first of all.

        What lies between near times is decoded once, unlike by `at`. Raises EngineError when nothing decodes.
        """
        if self._stream is None:
            yield from (self.at(at_ms, bound) for at_ms in times_ms)
            return
        decoder = self._stream.codec_context
        usual, decoder.skip_frame = decoder.skip_frame, "NONREF"
        try:
            for near in _near(times_ms):
                yield from self._series(near, bound)
        finally:
            decoder.skip_frame = usual

    def _series(self, times_ms: Sequence[int], bound: tuple[int, int]) -> Iterator[Image.Image]:
        assert self._container is not None and self._stream is not None
        first_s = Fraction(times_ms[0], 1000)
        shown: VideoFrame | None = None
        left = deque(times_ms)
        for at_s, frame in begun(self._container, self._stream, first_s, self._timed, lambda pair: pair[0]):
            while left and shown is not None and at_s * 1000 > left[0]:
                left.popleft()
                yield upright(shown, self._pixel(), bound, self._light)
            if not left:
                return
            shown = frame
        if shown is None:
            raise self._no_frame(times_ms[0])
        for _ in left:
            yield upright(shown, self._pixel(), bound, self._light)

    def _pixel(self) -> Fraction | None:
        return exact(self._stream.sample_aspect_ratio) if self._stream is not None else None

    def _frame(self, at_ms: int, tolerance_ms: int) -> VideoFrame:
        """The last frame not after a time; the first one of all when every one is after it."""
        assert self._container is not None and self._stream is not None
        target_s, tolerance_s = Fraction(at_ms, 1000), Fraction(tolerance_ms, 1000)
        nearest: VideoFrame | None = None
        for at_s, frame in begun(self._container, self._stream, target_s, self._timed, lambda pair: pair[0]):
            if nearest is None or at_s <= target_s:
                nearest = frame
            if at_s >= target_s - tolerance_s:
                break
        if nearest is None:
            raise self._no_frame(at_ms)
        return nearest

    def _no_frame(self, at_ms: int) -> EngineError:
        return EngineError(
            "file_damaged", "engine.no_frame_at", name=self._path.name, at_ms=at_ms, next_step=ANOTHER_COPY
        )

    def _timed(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        assert self._container is not None and self._stream is not None
        first_s = origin(self._container)
        for frame in frames_of(self._container, self._stream, order=self._order):
            if isinstance(frame, VideoFrame) and (at_s := seconds_of(frame, self._stream, first_s)) is not None:
                yield at_s, frame


@contextmanager
def frame_readers_of(path: Path) -> Iterator[FrameReader]:
    """Open a recording or a still picture. Raises EngineError."""
    head = check_file(path)
    if is_image(head) and not head.startswith(b"GIF8"):
        yield FrameReader(path, None, load_image(path))
        return
    with open_media(path) as container:
        yield FrameReader(path, container, None)


def _near(times_ms: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of ascending times that lie near each other."""
    start = 0
    for place in range(1, len(times_ms) + 1):
        if place == len(times_ms) or times_ms[place] - times_ms[place - 1] > _ANEW_MS:
            yield times_ms[start:place]
            start = place


def upright(frame: VideoFrame, pixel: Fraction | None, bound: tuple[int, int], light: ToneMapper) -> Image.Image:
    """A frame as RGB: turned and with square pixels as a player shows it, HDR converted, within `bound`."""
    way = orientation_of(frame)
    shown = shown_size(frame.width, frame.height, pixel, way.turn)
    scale = min(Fraction(bound[0], shown[0]), Fraction(bound[1], shown[1]), Fraction(1))
    width, height = max(2, round(shown[0] * scale)), max(2, round(shown[1] * scale))
    if way.turn in (90, 270):
        width, height = height, width
    image = Image.fromarray(light.rgb(frame, width, height).to_ndarray())
    if way.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return image.transpose(_TURNS[way.turn]) if way.turn else image


def composite_on_black(image: Image.Image) -> Image.Image:
    """A copy as RGB, what is transparent on black."""
    if image.mode != "RGBA":
        return image.convert("RGB")
    return Image.alpha_composite(Image.new("RGBA", image.size, (0, 0, 0, 255)), image).convert("RGB")


def _video(path: Path, container: InputContainer) -> VideoStream:
    stream = picture_stream(container)
    if stream is None:
        raise EngineError("bad_request", "engine.no_pictures", name=path.name)
    stream.thread_type = "AUTO"
    return stream
