"""The strict profile: the cloud's rules, for the tests of clients."""

import json
from typing import Any

import httpx
import pytest

from .rig import Caller, Rig

SKILL = {"X-Skill-Source": "highlight-editor-hd", "X-Skill-Version": "1", "X-Skill-Platform": "unknown"}


@pytest.fixture(scope="module")
def cloud(shared_rig: Rig) -> Caller:
    return shared_rig.start(profile="strict", limits={"upload": 100_000})


def anonymous(cloud: Caller, client: str | None) -> httpx.Response:
    headers = {"X-Client-Id": client} if client else {}
    return httpx.post(f"{cloud.url}/api/auth/anonymous-token", headers=headers)


def user(cloud: Caller, client: str) -> Caller:
    return Caller(cloud.url, anonymous(cloud, client).json()["data"]["token"])


def session_with_footage(caller: Caller) -> str:
    session = caller.session("Cloud")
    answer = caller.http.post(
        f"/api/upload-video/nemo_agent/me/{session}", files=[("files", ("a.mp4", session.encode()))]
    )
    assert answer.json()["code"] == 0, answer.text
    return session


def balance(caller: Caller) -> tuple[int, int, int]:
    found = caller.get("/api/credits/balance/simple")["data"]
    return found["available"], found["frozen"], found["total"]


def test_an_anonymous_token_has_100_credits_for_seven_days_and_comes_once(cloud: Caller) -> None:
    assert anonymous(cloud, None).json()["code"] == 400
    data = anonymous(cloud, "client-1").json()["data"]
    assert data["token"].startswith("nmv_usr_")
    assert (data["credits"], data["user_id"][:5]) == (100, "anon_")
    again = anonymous(cloud, "client-1")
    assert (again.status_code, again.json()["code"], again.headers["retry-after"]) == (429, 429, "30")


def test_a_caller_cannot_choose_a_folder_of_this_machine(cloud: Caller, shared_rig: Rig) -> None:
    caller = user(cloud, "client-folder")
    session = session_with_footage(caller)
    caller.edit(session)
    wish = {"output_dir": str(shared_rig.folder / "elsewhere"), "font": "/fonts/a.ttf"}
    caller.http.headers.update({**SKILL, "X-Highlight-Settings": json.dumps(wish)})
    caller.submit(session, "wish")
    assert caller.finished("wish")["status"] == "completed"
    assert not (shared_rig.folder / "elsewhere").exists()
    assert "a.ttf" not in shared_rig.rows("select spec from renders where id = 'wish'")[0][0]
    caller.http.close()


def test_users_see_only_what_is_theirs(cloud: Caller) -> None:
    one, other = user(cloud, "client-2"), user(cloud, "client-3")
    session = one.session("Mine")
    assert other.get(f"/api/state/nemo_agent/me/{session}/latest")["code"] == 1002
    assert other.get("/api/local/tasks")["data"]["tasks"] == []
    for caller in (one, other):
        caller.http.close()


def test_editing_is_paid_once_per_session_and_refunded_when_it_fails(cloud: Caller, shared_rig: Rig) -> None:
    shared_rig.plan()
    caller = user(cloud, "client-4")
    first = session_with_footage(caller)
    caller.edit(first, "fail now")
    assert balance(caller) == (100, 0, 100)
    caller.edit(first)
    caller.edit(first)
    assert balance(caller) == (50, 0, 50)
    caller.edit(session_with_footage(caller))
    assert balance(caller) == (0, 0, 0)
    with caller.run(session_with_footage(caller), "more") as answer:
        answer.read()
        assert (answer.status_code, answer.json()["code"]) == (403, 2001)
    caller.http.close()


def test_credits_are_frozen_while_an_edit_runs(cloud: Caller, shared_rig: Rig) -> None:
    shared_rig.plan(edit_s=1.0)
    caller = user(cloud, "client-5")
    session = session_with_footage(caller)
    with caller.run(session, "best") as answer:
        next(answer.iter_lines())
        assert balance(caller) == (50, 50, 100)
    assert caller.turn(session, wait_s=20)["status"] == "done"
    caller.http.close()
    shared_rig.plan()


def test_export_needs_the_attribution_headers_and_gives_no_local_path(cloud: Caller, shared_rig: Rig) -> None:
    caller = user(cloud, "client-6")
    session = session_with_footage(caller)
    caller.edit(session)
    answer = caller.http.post("/api/render/proxy/lambda", json={"id": "c6", "sessionId": session, "draft": {}})
    assert (answer.status_code, answer.json()["code"]) == (402, 402)
    caller.http.headers.update(SKILL)
    refused = caller.submit(session, "c6", hardware=True)
    assert "by the processor alone" in str(refused)
    caller.submit(session, "c6")
    output = caller.finished("c6")["output"]
    assert "path" not in output
    assert httpx.get(output["url"]).status_code == 200
    caller.http.close()


def test_large_files_and_files_in_place_are_refused(cloud: Caller, shared_rig: Rig) -> None:
    caller = user(cloud, "client-7")
    session = caller.session("x")
    answer = caller.http.post(
        f"/api/upload-video/nemo_agent/me/{session}", files=[("files", ("a.mp4", b"x" * 100_001))]
    )
    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert caller.upload(session, shared_rig.clip())["code"] == 1404
    caller.http.close()


def faulty(caller: Caller, session: str, fault: str) -> list[str]:
    with caller.run(session, "best", headers={"X-Test-Fault": fault}) as answer:
        return [line for line in answer.iter_lines() if line]


def test_streams_misbehave_on_request(cloud: Caller, shared_rig: Rig) -> None:
    shared_rig.plan()
    caller = user(cloud, "client-8")
    session = session_with_footage(caller)
    silent = faulty(caller, session, "silent")
    last: Any = json.loads(silent[-1][5:])
    assert (last["turnComplete"], last["content"]["parts"]) == (True, [])
    assert any("broken" in line for line in faulty(caller, session, "garbage-frame"))
    assert len(faulty(caller, session, "drop")) == 2
    assert caller.turn(session, wait_s=20)["status"] == "done"
    with caller.run(session, "best", headers={"X-Test-Fault": "nonsense"}) as answer:
        answer.read()
        assert answer.json()["code"] == 1422
    caller.http.close()
