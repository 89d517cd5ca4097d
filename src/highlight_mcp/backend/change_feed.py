"""News for those who watch: what has changed since they last looked, woken by the commits of this process.

Only this process writes the data directory, so its own commits are all there is to wait for. Nothing is
done while nobody watches.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..contract.local_api import ChangeEvent
from .database import Database
from .ledger import Account
from .tables import renders, sessions

RECENT = 200
GATHER_S = 0.02
OVERLAP = 200
"""A row carries its number before its commit, so each look goes back a little."""


class Known(NamedTuple):
    """The newest change of a session and of a render that was told; both are counted, whatever the clock says."""

    sessions: int = 0
    renders: int = 0


class Wakeup:
    """Rings in one event loop; may be rung from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the one who waits. A loop that has ended hears nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self, seconds: float) -> bool:
        """Wait for the next ring. False when none came in time."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class ChangeFeedSource:
    """The news of the database, for each account its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._bells: set[Wakeup] = set()
        database.on_commit(self._ring)

    async def follow(self, account: Account, silence_s: float) -> AsyncGenerator[list[ChangeEvent], None]:
        """First what there is, then what has changed, as it changes; an empty list after each silence."""
        bell = Wakeup()
        with self._lock:
            self._bells.add(bell)
        try:
            found, newest = await asyncio.to_thread(self._look, account, Known())
            seen = {key: _mark(event) for key, event in found.items()}
            yield list(found.values())
            while True:
                while not await bell.wait(silence_s):
                    yield []
                await asyncio.sleep(GATHER_S)
                found, newest = await asyncio.to_thread(self._look, account, newest)
                fresh = [event for key, event in found.items() if seen.get(key) != _mark(event)]
                seen |= {key: _mark(event) for key, event in found.items()}
                if fresh:
                    yield fresh
        finally:
            with self._lock:
                self._bells.discard(bell)

    def _ring(self) -> None:
        with self._lock:
            bells = tuple(self._bells)
        for bell in bells:
            bell.ring()

    def _look(self, account: Account, known: Known) -> tuple[dict[str, ChangeEvent], Known]:
        """What has changed since shortly before the numbers known so far, oldest first, and the newest numbers."""
        with self._database.read() as connection:
            touched = connection.execute(_touched(account, known.sessions - OVERLAP)).all()
            ended = connection.execute(_ended(account, known.renders - OVERLAP)).all()
        found = {row.id: ChangeEvent(session_id=row.id, version=row.head_rev or 0) for row in reversed(touched)}
        found |= {
            row.id: ChangeEvent(session_id=row.session_id, render_id=row.id, status=row.status)
            for row in reversed(ended)
        }
        return found, Known(
            max([known.sessions, *(row.changed for row in touched)]),
            max([known.renders, *(row.changed for row in ended)]),
        )


def _mark(event: ChangeEvent) -> object:
    return event.version, event.status


def _touched(account: Account, since: int) -> sa.Select[Any]:
    query = sa.select(sessions.c.id, sessions.c.head_rev, sessions.c.changed)
    mine = query.where(sessions.c.account_id == account.id, sessions.c.changed >= since)
    return mine.order_by(sessions.c.changed.desc()).limit(RECENT)


def _ended(account: Account, since: int) -> sa.Select[Any]:
    query = sa.select(renders.c.id, renders.c.session_id, renders.c.status, renders.c.changed)
    over = renders.c.finished_ms.is_not(None)
    mine = query.where(renders.c.account_id == account.id, renders.c.changed >= since, over)
    return mine.order_by(renders.c.changed.desc()).limit(RECENT)
