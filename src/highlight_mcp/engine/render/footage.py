"""Pictures of one clip in the order they are shown: seek once, decode forwards, filter only what is shown."""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

from av.video.frame import VideoFrame

from ...timeline.model import Clip
from ..decoding import frames_of, origin, seek
from ..errors import ANOTHER_COPY, EngineError
from ..opening import open_media
from ..streams import picture_stream
from .canvas import Canvas, canvas_of, frame_of, pasted
from .chain import (
    Chain,
    Geometry,
    Step,
    backdrop_steps,
    chain_for,
    cover_steps,
    inside_size,
    kind_of,
    look_steps,
    pad_steps,
    shown_size,
    upright_steps,
)
from .source import Source

HALF_TICK = Fraction(1, 2000)
LEAD_S = Fraction(1, 2)


class ClipPictures:
    """The pictures of one clip; times must be asked for in ascending order. Close it when done."""

    def __init__(self, source: Source, clip: Clip, width: int, height: int) -> None:
        self._source = source
        self._clip = clip
        self._size = (width, height)
        self._open = ExitStack()
        self._frames: Iterator[VideoFrame] | None = None
        self._shown: VideoFrame | None = None
        self._next: VideoFrame | None = None
        self._filtered: tuple[VideoFrame, VideoFrame] | None = None
        self._painter: Painter | None = None
        self._start_s = Fraction(0)
        self._base = Fraction(1, 1000)
        self.missing = False

    def close(self) -> None:
        self._frames = self._next = self._shown = None
        self._open.close()

    def at(self, at_s: Fraction) -> VideoFrame:
        """The picture shown at a source time, at the output size. Past a damaged end the last one stays.

        Raises EngineError when not a single picture of the clip decodes.
        """
        if self._frames is None:
            self._begin(at_s)
        self._advance(max(Fraction(0), at_s))
        shown = self._shown or self._next
        if shown is None:
            message = f"{self._source.path.name} has no picture that decodes near {float(at_s):.1f} s."
            raise EngineError("file_damaged", message, ANOTHER_COPY)
        if self._filtered is None or self._filtered[0] is not shown:
            assert self._painter is not None
            self._filtered = (shown, self._painter.paint(shown))
        return self._filtered[1]

    def _begin(self, at_s: Fraction) -> None:
        container = self._open.enter_context(open_media(self._source.path))
        stream = picture_stream(container)
        if stream is None:
            message = f"{self._source.path.name} has no pictures."
            raise EngineError("bad_request", message, "Use it as music, or choose footage with pictures.")
        stream.thread_type = "AUTO"
        if at_s > LEAD_S:
            seek(container, stream, at_s)
        self._start_s = origin(container)
        self._base = stream.time_base or self._base
        self._frames = (frame for frame in frames_of(container, stream) if isinstance(frame, VideoFrame))
        pixel = stream.sample_aspect_ratio or Fraction(1)
        rotation: int | None = None if self._source.info.kind == "image" else self._source.info.rotation
        self._painter = Painter(self._clip, Geometry(rotation or 0, pixel, *self._size))

    def _advance(self, at_s: Fraction) -> None:
        assert self._frames is not None
        while True:
            if self._next is None:
                self._next = next(self._frames, None)
                if self._next is None:
                    self.missing = self.missing or self._shown is None or self._time(self._shown) + 1 < at_s
                    return
                if self._next.pts is None:
                    self._shown, self._next = self._next, None
                    continue
            if self._time(self._next) > at_s + HALF_TICK:
                return
            self._shown, self._next = self._next, None

    def _time(self, frame: VideoFrame) -> Fraction:
        return (frame.pts or 0) * (frame.time_base or self._base) - self._start_s


class Painter:
    """Brings decoded frames of one clip to the output size and look."""

    def __init__(self, clip: Clip, geometry: Geometry) -> None:
        self._clip = clip
        self._geometry = geometry
        self._chains: dict[tuple[object, ...], tuple[Chain, Chain | None]] = {}

    def paint(self, frame: VideoFrame) -> VideoFrame:
        """The frame as it is shown: `yuv420p`, BT.709, at the output size."""
        kind = (*kind_of(frame), frame.interlaced_frame)
        if kind not in self._chains:
            self._chains[kind] = self._made(frame)
        front, back = self._chains[kind]
        picture = front.one(frame)
        if back is None:
            return picture
        canvas: Canvas = canvas_of(back.one(frame))
        pasted(canvas, canvas_of(picture))
        return frame_of(canvas)

    def _made(self, frame: VideoFrame) -> tuple[Chain, Chain | None]:
        clip, geometry = self._clip, self._geometry
        width, height = geometry.width, geometry.height
        first: list[Step] = upright_steps(frame, clip, geometry)
        shown, looks = shown_size(frame, clip, geometry), look_steps(clip.filters)
        end = [*looks, ("format", "yuv420p")]
        if clip.fit == "cover":
            return chain_for(frame, [*first, *cover_steps(shown, clip.focus, width, height), *end]), None
        size = inside_size(shown, width, height)
        if clip.fit == "pad" or size == (width, height):
            return chain_for(frame, [*first, *pad_steps(size, width, height), *end]), None
        fitted = [*first, ("scale", f"{size[0]}:{size[1]}:flags=bicubic"), ("setsar", "1"), *end]
        return chain_for(frame, fitted), chain_for(frame, [*first, *backdrop_steps(shown, width, height), *end])
