"""Subtitle files that lie beside footage: SubRip (.srt) and WebVTT (.vtt), in whatever encoding."""

import codecs
import re
from pathlib import Path

from ..timeline.picks import Cue

SUFFIXES = (".srt", ".vtt")
MAX_BYTES = 10_000_000
_STAMP = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_STAMP}\s*-->\s*{_STAMP}")
_TAG = re.compile(r"</?(?:[a-zA-Z][^>]*|\d[\d:.]*)>|\{\\[^}]*\}")
_HIGH = re.compile(rb"[\x80-\xff]+")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def sidecars(media_id: str, footage: Path, asset: str | None) -> list[Cue]:
    """Cues of the file called `asset` beside the footage, else of one named like it (`match.srt`, `match.en.vtt`).

    Files that cannot be read count as absent.
    """
    for file in subtitle_files(footage, asset):
        cues = parse(_text(file), media_id)
        if cues:
            return cues
    return []


def subtitle_files(footage: Path, asset: str | None = None) -> list[Path]:
    """Subtitle files beside the footage in order of name: those named like it, or the one called `asset`."""
    try:
        beside = sorted(file for file in footage.parent.iterdir() if file.suffix.lower() in SUFFIXES)
    except OSError:
        return []
    if asset is not None:
        wish = Path(asset).name.casefold()
        return [file for file in beside if wish in (file.name.casefold(), file.stem.casefold())]
    return [file for file in beside if file.stem == footage.stem or file.stem.startswith(f"{footage.stem}.")]


def parse(text: str, media_id: str | None = None) -> list[Cue]:
    """Cues in order of time; what is no cue is passed over, styling tags are taken out."""
    cues = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        lines = block.strip("\n").split("\n")
        place = next((number for number, line in enumerate(lines) if _TIMES.match(line)), None)
        if place is None:
            continue
        match = _TIMES.match(lines[place])
        assert match is not None
        start, end = _ms(*match.groups()[:4]), _ms(*match.groups()[4:])
        words = _TAG.sub("", "\n".join(lines[place + 1 :])).strip()
        if words and start < end:
            cues.append(Cue(media_id=media_id, start_ms=start, end_ms=end, text=words))
    return sorted(cues, key=lambda cue: cue.start_ms)


def decoded(raw: bytes) -> str:
    """The text of a subtitle file: by its mark, as UTF-8, else Chinese (GB 18030) or western (Windows-1252).

    Chinese text has its bytes above 127 in long runs, western text one by one.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        runs = [len(run) for run in _HIGH.findall(raw)]
        chinese = sum(runs) >= 2.5 * len(runs)
        return raw.decode("gb18030" if chinese else "cp1252", errors="replace")


def _ms(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    return 1000 * (3600 * int(hours or 0) + 60 * int(minutes) + int(seconds)) + int(fraction.ljust(3, "0"))


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return decoded(opened.read(MAX_BYTES))
    except OSError:
        return ""
