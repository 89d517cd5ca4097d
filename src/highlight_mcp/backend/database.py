"""The database: SQLite on one machine, PostgreSQL for a team; the same statements for both.

All calls are synchronous and run in worker threads. `write()` takes the write lock at its beginning (BEGIN IMMEDIATE,
on PostgreSQL an advisory lock), so that what is read inside it cannot change before it commits.
"""

import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..contract.errors import ApiError, error_info
from ..files import move_to_new
from ..messages import verbatim
from . import postgres, tables
from . import sqlite as own_sqlite

SCHEMA_VERSION = 6
BUSY_MS = 10_000
"""Our own writers wait for each other for milliseconds; whoever holds the lock for longer is another program."""

AGAIN_S = 0.5
"""Between two attempts to reach a server that is away."""

schema = sa.Table("highlight_schema", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))


def _numbered(table: str, column: str, order: str, index: str) -> tuple[str, ...]:
    """A column that counts the rows in an order, and its index."""
    ranked = f"SELECT id AS ranked_id, row_number() OVER (ORDER BY {order}) AS place FROM {table}"
    return (
        f"ALTER TABLE {table} ADD COLUMN {column} BIGINT NOT NULL DEFAULT 0",
        f"UPDATE {table} SET {column} = place FROM ({ranked}) AS ranked WHERE {table}.id = ranked_id",
        f"CREATE INDEX {index} ON {table} ({column})",
    )


def _count_ids(connection: sa.Connection) -> None:
    """The highest number in an id of each session's versions."""
    highest: dict[str, int] = {}
    for session_id, text in connection.execute(sa.text("SELECT session_id, timeline FROM versions")):
        numbers = (int(number) for number in re.findall(r'"(?:seg|trk)_(\d{1,9})"', text))
        highest[session_id] = max(highest.get(session_id, 0), *numbers, 0)
    for session_id, number in highest.items():
        statement = sa.text("UPDATE sessions SET highest_id = :number WHERE id = :id")
        connection.execute(statement, {"number": number, "id": session_id})


def _keep_words(connection: sa.Connection) -> None:
    """What was done to make a version was kept in words; now it is a message, and those stay as they are."""
    for session_id, rev, change in connection.execute(sa.text("SELECT session_id, rev, change FROM versions")).all():
        statement = sa.text("UPDATE versions SET change = :change WHERE session_id = :id AND rev = :rev")
        connection.execute(statement, {"change": json.dumps(verbatim(change).dump()), "id": session_id, "rev": rev})


MIGRATIONS: dict[int, tuple[str | Callable[[sa.Connection], None], ...]] = {
    2: (
        "CREATE TABLE uploads (id TEXT NOT NULL PRIMARY KEY, session_id TEXT NOT NULL REFERENCES sessions (id), "
        "account_id TEXT NOT NULL REFERENCES accounts (id), status TEXT NOT NULL, fault TEXT, number BIGINT NOT NULL, "
        "created_ms BIGINT NOT NULL, finished_ms BIGINT)",
        "CREATE INDEX uploads_of_session ON uploads (session_id, number)",
        "CREATE TABLE upload_items (upload_id TEXT NOT NULL REFERENCES uploads (id), position INTEGER NOT NULL, "
        "source TEXT NOT NULL, path TEXT, url TEXT, asked BOOLEAN NOT NULL, media_id TEXT, fault TEXT, "
        "PRIMARY KEY (upload_id, position))",
        "ALTER TABLE media ADD COLUMN identity TEXT",
        *_numbered("sessions", "changed", "updated_ms, created_ms, id", "sessions_by_change"),
        *_numbered("turns", "number", "created_ms, id", "turns_by_number"),
        *_numbered("renders", "number", "created_ms, id", "renders_by_number"),
        *_numbered("renders", "changed", "coalesce(finished_ms, created_ms), id", "renders_by_change"),
    ),
    3: ("ALTER TABLE sessions ADD COLUMN highest_id BIGINT NOT NULL DEFAULT 0", _count_ids),
    4: ("ALTER TABLE versions ADD COLUMN operations TEXT",),
    5: (_keep_words,),
    6: (  # a turn may make several versions; a rule of uniqueness goes only with its table
        "CREATE TABLE versions_of_turns (session_id TEXT NOT NULL REFERENCES sessions (id), rev INTEGER NOT NULL, "
        "parent INTEGER, content INTEGER NOT NULL, turn_id TEXT NOT NULL, change TEXT NOT NULL, "
        "timeline TEXT NOT NULL, duration_ms BIGINT NOT NULL, created_ms BIGINT NOT NULL, operations TEXT, "
        "PRIMARY KEY (session_id, rev))",
        "INSERT INTO versions_of_turns SELECT session_id, rev, parent, content, turn_id, change, timeline, "
        "duration_ms, created_ms, operations FROM versions",
        "DROP TABLE versions",
        "ALTER TABLE versions_of_turns RENAME TO versions",
    ),
}
"""Statements and functions that lead from version n - 1 to n, by n; a new database starts at the newest version."""


