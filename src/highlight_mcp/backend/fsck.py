"""The invariants of a data directory, checked and told as data. Nothing is changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from ..timeline.model import Timeline
from ..timeline.schemas import FrozenModel
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
    detail: str
    broken: tuple[str, ...] = ()


Check = Callable[[sa.Connection, BackendConfig, bool], Iterator[str]]


def check_data_directory(config: BackendConfig, *, running: bool) -> list[Finding]:
    """Check everything. `running` says that a backend is at work there, so that work in progress is no fault."""
    problem = problem_of(config, look_s=0, closer=False)
    if problem is not None:
        return [_finding("database", "", [problem.text])]
    if not config.database_file.is_file():
        return [Finding(name="database", ok=True, detail="nothing here yet")]
    database = Database(config.database_url)
    try:
        with database.read() as connection:
            whole = _finding("database", "readable, not damaged", list(_database(connection)))
            if not whole.ok:
                return [whole]
            if (connection.scalar(sa.select(schema.c.version)) or 0) < SCHEMA_VERSION:
                older = "readable, not damaged; of an older release, the next start of a backend brings it up to date"
                return [_finding("database", older, [])]
            return [
                whole,
                *(_finding(name, text, list(check(connection, config, running))) for name, text, check in _CHECKS),
            ]
    except sa.exc.DatabaseError as error:
        return [_finding("database", "", [str(error.orig)])]
    finally:
        database.close()


def _finding(name: str, good: str, broken: list[str]) -> Finding:
    detail = good if not broken else f"{len(broken)} broken"
    return Finding(name=name, ok=not broken, detail=detail, broken=tuple(broken[:SHOWN]))


def _database(connection: sa.Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        verdict = [str(line) for line in connection.scalars(sa.text("PRAGMA integrity_check"))]
        yield from (line for line in verdict if line != "ok")
        yield from (f"{row[0]} row {row[1]} refers to nothing" for row in _rows(connection, "PRAGMA foreign_key_check"))
    version = connection.scalar(sa.select(schema.c.version))
    if version is None or version > SCHEMA_VERSION:
        yield f"schema version {version}, expected {SCHEMA_VERSION}"


def _ledger(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[str]:
    """Every finished job has exactly one final row, of the right kind; every open job has none."""
    finals: dict[str, list[str]] = {}
    frozen = set(connection.scalars(sa.select(ledger.c.job_id).where(ledger.c.kind == "freeze")))
    for row in connection.execute(sa.select(ledger.c.job_id, ledger.c.kind).where(ledger.c.kind.in_(FINAL_ROWS))):
        finals.setdefault(row.job_id, []).append(row.kind)
    for key, status in _jobs(connection):
        expected = _EXPECTED.get(status, [])
        if finals.pop(key, []) != expected:
            yield f"{key} is {status}, so its final rows should be {expected or 'none'}"
        if key not in frozen:
            yield f"{key} was never entered"
    yield from (f"{key} has a final row but is no job" for key in finals)


_EXPECTED = {
    "completed": ["settle"],
    "done": ["settle"],
    "needs_input": ["settle"],
    "failed": ["refund"],
    "cancelled": ["refund"],
}


def _jobs(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(sa.select(turns.c.id, turns.c.status, turns.c.result)):
        is_explained = row.status == "failed" and row.result is not None
        yield f"{EDIT}:{row.id}", "done" if is_explained else row.status
    for job, status in connection.execute(sa.select(renders.c.id, renders.c.status)):
        yield f"{RENDER}:{job}", status


def _workflows(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[str]:
    """Every open job has a workflow that will end it."""
    open_turns = connection.scalars(sa.select(turns.c.id).where(turns.c.status == RUNNING))
    open_renders = connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER)))
    running = sa.select(uploads.c.id).where(uploads.c.status == RUNNING)
    open_uploads = connection.scalars(running) if sa.inspect(connection).has_table(uploads.name) else ()
    open_jobs = {EDIT: open_turns, RENDER: open_renders, UPLOAD: open_uploads}
    keys = [f"{kind}:{job}" for kind, jobs in open_jobs.items() for job in jobs]
    if not keys:
        return
    known = {str(row[0]) for row in _rows(connection, "SELECT workflow_uuid FROM workflow_status")}
    yield from (f"{key} is open but has no workflow" for key in keys if key not in known)


def _attempts(connection: sa.Connection, _config: BackendConfig, running: bool) -> Iterator[str]:
    """No attempt runs without a backend, and no job has two running ones."""
    query = sa.select(attempts.c.job_id, sa.func.count()).where(attempts.c.outcome == RUNNING)
    for job, count in connection.execute(query.group_by(attempts.c.job_id)):
        if count > 1:
            yield f"{job} has {count} running attempts"
    if running:
        return
    closed = {key for key, status in _jobs(connection) if status not in (RUNNING, *OPEN_RENDER)}
    for job in connection.scalars(sa.select(attempts.c.job_id).where(attempts.c.outcome == RUNNING)):
        if job in closed:
            yield f"{job} is over but an attempt of it is not"


def _versions(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[str]:
    """Versions are numbered from 1 without gaps, refer to earlier ones, and can be read."""
    heads = {row.id: row.head_rev for row in connection.execute(sa.select(sessions.c.id, sessions.c.head_rev))}
    seen: dict[str, int] = dict.fromkeys(heads, 0)
    for row in connection.execute(sa.select(versions).order_by(versions.c.session_id, versions.c.rev)):
        where = f"{row.session_id} version {row.rev}"
        if row.rev != seen[row.session_id] + 1:
            yield f"{where} follows {seen[row.session_id]}"
        seen[row.session_id] = row.rev
        if (row.parent is not None and not 0 < row.parent < row.rev) or not 0 <= row.content <= row.rev:
            yield f"{where} refers to a version that is not before it"
        try:
            timeline = Timeline.model_validate_json(row.timeline)
        except ValidationError:
            yield f"{where} cannot be read"
            continue
        if (timeline.rev, timeline.duration_ms) != (row.rev, row.duration_ms):
            yield f"{where} is stored with other facts than it has"
    yield from (
        f"{name} is at version {heads[name]} of {last}" for name, last in seen.items() if (heads[name] or 0) != last
    )


def _reels(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[str]:
    """Completed renders name their file and its facts. That the user moved a reel away is no fault."""
    for row in connection.execute(sa.select(renders).where(renders.c.status == "completed")):
        if not row.path or not row.facts:
            yield f"{row.id} is completed without a file"
        elif Path(row.path).is_file() and Path(row.path).stat().st_size == 0:
            yield f"{row.id}: {row.path} is empty"


def _blobs(connection: sa.Connection, _config: BackendConfig, _running: bool) -> Iterator[str]:
    """Files that were sent to us are still there."""
    for row in connection.execute(sa.select(media.c.path, media.c.size_bytes).where(media.c.owned)):
        path = Path(row.path)
        if not path.is_file() or path.stat().st_size != row.size_bytes:
            yield f"{path} is missing or has another size"


def _leftovers(connection: sa.Connection, config: BackendConfig, running: bool) -> Iterator[str]:
    """No partial files without work in progress. The next start of a backend removes them."""
    open_renders = set(connection.scalars(sa.select(renders.c.id).where(renders.c.status.in_(OPEN_RENDER))))
    for file in files_in(config.renders):
        if file.relative_to(config.renders).parts[0] not in open_renders:
            yield str(file)
    if not running:
        yield from (str(file) for file in files_in(config.scratch))


def _rows(connection: sa.Connection, statement: str) -> list[Any]:
    return list(connection.execute(sa.text(statement)))


_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("ledger", "each finished job has one final row", _ledger),
    ("workflows", "each open job has its workflow", _workflows),
    ("attempts", "no attempt runs unattended", _attempts),
    ("versions", "numbered without gaps, readable", _versions),
    ("reels", "each finished render names its file", _reels),
    ("stored files", "all there", _blobs),
    ("partial files", "none", _leftovers),
)
