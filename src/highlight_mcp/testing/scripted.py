"""A cloud that misbehaves as told: our own backend in the strict profile behind a loopback proxy.

It is told which call of which endpoint, by a short name, plays which fault.
"""

import asyncio
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..backend.state_file import RunningBackend
from ..backend_locator import running_backend
from ..contract.render import RENDER_PATH, cancel_render_path, download_path, render_path
from ..contract.session import (
    ANONYMOUS_TOKEN_PATH,
    BALANCE_PATH,
    CLAIM_TOKEN_PATH,
    NEW_SESSION_PATH,
    state_path,
    upload_path,
)
from ..contract.turn import RUN_PATH
from ..contract.wire import dumps
from ..settings import Settings, variable
from .exchange import CloudAccounts, Exchange, ServerBehaviour
from .faults import AnswerFault, error, none, status
from .streams import Dialect, dialect, foreign
from .wire import LOOPBACK, LoopbackServer, ReceivedRequest, ServerThread, read_request

EXTENSIONS = "/api/local/"
_ANY = "\x00"
_TABLE = {
    "token": ("POST", ANONYMOUS_TOKEN_PATH),
    "claim": ("POST", CLAIM_TOKEN_PATH),
    "session": ("POST", NEW_SESSION_PATH),
    "edit": ("POST", RUN_PATH),
    "upload": ("POST", upload_path(_ANY)),
    "credits": ("GET", BALANCE_PATH),
    "state": ("GET", state_path(_ANY)),
    "submit": ("POST", RENDER_PATH),
    "poll": ("GET", render_path(_ANY)),
    "cancel_render": ("POST", cancel_render_path(_ANY)),
    "download": ("GET", download_path(_ANY)),
}
_FILES = re.compile(r"/(?:media|renders)/")
_PATTERNS = {
    name: (method, re.compile(re.escape(path).replace("%00", "[^/]+"))) for name, (method, path) in _TABLE.items()
}

ENDPOINTS = (*_TABLE, "file", "extension")
"""`file` is the link of a reel or of footage, `extension` anything under `/api/local/`."""


def endpoint_of(method: str, path: str) -> str:
    """The short name of a call, empty for one that the contract does not know."""
    for name, (expected, pattern) in _PATTERNS.items():
        if method == expected and pattern.fullmatch(path):
            return name
    if _FILES.match(path):
        return "file"
    return "extension" if path.startswith(EXTENSIONS) else ""


@dataclass
class Rule:
    """One line of the script. `played` counts the calls that suffered."""

    endpoint: str
    fault: AnswerFault
    calls: frozenset[int] | None
    when: Callable[[ReceivedRequest], bool] | None = None
    counted: int = 0
    played: int = 0

    def takes(self, request: ReceivedRequest) -> bool:
        """Count the request; True when it is one of those that suffer."""
        if request.endpoint != self.endpoint or (self.when is not None and not self.when(request)):
            return False
        self.counted += 1
        hit = self.calls is None or self.counted in self.calls
        self.played += hit
        return hit


class Script:
    """The lines of the script, in their order."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def add(
        self,
        endpoint: str,
        fault: AnswerFault,
        calls: int | Collection[int] | None,
        when: Callable[[ReceivedRequest], bool] | None,
    ) -> Rule:
        """Add a line. Raises ValueError for an endpoint that does not exist."""
        if endpoint not in ENDPOINTS:
            raise ValueError(f"no such endpoint: {endpoint!r}; endpoints are {', '.join(ENDPOINTS)}")
        numbers = None if calls is None else frozenset([calls] if isinstance(calls, int) else calls)
        rule = Rule(endpoint, fault, numbers, when)
        self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all lines."""
        self._rules.clear()

    def fault_for(self, request: ReceivedRequest) -> AnswerFault | None:
        """The fault that this request suffers; every line counts it, the first one that takes it decides."""
        taken = [rule.fault for rule in tuple(self._rules) if rule.takes(request)]
        return taken[0] if taken else None


NOT_HERE = b'{"detail":"Not Found"}'
HELD = ("edit", "submit")


