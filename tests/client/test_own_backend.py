"""What only our own backend offers: results of turns, following them after a break, coming back after a restart."""

import gc
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

from highlight_mcp.client.config import ClientConfig
from highlight_mcp.client.edit_stream import EditHandle
from highlight_mcp.contract.errors import ApiError, error_info
from highlight_mcp.contract.wire import failure
from highlight_mcp.messages import verbatim

from .cloud import Cloud
from .conftest import MakeClient
from .service import Reply, Seen, events, frame, ok, plain, wrong

pytestmark = pytest.mark.anyio
RUN = "POST /run_sse"
PICK = {"media_id": "m", "source": "a.mp4", "start_ms": 1, "end_ms": 2, "score": 0.9, "why": "crowd +14 dB"}
RESULT: dict[str, Any] = {
    "schema": "hl/turn/1",
    "ok": True,
    "rev": 7,
    "status": "done",
    "message": "Cut 14 moments into a 3:00 reel.",
    "changes": ["added 14 clips"],
    "picks": [PICK],
    "assumed": ["length"],
    "not_understood": ["make it pop"],
    "refused": [{"code": "needs_extra", "what": "subtitles", "next_step": "install"}],
    "suggested": [{"tool": "export", "text": "Export"}],
    "new_key": 1,
}
OWN = {"kind": "embedded", "token": "user-token"}


def named(turn_id: str = "turn_a") -> bytes:
    return frame({"type": "heartbeat", "turn_id": turn_id, "stage": "queued", "progress": 0, "total": 100}, "heartbeat")


def tool(response: dict[str, Any]) -> bytes:
    part = {"functionResponse": {"id": "fc-1", "name": "edit_timeline", "response": response}}
    return frame({"content": {"role": "model", "parts": [part]}, "author": "nemo_agent"})


async def test_the_result_of_a_turn_is_taken_as_it_is(cloud: Cloud, connect: MakeClient) -> None:
    text = frame({"content": {"parts": [{"text": "Cut 14 moments into a 3:00 reel."}]}, "turnComplete": True})
    cloud.routes[RUN] = lambda _: events(named(), tool(RESULT), text)
    async with connect(**OWN) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, operations=[{"op": "undo"}], base_version=6)
        assert await turn.wait(60)
    assert turn.turn_id == "turn_a"
    assert turn.result is not None
    assert turn.result.rev == 7
    assert turn.result.picks[0].why == "crowd +14 dB"
    assert turn.result.refused[0].next_step == "install"
    assert turn.result.message == RESULT["message"]
    call = cloud.requests("POST", "/run_sse")[0].json["new_message"]["parts"][0]["function_call"]
    assert call == {"name": "apply_operations", "args": {"operations": [{"op": "undo"}], "base_version": 6}}


@pytest.mark.parametrize("heard", [(named(),), ()], ids=["named", "not yet named"])
async def test_a_turn_is_followed_to_its_result_after_the_stream_broke(
    cloud: Cloud, connect: MakeClient, heard: tuple[bytes, ...]
) -> None:
    answers: list[dict[str, Any] | Reply] = [
        {"turn_id": "turn_a", "status": "running", "progress": 40},
        wrong(1500, 500),
        {"turn_id": "turn_a", "status": "done", "result": RESULT},
    ]

    def look(_: Seen) -> Reply:
        called = cloud.requests("POST", "/run_sse")[0].json["request_id"]
        reply = answers.pop(0)
        return ok({**reply, "request_id": called}) if isinstance(reply, dict) else reply

    cloud.routes[RUN] = lambda _: events(*heard, abort=True)
    cloud.routes["GET /api/local/turns/*"] = look
    async with connect(**OWN) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="go")
        assert await turn.wait(60)
    assert turn.result is not None
    assert (turn.turn_id, turn.result.rev) == ("turn_a", 7)
    assert len(cloud.requests("POST", "/run_sse")) == 1


