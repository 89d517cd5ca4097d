"""The tasks extension (SEP-2663): a host that declares it gets a task for a long call and may do other things.

The same tools run, but nobody holds the line: they wait for the end of their work, and what would be
progress becomes the status message of the task. A task belongs to the person who started it.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from mcp import MCPError
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.mcpserver import require_client_extension
from mcp.types import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    RequestParams,
)
from pydantic import Field

from .outputs import internal
from .workspace.tasks import CURRENT_TASK, CallTask
from .workspace.workspace import ServerState

log = logging.getLogger(__name__)
TASKS = "io.modelcontextprotocol/tasks"
MODERN = "2026-07-28"
LONG_TOOLS = frozenset({"upload", "edit", "export", "preview"})
RequestContext = ServerRequestContext[ServerState, Any]


class TaskRef(RequestParams):
    """Names a task."""

    task_id: str


class TaskUpdate(TaskRef):
    """Answers to questions of a task; ours ask none."""

    input_responses: dict[str, Any] = Field(default_factory=dict)


class Tasks(Extension):
    """Serves long tools as tasks to those who ask for it; all others see no difference."""

    identifier = TASKS

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
        task = CallTask(secrets.token_urlsafe(18))
        ctx.lifespan_context.book.keep(task)
        ctx.lifespan_context.tasks.start_soon(_run, task, ctx, call_next)
        return {"resultType": "task", **task.wire()}

    async def _get(self, ctx: RequestContext, params: TaskRef) -> HandlerResult:
        return {"resultType": "complete", **_find(ctx, params).wire()}

    async def _cancel(self, ctx: RequestContext, params: TaskRef) -> HandlerResult:
        _find(ctx, params).scope.cancel()
        return {"resultType": "complete"}

    async def _update(self, ctx: RequestContext, params: TaskUpdate) -> HandlerResult:
        _find(ctx, params)
        return {"resultType": "complete"}


def _find(ctx: RequestContext, params: TaskRef) -> CallTask:
    require_client_extension(ctx, TASKS)
    named = getattr(ctx.request, "headers", {}).get("mcp-name")
    if named is not None and named != params.task_id:
        raise MCPError(code=HEADER_MISMATCH, message="Mcp-Name does not match taskId")
    found = ctx.lifespan_context.book.find(params.task_id)
    if found is None:
        raise MCPError(code=INVALID_PARAMS, message="There is no such task, or it has expired.")
    return found


async def _run(task: CallTask, ctx: RequestContext, call_next: CallNext) -> None:
    """Run the call to its end; what it raises is the outcome of the task and stops nothing else."""
    CURRENT_TASK.set(task)
    try:
        with task.scope:
            result = await call_next(ctx)
            assert isinstance(result, CallToolResult)
            task.complete(result.model_dump(mode="json", by_alias=True, exclude_none=True))
    except MCPError as error:
        task.fail(error.error.model_dump(mode="json", by_alias=True, exclude_none=True))
    except Exception:
        log.exception("a task broke down")
        task.fail({"code": INTERNAL_ERROR, "message": internal().message})
    task.end()
