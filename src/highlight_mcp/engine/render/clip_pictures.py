"""Pictures of one clip in the order they are shown: footage decoded forwards, stills and cards drawn."""

from fractions import Fraction

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageOps

from ...messages import message
from ...timeline.model import Clip
from ...timeline.time import format_time
from ..errors import ANOTHER_COPY, EngineError, translate
from ..media.frames import composite_on_black
from ..media.images import load_image
from ..media.streams import Orientation, is_foreign
from ..signals.frame_changes import difference
from .canvas import BLACK, TextOverlay, canvas_of, frame_of, paste, plain, yuv_of
from .filter_graph import FilterGraph, Geometry, Rail, backdrop_chain, inner_chain, kind_of, place_of
from .geometry import FramePlacement, corner, placed
from .plan import PlacedClip
from .regions import RegionLooks
from .video_reader import ReaderPool, RenderSource, VideoReader


class ClipPictures:
    """The pictures of one clip; times are mostly asked for in ascending order. Close it when done."""

    def __init__(
        self, source: RenderSource, shot: PlacedClip, readers: ReaderPool, width: int, height: int, rate: Fraction
    ) -> None:
        self._source = source
        self._readers = readers
        self._reader: VideoReader | None = readers.take(source.info.media_id)
        self._painter = FrameFilter(shot.clip, (width, height), self._reader.pixel_aspect)
        self._own_shot = OwnShot(shot, rate)
        self._steady = _steady(source, shot.clip, rate)
        self._phase: Fraction | None = None if self._steady else Fraction(0)
        self._painted: tuple[Fraction, VideoFrame] | None = None

    def close(self) -> None:
        if self._reader is not None:
            self._readers.give_back(self._reader)
            self._reader = None

    def at(self, at_s: Fraction) -> VideoFrame:
        """The picture shown at a source time, at the output size; beside the clip only what is of its shot.

        Where pictures are missing or cannot be drawn the one before stays, and a note says so. Raises
        EngineError when there is none.
        """
        picture = self._read(at_s)
        if picture is None:
            raise EngineError(
                "file_damaged",
                "engine.no_frame_near",
                name=self._source.info.name,
                at_s=float(at_s),
                next_step=ANOTHER_COPY,
            )
        if self._painted is None or self._painted[0] != picture[0]:
            self._painted = picture[0], self._paint(*picture)
        return self._painted[1]

    def _read(self, at_s: Fraction) -> tuple[Fraction, VideoFrame] | None:
        """Footage at a fitting rate is read at the middle of its frames, so that time stamps rounded to
        milliseconds never repeat one frame and drop the next."""
        assert self._reader is not None
        at_s = self._own_shot.since(self._reader, at_s)
        picture = self._own_shot.at(self._reader, at_s, self._phase or Fraction(0))
        if self._phase is None and picture is not None and self._steady is not None:
            off = picture[0] + self._steady / 2 - at_s
            # The pictures of a recording may begin a little after its sound: the first one is met before its time.
            limit = self._steady if picture[0] > at_s else self._steady / 2
            self._phase = off if abs(off) <= limit else Fraction(0)
        return picture

    def _paint(self, at_s: Fraction, frame: VideoFrame) -> VideoFrame:
        assert self._reader is not None
        name = self._source.info.name
        if is_foreign(frame):
            self._readers.notes.add(message("engine.reel.unknown_colours", name=name))
        try:
            return self._painter.paint(frame, self._reader.orientation, at_s)
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
                value=format_time(max(0, round(at_s * 1000))),
                next_step=ANOTHER_COPY,
            ) from problem
        self._readers.notes.gap(name, "picture_damaged", float(at_s))
        return self._painted[1]


class FrameFilter:
    """Brings decoded frames of one clip to the output `size` and look; `pixel` is the shape of their pixels."""

    def __init__(self, clip: Clip, size: tuple[int, int], pixel: Fraction) -> None:
        self._clip = clip
        self._size = size
        self._pixel = pixel
        self._kind: tuple[object, ...] = ()
        self._inner: FilterGraph | None = None
        self._backdrop: FilterGraph | None = None
        self._regions = RegionLooks(clip.filters)
        self._rail: Rail | None = None

    def paint(self, frame: VideoFrame, way: Orientation, at_s: Fraction = Fraction(0)) -> VideoFrame:
        """The frame, which players show this way, as the reel does: `yuv420p`, BT.709, at the output size.

        A crop that moves stands where it is at the source time of the frame, so that both move together.
        """
        return self._regions.painted(self._framed(frame, way, at_s))

    def _framed(self, frame: VideoFrame, way: Orientation, at_s: Fraction) -> VideoFrame:
        width, height = self._size
        if self._inner is None or (kind_of(frame), way) != self._kind:
            place = self._placed(frame, way, at_s)
            moves = self._clip.camera is not None and self._clip.fit == "cover" and place.turn in (0, 180)
            self._rail = Rail.of(frame, place) if moves else None
            self._inner = inner_chain(frame, self._clip, place, min(width, height), self._rail)
            self._kind, self._backdrop = (kind_of(frame), way), None
        if self._rail is not None:
            self._inner.cut_at(*self._rail.at(self._placed(frame, way, at_s)))
        picture = self._inner.one(frame)
        if (picture.width, picture.height) == (width, height):
            return picture
        if self._clip.fit != "blur":
            canvas = plain(width, height, BLACK)
        else:
            self._backdrop = self._backdrop or backdrop_chain(picture, width, height)
            canvas = canvas_of(self._backdrop.one(picture))
        paste(canvas, canvas_of(picture))
        return frame_of(canvas)

    def _placed(self, frame: VideoFrame, way: Orientation, at_s: Fraction) -> FramePlacement:
        focus = self._clip.focus_at(float(1000 * at_s))
        return place_of(frame, self._clip, Geometry(way, self._pixel, *self._size), focus)


