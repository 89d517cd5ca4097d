"""What is left after the backend, a client or a child dies at a bad moment."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from waiting import eventually

from .rig import Caller, Rig

pytestmark = pytest.mark.slow
KILLS = Path(__file__).resolve().parents[2] / "benchmarks" / "kills.py"


def with_timeline(rig: Rig) -> tuple[Caller, str]:
    backend = rig.start()
    session = backend.session("My game", rig.clip())
    backend.edit(session)
    return backend, session


def check_once(rig: Rig, backend: Caller) -> None:
    answer = backend.finished()
    assert answer["status"] == "completed", answer
    assert rig.finals("render:render_1") == ["settle"]
    assert rig.reels() == ["My game.mp4"]
    eventually("working files are swept", lambda: not rig.partials())


def test_a_render_interrupted_by_kill_9_of_the_backend_finishes_once_after_the_next_start(rig: Rig) -> None:
    rig.plan(render_s=1.5)
    backend, session = with_timeline(rig)
    backend.submit(session)
    eventually("the render runs", lambda: rig.effects("start", "render"))
    rig.kill()
    eventually("the engine followed its backend", lambda: not rig.engine_pids(), 5)
    check_once(rig, rig.start())
    assert (rig.effects("start", "render"), rig.effects("done", "render")) == (2, 1)
    assert rig.effects("go-on", "render") == 1, "the second attempt has what the first one had finished"


@pytest.mark.parametrize(
    ("point", "starts"),
    [("before_child", 1), ("after_child", 2), ("before_move", 1), ("after_move", 1), ("after_settle", 1)],
)
def test_a_backend_that_dies_at_any_step_of_a_render_leaves_one_reel_and_one_final_row(
    rig: Rig, point: str, starts: int
) -> None:
    with_timeline(rig)
    rig.processes[-1].terminate()
    rig.wait_end()
    backend = rig.start(die_at=point)
    session = backend.get("/api/local/tasks")["data"]["tasks"][0]["session_id"]
    backend.submit(session)
    assert rig.wait_end() == 137
    check_once(rig, rig.start())
    assert rig.effects("start", "render") == starts


def test_an_edit_interrupted_by_kill_9_of_the_backend_is_run_again_and_makes_one_version(rig: Rig) -> None:
    rig.plan(edit_s=1.5)
    backend = rig.start()
    session = backend.session("My game", rig.clip())
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
        eventually("the edit runs", lambda: rig.effects("start", "edit"))
        rig.kill()
    backend = rig.start()
    eventually("the turn is over", lambda: backend.turn(session)["status"] != "running")
    assert backend.turn(session)["status"] == "done"
    assert [row[0] for row in rig.rows("select rev from versions")] == [1]
    turn = backend.turn(session)["turn_id"]
    assert rig.finals(f"edit:{turn}") == ["settle"]


def test_a_backend_that_dies_right_after_an_edit_was_stored_does_not_make_it_twice(rig: Rig) -> None:
    backend = rig.start(die_at="after_edit")
    session = backend.session("My game", rig.clip())
    # The answer goes out at the commit: it may have been sent before the backend dies.
    with suppress(httpx.TransportError):
        backend.edit(session)
    assert rig.wait_end() == 137
    backend = rig.start()
    eventually("the turn is over", lambda: backend.turn(session)["status"] == "done")
    eventually(
        "the workflow is over",
        lambda: [row[0] for row in rig.rows("select status from workflow_status")] == ["SUCCESS"],
    )
    assert [row[0] for row in rig.rows("select rev from versions")] == [1]


def test_a_child_that_always_crashes_fails_the_render_after_two_attempts_with_a_refund(rig: Rig) -> None:
    rig.plan(crash={"render": "segv"})
    backend, session = with_timeline(rig)
    backend.submit(session)
    answer = backend.finished()
    assert answer["status"] == "failed"
    assert "crashed twice" in answer["fault"]["message"]
    assert rig.effects("start", "render") == 2
    assert rig.finals("render:render_1") == ["refund"]
    assert rig.reels() == []


def test_a_child_killed_once_is_tried_again_and_the_reel_appears_once(rig: Rig) -> None:
    rig.plan(crash={"render": "kill-once"})
    backend, session = with_timeline(rig)
    backend.submit(session)
    check_once(rig, backend)
    assert (rig.effects("start", "render"), rig.effects("done", "render")) == (2, 1)
    assert rig.effects("go-on", "render") == 1, "the second attempt has what the first one had finished"


@pytest.mark.parametrize("job", ["probe", "moments"])
def test_a_look_whose_process_is_killed_once_is_made_again_and_blames_no_footage(rig: Rig, job: str) -> None:
    rig.plan(crash={job: "kill-once"})
    backend = rig.start()
    session = backend.session("My game", rig.clip())
    assert backend.get(f"/api/local/moments/{session}", params={"wait_s": 20})["code"] == 0


def test_footage_on_which_the_engine_crashes_twice_is_called_damaged(rig: Rig) -> None:
    rig.plan(crash={"probe": "segv"})
    backend = rig.start()
    answer = backend.upload(backend.session(), rig.clip())
    assert (answer["code"], rig.effects("probe", "a.mp4")) == (1407, 2)


def test_closing_the_client_during_a_render_does_not_stop_it(rig: Rig) -> None:
    rig.plan(render_s=1.0)
    backend, session = with_timeline(rig)
    backend.submit(session)
    eventually("the render runs", lambda: rig.effects("start", "render"))
    backend.http.close()
    eventually("the reel is there", lambda: rig.reels() == ["My game.mp4"])
    assert rig.effects("start", "render") == 1


def test_sigterm_during_a_render_ends_the_backend_cleanly_and_the_render_goes_on_later(rig: Rig) -> None:
    rig.plan(render_s=2.0)
    backend, session = with_timeline(rig)
    backend.submit(session)
    eventually("the render runs", lambda: rig.effects("start", "render"))
    rig.processes[-1].terminate()
    assert rig.wait_end() == 0
    assert rig.state() is None
    assert rig.engine_pids() == []
    check_once(rig, rig.start())


def test_a_backend_frozen_and_continued_publishes_once(rig: Rig) -> None:
    rig.plan(render_s=1.5)
    backend, session = with_timeline(rig)
    backend.submit(session)
    eventually("the render runs", lambda: rig.effects("start", "render"))
    rig.processes[-1].send_signal(19)
    second = rig.launch()
    assert second.wait(20) == 75
    rig.processes[-2].send_signal(18)
    check_once(rig, backend)


def test_a_render_without_progress_is_stopped_and_says_so(rig: Rig) -> None:
    rig.settings["timing"] = {**rig.settings["timing"], "no_progress": 1.0}
    rig.plan(crash={"render": "silent"})
    backend, session = with_timeline(rig)
    backend.submit(session)
    answer = backend.finished()
    assert "no progress" in answer["fault"]["message"]
    assert rig.engine_pids() == []


@pytest.mark.timeout(400)
@pytest.mark.skipif(sys.platform != "linux", reason="finds processes by what Linux tells of them")
def test_every_job_ends_once_whatever_is_killed_or_stopped_while_a_host_works(tmp_path: Path) -> None:
    command = [sys.executable, str(KILLS), "--seed", "22", "--count", "4", "--keep", str(tmp_path / "bench")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
