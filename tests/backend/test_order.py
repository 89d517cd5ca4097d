"""What came later is later, whatever the clock of the machine says in between."""

import json
import sqlite3

import pytest

from .rig import Rig

pytestmark = pytest.mark.slow

AHEAD = """
update turns set created_ms = created_ms + 7200000;
update renders set created_ms = created_ms + 7200000, finished_ms = finished_ms + 7200000;
update sessions set created_ms = created_ms + 7200000, updated_ms = updated_ms + 7200000;
"""
"""As if the clock had been two hours ahead so far, and were right from now on."""


def change(rig: Rig, script: str) -> None:
    connection = sqlite3.connect(rig.home / "backend.db", timeout=30)
    connection.executescript(script)
    connection.close()


def test_turns_sessions_renders_and_news_keep_their_order_when_the_clock_steps_back(rig: Rig) -> None:
    backend = rig.start()
    first = backend.session("first", rig.clip())
    backend.edit(first, "before")
    backend.submit(first, "before")
    backend.finished("before")
    before = backend.turn(first)["turn_id"]
    with backend.http.stream("GET", "/api/local/events") as news:
        lines = (json.loads(line[5:]) for line in news.iter_lines() if line.startswith("data:"))
        assert next(lines)["session_id"] == first
        assert next(lines)["render_id"] == "before"
        change(rig, AHEAD)
        second = backend.session("second", rig.clip("b.mp4", b"other footage"))
        backend.edit(second, "after")
        told = next(line for line in lines if line.get("session_id") == second)
        assert told["version"] in (0, 1)
    assert [task["session_id"] for task in backend.get("/api/local/tasks")["data"]["tasks"]] == [second, first]
    backend.edit(first, "after")
    assert backend.turn(first)["turn_id"] != before
    backend.submit(first, "after")
    backend.finished("after")
    listed = backend.get(f"/api/local/renders/{first}")["data"]["renders"]
    assert [render["id"] for render in listed] == ["after", "before"]


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_database_of_the_first_release_is_brought_up_to_date(rig: Rig) -> None:
    backend = rig.start()
    names = [backend.session(name, rig.clip()) for name in ("a", "b", "c")]
    for text in ("one", "two"):
        backend.edit(names[1], text)
    last = backend.turn(names[1])["turn_id"]
    rig.processes[-1].terminate()
    rig.wait_end()
    rig.make_older()
    backend = rig.start()
    listed = [task["session_id"] for task in backend.get("/api/local/tasks")["data"]["tasks"]]
    assert listed == [names[1], names[2], names[0]]
    assert backend.turn(names[1])["turn_id"] == last
    assert rig.rows("select number from turns order by created_ms") == [(1,), (2,)]
