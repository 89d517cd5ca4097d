"""The check of the data directory finds what is wrong, and nothing else; cleaning keeps what matters."""

import sqlite3
from pathlib import Path

import pytest

from highlight_mcp.backend.cleanup import clean, usage
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.backend.fsck import check_data_directory
from highlight_mcp.contract.errors import ApiError

from .rig import Rig

pytestmark = pytest.mark.sqlite


def config(rig: Rig) -> BackendConfig:
    return BackendConfig(home=rig.home, output_dir=rig.output, media_roots=(rig.media,))


@pytest.fixture(scope="module")
def used(shared_rig: Rig) -> Rig:
    """A data directory with a bit of everything, whose backend has ended."""
    backend = shared_rig.start()
    session = backend.session("Game", shared_rig.clip())
    for text in ("first", "second", "undo", "fail now", "ask me"):
        backend.edit(session, text)
    backend.submit(session)
    backend.finished()
    path = f"/api/upload-video/nemo_agent/me/{session}"
    backend.http.post(path, files=[("files", ("b.mp4", b"sent to us"))])
    shared_rig.processes[-1].terminate()
    shared_rig.wait_end()
    return shared_rig


def broken(rig: Rig) -> set[str]:
    return {item.name for item in check_data_directory(config(rig), running=False) if not item.ok}


@pytest.mark.slow
def test_a_directory_after_ordinary_use_is_sound(used: Rig) -> None:
    found = check_data_directory(config(used), running=False)
    assert [item for item in found if not item.ok] == []
    assert len(found) == 8


def test_an_absent_directory_is_sound(tmp_path: Path) -> None:
    absent = BackendConfig(home=tmp_path / "none", output_dir=tmp_path, media_roots=())
    assert all(item.ok for item in check_data_directory(absent, running=False))
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("delete from ledger where kind = 'settle' and job_id like 'render:%'", "ledger"),
        ("update ledger set kind = 'settle' where kind = 'refund'", "ledger"),
        ("update versions set duration_ms = 7 where rev = 1", "versions"),
        ("update versions set timeline = '{}' where rev = 2", "versions"),
        ("update sessions set head_rev = 9", "versions"),
        ("update renders set path = null", "reels"),
        ("update attempts set outcome = 'running'", "attempts"),
        ("update turns set status = 'running' where status = 'failed'", "ledger"),
        ("update media set size_bytes = 1 where owned", "stored files"),
        ("update highlight_schema set version = 7", "database"),
    ],
)
def test_each_broken_invariant_is_found_where_it_is(used: Rig, statement: str, name: str) -> None:
    connection = sqlite3.connect(used.home / "backend.db")
    try:
        whole = list(connection.iterdump())
        connection.execute(statement)
        connection.commit()
        assert name in broken(used)
    finally:
        connection.close()
        for file in used.home.glob("backend.db*"):
            file.unlink()
        restored = sqlite3.connect(used.home / "backend.db")
        restored.executescript("\n".join(whole))
        restored.close()
    assert broken(used) == set()


def test_partial_files_and_a_damaged_database_are_found(used: Rig) -> None:
    part = used.home / "renders" / "render_1" / "x.mp4"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"part")
    assert broken(used) == {"partial files"}
    part.unlink()


@pytest.mark.slow
def test_cleaning_keeps_sessions_and_reels_and_cleaning_everything_keeps_the_reels(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Game", rig.clip())
    backend.edit(session)
    backend.submit(session)
    backend.finished()
    (rig.home / "cache").mkdir()
    (rig.home / "cache" / "a.npz").write_bytes(b"x" * 1000)
    with pytest.raises(ApiError, match="running"):
        clean(config(rig))
    rig.processes[-1].terminate()
    rig.wait_end()
    assert usage(config(rig))["cache"] == 1000
    assert clean(config(rig)).size_bytes >= 1000
    assert usage(config(rig))["cache"] == 0
    assert len(rig.start().state(session)["state"]["draft"]["t"]) == 1
    rig.processes[-1].terminate()
    rig.wait_end()
    clean(config(rig), everything=True)
    assert usage(config(rig)) == {"cache": 0, "partial": 0, "stored": 0, "sessions": 0}
    assert rig.reels() == ["Game.mp4"]
