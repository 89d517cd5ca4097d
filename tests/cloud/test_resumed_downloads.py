"""Downloads over bad connections: taken up where they broke, checked, never mixed from two files."""

import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from client.cloud import Cloud
from client.conftest import MakeClient, config, connect
from client.service import Reply, Seen, Service
from client.test_renders import ready
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.results import RenderResult
from highlight_mcp.contract.errors import ApiError

__all__ = ["config", "connect"]
pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stranger of these tests is at a port of this machine, which is refused otherwise."""

    async def anywhere(_url: str, _base: str) -> None:
        return None

    monkeypatch.setattr("highlight_mcp.client.download.permitted_address", anywhere)


FILM = os.urandom(300_000)
OTHER = os.urandom(300_000)


class Files(Service):
    """A file server that breaks connections; `answers` are taken one after the other, the last one stays."""

    def __init__(self) -> None:
        super().__init__()
        self.routes["GET /reel.mp4"] = self.reel
        self.film, self.tag, self.ranges = FILM, '"v1"', True
        self.breaks: list[int] = []

    def reel(self, request: Seen) -> Reply:
        start = 0
        asked = request.headers.get("range", "")
        same = request.headers.get("if-range", self.tag) == self.tag
        if self.ranges and same and asked.startswith("bytes="):
            start = int(asked.removeprefix("bytes=").rstrip("-"))
        rest = self.film[start:]
        cut = self.breaks.pop(0) if self.breaks else len(rest)
        headers = {"Content-Length": str(len(rest)), **({"ETag": self.tag} if self.tag else {})}
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(self.film) - 1}/{len(self.film)}"
        lines = "\r\n".join(f"{name}: {value}" for name, value in headers.items())
        head = f"HTTP/1.1 {206 if start else 200} X\r\n{lines}\r\nConnection: close\r\n\r\n"
        return Reply(raw=head.encode() + rest[:cut])


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    service = Cloud()
    with service.running():
        yield service


@pytest.fixture
def files(cloud: Cloud) -> Iterator[Files]:
    service = Files()
    with service.running():
        yield service


async def fetched(cloud: Cloud, files: Files, client: BackendClient, size: int | None = None) -> RenderResult:
    output = {"url": f"{files.base_url}/reel.mp4", "duration": 5.0, **({"size": size} if size else {})}
    cloud.finished = lambda render_id: {  # type: ignore[method-assign]
        "code": 0, "id": render_id, "status": "completed", "output": output,
    }  # fmt: skip
    render = await client.start_render(await ready(client, cloud), filename="reel")
    return await client.render(render.render_id, 10)


def starts(files: Files) -> list[int]:
    """Where each request wanted to begin."""
    return [int(seen.headers.get("range", "bytes=0-")[6:-1]) for seen in files.seen]


async def test_a_broken_download_is_taken_up_where_it_broke(
    cloud: Cloud, files: Files, connect: MakeClient, tmp_path: Path
) -> None:
    files.breaks = [100_000, 120_000]
    async with connect() as client:
        render = await fetched(cloud, files, client, len(FILM))
    assert render.path is not None
    assert render.path.read_bytes() == FILM
    assert starts(files) == [0, 100_000, 220_000]
    assert files.seen[1].headers["if-range"] == '"v1"'
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["reel.mp4"]


async def test_many_breaks_are_survived_as_long_as_something_arrives(
    cloud: Cloud, files: Files, connect: MakeClient
) -> None:
    files.breaks = [25_000] * 11
    async with connect() as client:
        render = await fetched(cloud, files, client)
    assert render.path is not None
    assert render.path.read_bytes() == FILM


async def test_a_file_that_changed_meanwhile_is_fetched_anew(cloud: Cloud, files: Files, connect: MakeClient) -> None:
    files.breaks = [100_000]
    usual = files.reel

    def changing(request: Seen) -> Reply:
        if len(files.seen) == 2:
            files.film, files.tag = OTHER, '"v2"'
        return usual(request)

    files.routes["GET /reel.mp4"] = changing
    async with connect() as client:
        render = await fetched(cloud, files, client)
    assert render.path is not None
    assert render.path.read_bytes() == OTHER


async def test_a_server_without_ranges_sends_all_of_it_again(cloud: Cloud, files: Files, connect: MakeClient) -> None:
    files.ranges, files.breaks = False, [100_000]
    async with connect() as client:
        render = await fetched(cloud, files, client)
    assert render.path is not None
    assert render.path.read_bytes() == FILM


async def test_a_part_that_does_not_continue_ours_is_thrown_away(
    cloud: Cloud, files: Files, connect: MakeClient
) -> None:
    files.breaks = [100_000]
    usual = files.reel

    def wrong_part(request: Seen) -> Reply:
        if len(files.seen) == 2:
            headers = {"Content-Range": f"bytes 5-{len(FILM) - 1}/{len(FILM)}", "Content-Length": str(len(FILM) - 5)}
            return Reply(206, FILM[5:], headers)
        return usual(request)

    files.routes["GET /reel.mp4"] = wrong_part
    async with connect() as client:
        render = await fetched(cloud, files, client)
    assert render.path is not None
    assert render.path.read_bytes() == FILM


async def test_a_file_of_another_size_than_announced_is_refused(
    cloud: Cloud, files: Files, connect: MakeClient, tmp_path: Path
) -> None:
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await fetched(cloud, files, client, len(FILM) + 1)
    assert raised.value.fault.kind == "download_failed"
    assert not list((tmp_path / "out").iterdir())


async def test_no_progress_ends_the_attempts(cloud: Cloud, files: Files, connect: MakeClient, tmp_path: Path) -> None:
    files.breaks = [100_000, *[0] * 50]
    async with connect() as client:
        with anyio.fail_after(30), pytest.raises(ApiError) as raised:
            await fetched(cloud, files, client)
    assert raised.value.fault.kind == "download_failed"
    assert len(files.seen) == 4
    assert not list((tmp_path / "out").iterdir())


async def test_a_folder_that_takes_nothing_is_told_as_such(
    cloud: Cloud, files: Files, connect: MakeClient, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    async with connect() as client:
        with pytest.raises(ApiError) as raised:
            await fetched(cloud, files, client)
    assert raised.value.fault.kind == "no_space"
    assert str(tmp_path / "out") in raised.value.fault.message
