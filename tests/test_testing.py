"""What is offered to the tests of others does what it says, and is gone afterwards."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from highlight_mcp.testing import AnswerFault, ScriptedCloud, backend, faults, scripted_cloud

SKILL = {"X-Skill-Source": "highlight-editor-hd", "X-Skill-Version": "1", "X-Skill-Platform": "unknown"}
CREDITS = "/api/credits/balance/simple"
NEW_SESSION = "/api/tasks/me/with-session/nemo_agent"


def test_a_backend_for_tests_answers_with_its_secret_and_ends_with_the_context(tmp_path: Path) -> None:
    with backend(tmp_path) as running:
        headers = {"Authorization": f"Bearer {running.secret}"}
        assert httpx.get(f"{running.url}/api/local/health", headers=headers).json()["code"] == 0
        assert httpx.get(f"{running.url}/api/local/health").json()["code"] == 1001
    assert not psutil.pid_exists(running.pid)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one strict backend for all clouds of this module."""
    with backend(tmp_path_factory.mktemp("strict"), profile="strict") as running:
        yield running.url


@pytest.fixture
def cloud(strict: str, tmp_path: Path) -> Iterator[ScriptedCloud]:
    with scripted_cloud(tmp_path, upstream=strict) as running:
        yield running
    assert not running.problems


@pytest.fixture
def user(cloud: ScriptedCloud, tmp_path: Path) -> Iterator[httpx.Client]:
    """A new user with a token."""
    with httpx.Client(base_url=cloud.url, headers=SKILL, timeout=5, verify=False) as client:
        data = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": str(tmp_path)}).json()["data"]
        client.headers["Authorization"] = f"Bearer {data['token']}"
        yield client


def test_a_scripted_cloud_starts_a_strict_backend_of_its_own(tmp_path: Path) -> None:
    with scripted_cloud(tmp_path) as cloud:
        refused = httpx.post(f"{cloud.url}/api/auth/anonymous-token")
        granted = httpx.post(f"{cloud.url}/api/auth/anonymous-token", headers={"X-Client-Id": "6f1c"})
        pid = json.loads((tmp_path / "home" / "backend.json").read_text())["pid"]
    assert (refused.status_code, refused.json()["code"]) == (400, 400)
    assert granted.json()["data"]["credits"] == 100
    assert cloud.tokens == (granted.json()["data"]["token"],)
    assert not psutil.pid_exists(pid)


def test_requests_are_kept_with_what_became_of_them(cloud: ScriptedCloud, user: httpx.Client) -> None:
    cloud.script("credits", faults.status(503), calls=2)
    assert [user.get(CREDITS).status_code for _ in range(3)] == [200, 503, 200]
    assert [(seen.status, seen.fault, seen.passed_on) for seen in cloud.requests("credits")] == [
        (200, "", True),
        (503, "HTTP 503", False),
        (200, "", True),
    ]
    assert user.post(NEW_SESSION, json={"task_name": "x"}).json()["code"] == 0
    seen = cloud.requests("session")[0]
    assert (seen.json, seen.headers["x-skill-version"]) == ({"task_name": "x"}, "1")


def test_extensions_are_hidden_unless_they_are_asked_for(
    cloud: ScriptedCloud, user: httpx.Client, strict: str, tmp_path: Path
) -> None:
    assert user.get("/api/local/tasks").status_code == 404
    with scripted_cloud(tmp_path, upstream=strict, extensions=True) as own:
        answer = httpx.get(f"{own.url}/api/local/tasks", headers=dict(user.headers))
    assert answer.json()["code"] == 0


