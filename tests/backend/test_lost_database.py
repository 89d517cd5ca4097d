"""A database that is damaged, empty, gone or locked is said in words, and nothing is made in its place."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp import backend_locator
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.backend.database import SCHEMA_VERSION
from highlight_mcp.backend.sqlite import TABLES, problem_of
from highlight_mcp.backend.tables import metadata
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.settings import Settings

from .rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

NAMES = ("backend.db", "backend.db-wal", "backend.db-shm")


@pytest.fixture(scope="module")
def used(shared_rig: Rig) -> Path:
    """The data directory of a backend that was used and has ended."""
    backend = shared_rig.start()
    backend.edit(backend.session("Game", shared_rig.clip()))
    shared_rig.processes[-1].terminate()
    shared_rig.wait_end()
    return shared_rig.home


@pytest.fixture
def home(used: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(used, tmp_path / "my home"))


def truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def spoil_header(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.write(b"no database at all")


def spoil_pages(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(8_192)
        stream.write(os.urandom(40_000))


def empty(file: Path) -> None:
    os.truncate(file, 0)


def drop_a_table(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("DROP TABLE sessions")
    connection.close()


FAULTS: list[tuple[Callable[[Path], None], str]] = [
    (truncate, "is damaged"), (spoil_header, "is damaged"), (spoil_pages, "is damaged"),
    (empty, "is empty"), (Path.unlink, "is not there any more"),
    (drop_a_table, "is damaged (no such table: sessions)"),
]  # fmt: skip


def settings(home: Path) -> Settings:
    return Settings.load(
        {"home": home, "output_dir": home / "out", "media_roots": (home,), "idle_exit_s": 60},
        environ={"HIGHLIGHT_CONFIG": str(home / "none.toml")},
    )


@pytest.mark.parametrize(("harm", "told"), FAULTS)
def test_a_lost_database_is_told_with_the_way_out_and_left_as_it_is(
    home: Path, harm: Callable[[Path], None], told: str
) -> None:
    file = home / "backend.db"
    harm(file)
    before = {entry.name: entry.read_bytes() for entry in home.iterdir() if entry.name in NAMES}
    with pytest.raises(ApiError) as caught:
        asyncio.run(backend_locator.connect(settings(home)))
    problem = caught.value.fault
    assert problem.kind == "no_database" and not problem.retryable
    assert f"{file} {told}" in problem.message
    assert f"HIGHLIGHT_HOME='{home}' highlight-mcp clean --all" in problem.next_step
    assert {entry.name: entry.read_bytes() for entry in home.iterdir() if entry.name in NAMES} == before


@pytest.mark.slow
@pytest.mark.parametrize(("harm", "told"), FAULTS[1:4:2])
def test_a_backend_started_by_hand_says_the_same(rig: Rig, used: Path, harm: Callable[[Path], None], told: str) -> None:
    shutil.copytree(used, rig.home)
    harm(rig.home / "backend.db")
    assert rig.launch().wait(30) == 1
    said = (rig.folder / "output-0.log").read_text()
    assert told in said and "Traceback" not in said


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    own = {"HIGHLIGHT_HOME": str(home), "HIGHLIGHT_OUTPUT_DIR": str(home / "out"), "HIGHLIGHT_MEDIA_ROOTS": str(home)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HIGHLIGHT_")}
    command = [sys.executable, "-m", "highlight_mcp", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env={**inherited, **own}, check=False)


def test_doctor_and_fsck_see_it_also_among_the_people_of_a_team(home: Path, tmp_path: Path) -> None:
    house = tmp_path / "team"
    for name in ("ann", "bob"):
        shutil.copytree(home, house / "users" / name)
    empty(house / "users" / "bob" / "backend.db")
    checked = run(house, "fsck", "--json")
    assert checked.returncode == 1
    bad = [item for item in json.loads(checked.stdout)["findings"] if not item["ok"]]
    assert [item["name"] for item in bad] == ["users/bob: database"]
    assert "is empty" in bad[0]["broken"][0]
    found = {item["name"]: item for item in json.loads(run(house, "doctor", "--json").stdout)}
    assert not found["database"]["ok"] and "users/bob/backend.db is empty" in found["database"]["detail"]
    assert found["SQLite"]["ok"] and sqlite3.sqlite_version in found["SQLite"]["detail"]


def test_a_missing_table_is_damage_that_doctor_sees_and_fsck_does_not_send_to_itself(home: Path) -> None:
    drop_a_table(home / "backend.db")
    found = {item["name"]: item for item in json.loads(run(home, "doctor", "--json").stdout)}
    assert "is damaged (no such table: sessions)" in found["database"]["detail"]
    assert "`highlight-mcp fsck`" in found["database"]["next_step"]
    checked = run(home, "fsck")
    assert checked.returncode == 1 and "no such table: sessions" in checked.stdout
    assert "clean --all" in checked.stdout and "highlight-mcp fsck`" not in checked.stdout


def test_a_folder_in_the_place_of_the_database_is_called_one(home: Path) -> None:
    (home / "backend.db").unlink()
    (home / "backend.db").mkdir()
    problem = problem_of(BackendConfig(home=home, output_dir=home, media_roots=()))
    assert problem is not None and "is a folder" in problem.message and "permission" not in problem.text


def test_every_table_is_known_to_the_look_at_the_file() -> None:
    assert set().union(*TABLES.values()) == set(metadata.tables)
    assert max(TABLES) <= SCHEMA_VERSION


def test_a_table_that_goes_missing_while_it_is_used_is_told_as_damage(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Game", rig.clip())
    connection = sqlite3.connect(rig.home / "backend.db")
    connection.execute("DROP TABLE media")
    connection.close()
    answer = backend.get(f"/api/state/nemo_agent/me/{session}/latest")
    assert answer["code"] == 1420 and "is damaged (no such table: media)" in answer["message"]


def test_beginning_anew_takes_the_word_of_the_user(home: Path) -> None:
    empty(home / "backend.db")
    refused = run(home, "clean", "--yes")
    assert refused.returncode == 1 and "is empty" in refused.stderr
    assert run(home, "clean", "--all", "--yes").returncode == 0
    assert problem_of(BackendConfig(home=home, output_dir=home, media_roots=())) is None
    assert run(home, "fsck").returncode == 0


def test_a_database_that_is_deleted_while_it_is_used_is_written_again(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Game", rig.clip())
    backend.edit(session)
    for name in NAMES:
        (rig.home / name).unlink(missing_ok=True)
    answer = backend.post("/api/tasks/me/with-session/nemo_agent", {"task_name": "lost?"})
    assert answer["code"] == 1500 and "was deleted, emptied or replaced" in answer["message"]
    assert rig.wait_end() == 0
    assert [row[0] for row in rig.rows("pragma integrity_check")] == ["ok"]
    again = rig.start()
    assert len(again.state(session)["state"]["draft"]["t"]) == 1
    assert rig.state() is not None


@pytest.mark.slow
def test_a_database_that_is_replaced_while_it_is_used_is_kept_beside_the_other(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Game", rig.clip())
    other = rig.folder / "other.db"
    other.write_bytes(b"another one")
    other.replace(rig.home / "backend.db")
    assert rig.wait_end() == 0
    assert (rig.home / "backend.db").read_bytes() == b"another one"
    (kept,) = rig.home.glob("rescued-*.db")
    connection = sqlite3.connect(kept)
    assert connection.execute("select id from sessions").fetchall() == [(session,)]
    connection.close()


@pytest.mark.slow
def test_a_database_that_is_emptied_while_it_is_used_is_whole_again_or_told(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Game", rig.clip())
    empty(rig.home / "backend.db")
    assert backend.get("/api/local/health")["code"] != 0
    rig.wait_end()
    problem = problem_of(BackendConfig(home=rig.home, output_dir=rig.output, media_roots=()))
    assert problem is not None or rig.rows("select id from sessions") == [(session,)]


@pytest.mark.slow
def test_a_locked_database_is_told_within_a_bounded_time(rig: Rig) -> None:
    backend = rig.start()
    other: Any = sqlite3.connect(rig.home / "backend.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = backend.post("/api/tasks/me/with-session/nemo_agent", {"task_name": "x"})
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert answer["code"] == 1420 and "locked by another program" in answer["message"]
    assert backend.session("after")
