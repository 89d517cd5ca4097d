"""The tasks extension (SEP-2663): a host that declares it gets a task for a long call and may do other things.

The same tools run, but nobody holds the line: they wait for the end of their work, and what would be
progress becomes the status message of the task.
"""

import secrets
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import anyio
from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.types import HEADER_MISMATCH, INVALID_PARAMS, CallToolRequestParams, CallToolResult, RequestParams
from pydantic import Field

from .state import ServerState

TASKS = "io.modelcontextprotocol/tasks"
MODERN = "2026-07-28"
LONG_TOOLS = frozenset({"upload", "edit", "export", "preview"})
TTL_MS = 3_600_000
POLL_MS = 1_000
KEPT = 200
RequestContext = ServerRequestContext[ServerState, Any]


@dataclass
class Task:
    """One call that runs as a task; `outcome` is the result once there is one."""

    task_id: str
    status: Literal["working", "completed", "cancelled"] = "working"
    message: str = ""
    outcome: dict[str, Any] = field(default_factory=dict)
    created: str = field(default_factory=lambda: _now())
    updated: str = field(default_factory=lambda: _now())
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    async def report(self, value: float, total: float | None, message: str | None) -> None:
        """Take in progress as the status message."""
        share = f"{100 * value / total:.0f} %" if total else ""
        self.message = " ".join(part for part in (share, message) if part)
        self.updated = _now()

    def wire(self) -> dict[str, Any]:
        """The task as it travels."""
        facts = {
            "taskId": self.task_id,
            "status": self.status,
            "createdAt": self.created,
            "lastUpdatedAt": self.updated,
            "ttlMs": TTL_MS,
            "pollIntervalMs": POLL_MS,
        }
        return {**facts, **({"statusMessage": self.message} if self.message else {}), **self.outcome}


RUNNING_AS: ContextVar[Task | None] = ContextVar("running_as", default=None)
"""The task in which the present call runs; None when somebody holds the line."""


class TaskRef(RequestParams):
    """Names a task."""

    task_id: str


class TaskUpdate(TaskRef):
    """Answers to questions of a task; ours ask none."""

    input_responses: dict[str, Any] = Field(default_factory=dict)


class Tasks(Extension):
    """Serves long tools as tasks to those who ask for it; all others see no difference."""

    identifier = TASKS

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}

    def methods(self) -> Sequence[MethodBinding]:
        """Looking at a task, cancelling it, answering its questions."""
        versions = frozenset({MODERN})
        return [
            MethodBinding("tasks/get", TaskRef, self._get, versions),
            MethodBinding("tasks/cancel", TaskRef, self._cancel, versions),
            MethodBinding("tasks/update", TaskUpdate, self._update, versions),
        ]

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: RequestContext, call_next: CallNext
    ) -> HandlerResult:
        """Start a task for a long tool, if the client wants one."""
        declared = ctx.session.client_capabilities
        wanted = TASKS in ((declared.extensions if declared is not None else None) or {})
        if not wanted or params.name not in LONG_TOOLS or ctx.protocol_version < MODERN:
            return await call_next(ctx)
        task = Task(secrets.token_urlsafe(18))
        self._keep(task)
        ctx.lifespan_context.tasks.start_soon(_run, task, ctx, call_next)
        return {"resultType": "task", **task.wire()}

    def _keep(self, task: Task) -> None:
        over = [each.task_id for each in self._tasks.values() if each.status != "working"]
        for task_id in over[: max(0, len(self._tasks) + 1 - KEPT)]:
            del self._tasks[task_id]
        self._tasks[task.task_id] = task

    def _find(self, ctx: RequestContext, params: TaskRef) -> Task:
        require_client_extension(ctx, TASKS)
        named = getattr(ctx.request, "headers", {}).get("mcp-name")
        if named is not None and named != params.task_id:
            raise MCPError(code=HEADER_MISMATCH, message="Mcp-Name does not match taskId")
        if params.task_id not in self._tasks:
            raise MCPError(code=INVALID_PARAMS, message="There is no such task, or it has expired.")
        return self._tasks[params.task_id]

    async def _get(self, ctx: RequestContext, params: TaskRef) -> HandlerResult:
        return {"resultType": "complete", **self._find(ctx, params).wire()}

    async def _cancel(self, ctx: RequestContext, params: TaskRef) -> HandlerResult:
        self._find(ctx, params).scope.cancel()
        return {"resultType": "complete"}

    async def _update(self, ctx: RequestContext, params: TaskUpdate) -> HandlerResult:
        self._find(ctx, params)
        return {"resultType": "complete"}


async def _run(task: Task, ctx: RequestContext, call_next: CallNext) -> None:
    """Run the call to its end; our tools turn every failure into a result."""
    RUNNING_AS.set(task)
    with task.scope:
        result = await call_next(ctx)
        assert isinstance(result, CallToolResult)
        task.outcome = {"result": result.model_dump(mode="json", by_alias=True, exclude_none=True)}
        task.status = "completed"
    if task.status == "working":
        task.status = "cancelled"
    task.updated = _now()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
