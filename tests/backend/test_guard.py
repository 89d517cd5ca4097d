"""Who may speak to the backend, and what is refused before anything is done."""

import httpx
import pytest

from .rig import Caller, Rig


def test_a_request_without_the_secret_is_refused_with_1001(backend: Caller) -> None:
    answer = httpx.get(backend.url + "/api/local/health")
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)
    answer = httpx.get(backend.url + "/api/local/health", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "",
        "evil@127.0.0.1",
        "127.0.0.1:80@evil",
        "127.0.0.1:x",
        "a:b@localhost",
    ],
)
def test_a_host_name_that_is_not_loopback_is_refused(backend: Caller, host: str) -> None:
    answer = backend.http.get("/api/local/health", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (403, 1403)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:3000"])
def test_a_web_page_is_refused(backend: Caller, origin: str) -> None:
    answer = backend.http.get("/api/local/health", headers={"Origin": origin})
    assert (answer.status_code, answer.json()["code"]) == (403, 1403)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_bodies_of_other_types_than_json_are_refused(backend: Caller, kind: str) -> None:
    answer = backend.http.post(
        "/api/tasks/me/with-session/nemo_agent", content=b"{}", headers={"Content-Type": kind} if kind else {}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, 1422)


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b'{"task_name": 5}', b'{"task_name": NaN}', b"[" * 100_000, b'{"task_name": null}']
)
def test_bodies_that_are_not_what_they_should_be_are_refused_with_a_reason(backend: Caller, body: bytes) -> None:
    path = "/api/tasks/me/with-session/nemo_agent"
    answer = backend.http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, 1422)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("text", ['"\\ud83d"', '"a\\uDC00b"', '["x", {"\\udfff": 1}]'])
def test_half_a_sign_is_refused_with_where_it_stands(backend: Caller, shared_rig: Rig, text: str) -> None:
    body = f'{{"task_name": {text}}}'.encode()
    headers = {"Content-Type": "application/json"}
    answer = backend.http.post("/api/tasks/me/with-session/nemo_agent", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, 1422)
    assert "half of a surrogate pair" in answer.json()["message"] and "\\ud" in answer.json()["message"]
    assert "Traceback" not in shared_rig.logs()


def test_a_whole_sign_written_in_two_halves_is_text(backend: Caller) -> None:
    body, headers = b'{"task_name": "goal \\ud83d\\ude00"}', {"Content-Type": "application/json"}
    answer = backend.http.post("/api/tasks/me/with-session/nemo_agent", content=body, headers=headers)
    assert answer.json()["code"] == 0


def test_a_body_that_is_too_large_is_refused(backend: Caller) -> None:
    answer = backend.http.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "x" * 9_000_000})
    assert (answer.status_code, answer.json()["code"]) == (422, 1422)


@pytest.mark.parametrize("path", ["/nope", "/api/local/health/more", "/run_sse", "/docs"])
def test_unknown_calls_answer_1404(backend: Caller, path: str) -> None:
    answer = backend.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, 1404)


def test_the_local_profile_hands_out_no_tokens(backend: Caller) -> None:
    assert backend.post("/api/auth/anonymous-token")["code"] == 1404
    assert backend.post("/api/auth/claim-token", {"task_id": "t", "session_id": "s"})["code"] == 1404


def test_unknown_sessions_renders_and_turns_are_told_apart(backend: Caller) -> None:
    assert backend.get("/api/state/nemo_agent/me/none/latest")["code"] == 1002
    assert backend.get("/api/render/proxy/lambda/none")["code"] == 1405
    assert backend.post("/api/local/turns/none/cancel")["code"] == 1405
    assert backend.get(f"/api/local/turns/{backend.session()}/latest")["code"] == 1405


def test_the_log_holds_no_secret(backend: Caller, shared_rig: Rig) -> None:
    backend.get("/api/local/health")
    secret = backend.http.headers["authorization"].split()[1]
    assert secret not in shared_rig.logs()
