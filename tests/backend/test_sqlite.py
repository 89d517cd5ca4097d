"""What is asked of SQLite is there on every version that is accepted, and said where it is not."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from highlight_mcp.backend import sqlite as own
from highlight_mcp.backend.database import Database, connect_args

NOW = "select typeof(unixepoch('subsec')), unixepoch('subsec') between unixepoch() - 1 and unixepoch() + 60"


def test_every_connection_reads_the_time_with_fractions_of_a_second(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    (tmp_path / "a.db").touch()
    of_the_queue = sa.create_engine(url, connect_args=connect_args(url))
    for engine in (Database(url).engine, of_the_queue):
        with engine.begin() as connection:
            assert connection.execute(sa.text(NOW)).one() == ("real", True)
        engine.dispose()


def test_a_database_made_on_a_newer_python_is_written_on_this_one(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.write() as connection:
        connection.execute(sa.text("create table t (at integer not null default (unixepoch('subsec') * 1000), a int)"))
        connection.execute(sa.text("insert into t (a) values (1)"))
        assert connection.scalar(sa.text("select typeof(at) from t")) == "integer"
    database.close()


def test_a_connection_never_makes_a_file(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open"):
        sqlite3.connect(tmp_path / "none.db", factory=own.SqliteConnection)
    assert list(tmp_path.iterdir()) == []


def test_what_the_time_is_not_known_for_stays_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    connection = sqlite3.connect(tmp_path / "a.db", factory=own.SqliteConnection)
    assert connection.execute("select unixepoch('nonsense')").fetchone() == (None,)
    connection.close()


def test_sqlite_is_tried_for_real_and_leaves_nothing_behind(tmp_path: Path) -> None:
    assert sqlite3.sqlite_version in str(own.check(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_older_sqlite_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(own.UnfitSqlite, match=r"SQLite 3\.34\.1 is too old, 3\.38 or newer") as caught:
        own.check(tmp_path)
    assert "another build of Python" in str(caught.value.step)
