"""Filter graphs: one decoded frame in, woven fields made whole, one upright BT.709 frame of the asked size out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.frame import VideoFrame

from ...timeline.model import Clip, Filter
from ..errors import EngineError
from ..media.ratios import exact
from ..media.streams import UNSAID, Orientation, buffer_of, matrix_of, range_of, settled
from .geometry import FramePlacement, placed
from .hdr import Light, standard_range

FilterStep = tuple[str, str]
SCALING = "flags=bicubic+accurate_rnd+full_chroma_int"
BT709 = "out_color_matrix=bt709:out_range=tv"
DEEP = "rgb48le"
TABLE_LEVEL = 6
"""Level of the colour table: LEVEL² steps of each colour, as a picture LEVEL³ pixels wide and high."""

HD_LINES = 720
LIGHTS: dict[int, Light] = {16: "pq", 18: "hlg"}
_BASE = Fraction(1, 1000)
_ALPHA = ("rgba", "bgra", "argb", "abgr", "yuva", "gbrap", "ya8", "ya16", "pal8")
_TURN: dict[int, tuple[FilterStep, ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}
_LONGEST_STEP, _WHOLE = 34, Fraction(1, 100)
"""Columns of the source, and pixels of the output that a step of a moving crop may miss whole ones by."""
_SEPIA = ".393:.769:.189:0:.349:.686:.168:0:.272:.534:.131"


@dataclass(frozen=True)
class Geometry:
    """What is fixed for a clip: how players show the source, its pixel shape, and the output size."""

    way: Orientation
    pixel: Fraction
    width: int
    height: int


class FilterGraph:
    """An FFmpeg filter graph for frames of one kind, linear but for the table of `haldclut`."""

    def __init__(self, frame: VideoFrame, steps: Sequence[FilterStep], table: VideoFrame | None = None) -> None:
        self._graph = Graph()
        self._graph.threads = 2
        self._source = buffer_of(self._graph, frame, _BASE)
        self._count = 0
        self._crops: list[FilterContext] = []
        node, tables = self._source, []
        for name, arguments in steps:
            added = self._graph.add(name, arguments or None)
            node.link_to(added)
            if name == "crop":
                self._crops.append(added)
            if name == "haldclut" and table is not None:
                tables.append(buffer_of(self._graph, table, _BASE))
                tables[-1].link_to(added, 0, 1)
            node = added
        node.link_to(self._graph.add("buffersink"))
        self._graph.configure()
        for buffer in tables:
            buffer.push(table)
            buffer.push(None)

    def one(self, frame: VideoFrame) -> VideoFrame:
        """The filtered frame; the time stamp of the given one is lost."""
        frame.pts, frame.time_base = self._count, _BASE
        self._count += 1
        self._source.push(settled(frame))
        return self._graph.vpull()

    def cut_at(self, *left: int) -> None:
        """From the next frame on crops begin at these columns, in the order of the crops."""
        for crop, column in zip(self._crops, left, strict=True):
            crop.process_command("x", str(column))


def kind_of(frame: VideoFrame) -> tuple[object, ...]:
    """Two frames of one kind can share a chain."""
    return frame.width, frame.height, frame.format.name, frame.color_trc, frame.color_range, frame.colorspace


def place_of(frame: VideoFrame, clip: Clip, geometry: Geometry, focus: float | None = None) -> FramePlacement:
    """Where a frame of a clip lies in the output, around `focus` or the clip's own."""
    size, cover = (geometry.width, geometry.height), clip.fit == "cover"
    return placed(clip, (frame.width, frame.height), geometry.pixel, geometry.way, size, cover, focus)


def inner_chain(
    frame: VideoFrame, clip: Clip, place: FramePlacement, short_side: int, rail: "Rail | None" = None
) -> FilterGraph:
    """The picture itself: cropped, scaled, BT.709, turned, mirrored, with its looks. Raises EngineError.

    `short_side` is that of the output, in pixels. With a `rail` the crop can be moved along it.
    """
    light = LIGHTS.get(int(frame.color_trc))
    if rail is None:
        cut, width, fine = _cropped(frame, place), place.size[0], []
    else:
        cut, width, fine = rail.coarse_step(), rail.drawn, rail.fine_step()
    steps = [*_declared(frame), *_opaque(frame), *cut]
    scaling = f"{width}:{place.size[1]}:{SCALING}"
    if light is None:
        steps += [("scale", f"{scaling}:{BT709}")]
    else:
        steps += [("scale", scaling), ("format", DEEP), ("haldclut", "clut=first"), ("scale", f"{SCALING}:{BT709}")]
    steps += [("format", "yuv420p"), *fine, *_TURN[place.turn]]
    steps += [("hflip" if flip == "horizontal" else "vflip", "") for flip in place.flips]
    whole = [one for one in clip.filters if one.region is None]
    looks, end = look_steps(whole, short_side), [("setsar", "1"), ("format", "yuv420p")]
    table = _table(light) if light is not None else None
    try:
        return chain_for(frame, [*steps, *looks, *end], table)
    except EngineError:
        if not looks or not _passes(frame, [*steps, *end], table):
            kind = f"{frame.width}x{frame.height} {frame.format.name}"
            raise EngineError("file_damaged", "engine.picture_damaged", value=kind) from None
        raise


