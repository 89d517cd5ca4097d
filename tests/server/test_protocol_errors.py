"""Mistakes that the protocol has codes for, and breakdowns that must stay where they happen; in both eras."""

from typing import Any

import pytest
from mcp import Client, MCPError
from mcp.types import INVALID_PARAMS, CallToolResult, Result

from highlight_mcp.backend_locator import open_client
from highlight_mcp.server import app
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from waiting import until

from .conftest import Bench, Mode
from .test_tasks import GetTask, Ref, TaskClient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("quick_edti", {"sources": "/m/a.mp4"}, ("quick_edti", "Did you mean “quick_edit”?", "iterate")),
        ("quick_edit", {}, ("`sources`", "Absolute paths")),
        ("quick_edit", {"sources": "/m/a.mp4", "whish": "goals"}, ('"whish"', "Did you mean “wish”?")),
    ],
)
async def test_a_wrong_prompt_is_an_invalid_parameter_told_in_words(
    bench: Bench, era: Mode, name: str, arguments: dict[str, str], words: tuple[str, ...]
) -> None:
    async with bench.host(era) as host:
        with pytest.raises(MCPError) as caught:
            await host.client.get_prompt(name, arguments)
    assert caught.value.error.code == INVALID_PARAMS
    assert all(word in caught.value.error.message for word in words), caught.value.error.message


async def test_the_lists_may_be_kept_for_a_day_and_what_is_read_may_not(bench: Bench) -> None:
    async with bench.host() as host:
        lists = (
            await host.client.list_tools(),
            await host.client.list_prompts(),
            await host.client.list_resources(),
            await host.client.list_resource_templates(),
        )
        read = await host.client.read_resource("help://operations")
    assert {(listed.ttl_ms, listed.cache_scope) for listed in lists} == {(86_400_000, "public")}
    assert (read.ttl_ms, read.cache_scope) == (0, "private")


class FailedTask(Result):
    status: str
    error: dict[str, Any] | None = None


class Failure(TaskClient):
    """Waits for a task that ends with an error of the protocol."""

    async def wait(self, handle: Any, ctx: Any) -> CallToolResult:
        request = GetTask(params=Ref(task_id=handle.task_id))

        async def ended() -> FailedTask | None:
            state = await ctx.session.send_request(request, FailedTask)
            return None if state.status == "working" else state

        state = await until(ended)
        return CallToolResult(content=[], structured_content=state.model_dump(include={"status", "error"}))


async def test_a_task_whose_call_is_refused_fails_and_can_still_be_asked_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "LONG_TOOLS", frozenset({"refused"}))
    server = build_server(lambda: open_client(settings))

    async def refused() -> str:
        raise MCPError(code=-32010, message="Not now.")

    server.add_tool(refused, description="Is refused.", structured_output=False)
    async with Client(server, extensions=[Failure()]) as client:
        ended = await client.call_tool("refused", {})
        assert ended.structured_content == {"status": "failed", "error": {"code": -32010, "message": "Not now."}}
