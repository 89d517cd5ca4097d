"""Sizes and effort of a render."""

from dataclasses import dataclass

from ...timeline.model import Timeline
from ..errors import EngineError


@dataclass(frozen=True)
class Preset:
    """`short_side` in pixels; `effort` and `crf` are x264's preset and constant rate factor."""

    short_side: int
    effort: str = "veryfast"
    crf: int = 20


PRESETS = {
    "1080p": Preset(1080),
    "720p": Preset(720),
    "480p": Preset(480),
    "4k": Preset(2160),
    "draft": Preset(540, "ultrafast", 26),
}


def preset_of(name: str) -> Preset:
    """Raises EngineError that lists the presets."""
    if name not in PRESETS:
        raise EngineError("bad_request", f"There is no preset {name!r}.", f"Presets are: {', '.join(PRESETS)}.")
    return PRESETS[name]


def frame_size(timeline: Timeline, preset: Preset) -> tuple[int, int]:
    """Width and height in pixels, both even, in the shape of the timeline."""
    short = min(timeline.width, timeline.height)
    scale = preset.short_side / short
    return 2 * round(timeline.width * scale / 2), 2 * round(timeline.height * scale / 2)
