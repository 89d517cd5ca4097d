"""Subtitle files that lie beside footage: SubRip (.srt) and WebVTT (.vtt)."""

import re
from pathlib import Path

from ..timeline.senses import Cue

SUFFIXES = (".srt", ".vtt")
ENCODINGS = ("utf-8-sig", "utf-16", "gb18030", "latin-1")
MAX_BYTES = 10_000_000
_STAMP = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_STAMP}\s*-->\s*{_STAMP}")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")


def sidecars(media_id: str, footage: Path, asset: str | None) -> list[Cue]:
    """Cues of the files named like the footage (`match.srt`, `match.en.vtt`), or of the one named `asset`.

    Files that cannot be read count as absent.
    """
    cues: list[Cue] = []
    for file in subtitle_files(footage):
        if asset is None or asset.casefold() in (file.name.casefold(), file.stem.casefold()):
            cues.extend(parse(_text(file), media_id))
            if asset is None and cues:
                break
    return cues


def subtitle_files(footage: Path) -> list[Path]:
    """The subtitle files beside the footage, in order of name."""
    try:
        beside = sorted(footage.parent.iterdir())
    except OSError:
        return []
    return [
        file
        for file in beside
        if file.suffix.lower() in SUFFIXES and (file.stem == footage.stem or file.stem.startswith(f"{footage.stem}."))
    ]


def parse(text: str, media_id: str) -> list[Cue]:
    """Cues in order of time; lines that are no cue are passed over, tags are taken out."""
    cues = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        for number, line in enumerate(lines):
            match = _TIMES.match(line)
            if match is None:
                continue
            start, end = _ms(*match.groups()[:4]), _ms(*match.groups()[4:])
            words = _TAG.sub("", "\n".join(lines[number + 1 :])).strip()
            if words and start < end:
                cues.append(Cue(media_id=media_id, start_ms=start, end_ms=end, text=words))
            break
    return sorted(cues, key=lambda cue: cue.start_ms)


def _ms(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return 1000 * (3600 * int(hours or 0) + 60 * int(minutes) + int(seconds)) + int(fraction.ljust(3, "0"))


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()[:MAX_BYTES]
    except OSError:
        return ""
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
