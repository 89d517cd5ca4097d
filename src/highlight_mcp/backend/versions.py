"""The immutable versions of each session's timeline."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..timeline.model import Timeline
from . import sessions
from .database import Database
from .tables import now_ms, versions


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
    session: sessions.SessionRecord,
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
    sessions.touch(connection, session.id, head_rev=rev)
    return rev


_COLUMNS = [
    versions.c[name] for name in ("rev", "parent", "content", "change", "timeline", "duration_ms", "created_ms")
]


def _version(row: sa.Row[Any]) -> VersionRecord:
    return VersionRecord(**row._mapping)
