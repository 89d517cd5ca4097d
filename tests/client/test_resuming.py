"""Exports that outlive their process: never lost, never made twice."""

import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from highlight_mcp.contract.errors import ApiError

from .cloud import Cloud
from .conftest import MakeClient
from .service import Reply, Seen
from .test_renders import exported, quick, ready

pytestmark = pytest.mark.anyio
SUBMIT = "POST /api/render/proxy/lambda"
POLL = "GET /api/render/proxy/lambda/*"


@pytest.mark.parametrize("kept", [True, False], ids=["job exists", "job does not exist"])
async def test_a_lost_answer_to_the_submit_makes_no_second_job(cloud: Cloud, connect: MakeClient, kept: bool) -> None:
    calls: list[Seen] = []

    def losing(request: Seen) -> Reply:
        calls.append(request)
        if len(calls) == 1:
            if kept:
                cloud.submit(request)
            return Reply(raw=b"")
        return cloud.submit(request)

    cloud.routes[SUBMIT] = losing
    async with connect() as client:
        render = await exported(client, cloud)
    assert render.status == "completed"
    assert len(cloud.renders) == 1
    assert {request.json["id"] for request in calls} == {render.render_id}
    assert len(calls) == (1 if kept else 2)


async def test_an_export_is_on_disk_before_it_is_submitted(cloud: Cloud, connect: MakeClient, tmp_path: Path) -> None:
    found: list[str] = []

    def look(request: Seen) -> Reply:
        found.extend(path.read_text() for path in (tmp_path / "state").rglob("renders/*.json"))
        return cloud.submit(request)

    cloud.routes[SUBMIT] = look
    async with connect() as client:
        render = await client.start_render(await ready(client, cloud))
    assert render.render_id in found[0]


async def test_an_export_goes_on_after_a_restart_and_lands_by_itself(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    cloud.polls_until_done = 10_000
    async with connect() as client:
        session = await ready(client, cloud)
        started = await client.start_render(session)
    cloud.polls_until_done = 1
    async with connect() as client:
        render = await client.render(started.render_id, 5)
        assert (await client.renders(session))[0].path == tmp_path / "out" / "Match.mp4"
    assert render.status == "completed"
    assert len(cloud.requests("POST", "/api/render/proxy/lambda")) == 1


async def test_a_submit_that_was_killed_before_it_arrived_ends_after_the_restart(
    cloud: Cloud, connect: MakeClient
) -> None:
    cloud.routes[SUBMIT] = lambda _: Reply(raw=b"")
    async with connect() as client:
        with pytest.raises(ApiError):
            await client.start_render(await ready(client, cloud))
        session = (await client.sessions())[0].session_id
    async with connect() as client:
        lost = (await client.renders(session))[0]
        ended = await client.render(lost.render_id, 5)
    assert ended.status == "failed"
    assert ended.fault is not None
    assert ended.fault.kind == "not_found"


async def test_waiting_ends_after_so_many_questions_and_can_be_resumed(cloud: Cloud, connect: MakeClient) -> None:
    cloud.polls_until_done = 6
    async with connect(clocks=quick(render_polls=3)) as client:
        started = await client.start_render(await ready(client, cloud))
        first = await client.render(started.render_id, 5)
        assert (first.status, first.resumable, first.fault) == ("processing", True, None)
        assert (await client.render(started.render_id, 5)).status == "completed"


KILLED = """
import sys
from pathlib import Path
import anyio
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig

async def main() -> None:
    url, folder, session = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    config = ClientConfig(base_url=url, kind="cloud", state_dir=folder / "state", output_dir=folder / "out",
                          client_id_file=folder / "client_id", version="0.1.0")
    async with BackendClient(config) as client:
        await client.start_render(session)

anyio.run(main)
"""


async def never() -> AsyncIterator[bytes]:
    """An answer that begins and does not go on."""
    await anyio.sleep_forever()
    yield b""


async def test_an_export_whose_process_was_killed_during_the_submit_is_brought_home_by_the_next_one(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    arrived = threading.Event()

    def hanging(request: Seen) -> Reply:
        cloud.submit(request)
        arrived.set()
        return Reply(chunks=never())

    async with connect() as client:
        session = await ready(client, cloud)
    cloud.routes[SUBMIT] = hanging
    command = [sys.executable, "-c", KILLED, cloud.base_url, str(tmp_path), session]
    async with await anyio.open_process(command, stdout=None, stderr=None) as process:
        assert await anyio.to_thread.run_sync(arrived.wait, 20)
        process.kill()
    render_id = next(iter(cloud.renders))
    async with connect() as client:
        render = await client.render(render_id, 5)
    assert render.path == tmp_path / "out" / "Match.mp4"
    assert len(cloud.renders) == 1
