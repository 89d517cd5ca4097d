"""Fixtures of the tests of a team: a database server and a store, where their packages are installed, and SQLite."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from highlight_mcp.backend.database import Database
from highlight_mcp.backend.team.tables import create_team_tables
from servers import bucket_server, new_database, postgres

__all__ = ["bucket_server", "new_database", "postgres"]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with all tables, in a file: for what rests on no server."""
    made = Database(f"sqlite:///{tmp_path / 'team.db'}")
    made.migrate()
    with made.write() as connection:
        create_team_tables(connection)
    yield made
    made.close()
