"""Sessions: one conversation about one reel."""

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..contract.errors import ApiError, error_info
from ..timeline.model import Timeline
from .database import Database
from .ledger import Account
from .tables import RUNNING, media, now_ms, renders, sessions, turns, upload_items, uploads, versions

NAME_CHARS = 120
LIST_LIMIT = 200


@dataclass(frozen=True)
class SessionRecord:
    """One row; times in epoch ms. `head_rev` is the current version, None before the first edit."""

    id: str
    task_id: str
    account_id: str
    name: str
    language: str
    head_rev: int | None
    created_ms: int
    updated_ms: int


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
        """One session of the caller. Raises ContractError `session_not_found`."""
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

        Raises ContractError `session_not_found`.
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
    """A session inside a transaction. Raises ContractError `session_not_found`."""
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
    """One version. `content` is the version that it equals: itself, or an older one after an undo."""

    rev: int
    parent: int | None
    content: int
    change: str
    timeline: str
    duration_ms: int
    created_ms: int

    def as_job(self) -> dict[str, Any]:
        """As an engine job takes it."""
        timeline = Timeline.model_validate_json(self.timeline).model_dump(mode="json")
        return {"rev": self.rev, "parent": self.parent, "content": self.content, "timeline": timeline}


class VersionStore:
    """The versions of the database; callers have checked that the session is theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, session_id: str) -> list[VersionRecord]:
        """All versions, oldest first."""
        query = sa.select(*_COLUMNS).where(versions.c.session_id == session_id).order_by(versions.c.rev)
        with self._database.read() as connection:
            return [_version(row) for row in connection.execute(query)]

    def timeline(self, session_id: str, rev: int | None) -> Timeline | None:
        """The timeline of one version, None when there is none yet."""
        if rev is None:
            return None
        query = sa.select(versions.c.timeline).where(versions.c.session_id == session_id, versions.c.rev == rev)
        with self._database.read() as connection:
            text = connection.scalar(query)
        return None if text is None else Timeline.model_validate_json(text)


def accept(
    connection: sa.Connection,
    session: SessionRecord,
    turn_id: str,
    timeline: Timeline,
    *,
    content: int | None,
    change: str,
) -> int:
    """Make the next version inside a transaction, and the session's current one. Returns its number."""
    last = sa.select(sa.func.max(versions.c.rev)).where(versions.c.session_id == session.id)
    rev = (connection.scalar(last) or 0) + 1
    numbered = timeline.model_copy(update={"rev": rev})
    connection.execute(
        versions.insert().values(
            session_id=session.id,
            rev=rev,
            parent=session.head_rev,
            content=rev if content is None else content,
            turn_id=turn_id,
            change=change,
            timeline=numbered.model_dump_json(),
            duration_ms=numbered.duration_ms,
            created_ms=now_ms(),
        )
    )
    touch(connection, session.id, head_rev=rev)
    return rev


_COLUMNS = [
    versions.c[name] for name in ("rev", "parent", "content", "change", "timeline", "duration_ms", "created_ms")
]


def _version(row: sa.Row[Any]) -> VersionRecord:
    return VersionRecord(**row._mapping)
