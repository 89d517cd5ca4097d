"""Sessions: made, listed, lost and replaced."""

from pathlib import Path

import pytest

from highlight_mcp.contract.errors import ApiError

from .cloud import DRAFT, Cloud
from .conftest import MakeClient
from .service import Reply, Seen, ok

pytestmark = pytest.mark.anyio


async def test_a_session_carries_name_and_language(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        made = await client.session("zh-CN", "derby")
    assert cloud.requests("POST", "/api/tasks/*")[0].json == {"task_name": "derby", "language": "zh"}
    assert (made.session_id, made.task_name, made.user_id) == ("s2", "derby", "anon_1")


async def test_a_session_id_that_looks_like_a_number_stays_text(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["POST /api/tasks/me/with-session/nemo_agent"] = lambda _: ok({"session_id": 5529798706024415232})
    async with connect() as client:
        assert (await client.session()).session_id == "5529798706024415232"


async def test_the_cloud_lists_the_sessions_that_we_remember_newest_first(connect: MakeClient) -> None:
    async with connect() as client:
        first = await client.session(name="one")
    async with connect() as client:
        second = await client.session(name="two")
        listed = {item.session_id for item in await client.sessions()}
    assert listed == {first.session_id, second.session_id}


async def test_our_own_backend_lists_its_sessions(cloud: Cloud, connect: MakeClient) -> None:
    tasks = [{"session_id": "b", "task_name": "two"}, {"session_id": "a", "task_name": "one"}]
    cloud.routes["GET /api/local/health"] = lambda _: ok({"contract": "1"})
    cloud.routes["GET /api/local/tasks"] = lambda _: ok({"tasks": tasks})
    async with connect(kind="remote", token="user-token") as client:
        assert [item.session_id for item in await client.sessions()] == ["b", "a"]


async def test_an_extension_that_is_not_there_is_asked_for_once_and_done_without(
    cloud: Cloud, connect: MakeClient
) -> None:
    async with connect(kind="remote", token="user-token") as client:
        assert await client.sessions() == []
        assert await client.sessions() == []
        assert await client.versions("s1") == []
        assert (await client.moments("s1")).moments == ()
        assert await client.turn("s1") is None
    assert [request.path for request in cloud.seen if "/local/" in request.path] == ["/api/local/health"]


async def test_one_extension_that_a_backend_of_ours_lacks_is_asked_for_once(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/local/health"] = lambda _: ok({"contract": "1"})
    async with connect(kind="remote", token="user-token") as client:
        assert await client.sessions() == []
        assert await client.sessions() == []
    assert len(cloud.requests("GET", "/api/local/tasks")) == 1


async def test_a_lost_session_is_replaced_its_footage_sent_again_and_the_user_told(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    film = tmp_path / "match.mp4"
    film.write_bytes(b"x" * 1000)
    async with connect() as client:
        old = (await client.session()).session_id
        await client.upload(old, [str(film), "https://example.com/b.mp4"])
        del cloud.drafts[old], cloud.files[old]
        turn = await client.start_edit(old, instruction="make a reel")
        assert await turn.wait(60)
        new = client.successor(old)
        assert turn.session_id == new != old
        assert turn.result is not None
        assert "timeline is gone" in turn.notices[0]
        assert "2 of 2 sources" in turn.notices[0]
        assert client.take_notices(old) == []
    assert len(cloud.files[new]) == 2
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_a_session_that_is_lost_at_the_edit_itself_is_replaced_and_the_edit_replayed_once(
    cloud: Cloud, connect: MakeClient
) -> None:
    refused: list[Seen] = []

    def once(request: Seen) -> Reply:
        refused.append(request)
        if len(refused) == 1:
            return Reply(404, b'{"detail": "Session not found: s2"}', {"Content-Type": "application/json"})
        return cloud.turn(request)

    cloud.routes["POST /run_sse"] = once
    async with connect() as client:
        old = (await client.session()).session_id
        turn = await client.start_edit(old, instruction="go")
        assert await turn.wait(60)
        assert turn.session_id != old
    assert len(refused) == 2


async def test_the_successor_of_a_lost_session_is_remembered_after_a_restart(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        old = (await client.session()).session_id
        del cloud.drafts[old], cloud.files[old]
        new = (await client.state(old)).session_id
    cloud.drafts[new] = DRAFT
    async with connect() as client:
        assert (await client.state(old)).draft == DRAFT


async def test_an_unknown_session_is_an_error_and_not_replaced(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.state("never-made-here")
    assert raised.value.fault.kind == "session_not_found"
    assert not cloud.requests("POST", "/api/tasks/*")


async def test_a_session_id_cannot_leave_its_path(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        for hostile in ("../../credits", "..", "a/b?c#d", "\r\nX: y", "日本"):
            with pytest.raises(ApiError):
                await client.state(hostile)
    assert not cloud.requests("GET", "/api/credits/*")


async def test_the_state_keeps_the_draft_untouched_and_reads_what_it_can(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = (await client.session()).session_id
        cloud.drafts[session] = {**DRAFT, "x": [None, 1.5, {"y": "\ud83c"}]}
        state = await client.state(session)
    assert state.draft == cloud.drafts[session]
    assert state.summary == "Timeline (1 track): 1. Video: match.mp4 (0-5s)"
    assert state.exportable


@pytest.mark.parametrize("body", [{}, {"state": None}, {"state": {"draft": 5, "video_infos": "x"}}])
async def test_a_state_without_anything_reads_as_empty(cloud: Cloud, connect: MakeClient, body: object) -> None:
    cloud.routes["GET /api/state/nemo_agent/me/*"] = lambda _: ok(body)
    async with connect() as client:
        state = await client.state("s1")
    assert (state.draft, state.media, state.summary) == (None, (), "Timeline (0 tracks)")
