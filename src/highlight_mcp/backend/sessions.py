"""Sessions, one conversation about one reel each, the immutable versions of their timelines, and news of them.

Only this process writes the data directory, so its own commits are all there is to wait for: they wake those who
watch, who are told what has changed since they last looked. Nothing is done while nobody watches.
"""

import asyncio
import json
import secrets
import threading
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..contract.errors import ApiError, error_info
from ..contract.local_api import ChangeEvent
from ..contract.wire import dumps
from ..messages import Message
from ..timeline.history import highest_id
from ..timeline.model import Timeline
from .database import Database, now_ms
from .ledger import Account
from .tables import RUNNING, media, renders, sessions, turns, upload_items, uploads, versions

NAME_CHARS = 120
LIST_LIMIT = 200


@dataclass(frozen=True)
class SessionRecord:
    """One row; times in epoch ms. `head_rev` is the current version, None before the first edit.

    `highest_id` is the highest number in an id of any version (see `timeline/history.py`).
    """

    id: str
    task_id: str
    account_id: str
    name: str
    language: str
    head_rev: int | None
    created_ms: int
    updated_ms: int
    highest_id: int = 0


class SessionStore:
    """The sessions of the database; every look-up is by owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account: Account, name: str, language: str) -> SessionRecord:
        """Start a session."""
        now = now_ms()
        clean = " ".join(name.split())[:NAME_CHARS] or "project"
        made = SessionRecord(
            id=f"ses_{secrets.token_hex(8)}",
            task_id=f"task_{secrets.token_hex(4)}",
            account_id=account.id,
            name=clean,
            language=language[:35],
            head_rev=None,
            created_ms=now,
            updated_ms=now,
        )
        with self._database.write() as connection:
            connection.execute(sessions.insert().values(**vars(made)))
        return made

    def get(self, account: Account, session_id: str) -> SessionRecord:
        """One session of the caller. Raises ApiError `session_not_found`."""
        with self._database.read() as connection:
            return load(connection, session_id, account.id)

    def mine(self, account: Account) -> list[SessionRecord]:
        """The caller's sessions, the most recently used first."""
        query = sa.select(sessions).where(sessions.c.account_id == account.id)
        ordered = query.order_by(sessions.c.changed.desc(), sessions.c.id)
        with self._database.read() as connection:
            return [_session(row) for row in connection.execute(ordered.limit(LIST_LIMIT))]

    def discard(self, account: Account, session_id: str) -> bool:
        """Remove a session of the caller in which nothing has been done; False when something has.

        Raises ApiError `session_not_found`.
        """
        with self._database.write() as connection:
            load(connection, session_id, account.id)
            tables_of_work = (media, turns, renders, versions)
            used = [sa.exists().where(table.c.session_id == session_id) for table in tables_of_work]
            used.append(sa.exists().where(uploads.c.session_id == session_id, uploads.c.status == RUNNING))
            unused = (sessions.c.id == session_id) & sa.not_(sa.or_(*used))
            if connection.scalar(sa.select(sessions.c.id).where(unused)) is None:
                return False
            mine = sa.select(uploads.c.id).where(uploads.c.session_id == session_id)
            connection.execute(upload_items.delete().where(upload_items.c.upload_id.in_(mine)))
            connection.execute(uploads.delete().where(uploads.c.session_id == session_id))
            connection.execute(sessions.delete().where(sessions.c.id == session_id))
            return True


