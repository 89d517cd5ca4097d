"""Edit turns: versions, conflicts, disconnects, cancelling."""

import pytest

from waiting import eventually

from .rig import Caller, Rig


@pytest.fixture
def session(backend: Caller, shared_rig: Rig) -> str:
    shared_rig.plan()
    return backend.session("Game", shared_rig.clip("turns.mp4", b"turns"))


def response(frames: list[dict[str, object]]) -> dict[str, object]:
    """The result in the last function response of a stream."""
    parts = [part for frame in frames for part in frame.get("content", {}).get("parts", [])]  # type: ignore[attr-defined]
    return dict([part["functionResponse"]["response"] for part in parts if "functionResponse" in part][-1])


def test_a_turn_streams_its_id_first_then_the_result_then_the_words(backend: Caller, session: str) -> None:
    frames = backend.edit(session)
    assert frames[0]["type"] == "heartbeat"
    assert frames[0]["turn_id"] == backend.turn(session)["turn_id"]
    result = response(frames)
    assert (result["schema"], result["ok"], result["rev"], result["status"]) == ("hl/turn/1", True, 1, "done")
    assert frames[-1]["turnComplete"] is True
    assert frames[-1]["content"]["parts"] == [{"text": "Cut to 1000 ms."}]


def test_each_accepted_edit_makes_a_version_and_undo_makes_one_with_the_former_content(
    backend: Caller, session: str
) -> None:
    for text in ("first", "second", "undo"):
        backend.edit(session, text)
    versions = backend.get(f"/api/local/versions/{session}")["data"]["versions"]
    assert [version["rev"] for version in versions] == [3, 2, 1]
    assert [version["duration_ms"] for version in versions] == [1000, 2000, 1000]
    assert [version["current"] for version in versions] == [True, False, False]
    draft = backend.state(session)["state"]["draft"]
    assert (draft["m"]["rev"], draft["d"]) == (3, 1000)


def test_an_edit_that_changes_nothing_makes_no_version_and_says_so(backend: Caller, session: str) -> None:
    backend.edit(session)
    result = response(backend.edit(session, "nothing please"))
    assert (result["rev"], result["changes"], result["message"]) == (1, [], "Nothing to do.")


def test_a_question_back_and_a_failure_are_told_apart(backend: Caller, session: str) -> None:
    assert response(backend.edit(session, "ask me"))["status"] == "needs_input"
    frames = backend.edit(session, "fail now")
    assert response(frames)["status"] == "failed"
    assert frames[-1]["errorCode"] == 1416
    turn = backend.turn(session)
    assert (turn["status"], turn["fault"]["kind"]) == ("failed", "asset_missing")


def test_a_stale_base_version_is_a_conflict_that_names_both_versions(backend: Caller, session: str) -> None:
    backend.edit(session)
    with backend.run(session, "more", base_version=0) as answer:
        answer.read()
        assert (answer.status_code, answer.json()["code"]) == (409, 1411)
        assert "version 0" in answer.json()["message"]
        assert "version 1" in answer.json()["message"]
    assert response(backend.edit(session, "more", base_version=1))["rev"] == 2


def test_operations_reach_the_engine_and_unknown_ones_are_refused(backend: Caller, session: str) -> None:
    assert response(backend.edit(session, "", operations=[{"op": "highlights"}]))["rev"] == 1
    with backend.run(session, None, operations=[{"op": "explode"}]) as answer:
        answer.read()
        assert (answer.status_code, answer.json()["code"]) == (422, 1422)
        assert "explode" in answer.json()["message"]


@pytest.mark.parametrize("body", [{}, {"session_id": "x"}, {"session_id": "x", "new_message": {"parts": []}}])
def test_turns_without_words_are_refused(backend: Caller, body: object) -> None:
    answer = backend.http.post("/run_sse", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, 1422)


def test_camel_case_and_an_unknown_session_are_understood(backend: Caller) -> None:
    body = {"sessionId": "none", "newMessage": {"parts": [{"text": "hi"}]}}
    answer = backend.http.post("/run_sse", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, 1002)


