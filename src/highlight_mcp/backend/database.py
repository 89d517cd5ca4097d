"""The database: SQLite on one machine, PostgreSQL for a team; the same statements for both.

All calls are synchronous and run in worker threads. `write()` takes the write lock at its
beginning (BEGIN IMMEDIATE), so that what is read inside it cannot change before it commits.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..contract.codes import ContractError, fault
from . import sqlite as own_sqlite
from . import tables

SCHEMA_VERSION = 1

schema = sa.Table("highlight_schema", sa.MetaData(), sa.Column("version", sa.Integer, primary_key=True))

MIGRATIONS: dict[int, tuple[str, ...]] = {}
"""Statements that lead from version n - 1 to n, by n; a new database starts at the newest version."""


class Database:
    """The engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        local = url.startswith("sqlite")
        self.engine = sa.create_engine(url, pool_pre_ping=not local, connect_args=connect_args(url))
        if local:
            sa.event.listen(self.engine, "connect", _prepare)
            sa.event.listen(self.engine, "begin", _begin)
        self._listeners: list[Callable[[], None]] = []
        self._reading = self.engine.execution_options(highlight_read_only=True)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that may write; it commits at the end, and rolls back on an exception."""
        with self.engine.begin() as connection:
            yield connection
        for listener in self._listeners:
            listener()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit, in the thread that made it."""
        self._listeners.append(listener)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database and does not wait for writers."""
        with self._reading.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Create the tables, or bring older ones up to date.

        Raises ContractError when the database was made by a newer release.
        """
        with self.write() as connection:
            schema.create(connection, checkfirst=True)
            found = connection.execute(sa.select(schema.c.version)).scalar()
            if found is None:
                tables.metadata.create_all(connection)
                connection.execute(schema.insert().values(version=SCHEMA_VERSION))
                return
            if found > SCHEMA_VERSION:
                raise ContractError(
                    fault(
                        "backend_error",
                        f"The data directory was written by a newer release (schema {found}, this one knows "
                        f"{SCHEMA_VERSION}).",
                        "Update highlight-mcp, or choose another HIGHLIGHT_HOME.",
                    )
                )
            for version in range(found + 1, SCHEMA_VERSION + 1):
                for statement in MIGRATIONS[version]:
                    connection.execute(sa.text(statement))
            connection.execute(schema.update().values(version=SCHEMA_VERSION))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def insert_or_ignore(connection: sa.Connection, table: sa.Table, **values: Any) -> bool:
    """Insert a row unless a unique rule forbids it. Returns True when it was inserted."""
    if connection.dialect.name == "sqlite":
        statement: Any = sqlite.insert(table).values(**values).on_conflict_do_nothing()
    else:
        statement = postgresql.insert(table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount > 0


def connect_args(url: str) -> dict[str, Any]:
    """What every connection to this database is opened with, ours and those of the queue."""
    return {"factory": own_sqlite.Connection} if url.startswith("sqlite") else {}


def file_of(url: str) -> Path | None:
    """The file of an SQLite database, None for a server."""
    parsed = sa.make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _prepare(connection: Any, _record: Any) -> None:
    """WAL keeps readers going while one writes; FULL keeps the ledger through a power loss."""
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get("highlight_read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
