"""Pictures of a recording large enough to read: at a time, or one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from ..media.decoding import begun, frames_of, order_of, origin, seconds_of
from ..media.frames import ToneMapper, upright
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream

WIDEST = 1280
"""Pixels: the digits of a board are 13 to 26 high then, which the model reads (18 of 18 at 18 pixels)."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Look:
    """What is seen at a time: RGB (h, w, 3)."""

    at_ms: int
    picture: Picture


class LookReader:
    """Looks at one open recording. `decoded` and `shown` count the pictures decoded and made RGB.

    `pixels` and `frame_ms` are those of one coded picture.
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container, self._stream = container, stream
        self._order = order_of(container, stream)
        self._origin = origin(container)
        context = stream.codec_context
        if not context.is_open:
            context.thread_count = 1
            context.options = {"skip_loop_filter": "all"}
        self._light = ToneMapper()
        self.decoded = 0
        self.shown = 0
        self.pixels = stream.width * stream.height
        self.frame_ms = 1000.0 / float(exact(stream.average_rate) or 25)

    def at(self, at_ms: int, earlier_ms: int = 0) -> Look | None:
        """The picture at a time, or one up to `earlier_ms` before it that is cheaper; None where nothing decodes."""
        last: tuple[int, VideoFrame] | None = None
        for time_ms, frame in self._frames(at_ms):
            if last is not None and time_ms > at_ms:
                break
            last = (time_ms, frame)
            if time_ms >= at_ms - earlier_ms:
                break
        return None if last is None else self._look(*last)

    def between(self, start_ms: int, end_ms: int, every_ms: int) -> Iterator[Look]:
        """Looks after `start_ms` and before `end_ms`, at least `every_ms` apart."""
        due = start_ms + every_ms
        for time_ms, frame in self._frames(start_ms):
            if time_ms >= end_ms:
                return
            if time_ms >= due:
                due = time_ms + every_ms
                yield self._look(time_ms, frame)

    def _frames(self, at_ms: int) -> Iterator[tuple[int, VideoFrame]]:
        timed = begun(self._container, self._stream, Fraction(at_ms, 1000), self._timed, lambda pair: pair[0])
        for at_s, frame in timed:
            yield round(at_s * 1000), frame

    def _timed(self) -> Iterator[tuple[Fraction, VideoFrame]]:
        for frame in frames_of(self._container, self._stream, order=self._order):
            at_s = seconds_of(frame, self._stream, self._origin) if isinstance(frame, VideoFrame) else None
            if isinstance(frame, VideoFrame) and at_s is not None:
                self.decoded += 1
                yield at_s, frame

    def _look(self, at_ms: int, frame: VideoFrame) -> Look:
        self.shown += 1
        picture = upright(frame, exact(self._stream.sample_aspect_ratio), (WIDEST, WIDEST), self._light)
        return Look(at_ms, np.asarray(picture))


@contextmanager
def looks_of(path: Path) -> Iterator[LookReader | None]:
    """Open a recording; None where it has no pictures. Raises EngineError."""
    with open_media(path) as container:
        stream = picture_stream(container)
        yield LookReader(container, stream) if isinstance(stream, VideoStream) else None
