"""Many jobs, cancelled at random moments, and a database that others hold: the books still balance."""

import random
import sqlite3
import threading

import anyio
import pytest

from highlight_mcp.backend.config import BackendConfig
from highlight_mcp.backend.fsck import check_data_directory
from waiting import eventually, throughout

from .rig import Rig

pytestmark = pytest.mark.slow


def test_renders_cancelled_at_random_moments_end_once_each_and_leave_a_reel_exactly_when_settled(rig: Rig) -> None:
    rig.plan(render_s=0.15)
    backend = rig.start(render_slots=3)
    sessions = [backend.session(f"s{number}", rig.clip()) for number in range(3)]
    for session in sessions:
        backend.edit(session)
    dice = random.Random(7)
    ids = [f"r{number}" for number in range(45)]
    for number, render_id in enumerate(ids):
        backend.submit(sessions[number % 3], render_id)
        for _ in range(dice.randrange(20)):
            backend.render(render_id)
        if dice.random() < 0.6:
            victim = ids[dice.randrange(max(0, number - 4), number + 1)]
            threading.Thread(target=backend.post, args=(f"/api/render/proxy/lambda/{victim}/cancel",)).start()
    answers = {render_id: backend.finished(render_id, 60) for render_id in ids}
    for render_id, answer in answers.items():
        expected = ["settle"] if answer["status"] == "completed" else ["refund"]
        assert rig.finals(f"render:{render_id}") == expected
    settled = [answer["output"]["path"] for answer in answers.values() if answer["status"] == "completed"]
    assert {path.rpartition("/")[2] for path in settled} == set(rig.reels())
    assert 0 < len(settled) < len(ids)
    eventually("working files are gone", lambda: not rig.partials())
    config = BackendConfig(home=rig.home, output_dir=rig.output, media_roots=())
    assert [found for found in check_data_directory(config, running=True) if not found.ok] == []


def test_a_render_cancelled_while_its_child_is_being_started_leaves_no_working_files(rig: Rig) -> None:
    rig.plan(render_s=0.05)
    backend = rig.start()
    session = backend.session("x", rig.clip())
    backend.edit(session)
    for number in range(20):
        render_id = f"r{number}"
        backend.submit(session, render_id)
        looks = iter(range(5_000))
        while backend.render(render_id)["status"] == "pending":
            next(looks)
        backend.post(f"/api/render/proxy/lambda/{render_id}/cancel")
    eventually("working files are gone", lambda: not rig.partials())


@pytest.mark.sqlite
def test_a_render_survives_a_database_that_another_process_holds_for_seconds(rig: Rig) -> None:
    rig.plan(render_s=1.0)
    backend = rig.start()
    session = backend.session("x", rig.clip())
    backend.edit(session)
    backend.submit(session)
    eventually("the render runs", lambda: rig.effects("start", "render"))
    connection = sqlite3.connect(rig.home / "backend.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    anyio.run(throughout, lambda: backend.render()["status"] == "processing", 4.0)
    connection.execute("ROLLBACK")
    connection.close()
    assert backend.finished()["status"] == "completed"
    assert rig.finals("render:render_1") == ["settle"]
    assert rig.effects("start", "render") == 1


@pytest.mark.sqlite
def test_a_job_that_nobody_works_on_goes_back_to_its_queue(rig: Rig) -> None:
    rig.plan(render_s=1.0)
    backend = rig.start()
    session = backend.session("x", rig.clip())
    backend.edit(session)
    backend.submit(session, "first")
    backend.submit(session, "second")
    connection = sqlite3.connect(rig.home / "backend.db", timeout=30)
    taken = "update workflow_status set status = 'PENDING', executor_id = 'local' where workflow_uuid = 'render:second'"
    assert connection.execute(taken).rowcount == 1
    connection.commit()
    connection.close()
    assert backend.finished("second", 40)["status"] == "completed"
    assert rig.finals("render:second") == ["settle"]
    assert rig.effects("start", "render") == 2
