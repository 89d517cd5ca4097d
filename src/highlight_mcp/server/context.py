"""One tool call: what a tool needs to do its work, to wait for it with progress, and to stop in time.

It may also show the user a page through the host, where the host can (elicitation in URL mode), in both protocol
eras, at the address under which the caller of the present message reaches this server.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Literal

import anyio
from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitRequestURLParams, InputRequiredResult

from ..client.backend import BackendClient
from ..client.edit_stream import EditHandle
from ..client.results import RenderResult
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..messages import Message, language_of, say, set_language
from .outputs import export_stage
from .progress import ProgressReporter, format_stage
from .workspace.jobs import Job, UploadedItem, UploadSnapshot
from .workspace.workspace import ServerState

MODERN = "2026-07-28"
KEY = "page"
KEPT = 200
ElicitationAction = Literal["accept", "decline", "cancel"]


class ElicitationRequired(Exception):
    """The call can go on once the host has shown this page; it then calls again."""

    def __init__(self, result: InputRequiredResult) -> None:
        super().__init__("a page is to be shown")
        self.result = result


class UrlElicitation:
    """Leads the user of one call to a page. Each page is shown once; afterwards words must do."""

    def __init__(self, context: Context[ServerState]) -> None:
        self._context = context

    async def show(self, url: str, message: str, wait_s: float) -> ElicitationAction | None:
        """Ask the host to open the page. What the user said; None when the host cannot, or nobody answered in time.

        Raises ElicitationRequired where the host is asked by a result.
        """
        if not self._can_show:
            return None
        if self.answered:
            return _action((self._context.input_responses or {}).get(KEY))
        shown = self._context.request_context.lifespan_context.shown
        if url in shown:
            return None
        if len(shown) >= KEPT:
            shown.clear()
        shown.add(url)
        if self._modern:
            asked = ElicitRequest(params=ElicitRequestURLParams(message=message, url=url))
            raise ElicitationRequired(InputRequiredResult(input_requests={KEY: asked}))
        with anyio.move_on_after(wait_s):
            return _action(await self._context.elicit_url(message, url, secrets.token_urlsafe(12)))
        return None

    @property
    def answered(self) -> bool:
        """True when this call repeats an earlier one and brings what the user has said."""
        return self._modern and self._context.input_responses is not None

    @property
    def _modern(self) -> bool:
        return (self._context.protocol_version or "") >= MODERN

    @property
    def _can_show(self) -> bool:
        declared = self._context.client_capabilities
        return bool(declared and declared.elicitation and declared.elicitation.url is not None)


def _action(answer: Any) -> ElicitationAction | None:
    action = getattr(answer, "action", None)
    return action if action in ("accept", "decline", "cancel") else None


log = logging.getLogger(__name__)
TASK_TIMEOUT_S = 3600.0
STOP_S = 2.0


class ToolContext:
    """A call in progress; `session_id` is what the result will repeat."""

    def __init__(
        self,
        state: ServerState,
        caller: str,
        meter: ProgressReporter,
        unhurried: bool = False,
        elicitation: UrlElicitation | None = None,
    ) -> None:
        self.state = state
        self.caller = caller
        self.meter = meter
        self.session_id: str | None = None
        self._elicitation = elicitation
        self._started = time.monotonic()
        self._unhurried = unhurried
        self._limit_s = TASK_TIMEOUT_S if unhurried else state.options.wait_s
        self._accepted: Message | None = None
        self._undo: Callable[[], Awaitable[Any]] | None = None
        self._at_once = False
        self.has_words = False

    def limit(self, wait_s: float) -> None:
        """The line is held at most so many seconds, counted from the start; a task holds no line."""
        self._limit_s = TASK_TIMEOUT_S if self._unhurried else wait_s

    @property
    def remaining_s(self) -> float:
        """Seconds left to wait."""
        return max(0.0, self._limit_s - (time.monotonic() - self._started))

    async def show(self, url: str, message: str) -> ElicitationAction | None:
        """Lead the user to a page, where the host does that; what they said, or None. May raise ElicitationRequired."""
        return await self._elicitation.show(url, message, self.remaining_s) if self._elicitation is not None else None

    @property
    def answered(self) -> bool:
        """True when the host has shown a page for this call before and calls again."""
        return self._elicitation is not None and self._elicitation.answered

    async def client(self) -> BackendClient:
        """The backend, reached now if need be. Raises ApiError."""
        if not self.state.connection.opened:
            self.meter.update(None, None, say("server.connecting"))
        return await self.state.connection.client()

    async def session(self, client: BackendClient, named: str | None) -> str:
        """The session of this call. Raises ApiError `no_session`."""
        self.session_id = await self.state.sessions.need(self.caller, named, client)
        self.speak_as(client.session_language(self.session_id))
        return self.session_id

    def speak_as(self, language: str | None) -> None:
        """Go on in the language that was last spoken in the session, unless it was set or this call has words."""
        if language is not None and self.state.options.language is None and not self.has_words:
            set_language(language_of(language))

    def notices(self, client: BackendClient) -> tuple[str, ...]:
        """What the user must be told about this session; the session may have been replaced meanwhile."""
        if self.session_id is None:
            return ()
        notices = client.take_notices(self.session_id)
        self.session_id = client.successor(self.session_id)
        return tuple(notices) or ()

    async def changed(self, session_id: str, version: int | None) -> None:
        """Tell who listens that the timeline is another one now; once per version, where versions are counted."""
        await self.state.notifier.updated(f"timeline://{session_id}", f"draft://{session_id}", mark=version)

    def later(self, work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
        """Do something that may outlive the call; a fault of it concerns nobody."""
        self.state.tasks.start_soon(_quietly, work, *arguments)

    def accepted(self, notice: Message, undo: Callable[[], Awaitable[Any]], *, at_once: bool = False) -> None:
        """This call has started work that goes on without it.

        Only a host that cancels the call takes it back, by `undo`; a call that runs out of time says
        `notice` instead. With `at_once` it is taken back also when the server ends.
        """
        self._accepted, self._undo, self._at_once = notice, undo, at_once

    def late(self) -> ErrorInfo:
        """The answer of a call that ran out of time: what was accepted goes on."""
        problem = error_info("timed_out")
        return problem.with_words(step=self._accepted)

    async def take_back(self) -> None:
        """The host has cancelled this call: so is what it has started, unless the server itself is going away.

        A server that ends cancels its calls too, but their work is meant to go on. Its tasks end with
        it, so a short wait tells the two apart. A task is a job already: like all jobs it outlives the
        server, and only its cancellation stops it.
        """
        undo, told = self._undo, self.state.options.taken_back
        if undo is None:
            told(False)
            return

        async def undone(after_s: float) -> None:
            await anyio.sleep(after_s)
            await undo()
            told(True)

        if self._at_once and not self._unhurried:
            with anyio.move_on_after(STOP_S, shield=True):
                await _quietly(undone, 0)
            return
        self.later(undone, self.state.options.withdraw_s)


async def _quietly(work: Callable[..., Awaitable[Any]], *arguments: Any) -> None:
    try:
        await work(*arguments)
    except ApiError as error:
        log.info("work beside a call failed: %s", error.fault.kind)
    except Exception:
        log.exception("work beside a call broke down")


SLICE_S = 2.0
POLL_S = 0.2


async def wait_for_edit(call: ToolContext, turn: EditHandle) -> bool:
    """Wait for a turn that this process started. True when it is over."""
    unsubscribe = turn.subscribe(call.meter.heard)
    try:
        return await turn.wait(call.remaining_s)
    finally:
        unsubscribe()


async def wait_for_any_edit(call: ToolContext, client: BackendClient, session_id: str) -> EditHandle | None:
    """The running or last turn of a session, whoever started it, after waiting for its end."""
    while True:
        turn = await client.turn(session_id, min(SLICE_S, call.remaining_s))
        if turn is None or turn.finished or call.remaining_s <= 0:
            return turn
        call.meter.update(turn.progress, turn.total, format_stage(turn.stage, turn.said))


async def wait_for_export(
    call: ToolContext, client: BackendClient, render_id: str, *, number: int = 1, of: int = 1
) -> RenderResult:
    """An export after waiting for its end; it may be one `of` several. Raises ApiError."""

    def seen(render: RenderResult) -> None:
        done = 100 if render.finished else render.progress
        call.meter.update(100 * (number - 1) + done, 100 * of, export_stage(render) or "")

    return await client.render(render_id, call.remaining_s, seen)


async def wait_for_footage(call: ToolContext, client: BackendClient, session_id: str) -> UploadedItem | None:
    """The running or last upload of a session, whoever started it, after waiting for its end."""
    own = call.state.uploads.latest(session_id)
    done = 0
    while job := await client.latest_upload(session_id, min(SLICE_S, call.remaining_s), done):
        seen = UploadedItem.of_backend(job)
        if seen.over or call.remaining_s <= 0:
            return seen
        done = job.done
        call.meter.update(seen.work.percent, 100, seen.work.message)
    if own is None:
        return None
    await wait_for_upload(call, own)
    return UploadedItem.of_job(own)


async def wait_for_upload(call: ToolContext, job: Job[UploadSnapshot]) -> bool:
    """Wait for an upload. True when it is over."""
    while not job.over and call.remaining_s > 0:
        call.meter.update(job.subject.percent, 100, job.subject.message)
        await job.wait(min(POLL_S, call.remaining_s))
    return job.over


REQUEST_URL: ContextVar[str | None] = ContextVar("reached_at", default=None)
"""Scheme and authority of the request that is being served; None outside of HTTP."""

AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?")


def request_url(request: Any) -> str | None:
    """`http://media-box:8765` of an HTTP request whose Host header was found to be ours; None for any other.

    A caller who comes through a tunnel or by a name of the local network is given addresses that work there.
    """
    host = getattr(request, "headers", {}).get("host")
    if not isinstance(host, str) or not AUTHORITY.fullmatch(host):
        return None
    return f"{request.url.scheme}://{host}"
