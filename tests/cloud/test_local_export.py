"""A plan that forbids export: the cloud's cut, rendered on this machine from the user's own files."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest
from mcp import Client

from client.cloud import Cloud
from client.conftest import QUICK
from client.service import wrong
from highlight_mcp.backend_locator import open_client, stop_backend
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig
from highlight_mcp.server.app import build_server
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.settings import Settings
from highlight_mcp.testing import ScriptedCloud, faults, scripted_cloud
from media_factory import make_clip
from server.conftest import Host, text_of

pytestmark = pytest.mark.anyio
UNLOCK = "Register or upgrade your plan to unlock export."
OFFER = 'export(preset="720p", local=true)'


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("room")


@pytest.fixture(scope="module")
def match(room: Path) -> Path:
    """Twenty seconds with four shots and a loud passage."""
    return make_clip(
        room / "match.mp4", seconds=20, size=(320, 180), cuts=(5, 10, 15), sound="noise", loud=[(11, 14)]
    )  # fmt: skip


@pytest.fixture(scope="module")
def local(room: Path) -> Iterator[Settings]:
    """Settings of a local backend; it is started by the first export and stopped at the end."""
    made = Settings.load(
        {"home": room / "home", "output_dir": room / "reels", "media_roots": str(room), "idle_exit_s": 300}, environ={}
    )
    yield made
    stop_backend(made)


@pytest.fixture(scope="module")
def strict(room: Path) -> Iterator[ScriptedCloud]:
    """A cloud with the real engine behind it."""
    with scripted_cloud(room / "cloud") as running:
        yield running
    assert not running.problems


@asynccontextmanager
async def hosted(url: str, folder: Path, local: Settings | None, **changes: Any) -> AsyncIterator[Host]:
    config = ClientConfig(
        base_url=url,
        kind="cloud",
        state_dir=folder / "state",
        output_dir=folder / "out",
        client_id_file=folder / "client_id",
        version="0.1.0",
        clocks=replace(QUICK, silence_s=30, request_s=30, turn_total_s=60),
        **changes,
    )
    options = ServerOptions(wait_s=20, open_here=None if local is None else lambda: open_client(local))
    async with Client(build_server(lambda: BackendClient(config), options)) as client:
        listed = await client.list_tools()
        yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


def seconds_of(path: str) -> float:
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (1280, 720)
        assert container.streams.audio
        return float((container.duration or 0) / av.time_base)


@pytest.mark.slow
async def test_a_forbidden_export_is_offered_and_made_on_this_machine(
    strict: ScriptedCloud, local: Settings, match: Path, tmp_path: Path
) -> None:
    strict.script("submit", faults.error(402), calls=None)
    async with hosted(strict.url, tmp_path, local) as host:
        uploaded = await host.call("upload", sources=[str(match)])
        edited = await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[1000, 2000], [11_000, 12_000]]}])
        assert edited["timeline"]["duration_ms"] == 2000
        refused = await host.raw("export", preset="720p")
        error = (refused.structured_content or {})["error"]
        assert (error["kind"], error["code"]) == ("export_blocked", 402)
        assert UNLOCK in text_of(refused)
        assert OFFER in error["next_step"]
        assert "credit" not in text_of(refused).casefold()
        submitted = len(strict.requests("submit"))
        made = await host.finished("export", preset="720p", local=True)
        again = await host.call("export", render_id=made["render_id"])
        state = await host.call("get_state")
    assert len(strict.requests("submit")) == submitted == 1
    assert made["session_id"] == uploaded["session_id"] == state["session_id"]
    assert Path(made["path"]).parent == local.output_dir
    assert again["path"] == made["path"] == state["renders"][0]["path"]
    assert [each for each in made["warnings"] if "was enlarged" not in each] == []
    assert abs(seconds_of(made["path"]) - 2.0) < 0.1
    strict.clear()


CUT: dict[str, Any] = {
    "d": 5000,
    "m": {"title": "Derby", "width": 1280, "height": 720},
    "t": [
        {"tt": 0, "d": 5000, "sg": [
            {"d": 3000, "src": "https://cdn.test/x/match.mp4", "source_start": 2000},
            {"d": 1000, "src": "https://cdn.test/stock/sky.mp4", "source_start": 0},
            {"d": 1000, "src": "https://cdn.test/x/match.mp4"},
        ]},
        {"tt": 1, "d": 5000, "sg": [{"d": 5000, "m": {"label": "Lo-fi", "volume": 0.35}, "src": "https://cdn.test/lofi.mp3"}]},
        {"tt": 7, "d": 2000, "sg": [{"d": 2000, "m": {"text": "Derby", "start": 500}, "fx": "bounce"}]},
        {"tt": 9, "d": 5000, "sg": [{"d": 5000}]},
    ],
}  # fmt: skip


@pytest.mark.slow
async def test_a_foreign_cut_is_rendered_as_far_as_it_is_certain_and_all_else_is_named(
    local: Settings, match: Path, tmp_path: Path
) -> None:
    cloud = Cloud()
    cloud.edited = CUT
    with cloud.running():
        async with hosted(cloud.base_url, tmp_path, local, token="user-token") as host:
            await host.call("upload", sources=[str(match)])
            await host.finished("edit", instruction="cut a derby reel")
            made = await host.finished("export", preset="720p", local=True, filename="derby")
    told = "\n".join(made["warnings"])
    assert Path(made["path"]).name == "derby.mp4"
    assert abs(seconds_of(made["path"]) - 3.0) < 0.1
    sky = "sky.mp4 (3-4s): its file is not on this machine"
    for lost in (sky, "match.mp4 (4-5s)", "Lo-fi (0-5s)", "Track 9", "fx"):
        assert lost in told, told
    assert not cloud.requests("POST", "/api/render/proxy/lambda")


async def test_without_any_file_at_hand_nothing_is_offered_and_the_reason_is_told(
    local: Settings, match: Path, tmp_path: Path
) -> None:
    cloud = Cloud()
    cloud.routes["POST /api/render/proxy/lambda"] = lambda _: wrong(402, 402)
    with cloud.running():
        async with hosted(cloud.base_url, tmp_path, local, token="user-token") as host:
            await host.call("upload", sources=["https://example.com/match.mp4"])
            await host.finished("edit", instruction="cut a derby reel")
            error = await host.error("export")
            assert (error["kind"], error["next_step"]) == ("export_blocked", UNLOCK)
            error = await host.error("export", local=True)
    assert error["kind"] == "not_supported"
    assert "none of its files is here" in error["message"]
