"""What can be read: the timeline, the moments, the wire draft, a render, and the help."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mcp import MCPError
from mcp.server.mcpserver import Context, MCPServer
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from ..client.backend import BackendClient
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..messages import language_of, set_language
from .file_links import NEW_S, locate_reel, lost_reel
from .tool import HELP_URI, help_text, spoken_language
from .tools.export import answer_of
from .workspace.connection import is_id
from .workspace.jobs import Job, MomentsJob, PreviewJob
from .workspace.workspace import ServerState

JSON = "application/json"
MEDIA_TOKEN = re.compile(r"(https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?/media/)[A-Za-z0-9_-]+/")
"""The path token in addresses of the embedded backend: a secret of this start, worthless to a reader."""
SPAN = re.compile(r"(\d{1,9})-(\d{1,9})")
ABSENT = ("session_not_found", "not_found", "bad_request")
AGAIN_S = {"server.footage_looked_at": 3, "server.part_drawn": 1}
"""Seconds until it is worth reading anew what is still being made: looking at footage lasts longer than drawing."""


def add_resources(server: MCPServer[ServerState]) -> None:
    """Register all resources and templates."""
    server.resource(
        HELP_URI,
        name="operations",
        title="Operations",
        mime_type=JSON,
        description="Every edit operation, with examples.",
    )(help_text)
    server.resource("timeline://{session_id}", name="timeline", title="Timeline", mime_type=JSON)(_timeline)
    server.resource("moments://{session_id}", name="moments", title="Ranked moments", mime_type=JSON)(_moments)
    server.resource("draft://{session_id}", name="draft", title="Wire draft", mime_type=JSON)(_draft)
    server.resource("render://{session_id}/{render_id}", name="render", title="Export", mime_type=JSON)(_render)
    server.resource("clip://{session_id}/{range}", name="clip", title="Part of the cut", mime_type="video/mp4")(_clip)


async def _timeline(session_id: str, ctx: Context[ServerState]) -> str:
    """The current cut of a session: tracks and clips, times in ms."""
    client = await _client(ctx, session_id)
    with _faults_as_errors():
        state = await client.state(client.successor(session_id))
    reading = state.reading.model_dump(mode="json", exclude_none=True)
    head = {"session_id": state.session_id, "version": state.version, "summary": state.summary}
    return _text({**head, **reading})


async def _moments(session_id: str, ctx: Context[ServerState]) -> str:
    """Candidate moments of the footage, best first, each with its evidence."""
    client = await _client(ctx, session_id)
    state = ctx.request_context.lifespan_context
    session_id = client.successor(session_id)
    job, _ = state.rankings.start(session_id, session_id, MomentsJob(session_id), lambda each: each.rank(client))
    with _faults_as_errors():
        await _made(job, state, "server.footage_looked_at")
        moments = job.result().moments
    return _text(moments.model_dump(mode="json", exclude_none=True) if moments is not None else None)


async def _draft(session_id: str, ctx: Context[ServerState]) -> str:
    """The draft as the backend keeps it, for interchange."""
    client = await _client(ctx, session_id)
    with _faults_as_errors():
        state = await client.state(client.successor(session_id))
    return MEDIA_TOKEN.sub(r"\1", _text(state.draft))


async def _render(session_id: str, render_id: str, ctx: Context[ServerState]) -> str:
    """The facts of an export and where its file is."""
    client = await _client(ctx, session_id, render_id)
    with _faults_as_errors():
        render = await client.render(render_id)
        if render.session_id and render.session_id != session_id:
            raise ApiError(error_info("not_found", "server.no_export", session_id=session_id, render_id=render_id))
    place = await locate_reel(render, ctx.request_context.lifespan_context.options.link_provider, NEW_S)
    facts = answer_of(render, place).model_dump(mode="json", exclude_none=True)
    gone = [lost_reel(render).text] if place.lost else []
    return _text({**facts, "warnings": [*gone, *render.warnings]})


async def _clip(session_id: str, range: str, ctx: Context[ServerState]) -> bytes:  # noqa: A002 - as in the address
    """A small moving picture of the cut; `range` is like 12000-18000, in ms, at most 15 s."""
    with _faults_as_errors():
        match = SPAN.fullmatch(range)
        if match is None:
            raise ApiError(error_info("bad_request", "server.no_range", range=range))
    client = await _client(ctx, session_id)
    state = ctx.request_context.lifespan_context
    session_id = client.successor(session_id)
    span = (int(match[1]), int(match[2]))
    drawing = PreviewJob(session_id, span=span)
    job, _ = state.previews.start(session_id, (session_id, "clip", span), drawing, lambda each: each.draw(client))
    with _faults_as_errors():
        await _made(job, state, "server.part_drawn")
        picture = job.result().picture
    return picture.data if picture is not None else b""


async def _client(ctx: Context[ServerState], *ids: str) -> BackendClient:
    """The backend, to be asked about these ids."""
    with _faults_as_errors():
        if not all(is_id(each) for each in ids):
            raise ApiError(error_info("not_found", "server.unknown_resource", id="/".join(ids)))
        client = await ctx.request_context.lifespan_context.connection.client()
    set_language(language_of(spoken_language(ctx, client.session_language(ids[0]))))
    return client


async def _made(job: Job[Any], state: ServerState, unfinished: str) -> None:
    """Wait for work as long as a call may. Raises ApiError `busy` when it goes on."""
    if not await job.wait(state.options.preview_s):
        raise ApiError(error_info("busy", unfinished, retry_after_s=AGAIN_S[unfinished]))


@contextmanager
def _faults_as_errors() -> Iterator[None]:
    """Every fault becomes an error of this protocol, in words for people, and its kind for programs."""
    try:
        yield
    except ApiError as error:
        raise _protocol_error(error.fault) from None


def _protocol_error(fault: ErrorInfo) -> MCPError:
    code = INVALID_PARAMS if fault.kind in ABSENT else INTERNAL_ERROR
    data = {"kind": fault.kind, "retryable": fault.retryable, "retry_after_s": fault.retry_after_s}
    return MCPError(code, fault.text, {name: value for name, value in data.items() if value is not None})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
