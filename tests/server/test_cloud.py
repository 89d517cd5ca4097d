"""The same face over the scripted cloud: what it lacks is said, nothing of it leaks."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from client.cloud import Cloud
from client.conftest import cloud, config
from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import ClientConfig
from highlight_mcp.server.app import build_server

from .conftest import Host, Mode, text_of

__all__ = ["cloud", "config"]
pytestmark = pytest.mark.anyio
Config = Callable[..., ClientConfig]


@asynccontextmanager
async def hosted(config: Config, mode: Mode) -> AsyncIterator[Host]:
    async with Client(build_server(lambda: BackendClient(config())), mode=mode) as client:
        listed = await client.list_tools()
        yield Host(client, {tool.name: tool.output_schema for tool in listed.tools})


async def test_footage_becomes_a_downloaded_file(cloud: Cloud, config: Config, era: Mode, tmp_path: Path) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    async with hosted(config, era) as host:
        uploaded = await host.call("upload", sources=[str(clip)])
        edited = await host.finished("edit", instruction="the best goals, 60 seconds")
        assert edited["status"] == "done"
        assert edited["timeline"]["summary"] == "Timeline (1 track): 1. Video: match.mp4 (0-5s)"
        made = await host.finished("export")
        assert made["session_id"] == uploaded["session_id"]
        assert Path(made["path"]).parent == tmp_path / "out"
        state = await host.call("get_state", detail="full")
        assert state["versions"] == []
        balance = await host.call("credits")
        assert (balance["available"], balance["frozen"], balance["total"]) == (60, 40, 100)
        assert "60 of 100" in balance["message"]


async def test_a_preview_that_the_cloud_does_not_offer_is_refused_in_words(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    async with hosted(config, "auto") as host:
        await host.call("upload", sources=[str(clip)])
        error = await host.error("preview")
    assert error["kind"] == "not_supported"
    assert "get_state" in error["next_step"]


async def test_a_bare_wish_to_export_is_never_sent_to_the_editing_agent(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    async with hosted(config, "auto") as host:
        await host.call("upload", sources=[str(clip)])
        led = await host.call("edit", instruction="导出视频")
    assert led["suggested_actions"][0]["tool"] == "export"
    assert not [request for request in cloud.seen if request.path == "/run_sse"]


async def test_no_token_appears_in_any_result(cloud: Cloud, config: Config, tmp_path: Path) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    told: list[Any] = []
    async with hosted(config, "auto") as host:
        for tool, arguments in (
            ("upload", {"sources": [str(clip)]}),
            ("edit", {"instruction": "the best goals"}),
            ("export", {}),
            ("get_state", {"detail": "full"}),
            ("credits", {}),
            ("preview", {}),
        ):
            result = await host.raw(tool, **arguments)
            told += [text_of(result), result.structured_content]
    assert cloud.tokens
    assert "nmv_usr_" not in json.dumps(told)


async def test_a_file_the_cloud_cannot_take_is_refused_with_the_formats(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    async with hosted(config, "auto") as host:
        error = await host.error("upload", sources=[str(text)])
    assert (error["kind"], error["code"]) == ("unsupported_file", 4001)
    assert "mp4" in error["next_step"]


async def test_an_upload_that_is_sent_by_this_program_is_said_to_end_with_it(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    clips = [tmp_path / f"match {number}.mp4" for number in range(3)]
    for clip in clips:
        clip.write_bytes(b"\0" * 2000)
    async with hosted(config, "auto") as host:
        handle = await host.call("upload", sources=[str(clip) for clip in clips], wait_s=0)
        assert handle["status"] == "running"
        assert any("stops when the host closes" in warning for warning in handle["warnings"])
        state = await host.call("get_state", wait_s=20)
        assert state["upload"]["status"] == "done"
        assert len(state["media"]) == 3


async def test_several_reels_are_offered_one_call_each_where_the_service_keeps_one_timeline(
    cloud: Cloud, config: Config, tmp_path: Path
) -> None:
    clip = tmp_path / "match.mp4"
    clip.write_bytes(b"\0" * 2000)
    async with hosted(config, "auto") as host:
        await host.call("upload", sources=[str(clip)])
        asked = await host.call("edit", instruction="two reels, one of 2 seconds and one of 4 seconds")
        assert asked["status"] == "needs_input"
        offered = [each["operations"] for each in asked["suggested_actions"]]
        assert [[op["total_ms"] for op in each] for each in offered] == [[2000], [4000]]
        assert asked["timeline"]["tracks"] == []
        error = await host.error("edit", operations=[*offered[0], {"op": "new_version"}, *offered[1]])
        assert error["kind"] == "not_supported"
        made = await host.finished("edit", operations=offered[0])
        assert made["status"] == "done"
