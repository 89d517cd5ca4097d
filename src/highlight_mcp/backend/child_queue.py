"""One line for the children of all people of a server: each backend serves one person, the machine serves all.

A ticket is a file that its owner keeps locked: the system gives it up when the owner dies, in whatever way. Tickets
are served in the order of their names, which begin with the time; as many run at once as there are places. Short
work (probes, previews) has places of its own, so that it never waits for renders.
"""

import asyncio
import itertools
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

LONG, SHORT = "long", "short"
POLL_S = 0.25
_TRIES = 5

Waiting = Callable[[int], None]


class ChildQueue:
    """The line of one folder; `places` says how many of each kind may run at once."""

    def __init__(self, folder: Path, places: dict[str, int]) -> None:
        self._folder = folder
        self._places = places
        self._count = itertools.count()

    @asynccontextmanager
    async def place(self, kind: str, waiting: Waiting = lambda _before: None) -> AsyncIterator[None]:
        """A place among those that run. `waiting` is told, again and again, how many come before.

        Where tickets cannot be written (a full disk) nobody is kept waiting.
        """
        ticket = self._take(kind)  # here, not in a thread, where a cancellation would leave it behind
        try:
            while ticket is not None:
                before = await asyncio.to_thread(self._before, kind, Path(ticket.lock_file).name)
                if before < self._places[kind]:
                    break
                waiting(before - self._places[kind] + 1)
                await asyncio.sleep(POLL_S)
            yield
        finally:
            if ticket is not None:
                _give_back(ticket)

    def _take(self, kind: str) -> FileLock | None:
        """A ticket of our own. One that somebody took for a dead one before it was locked is taken anew."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for _ in range(_TRIES):
                name = f"{kind}-{time.time_ns():020}-{os.getpid()}-{next(self._count)}"
                ticket = FileLock(self._folder / name, timeout=0, thread_local=False)
                with suppress(Timeout):
                    ticket.acquire()
                    if Path(ticket.lock_file).exists():
                        return ticket
                    ticket.release()
        except OSError as error:
            log.warning("the line %s cannot be used: %s", self._folder, error)
        return None

    def _before(self, kind: str, ours: str) -> int:
        """How many living tickets of this kind were taken earlier; those of the dead are removed."""
        names = (file.name for file in self._folder.glob(f"{kind}-*"))
        return sum(self._lives(name) for name in sorted(names) if name < ours)

    def _lives(self, name: str) -> bool:
        other = FileLock(self._folder / name, timeout=0, thread_local=False)
        try:
            other.acquire()
        except (Timeout, OSError):
            return (self._folder / name).exists()
        _give_back(other)
        return False


def _give_back(ticket: FileLock) -> None:
    file = Path(ticket.lock_file)
    with suppress(OSError):
        file.unlink(missing_ok=True)
    ticket.release()
    with suppress(OSError):  # Windows keeps a file that is open
        file.unlink(missing_ok=True)
