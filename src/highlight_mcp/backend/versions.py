"""The immutable versions of each session's timeline. Nothing here grows with their number but what lists them."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..timeline.history import highest_id
from ..timeline.model import Timeline
from . import sessions
from .clock import now_ms
from .database import Database
from .tables import versions


@dataclass(frozen=True)
class Version:
    """One version. `content` is the version that it equals: itself, or an older one after an undo."""

    rev: int
    parent: int | None
    content: int
    change: str
    duration_ms: int
    created_ms: int


class Versions:
    """The versions of the database; callers have checked that the session is theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self, session_id: str, most: int) -> list[Version]:
        """The newest versions, newest first."""
        query = sa.select(*_COLUMNS).where(versions.c.session_id == session_id).order_by(versions.c.rev.desc())
        with self._database.read() as connection:
            return [Version(**row._mapping) for row in connection.execute(query.limit(most))]

    def timeline(self, session_id: str, rev: int | None) -> Timeline | None:
        """The timeline of one version, None when there is none yet."""
        text = self._text(session_id, rev)
        return None if text is None else Timeline.model_validate_json(text)

    def facts(self, session: sessions.Session) -> dict[str, int]:
        """What every edit is told of the stored versions (see `engine/edit.py`)."""
        with self._database.read() as connection:
            return {"newest": _newest(connection, session.id), "highest_id": session.highest_id}

    def answer(self, session_id: str, question: dict[str, Any]) -> dict[str, Any]:
        """What an edit asks of the stored versions while it works (see `engine/edit.py`)."""
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
    session: sessions.Session,
    turn_id: str,
    timeline: Timeline,
    *,
    content: int | None,
    change: str,
) -> int:
    """Make the next version inside a transaction, and the session's current one. Returns its number."""
    rev = _newest(connection, session.id) + 1
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
    highest = max(session.highest_id, highest_id(numbered))
    sessions.touch(connection, session.id, head_rev=rev, highest_id=highest)
    return rev


def _newest(connection: sa.Connection, session_id: str) -> int:
    return connection.scalar(sa.select(sa.func.max(versions.c.rev)).where(versions.c.session_id == session_id)) or 0


_COLUMNS = [versions.c[name] for name in Version.__dataclass_fields__]