def _steady(source: RenderSource, clip: Clip, rate: Fraction) -> Fraction | None:
    """Seconds of one source frame where output frames take every k-th source frame; None otherwise."""
    media = source.info
    if media.frame_rate is None or media.variable_frame_rate or clip.freeze or clip.ramp:
        return None
    step = clip.speed * media.frame_rate / rate
    return 1 / media.frame_rate if abs(step - max(1, round(step))) < Fraction(1, 1000) else None


def image_frame(source: RenderSource, clip: Clip, width: int, height: int) -> VideoFrame:
    """A still picture at the output size; what is transparent lies on black."""
    pixels = np.asarray(
        composite_on_black(_bounded(load_image(source.path, 2 * max(width, height)), 2 * max(width, height)))
    )
    if min(pixels.shape[:2]) < 2:
        pixels = np.repeat(np.repeat(pixels, 2, 0), 2, 1)
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return FrameFilter(clip, (width, height), Fraction(1)).paint(frame, Orientation())


def card_frame(clip: Clip, width: int, height: int) -> VideoFrame:
    """A card in its colour, black when it has none."""
    return frame_of(plain(width, height, yuv_of(_hex(clip.color))))


def sticker(source: RenderSource, clip: Clip, width: int, height: int) -> TextOverlay | None:
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
    return TextOverlay.of(np.asarray(image), *place.offset)


def placed_picture(source: RenderSource, clip: Clip, width: int, height: int) -> TextOverlay | None:
    """A picture at its place over a frame of this size; None for a clip that has no place, or no picture."""
    place = clip.placement
    if place is None or source.info.kind != "image":
        return None
    image = load_image(source.path, 2 * max(width, height)).convert("RGBA")
    margin = round(place.margin * min(width, height))
    scale = min(place.width * width / image.width, (height - 2 * margin) / image.height)
    box = max(2, round(scale * image.width)), max(2, round(scale * image.height))
    left, top = corner(place.position, box, (width, height), (margin, margin))
    return TextOverlay.of(np.asarray(image.resize(box, Image.Resampling.LANCZOS)), left - left % 2, top - top % 2)


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


Floats = NDArray[np.float32]
Picture = tuple[Fraction, VideoFrame]

# Measured on fifteen recordings: neighbouring frames of one shot differ by 0.31 at most, and frames of two
# recordings by 0.34 at least. Where movement is taken for a cut, a picture stays on a little too long.
_ANOTHER_SHOT = 0.3
_COLOUR_RANGE = 40.0
_WIDTH, _HEIGHT = 32, 18
_EARLIER_S = Fraction(1, 20)  # a picture is read up to half a source frame before its time


class OwnShot:
    """The pictures of one clip with what its transitions show before and after it, asked for in ascending order.

    A transition shows footage from beside a clip, but nothing of another shot: at a hard cut a picture is held. Cuts
    are looked for in the pictures themselves, on the few frames that a transition needs, so that they are found for
    footage that nobody has analysed, and at the very frame.
    """

    def __init__(self, shot: PlacedClip, rate: Fraction) -> None:
        self._first_s = shot.source_s(shot.first, rate)
        self._last_s = shot.source_s(shot.last - 1, rate)
        self._scaling = VideoReformatter()
        self._begins_s: Fraction | None = None
        self._found: Picture | None = None
        self._over = False

    def since(self, reader: VideoReader, at_s: Fraction) -> Fraction:
        """The time to show at `at_s`: not before the shot in which the clip begins."""
        if at_s >= self._first_s:
            return at_s
        if self._begins_s is None:
            self._begins_s = min(self._opening(reader, max(Fraction(0), at_s - _EARLIER_S)), self._first_s)
        return max(at_s, self._begins_s)

    def at(self, reader: VideoReader, at_s: Fraction, phase: Fraction) -> Picture | None:
        """The picture at `at_s` + `phase`; the last one before a cut behind the clip from there on."""
        time_s = max(Fraction(0), at_s + phase)
        if at_s <= self._last_s:
            self._found = reader.at(time_s)
        elif not self._over:
            self._follow(reader, time_s)
        return self._found

    def _follow(self, reader: VideoReader, time_s: Fraction) -> None:
        self._found = self._found or reader.at(self._last_s)
        small = self._small(self._found) if self._found else None
        for picture in reader.through(time_s):
            after = self._small(picture)
            if small is not None and _unlike(small, after) > _ANOTHER_SHOT:
                self._over = True
                return
            self._found, small = picture, after

    def _opening(self, reader: VideoReader, start_s: Fraction) -> Fraction:
        """The middle of the frame that opens the shot of the clip's first picture; `start_s` without a cut."""
        before = reader.at(start_s)
        opening_s = start_s
        for picture in reader.through(self._first_s) if before else ():
            assert before is not None
            if _unlike(self._small(before), self._small(picture)) > _ANOTHER_SHOT:
                opening_s = picture[0] + (picture[0] - before[0]) / 2
            before = picture
        return opening_s

    def _small(self, picture: Picture) -> Floats:
        size = {"width": _WIDTH, "height": _HEIGHT}
        frame = self._scaling.reformat(picture[1], **size, format="yuv444p", interpolation=Interpolation.AREA)
        return frame.to_ndarray().astype(np.float32)


def _unlike(before: Floats, after: Floats) -> float:
    """How unlike two small pictures are in structure or in colour, 0 to 1."""
    colour = float(np.abs(before[1:] - after[1:]).mean()) / _COLOUR_RANGE
    return max(difference(before[0], after[0]), colour)
