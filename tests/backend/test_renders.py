"""Exports: names, idempotence, drafts that are refused, cancelling."""

import copy
import json
from typing import Any

import pytest

from waiting import eventually

from .rig import Caller, Rig


@pytest.fixture
def session(backend: Caller, shared_rig: Rig) -> str:
    shared_rig.plan()
    made = backend.session("Spiel: Tor/ 1?", shared_rig.clip("renders.mp4", b"renders"))
    backend.edit(made)
    return made


def post(backend: Caller, session: str, draft: Any, render_id: str, **output: Any) -> Any:
    body = {"id": render_id, "sessionId": session, "draft": draft, "output": output}
    return backend.post("/api/render/proxy/lambda", body)


def test_a_reel_goes_where_its_own_host_wants_it_and_keeps_the_font_of_that_host(
    backend: Caller, session: str, shared_rig: Rig
) -> None:
    elsewhere = shared_rig.folder / "elsewhere"
    wish = {"output_dir": str(elsewhere), "font": "/fonts/a.ttf", "models": {"words": "/models/a"}}
    draft = backend.state(session)["state"]["draft"]
    body = {"id": "own", "sessionId": session, "draft": draft, "output": {"filename": "own"}}
    backend.post("/api/render/proxy/lambda", body, headers={"X-Highlight-Settings": json.dumps(wish)})
    assert backend.finished("own")["output"]["path"] == str(elsewhere / "own.mp4")
    assert json.loads(shared_rig.rows("select spec from renders where id = 'own'")[0][0])["font"] == "/fonts/a.ttf"
    assert not (shared_rig.output / "own.mp4").exists()


@pytest.mark.slow
def test_reels_get_human_names_and_never_replace_a_file(rig: Rig) -> None:
    rig.output.mkdir()
    (rig.output / "Spiel Tor.mp4").write_bytes(b"mine")
    backend = rig.start()
    session = backend.session("Spiel: Tor?", rig.clip())
    backend.edit(session)
    for number in (1, 2):
        backend.submit(session, f"r{number}")
        backend.finished(f"r{number}")
    backend.submit(session, "r3", filename="../../etc/Best of 2026.mp4")
    answer = backend.finished("r3")
    assert answer["output"]["path"] == str(rig.output / "Best of 2026.mp4")
    assert rig.reels() == ["Best of 2026.mp4", "Spiel Tor (2).mp4", "Spiel Tor (3).mp4", "Spiel Tor.mp4"]
    assert (rig.output / "Spiel Tor.mp4").read_bytes() == b"mine"
    assert (rig.output / "Best of 2026.mp4").stat().st_mode & 0o777 == 0o644
    assert backend.get(f"/api/local/renders/{session}")["data"]["renders"][0]["id"] == "r3"


def test_the_same_submission_is_the_same_render_and_another_one_conflicts(
    backend: Caller, session: str, shared_rig: Rig
) -> None:
    draft = backend.state(session)["state"]["draft"]
    before = shared_rig.effects("start", "render")
    for _ in range(3):
        assert post(backend, session, draft, "same")["id"] == "same"
    assert backend.finished("same")["status"] == "completed"
    assert post(backend, session, draft, "same")["status"] == "completed"
    assert shared_rig.effects("start", "render") == before + 1
    answer = post(backend, session, draft, "same", preset="720p")
    assert answer["code"] == 1409


def test_the_reel_can_be_fetched_by_link_and_by_id(backend: Caller, session: str) -> None:
    backend.submit(session, "fetch")
    answer = backend.finished("fetch")
    assert answer["data"]["outputUrl"] == answer["output"]["url"]
    assert backend.http.get(answer["output"]["url"], headers={"Range": "bytes=0-3"}).content == b"reel"
    assert len(backend.http.get("/api/render/proxy/fetch/download").content) == answer["output"]["size"]
    assert (answer["output"]["method"], answer["output"]["duration_ms"]) == ("encoded", 1000)


def test_an_empty_timeline_is_not_exported(backend: Caller, shared_rig: Rig) -> None:
    empty = backend.session("x", shared_rig.clip("renders.mp4", b"renders"))
    assert backend.submit(empty, "empty")["code"] == 1413


def change(draft: Any, name: str) -> Any:
    changed = copy.deepcopy(draft)
    segment = changed["t"][0]["sg"][0]
    if name == "foreign link":
        segment["m"]["src"] = "http://evil.example/a.mp4"
    if name == "path as link":
        segment["m"]["src"] = "/etc/passwd"
    if name == "unknown media":
        segment["m"] |= {"media_id": "med_none", "src": segment["m"]["src"]}
    if name == "wrong length":
        changed["d"] = 5
    if name == "beyond the source":
        segment["m"] |= {"in_ms": 60_000, "out_ms": 61_000}
    if name == "too many tracks":
        changed["t"] += [{"id": f"t{n}", "tt": 9, "d": 0, "m": {}, "sg": []} for n in range(64)]
    if name == "too many segments":
        changed["t"].append({"id": "many", "tt": 9, "d": 0, "m": {}, "sg": [{}] * 5000})
    if name == "too large":
        changed["m"]["note"] = "x" * 5_000_000
    if name == "no schema":
        del changed["m"]["schema"]
    if name == "fractions":
        segment["d"] = 10.5
    return changed