async def test_the_turn_of_another_host_is_not_taken_for_one_that_was_never_accepted(
    cloud: Cloud, connect: MakeClient
) -> None:
    others = {"turn_id": "turn_b", "request_id": "turn_of_another", "status": "done", "result": RESULT}
    cloud.routes[RUN] = lambda _: events(abort=True)
    cloud.routes["GET /api/local/turns/*"] = lambda _: ok(others)
    async with connect(**OWN) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="go")
        assert await turn.wait(60)
    assert turn.result is None
    assert turn.fault is not None and turn.fault.kind == "edit_unknown"


async def test_the_fault_of_a_failed_turn_is_told_with_its_next_step(cloud: Cloud, connect: MakeClient) -> None:
    problem = error_info(
        "file_missing", verbatim("match.mp4 is gone."), next_step=verbatim("Put it back.")
    ).model_dump()
    cloud.routes[RUN] = lambda _: events(named(), abort=True)
    cloud.routes["GET /api/local/turns/*"] = lambda _: ok({"turn_id": "turn_a", "status": "failed", "fault": problem})
    async with connect(**OWN) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="go")
        assert await turn.wait(60)
    assert turn.fault is not None
    assert (turn.fault.kind, turn.fault.text) == ("file_missing", "match.mp4 is gone. Put it back.")


async def test_cancelling_a_turn_tells_the_backend(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes[RUN] = lambda _: events(named(), 5.0)
    cloud.routes["POST /api/local/turns/*"] = lambda _: ok({"turn_id": "turn_a", "status": "cancelled"})
    async with connect(**OWN) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="go")
        assert (await client.cancel_turn("turn_a")).status == "cancelled"
        assert turn.finished
    assert cloud.requests("POST", "/api/local/turns/turn_a/cancel")


async def test_a_turn_that_another_client_started_is_shown(cloud: Cloud, connect: MakeClient) -> None:
    running = {"turn_id": "turn_b", "status": "running", "progress": 30, "total": 100, "stage": "detect"}
    cloud.routes["GET /api/local/turns/*"] = lambda _: ok(running)
    async with connect(**OWN) as client:
        turn = await client.turn("s1", 0)
    assert turn is not None
    assert (turn.turn_id, turn.status, turn.stage, turn.progress) == ("turn_b", "running", "detect", 30)


async def test_asking_for_a_turn_again_and_again_keeps_nothing(cloud: Cloud, connect: MakeClient) -> None:
    over = {"turn_id": "turn_b", "status": "done", "progress": 100, "total": 100, "result": RESULT}
    cloud.routes["GET /api/local/turns/*"] = lambda _: ok(over)

    def turns() -> int:
        gc.collect()
        return sum(isinstance(each, EditHandle) for each in gc.get_objects())

    async with connect(**OWN) as client:
        before = turns()
        for _ in range(30):
            assert await client.turn("s1", 0) is not None
        assert turns() - before <= 1


async def test_a_backend_that_came_back_elsewhere_is_found_and_the_call_repeated(
    cloud: Cloud, connect: MakeClient, config: Callable[..., ClientConfig]
) -> None:
    calls = []

    async def found() -> ClientConfig:
        calls.append(1)
        return replace(config(**OWN), base_url=cloud.base_url)

    async with connect(**OWN | {"base_url": "http://127.0.0.1:1"}, reconnect=found) as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, instruction="go")
        assert await turn.wait(60)
        assert turn.fault is None
    assert len(calls) == 1


async def test_many_calls_at_once_look_for_the_backend_once(
    cloud: Cloud, connect: MakeClient, config: Callable[..., ClientConfig]
) -> None:
    calls = []

    async def found() -> ClientConfig:
        calls.append(1)
        return replace(config(**OWN), base_url=cloud.base_url)

    gone = {**OWN, "base_url": "http://127.0.0.1:1"}
    async with connect(**gone, reconnect=found) as client, anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(client.session)
    assert len(calls) == 1


async def test_a_new_secret_after_a_restart_is_picked_up(
    cloud: Cloud, connect: MakeClient, config: Callable[..., ClientConfig]
) -> None:
    async def found() -> ClientConfig:
        return replace(config(**OWN), base_url=cloud.base_url)

    async with connect(**OWN | {"token": "stale"}, reconnect=found) as client:
        assert (await client.session()).session_id
    assert not cloud.requests("POST", "/api/auth/*")


