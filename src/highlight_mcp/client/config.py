"""What a client is told: where the backend is, who we are, and how long to wait."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..contract.local_api import SETTINGS_HEADER, JobSettings

if TYPE_CHECKING:
    from .results import ReelFacts


BackendKind = Literal["embedded", "remote", "cloud"]


@dataclass(frozen=True)
class Timeouts:
    """Waiting times in seconds, as the contract states them; tests pass smaller ones.

    `silent_polls` are offsets after a turn without words; `dropped_*` the schedule after a broken
    connection; `jitter` the largest random part added to a retry delay, as a fraction of it.
    """

    connect_s: float = 10
    silence_s: float = 120
    turn_total_s: float = 900
    heartbeats_only_s: float = 600
    notice_s: float = 120
    open_s: float = 10
    request_s: float = 60
    submit_s: float = 120
    silent_polls: tuple[float, ...] = (0, 3, 6, 12)
    dropped_first_s: float = 30
    dropped_every_s: float = 60
    dropped_checks: int = 5
    retry_delays: tuple[float, ...] = (1, 2, 4)
    jitter: float = 0.25
    rate_limit_s: float = 30
    rate_limit_max_s: float = 120
    render_first_s: float = 30
    render_factor: float = 1.0
    render_longest_s: float = 30
    render_polls: int | None = 20
    render_stall_s: float = 600
    download_s: float = 7200


CLOUD_TIMEOUTS = Timeouts()
LOCAL_TIMEOUTS = Timeouts(
    dropped_first_s=2,
    dropped_every_s=2,
    render_first_s=0.25,
    render_factor=1.5,
    render_longest_s=1,
    render_polls=None,
    render_stall_s=120,
)


@dataclass(frozen=True)
class ClientConfig:
    """How to reach one backend.

    `token` is the per-start secret of the embedded backend, the user's own token for others, or
    None: then the cloud hands out an anonymous one, kept in `state_dir`. `client_id` overrides the
    id in `client_id_file`. `platform` is `clawhub`, `cursor` or `unknown`. `reconnect` finds or
    starts the embedded backend again after it has gone away and gives its new address and secret; `lookup`
    finds one that runs and starts none. `look` examines a downloaded reel, which has a name; it raises ApiError
    for one that is none. `job_settings` go to the embedded backend with each call.
    `keeps_reels` says that finished reels stay where the backend has put them, and are handed out there.
    """

    base_url: str
    kind: BackendKind
    state_dir: Path
    output_dir: Path
    version: str
    token: str | None = field(default=None, repr=False)
    client_id: str | None = field(default=None, repr=False)
    client_id_file: Path = field(default_factory=lambda: Path.home() / ".config" / "nemovideo" / "client_id")
    platform: str = "unknown"
    job_settings: JobSettings | None = None
    keeps_reels: bool = False
    web_url: str = "https://nemovideo.com"
    clocks: Timeouts | None = None
    reconnect: Callable[[], Awaitable["ClientConfig"]] | None = field(default=None, repr=False, compare=False)
    lookup: Callable[[], "ClientConfig | None"] | None = field(default=None, repr=False, compare=False)
    look: Callable[[Path, str], Awaitable["ReelFacts"]] | None = field(default=None, repr=False, compare=False)

    @property
    def timing(self) -> Timeouts:
        """The clocks in force: those given, else the usual ones of this kind of backend."""
        return self.clocks or (LOCAL_TIMEOUTS if self.kind == "embedded" else CLOUD_TIMEOUTS)

    @property
    def backend_name(self) -> str:
        """A name for records that outlives restarts: the embedded backend changes its port."""
        return "embedded" if self.kind == "embedded" else self.base_url.rstrip("/")


SKILL = "highlight-editor-hd"
PLATFORMS = ("clawhub", "cursor", "unknown")


def attribution(config: ClientConfig) -> dict[str, str]:
    """The three attribution headers, and our settings for a backend of ours.

    A missing one makes the cloud refuse exports.
    """
    own = {} if config.job_settings is None else {SETTINGS_HEADER: config.job_settings.header}
    named = platform(config.platform)
    return {"X-Skill-Source": SKILL, "X-Skill-Version": config.version, "X-Skill-Platform": named, **own}


def platform(named: str | None, install_path: str = "") -> str:
    """The platform by its name if that is known, else by where we are installed, else `unknown`."""
    if named in PLATFORMS[:2]:
        return str(named)
    path = install_path.replace("\\", "/")
    if ".clawhub/" in path:
        return "clawhub"
    return "cursor" if ".cursor/skills/" in path else "unknown"
