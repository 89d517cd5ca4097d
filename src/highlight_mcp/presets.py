"""What an export may be: presets by name, each with the kind of file, its endings, size and quality. Pure values.

Whoever names presets reads them here: the tool, the shell, the wire, the engine, the documents. How a kind of file is
coded is known to `engine/render/` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

ExportKind = Literal["video", "animation", "audio", "interchange"]
"""Pictures with sound; pictures alone, for pages and chats; sound alone; the cut for another editor, without media."""
PresetGroup = Literal["size", "shape", "service", "other", "editor"]
CodecName = Literal["h264", "prores", "dnxhr", "gif", "webp", "sound"]


@dataclass(frozen=True)
class Preset:
    """One kind of export.

    `short_side` in pixels, None for as filmed; `enlarges` says whether footage that is smaller may fill it. `effort`
    and `crf` are x264's preset and constant rate factor. `most_bps` bounds the bits per second of the picture over any
    second; None lets the quality decide. `endings` are those of the file names that it may have, without dot: the
    first is taken where the name says nothing. `implied` says whether such an ending alone, without the name of a
    preset, asks for it. `shape` is width to height, None for that of the timeline; `rate` frames per second, None for
    those of the timeline or, with the size, as filmed. `keyframes_s` lies at most between two keyframes, `most_bytes`
    the file must not pass, and from `longest_s` on a service refuses it, or an animation is too large for any page.
    `keeps_codec`: pictures of HEVC, VP9 and AV1 that are untouched are copied, too, and the others encoded like them.
    `group` is where a list for people shows it.
    """

    short_side: int | None = 1080
    effort: str = "veryfast"
    crf: int = 20
    most_bps: int | None = None
    sound_bps: int = 192_000
    kind: ExportKind = "video"
    endings: tuple[str, ...] = ("mp4",)
    implied: bool = True
    codec: CodecName = "h264"
    enlarges: bool = True
    shape: tuple[int, int] | None = None
    rate: Fraction | None = None
    keeps_codec: bool = False
    keyframes_s: Fraction = Fraction(2)
    most_bytes: int | None = None
    longest_s: int | None = None
    group: PresetGroup = "size"


_TALL = (9, 16)
WHATSAPP_BYTES = 16_000_000
"""What WhatsApp takes as a video in a chat (its own help, 16 MB), in the smaller of both readings of MB."""

PRESETS: dict[str, Preset] = {
    "1080p": Preset(1080),
    "720p": Preset(720),
    "480p": Preset(480),
    "4k": Preset(2160, enlarges=False),
    "draft": Preset(540, "ultrafast", 26),
    "source": Preset(None, crf=18),
    "archive": Preset(None, crf=18, keeps_codec=True),
    "vertical": Preset(1080, shape=_TALL, group="shape"),
    "square": Preset(1080, shape=(1, 1), group="shape"),
    "4:5": Preset(1080, shape=(4, 5), group="shape"),
    # YouTube's recommended upload settings: H.264 High, closed groups of half a second, AAC at 384 kbit/s.
    "youtube": Preset(None, "faster", 18, sound_bps=384_000, keyframes_s=Fraction(1, 2), group="service"),
    # Lengths that the services take (their help pages, 2025): Shorts and Reels three minutes, TikTok ten.
    "shorts": Preset(1080, "faster", shape=_TALL, longest_s=180, group="service"),
    "reels": Preset(1080, "faster", shape=_TALL, longest_s=180, group="service"),
    "tiktok": Preset(1080, "faster", shape=_TALL, longest_s=600, group="service"),
    "whatsapp": Preset(720, "medium", 23, sound_bps=128_000, most_bytes=WHATSAPP_BYTES, group="service"),
    # Whole hundredths of a second, which is what a GIF can say; whole milliseconds in WebP.
    "gif": Preset(
        270, kind="animation", endings=("gif",), codec="gif", rate=Fraction(25, 2), longest_s=120, group="other"
    ),
    "webp": Preset(
        360, kind="animation", endings=("webp",), codec="webp", rate=Fraction(20), longest_s=120, group="other"
    ),
    "audio": Preset(kind="audio", endings=("m4a", "mp3", "wav"), codec="sound", group="other"),
    "prores": Preset(None, endings=("mov",), implied=False, codec="prores", group="editor"),
    "dnxhr": Preset(None, endings=("mov",), implied=False, codec="dnxhr", group="editor"),
    "otio": Preset(kind="interchange", endings=("otio",), group="editor"),
    "fcpxml": Preset(kind="interchange", endings=("fcpxml",), group="editor"),
    "edl": Preset(kind="interchange", endings=("edl",), group="editor"),
    "premiere": Preset(kind="interchange", endings=("xml",), group="editor"),
    "csv": Preset(kind="interchange", endings=("csv",), group="editor"),
    "capcut": Preset(kind="interchange", endings=("txt",), implied=False, group="editor"),
}
DEFAULT_PRESET = "1080p"


def grouped() -> dict[PresetGroup, list[str]]:
    """The names of all presets by group, in their order."""
    groups: dict[PresetGroup, list[str]] = {}
    for name, preset in PRESETS.items():
        groups.setdefault(preset.group, []).append(name)
    return groups


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
