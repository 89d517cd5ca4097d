"""The MCP server: everything put together, its tools as a table, and the tasks extension (SEP-2663).

A host that declares tasks gets one for a long call and may do other things. The same tools run, but nobody holds the
line: they wait for the end of their work, and what would be progress becomes the status message of the task. A task
belongs to the person who started it. Some handlers have no public door in the SDK: who is calling, subscriptions, and
completion with our state.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from mcp import MCPError
from mcp.server import CacheHint, MCPServer
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.caching import CacheableMethod
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.extension import Extension, MethodBinding
from mcp.server.lowlevel.server import RequestHandler
from mcp.server.mcpserver import require_client_extension
from mcp.types import (
    HEADER_MISMATCH,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    CompleteRequestParams,
    CompleteResult,
    EmptyResult,
    GetPromptRequestParams,
    RequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    TextContent,
    UnsubscribeRequestParams,
)
from pydantic import Field

from .. import __version__
from ..client.verbalizer import language_of_words
from ..messages import Language, language_of, say, use_language
from ..timeline.schemas import nearest
from .context import REQUEST_URL, request_url
from .early_answers import INSTRUCTIONS
from .options import OpenClient, ServerOptions
from .outputs import internal
from .prompts import add_prompts, check_prompt, complete
from .resources import add_resources
from .timeline_app import drawn, timeline_app
from .tool import registered
from .tools import TOOLS
from .workspace.tasks import CURRENT_TASK, CallTask
from .workspace.workspace import FindConfig, ServerState, WorkspaceConfig, lifespan_of

log = logging.getLogger(__name__)
TASKS = "io.modelcontextprotocol/tasks"
MODERN = "2026-07-28"
NAMES = tuple(tool.name for tool in TOOLS)
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

    def __init__(self) -> None:
        self.server: MCPServer[ServerState] | None = None

    async def _names(self) -> tuple[str, ...]:
        """The tools of the server, those that somebody has added to ours, too."""
        return tuple(tool.name for tool in await self.server.list_tools()) if self.server is not None else NAMES

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
        """Start a task for a long tool, if the client wants one; a tool that is not there is told in words."""
        names = NAMES if params.name in NAMES else await self._names()
        if params.name not in names:
            with use_language(_language_of(ctx)):
                return _no_tool(params.name, names)
        declared = ctx.session.client_capabilities
        wanted = TASKS in ((declared.extensions if declared is not None else None) or {})
        if not wanted or params.name not in LONG_TOOLS or ctx.protocol_version < MODERN:
            return await call_next(ctx)
        task = CallTask(secrets.token_urlsafe(18))
        ctx.lifespan_context.task_store.keep(task)
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


def _no_tool(name: str, names: tuple[str, ...]) -> CallToolResult:
    text = say("server.no_tool", name=name, near=nearest(name, names), names=names)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def _find(ctx: RequestContext, params: TaskRef) -> CallTask:
    require_client_extension(ctx, TASKS)
    with use_language(_language_of(ctx)):
        return _named_task(ctx, params)


def _named_task(ctx: RequestContext, params: TaskRef) -> CallTask:
    named = getattr(ctx.request, "headers", {}).get("mcp-name")
    if named is not None and named != params.task_id:
        raise MCPError(code=HEADER_MISMATCH, message=say("server.task_header"))
    task = ctx.lifespan_context.task_store.find(params.task_id)
    if task is None:
        raise MCPError(code=INVALID_PARAMS, message=say("server.no_such_task"))
    return task


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


def add_handlers(server: MCPServer[ServerState]) -> None:
    """Register them; tests in both eras watch this use of a private attribute."""
    low = server._lowlevel_server
    low.middleware.append(_bind_workspace)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, _subscribe)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, _unsubscribe)
    low.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, _listen)
    low.add_request_handler("completion/complete", CompleteRequestParams, _complete)
    low.add_request_handler("prompts/get", GetPromptRequestParams, _prompts_of(server))


def caller_of_request(request: Any) -> str:
    """The authenticated caller of an HTTP request; "" for any other request."""
    user = getattr(request, "scope", {}).get("user")
    return (user.access_token.subject or "") if isinstance(user, AuthenticatedUser) else ""


async def _bind_workspace(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Serve every message in the workspace of the person who sent it. Raises MCPError for somebody unknown."""
    REQUEST_URL.set(request_url(ctx.request))
    workspace = await ctx.lifespan_context.of(caller_of_request(ctx.request))
    return await call_next(replace(ctx, lifespan_context=workspace))


