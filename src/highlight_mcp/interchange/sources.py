"""The files that a reel is made of, as editors know them: where they lie, what they are counted in. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from itertools import takewhile
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from urllib.parse import quote, unquote, urlsplit

from ..timeline.media import MediaInfo
from ..timeline.schemas import FrozenModel
from ..timeline.time import frames_at
from .timecode import editing_rate, is_dropping, read_timecode, within

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of characters and non-characters, which neither XML nor other programs take."""


class SourceFile(FrozenModel):
    """One file of the footage; `path` is where its owner has it, None where that is not known."""

    info: MediaInfo
    path: str | None = None

    @property
    def url(self) -> str:
        """Its `file:` URL; where its place is not known, a URL of its name alone, beside the list."""
        return file_url(self.path) if self.path else f"./{quote(plain(self.info.name))}"

    def rate(self, reel: Fraction, finest: int | None = None) -> Fraction:
        """The frames per second in which it is counted; those of the reel for sound and pictures."""
        info = self.info
        if info.kind != "video" or info.frame_rate is None:
            return reel
        return within(editing_rate(info.frame_rate, variable=info.variable_frame_rate), finest)

    def frames(self, rate: Fraction) -> int | None:
        """How many frames of `rate` it has; None for a picture, which has as many as are wanted."""
        return None if self.info.kind == "image" else max(1, frames_at(self.info.duration_ms, rate))

    def first_frame(self, rate: Fraction) -> int:
        """The number of its first frame: that of its own timecode, else 0."""
        try:
            return read_timecode(self.info.timecode or "", rate)
        except ValueError:
            return 0

    def drops(self, default: bool) -> bool:
        """Whether its timecode drops frames; by default as that of the reel does."""
        return is_dropping(self.info.timecode) if self.info.timecode else default


def file_url(path: str) -> str:
    """`file:///home/ann/a%20b.mp4`: an absolute path of any system as a URL."""
    pure: PurePath = PureWindowsPath(path) if _DRIVE.match(path) or path.startswith("\\\\") else PurePosixPath(path)
    return pure.as_uri()


def path_of(link: str) -> str:
    """The path in a `file:` URL, or the path itself; what other URLs name stays as it is."""
    try:
        parts = urlsplit(link) if "://" in link or link.lower().startswith("file:") else None
    except ValueError:  # a bracket in the place of a host
        return link
    if parts is None or parts.scheme.lower() != "file":
        return unquote(link) if "%" in link and " " not in link else link
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc and parts.netloc.lower() != "localhost":
        return f"//{parts.netloc}{path}"
    return path[1:] if _DRIVE.match(path[1:]) else path


def name_of(link: str) -> str:
    """The last part of a path or URL."""
    return path_of(link).replace("\\", "/").rstrip("/").rpartition("/")[2]


def plain(text: str) -> str:
    """Text without what other programs cannot read."""
    return _UNWRITABLE.sub("�", text)


def one_line(text: str) -> str:
    """Text on one line."""
    return " ".join(plain(text).split())


class MediaLibrary:
    """The known files."""

    def __init__(self, sources: Iterable[SourceFile] = ()) -> None:
        self._sources = tuple(sources)
        self._by_path = {_folded(source.path): source for source in self._sources if source.path}

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        return self._sources

    def find(self, link: str, *names: str) -> SourceFile | None:
        """The file that a link means: the one that lies there, else one of that name, else one of `names`.

        Of several of the same name it is the one whose folders are most like those of the link.
        """
        if link and (found := self._by_path.get(_folded(path_of(link)))) is not None:
            return found
        for name in (name_of(link), *names):
            named = [source for source in self._sources if name and _folded(source.info.name) == _folded(name)]
            if named:
                return max(named, key=lambda source: _shared(link, source.path or ""))
        return None


def _folded(path: str | None) -> str:
    """Paths as they are compared: systems differ in how they compose letters and in their slashes."""
    return unicodedata.normalize("NFC", path or "").replace("\\", "/").casefold()


def _shared(link: str, path: str) -> int:
    """How many parts two paths share at their ends."""
    pairs = zip(reversed(_folded(path_of(link)).split("/")), reversed(_folded(path).split("/")), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
