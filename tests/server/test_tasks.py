"""Long calls as tasks, for hosts that declare the extension."""

from pathlib import Path
from typing import Any, Literal

import pytest
from mcp import MCPError
from mcp.client.extension import ClientExtension, ResultClaim
from mcp.types import CallToolResult, Request, RequestParams, Result

from highlight_mcp.server.app import TASKS
from waiting import until

from .conftest import Bench

pytestmark = pytest.mark.anyio


class Handle(Result):
    result_type: Literal["task"] = "task"
    task_id: str


class TaskState(Result):
    status: str
    status_message: str | None = None
    result: dict[str, Any] | None = None


class Ref(RequestParams):
    task_id: str


class GetTask(Request[Ref, Literal["tasks/get"]]):
    method: Literal["tasks/get"] = "tasks/get"
    params: Ref
    name_param = "taskId"


class CancelTask(Request[Ref, Literal["tasks/cancel"]]):
    method: Literal["tasks/cancel"] = "tasks/cancel"
    params: Ref
    name_param = "taskId"


class TaskClient(ClientExtension):
    """Polls tasks to their end; cancels those of `cancelled_tool` at once."""

    identifier = TASKS

    def __init__(self, cancel: bool = False) -> None:
        self.cancel = cancel
        self.states: list[TaskState] = []

    def claims(self) -> Any:
        return [ResultClaim(result_type="task", model=Handle, resolve=self.wait)]

    async def wait(self, handle: Any, ctx: Any) -> CallToolResult:
        ref = Ref(task_id=handle.task_id)

        async def ended() -> CallToolResult | None:
            state = await ctx.session.send_request(GetTask(params=ref), TaskState)
            self.states.append(state)
            if state.status == "completed":
                return CallToolResult.model_validate(state.result)
            if state.status == "cancelled":
                raise MCPError(code=-32000, message="cancelled")
            if self.cancel and len(self.states) > 5:
                await ctx.session.send_request(CancelTask(params=ref), Result)
            return None

        result: CallToolResult = await until(ended, 90)
        return result


@pytest.mark.slow
async def test_a_task_waits_for_the_end_whatever_wait_s_says(bench: Bench, match: Path) -> None:
    tasks = TaskClient()
    async with bench.host("auto", extensions=[tasks]) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        edited = await host.call("edit", instruction="the best moments, 6 seconds", wait_s=0)
        assert edited["status"] == "done"
        made = await host.call("export", preset="draft", wait_s=0)
        assert made["status"] == "completed"
        assert host.reports == []
        error = await host.error("edit", instruction="")
        assert error["kind"] == "bad_request"
    assert len(tasks.states) > 4
    assert any(state.status_message for state in tasks.states)


async def test_a_short_tool_makes_no_task(bench: Bench) -> None:
    tasks = TaskClient()
    async with bench.host("auto", extensions=[tasks]) as host:
        assert (await host.call("credits"))["unlimited"]
    assert tasks.states == []


@pytest.mark.slow
async def test_a_cancelled_task_stops_its_work(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as plain:
        session = (await plain.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await plain.call(
            "edit", operations=[{"op": "keep", "ranges_ms": [[0, 40_000]]}, {"op": "aspect", "ratio": "1:1"}]
        )
        async with bench.host("auto", extensions=[TaskClient(cancel=True)]) as host:
            with pytest.raises(MCPError, match="cancelled"):
                await host.raw("export", session_id=session)
            state = await plain.call("get_state", wait_s=10)
    assert state["renders"][0]["status"] == "cancelled"


async def test_an_unknown_task_is_an_invalid_parameter(bench: Bench) -> None:
    async with bench.host("auto", extensions=[TaskClient()]) as host:
        with pytest.raises(MCPError) as caught:
            await host.client.session.send_request(GetTask(params=Ref(task_id="nobody")), TaskState)
    assert caught.value.error.code == -32602
