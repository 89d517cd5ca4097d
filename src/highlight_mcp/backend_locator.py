"""Reaching a backend: the local one is found, or started on first need; others are only addressed.

The local backend is one detached process per data directory, shared by all hosts of the same user.
"""

import asyncio
import http.client
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

from . import __version__
from .backend.config import BackendConfig, warm_starts
from .backend.sqlite import problem_of
from .backend.state_file import RunningBackend, read_state
from .client.config import ClientConfig, platform
from .contract.errors import ApiError, error_info
from .contract.local_api import HEALTH_PATH, JobSettings, ReaderSettings
from .contract.wire import CONTRACT_VERSION
from .messages import Message, say
from .messages.reasons import reason_of
from .settings import NEMO, Settings, variable

if TYPE_CHECKING:
    from .client.backend import BackendClient
    from .client.results import ReelFacts

log = logging.getLogger(__name__)

START_S = 45.0
STOP_S = 8.0
POLL_S = 0.05
RETRY_S = 2.0
HEALTH_S = 5.0
LOCKED = 75
START_LOG = "backend-start.log"
PASSED_ON = (
    "home", "output_dir", "media_roots", "font", "score_model", "sounds_model", "words_model", "faces_model",
    "vision_model", "idle_exit_s", "cache_mb", "profile", "log_level",
)  # fmt: skip


@dataclass(frozen=True)
class BackendHealth:
    """What a running backend says of itself."""

    pid: int
    jobs_running: int
    idle_s: float


def backend_config(settings: Settings) -> BackendConfig:
    """The configuration of the local backend."""
    return BackendConfig(
        home=settings.home,
        output_dir=settings.output_dir,
        media_roots=settings.media_roots,
        profile=settings.profile,
        idle_exit_s=settings.idle_exit_s,
        cache_mb=settings.cache_mb,
        font=settings.font,
        models=settings.models,
        line=settings.line,
        **warm_starts(sys.platform),
    )


def running_backend(settings: Settings) -> RunningBackend | None:
    """The local backend if one runs and answers; a stale file counts as none."""
    running = read_state(backend_config(settings).state_file)
    return running if running is not None and health(running) is not None else None


async def connect(settings: Settings, client_id_file: Path | None = None) -> ClientConfig:
    """How to reach the backend of the settings; starts the local one when it does not run.

    `client_id_file` keeps the id of an anonymous account apart from that of this machine's owner.
    Raises ApiError when it cannot be started.
    """
    if settings.base_url is not None:
        remote = _remote(settings)
        return remote if client_id_file is None else replace(remote, client_id_file=client_id_file)
    running = await _Finder(settings).find()
    return _client(settings, running.url, "embedded", running.secret)


@asynccontextmanager
async def open_client(settings: Settings, client_id_file: Path | None = None) -> AsyncIterator["BackendClient"]:
    """A client of the backend of the settings, for as long as the context lasts; arguments as for `connect`."""
    from .client.backend import BackendClient

    async with BackendClient(await connect(settings, client_id_file)) as client:
        yield client


def health(running: RunningBackend) -> BackendHealth | None:
    """Ask a backend whether it is there and is the one of the file; None when not."""
    if not psutil.pid_exists(running.pid):
        return None
    address = urlsplit(running.url)
    try:
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=HEALTH_S)
        try:
            connection.request("GET", HEALTH_PATH, headers={"Authorization": f"Bearer {running.secret}"})
            answer = connection.getresponse()
            answered: Any = json.loads(answer.read())["data"] if answer.status == 200 else None
        finally:
            connection.close()
        if answered is None or answered["pid"] != running.pid:
            return None
        return BackendHealth(pid=answered["pid"], jobs_running=answered["jobs_running"], idle_s=answered["idle_s"])
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return None


def stop_backend(settings: Settings) -> bool:
    """End the local backend of a data directory and wait for its end. False when none was running."""
    running = read_state(backend_config(settings).state_file)
    if running is None or health(running) is None:
        return False
    _stop(running)
    return True


class _Finder:
    """Finds or starts the local backend, for as long as is reasonable."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = backend_config(settings).state_file
        self._roots = settings.media_roots
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0

    async def find(self) -> RunningBackend:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            running = read_state(self._file)
            state = await asyncio.to_thread(health, running) if running is not None else None
            if running is not None and state is not None:
                if await self._usable(running, state):
                    return running
            else:
                await asyncio.to_thread(self._start_if_needed)
            await asyncio.sleep(POLL_S)
        raise ApiError(_not_started(self._settings.home, say("client.why.backend_silent")))

    async def _usable(self, running: RunningBackend, state: BackendHealth) -> bool:
        """Share it, or replace it when it is idle and of another release, or may not read what we may."""
        if running.profile != self._settings.profile:
            raise ApiError(_other_profile(running, self._settings))
        if self._fits(running):
            return True
        if state.jobs_running == 0:
            self._roots = _united(self._settings.media_roots, running)
            await asyncio.to_thread(_stop, running)
            return False
        if running.contract == CONTRACT_VERSION:
            return True
        raise ApiError(error_info("busy", "client.other_version_working", version=running.version))

    def _fits(self, running: RunningBackend) -> bool:
        """Made by this release, and allowed to read what we may; what else we want goes with each call."""
        release = (running.version, running.contract) == (__version__, CONTRACT_VERSION)
        # Reels may be used again as footage, wherever a host has them put.
        wanted = {str(folder) for folder in (*self._settings.media_roots, self._settings.output_dir)}
        return release and wanted <= {*running.media_roots, running.output_dir}

    def _start_if_needed(self) -> None:
        """Start one, unless ours is still starting; when another host's won the race, wait for that one."""
        status = None if self._child is None else self._child.poll()
        if self._child is not None and status is None:
            return
        if status is not None and status != LOCKED and status != 0:
            raise ApiError(_not_started(self._settings.home, _last_line(self._settings.home / START_LOG)))
        if time.monotonic() - self._started < RETRY_S:
            return
        problem = problem_of(backend_config(self._settings))
        if problem is not None:
            raise ApiError(problem)
        self._started = time.monotonic()
        try:
            self._child = _start(self._settings, self._roots)
        except OSError as error:
            raise ApiError(_not_started(self._settings.home, reason_of(error))) from error


