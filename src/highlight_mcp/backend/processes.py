"""Processes of the engine: begun within milliseconds by its fork server, ended with everything they started."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

import psutil

log = logging.getLogger(__name__)

START_S = 60.0
"""A server that starts loads for a second or two, on a busy machine for many."""
LINE_LIMIT = 256 * 1024 * 1024

PLAIN, WITH_WORDS = b"\0", b"\1"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class EngineProcess(Protocol):
    """What `asyncio.subprocess.Process` and `ForkedProcess` have in common."""

    stdin: asyncio.StreamWriter | None
    stdout: asyncio.StreamReader | None
    stderr: asyncio.StreamReader | None

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...


class ForkedProcess:
    """An engine process that the fork server made; its end is told by the server."""

    def __init__(self, pid: int, talk: Streams, errors: Streams, status: Streams) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = talk[1]
        self.stdout: asyncio.StreamReader | None = talk[0]
        self.stderr: asyncio.StreamReader | None = errors[0]
        self._writers = (talk[1], errors[1], status[1])
        self._end = asyncio.ensure_future(self._follow(status[0]))

    async def wait(self) -> int:
        """Wait for the end of the process, and return its exit code, that of a signal negative."""
        return await asyncio.shield(self._end)

    def close(self) -> None:
        """Let go of the process: it ends, if it has not."""
        self._end.cancel()
        for writer in self._writers:
            writer.close()

    async def _follow(self, status: asyncio.StreamReader) -> int:
        """A server that was killed tells no end; its processes are then as good as killed."""
        with suppress(OSError, ValueError):
            self.returncode = int(await status.readline())
        if self.returncode is None:
            self.returncode = -signal.SIGKILL
        return self.returncode


class ForkServer:
    """The fork server of this process, for any of its event loops; started on first need by a command.

    `surroundings` are further arguments of its `Popen`: folder, environment, process group.
    """

    def __init__(self, command: Sequence[str], surroundings: Callable[[], dict[str, Any]]) -> None:
        self._command = command
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._requests: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def start_engine(self, *, words: bool) -> ForkedProcess | None:
        """A new engine process, None when the server makes none; `words` when its job reads what somebody said."""
        pairs = [socket.socketpair() for _ in range(3)]
        streams = [await asyncio.open_connection(sock=ours, limit=LINE_LIMIT) for ours, _ in pairs]
        talk, errors, status = streams
        process = None
        try:
            # Not in a thread, where a cancellation would close what is being handed over.
            self._request(WITH_WORDS if words else PLAIN, [theirs for _, theirs in pairs])
            for _, theirs in pairs:
                theirs.close()
            async with asyncio.timeout(START_S):
                process = ForkedProcess(int(await status[0].readline()), talk, errors, status)
        except (OSError, ValueError) as error:  # among them TimeoutError; no number is the end of the server
            log.warning("the fork server made no process: %s", error or type(error).__name__)
            self.close()
        finally:
            if process is None:
                for theirs in (theirs for _, theirs in pairs):
                    theirs.close()
                for _, writer in streams:
                    writer.close()
        return process

    def close(self) -> None:
        """End the server; its engine processes go on."""
        with self._lock:
            self._end()

    def _request(self, kind: bytes, sockets: list[socket.socket]) -> None:
        """Hand three sockets to the server, a new one when there is none any more. Raises OSError."""
        handles = [each.fileno() for each in sockets]
        with self._lock:
            if self._requests is not None:
                with suppress(OSError):
                    socket.send_fds(self._requests, [kind], handles)
                    return
            socket.send_fds(self._restart(), [kind], handles)

    def _restart(self) -> socket.socket:
        self._end()
        self._requests, theirs = socket.socketpair()
        with theirs:
            options = {**self._surroundings(), "stdin": theirs.fileno(), "stdout": subprocess.DEVNULL}
            self._process = subprocess.Popen(self._command, **options)
        return self._requests

    def _end(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            threading.Thread(target=self._process.wait, daemon=True, name="fork-server-reaper").start()
            self._process = None


async def terminate(process: EngineProcess, grace_s: float) -> None:
    """SIGTERM to the process group, SIGKILL after `grace_s`, then reap. Safe to call twice."""
    if process.returncode is None:
        _signal(process, hard=False)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
    _signal(process, hard=True)
    if process.returncode is None:
        await process.wait()


def kill_leftover(pid: int, started: float, marker: str) -> bool:
    """Kill a child of an earlier backend that is still there. Returns True when there was one.

    The start time guards against a process that got the same id since; `marker` must be part of
    its command line.
    """
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - started) > 1.0 or marker not in " ".join(process.cmdline()):
            return False
        for member in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                member.kill()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return True


def memory_of(pid: int) -> int:
    """Resident bytes of a process and its children; 0 when it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(_resident(member) for member in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0


def started_at(pid: int) -> float:
    """When a process started, in epoch seconds; 0.0 when it is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _signal(process: EngineProcess, *, hard: bool) -> None:
    """Signal the group of a process, and while it is not over the process, too: just forked, it leads no group yet."""
    if sys.platform == "win32":
        _kill_tree(process.pid)
        return
    kind = signal.SIGKILL if hard else signal.SIGTERM
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, kind)
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, kind)


def _kill_tree(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for member in [*process.children(recursive=True), process]:
            with suppress(psutil.NoSuchProcess):
                member.kill()