def test_a_turn_goes_on_when_its_caller_hangs_up_and_a_second_one_is_busy_meanwhile(
    backend: Caller, session: str, shared_rig: Rig
) -> None:
    shared_rig.plan(edit_s=0.8)
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    with backend.run(session, "another") as answer:
        answer.read()
        assert (answer.status_code, answer.json()["code"]) == (409, 1409)
    turn = backend.turn(session, wait_s=20)
    assert (turn["status"], turn["result"]["rev"]) == ("done", 1)


def test_the_end_of_a_turn_is_told_when_it_comes_and_not_at_the_next_look(rig: Rig) -> None:
    rig.settings["timing"] = {"poll": 3600, "progress": 3600}
    backend = rig.start()
    session = backend.session("x", rig.clip())
    assert response(backend.edit(session))["rev"] == 1
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    assert backend.turn(session, wait_s=20)["status"] == "done"


@pytest.mark.slow
def test_progress_never_falls_and_heartbeats_fill_silence(rig: Rig) -> None:
    rig.settings["timing"] = {**rig.settings["timing"], "heartbeat": 0.3}
    rig.plan(edit_s=1.5)
    backend = rig.start()
    frames = backend.edit(backend.session("x", rig.clip()))
    beats = [frame["progress"] for frame in frames if frame.get("type") == "heartbeat"]
    assert beats == sorted(beats)
    assert len(beats) >= 4


def test_cancelling_a_turn_ends_its_child_and_the_session_is_free_again(
    backend: Caller, session: str, shared_rig: Rig
) -> None:
    shared_rig.plan(edit_s=600)
    with backend.run(session, "best bits") as answer:
        next(answer.iter_lines())
    eventually("the edit runs", shared_rig.engine_pids)
    turn = backend.post(f"/api/local/turns/{backend.turn(session)['turn_id']}/cancel")["data"]
    assert turn["status"] == "cancelled"
    assert not shared_rig.engine_pids()
    assert shared_rig.finals(f"edit:{turn['turn_id']}") == ["refund"]
    shared_rig.plan()
    assert response(backend.edit(session))["rev"] == 1


def test_footage_that_changed_on_the_disk_is_noticed(backend: Caller, shared_rig: Rig) -> None:
    path = shared_rig.clip("changing.mp4", b"before")
    session = backend.session("x", path)
    shared_rig.clip("changing.mp4", b"after!")
    with backend.run(session, "cut") as answer:
        answer.read()
        assert answer.json()["code"] == 1406
        assert "changed" in answer.json()["message"]
    shared_rig.clip("changing.mp4", b"before")
    assert response(backend.edit(session))["status"] == "done"


def test_an_edit_is_sent_no_more_in_a_long_session_and_its_list_of_versions_is_bounded(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("x", rig.clip())
    backend.edit(session)
    backend.edit(session)
    copied = (
        "insert into versions select session_id, {0}, {0} - 1, {0}, 'made_{0}', change, timeline, duration_ms,"
        " created_ms, operations from versions where rev = 1"
    )
    rig.change(*(copied.format(rev) for rev in range(3, 1001)), "update sessions set head_rev = 1000")
    backend.edit(session)
    assert response(backend.edit(session, "undo"))["rev"] == 1002
    lines = rig.effects_file.read_text().splitlines()
    _, second, *later = [int(line.split()[1].removeprefix("edit:")) for line in lines if line.startswith("job edit:")]
    assert max(later) < second + 50
    listed = backend.get(f"/api/local/versions/{session}")["data"]["versions"]
    assert len(listed) == 200 and listed[0]["rev"] == 1002 and listed[0]["current"]


def test_a_fault_of_the_backend_in_one_job_ends_that_job_alone(backend: Caller, session: str, shared_rig: Rig) -> None:
    shared_rig.plan(crash={"edit": "strange"})
    backend.edit(session)
    assert backend.turn(session, wait_s=20)["status"] == "failed"
    shared_rig.plan()
    assert response(backend.edit(session))["rev"] == 1


@pytest.mark.sqlite
def test_ids_stay_new_in_a_session_of_an_earlier_release(rig: Rig) -> None:
    backend = rig.start()
    backend.edit(backend.session("x", rig.clip()))
    rig.processes[-1].terminate()
    rig.wait_end()
    rig.make_older()
    rig.start()
    assert rig.rows("select highest_id from sessions") == [(1,)]
