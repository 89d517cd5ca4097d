"""The files that a list of cuts may mean, found by path and then by name. Pure."""

import unicodedata
from collections.abc import Iterable
from itertools import takewhile

from .sources import SourceFile, name_of, path_of


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
