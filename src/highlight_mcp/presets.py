"""What an export may be: presets by name, each with the kind of file, its endings, size and quality. Pure values.

Whoever names presets reads them here: the tool, the shell, the wire, the engine, the documents. How a kind of file is
coded is known to `engine/render/` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ExportKind = Literal["video", "animation", "audio", "interchange"]
"""Pictures with sound; pictures alone, for pages and chats; sound alone; the cut for another editor, without media."""


@dataclass(frozen=True)
class Preset:
    """One kind of export.

    `short_side` in pixels; `effort` and `crf` are x264's preset and constant rate factor. `most_bps` bounds the bits
    per second of the picture over any second; None lets the quality decide. `endings` are those of the file names that
    it may have, without dot: the first is taken where the name says nothing. `implied` says whether such an ending
    alone, without the name of a preset, asks for it.
    """

    short_side: int = 1080
    effort: str = "veryfast"
    crf: int = 20
    most_bps: int | None = None
    sound_bps: int = 192_000
    kind: ExportKind = "video"
    endings: tuple[str, ...] = ("mp4",)
    implied: bool = True


PRESETS: dict[str, Preset] = {
    "1080p": Preset(1080),
    "720p": Preset(720),
    "480p": Preset(480),
    "4k": Preset(2160),
    "draft": Preset(540, "ultrafast", 26),
    "otio": Preset(kind="interchange", endings=("otio",)),
    "fcpxml": Preset(kind="interchange", endings=("fcpxml",)),
    "edl": Preset(kind="interchange", endings=("edl",)),
    "premiere": Preset(kind="interchange", endings=("xml",)),
    "csv": Preset(kind="interchange", endings=("csv",)),
    "capcut": Preset(kind="interchange", endings=("txt",), implied=False),
}
DEFAULT_PRESET = "1080p"


def implied_by(ending: str) -> str | None:
    """The preset that a file name asks for by its ending alone; None where none does."""
    return next((name for name, preset in PRESETS.items() if preset.implied and ending in preset.endings), None)


def making(ending: str) -> Iterator[str]:
    """The names of all presets whose files may end so."""
    return (name for name, preset in PRESETS.items() if ending in preset.endings)


def all_endings() -> tuple[str, ...]:
    """Every ending of an exported file, those that a name alone may ask for first."""
    ordered = sorted(PRESETS.values(), key=lambda preset: not preset.implied)
    return tuple(dict.fromkeys(ending for preset in ordered for ending in preset.endings))
