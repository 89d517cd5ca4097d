"""`highlight-mcp doctor --team`: database, store, clocks, workers and their releases, as this machine sees them."""

import secrets
import time
from typing import Any

import sqlalchemy as sa

from .. import __version__
from ..backend.database import Database
from ..backend.team.blobs import STORE_ERRORS, Blobs
from ..backend.team.front import require_tables
from ..contract.errors import ApiError
from ..messages import message, next_step_of, verbatim
from ..settings import Settings
from .doctor import DoctorCheck
from .shell import ShellError
from .team import store_of

MOST_APART_S = 60.0
"""Addresses end by the clock of the machine that looks at them, an hour after they were made."""
BEAT_S = 15.0
"""A worker gives a sign of life each five seconds."""
_WORKERS = """
SELECT number, host, version FROM workers WHERE beat_at > now() - make_interval(secs => :beat) ORDER BY number
"""
_JOBS = "SELECT status, count(*) FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING') GROUP BY status"


def check_team(settings: Settings) -> list[DoctorCheck]:
    """Everything of a team that can be seen from here."""
    checks = [_store(settings)]
    if settings.db is None:
        return [_failed("database", message("shell.migrate.no_database")), *checks]
    database = Database(settings.db)
    try:
        require_tables(database)
        with database.read() as connection:
            return [_database(connection), *checks, _clocks(connection), _workers(connection)]
    except ApiError as error:
        return [DoctorCheck(name="database", ok=False, detail=error.fault.what, next_step=error.fault.step), *checks]
    except sa.exc.SQLAlchemyError as error:
        reason = verbatim(str(getattr(error, "orig", None) or error).splitlines()[0])
        return [_failed("database", message("shell.team.no_answer", reason=reason)), *checks]
    finally:
        database.close()


def _failed(name: str, what: Any) -> DoctorCheck:
    return DoctorCheck(name=name, ok=False, detail=what, next_step=next_step_of(what))


def _database(connection: sa.Connection) -> DoctorCheck:
    version = str(connection.scalar(sa.text("SHOW server_version")))
    return DoctorCheck(name="database", ok=True, detail=message("shell.team.database", version=version))


def _store(settings: Settings) -> DoctorCheck:
    """Write, read and remove a few bytes; fronts rely on it that what is there is not created a second time."""
    key, content = f"checks/{secrets.token_hex(8)}", secrets.token_bytes(64)
    try:
        blobs: Blobs = store_of(settings)
        is_once = blobs.create(key, content) and not blobs.create(key, b"")
        is_same = blobs.read(key) == content
        blobs.delete(key)
    except ShellError as error:
        return DoctorCheck(name="store", ok=False, detail=error.what, next_step=error.step)
    except STORE_ERRORS as error:
        reason = verbatim(str(error).splitlines()[0])
        return _failed("store", message("shell.team.store_failed", reason=reason))
    if not is_once:
        return _failed("store", message("shell.team.store_overwrites"))
    return DoctorCheck(name="store", ok=is_same, detail=message("shell.team.store"))


def _clocks(connection: sa.Connection) -> DoctorCheck:
    there = float(connection.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp())")) or 0)
    apart = abs(time.time() - there)
    if apart <= MOST_APART_S:
        return DoctorCheck(name="clocks", ok=True, detail=message("shell.team.clocks", seconds=apart))
    return _failed("clocks", message("shell.team.clocks_apart", seconds=apart))


def _workers(connection: sa.Connection) -> DoctorCheck:
    found = connection.execute(sa.text(_WORKERS), {"beat": BEAT_S}).all()
    jobs: dict[str, int] = dict(connection.execute(sa.text(_JOBS)).tuples().all())
    if not found:
        return _failed("workers", message("shell.team.no_workers", waiting=jobs.get("ENQUEUED", 0)))
    names = tuple(f"worker-{each.number} ({each.host}, {each.version})" for each in found)
    facts = {"n": len(found), "running": jobs.get("PENDING", 0), "waiting": jobs.get("ENQUEUED", 0)}
    if any(each.version != __version__ for each in found):
        return _failed("workers", message("shell.team.other_versions", names=names, own=__version__))
    return DoctorCheck(name="workers", ok=True, detail=message("shell.team.workers", names=names, **facts))