@pytest.mark.parametrize(
    "name",
    ["foreign link", "path as link", "unknown media", "wrong length", "beyond the source", "too many tracks",
     "too many segments", "too large", "no schema", "fractions"],
)  # fmt: skip
def test_unsound_drafts_are_refused_with_the_place(backend: Caller, session: str, name: str) -> None:
    draft = change(backend.state(session)["state"]["draft"], name)
    answer = post(backend, session, draft, "bad")
    assert answer["code"] in (1422, 1416), answer
    assert backend.render("bad")["code"] == 1405


def test_unknown_keys_and_links_of_an_earlier_start_do_no_harm(backend: Caller, session: str) -> None:
    draft = backend.state(session)["state"]["draft"]
    segment = draft["t"][0]["sg"][0]
    segment["m"]["src"] = f"http://127.0.0.1:1/media/old/{segment['m']['media_id']}"
    draft["zzz"] = {"kept": True}
    post(backend, session, draft, "lenient")
    assert backend.finished("lenient")["status"] == "completed"


@pytest.mark.parametrize(
    ("key", "value"), [("id", "../x"), ("id", ""), ("id", "x" * 65), ("draft", None), ("sessionId", 5)]
)
def test_render_bodies_are_checked(backend: Caller, session: str, key: str, value: Any) -> None:
    body = {"id": "ok", "sessionId": session, "draft": backend.state(session)["state"]["draft"], key: value}
    assert backend.post("/api/render/proxy/lambda", body)["code"] == 1422


def test_an_unknown_preset_is_refused_with_the_presets(backend: Caller, session: str) -> None:
    answer = backend.submit(session, "preset", preset="8k")
    assert answer["code"] == 1422
    assert "1080p" in answer["error"]["next_step"]


@pytest.mark.slow
def test_cancelling_a_render_that_has_no_end_ends_its_child_and_removes_partial_files(rig: Rig) -> None:
    rig.plan(crash={"render": "hang"})
    backend = rig.start()
    session = backend.session("x", rig.clip())
    backend.edit(session)
    backend.submit(session)
    eventually("the render runs", lambda: rig.engine_pids() and rig.partials())
    answer = backend.post("/api/render/proxy/lambda/render_1/cancel")
    assert (answer["status"], answer["fault"]["kind"]) == ("cancelled", "cancelled")
    assert not rig.engine_pids()
    assert (rig.partials(), rig.reels(), rig.finals("render:render_1")) == ([], [], ["refund"])
    assert backend.post("/api/render/proxy/lambda/render_1/cancel")["status"] == "cancelled"


def test_cancelling_a_finished_render_changes_nothing(backend: Caller, session: str, shared_rig: Rig) -> None:
    backend.submit(session, "done")
    backend.finished("done")
    assert backend.post("/api/render/proxy/lambda/done/cancel")["status"] == "completed"
    assert shared_rig.finals("render:done") == ["settle"]


def test_footage_that_is_gone_is_named_before_the_render_starts(backend: Caller, shared_rig: Rig) -> None:
    session = backend.session("x", shared_rig.clip("gone.mp4", b"gone soon"))
    backend.edit(session)
    (shared_rig.media / "gone.mp4").unlink()
    answer = backend.submit(session, "gone")
    assert answer["code"] == 1406
    assert "gone.mp4" in answer["message"]


def test_an_output_folder_that_cannot_be_written_is_told_before_anything_is_rendered_or_paid(rig: Rig) -> None:
    (rig.folder / "file").write_text("no folder")
    backend = rig.start(output_dir=str(rig.folder / "file" / "out"))
    session = backend.session("x", rig.clip())
    backend.edit(session)
    refused = backend.submit(session)
    assert refused["code"] != 0
    assert str(rig.folder / "file" / "out") in refused["message"]
    assert "HIGHLIGHT_OUTPUT_DIR" in str(refused)
    assert rig.finals("render:render_1") == []


def test_a_file_name_of_another_format_is_refused_before_any_work(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("My game", rig.clip())
    backend.edit(session)
    answer = backend.submit(session, "r1", filename="parent.webm")
    assert answer["code"] == 1422
    assert "parent.webm" in answer["message"]
    assert rig.rows("select count(*) from renders") == [(0,)]
    backend.submit(session, "r2", filename="final v1.2")
    assert backend.finished("r2")["status"] == "completed"
    assert rig.reels() == ["final v1.2.mp4"]
