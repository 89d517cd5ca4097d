"""What the picture of an export is: its shape, its size and its rate, from the timeline, the footage and the preset."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ...messages import Message, message
from ...presets import Preset
from ...timeline.media import FootageAnalyzer, MediaInfo
from ...timeline.model import Clip, Framing, Timeline, VideoTrack
from ...timeline.operations.picture import SIZES, framed
from ..errors import EngineError
from .plan import LONGEST_SIDE, RenderPlan, frame_size, output_rate, plan_render
from .video_reader import Sources

AsFilmed = Callable[[Sources], FootageAnalyzer]
"""What looks at footage, where a picture is cut to another shape; made only then."""
FASTEST_FILMED = 120
"""Frames per second of an export as filmed; slow motion of telephones is told by its stamps, not by its rate."""
_USUAL = tuple(Fraction(rate) for rate in ("24000/1001", 24, 25, "30000/1001", 30, 48, 50, "60000/1001", 60, 100, 120))
_NEAR = Fraction(1, 1000)
"""Share by which an average rate may miss a usual one: stamps are rounded to milliseconds in some containers."""
_LARGER = Fraction(11, 10)
"""Factor from which on it is told that the picture is larger than the footage."""


@dataclass(frozen=True)
class Arrangement:
    """The timeline as it is drawn, its plan, width and height in pixels, and what there is to say of them."""

    timeline: Timeline
    plan: RenderPlan
    size: tuple[int, int]
    notes: tuple[Message, ...] = ()


def arranged(timeline: Timeline, sources: Sources, preset: Preset, looks: AsFilmed) -> Arrangement:
    """The picture that a preset asks for. Raises EngineError where no footage is as large as it must be."""
    if preset.kind == "audio":
        return Arrangement(timeline, plan_render(timeline), (0, 0))
    main = majority(timeline, sources)
    shaped, told = _shaped(timeline, sources, preset, main, looks)
    size = _size(shaped, preset, main)
    notes = [*told, *_enlarged(shaped, sources, preset, size), *_too_long(shaped, preset)]
    return Arrangement(shaped, plan_render(shaped, _rate(shaped, preset, main)), size, tuple(notes))


def majority(timeline: Timeline, sources: Sources) -> MediaInfo | None:
    """The recording that is shown longest, or the picture where no recording is shown; None without footage."""
    shown: dict[str, int] = {}
    for clip in _clips(timeline):
        if clip.media_id in sources and sources[clip.media_id].info.has_picture:
            shown[clip.media_id] = shown.get(clip.media_id, 0) + clip.duration_ms
    infos = [sources[name].info for name in shown]
    recordings = [info for info in infos if info.kind == "video"] or infos
    return max(recordings, key=lambda info: shown[info.media_id], default=None)


def _clips(timeline: Timeline) -> list[Clip]:
    return [clip for track in timeline.tracks if isinstance(track, VideoTrack) for clip in track.clips]


def _shaped(
    timeline: Timeline, sources: Sources, preset: Preset, main: MediaInfo | None, looks: AsFilmed
) -> tuple[Timeline, tuple[Message, ...]]:
    """The timeline in the shape that is asked for, framed as the operation `aspect` frames it, and what that did."""
    if preset.shape is not None:
        across, up = preset.shape
        wanted = SIZES[f"{across}:{up}"]
        framing = timeline.framing or Framing(fit="cover", focus="auto")
    elif preset.short_side is None and timeline.framing is None and main is not None:
        wanted, framing = (main.width, main.height), None  # as filmed, where nobody has chosen a shape
    else:
        return timeline, ()
    if Fraction(*wanted) == Fraction(timeline.width, timeline.height):
        return timeline, ()
    infos = {name: source.info for name, source in sources.items()}
    return framed(timeline, infos, looks(sources), wanted, framing)


def _size(timeline: Timeline, preset: Preset, main: MediaInfo | None) -> tuple[int, int]:
    if preset.short_side is not None:
        return frame_size(timeline, preset.short_side)
    long_side = max(main.width, main.height) if main is not None else max(timeline.width, timeline.height)
    ratio = Fraction(min(timeline.width, timeline.height), max(timeline.width, timeline.height))
    return frame_size(timeline, min(long_side, LONGEST_SIDE) * ratio)


def _rate(timeline: Timeline, preset: Preset, main: MediaInfo | None) -> Fraction:
    """Frames per second; as filmed where the size is, too, and the footage has one rate."""
    if preset.rate is not None:
        return preset.rate
    if preset.short_side is not None or main is None or main.frame_rate is None or main.variable_frame_rate:
        return output_rate(timeline.frame_rate)
    filmed = main.frame_rate
    usual = min(_USUAL, key=lambda rate: abs(rate - filmed))
    rate = usual if abs(usual - filmed) <= _NEAR * filmed else filmed.limit_denominator(1001)
    return output_rate(rate, FASTEST_FILMED) if rate >= 1 else output_rate(timeline.frame_rate)


def _enlarged(timeline: Timeline, sources: Sources, preset: Preset, size: tuple[int, int]) -> list[Message]:
    """That no footage has so many pixels. Raises EngineError where the preset is for footage that has them."""
    infos = [sources[clip.media_id].info for clip in _clips(timeline) if clip.media_id in sources]
    shown = [info for info in infos if info.width and info.height]
    if preset.short_side is None or not shown:
        return []
    largest = max(shown, key=lambda info: info.width * info.height)
    factor = min(Fraction(max(size), max(largest.width, largest.height)),
                 Fraction(min(size), min(largest.width, largest.height)))  # fmt: skip
    if factor <= _LARGER:
        return []
    facts = {"filmed": f"{largest.width}x{largest.height}", "made": f"{size[0]}x{size[1]}", "name": largest.name}
    if not preset.enlarges:
        raise EngineError("bad_request", "engine.not_so_large", **facts)
    return [message("engine.reel.enlarged", **facts)]


def _too_long(timeline: Timeline, preset: Preset) -> list[Message]:
    """That a service refuses so long a file. Raises EngineError for an animation, which would be larger than a film."""
    if preset.longest_s is None or timeline.duration_ms <= 1000 * preset.longest_s:
        return []
    if preset.kind == "animation":
        raise EngineError("limit", "engine.animation_too_long", most=preset.longest_s, ending=preset.codec.upper())
    return [message("engine.reel.too_long_there", most=preset.longest_s)]
