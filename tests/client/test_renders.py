"""Exports: submitted once, watched, brought home, resumed."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import Timeouts
from highlight_mcp.client.results import RenderResult
from highlight_mcp.contract.errors import ApiError

from .cloud import DRAFT, Cloud
from .conftest import QUICK, MakeClient
from .service import Reply, Seen, ok, plain, wrong

pytestmark = pytest.mark.anyio
SUBMIT = "POST /api/render/proxy/lambda"
POLL = "GET /api/render/proxy/lambda/*"


def quick(**changes: Any) -> Timeouts:
    return Timeouts(**{**vars(QUICK), **changes})


async def ready(client: BackendClient, cloud: Cloud) -> str:
    """A session with something to export."""
    session = (await client.session()).session_id
    cloud.drafts[session] = DRAFT
    return session


async def exported(client: BackendClient, cloud: Cloud, **changes: Any) -> RenderResult:
    render = await client.start_render(await ready(client, cloud), **changes)
    return await client.render(render.render_id, 5)


async def test_the_draft_is_sent_exactly_as_the_state_had_it(cloud: Cloud, connect: MakeClient) -> None:
    foreign = {**DRAFT, "zz": {"a": [None, 1.0, "\u2028"]}, "m": {"title": "x", "odd": None}}
    async with connect() as client:
        session = await ready(client, cloud)
        cloud.drafts[session] = foreign
        await client.start_render(session)
    body = cloud.requests("POST", "/api/render/proxy/lambda")[0].json
    assert json.dumps(body["draft"]) == json.dumps(foreign)
    assert body["sessionId"] == session
    assert body["output"]["format"] == "mp4"


async def test_the_record_of_an_export_is_on_the_disk_before_it_is_sent(
    cloud: Cloud, connect: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[int, bool, int]] = []
    real = os.fsync

    def noted(handle: int) -> None:
        real(handle)
        in_loop = threading.current_thread() is threading.main_thread()
        synced.append((os.fstat(handle).st_ino, in_loop, len(cloud.requests("POST", "/api/render/proxy/lambda"))))

    async with connect() as client:
        session = await ready(client, cloud)
        monkeypatch.setattr(os, "fsync", noted)
        await client.start_render(session)
    content, folder = synced[:2]
    assert content[1:] == folder[1:] == (False, 0), "not in the event loop, and before anything was sent"
    assert content[0] != folder[0]


async def test_nothing_is_sent_when_there_is_nothing_to_export(cloud: Cloud, connect: MakeClient) -> None:
    async with connect() as client:
        session = (await client.session()).session_id
        empty: list[Any] = [None, {}, {"t": []}, {"t": [{"tt": 0, "sg": []}]}]
        for draft in empty:
            cloud.drafts[session] = draft
            with pytest.raises(ApiError) as raised:
                await client.start_render(session)
            assert raised.value.fault.kind == "nothing_to_export"
    assert not cloud.requests("POST", "/api/render/proxy/lambda")


SHAPES: dict[str, Callable[[str], dict[str, Any]]] = {
    "data": lambda url: {"data": {"status": "completed", "output": {"url": url}}},
    "outputUrl": lambda url: {"code": 0, "data": {"status": "completed", "outputUrl": url}},
    "flat": lambda url: {"success": True, "taskId": "t", "status": "completed", "output": {"url": url}},
}


@pytest.mark.parametrize("shape", list(SHAPES))
async def test_every_published_shape_of_an_answer_is_read(
    cloud: Cloud, connect: MakeClient, tmp_path: Path, shape: str
) -> None:
    cloud.routes[POLL] = lambda _: plain(SHAPES[shape](f"{cloud.base_url}/files/a.mp4"))
    async with connect() as client:
        assert (await exported(client, cloud)).path == tmp_path / "out" / "Match.mp4"


async def test_a_failed_render_is_tried_once_more_under_a_new_id(cloud: Cloud, connect: MakeClient) -> None:
    def failing(request: Seen) -> Reply:
        render_id = request.path.rsplit("/", 1)[1]
        if render_id == next(iter(cloud.renders)):
            return plain({"code": 0, "data": {"status": "failed", "error": "worker lost"}})
        return cloud.poll(request)

    cloud.routes[POLL] = failing
    async with connect() as client:
        started = await client.start_render(await ready(client, cloud))
        ended = await client.render(started.render_id, 5)
        again = await client.render(started.render_id, 5)
    assert ended.status == "completed"
    assert ended.render_id == again.render_id != started.render_id
    assert len(cloud.renders) == 2


async def test_a_render_that_fails_twice_has_failed(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes[POLL] = lambda _: plain({"success": True, "status": "failed", "error": "nmv_usr_x is bad"})
    async with connect() as client:
        ended = await exported(client, cloud)
    assert ended.status == "failed"
    assert ended.fault is not None
    assert ended.fault.message == "The export failed: «*** is bad»"
    assert len(cloud.renders) == 2


async def test_a_used_up_id_is_replaced_once(cloud: Cloud, connect: MakeClient) -> None:
    calls: list[Seen] = []

    def conflict(request: Seen) -> Reply:
        calls.append(request)
        return wrong(1409, 409) if len(calls) == 1 else cloud.submit(request)

    cloud.routes[SUBMIT] = conflict
    async with connect() as client:
        assert (await exported(client, cloud)).status == "completed"
    assert calls[0].json["id"] != calls[1].json["id"]


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (wrong(402, 402), "export_blocked", "Register or upgrade your plan to unlock export."),
        (plain({"detail": "payment"}, 402), "export_blocked", "Register or upgrade your plan to unlock export."),
        (wrong(2001, 402), "no_credits", "https://web.test/register?bind=anon_1"),
        (wrong(2001, 403), "no_credits", "https://web.test/register?bind=anon_1"),
    ],
    ids=["402", "bare 402", "2001 with 402", "2001 with 403"],
)
async def test_a_blocked_export_and_missing_credits_are_told_apart(
    cloud: Cloud, connect: MakeClient, reply: Reply, kind: str, words: str
) -> None:
    cloud.routes[SUBMIT] = lambda _: reply
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.start_render(await ready(client, cloud))
    assert raised.value.fault.kind == kind
    assert words in raised.value.fault.next_step
    assert len(cloud.requests("POST", "/api/render/proxy/lambda")) == 1


async def test_a_passing_trouble_while_polling_does_not_end_the_watch(cloud: Cloud, connect: MakeClient) -> None:
    troubles = [wrong(1500, 500), Reply(raw=b""), wrong(429, 429), Reply(408, b"")] * 2

    def troubled(request: Seen) -> Reply:
        return troubles.pop() if troubles else cloud.poll(request)

    cloud.routes[POLL] = troubled
    async with connect() as client:
        assert (await exported(client, cloud)).status == "completed"


async def test_progress_is_told_and_never_falls(cloud: Cloud, connect: MakeClient) -> None:
    steps = iter([10, 50, 30])
    usual = cloud.poll

    def moving(request: Seen) -> Reply:
        percent = next(steps, None)
        cloud.polls_until_done = 1
        return usual(request) if percent is None else plain({"status": "processing", "progress": percent})

    cloud.routes[POLL] = moving
    heard: list[int] = []
    async with connect() as client:
        started = await client.start_render(await ready(client, cloud))
        await client.render(started.render_id, 5, lambda render: heard.append(render.progress))
    assert heard == sorted(heard)
    assert heard[-1] == 100


async def test_cancelling_stops_the_render(cloud: Cloud, connect: MakeClient) -> None:
    cloud.polls_until_done = 10_000
    async with connect() as client:
        started = await client.start_render(await ready(client, cloud))
        assert (await client.cancel_render(started.render_id)).status == "cancelled"
        assert (await client.render(started.render_id, 5)).status == "cancelled"
    assert len(cloud.requests("POST", f"/api/render/proxy/lambda/{started.render_id}/cancel")) == 1


async def test_an_unknown_render_is_an_error(connect: MakeClient) -> None:
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await client.render("render_1_abc", 1)
    assert raised.value.fault.kind in ("not_found", "not_supported")


async def test_our_own_backend_lists_all_renders_of_a_session(cloud: Cloud, connect: MakeClient) -> None:
    item = {"id": "render_1_a", "status": "processing", "progress": 7}
    cloud.routes["GET /api/local/renders/*"] = lambda _: ok({"renders": [item]})
    async with connect(kind="embedded", token="user-token") as client:
        listed = await client.renders("s1")
    assert [(render.render_id, render.progress) for render in listed] == [("render_1_a", 7)]


async def test_a_short_wait_returns_what_is_known(cloud: Cloud, connect: MakeClient) -> None:
    cloud.polls_until_done = 10_000
    async with connect() as client:
        started = await client.start_render(await ready(client, cloud))
        assert (await client.render(started.render_id, 0)).status in ("pending", "processing")
        assert cloud.renders[started.render_id]["polls"] <= 1
