"""SQLite: what is asked of the library, and whether the database file is there, whole, and still the one opened.

Nothing is ever made anew in the place of a database that was lost: a small mark says that there was one.
Only the standard library is used, so that whoever starts a backend can look first.
"""

import shlex
import sqlite3
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..contract.errors import ErrorInfo, error_info
from ..messages import Argument, Message, message, next_step_of, verbatim
from .config import BackendConfig

OLDEST = (3, 38)
"""The queue uses RETURNING (3.35) and JSON functions (always there since 3.38)."""
SUBSECONDS = (3, 42)
"""Since here `unixepoch` takes 'subsec', which the queue asks for on Python 3.12 and newer."""


class UnfitSqlite(Exception):
    """SQLite cannot serve here: `what` is wrong, and the `step` to take."""

    def __init__(self, what: Message) -> None:
        super().__init__(str(what))
        self.what, self.step = what, next_step_of(what)


class SqliteConnection(sqlite3.Connection):
    """A connection to a file that is there, which knows `unixepoch('subsec')`.

    It never makes a file: one that was deleted would be replaced without a word. Older versions answer NULL to
    'subsec', and no row of a job could be made. What decides is the version of SQLite alone: a database made on
    Python 3.12 has it in its defaults for ever.
    """

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(f"{Path(database).absolute().as_uri()}?mode=rw", *args, **{**kwargs, "uri": True})
        if sqlite3.sqlite_version_info < SUBSECONDS:
            self.create_function("unixepoch", 1, _unixepoch)


def _unixepoch(value: Any) -> float | None:
    """Seconds since 1970, now. Like SQLite's, NULL for what it does not read."""
    return time.time_ns() // 1_000_000 / 1_000 if value in ("now", "subsec", "subsecond") else None


def check_version() -> str:
    """The version of SQLite. Raises UnfitSqlite when it is too old."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UnfitSqlite(message("backend.sqlite_too_old", version=version, oldest=oldest))
    return version


def check(folder: Path) -> Message:
    """Try what is needed, in a database of its own in this folder; what was found. Raises UnfitSqlite."""
    version = check_version()
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".sqlite-") as place:
            _try(Path(place) / "trial.db")
    except sqlite3.Error as error:
        what = message("backend.sqlite_unfit", version=version, folder=str(folder), error=str(error))
        raise UnfitSqlite(what) from error
    return message("backend.sqlite_fits", version=version)


def _try(file: Path) -> None:
    file.touch()
    connection = sqlite3.connect(file, factory=SqliteConnection)
    try:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError(f"no write-ahead log, only {mode}")
        connection.execute("CREATE TABLE trial (at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000), told TEXT)")
        connection.execute("INSERT INTO trial (told) VALUES (json_set('{}', '$.a', 1)) RETURNING at").fetchall()
    finally:
        connection.close()


LOOK_S = 1.0
"""As long as a start may be held up by looking; 200 MB are read in this time."""
LOCK_S = 5.0
"""A backend that starts at the same moment holds the lock for far less."""
EVERY = 10_000
"""Steps of SQLite between two looks at the clock, a millisecond or so."""


TABLES: dict[int, frozenset[str]] = {
    1: frozenset(["accounts", "sessions", "media", "versions", "turns", "renders", "attempts", "ledger"]),
    2: frozenset(["uploads", "upload_items"]),
}
"""Our tables, by the version of the schema that brought them."""


def problem_of(config: BackendConfig, look_s: float = LOOK_S, *, closer: bool = True) -> ErrorInfo | None:
    """Why no backend can work on this data directory, None when it can. Nothing is changed.

    `closer` is whether one may be sent on to `fsck`, which looks closer.
    """
    file, used = config.database_file, config.database_mark.exists() or _holds_files(config.blobs)
    if not file.exists():
        return gone(config) if used else None
    if file.is_dir():
        return error_info("no_database", "backend.database_folder", file=str(file))
    if file.stat().st_size == 0 and not file.with_name(f"{file.name}-wal").exists():
        return emptied(config) if used else None
    try:
        verdict = _look(file, look_s)
    except sqlite3.Error as error:
        return fault_of(error, config, closer=closer)
    if verdict is None:
        return emptied(config) if used else None
    if verdict == "ok":
        return None
    return damaged(config, verdict if isinstance(verdict, Message) else _last(verdict), closer=closer)


def leave_mark(config: BackendConfig) -> None:
    """From now on a database that is not there is one that was lost. A full disk is no reason not to start."""
    if config.database_mark.exists():
        return
    with suppress(OSError):
        config.database_mark.write_text("There was a database here. `highlight-mcp clean --all` removes this file.\n")


def fault_of(error: BaseException, config: BackendConfig, *, closer: bool = True) -> ErrorInfo | None:
    """What an error of SQLite says of the file; None when it is of another kind."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    missing = code == sqlite3.SQLITE_ERROR and str(error).startswith("no such table")
    if missing or code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(config, _how(error), closer=closer)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return error_info("no_database", "backend.database_locked", database_file=str(config.database_file))
    if code == sqlite3.SQLITE_CANTOPEN:
        if not config.database_file.exists():
            return gone(config)
        return error_info("no_database", "backend.database_not_opened", database_file=str(config.database_file))
    return None


def damaged(config: BackendConfig, how: Message, *, closer: bool = True) -> ErrorInfo:
    """Some of it cannot be read."""
    return _lost(config, "damaged_look_closer" if closer else "damaged", how=how)


def _how(error: BaseException) -> Message:
    """What is wrong with the file: in words of ours what usually is, else in those of SQLite."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    usual = {sqlite3.SQLITE_NOTADB: "backend.database_is_none", sqlite3.SQLITE_CORRUPT: "backend.database_malformed"}
    if code in usual:
        return message(usual[code])
    _, separator, table = str(error).partition("no such table: ")
    return message("backend.database_lacks", names=(table,)) if separator else _last(str(error))


def _last(said: str) -> Message:
    return verbatim(said.splitlines()[-1])


def emptied(config: BackendConfig) -> ErrorInfo:
    """The file is there without what was in it."""
    return _lost(config, "emptied")


def gone(config: BackendConfig) -> ErrorInfo:
    """The file is not there any more."""
    return _lost(config, "gone")


def _lost(config: BackendConfig, how_lost: str, **arguments: Message) -> ErrorInfo:
    facts: dict[str, Argument] = {"file": str(config.database_file), "home": shlex.quote(str(config.home)), **arguments}
    step = f"backend.database_{how_lost}.next" if how_lost == "damaged_look_closer" else "backend.database_begin_anew"
    return error_info("no_database", Message(f"backend.database_{how_lost}", facts), next_step=Message(step, facts))


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _look(file: Path, look_s: float) -> str | Message | None:
    """`ok`, or what is wrong; None for a database without our tables. What was not read in time counts as good."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=LOCK_S)
    try:
        until = time.monotonic() + LOCK_S + look_s
        connection.set_progress_handler(lambda: time.monotonic() > until, EVERY)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'highlight_schema'").fetchone():
            return None
        missing = _missing(connection)
        if missing:
            return message("backend.database_lacks", names=tuple(missing))
        until = time.monotonic() + look_s
        try:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return "ok"
            raise
    finally:
        connection.close()


def _missing(connection: sqlite3.Connection) -> list[str]:
    """The tables that a database of its version should have and has not."""
    version = connection.execute("SELECT max(version) FROM highlight_schema").fetchone()[0] or 0
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return sorted(name for since, names in TABLES.items() if since <= version for name in names - present)
