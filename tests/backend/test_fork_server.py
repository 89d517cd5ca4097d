"""Edits from the engine's fork server: warm, yet each a process of its own, and as killable as any other."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from highlight_mcp.backend.config import FORK_SERVER, BackendConfig
from highlight_mcp.backend.engine_runner import EngineRunner
from waiting import eventually

from .rig import HERE, Caller, Rig

WAIT_S = 30

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no fork server on this system")


@pytest.fixture
def forking(rig: Rig) -> Rig:
    """A data directory whose edits come from a fork server with the fake engine."""
    environment = {"FAKE_PLAN": str(rig.plan_file), "PYTHONPATH": str(HERE.parent)}
    command = [sys.executable, str(HERE / "fake_fork_server.py")]
    rig.settings |= {"fork_server": command, "child_environment": environment}
    return rig


def servers(rig: Rig) -> list[psutil.Process]:
    """The living fork servers of the newest backend."""
    started = psutil.Process(rig.processes[-1].pid).children()
    alive = [each for each in started if each.status() != psutil.STATUS_ZOMBIE]
    return [each for each in alive if "fake_fork_server.py" in " ".join(each.cmdline())]


def begun(rig: Rig, **plan: Any) -> tuple[Caller, str]:
    rig.plan(**plan)
    backend = rig.start()
    return backend, backend.session("My game", rig.clip())


def edited(backend: Caller, session: str) -> Any:
    """The turn of an edit that is made within half the time for which a server that starts is waited for."""
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    return backend.turn(session, wait_s=WAIT_S)


def versions(rig: Rig) -> list[int]:
    return [row[0] for row in rig.rows("select rev from versions order by rev")]


def start_edit(rig: Rig, backend: Caller, session: str) -> int:
    """Begin an edit and leave it; the process that works on it."""
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    return int(eventually("the edit runs", rig.engine_pids)[0])


def test_edits_share_one_server_and_are_processes_of_their_own(forking: Rig) -> None:
    backend, session = begun(forking)
    for _ in range(3):
        backend.edit(session)
    (server,) = servers(forking)
    lines = forking.effects_file.read_text().splitlines()
    started = [int(line.split()[2]) for line in lines if line.startswith("start edit")]
    assert len(set(started)) == 3 and server.pid not in started
    assert versions(forking) == [1, 2, 3]


@pytest.mark.slow
def test_the_fork_server_is_started_when_footage_comes_and_not_before(forking: Rig) -> None:
    backend = forking.start()
    assert not servers(forking)
    session = backend.session("My game", forking.clip())
    (server,) = eventually("the server starts", lambda: servers(forking))
    backend.edit(session)
    assert servers(forking) == [server]


@pytest.mark.slow
def test_a_killed_fork_server_takes_no_edit_with_it_and_another_one_serves_the_next(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=1.0)
    start_edit(forking, backend, session)
    (server,) = servers(forking)
    server.kill()
    assert backend.turn(session, wait_s=20)["result"]["rev"] == 1
    forking.plan()
    backend.edit(session)
    assert servers(forking) != [server] and versions(forking) == [1, 2]


@pytest.mark.slow
def test_a_stopped_fork_server_is_given_up_and_the_edit_is_made_without_it(forking: Rig) -> None:
    backend, session = begun(forking)
    backend.edit(session)
    (server,) = servers(forking)
    server.send_signal(signal.SIGSTOP)
    assert edited(backend, session)["result"]["rev"] == 2
    eventually("the stopped server is gone", lambda: not server.is_running(), 5)
    assert edited(backend, session)["result"]["rev"] == 3 and servers(forking) != [server]


def test_an_edit_whose_server_is_stopped_while_it_works_ends_with_its_version(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=1.0)
    start_edit(forking, backend, session)
    (server,) = servers(forking)
    server.send_signal(signal.SIGSTOP)
    assert backend.turn(session, wait_s=WAIT_S)["result"]["rev"] == 1
    server.send_signal(signal.SIGCONT)  # to see that the backend ends


@pytest.mark.slow
def test_an_edit_whose_server_is_stopped_can_be_cancelled(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=30)
    start_edit(forking, backend, session)
    (server,) = servers(forking)
    server.send_signal(signal.SIGSTOP)
    turn = backend.post(f"/api/local/turns/{backend.turn(session)['turn_id']}/cancel")["data"]
    assert turn["status"] == "cancelled"
    eventually("the process is over", lambda: not forking.engine_pids(), 5)


@pytest.mark.slow
def test_a_fork_server_that_stopped_for_want_of_work_is_started_again(forking: Rig) -> None:
    backend, session = begun(forking, idle_s=0.05)
    backend.edit(session)
    eventually("the server is gone", lambda: not servers(forking))
    backend.edit(session)
    assert versions(forking) == [1, 2]


@pytest.mark.slow
def test_an_edit_killed_in_its_process_is_tried_again_and_makes_one_version(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=1.0)
    os.kill(start_edit(forking, backend, session), signal.SIGKILL)
    assert backend.turn(session, wait_s=20)["result"]["rev"] == 1
    assert (forking.effects("start", "edit"), forking.effects("done", "edit")) == (2, 1)


def test_an_edit_killed_before_it_has_read_its_job_is_tried_again(forking: Rig) -> None:
    backend, session = begun(forking)
    forking.plan(unread=True, crash={"birth": "kill-once"})
    backend.edit(session)
    assert backend.turn(session)["status"] == "done" and versions(forking) == [1]


@pytest.mark.slow
def test_an_edit_that_always_crashes_fails_alone_and_the_next_one_works(forking: Rig) -> None:
    backend, session = begun(forking, crash={"edit": "segv"})
    backend.edit(session)
    turn = backend.turn(session)
    assert turn["status"] == "failed" and "crashed twice" in turn["fault"]["message"]
    server = servers(forking)
    forking.plan()
    backend.edit(session)
    assert versions(forking) == [1] and servers(forking) == server


@pytest.mark.slow
def test_cancelling_an_edit_ends_its_process_and_not_the_server(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=30)
    start_edit(forking, backend, session)
    server = servers(forking)
    turn = backend.post(f"/api/local/turns/{backend.turn(session)['turn_id']}/cancel")["data"]
    assert turn["status"] == "cancelled" and not forking.engine_pids()
    assert servers(forking) == server


def test_cancelling_an_edit_ends_a_process_that_leads_no_group_yet(forking: Rig) -> None:
    backend, session = begun(forking)
    forking.plan(stopped_at_birth=True)
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    (child,) = eventually("it is forked", lambda: [child for server in servers(forking) for child in server.children()])
    assert backend.post(f"/api/local/turns/{backend.turn(session)['turn_id']}/cancel")["data"]["status"] == "cancelled"
    eventually("the process is gone", lambda: not child.is_running(), 10)


def test_what_breaks_inside_a_forked_process_is_tried_again_in_the_ordinary_way(forking: Rig) -> None:
    backend, session = begun(forking, crash={"edit": "internal-once"})
    backend.edit(session)
    assert backend.turn(session)["status"] == "done" and versions(forking) == [1]


def test_a_fork_server_without_room_for_threads_leaves_the_edit_to_an_ordinary_start(forking: Rig) -> None:
    backend, session = begun(forking)
    backend.edit(session)
    (server,) = servers(forking)
    most = server.memory_info().vms + (1 << 20)
    server.rlimit(psutil.RLIMIT_AS, (most, most))
    backend.edit(session)
    assert versions(forking) == [1, 2] and servers(forking) == [server]


@pytest.mark.slow
def test_a_killed_backend_leaves_neither_server_nor_edit_and_the_edit_is_made_once_by_the_next(forking: Rig) -> None:
    backend, session = begun(forking, edit_s=1.5)
    start_edit(forking, backend, session)
    (server,) = servers(forking)
    forking.kill()
    eventually("the edit followed its backend", lambda: not forking.engine_pids(), 5)
    eventually("the server followed its backend", lambda: not server.is_running(), 5)
    backend = forking.start()
    eventually("the turn is over", lambda: backend.turn(session)["status"] == "done")
    assert versions(forking) == [1]


@pytest.mark.slow
def test_the_real_engine_answers_from_the_fork_server(tmp_path: Path) -> None:
    made = EngineRunner(BackendConfig(home=tmp_path, output_dir=tmp_path, media_roots=(), fork_server=FORK_SERVER))
    parents: list[int] = []

    async def edit() -> Any:
        spec = {"job": "edit", "instruction": "undo", "media": []}
        return await made.run("job", spec, on_start=lambda pid, _started: parents.append(psutil.Process(pid).ppid()))

    async def scenario() -> None:
        assert [(await edit())["status"] for _ in range(2)] == ["needs_input"] * 2

    try:
        asyncio.run(scenario())
    finally:
        made.close()
    assert len(set(parents)) == 1 and parents[0] != os.getpid()
