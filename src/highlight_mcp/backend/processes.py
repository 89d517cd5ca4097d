"""Processes of the engine: begun within milliseconds by its fork server, ended with everything they started."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol

import psutil

log = logging.getLogger(__name__)

START_S = 60.0
"""A server that starts loads for a second or two, on a busy machine for many."""
STALLED_S = 3.0
"""Who neither answers nor uses the processor for so long is stopped or stuck, and is not waited for."""
LOOK_S = 0.2
"""Between two looks whether a process is over whose end may not be told."""
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


async def sign_of_life(line: Coroutine[Any, Any, bytes], pid: int) -> bytes:
    """The line that a process is asked for. Raises TimeoutError when it is stopped, or takes `START_S`."""
    reading = asyncio.ensure_future(line)
    used_s, until = _processor_s(pid), time.monotonic() + START_S
    try:
        while not (await asyncio.wait({reading}, timeout=STALLED_S))[0]:
            before_s, used_s = used_s, _processor_s(pid)
            if used_s <= before_s or time.monotonic() > until:
                raise TimeoutError(f"process {pid} does not answer")
        return reading.result()
    finally:
        reading.cancel()


def _processor_s(pid: int) -> float:
    """Processor time that a process has used, in s; 0 when it is gone."""
    try:
        used = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(used.user + used.system)


class ForkedProcess:
    """An engine process that the fork server made; its end is told by the server, if that is not stopped."""

    def __init__(self, pid: int, talk: Streams, errors: Streams, status: Streams) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin: asyncio.StreamWriter | None = talk[1]
        self.stdout: asyncio.StreamReader | None = talk[0]
        self.stderr: asyncio.StreamReader | None = errors[0]
        self._writers = (talk[1], errors[1], status[1])
        self._started = started_at(pid)
        self._end = asyncio.ensure_future(self._follow(status[0]))

    async def wait(self) -> int:
        """Wait for the end of the process, and return its exit code, that of a signal negative."""
        while not (await asyncio.wait({self._end}, timeout=LOOK_S))[0]:
            if self._is_over() and not (await asyncio.wait({self._end}, timeout=LOOK_S))[0]:
                self._end.cancel()
                self.returncode = -signal.SIGKILL
                return self.returncode
        return self._end.result()

    def close(self) -> None:
        """Let go of the process: it ends, if it has not."""
        self._end.cancel()
        for writer in self._writers:
            writer.close()

    def _is_over(self) -> bool:
        """Whether it has ended, though its server has not said so."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() != self._started or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

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
        process = server = None
        try:
            # Not in a thread, where a cancellation would close what is being handed over.
            server = self._request(WITH_WORDS if words else PLAIN, [theirs for _, theirs in pairs])
            for _, theirs in pairs:
                theirs.close()
            process = ForkedProcess(int(await sign_of_life(status[0].readline(), server)), talk, errors, status)
        except (OSError, ValueError) as error:  # among them TimeoutError; no number is the end of the server
            log.warning("the fork server made no process: %s", error or type(error).__name__)
            self._give_up(server)
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

    def _give_up(self, server: int | None) -> None:
        """End the server, unless another one has taken its place meanwhile."""
        with self._lock:
            if server is None or (self._process is not None and self._process.pid == server):
                self._end()

    def _request(self, kind: bytes, sockets: list[socket.socket]) -> int:
        """Hand three sockets to the server, a new one when there is none any more; its process id. Raises OSError."""
        handles = [each.fileno() for each in sockets]
        with self._lock:
            if self._requests is not None and self._process is not None:
                with suppress(OSError):
                    socket.send_fds(self._requests, [kind], handles)
                    return self._process.pid
            server = self._restart()
            assert self._requests is not None
            socket.send_fds(self._requests, [kind], handles)
            return server

    def _restart(self) -> int:
        self._end()
        self._requests, theirs = socket.socketpair()
        with theirs:
            options = {**self._surroundings(), "stdin": theirs.fileno(), "stdout": subprocess.DEVNULL}
            self._process = subprocess.Popen(self._command, **options)
        return self._process.pid

    def _end(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            threading.Thread(target=self._process.wait, daemon=True, name="fork-server-reaper").start()
            self._process = None


def kill(process: EngineProcess) -> None:
    """End a process and everything it started, at once; its loop takes note of it."""
    _signal(process, hard=True)


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
