"""Sessions: one conversation about one reel."""

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..contract.codes import ContractError, fault
from .accounts import Account
from .clock import now_ms
from .database import Database
from .tables import RUNNING, media, renders, sessions, turns, upload_items, uploads, versions

NAME_CHARS = 120
LIST_LIMIT = 200


@dataclass(frozen=True)
class Session:
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


class Sessions:
    """The sessions of the database; every look-up is by owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, account: Account, name: str, language: str) -> Session:
        """Start a session."""
        now = now_ms()
        clean = " ".join(name.split())[:NAME_CHARS] or "project"
        made = Session(
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

    def get(self, account: Account, session_id: str) -> Session:
        """One session of the caller. Raises ContractError `session_not_found`."""
        with self._database.read() as connection:
            return load(connection, session_id, account.id)

    def mine(self, account: Account) -> list[Session]:
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


def load(connection: sa.Connection, session_id: str, account_id: str | None = None) -> Session:
    """A session inside a transaction. Raises ContractError `session_not_found`."""
    query = sa.select(sessions).where(sessions.c.id == session_id)
    if account_id is not None:
        query = query.where(sessions.c.account_id == account_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise ContractError(fault("session_not_found"))
    return _session(row)


def touch(connection: sa.Connection, session_id: str, **values: Any) -> None:
    """The session changed now."""
    connection.execute(sessions.update().where(sessions.c.id == session_id).values(updated_ms=now_ms(), **values))


def _session(row: sa.Row[Any]) -> Session:
    return Session(**{name: row._mapping[name] for name in Session.__dataclass_fields__})
