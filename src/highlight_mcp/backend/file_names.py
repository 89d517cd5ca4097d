"""Names for files that people see."""

import re
import unicodedata
from pathlib import Path

from ..contract.formats import honest
from ..contract.redaction import printable

MAX_BYTES = 180
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(1, 10))}


def safe_stem(text: str, fallback: str = "Highlights") -> str:
    """A file name without extension that every system accepts; any path in it is dropped."""
    last = unicodedata.normalize("NFC", printable(text)).replace("\\", "/").rstrip("/").rpartition("/")[2]
    stem = last[:-4] if last.lower().endswith(".mp4") else last
    stem = " ".join(_FORBIDDEN.sub(" ", stem.encode("utf-8", "ignore").decode()).split()).strip(". ")
    while len(stem.encode()) > MAX_BYTES:
        stem = stem[:-1].rstrip(". ")
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"{stem} reel"
    return stem or fallback


def title_stem(title: str) -> str:
    """The same for a title, in which a slash is no path."""
    return safe_stem(honest(title.replace("/", " ").replace("\\", " ")))


def numbered(folder: Path, stem: str, number: int) -> Path:
    """`Name.mp4`, then `Name (2).mp4`, `Name (3).mp4`, …"""
    return folder / (f"{stem}.mp4" if number == 1 else f"{stem} ({number}).mp4")
