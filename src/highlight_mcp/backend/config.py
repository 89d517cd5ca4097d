"""What the backend is told at its start, and who hears of the steps of its jobs. Asking loads nothing heavy."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypedDict

FORK_SERVER = (sys.executable, "-m", "highlight_mcp.engine.fork_server")
KEPT_ENGINE = (sys.executable, "-m", "highlight_mcp.engine.kept_engine")
Profile = Literal["local", "strict", "team"]

STATE_FILE = "backend.json"
LOCK_FILE = "backend.lock"
LOG_FILE = "backend.log"
DATABASE_FILE = "backend.db"
DATABASE_MARK = "database-was-here.txt"


@dataclass(frozen=True)
class BackendLimits:
    """Bounds on what is taken in; byte counts unless the name says otherwise.

    `fetches` addresses are read at a time; each gives at least `fetch_window_bytes` per `Timing.fetch_window`, which
    is 35 kbit/s, less than the slowest line that anybody watches video over.
    """

    json_body: int = 8 * 1024 * 1024
    draft: int = 4 * 1024 * 1024
    upload: int = 500 * 1024 * 1024
    download: int = 8 * 1024 * 1024 * 1024
    files_per_call: int = 200
    fetches: int = 4
    fetch_window_bytes: int = 256 * 1024
    instruction_chars: int = 20_000
    free_space: int = 200 * 1024 * 1024


@dataclass(frozen=True)
class Timing:
    """Waits in seconds; tests make them short."""

    heartbeat: float = 10.0
    progress: float = 0.5
    no_progress: float = 120.0
    grace: float = 0.8
    poll: float = 0.4
    reconcile: float = 0.3
    probe: float = 120.0
    preview: float = 1_800.0
    look: float = 20.0
    fetch: float = 7_200.0
    fetch_window: float = 60.0


Step = Literal["before_child", "after_child", "before_move", "after_move", "after_settle", "after_edit"]
"""Between two of these a process may end and leave a job half done: a child, a file in place, a stored outcome."""
Reached = Callable[[Step], None]


def nobody(step: Step) -> None:
    """Hears of the steps where nobody else does."""


def _slots() -> int:
    return os.cpu_count() or 2


class WarmStarts(TypedDict, total=False):
    """Commands of processes that save the start of an engine; fields of `BackendConfig`."""

    fork_server: tuple[str, ...]
    kept_engine: tuple[str, ...]


def warm_starts(platform: str) -> WarmStarts:
    """How light jobs are started on a system (`sys.platform`).

    Elsewhere than on Linux libraries may start threads that a fork does not survive.
    """
    return {"fork_server": FORK_SERVER} if platform == "linux" else {"kept_engine": KEPT_ENGINE}


@dataclass(frozen=True)
class BackendConfig:
    """Everything `serve` and `create_app` need.

    `database` is the address of a PostgreSQL database, None: SQLite in `home`. `secret` None makes a new one; `port`
    0 takes any free one. `child_command` starts one engine job; `fork_server`, where there is one, makes the processes
    of light jobs, else `kept_engine` does one light edit after another (`warm_starts`). `line` is the folder in which
    children of all people wait for their turn, one in `home` where there is one person. `child_environment` is added to
    the environment of the
    children. `models` are the folders of the models of the extras, by name. `reached` hears of each step of a job.
    """

    home: Path
    output_dir: Path
    media_roots: tuple[Path, ...]
    database: str | None = field(default=None, repr=False)
    profile: Profile = "local"
    idle_exit_s: float = 900.0
    secret: str | None = field(default=None, repr=False)
    port: int = 0
    cache_mb: int = 2_048
    fork_server: tuple[str, ...] | None = None
    kept_engine: tuple[str, ...] | None = None
    child_command: tuple[str, ...] = (sys.executable, "-m", "highlight_mcp.engine")
    child_environment: Mapping[str, str] = field(default_factory=dict)
    child_memory_mb: int | None = None
    font: Path | None = None
    models: Mapping[str, Path] = field(default_factory=dict)
    line: Path | None = None
    edit_slots: int = field(default_factory=lambda: max(2, _slots() // 2))
    render_slots: int = field(default_factory=lambda: max(1, _slots() // 4))
    allow_private_urls: bool = False
    allowed_origins: tuple[str, ...] = ()
    limits: BackendLimits = BackendLimits()
    timing: Timing = Timing()
    reached: Reached = nobody

    def without_warm_starts(self) -> "BackendConfig":
        """The same for a few jobs: each starts an engine of its own."""
        return replace(self, fork_server=None, kept_engine=None)

    @property
    def strict(self) -> bool:
        return self.profile == "strict"

    @property
    def team(self) -> bool:
        """Whether this is one process of a team: footage and reels are in a store, not on this machine."""
        return self.profile == "team"

    @property
    def shared(self) -> bool:
        """Whether there are several accounts, which see no path of this machine."""
        return self.strict or self.team

    @property
    def database_file(self) -> Path:
        return self.home / DATABASE_FILE

    @property
    def database_mark(self) -> Path:
        """Says that there was a database, whatever became of it."""
        return self.home / DATABASE_MARK

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.database_file}"

    @property
    def state_file(self) -> Path:
        return self.home / STATE_FILE

    @property
    def lock_file(self) -> Path:
        return self.home / LOCK_FILE

    @property
    def log_file(self) -> Path:
        return self.home / LOG_FILE

    @property
    def blobs(self) -> Path:
        return self.home / "blobs"

    @property
    def renders(self) -> Path:
        return self.home / "renders"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def inbox(self) -> Path:
        """Where files land that were handed over from afar."""
        return self.home / "inbox"

    @property
    def readable_roots(self) -> tuple[Path, ...]:
        """The folders that footage may be read from; handed-over files too, and finished reels may be used again."""
        return (*self.media_roots, self.inbox, self.output_dir)

    @property
    def scratch(self) -> Path:
        return self.home / "tmp"
