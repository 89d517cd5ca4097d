"""What a server is told when it is built, and which files of this machine one person of a shared server may name."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path

from ..client.backend import BackendClient
from .file_links import LinkProvider
from .http.upload_links import GIB, INBOX_GIB


@dataclass(frozen=True)
class UserPathPolicy:
    """`inbox` is where handed-over files land; `roots` may be read; `data_root` and `reels` hold what is others'.

    `own` are the folders below `data_root` and `reels` that are this person's, None: all but those of the
    people named by the folders of `people`. `room` is how many bytes may lie in the inbox.
    """

    inbox: Path
    roots: tuple[Path, ...]
    data_root: Path
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
        file = self.inbox / name
        return file if file.is_file() and not file.is_symlink() else None

    @property
    def _readable(self) -> tuple[Path, ...]:
        return (*self.roots, *(self.own if self.own is not None else (self.reels,)))

    def _of_others(self, real: Path) -> bool:
        mine = any(real.is_relative_to(folder.resolve()) for folder in self.own or ())
        private = [self.data_root, *(self._reels_of_people() if self.own is None else [self.reels])]
        return not mine and any(real.is_relative_to(folder.resolve()) for folder in private)

    def _reels_of_people(self) -> list[Path]:
        try:
            return [self.reels / each.name for each in self.data_root.iterdir()]
        except OSError:
            return []


OpenClient = Callable[[], AbstractAsyncContextManager[BackendClient]]


def _nobody_hears(started: bool) -> None:
    """Most hosts only want it done."""


@dataclass(frozen=True)
class ServerOptions:
    """`language` of messages, None: as the user writes; a distant service is then told `native`, the language of
    this machine. `media_roots` are the folders whose names may be listed for hints and completion, None: any.
    `readable` are those that the local backend reads from, None where the backend alone knows.
    `path_policy` refuses all other files, for callers who are not at this machine; `page` gives the address where
    files are handed over, for a session; `link_provider` hands out finished reels over HTTP. `open_here` opens the
    local backend beside a distant one, for exports that the distant one does not make. `several` says that others
    are served on this machine, too. `taken_back` hears that a cancelled call is over, and whether work that it had
    started was cancelled.

    Times are in seconds: `wait_s` when a call names none, `preview_s` for a picture, `report_every_s` between
    two progress reports, `still_working_s` of silence before a sign of life, `withdraw_s` between the
    cancellation of a call and that of its work, `longest_s` until a call that hangs in the backend is given up.
    """

    language: str | None = None
    native: str = "en"
    media_roots: tuple[Path, ...] | None = None
    readable: tuple[Path, ...] | None = None
    path_policy: UserPathPolicy | None = None
    page: Callable[[str | None], str] | None = field(default=None, compare=False)
    link_provider: LinkProvider | None = None
    open_here: OpenClient | None = field(default=None, compare=False)
    several: bool = False
    taken_back: Callable[[bool], None] = field(default=_nobody_hears, compare=False)
    wait_s: float = 20
    preview_s: float = 20
    report_every_s: float = 1
    still_working_s: float = 120
    withdraw_s: float = 0.25
    longest_s: float = 50