def _start(settings: Settings, roots: tuple[Path, ...]) -> subprocess.Popen[bytes]:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    child = start_process(settings.home, {**os.environ, **_environment(settings, roots)})
    threading.Thread(target=child.wait, daemon=True, name="backend-reaper").start()
    return child


def start_process(home: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A backend as a process of its own session, which outlives this one; what it says is in a file of `home`."""
    detached: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        detached = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
    with open(home / START_LOG, "wb", opener=_private) as output:
        return subprocess.Popen(
            [sys.executable, "-m", "highlight_mcp", "backend"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=home,
            env={**environment, "PYTHONSAFEPATH": "1"},
            **detached,
        )


def _private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, 0o600)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, 0o600)
    return descriptor


def _environment(settings: Settings, roots: tuple[Path, ...]) -> dict[str, str]:
    values = {name: getattr(settings, name) for name in PASSED_ON} | {"media_roots": roots}
    return {variable(name): _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    return os.pathsep.join(map(str, value)) if isinstance(value, tuple) else str(value)


def _united(roots: tuple[Path, ...], running: RunningBackend) -> tuple[Path, ...]:
    """Our folders and those of the hosts before us, so that hosts do not replace each other's backend in turn."""
    others = (Path(root) for root in (*running.media_roots, running.output_dir))
    return (*roots, *(root for root in others if root not in roots))


def _stop(running: RunningBackend) -> None:
    """SIGTERM, then SIGKILL: the work of a backend survives both."""
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        process = psutil.Process(running.pid)
        process.terminate()
        try:
            process.wait(STOP_S)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)


def _remote(settings: Settings) -> ClientConfig:
    assert settings.base_url is not None
    kind = "cloud" if settings.backend == NEMO else "remote"
    return _client(settings, settings.base_url, kind, settings.nemo_token)


def _client(settings: Settings, url: str, kind: Any, token: str | None) -> ClientConfig:
    return ClientConfig(
        base_url=url,
        kind=kind,
        state_dir=settings.home / "client",
        output_dir=settings.output_dir,
        version=__version__,
        token=token,
        client_id=settings.nemo_client_id,
        platform=platform(settings.skill_source, str(Path(__file__))),
        web_url=settings.nemo_web_url,
        job_settings=_job_settings(settings) if kind == "embedded" else None,
        reconnect=(lambda: connect(settings)) if kind == "embedded" else None,
        lookup=(lambda: _present(settings)) if kind == "embedded" else None,
        look=_look(settings) if kind != "embedded" else None,
    )


def _job_settings(settings: Settings) -> JobSettings:
    font = None if settings.font is None else str(settings.font)
    models = {name: str(folder) for name, folder in settings.models.items()}
    lufs = None if settings.loudness == "off" else settings.loudness
    return JobSettings(
        output_dir=str(settings.output_dir), font=font, models=models, loudness=lufs, reader=_reader(settings)
    )


def _reader(settings: Settings) -> ReaderSettings | None:
    if settings.reader_url is None:
        return None
    return ReaderSettings(
        url=settings.reader_url,
        model=settings.reader_model,
        key=settings.reader_key,
        timeout_s=settings.reader_timeout_s,
    )


def _look(settings: Settings) -> Callable[[Path, str], Awaitable["ReelFacts"]]:
    from .reels import ReelLook

    return ReelLook(backend_config(settings))


def _present(settings: Settings) -> ClientConfig | None:
    """The local backend, if its file and its process are there; nothing is asked of it and nothing started."""
    running = read_state(backend_config(settings).state_file)
    if running is None or not psutil.pid_exists(running.pid):
        return None
    return _client(settings, running.url, "embedded", running.secret)


def _other_profile(running: RunningBackend, settings: Settings) -> Any:
    return error_info(
        "busy", "client.other_profile", home=str(settings.home), profile=running.profile, asked=settings.profile
    )


def _not_started(home: Path, reason: Message | str) -> Any:
    return error_info("unreachable", "client.backend_not_started", reason=reason, home=str(home))


def _last_line(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1].removeprefix("highlight-mcp: ").rstrip(".")[:300] if lines else say("client.why.no_reason")
