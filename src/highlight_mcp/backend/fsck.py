"""The invariants of a data directory, checked and told as data. Nothing is changed."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from ..messages import Message, message, sentences, verbatim
from ..timeline.model import Timeline
from ..timeline.schemas import FrozenModel, MessageField
from .cleanup import files_in
from .config import BackendConfig
from .database import SCHEMA_VERSION, Database, schema
from .jobs import EDIT, RENDER, UPLOAD
from .sqlite import problem_of
from .tables import (
    FINAL_ROWS,
    OPEN_RENDER,
    RUNNING,
    attempts,
    ledger,
    media,
    renders,
    sessions,
    turns,
    uploads,
    versions,
)

SHOWN = 20


class Finding(FrozenModel):
    """One invariant: whether it holds, and where it does not (the first twenty places)."""

    name: str
    ok: bool
    detail: MessageField
    broken: tuple[MessageField, ...] = ()


Check = Callable[[sa.Connection, BackendConfig, bool], Iterator[Message]]
StoreCheck = Callable[[sa.Connection], Iterator[Message]]


def check_data_directory(config: BackendConfig, *, running: bool) -> list[Finding]:
    """Check everything. `running` says that a backend is at work there, so that work in progress is no fault."""
    problem = problem_of(config, look_s=0, closer=False)
    if problem is not None:
        return [_finding("database", message("backend.fsck.database"), [sentences(problem.what, problem.step)])]
    if not config.database_file.is_file():
        return [Finding(name="database", ok=True, detail=message("backend.fsck.nothing_yet"))]
    database = Database(config.database_url)
    try:
        return check_database(database, config, running=running)
    finally:
        database.close()


def check_database(
    database: Database, config: BackendConfig, *, running: bool, instead: Mapping[str, StoreCheck] | None = None
) -> list[Finding]:
    """Check all that the database says; `instead` are the checks of files where these lie in a store."""
    others = instead or {}
    try:
        with database.read() as connection:
            whole = _finding("database", message("backend.fsck.database"), list(_database(connection)))
            if not whole.ok:
                return [whole]
            if (connection.scalar(sa.select(schema.c.version)) or 0) < SCHEMA_VERSION:
                return [_finding("database", message("backend.fsck.older_database"), [])]
            found = (
                (name, list(others[name](connection) if name in others else check(connection, config, running)))
                for name, check in _CHECKS
            )
            return [whole, *(_finding(name, message(f"backend.fsck.{name}"), broken) for name, broken in found)]
    except sa.exc.DatabaseError as error:
        return [_finding("database", message("backend.fsck.database"), [verbatim(str(error.orig))])]


def _finding(name: str, good: Message, broken: list[Message]) -> Finding:
    detail = good if not broken else message("backend.fsck.broken", n=len(broken))
    return Finding(name=name, ok=not broken, detail=detail, broken=tuple(broken[:SHOWN]))


def _database(connection: sa.Connection) -> Iterator[Message]:
    if connection.dialect.name == "sqlite":
        verdict = [str(line) for line in connection.scalars(sa.text("PRAGMA integrity_check"))]
        yield from (verbatim(line) for line in verdict if line != "ok")
        loose = _rows(connection, "PRAGMA foreign_key_check")
        yield from (message("backend.broken.reference", table=row[0], row=row[1]) for row in loose)
    version = connection.scalar(sa.select(schema.c.version))
    if version is None or version > SCHEMA_VERSION:
        yield message("backend.broken.schema", found=str(version), expected=SCHEMA_VERSION)


def _ledger(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[Message]:
    """Every finished job has exactly one final row, of the right kind; every open job has none."""
    finals: dict[str, list[str]] = {}
    frozen = set(connection.scalars(sa.select(ledger.c.job_id).where(ledger.c.kind == "freeze")))
    for row in connection.execute(sa.select(ledger.c.job_id, ledger.c.kind).where(ledger.c.kind.in_(FINAL_ROWS))):
        finals.setdefault(row.job_id, []).append(row.kind)
    for key, status in _jobs(connection):
        expected = _EXPECTED.get(status, ())
        if tuple(finals.pop(key, ())) != expected:
            wanted = expected or message("backend.broken.no_rows")
            yield message("backend.broken.final_rows", job=key, status=status, expected=wanted)
        if key not in frozen:
            yield message("backend.broken.never_entered", job=key)
    yield from (message("backend.broken.no_job", job=key) for key in finals)


_EXPECTED = {
    "completed": ("settle",),
    "done": ("settle",),
    "needs_input": ("settle",),
    "failed": ("refund",),
    "cancelled": ("refund",),
}


def _jobs(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(sa.select(turns.c.id, turns.c.status, turns.c.result)):
        is_explained = row.status == "failed" and row.result is not None
        yield f"{EDIT}:{row.id}", "done" if is_explained else row.status
    for job, status in connection.execute(sa.select(renders.c.id, renders.c.status)):
        yield f"{RENDER}:{job}", status


def _workflows(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[Message]:
    """Every open job has a workflow that will end it."""
    open_turns = connection.scalars(sa.select(turns.c.id).where(turns.c.status == RUNNING))
    open_renders = connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER)))
    running = sa.select(uploads.c.id).where(uploads.c.status == RUNNING)
    open_uploads = connection.scalars(running) if sa.inspect(connection).has_table(uploads.name) else ()
    open_jobs = {EDIT: open_turns, RENDER: open_renders, UPLOAD: open_uploads}
    keys = [f"{kind}:{job}" for kind, jobs in open_jobs.items() for job in jobs]
    if not keys:
        return
    queue = "" if connection.dialect.name == "sqlite" else "dbos."
    known = {str(row[0]) for row in _rows(connection, f"SELECT workflow_uuid FROM {queue}workflow_status")}
    yield from (message("backend.broken.no_workflow", job=key) for key in keys if key not in known)


def _attempts(connection: sa.Connection, _config: BackendConfig, running: bool) -> Iterator[Message]:
    """No attempt runs without a backend, and no job has two running ones."""
    query = sa.select(attempts.c.job_id, sa.func.count()).where(attempts.c.outcome == RUNNING)
    for job, count in connection.execute(query.group_by(attempts.c.job_id)):
        if count > 1:
            yield message("backend.broken.attempts", job=job, n=count)
    if running:
        return
    closed = {key for key, status in _jobs(connection) if status not in (RUNNING, *OPEN_RENDER)}
    for job in connection.scalars(sa.select(attempts.c.job_id).where(attempts.c.outcome == RUNNING)):
        if job in closed:
            yield message("backend.broken.attempt_goes_on", job=job)


def _versions(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[Message]:
    """Versions are numbered from 1 without gaps, refer to earlier ones, and can be read."""
    heads = {row.id: row.head_rev for row in connection.execute(sa.select(sessions.c.id, sessions.c.head_rev))}
    seen: dict[str, int] = dict.fromkeys(heads, 0)
    for row in connection.execute(sa.select(versions).order_by(versions.c.session_id, versions.c.rev)):
        where = {"session": row.session_id, "n": row.rev}
        if row.rev != seen[row.session_id] + 1:
            yield message("backend.broken.version_gap", **where, before=seen[row.session_id])
        seen[row.session_id] = row.rev
        if (row.parent is not None and not 0 < row.parent < row.rev) or not 0 <= row.content <= row.rev:
            yield message("backend.broken.version_parent", **where)
        try:
            timeline = Timeline.model_validate_json(row.timeline)
        except ValidationError:
            yield message("backend.broken.version_unreadable", **where)
            continue
        if (timeline.rev, timeline.duration_ms) != (row.rev, row.duration_ms):
            yield message("backend.broken.version_facts", **where)
    astray = {name: last for name, last in seen.items() if (heads[name] or 0) != last}
    for name, last in astray.items():
        yield message("backend.broken.version_head", session=name, n=heads[name] or 0, last=last)


def _reels(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[Message]:
    """Completed renders name their file and its facts. That the user moved a reel away is no fault."""
    for row in connection.execute(sa.select(renders).where(renders.c.status == "completed")):
        if not row.path or not row.facts:
            yield message("backend.broken.no_reel", job=row.id)
        elif Path(row.path).is_file() and Path(row.path).stat().st_size == 0:
            yield message("backend.broken.empty_reel", job=row.id, path=row.path)


def _blobs(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[Message]:
    """Files that were sent to us are still there."""
    for row in connection.execute(sa.select(media.c.path, media.c.size_bytes).where(media.c.owned)):
        path = Path(row.path)
        if not path.is_file() or path.stat().st_size != row.size_bytes:
            yield message("backend.broken.stored_file", path=str(path))


def _leftovers(connection: sa.Connection, config: BackendConfig, running: bool) -> Iterator[Message]:
    """No partial files without work in progress. The next start of a backend removes them."""
    open_renders = set(connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER))))
    for file in files_in(config.renders):
        if file.relative_to(config.renders).parts[0] not in open_renders:
            yield verbatim(str(file))
    if not running:
        yield from (verbatim(str(file)) for file in files_in(config.scratch))


def _rows(connection: sa.Connection, statement: str) -> list[Any]:
    return list(connection.execute(sa.text(statement)))


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("ledger", _ledger),
    ("workflows", _workflows),
    ("attempts", _attempts),
    ("versions", _versions),
    ("reels", _reels),
    ("stored files", _blobs),
    ("partial files", _leftovers),
)
