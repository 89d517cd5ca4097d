"""Sizes and effort of a render."""

from dataclasses import dataclass
from fractions import Fraction

from ...timeline.model import Timeline
from ..errors import EngineError

LONGEST_SIDE = 4096
"""Where hardware decoders of H.264 stop."""


@dataclass(frozen=True)
class Preset:
    """`short_side` in pixels; `effort` and `crf` are x264's preset and constant rate factor.

    `most_bps` bounds the bits per second of the picture over any second; None lets the quality decide.
    """

    short_side: int
    effort: str = "veryfast"
    crf: int = 20
    most_bps: int | None = None
    sound_bps: int = 192_000


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
        raise EngineError("bad_request", "engine.no_preset", name=name, presets=", ".join(PRESETS))
    return PRESETS[name]


def frame_size(timeline: Timeline, preset: Preset) -> tuple[int, int]:
    """Width and height in pixels, both even, in the shape of the timeline; no side above 4096."""
    width, height = timeline.width, timeline.height
    scale = min(Fraction(preset.short_side, min(width, height)), Fraction(LONGEST_SIDE, max(width, height)))
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))
