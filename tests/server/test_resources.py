"""Resources, their notifications, prompts and completion, in both eras."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.types import PromptReference, ResourceTemplateReference, TextResourceContents

from highlight_mcp.server.options import ServerOptions
from waiting import until

from .conftest import Bench, Host, Mode

pytestmark = pytest.mark.anyio
KEEP = [{"op": "keep", "ranges_ms": [[0, 2000]]}]


async def read(client: Client, uri: str) -> Any:
    """A resource as JSON."""
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "application/json"
    return json.loads(content.text)


async def told(heard: list[str]) -> bool:
    return bool(heard)


async def cut(host: Host, match: Path) -> str:
    uploaded = await host.call("upload", sources=[str(match)], new_session=True)
    await host.finished("edit", operations=KEEP)
    return str(uploaded["session_id"])


async def test_the_timeline_the_draft_and_the_moments_can_be_read(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        session = await cut(host, match)
        timeline = await read(host.client, f"timeline://{session}")
        assert timeline["summary"].startswith("Timeline (1 track): 1. Video:")
        assert timeline["version"] == 1
        assert timeline["tracks"][0]["segments"][0]["out_ms"] == 2000
        draft = await read(host.client, f"draft://{session}")
        assert (draft["d"], draft["m"]["schema"]) == (2000, "hl/1")
        segment = draft["t"][0]["sg"][0]["m"]
        assert segment["src"].endswith(f"/media/{segment['media_id']}"), "no secret in the address"
        moments = await read(host.client, f"moments://{session}")
        scores = [moment["score"] for moment in moments["moments"]]
        assert scores == sorted(scores, reverse=True)
        assert all(moment["why"] for moment in moments["moments"])


@pytest.mark.slow
async def test_an_export_can_be_read_under_its_session_only(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        session = await cut(host, match)
        made = await host.finished("export", preset="draft")
        facts = await read(host.client, f"render://{session}/{made['render_id']}")
        assert facts["status"] == "completed"
        assert facts["path"] == made["path"]
        with pytest.raises(MCPError):
            await host.client.read_resource(f"render://ses_other/{made['render_id']}")


async def test_the_help_is_listed_and_the_templates_too(bench: Bench, era: Mode) -> None:
    async with bench.host(era) as host:
        listed = await host.client.list_resources()
        assert [str(each.uri) for each in listed.resources] == ["ui://highlight/timeline.html", "help://operations"]
        templates = await host.client.list_resource_templates()
        assert {each.uri_template for each in templates.resource_templates} == {
            "timeline://{session_id}",
            "moments://{session_id}",
            "draft://{session_id}",
            "render://{session_id}/{render_id}",
            "clip://{session_id}/{range}",
        }
        assert "trim" in (await read(host.client, "help://operations"))["operations"]


async def test_a_resource_of_nobody_is_an_invalid_parameter(bench: Bench, either: Mode) -> None:
    async with bench.host(either) as host:
        with pytest.raises(MCPError) as caught:
            await host.client.read_resource("timeline://ses_of_nobody")
    assert caught.value.error.code == -32602


async def test_a_modern_listener_hears_that_the_timeline_changed(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        session = await cut(host, match)
        uri = f"timeline://{session}"
        async with host.client.listen(resource_subscriptions=[uri]) as events:
            await host.finished("edit", operations=[{"op": "speed", "factor": 2}])
            with anyio.fail_after(30):
                async for event in events:
                    assert getattr(event, "uri", None) == uri
                    break


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")
async def test_a_legacy_subscriber_hears_it_until_it_unsubscribes(bench: Bench, match: Path) -> None:
    heard: list[str] = []

    async def note(message: Any) -> None:
        if type(message).__name__ == "ResourceUpdatedNotification":
            heard.append(str(message.params.uri))

    async with bench.host("legacy", message_handler=note) as host:
        session = await cut(host, match)
        uri = f"timeline://{session}"
        await host.client.subscribe_resource(uri)
        await host.client.subscribe_resource(uri)
        await host.finished("edit", operations=[{"op": "speed", "factor": 2}])
        await until(lambda: told(heard))
        await host.client.unsubscribe_resource(uri)
        await host.finished("edit", operations=[{"op": "undo"}])
    assert heard == [uri]


async def test_subscriptions_are_announced_to_legacy_clients(bench: Bench) -> None:
    async with bench.host("legacy") as host:
        capabilities = host.client.server_capabilities
    assert capabilities is not None
    assert capabilities.resources is not None
    assert capabilities.resources.subscribe
    assert capabilities.completions is not None


async def test_the_three_prompts_lead_through_the_tools(bench: Bench, either: Mode) -> None:
    async with bench.host(either) as host:
        prompts = {prompt.name: prompt for prompt in (await host.client.list_prompts()).prompts}
        assert list(prompts) == ["quick_edit", "batch", "iterate"]
        assert [argument.name for argument in prompts["quick_edit"].arguments or []] == ["sources", "wish"]
        got = await host.client.get_prompt("quick_edit", {"sources": "/m/a.mp4", "wish": "goals, 30 s"})
        text = got.messages[0].content.text  # type: ignore[union-attr]
        assert all(word in text for word in ("/m/a.mp4", "goals, 30 s", "upload", "edit", "export"))
        again = await host.client.get_prompt("iterate", {"session_id": "ses_1"})
        assert "ses_1" in again.messages[0].content.text  # type: ignore[union-attr]


@pytest.mark.slow
async def test_arguments_are_completed(bench: Bench, either: Mode, match: Path, room: Path) -> None:
    async with bench.host(either) as host:
        session = await cut(host, match)
        made = await host.finished("export", preset="draft")
        complete = host.client.complete
        sessions = await complete(PromptReference(name="iterate"), {"name": "session_id", "value": session[:6]})
        assert session in sessions.completion.values
        renders = await complete(
            ResourceTemplateReference(uri="render://{session_id}/{render_id}"),
            {"name": "render_id", "value": ""},
            context_arguments={"session_id": session},
        )
        assert renders.completion.values == [made["render_id"]]
        files = await complete(PromptReference(name="quick_edit"), {"name": "sources", "value": f"{room}/mat"})
        assert files.completion.values == [str(match)]
        second = await complete(
            PromptReference(name="quick_edit"), {"name": "sources", "value": f"{match}, {room}/mat"}
        )  # fmt: skip
        assert second.completion.values == [f"{match}, {match}"]
        wishes = await complete(PromptReference(name="quick_edit"), {"name": "wish", "value": "cheer"})
        assert len(wishes.completion.values) == 1
        nothing = await complete(PromptReference(name="quick_edit"), {"name": "sources", "value": "/etc/"})
        assert nothing.completion.values == []


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_what_is_still_being_made_is_told_by_its_kind_in_every_language(
    bench: Bench, match: Path, language: str
) -> None:
    hurried = ServerOptions(media_roots=bench.settings.media_roots, language=language, preview_s=0)
    async with bench.host("auto", hurried) as host:
        session = await cut(host, match)
        for uri, again_s in ((f"clip://{session}/0-1900", 1), (f"moments://{session}", 3)):
            with pytest.raises(MCPError) as caught:
                await host.client.read_resource(uri)
            assert caught.value.error.code == -32603
            assert caught.value.error.data == {"kind": "busy", "retryable": True, "retry_after_s": again_s}
            assert ("again" in caught.value.error.message) == (language == "en")