def load(connection: sa.Connection, session_id: str, account_id: str | None = None) -> SessionRecord:
    """A session inside a transaction. Raises ApiError `session_not_found`."""
    query = sa.select(sessions).where(sessions.c.id == session_id)
    if account_id is not None:
        query = query.where(sessions.c.account_id == account_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise ApiError(error_info("session_not_found"))
    return _session(row)


def touch(connection: sa.Connection, session_id: str, **values: Any) -> None:
    """The session changed now."""
    connection.execute(sessions.update().where(sessions.c.id == session_id).values(updated_ms=now_ms(), **values))


def _session(row: sa.Row[Any]) -> SessionRecord:
    return SessionRecord(**{name: row._mapping[name] for name in SessionRecord.__dataclass_fields__})


@dataclass(frozen=True)
class VersionRecord:
    """One version. `content` is the version that it equals: itself, or an older one after an undo.

    `change` is what was done to make it.
    """

    rev: int
    parent: int | None
    content: int
    change: Message
    duration_ms: int
    created_ms: int


class VersionStore:
    """The versions of the database; callers have checked that the session is theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, session_id: str, most: int) -> list[VersionRecord]:
        """The newest versions, newest first."""
        query = sa.select(*_COLUMNS).where(versions.c.session_id == session_id).order_by(versions.c.rev.desc())
        with self._database.read() as connection:
            return [_version(row) for row in connection.execute(query.limit(most))]

    def timeline(self, session_id: str, rev: int | None) -> Timeline | None:
        """The timeline of one version, None when there is none yet."""
        text = self._text(session_id, rev)
        return None if text is None else Timeline.model_validate_json(text)

    def facts(self, session: SessionRecord) -> dict[str, int]:
        """What every edit is told of the stored versions (see `engine/edit/job.py`)."""
        with self._database.read() as connection:
            return {"newest": _newest(connection, session.id), "highest_id": session.highest_id}

    def answer(self, session_id: str, question: dict[str, Any]) -> dict[str, Any]:
        """What an edit asks of the stored versions while it works (see `engine/edit/job.py`)."""
        if "timeline" in question:
            text = self._text(session_id, question["timeline"])
            return {"timeline": None if text is None else json.loads(text)}
        columns = (versions.c.rev, versions.c.parent, versions.c.content)
        query = sa.select(*columns).where(versions.c.session_id == session_id).order_by(versions.c.rev)
        with self._database.read() as connection:
            return {"versions": [list(row) for row in connection.execute(query)]}

    def _text(self, session_id: str, rev: int | None) -> str | None:
        query = sa.select(versions.c.timeline).where(versions.c.session_id == session_id, versions.c.rev == rev)
        with self._database.read() as connection:
            return connection.scalar(query)


def accept(
    connection: sa.Connection,
    session: SessionRecord,
    turn_id: str,
    timeline: Timeline,
    *,
    content: int | None,
    change: Message,
    operations: list[Any],
) -> int:
    """Make the next version inside a transaction, and the session's current one. Returns its number.

    It follows the version that is current in `session`, so that several made from one record are siblings.
    `operations` are those that made it, as JSON; the next request may go on from them.
    """
    rev = _newest(connection, session.id) + 1
    numbered = timeline.model_copy(update={"rev": rev})
    connection.execute(
        versions.insert().values(
            session_id=session.id,
            rev=rev,
            parent=session.head_rev,
            content=rev if content is None else content,
            turn_id=turn_id,
            change=dumps(change.dump()),
            timeline=numbered.model_dump_json(),
            operations=dumps(operations),
            duration_ms=numbered.duration_ms,
            created_ms=now_ms(),
        )
    )
    known = connection.scalar(sa.select(sessions.c.highest_id).where(sessions.c.id == session.id)) or 0
    touch(connection, session.id, head_rev=rev, highest_id=max(known, highest_id(numbered)))
    return rev


def _newest(connection: sa.Connection, session_id: str) -> int:
    return connection.scalar(sa.select(sa.func.max(versions.c.rev)).where(versions.c.session_id == session_id)) or 0


def _version(row: sa.Row[Any]) -> VersionRecord:
    return VersionRecord(**{**row._mapping, "change": Message.read(json.loads(row.change))})


_COLUMNS = [versions.c[name] for name in VersionRecord.__dataclass_fields__]


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


class ToldEvents:
    """What one listener has been told last of each session and render, of those that changed most lately."""

    MOST = 8 * RECENT
    """Four looks at the most, each of so many sessions and so many renders; what is older was told long ago."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[int | None, str | None]] = {}

    def __len__(self) -> int:
        return len(self._marks)

    def fresh(self, events: Mapping[str, ChangeEvent]) -> list[ChangeEvent]:
        """Those of the events by id that are news, which they are no longer then."""
        marks = {key: (event.version, event.status) for key, event in events.items()}
        news = [events[key] for key, mark in marks.items() if self._marks.pop(key, None) != mark]
        self._marks |= marks
        for key in list(self._marks)[: -self.MOST]:
            del self._marks[key]
        return news


class ChangeFeedSource:
    """The news of the database, for each account its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._wakeups: set[Wakeup] = set()
        database.on_commit(self.ring)

    @contextmanager
    def wakeup(self) -> Iterator[Wakeup]:
        """What rings after each commit, for as long as the context lasts."""
        wakeup = Wakeup()
        with self._lock:
            self._wakeups.add(wakeup)
        try:
            yield wakeup
        finally:
            with self._lock:
                self._wakeups.discard(wakeup)

    async def follow(self, account: Account, silence_s: float) -> AsyncGenerator[list[ChangeEvent], None]:
        """First what there is, then what has changed, as it changes; an empty list after each silence."""
        with self.wakeup() as wakeup:
            events, newest = await asyncio.to_thread(self._look, account, Known())
            told = ToldEvents()
            yield told.fresh(events)
            while True:
                while not await wakeup.wait(silence_s):
                    yield []
                await asyncio.sleep(GATHER_S)
                events, newest = await asyncio.to_thread(self._look, account, newest)
                if fresh := told.fresh(events):
                    yield fresh

    def ring(self) -> None:
        """Something was committed, here or by another process; from any thread."""
        with self._lock:
            wakeups = tuple(self._wakeups)
        for wakeup in wakeups:
            wakeup.ring()

    def _look(self, account: Account, known: Known) -> tuple[dict[str, ChangeEvent], Known]:
        """What has changed since shortly before the numbers known so far, oldest first, and the newest numbers."""
        with self._database.read() as connection:
            touched = connection.execute(_touched(account, known.sessions - OVERLAP)).all()
            ended = connection.execute(_ended(account, known.renders - OVERLAP)).all()
        events = {row.id: ChangeEvent(session_id=row.id, version=row.head_rev or 0) for row in reversed(touched)}
        events |= {
            row.id: ChangeEvent(session_id=row.session_id, render_id=row.id, status=row.status)
            for row in reversed(ended)
        }
        return events, Known(
            max([known.sessions, *(row.changed for row in touched)]),
            max([known.renders, *(row.changed for row in ended)]),
        )


def _touched(account: Account, since: int) -> sa.Select[Any]:
    query = sa.select(sessions.c.id, sessions.c.head_rev, sessions.c.changed)
    mine = query.where(sessions.c.account_id == account.id, sessions.c.changed >= since)
    return mine.order_by(sessions.c.changed.desc()).limit(RECENT)


def _ended(account: Account, since: int) -> sa.Select[Any]:
    query = sa.select(renders.c.id, renders.c.session_id, renders.c.status, renders.c.changed)
    over = renders.c.finished_ms.is_not(None)
    mine = query.where(renders.c.account_id == account.id, renders.c.changed >= since, over)
    return mine.order_by(renders.c.changed.desc()).limit(RECENT)
