"""Finished reels: brought home whole, under a free name, without giving our credentials away."""

from pathlib import Path

import pytest

from highlight_mcp.client import download
from highlight_mcp.contract.errors import ApiError

from .cloud import FILE, Cloud
from .conftest import MakeClient
from .service import Reply, Seen, Service, plain
from .test_renders import exported

pytestmark = pytest.mark.anyio
SUBMIT = "POST /api/render/proxy/lambda"
POLL = "GET /api/render/proxy/lambda/*"


async def test_a_finished_reel_is_downloaded_whole_and_named_after_the_timeline(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    async with connect() as client:
        render = await exported(client, cloud)
    assert (render.status, render.path) == ("completed", tmp_path / "out" / "Match.mp4")
    assert (tmp_path / "out" / "Match.mp4").read_bytes() == FILE
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Match.mp4"]
    assert (render.duration_ms, render.size_bytes) == (5000, len(FILE))


async def test_an_existing_file_is_never_replaced(cloud: Cloud, connect: MakeClient, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "derby.mp4").write_text("precious")
    async with connect() as client:
        render = await exported(client, cloud, filename="../derby.mp4")
    assert (tmp_path / "out" / "derby.mp4").read_text() == "precious"
    assert render.path == tmp_path / "out" / "derby (2).mp4"


async def test_a_finished_render_without_an_address_is_fetched_by_its_id(cloud: Cloud, connect: MakeClient) -> None:
    cloud.routes[POLL] = lambda _: plain({"status": "completed"})
    cloud.routes["GET /api/render/proxy/*"] = lambda _: Reply(body=FILE)
    async with connect() as client:
        render = await exported(client, cloud)
    assert cloud.seen[-1].path == f"/api/render/proxy/{render.render_id}/download"
    assert "authorization" in cloud.seen[-1].headers


async def test_no_credentials_travel_to_foreign_hosts(
    cloud: Cloud, connect: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def anywhere(_url: str, _base: str) -> None:
        """The foreign host of this test is at a port of this machine, which is refused otherwise."""

    monkeypatch.setattr(download, "permitted_address", anywhere)
    foreign = Service()
    foreign.routes["GET /reel.mp4"] = lambda _: Reply(302, b"", {"Location": "/moved.mp4"})
    foreign.routes["GET /moved.mp4"] = lambda _: Reply(body=FILE)
    with foreign.running():
        cloud.routes["GET /files/*"] = lambda _: Reply(302, b"", {"Location": f"{foreign.base_url}/reel.mp4"})
        async with connect() as client:
            assert (await exported(client, cloud)).status == "completed"
    assert len(foreign.seen) == 2
    for request in foreign.seen:
        assert not [name for name in request.headers if name == "authorization" or name.startswith("x-")]
    assert "authorization" in cloud.requests("GET", "/files/*")[0].headers


async def test_a_download_cut_short_is_fetched_again_and_leaves_no_parts(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    calls: list[Seen] = []

    def cut(request: Seen) -> Reply:
        calls.append(request)
        return Reply(chunks=[FILE[:100]], abort=True) if len(calls) == 1 else Reply(body=FILE)

    cloud.routes["GET /files/*"] = cut
    async with connect() as client:
        await exported(client, cloud)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["Match.mp4"]


async def test_a_download_of_the_wrong_size_is_an_error_and_leaves_nothing(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    cloud.routes["GET /files/*"] = lambda _: Reply(body=FILE[:-1])
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await exported(client, cloud)
        assert raised.value.fault.kind == "download_failed"
        assert not list((tmp_path / "out").iterdir())
        cloud.routes["GET /files/*"] = lambda _: Reply(body=FILE)
        session = (await client.sessions())[0].session_id
        render_id = (await client.renders(session))[0].render_id
        assert (await client.render(render_id, 5)).path is not None


async def test_the_embedded_backend_names_the_path_and_nothing_is_downloaded(
    cloud: Cloud, connect: MakeClient, tmp_path: Path
) -> None:
    reel = tmp_path / "out" / "derby.mp4"

    def published(request: Seen) -> Reply:
        output = {"url": f"{cloud.base_url}/files/a.mp4", "path": str(reel), "width": 1920, "method": "copied"}
        checks = [{"name": "decodes", "ok": True}]
        data = {"status": "completed", "output": {**output, "checks": checks, "warnings": ["short"]}}
        return plain({"code": 0, "data": data})

    cloud.routes[POLL] = published
    async with connect(kind="embedded", token="user-token") as client:
        render = await exported(client, cloud, preset="720p", filename="derby")
    assert (render.path, render.width, render.method, render.warnings) == (reel, 1920, "copied", ("short",))
    assert render.checks[0].ok
    assert not cloud.requests("GET", "/files/*")
    output = cloud.requests("POST", "/api/render/proxy/lambda")[0].json["output"]
    assert (output["preset"], output["filename"]) == ("720p", "derby")


async def test_a_reel_that_does_not_arrive_is_given_up_after_a_few_starts_and_fetched_again_on_request(
    cloud: Cloud, connect: MakeClient
) -> None:
    cloud.routes["GET /files/*"] = lambda _: Reply(body=FILE[:-1])
    async with connect() as client:
        with pytest.raises(ApiError):
            await exported(client, cloud)
        session = (await client.sessions())[0].session_id
    for _start in range(4):
        async with connect() as client:
            count = len(cloud.requests("GET", "/files/*"))
            (render,) = await client.renders(session)
            if render.status == "failed":
                break
            with pytest.raises(ApiError):
                await client.render(render.render_id, 30)
            assert len(cloud.requests("GET", "/files/*")) > count
    async with connect() as client:
        count = len(cloud.requests("GET", "/files/*"))
        (render,) = await client.renders(session)
        assert render.fault is not None
        assert (render.status, render.fault.kind) == ("failed", "download_failed")
        assert f"Call export with render_id={render.render_id}" in render.fault.next_step
        assert len(cloud.requests("GET", "/files/*")) == count
        cloud.routes["GET /files/*"] = lambda _: Reply(body=FILE)
        again = await client.render(render.render_id, 30)
        assert (again.status, again.fault) == ("completed", None)
        assert again.path is not None
