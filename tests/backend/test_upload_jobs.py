"""Uploads as jobs: accepted at once, worked through whoever goes away, cancelled, told to everybody."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from highlight_mcp.backend.database import SCHEMA_VERSION
from waiting import eventually

from .rig import Caller, Rig

pytestmark = pytest.mark.slow

DATABASE = "backend.db"


def begin(backend: Caller, session: str, *paths: str, upload_id: str = "upload_1", **more: Any) -> Any:
    sources = [{"source": path, "path": path} for path in paths]
    answer = backend.post(f"/api/local/uploads/{session}", {"upload_id": upload_id, "sources": sources, **more})
    assert answer["code"] == 0, answer
    return answer["data"]


def seen(backend: Caller, upload_id: str = "upload_1", **query: Any) -> Any:
    return backend.get(f"/api/local/upload/{upload_id}", params=query)["data"]


def over(backend: Caller, upload_id: str = "upload_1") -> Any:
    def ended() -> Any:
        told = seen(backend, upload_id)
        return told if told["status"] != "running" else None

    return eventually(f"{upload_id} is over", ended)


def names(backend: Caller, session: str) -> list[str]:
    return [each["filename"] for each in backend.state(session)["state"]["video_infos"]]


def held(rig: Rig, name: str = "held.mp4") -> str:
    """A file whose probe takes until `release`."""
    return rig.clip(name, f"HELD {name}".encode())


def release(path: str) -> None:
    Path(path).with_suffix(".go").touch()


def test_every_file_is_taken_in_its_order_and_what_fails_is_named_with_its_reason(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    left_out = [{"source": "/x/notes.txt", "fault": {"code": 4001, "http": 415, "kind": "unsupported_file",
                                                     "message": "No kind of ours."}}]  # fmt: skip
    paths = [rig.clip("a.mp4", b"one"), rig.clip("b.mp4", b"BROKEN"), str(rig.media / "none.mp4"), rig.clip("d.mp4")]
    told = begin(backend, session, *paths, left_out=left_out)
    assert told["status"] == "running"
    told = over(backend)
    assert told["status"] == "done"
    assert (told["done"], told["total"]) == (4, 4)
    assert [each["source"] for each in told["items"]] == paths
    assert [(each.get("fault") or {}).get("kind") for each in told["items"]] == [
        None, "file_damaged", "file_missing", None,
    ]  # fmt: skip
    assert told["left_out"][0]["source"] == "/x/notes.txt"
    assert names(backend, session) == ["a.mp4", "d.mp4"]
    latest = backend.get(f"/api/local/uploads/{session}")["data"]
    assert latest == told


def test_an_upload_goes_on_after_kill_9_of_the_backend_and_takes_nothing_twice(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    slow = held(rig)
    begin(backend, session, rig.clip("a.mp4", b"one"), slow, rig.clip("c.mp4", b"three"))
    eventually("the second file is being read", lambda: rig.effects("probe", "held.mp4"))
    rig.kill()
    release(slow)
    backend = rig.start()
    told = over(backend)
    assert told["status"] == "done"
    assert names(backend, session) == ["a.mp4", "held.mp4", "c.mp4"]
    assert [rig.effects("probe", name) for name in ("a.mp4", "held.mp4", "c.mp4")] == [1, 2, 1]


def test_the_same_sources_are_joined_and_the_same_id_starts_nothing_new(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    slow = held(rig)
    assert not begin(backend, session, slow).get("joined")
    assert begin(backend, session, slow, upload_id="upload_2")["upload_id"] == "upload_1"
    assert begin(backend, session, slow, upload_id="upload_2")["joined"]
    assert begin(backend, session, slow)["upload_id"] == "upload_1"
    release(slow)
    over(backend)
    assert rig.rows("select count(*) from uploads") == [(1,)]
    begin(backend, session, slow, upload_id="upload_3")
    assert over(backend, "upload_3")["items"][0]["file"]["filename"] == "held.mp4"


def test_a_cancelled_upload_keeps_what_is_in_and_leaves_no_engine_behind(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    begin(backend, session, rig.clip("a.mp4", b"one"), held(rig), rig.clip("c.mp4", b"three"))
    eventually("the second file is being read", lambda: rig.effects("probe", "held.mp4"))
    assert backend.post("/api/local/upload/upload_1/cancel")["data"]["status"] == "cancelled"
    assert psutil.Process(rig.processes[-1].pid).children(recursive=True) == [], "no engine is left"
    told = seen(backend)
    assert told["fault"]["kind"] == "cancelled"
    assert names(backend, session) == ["a.mp4"]
    assert rig.effects("probe", "c.mp4") == 0
    assert backend.post("/api/local/upload/upload_1/cancel")["data"]["status"] == "cancelled"


def test_a_session_whose_upload_came_to_nothing_can_be_discarded_but_not_while_it_runs(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session()
    slow = held(rig)
    begin(backend, session, slow)
    assert backend.post(f"/api/local/sessions/{session}/discard")["data"] == {"discarded": False}
    backend.post("/api/local/upload/upload_1/cancel")
    assert backend.post(f"/api/local/sessions/{session}/discard")["data"] == {"discarded": True}
    assert rig.rows("select count(*) from upload_items") == [(0,)]
    release(slow)


@pytest.mark.parametrize(
    "body",
    [
        {"upload_id": "upload_1", "sources": []},
        {"upload_id": "../x", "sources": [{"source": "a", "path": "/a.mp4"}]},
        {"upload_id": "upload_1", "sources": [{"source": "a"}]},
        {"upload_id": "upload_1", "sources": [{"source": "a", "path": "/a.mp4", "url": "http://x/a.mp4"}]},
        {"upload_id": "upload_1", "sources": [{"source": "a", "path": "/a.mp4"}] * 201},
    ],
)
def test_a_list_that_cannot_be_worked_through_is_refused(backend: Caller, body: Any) -> None:
    assert backend.post(f"/api/local/uploads/{backend.session()}", body)["code"] == 1422


def test_uploads_of_nobody_are_not_found(backend: Caller) -> None:
    body = {"upload_id": "upload_9", "sources": [{"source": "a", "path": "/a.mp4"}]}
    assert backend.post("/api/local/uploads/ses_none", body)["code"] == 1002
    assert backend.get("/api/local/upload/upload_9")["code"] == 1405
    assert backend.post("/api/local/upload/upload_9/cancel")["code"] == 1405
    assert backend.get(f"/api/local/uploads/{backend.session()}")["code"] == 1405


@pytest.mark.sqlite
def test_a_data_directory_of_the_release_before_is_brought_up_to_date_and_keeps_its_sessions(rig: Rig) -> None:
    backend = rig.start()
    session = backend.session("Old game", rig.clip())
    backend.edit(session)
    rig.processes[-1].terminate()
    rig.wait_end()
    rig.make_older()
    backend = rig.start()
    assert names(backend, session) == ["a.mp4"]
    begin(backend, session, rig.clip("b.mp4", b"two"))
    over(backend)
    assert names(backend, session) == ["a.mp4", "b.mp4"]
    assert rig.rows("select version from highlight_schema") == [(SCHEMA_VERSION,)]
    (version,) = backend.get(f"/api/local/versions/{session}")["data"]["versions"]
    assert version["change"] == "cut [to] 1000 ms"


@pytest.mark.sqlite
def test_a_data_directory_that_was_brought_up_to_date_has_the_columns_and_rules_of_a_new_one(rig: Rig) -> None:
    rig.start()
    rig.processes[-1].terminate()
    rig.wait_end()
    new = rules(rig)
    rig.make_older()
    rig.start()
    assert rules(rig) == new


def rules(rig: Rig) -> list[tuple[object, ...]]:
    """Columns of all tables of ours, and what they are indexed by, in no order."""
    columns = rig.rows(
        'select t.name, c.name, c."notnull", c.pk from sqlite_master t, pragma_table_info(t.name) c '
        "where t.type = 'table' order by 1, 2"
    )
    indices = rig.rows(
        'select t.name, i."unique", (select group_concat(name) from pragma_index_info(i.name)) '
        "from sqlite_master t, pragma_index_list(t.name) i where t.type = 'table' order by 1, 2, 3"
    )
    return columns + indices
