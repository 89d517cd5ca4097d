"""One backend per data directory: found, shared, replaced, gone when idle."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from highlight_mcp import backend_locator
from highlight_mcp.backend.cleanup import clean
from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.settings import Settings
from waiting import eventually

from .rig import Rig


def settings(folder: Path, **more: object) -> Settings:
    given = {"home": folder / "home", "output_dir": folder / "out", "media_roots": (folder,), "idle_exit_s": 60}
    return Settings.load({**given, **more}, environ={"HIGHLIGHT_CONFIG": str(folder / "none.toml")})


@pytest.fixture
def forked_backends() -> None:
    """None here."""


def test_the_private_file_is_for_this_user_only_and_gone_after_sigterm(rig: Rig) -> None:
    rig.start()
    file = rig.home / "backend.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(rig.home.stat().st_mode) == 0o700
    rig.processes[-1].terminate()
    assert rig.wait_end() == 0
    assert not file.exists()


def test_of_two_backends_started_at_once_one_serves_and_the_other_ends(rig: Rig) -> None:
    processes = [rig.launch(), rig.launch()]
    ended = eventually("one of them ends", lambda: [one for one in processes if one.poll() is not None])
    assert [one.returncode for one in ended] == [75]
    winner = next(one for one in processes if one not in ended)
    assert rig.ready(winner).get("/api/local/health")["data"]["pid"] == winner.pid


@pytest.mark.slow
def test_a_backend_exits_when_it_is_idle_but_not_while_a_job_or_a_stream_is_open(rig: Rig) -> None:
    rig.plan(edit_s=2.0)
    backend = rig.start(idle_exit_s=0.7)
    session = backend.session("x", rig.clip())
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    assert backend.turn(session, wait_s=20)["status"] == "done"
    assert rig.wait_end() == 0
    assert rig.state() is None


@pytest.mark.slow
def test_a_data_directory_of_a_newer_release_is_refused_with_what_to_do(rig: Rig) -> None:
    rig.start()
    rig.processes[-1].terminate()
    rig.wait_end()
    import sqlite3

    connection = sqlite3.connect(rig.home / "backend.db")
    connection.execute("update highlight_schema set version = 99")
    connection.commit()
    connection.close()
    process = rig.launch()
    assert process.wait(20) == 1
    assert "newer release" in rig.logs()


def stop(chosen: Settings) -> None:
    backend_locator.stop_backend(chosen)


@pytest.mark.slow
def test_connecting_starts_the_backend_once_and_hosts_at_the_same_time_share_it(tmp_path: Path) -> None:
    chosen = settings(tmp_path)

    async def both() -> list[tuple[str, str | None]]:
        found = await asyncio.gather(backend_locator.connect(chosen), backend_locator.connect(chosen))
        return [(one.base_url, one.token) for one in found]

    try:
        first, second = asyncio.run(both())
        assert first == second
        running = backend_locator.running_backend(chosen)
        assert running is not None
        again = asyncio.run(backend_locator.connect(chosen))
        assert (again.base_url, again.kind) == (first[0], "embedded")
        assert backend_locator.running_backend(chosen) == running
    finally:
        stop(chosen)
    assert backend_locator.running_backend(chosen) is None


@pytest.mark.slow
def test_a_stale_file_is_ignored_and_a_backend_with_other_settings_is_replaced_when_idle(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    chosen.home.mkdir()
    stale = {"url": "http://127.0.0.1:9", "secret": "s", "pid": os.getpid(), "version": "0", "contract": "1"}
    (chosen.home / "backend.json").write_text(json.dumps(stale))
    wider = settings(tmp_path, media_roots=(tmp_path / "other",))
    try:
        first = asyncio.run(backend_locator.connect(chosen))
        second = asyncio.run(backend_locator.connect(wider))
        assert second.base_url != first.base_url
        third = asyncio.run(backend_locator.connect(chosen))
        assert third.base_url == second.base_url
        running = backend_locator.running_backend(chosen)
        assert running is not None
        assert set(running.media_roots) == {str(tmp_path), str(tmp_path / "other"), str(tmp_path / "out")}
    finally:
        stop(chosen)


@pytest.mark.slow
def test_hosts_that_differ_in_folder_font_and_models_share_one_backend_in_turn(tmp_path: Path) -> None:
    one = settings(tmp_path)
    other = settings(tmp_path, output_dir=tmp_path / "elsewhere", font=tmp_path / "a.ttf", words_model=tmp_path)
    try:
        asyncio.run(backend_locator.connect(one))
        shared = asyncio.run(backend_locator.connect(other))
        for chosen in (one, other, one, other):
            assert asyncio.run(backend_locator.connect(chosen)).base_url == shared.base_url
        with pytest.raises(ApiError, match="profile"):
            asyncio.run(backend_locator.connect(settings(tmp_path, profile="strict")))
        assert backend_locator.running_backend(one) is not None
    finally:
        stop(one)


@pytest.mark.slow
def test_a_backend_that_cannot_start_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    (chosen.home / "backend.log").mkdir(parents=True)
    with pytest.raises(ApiError) as caught:
        asyncio.run(backend_locator.connect(chosen))
    assert caught.value.fault.kind == "unreachable"
    assert "doctor" in caught.value.fault.next_step


def test_a_host_finds_the_backend_again_whose_file_and_lock_were_removed(rig: Rig) -> None:
    first = rig.start().get("/api/local/health")["data"]["pid"]
    for name in ("backend.json", "backend.lock"):
        (rig.home / name).unlink()
    assert rig.launch().wait(30) == 75
    state = eventually("the backend is announced again", rig.state)
    assert state["pid"] == first
    with pytest.raises(ApiError, match="running"):
        clean(BackendConfig(home=rig.home, output_dir=rig.output, media_roots=()), everything=True)


def test_asking_for_a_connection_loads_nothing_heavy() -> None:
    code = (
        "import sys, highlight_mcp.backend_locator;"
        "print([name for name in ('av', 'numpy', 'sqlalchemy', 'dbos', 'PIL', 'starlette', 'uvicorn')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_remote_backends_are_only_addressed(tmp_path: Path) -> None:
    cloud = asyncio.run(backend_locator.connect(settings(tmp_path, backend="nemo", nemo_token="secret-token")))
    assert (cloud.kind, cloud.token, cloud.reconnect) == ("cloud", "secret-token", None)
    assert "secret-token" not in repr(cloud)
    remote = asyncio.run(backend_locator.connect(settings(tmp_path, backend="http://team.example:8000/")))
    assert (remote.kind, remote.base_url) == ("remote", "http://team.example:8000")
    assert not (tmp_path / "home").exists()
