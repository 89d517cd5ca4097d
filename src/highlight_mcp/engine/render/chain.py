"""Filter chains: one decoded frame in, one upright BT.709 frame of the asked size out."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from ...timeline.model import Clip, Filter
from ..errors import EngineError

Step = tuple[str, str]
HDR_TRANSFERS = (16, 18)
_TURN: dict[int, tuple[Step, ...]] = {
    0: (),
    90: (("transpose", "clock"),),
    180: (("hflip", ""), ("vflip", "")),
    270: (("transpose", "cclock"),),
}
_SEPIA = ".393:.769:.189:0:.349:.686:.168:0:.272:.534:.131"


@dataclass(frozen=True)
class Geometry:
    """What is fixed for a clip: the turn the source asks for, its pixel shape, and the output size."""

    rotation: int
    pixel: Fraction
    width: int
    height: int


class Chain:
    """A linear FFmpeg filter graph for frames of one kind."""

    def __init__(self, frame: VideoFrame, steps: Sequence[Step]) -> None:
        self._graph = Graph()
        base = frame.time_base or Fraction(1, 1000)
        nodes = [self._graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=base)]
        nodes += [self._graph.add(name, arguments or None) for name, arguments in steps]
        nodes.append(self._graph.add("buffersink"))
        self._graph.link_nodes(*nodes)
        self._graph.configure()

    def one(self, frame: VideoFrame) -> VideoFrame:
        """The filtered frame."""
        self._graph.vpush(frame)
        return self._graph.vpull()


def kind_of(frame: VideoFrame) -> tuple[object, ...]:
    """Two frames of one kind can share a chain."""
    return frame.width, frame.height, frame.format.name, frame.color_trc, frame.color_range, frame.colorspace


def upright_steps(frame: VideoFrame, clip: Clip, geometry: Geometry) -> list[Step]:
    """Deinterlace, tone-map, turn, mirror and crop: everything before the size is changed."""
    steps: list[Step] = []
    if frame.interlaced_frame:
        steps += [("field", "type=top"), ("scale", f"{frame.width}:{frame.height}")]
    steps += tone_steps(frame)
    steps += _TURN[(geometry.rotation + clip.rotate) % 360]
    if clip.flip is not None:
        steps.append(("hflip" if clip.flip == "horizontal" else "vflip", ""))
    if clip.crop is not None:
        crop = clip.crop
        steps.append(("crop", f"iw*{crop.width}:ih*{crop.height}:iw*{crop.x}:ih*{crop.y}"))
    return steps


def tone_steps(frame: VideoFrame) -> list[Step]:
    """To BT.709 in limited range; PQ and HLG are tone-mapped by swscale."""
    if frame.color_trc in HDR_TRANSFERS:
        to = "out_primaries=bt709:out_transfer=bt709:out_color_matrix=bt709:out_range=tv"
        return [("scale", to), ("format", "yuv420p")]
    return [("scale", "out_color_matrix=bt709:out_range=tv"), ("format", "yuv420p")]


def shown_size(frame: VideoFrame, clip: Clip, geometry: Geometry) -> tuple[Fraction, Fraction]:
    """Width and height after turning and cropping, in square pixels."""
    width, height = Fraction(frame.width) * geometry.pixel, Fraction(frame.height)
    if (geometry.rotation + clip.rotate) % 180:
        width, height = height, width
    if clip.crop is not None:
        width, height = width * Fraction(clip.crop.width), height * Fraction(clip.crop.height)
    return width, height


def cover_steps(shown: tuple[Fraction, Fraction], focus: float | None, width: int, height: int) -> list[Step]:
    """Fill the frame; what does not fit is cut away, around `focus` when it is cut at the sides."""
    scale = max(width / shown[0], height / shown[1])
    full_w, full_h = max(width, _even(shown[0] * scale)), max(height, _even(shown[1] * scale))
    place = 0.5 if focus is None else focus
    left = min(max(0, round(full_w * place - width / 2)), full_w - width)
    return [
        ("scale", f"{full_w}:{full_h}:flags=bicubic"),
        ("crop", f"{width}:{height}:{left - left % 2}:{(full_h - height) // 2}"),
        ("setsar", "1"),
    ]


def inside_size(shown: tuple[Fraction, Fraction], width: int, height: int) -> tuple[int, int]:
    """The largest even size of the picture's shape inside the frame."""
    scale = min(width / shown[0], height / shown[1])
    return min(width, _even(shown[0] * scale)), min(height, _even(shown[1] * scale))