class ScriptedCloud:
    """A running scripted cloud.

    `url` is its address; `foreign_url` leads to the same thing under another origin, for redirects and links.
    `seen` and `foreign_seen` hold all requests in their order. `problems` is empty unless the proxy itself failed.
    """

    def __init__(self, upstream: str, *, extensions: bool, silent_turns: bool, speaks: Dialect) -> None:
        self.upstream = upstream
        self.seen: list[ReceivedRequest] = []
        self.foreign_seen: list[ReceivedRequest] = []
        self.problems: list[str] = []
        self._extensions = extensions
        self._script = Script()
        self._accounts = CloudAccounts()
        self._manners = ServerBehaviour(
            upstream,
            self._accounts,
            heard=dialect("adk") if extensions else foreign(),
            spoken=dialect(speaks),
            test_fault=None if silent_turns else "none",
        )
        self._servers = ServerThread()
        self._listener = LoopbackServer(lambda reader, writer: self._serve(reader, writer, self.seen))
        self._foreign_listener = LoopbackServer(lambda reader, writer: self._serve(reader, writer, self.foreign_seen))

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._listener.port}"

    @property
    def foreign_url(self) -> str:
        return f"http://localhost:{self._foreign_listener.port}"

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens that were handed out."""
        return tuple(self._accounts.tokens)

    def script(
        self,
        endpoint: str,
        fault: AnswerFault,
        calls: int | Collection[int] | None = 1,
        *,
        when: Callable[[ReceivedRequest], bool] | None = None,
    ) -> Rule:
        """Let calls of an endpoint suffer a fault; of several rules the one that was added first decides.

        `endpoint` is one of `ENDPOINTS`. `calls` is the number of a call, counted from now on and from 1,
        several numbers, or None for every call. `when` narrows it to some requests. Raises ValueError.
        """
        return self._script.add(endpoint, fault, calls, when)

    def clear(self) -> None:
        """Behave again."""
        self._script.clear()

    def requests(self, endpoint: str) -> list[ReceivedRequest]:
        """The requests to an endpoint so far."""
        return [request for request in tuple(self.seen) if request.endpoint == endpoint]

    def expire_tokens(self) -> None:
        """Answer 1001 to every token that was handed out; asking anew gives another one of the same account."""
        self._accounts.expire()

    def lose_sessions(self) -> None:
        """Answer 1002 to every session that was made."""
        self._accounts.lose()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens for as long as the context lasts: connections are refused."""
        self._servers.do(self._listener.close())
        try:
            yield
        finally:
            self._servers.do(self._listener.open())

    @contextmanager
    def running(self) -> Iterator["ScriptedCloud"]:
        """Serve from a thread of its own."""
        with self._servers.open():
            try:
                self._servers.do(self._listener.open())
                self._servers.do(self._foreign_listener.open())
                yield self
            finally:
                self._servers.do(self._listener.end())
                self._servers.do(self._foreign_listener.end())

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: list[ReceivedRequest]
    ) -> None:
        try:
            request = await read_request(reader)
            if request is None:
                return
            request.endpoint = endpoint_of(request.method, request.path)
            seen.append(request)
            await self._answer(Exchange(request, reader, writer, self._manners))
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        except Exception as trouble:
            self.problems.append(f"{type(trouble).__name__}: {trouble}")
            raise

    async def _answer(self, exchange: Exchange) -> None:
        request = exchange.request
        try:
            if request.endpoint in HELD:
                await exchange.hold()
            fault = self._script.fault_for(request)
            request.fault = fault.name if fault is not None else ""
            await (fault or self._behaviour(request)).act(exchange)
        finally:
            await exchange.close()

    def _behaviour(self, request: ReceivedRequest) -> AnswerFault:
        """What the cloud does by itself."""
        if self._accounts.refused(request):
            return error(1001)
        if self._accounts.lost(request):
            return error(1002)
        if request.endpoint == "token" and (fresh := self._accounts.renewed(request)) is not None:
            return status(200, dumps(fresh).encode(), "application/json")
        if request.endpoint == "extension" and not self._extensions:
            return status(404, NOT_HERE, "application/json")
        return none()


@contextmanager
def scripted_cloud(
    folder: Path,
    *,
    media_roots: Sequence[Path] = (),
    upstream: str | None = None,
    extensions: bool = False,
    silent_turns: bool = False,
    speaks: Dialect = "adk",
) -> Iterator[ScriptedCloud]:
    """Run a scripted cloud for as long as the context lasts.

    Data goes under `folder`; `upstream` is the address of a backend in the strict profile that runs already,
    so that none is started. `extensions` offers the calls and results of our own backend; without them it
    tells no more than the cloud does. `silent_turns` lets three of ten edits end without words. `speaks` is
    the dialect of the edit stream. Raises RuntimeError when the backend does not start.
    """
    with ExitStack() as stack:
        if upstream is None:
            upstream = stack.enter_context(backend(folder, media_roots, "strict")).url
        cloud = ScriptedCloud(upstream, extensions=extensions, silent_turns=silent_turns, speaks=speaks)
        yield stack.enter_context(cloud.running())


START_S = 120.0
STOP_S = 10.0
POLL_S = 0.05


@contextmanager
def backend(
    folder: Path, media_roots: Sequence[Path] = (), profile: Literal["local", "strict"] = "local"
) -> Iterator[RunningBackend]:
    """Run a backend for as long as the context lasts; `url` and `secret` of what it gives reach it.

    Data and reels go under `folder`. `profile="strict"` follows the cloud's rules: credits, tokens,
    limits, and the faults that the header `X-Test-Fault` asks for. Raises RuntimeError, with the end of
    what it said, when it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        home=folder / "home", output_dir=folder / "reels", media_roots=tuple(media_roots) or (folder,), profile=profile
    )
    roots = os.pathsep.join(map(str, settings.media_roots))
    given = {"home": settings.home, "output_dir": settings.output_dir, "media_roots": roots, "profile": profile}
    environment = {**os.environ, **{variable(name): str(value) for name, value in given.items()}}
    log = folder / "backend-output.txt"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "highlight_mcp", "backend"]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
    try:
        yield _ready(process, settings, log)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(process: "subprocess.Popen[bytes]", settings: Settings, log: Path) -> RunningBackend:
    until, pause = time.monotonic() + START_S, threading.Event()
    while process.poll() is None and time.monotonic() < until:
        running = running_backend(settings)
        if running is not None and running.pid == process.pid:
            return running
        pause.wait(POLL_S)
    raise RuntimeError(f"The backend did not start: {log.read_text(encoding='utf-8', errors='replace')[-500:]}")
