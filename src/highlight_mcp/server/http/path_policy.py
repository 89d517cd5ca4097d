"""Which files of this machine one person of a shared server may name."""

from dataclasses import dataclass
from pathlib import Path

from .upload_links import GIB, INBOX_GIB


@dataclass(frozen=True)
class UserPathPolicy:
    """`inbox` is where handed-over files land; `roots` may be read; `house` and `reels` hold what is others'.

    `own` are the folders below `house` and `reels` that are this person's, None: all but those of the
    people named by the folders of `people`. `room` is how many bytes may lie in the inbox.
    """

    inbox: Path
    roots: tuple[Path, ...]
    house: Path
    reels: Path
    own: tuple[Path, ...] | None = None
    room: int = INBOX_GIB * GIB

    def allows(self, path: Path) -> bool:
        """True when the path, symbolic links resolved, may be named; says nothing of whether it exists."""
        try:
            real = path.resolve()
            if real.is_relative_to(self.inbox.resolve()):
                return True
            return any(real.is_relative_to(root.resolve()) for root in self._readable) and not self._of_others(real)
        except (OSError, RuntimeError, ValueError):
            return False

    def handed_over(self, name: str) -> Path | None:
        """A file of the inbox by its plain name."""
        if not name or name.startswith(".") or any(mark in name for mark in "/\\\0"):
            return None
        found = self.inbox / name
        return found if found.is_file() and not found.is_symlink() else None

    @property
    def _readable(self) -> tuple[Path, ...]:
        return (*self.roots, *(self.own if self.own is not None else (self.reels,)))

    def _of_others(self, real: Path) -> bool:
        mine = any(real.is_relative_to(folder.resolve()) for folder in self.own or ())
        private = [self.house, *(self._reels_of_people() if self.own is None else [self.reels])]
        return not mine and any(real.is_relative_to(folder.resolve()) for folder in private)

    def _reels_of_people(self) -> list[Path]:
        try:
            return [self.reels / each.name for each in self.house.iterdir()]
        except OSError:
            return []
