"""Pictures of one clip in the order they are shown: decode forwards, filter only what is shown."""

from fractions import Fraction

import av
from av.video.frame import VideoFrame

from ...messages import message
from ...timeline.model import Clip
from ...timeline.time import clock
from ..colours import is_foreign
from ..errors import ANOTHER_COPY, EngineError, translate
from ..orientation import Orientation
from .canvas import BLACK, canvas_of, frame_of, pasted, plain
from .chain import Chain, Geometry, backdrop_chain, inner_chain, kind_of, place_of
from .own_shot import OwnShot
from .pictures import PictureReader, Shelf
from .plan import Shot
from .source import Source


class ClipPictures:
    """The pictures of one clip; times are mostly asked for in ascending order. Close it when done."""

    def __init__(self, source: Source, shot: Shot, shelf: Shelf, width: int, height: int, rate: Fraction) -> None:
        self._source = source
        self._shelf = shelf
        self._reader: PictureReader | None = shelf.take(source.info.media_id)
        self._painter = Painter(shot.clip, (width, height), self._reader.pixel_aspect)
        self._own_shot = OwnShot(shot, rate)
        self._steady = _steady(source, shot.clip, rate)
        self._phase: Fraction | None = None if self._steady else Fraction(0)
        self._painted: tuple[Fraction, VideoFrame] | None = None

    def close(self) -> None:
        if self._reader is not None:
            self._shelf.give_back(self._reader)
            self._reader = None

    def at(self, at_s: Fraction) -> VideoFrame:
        """The picture shown at a source time, at the output size; beside the clip only what is of its shot.

        Where pictures are missing or cannot be drawn the one before stays, and a note says so. Raises
        EngineError when there is none.
        """
        found = self._read(at_s)
        if found is None:
            raise EngineError(
                "file_damaged",
                "engine.no_frame_near",
                name=self._source.info.name,
                at_s=float(at_s),
                next_step=ANOTHER_COPY,
            )
        if self._painted is None or self._painted[0] != found[0]:
            self._painted = found[0], self._paint(*found)
        return self._painted[1]

    def _read(self, at_s: Fraction) -> tuple[Fraction, VideoFrame] | None:
        """Footage at a fitting rate is read at the middle of its frames, so that time stamps rounded to
        milliseconds never repeat one frame and drop the next."""
        assert self._reader is not None
        at_s = self._own_shot.since(self._reader, at_s)
        found = self._own_shot.at(self._reader, at_s, self._phase or Fraction(0))
        if self._phase is None and found is not None and self._steady is not None:
            off = found[0] + self._steady / 2 - at_s
            # The pictures of a recording may begin a little after its sound: the first one is met before its time.
            limit = self._steady if found[0] > at_s else self._steady / 2
            self._phase = off if abs(off) <= limit else Fraction(0)
        return found

    def _paint(self, at_s: Fraction, frame: VideoFrame) -> VideoFrame:
        assert self._reader is not None
        name = self._source.info.name
        if is_foreign(frame):
            self._shelf.notes.add(message("engine.reel.unknown_colours", name=name))
        try:
            return self._painter.paint(frame, self._reader.orientation)
        except av.error.FFmpegError as error:
            problem = translate(error, self._source.path)
        except EngineError as error:
            problem = error
        if problem.kind != "file_damaged":
            raise problem
        if self._painted is None:
            raise EngineError(
                "file_damaged",
                "engine.damaged_at",
                name=name,
                value=clock(max(0, round(at_s * 1000))),
                next_step=ANOTHER_COPY,
            ) from problem
        self._shelf.notes.gap(name, "picture_damaged", float(at_s))
        return self._painted[1]


class Painter:
    """Brings decoded frames of one clip to the output `size` and look; `pixel` is the shape of their pixels."""

    def __init__(self, clip: Clip, size: tuple[int, int], pixel: Fraction) -> None:
        self._clip = clip
        self._size = size
        self._pixel = pixel
        self._kind: tuple[object, ...] = ()
        self._inner: Chain | None = None
        self._backdrop: Chain | None = None

    def paint(self, frame: VideoFrame, way: Orientation) -> VideoFrame:
        """The frame, which players show this way, as the reel does: `yuv420p`, BT.709, at the output size."""
        width, height = self._size
        if self._inner is None or (kind_of(frame), way) != self._kind:
            place = place_of(frame, self._clip, Geometry(way, self._pixel, width, height))
            self._inner = inner_chain(frame, self._clip, place, min(width, height))
            self._kind, self._backdrop = (kind_of(frame), way), None
        picture = self._inner.one(frame)
        if (picture.width, picture.height) == (width, height):
            return picture
        if self._clip.fit != "blur":
            canvas = plain(width, height, BLACK)
        else:
            self._backdrop = self._backdrop or backdrop_chain(picture, width, height)
            canvas = canvas_of(self._backdrop.one(picture))
        pasted(canvas, canvas_of(picture))
        return frame_of(canvas)


def _steady(source: Source, clip: Clip, rate: Fraction) -> Fraction | None:
    """Seconds of one source frame where output frames take every k-th source frame; None otherwise."""
    info = source.info
    if info.frame_rate is None or info.variable_frame_rate or clip.freeze:
        return None
    step = clip.speed * info.frame_rate / rate
    return 1 / info.frame_rate if abs(step - max(1, round(step))) < Fraction(1, 1000) else None