@dataclass(frozen=True)
class Rail:
    """A crop that moves from side to side: a wider part of the source is scaled to `drawn` columns, and cut to `size`
    there, so that it moves by whole pixels of the output, which costs next to nothing.

    The wider part, `wide` columns of `source` and rows from `top`, begins at multiples of `step`: these are about whole
    pixels of the output, too, so that the same pixels come out wherever the crop stands, and encode well.
    """

    source: int
    wide: int
    step: int
    top: int
    height: int
    drawn: int
    size: tuple[int, int]

    @classmethod
    def of(cls, frame: VideoFrame, place: FramePlacement) -> "Rail | None":
        """That of a crop; None for one that takes all of the width."""
        seen = place.crop.width * frame.width
        scale = place.size[0] / seen
        least = 2 * ceil(seen / 2)
        steps = [step for step in range(2, _LONGEST_STEP, 2) if least + step <= frame.width]
        if not steps:
            return None
        step = min(steps, key=lambda step: (abs(step * scale - round(step * scale)) > _WHOLE, step))
        _, top, _, height = place.crop.pixels(frame.width, frame.height)
        wide = least + step
        return cls(frame.width, wide, step, top, height, _even(wide * scale), place.size)

    def at(self, place: FramePlacement) -> tuple[int, int]:
        """The columns at which a crop begins: in the source, and in what is drawn of it."""
        left = place.crop.x * self.source
        begins = min(floor(left / self.step) * self.step, (self.source - self.wide) // 2 * 2)
        return begins, min(max(0, round((left - begins) * self.drawn / self.wide)), self.drawn - self.size[0])

    def coarse_step(self) -> list[FilterStep]:
        """The wider part, to be moved by `FilterGraph.cut_at`."""
        return [("crop", f"{self.wide}:{self.height}:0:{self.top}")]

    def fine_step(self) -> list[FilterStep]:
        """What is seen of it, likewise."""
        return [("crop", f"{self.size[0]}:{self.size[1]}:0:0:exact=1")]


def _passes(frame: VideoFrame, steps: Sequence[FilterStep], table: VideoFrame | None) -> bool:
    """Whether FFmpeg takes a frame with these steps."""
    try:
        chain_for(frame, steps, table)
    except EngineError:
        return False
    return True


def backdrop_chain(picture: VideoFrame, width: int, height: int) -> FilterGraph:
    """A finished picture filling the frame, blurred at a quarter of the size, darkened, then enlarged."""
    scale = max(Fraction(width, picture.width), Fraction(height, picture.height)) / 4
    small_w, small_h = _even(Fraction(width, 4)), _even(Fraction(height, 4))
    full_w, full_h = max(small_w, _even(picture.width * scale)), max(small_h, _even(picture.height * scale))
    steps = [
        ("scale", f"{full_w}:{full_h}:flags=area"),
        ("crop", f"{small_w}:{small_h}"),
        ("gblur", f"sigma={min(width, height) / 110:.2f}"),
        ("lutyuv", "y=16+(val-16)*0.7"),
        ("scale", f"{width}:{height}:flags=bicubic"),
        ("setsar", "1"),
        ("format", "yuv420p"),
    ]
    return chain_for(picture, steps)


def _declared(frame: VideoFrame) -> list[FilterStep]:
    """What a frame does not say of its colours, as players assume it."""
    if _is_rgb(frame):
        return []
    unknown = []
    if matrix_of(frame) in UNSAID:
        unknown.append(f"colorspace={'bt709' if min(frame.width, frame.height) >= HD_LINES else 'smpte170m'}")
    if range_of(frame) == 0 and not frame.format.name.startswith("yuvj"):
        unknown.append("range=tv")
    return [("setparams", ":".join(unknown))] if unknown else []


def _opaque(frame: VideoFrame) -> list[FilterStep]:
    """What is transparent becomes black."""
    if not frame.format.name.startswith(_ALPHA):
        return []
    return [("format", "gbrap"), ("premultiply", "inplace=1"), ("format", "gbrp")]


def _cropped(frame: VideoFrame, place: FramePlacement) -> list[FilterStep]:
    x, y, width, height = place.crop.pixels(frame.width, frame.height)
    return [("crop", f"{width}:{height}:{x}:{y}")] if (width, height) != (frame.width, frame.height) else []


def _is_rgb(frame: VideoFrame) -> bool:
    return frame.format.is_rgb or frame.format.name in ("pal8", "gray")


@lru_cache(maxsize=2)
def _table(light: Light) -> VideoFrame:
    """The colour table from HDR to standard range, in haldclut's order: red changes fastest."""
    scale = np.linspace(0.0, 1.0, TABLE_LEVEL**2)
    blue, green, red = np.meshgrid(scale, scale, scale, indexing="ij")
    pixels = np.stack([red, green, blue], axis=-1).reshape(TABLE_LEVEL**3, TABLE_LEVEL**3, 3)
    codes = np.rint(standard_range(pixels, light) * 65_535).astype(np.uint16)
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(codes), format=DEEP)
    frame.pts, frame.time_base = 0, _BASE
    return frame