def test_a_misspelt_endpoint_is_an_error(cloud: ScriptedCloud) -> None:
    with pytest.raises(ValueError, match="endpoints are token"):
        cloud.script("tokens", faults.silence())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.hang_up(), httpx.RemoteProtocolError),
        (faults.reset(), httpx.ReadError),
        (faults.silence(), httpx.ReadTimeout),
        (faults.truncated(10), (httpx.RemoteProtocolError, httpx.ReadError)),
        (faults.raw(b"SSH-2.0\r\n"), httpx.RemoteProtocolError),
        (faults.compressed(broken=True), httpx.DecodingError),
    ],
    ids=lambda each: str(each) if isinstance(each, AnswerFault) else "",
)
def test_a_broken_answer_is_broken(cloud: ScriptedCloud, user: httpx.Client, fault: AnswerFault, error: Any) -> None:
    cloud.script("credits", fault)
    with pytest.raises(error):
        user.get(CREDITS, timeout=0.3)
    assert user.get(CREDITS).json()["code"] == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.null_data(), {"code": 0, "message": "success", "data": None}),
        (faults.empty_object(), {}),
        (faults.bare(), {"available": 100, "frozen": 0, "total": 100, "plan": "anonymous"}),
        (faults.without("data"), {"code": 0, "message": "success"}),
        (faults.error(2001), {"code": 2001, "message": "No credits are left for this work."}),
    ],
    ids=lambda each: str(each) if isinstance(each, AnswerFault) else "",
)
def test_a_misshapen_answer_has_that_shape(
    cloud: ScriptedCloud, user: httpx.Client, fault: AnswerFault, expected: dict[str, Any]
) -> None:
    cloud.script("credits", fault)
    found = user.get(CREDITS).json()
    assert {**found, **expected} == found
    assert ("data" in found) == ("data" in expected)


def test_numbers_become_text_and_objects_become_lists(cloud: ScriptedCloud, user: httpx.Client) -> None:
    cloud.script("credits", faults.string_numbers(), calls=1)
    cloud.script("credits", faults.lists_for_objects(), calls=2)
    assert user.get(CREDITS).json()["data"]["available"] == "100"
    assert user.get(CREDITS).json()["data"][:3] == [100, 0, 100]


def test_a_lost_answer_means_that_the_work_was_done(cloud: ScriptedCloud, user: httpx.Client, strict: str) -> None:
    cloud.script("session", faults.hang_up(passed_on=True))
    cloud.script("session", faults.hang_up(), calls=2)
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            user.post(NEW_SESSION, json={})
    listed = httpx.get(f"{strict}/api/local/tasks", headers=dict(user.headers)).json()["data"]["tasks"]
    assert len(listed) == 1


def test_a_late_answer_is_late_and_a_rate_limit_names_its_end(cloud: ScriptedCloud, user: httpx.Client) -> None:
    cloud.script("credits", faults.late(600), calls=1)
    cloud.script("credits", faults.late(0.01), calls=2)
    cloud.script("credits", faults.rate_limited(7), calls=3)
    cloud.script("credits", faults.rate_limited(timedelta(hours=1)), calls=4)
    with pytest.raises(httpx.ReadTimeout):
        user.get(CREDITS, timeout=0.5)
    assert user.get(CREDITS).status_code == 200
    assert user.get(CREDITS).headers["retry-after"] == "7"
    assert user.get(CREDITS).headers["retry-after"].endswith("GMT")


def test_expired_tokens_are_refused_and_replaced_on_the_same_account(cloud: ScriptedCloud, user: httpx.Client) -> None:
    session = user.post(NEW_SESSION, json={}).json()["data"]["session_id"]
    cloud.expire_tokens()
    assert user.get(CREDITS).json()["code"] == 1001
    client_id = cloud.requests("token")[0].headers["x-client-id"]
    fresh = httpx.post(f"{cloud.url}/api/auth/anonymous-token", headers={"X-Client-Id": client_id}).json()["data"]
    user.headers["Authorization"] = f"Bearer {fresh['token']}"
    state = f"/api/state/nemo_agent/me/{session}/latest"
    assert user.get(state).json()["code"] == 0
    cloud.lose_sessions()
    assert user.get(state).json()["code"] == 1002


def test_nobody_listens_while_connections_are_refused(cloud: ScriptedCloud, user: httpx.Client) -> None:
    with cloud.refusing(), pytest.raises(httpx.ConnectError):
        user.get(CREDITS)
    assert user.get(CREDITS).json()["code"] == 0