async def _subscribe(ctx: RequestContext, params: SubscribeRequestParams) -> EmptyResult:
    notifier, uri, client = ctx.lifespan_context.notifier, str(params.uri), _client_of(ctx)
    if notifier.subscribe(uri, client, ctx.session):
        client.exit_stack.callback(notifier.forget, client)
    await ctx.lifespan_context.publisher.settle()
    return EmptyResult()


async def _unsubscribe(ctx: RequestContext, params: UnsubscribeRequestParams) -> EmptyResult:
    ctx.lifespan_context.notifier.unsubscribe(str(params.uri), _client_of(ctx))
    return EmptyResult()


async def _listen(ctx: RequestContext, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
    workspace = ctx.lifespan_context
    return await workspace.notifier.listen(ctx, params, workspace.publisher.settle)


async def _complete(ctx: RequestContext, params: CompleteRequestParams) -> CompleteResult:
    with use_language(_language_of(ctx)):
        return CompleteResult(completion=await complete(ctx.lifespan_context, params.argument, params.context))


def _prompts_of(server: MCPServer[ServerState]) -> RequestHandler[ServerState, GetPromptRequestParams]:
    """Like the SDK's, but a wrong name or argument is the caller's mistake and is told in words."""

    async def get(ctx: RequestContext, params: GetPromptRequestParams) -> HandlerResult:
        given = params.arguments or {}
        with use_language(_language_of(ctx, given.get("wish") or given.get("change") or "")):
            check_prompt(await server.list_prompts(), params)
            return await server._handle_get_prompt(ctx, params)

    return get


def _language_of(ctx: RequestContext, words: str = "") -> Language:
    """As it was set, else that of the words, else that in which this caller last wrote, else of this machine."""
    workspace = ctx.lifespan_context
    spoken = workspace.sessions.spoken(_session_of(ctx)) or workspace.options.native
    return language_of(workspace.options.language or language_of_words(words, spoken))


def _session_of(ctx: RequestContext) -> str:
    return getattr(ctx.request, "headers", {}).get("mcp-session-id") or ""


def _client_of(ctx: RequestContext) -> Any:
    """What stays the same for one client: a session object is made for each request, its connection is not."""
    return ctx.session._connection


DAY_MS = 86_400_000
LISTS: tuple[CacheableMethod, ...] = ("tools/list", "prompts/list", "resources/list", "resources/templates/list")
"""The same for everybody, as long as the server runs."""


def build_server(open_client: OpenClient, options: ServerOptions | None = None) -> MCPServer[ServerState]:
    """A server for one person: whoever calls works in the same place."""
    place = WorkspaceConfig(open_client, options or ServerOptions())
    return build_shared_server(lambda _person: place)


def build_shared_server(places: FindConfig) -> MCPServer[ServerState]:
    """A server that speaks both protocol eras and serves every person in a place of their own.

    A place opens its backend at the first call that needs it.
    """
    tasks = Tasks()
    server = tasks.server = MCPServer(
        "highlight-mcp",
        title="Highlight reels",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[drawn(registered(tool)) for tool in TOOLS],
        lifespan=lifespan_of(places),
        extensions=[tasks, timeline_app()],
        log_level="WARNING",
        cache_hints=dict.fromkeys(LISTS, CacheHint(ttl_ms=DAY_MS, scope="public")),
    )
    add_resources(server)
    add_prompts(server)
    add_handlers(server)
    return server


def tools_table() -> str:
    """One row per tool in the order of `tools/list`: name, arguments (the needed ones bold), description."""
    rows = []
    for tool in TOOLS:
        schema = tool.input_schema
        needed = set(schema.get("required", ()))
        names = (f"**{name}**" if name in needed else name for name in schema["properties"])
        rows.append(f"| `{tool.name}` | {', '.join(names)} | {tool.description} |")
    return "\n".join(["| tool | arguments | what it does |", "|---|---|---|", *rows])
