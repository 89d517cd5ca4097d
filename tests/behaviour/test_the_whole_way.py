"""Upload, edit, look, edit exactly, undo, export, read, complete, ask, count: the same through every door."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ImageContent, PromptReference, ResourceLink, ResourceTemplateReference, TextResourceContents

from server.conftest import Host, text_of

from .doors import FEW, Door, Way, cloud_only, through

pytestmark = pytest.mark.anyio
KEEP = {"op": "keep", "ranges_ms": [[1000, 3000], [5000, 7000]]}


def size_of(path: Path) -> int:
    return path.stat().st_size


async def read(host: Host, uri: str) -> Any:
    """A resource as JSON."""
    (content,) = (await host.client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    return json.loads(content.text)


@through([Way("http", "legacy", "embedded")])
async def test_footage_becomes_a_reel_and_every_step_can_be_looked_at(door: Door, match: Path) -> None:
    async with door.host() as host:
        uploaded = await host.call("upload", sources=[str(match)], new_session=True)
        session = uploaded["session_id"]
        assert [(each["name"], each["kind"]) for each in uploaded["media"]] == [("match.mp4", "video")]

        edited = await host.finished("edit", instruction="the best moments, 4 seconds")
        assert (edited["session_id"], edited["status"]) == (session, "done")
        state = await host.call("get_state", detail="full")
        assert state["timeline"]["summary"] == edited["timeline"]["summary"]
        assert state["timeline"]["tracks"][0]["clips"][0]["label"].startswith("match")

        kept = await host.finished("edit", operations=[KEEP])
        assert kept["timeline"]["duration_ms"] <= 4000
        await _undone(host, door, edited, kept)

        made = await host.finished("export", preset="draft")
        assert made["status"] == "completed", made
        result = await host.raw("export", render_id=made["render_id"])
        path = Path(made["path"])
        assert size_of(path) > 1000
        assert str(path) in text_of(result)
        assert path.as_uri() in [str(each.uri) for each in result.content if isinstance(each, ResourceLink)]
        facts = await read(host, f"render://{session}/{made['render_id']}")
        assert (facts["status"], facts["path"]) == ("completed", str(path))
        timeline = await read(host, f"timeline://{session}")
        assert timeline["duration_ms"] == (await host.call("get_state"))["timeline"]["duration_ms"]
        over = await host.call("cancel", job_id=made["render_id"])
        assert (over["kind"], over["status"]) == ("render", "completed")


async def _undone(host: Host, door: Door, edited: dict[str, Any], kept: dict[str, Any]) -> None:
    """Undo takes the last edit back; versions are counted where the backend keeps them."""
    undone = await host.finished("edit", instruction="undo")
    assert undone["timeline"]["duration_ms"] == edited["timeline"]["duration_ms"]
    assert undone["timeline"]["summary"] == edited["timeline"]["summary"]
    state = await host.call("get_state", detail="full")
    if door.local:
        assert undone["timeline"]["version"] > kept["timeline"]["version"]
        assert len(state["versions"]) == 3
        stale = await host.error("edit", operations=[KEEP], base_version=1)
        assert stale["kind"] in ("version_conflict", "edit_refused")
    else:
        assert state["versions"] == []


@through([Way("memory", "auto", "embedded"), Way("memory", "legacy", "cloud")])
async def test_pictures_are_shown_or_their_absence_is_said(door: Door, match: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        if not door.local:
            error = await host.error("preview", what="frame", at_ms=500)
            assert (error["kind"], error["retryable"]) == ("not_supported", False)
            assert "get_state" in error["next_step"]
            return
        await host.call("edit", operations=[KEEP])
        for arguments in ({}, {"what": "moments"}, {"what": "frame", "at_ms": 500}):
            result = await host.raw("preview", **arguments)
            (image,) = [block for block in result.content if isinstance(block, ImageContent)]
            assert base64.b64decode(image.data)[:2] == b"\xff\xd8"
            assert (result.structured_content or {})["description"] in text_of(result)


@through(FEW)
async def test_prompts_lead_through_the_tools_and_arguments_are_completed(door: Door, match: Path) -> None:
    async with door.host() as host:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        names = [prompt.name for prompt in (await host.client.list_prompts()).prompts]
        assert names == ["quick_edit", "batch", "iterate"]
        got = await host.client.get_prompt("quick_edit", {"sources": str(match), "wish": "goals, 30 s"})
        text = got.messages[0].content.text  # type: ignore[union-attr]
        assert all(word in text for word in (str(match), "goals, 30 s", "upload", "edit", "export"))
        complete = host.client.complete
        files = await complete(
            PromptReference(name="quick_edit"), {"name": "sources", "value": f"{match.parent}/mat"}
        )  # fmt: skip
        assert str(match) in files.completion.values
        timelines = await complete(
            ResourceTemplateReference(uri="timeline://{session_id}"), {"name": "session_id", "value": ""}
        )
        listed = session in timelines.completion.values
        assert listed, "the session that the caller works in is offered"


@through(FEW)
async def test_credits_are_told_as_the_backend_counts_them(door: Door, match: Path) -> None:
    async with door.host() as host:
        balance = await host.call("credits")
        assert balance["message"] == text_of(await host.raw("credits")).split("\n")[0]
    if door.local:
        assert balance["unlimited"] is True


@through([], among=cloud_only)
async def test_an_edit_in_the_cloud_costs_credits_until_none_are_left(door: Door, match: Path) -> None:
    door.token = None
    async with door.host() as host:
        before = await host.call("credits")
        assert (before["available"], before["frozen"], before["unlimited"]) == (100, 0, False)
        for left in (50, 0):
            await host.call("upload", sources=[str(match)], new_session=True)
            await host.finished("edit", operations=[KEEP])
            again = await host.finished("edit", instruction="make it slower")
            assert any("credits" in warning for warning in again["warnings"])
            assert (await host.call("credits"))["available"] == left
        await host.call("upload", sources=[str(match)], new_session=True)
        error = await host.error("edit", operations=[KEEP])
    assert (error["kind"], error["code"], error["retryable"]) == ("no_credits", 2001, False)
    assert "register" in error["next_step"].lower()