async def test_a_backend_that_is_gone_is_an_error_that_says_so(connect: MakeClient) -> None:
    async with connect(**OWN | {"base_url": "http://127.0.0.1:1"}) as client:
        with pytest.raises(ApiError) as raised:
            await client.state("s1")
    assert raised.value.fault.kind == "unreachable"


async def test_the_words_of_our_backend_reach_the_user(cloud: Cloud, connect: MakeClient) -> None:
    problem = error_info(
        "outside_roots", verbatim("/etc/a.mp4 lies outside the media folders."), next_step=verbatim("Move it.")
    )
    cloud.routes["GET /api/state/nemo_agent/me/*"] = lambda _: plain(failure(problem), problem.http)
    async with connect(**OWN) as client:
        with pytest.raises(ApiError) as raised:
            await client.state("s1")
    assert raised.value.fault == problem


async def test_a_preview_is_a_picture_with_its_description(cloud: Cloud, connect: MakeClient) -> None:
    headers = {"Content-Type": "image/jpeg", "X-Description": "14%20clips%2C%20%E8%BF%9B%E7%90%83"}
    cloud.routes["GET /api/local/preview/*"] = lambda _: Reply(body=b"\xff\xd8jpeg", headers=headers)
    async with connect(**OWN) as client:
        picture = await client.preview("s1", "frame", at_ms=1500)
    assert (picture.data, picture.mime, picture.description) == (b"\xff\xd8jpeg", "image/jpeg", "14 clips, 进球")
    assert cloud.seen[0].query == {"what": "frame", "at_ms": "1500"}


async def test_the_cloud_is_never_asked_for_extensions(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.preview("s1", "storyboard")
        assert raised.value.fault.kind == "not_supported"
        assert await client.turn("s1") is None
        with pytest.raises(ApiError):
            await client.health()
    assert not cloud.requests("GET", "/api/local/*")


async def test_no_secret_reaches_a_log_or_a_user(
    cloud: Cloud, connect: MakeClient, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []

    def leaking(request: Seen) -> Reply:
        header = request.headers.get("authorization", "")
        return plain({"code": 7777, "message": f"bad {header} X-Client-Id: {client_id}"}, 400)

    async with connect() as client:
        session = (await client.session()).session_id
        client_id = (tmp_path / "client_id").read_text()
        for route in ("GET /api/credits/balance/simple", RUN, "POST /api/render/proxy/lambda"):
            cloud.routes[route] = leaking
        for call in (client.credits, lambda: client.start_edit(session, instruction="go")):
            with pytest.raises(ApiError) as raised:
                await call()
            shown.append(raised.value.fault.text)
            shown.append(repr(raised.value))
        shown.append(repr(client) + str(vars(client).get("_config")))
    everything = "\n".join([caplog.text, *shown])
    assert "nmv_usr_" not in everything
    assert client_id not in everything
    assert "7777" in everything


async def test_a_remote_service_that_is_not_ours_is_treated_as_a_cloud(cloud: Cloud, connect: MakeClient) -> None:
    async with connect(kind="remote") as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, operations=[{"op": "bgm_remove"}])
        assert await turn.wait(60)
    parts = cloud.requests("POST", "/run_sse")[0].json["new_message"]["parts"]
    assert parts == [{"text": "Remove the background music."}]
    assert len(cloud.requests("POST", "/api/auth/anonymous-token")) == 1


async def test_a_remote_backend_of_ours_gets_typed_operations(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes["GET /api/local/health"] = lambda _: ok({"version": "0.1.0", "contract": "1"})
    async with connect(kind="remote", token="user-token") as client:
        session = (await client.session()).session_id
        turn = await client.start_edit(session, operations=[{"op": "bgm_remove"}])
        assert await turn.wait(60)
    parts = cloud.requests("POST", "/run_sse")[0].json["new_message"]["parts"]
    assert parts[0]["function_call"]["args"] == {"operations": [{"op": "bgm_remove"}]}


async def test_a_remote_backend_without_tokens_is_called_without_one(cloud: Cloud, connect: MakeClient) -> None:
    del cloud.routes["POST /api/auth/anonymous-token"]
    async with connect(kind="remote") as client:
        assert (await client.credits()).total == 100
    assert "authorization" not in cloud.seen[-1].headers
