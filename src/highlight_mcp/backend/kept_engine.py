"""The engine process that does one light edit after another where there is no fork server.

It is bound to the event loop that started it, as are all jobs that it does: the durable workflows have one. A process
that has looked at footage, has failed or has been ended is not given back, and the next job has a fresh one.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from .processes import LINE_LIMIT, kill, sign_of_life, terminate

log = logging.getLogger(__name__)

Process = asyncio.subprocess.Process


class KeptEngine:
    """The process that waits for work, if any; at most one does.

    `surroundings` are further arguments of its start: folder, environment, process group.
    """

    def __init__(self, command: Sequence[str], surroundings: Callable[[], dict[str, Any]]) -> None:
        self._command = command
        self._surroundings = surroundings
        self._lock = threading.Lock()
        self._waiting: tuple[asyncio.AbstractEventLoop, Process] | None = None

    async def take(self) -> Process:
        """The process that waits, if it answers, else a new one. Raises OSError."""
        process = self._taken()
        if process is not None:
            try:
                if await _answers(process):
                    return process
            except asyncio.CancelledError:
                kill(process)
                raise
            log.warning("the kept engine process %s does not answer", process.pid)
            await terminate(process, 0)
        return await self._start()

    def give_back(self, process: Process) -> None:
        """Let a process wait that takes another job; it ends where one waits already."""
        with self._lock:
            if self._waiting is None or self._waiting[1].returncode is not None:
                self._waiting = (asyncio.get_running_loop(), process)
                return
        _let_go(process)

    async def prepare(self) -> None:
        """Start one ahead, unless one waits, where that is possible."""
        with self._lock:
            if self._waiting is not None and self._waiting[1].returncode is None:
                return
        with suppress(OSError):
            self.give_back(await self._start())

    def close(self) -> None:
        """End what waits."""
        with self._lock:
            if self._waiting is not None and self._waiting[1].returncode is None:
                kill(self._waiting[1])
            self._waiting = None

    def _taken(self) -> Process | None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if waiting is None or waiting[1].returncode is not None:
            return None
        loop, process = waiting
        if loop is asyncio.get_running_loop():
            return process
        kill(process)
        return None

    async def _start(self) -> Process:
        pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
        program, *arguments = self._command
        return await asyncio.create_subprocess_exec(
            program, *arguments, **pipes, **self._surroundings(), limit=LINE_LIMIT
        )


async def _answers(process: Process) -> bool:
    """Whether a process that waits is alive: it answers an empty line."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(b"\n")
        await process.stdin.drain()
        return bool(await sign_of_life(process.stdout.readline(), process.pid))
    except OSError:  # among them TimeoutError
        return False


def _let_go(process: Process) -> None:
    """Close the life line; the process ends by itself."""
    assert process.stdin is not None
    process.stdin.close()