def pad_steps(size: tuple[int, int], width: int, height: int) -> list[Step]:
    """All of the picture, black bars around it."""
    left, top = (width - size[0]) // 4 * 2, (height - size[1]) // 4 * 2
    return [
        ("scale", f"{size[0]}:{size[1]}:flags=bicubic"),
        ("pad", f"{width}:{height}:{left}:{top}:black"),
        ("setsar", "1"),
    ]


def backdrop_steps(shown: tuple[Fraction, Fraction], width: int, height: int) -> list[Step]:
    """The picture filling the frame, blurred at a quarter of the size, then enlarged."""
    small_w, small_h = _even(Fraction(width, 4)), _even(Fraction(height, 4))
    return [
        *cover_steps(shown, None, small_w, small_h),
        ("gblur", "sigma=8"),
        ("lutyuv", "y=val*0.7"),
        ("scale", f"{width}:{height}:flags=bilinear"),
        ("setsar", "1"),
    ]


def look_steps(filters: Sequence[Filter]) -> list[Step]:
    """Colour and sharpness filters in the order they were added."""
    return [step for one in filters for step in _look(one)]


def _look(one: Filter) -> list[Step]:
    amount = one.amount
    match one.name:
        case "bw":
            return [("hue", "s=0")]
        case "sepia":
            return [("format", "gbrp"), ("colorchannelmixer", _SEPIA), *_back()]
        case "brightness":
            return [("lutyuv", f"y=clip(val+{(0.15 if amount is None else amount) * 110:.2f}\\,16\\,235)")]
        case "contrast":
            gain = 1 + (0.2 if amount is None else amount)
            return [("lutyuv", f"y=clip((val-126)*{gain:.4f}+126\\,16\\,235)")]
        case "saturation":
            return [("hue", f"s={1 + (0.3 if amount is None else amount):.4f}")]
        case "warm" | "cool":
            shift = (0.4 if amount is None else amount) * (1 if one.name == "warm" else -1)
            return [("format", "gbrp"), ("colortemperature", f"temperature={round(6500 - 2500 * shift)}"), *_back()]
        case "vivid":
            strength = 0.5 if amount is None else amount
            return [
                ("hue", f"s={1 + 0.5 * strength:.4f}"),
                ("lutyuv", f"y=clip((val-126)*{1 + 0.15 * strength:.4f}+126\\,16\\,235)"),
            ]
        case "vintage":
            return [("format", "gbrp"), ("curves", "preset=vintage"), *_back()]
        case "blur":
            return [("gblur", f"sigma={1 + 12 * abs(0.5 if amount is None else amount):.2f}")]
        case "sharpen":
            return [("unsharp", f"5:5:{abs(0.8 if amount is None else 1.5 * amount):.2f}")]


def _back() -> list[Step]:
    return [("scale", "out_color_matrix=bt709:out_range=tv"), ("format", "yuv420p")]


def _even(size: Fraction) -> int:
    return max(2, 2 * round(size / 2))


def chain_for(frame: VideoFrame, steps: Sequence[Step]) -> Chain:
    """A chain for frames like this one. Raises EngineError when FFmpeg refuses it."""
    try:
        return Chain(frame, steps)
    except (av.error.FFmpegError, ValueError) as error:
        names = ", ".join(name for name, _ in steps)
        raise EngineError("internal", f"FFmpeg refused the filters {names}: {error}.", "Remove the effect.") from error
