"""What is asked of SQLite, and what an older one is given so that it can serve."""

import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from ..messages import Message, message, next_step_of

OLDEST = (3, 38)
"""The queue uses RETURNING (3.35) and JSON functions (always there since 3.38)."""
SUBSECONDS = (3, 42)
"""Since here `unixepoch` takes 'subsec', which the queue asks for on Python 3.12 and newer."""


class Unfit(Exception):
    """SQLite cannot serve here: `what` is wrong, and the `step` to take."""

    def __init__(self, what: Message) -> None:
        super().__init__(str(what))
        self.what, self.step = what, next_step_of(what)


class Connection(sqlite3.Connection):
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
    """The version of SQLite. Raises Unfit when it is too old."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise Unfit(message("backend.sqlite_too_old", version=version, oldest=oldest))
    return version


def check(folder: Path) -> str:
    """Try what is needed, in a database of its own in this folder; what was found. Raises Unfit."""
    version = check_version()
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".sqlite-") as place:
            _try(Path(place) / "trial.db")
    except sqlite3.Error as error:
        what = message("backend.sqlite_unfit", version=version, folder=str(folder), error=str(error))
        raise Unfit(what) from error
    return f"SQLite {version}, in step with writers (WAL)"


def _try(file: Path) -> None:
    file.touch()
    connection = sqlite3.connect(file, factory=Connection)
    try:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise sqlite3.OperationalError(f"no write-ahead log, only {mode}")
        connection.execute("CREATE TABLE trial (at INTEGER NOT NULL DEFAULT (unixepoch('subsec') * 1000), told TEXT)")
        connection.execute("INSERT INTO trial (told) VALUES (json_set('{}', '$.a', 1)) RETURNING at").fetchall()
    finally:
        connection.close()