class Database:
    """The engine and its two kinds of transaction. A server that is away is waited for, at most `patience_s`."""

    def __init__(self, url: str, patience_s: float = 0.0) -> None:
        local = url.startswith("sqlite")
        self._patience_s = patience_s
        address = postgres.for_sqlalchemy(url)
        self.engine = sa.create_engine(address, pool_pre_ping=not local, connect_args=connect_args(url))
        if local:
            sa.event.listen(self.engine, "connect", _prepare)
        sa.event.listen(self.engine, "begin", _begin if local else postgres.begin)
        self.file = file_of(url)
        self._keeper: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._writing = self.engine.execution_options(highlight_writing=True)
        one_state = {} if local else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self.engine.execution_options(highlight_read_only=True, **one_state)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write; it commits at the end, and rolls back on an exception."""
        with self._connected(self._writing) as connection, connection.begin():
            yield connection
            if self.file is None:
                postgres.announce(connection)
        for listener in self._listeners:
            listener()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit, in the thread that made it."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database and does not wait for writers."""
        with self._connected(self._reading) as connection, connection.begin():
            yield connection

    def _connected(self, engine: sa.Engine) -> sa.Connection:
        until = time.monotonic() + self._patience_s
        while True:
            try:
                return engine.connect()
            except sa.exc.OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(AGAIN_S)

    def migrate(self) -> None:
        """Create the file and its tables, or bring older ones up to date.

        Raises ApiError when the database was made by a newer release.
        """
        if self.file is not None:
            self.file.touch(mode=0o600)
        with self.write() as connection:
            schema.create(connection, checkfirst=True)
            present = connection.execute(sa.select(schema.c.version)).scalar()
            if present is None:
                tables.metadata.create_all(connection)
                connection.execute(schema.insert().values(version=SCHEMA_VERSION))
                return
            if present > SCHEMA_VERSION:
                raise ApiError(
                    error_info("backend_error", "backend.newer_database", found=present, schema_version=SCHEMA_VERSION)
                )
            for version in range(present + 1, SCHEMA_VERSION + 1):
                for step in MIGRATIONS[version]:
                    if isinstance(step, str):
                        connection.execute(sa.text(step))
                    else:
                        step(connection)
            connection.execute(schema.update().values(version=SCHEMA_VERSION))

    def hold(self) -> None:
        """Keep the file open from now on, so that it can be written again if somebody deletes it meanwhile."""
        if self.file is None:
            return
        self._keeper = sqlite3.connect(self.file, factory=own_sqlite.SqliteConnection, check_same_thread=False)
        self._keeper.execute("SELECT 1 FROM highlight_schema").fetchone()
        self._opened = _identity(self.file)

    @property
    def lost(self) -> bool:
        """True when another file, an empty one or none lies where the one lay that was opened."""
        return self._opened is not None and self.file is not None and _identity(self.file) != self._opened

    def rescue(self) -> Path | None:
        """Write a file that was deleted while it was held again, beside any other that lies there now.

        Returns where it is, None when nothing was lost or nothing is held.
        """
        if self.file is None or self._keeper is None or not self.lost:
            return None
        name = self.file if not self.file.exists() else self.file.with_name(f"rescued-{time.time_ns()}.db")
        part = name.with_name(f"{name.name}.part")
        for left in ("-wal", "-shm"):
            name.with_name(f"{name.name}{left}").unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as copy:
            self._keeper.backup(copy)
        move_to_new(part, name)
        return name

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()
        if self._keeper is not None:
            self._keeper.close()


def insert_or_ignore(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless a unique rule forbids it. Returns True when it was inserted."""
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table).values(**values)
    return connection.execute(insert.on_conflict_do_nothing().returning(*table.primary_key)).first() is not None


def connect_args(url: str) -> dict[str, Any]:
    """What every connection to this database is opened with, ours and those of the queue."""
    return {"factory": own_sqlite.SqliteConnection} if url.startswith("sqlite") else postgres.connect_args()


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, None for a server."""
    parsed = sa.make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _identity(file: Path) -> tuple[int, int] | None:
    """Which file lies there; None for none, and for one that was emptied."""
    try:
        status = file.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if status.st_size else None


def _prepare(connection: Any, _record: Any) -> None:
    """WAL keeps readers going while one writes; FULL keeps the ledger through a power loss."""
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get("highlight_read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def now_ms() -> int:
    """Wall clock in epoch milliseconds; only ever stored and shown, never used to decide who is alive."""
    return time.time_ns() // 1_000_000
