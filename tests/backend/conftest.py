"""Fixtures of the backend's tests, which run on SQLite and, with `--database postgres`, on a server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from highlight_mcp.backend.database import Database
from servers import NewDatabase, new_database, postgres

from .rig import Caller, PostgresRig, Rig

__all__ = ["new_database", "postgres"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sqlite: is about SQLite alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database") != "sqlite":
        for item in items:
            if item.get_closest_marker("sqlite"):
                item.add_marker(pytest.mark.skip("is about SQLite alone"))


def _rig(folder: Path, request: pytest.FixtureRequest) -> Rig:
    if request.config.getoption("database") == "sqlite":
        return Rig(folder)
    made: NewDatabase = request.getfixturevalue("new_database")
    return PostgresRig(folder, made())


@pytest.fixture
def rig(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A fresh data directory; every process of it is gone at the end."""
    made = _rig(tmp_path, request)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared_rig(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Rig]:
    """One data directory for the tests of a module that only look or add."""
    made = _rig(tmp_path_factory.mktemp("shared"), request)
    yield made
    made.close()


@pytest.fixture(scope="module")
def backend(shared_rig: Rig) -> Caller:
    """A running backend for the tests of a module."""
    return shared_rig.start()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty database with all tables."""
    if request.config.getoption("database") == "sqlite":
        made = Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'l.db'}")
        made.migrate()
    else:
        made = Database(request.getfixturevalue("new_database")())
    yield made
    made.close()
