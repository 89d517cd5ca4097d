"""What a server is told when it is built."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .file_links import LinkProvider
from .http.path_policy import UserPathPolicy
from .workspace.connection import OpenClient


@dataclass(frozen=True)
class ServerOptions:
    """`language` of messages, None: as the user writes; a distant service is then told `native`, the language of
    this machine. `media_roots` are the folders whose names may be listed for hints and completion, None: any.
    `confines` refuses all other files, for callers who are not at this machine; `page` gives the address where
    files are handed over, for a session; `counter` hands out finished reels over HTTP. `open_here` opens the
    local backend beside a distant one, for exports that the distant one does not make.

    Times are in seconds: `wait_s` when a call names none, `preview_s` for a picture, `report_every_s` between
    two progress reports, `still_working_s` of silence before a sign of life, `withdraw_s` between the
    cancellation of a call and that of its work, `longest_s` until a call that hangs in the backend is given up.
    """

    language: str | None = None
    native: str = "en"
    media_roots: tuple[Path, ...] | None = None
    confines: UserPathPolicy | None = None
    page: Callable[[str | None], str] | None = field(default=None, compare=False)
    counter: LinkProvider | None = None
    open_here: OpenClient | None = field(default=None, compare=False)
    wait_s: float = 20
    preview_s: float = 20
    report_every_s: float = 1
    still_working_s: float = 120
    withdraw_s: float = 0.25
    longest_s: float = 50
