"""Looking at footage: pictures, moments, and looks that take longer than a caller waits."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from highlight_mcp.backend.engine_runner import LOOKS_AT_ONCE
from highlight_mcp.backend.preview_jobs import MOST_WAITING
from waiting import eventually

from .rig import Caller, Rig


def test_a_picture_comes_with_its_description(backend: Caller, shared_rig: Rig) -> None:
    session = backend.session("x", shared_rig.clip())
    answer = backend.http.get(f"/api/local/preview/{session}", params={"what": "frame", "at_ms": 5})
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", b"\xff\xd8picture")
    assert unquote(answer.headers["x-description"]) == "a frame — 图"
    assert shared_rig.partials() == []


def test_unknown_pictures_and_times_are_refused(backend: Caller, shared_rig: Rig) -> None:
    session = backend.session("x", shared_rig.clip())
    for params in ({"what": "poster"}, {"what": "frame", "at_ms": "soon"}, {"what": "frame", "at_ms": "-1"}):
        answer = backend.get(f"/api/local/preview/{session}", params=params)
        assert answer["code"] == 1422, params


def test_moments_are_ranked_candidates_and_a_session_without_footage_has_none(backend: Caller, shared_rig: Rig) -> None:
    session = backend.session("x", shared_rig.clip())
    found = backend.get(f"/api/local/moments/{session}")["data"]
    assert found["moments"][0]["confidence"] == "high"
    assert list(found["curve"]) == [found["moments"][0]["media_id"]]
    assert backend.get(f"/api/local/moments/{backend.session()}")["data"]["moments"] == []


def test_a_long_look_goes_on_while_its_callers_are_told_to_ask_again(backend: Caller, shared_rig: Rig) -> None:
    shared_rig.plan(look_s=1.5)
    session = backend.session("x", shared_rig.clip())
    path = f"/api/local/moments/{session}"
    answer = backend.http.get(path, params={"wait_s": 0.2})
    assert (answer.status_code, answer.json()["code"]) == (409, 1409)
    assert int(answer.headers["retry-after"]) > 0
    assert backend.get("/api/local/health")["data"]["jobs_running"] == 1
    assert backend.get(path, params={"wait_s": 20})["data"]["moments"]
    assert shared_rig.effects("start", "moments") == 1
    shared_rig.plan()


def test_footage_that_became_a_link_out_of_the_roots_is_not_shown(rig: Rig, tmp_path: Path) -> None:
    backend = rig.start()
    path = Path(rig.clip("a.mp4"))
    session = backend.session("My game", str(path))
    secret = tmp_path.parent / f"{tmp_path.name}-outside.mp4"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)
    for what in ("storyboard", "frame", "moments"):
        answer = backend.http.get(f"/api/local/preview/{session}", params={"what": what})
        assert answer.json()["code"] == 1408
    assert "lies outside" in backend.http.get(f"/api/local/moments/{session}").json()["message"]


def test_looks_that_wait_are_bounded_and_go_when_nobody_waits_for_them(rig: Rig) -> None:
    rig.plan(look_s=0.1, crash={"moments": "silent"})
    backend = rig.start()
    session = backend.session("x", rig.clip())
    path = f"/api/local/moments/{session}"

    def look(criterion: str, wait_s: float = 0) -> Any:
        return backend.get(path, params={"criterion": criterion, "wait_s": wait_s})

    def waiting() -> int:
        return int(backend.get("/api/local/health")["data"]["jobs_running"]) - LOOKS_AT_ONCE

    assert [look(f"long {number}")["code"] for number in range(LOOKS_AT_ONCE)] == [1409, 1409]
    eventually("both look", lambda: rig.effects("start", "moments") == LOOKS_AT_ONCE)
    for number in range(MOST_WAITING + 5):
        assert look(f"short {number}")["code"] == 1409
    assert waiting() == MOST_WAITING
    with (
        httpx.Client(base_url=backend.url, headers=backend.http.headers, timeout=1, verify=False) as hasty,
        pytest.raises(httpx.ReadTimeout),
    ):
        hasty.get(path, params={"criterion": "hasty", "wait_s": 30})
    eventually("the one whose caller has left is gone", lambda: waiting() == MOST_WAITING - 1)