def look_steps(filters: Sequence[Filter], short_side: int = 1080) -> list[FilterStep]:
    """Colour and sharpness filters in the order they were added; `short_side` of the frame scales the blur."""
    return [step for one in filters for step in _look(one, short_side)]


def _look(one: Filter, short_side: int) -> list[FilterStep]:
    amount = one.amount
    match one.name:
        case "bw":
            return [("hue", f"s={1 - abs(1.0 if amount is None else amount):.4f}")]
        case "sepia":
            return [*_rgb(), ("colorchannelmixer", _SEPIA), *_back()]
        case "brightness":
            gamma = 2 ** (-1.5 * (0.2 if amount is None else amount))
            return [("lutyuv", f"y=16+219*pow(clip((val-16)/219\\,0\\,1)\\,{gamma:.4f})")]
        case "contrast":
            return _contrast(1 + (0.2 if amount is None else amount))
        case "saturation":
            return [("hue", f"s={1 + (0.3 if amount is None else amount):.4f}")]
        case "warm" | "cool":
            shift = (0.4 if amount is None else amount) * (1 if one.name == "warm" else -1)
            return [*_rgb(), ("colortemperature", f"temperature={round(6500 - 2500 * shift)}"), *_back()]
        case "vivid":
            strength = 0.5 if amount is None else amount
            return [("hue", f"s={1 + 0.4 * strength:.4f}"), *_contrast(1 + 0.2 * strength)]
        case "vintage":
            return [*_rgb(), ("curves", "preset=vintage"), *_back()]
        case "blur":
            strength = abs(0.5 if amount is None else amount)
            return [("gblur", f"sigma={(1 + 20 * strength) * short_side / 1080:.2f}")]
        case "sharpen":
            return [("unsharp", f"5:5:{abs(0.8 if amount is None else 1.5 * amount):.2f}")]


def _contrast(gain: float) -> list[FilterStep]:
    """Steeper around middle grey, colours with it."""
    chroma = f"clip((val-128)*{gain:.4f}+128\\,16\\,240)"
    return [("lutyuv", f"y=clip((val-126)*{gain:.4f}+126\\,16\\,235):u={chroma}:v={chroma}")]


def _rgb() -> list[FilterStep]:
    """To RGB. Without these flags swscale leaves out columns at the right where the width is no multiple of 16."""
    return [("scale", SCALING), ("format", "gbrp")]


def _back() -> list[FilterStep]:
    return [("scale", f"{SCALING}:{BT709}"), ("format", "yuv420p")]


def _even(size: Fraction) -> int:
    return max(2, 2 * round(size / 2))


def chain_for(frame: VideoFrame, steps: Sequence[FilterStep], table: VideoFrame | None = None) -> FilterGraph:
    """A chain for frames like this one. Raises EngineError when FFmpeg refuses it."""
    try:
        return FilterGraph(frame, steps, table)
    except (av.error.FFmpegError, ValueError) as error:
        names = ", ".join(name for name, _ in steps)
        raise EngineError("internal", "engine.filters_refused", names=names, error=str(error)) from error


_NO_MORE = (av.error.BlockingIOError, av.error.EOFError)


def deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """Pictures as they are, or, once one is flagged as two woven fields, through FFmpeg's bwdif."""
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        if graph is None and not frame.interlaced_frame:
            yield frame
            continue
        if graph is None or shape != _shape(frame):
            yield from _rest(graph)
            graph, shape = _weaver(frame), _shape(frame)
        graph.push(settled(frame))
        yield from _ready(graph)
    yield from _rest(graph)


def _weaver(frame: VideoFrame) -> Graph:
    graph = Graph()
    buffer = buffer_of(graph, frame, exact(frame.time_base) or Fraction(1, 1000))
    graph.link_nodes(buffer, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _shape(frame: VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except _NO_MORE:
            return


def _rest(graph: Graph | None) -> Iterator[VideoFrame]:
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)
