"""Ordinary calls: envelope, retries, renewed credentials; and work that goes on between calls.

A call is repeated only where that does no harm.
"""

import logging
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypedDict, TypeVar, Unpack
from urllib.parse import urlencode

import anyio
from anyio.abc import TaskGroup

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.wire import dumps, read
from ..messages import message
from .credentials import Credentials
from .transport import Content, Response, StreamingResponse, Transport, TransportError, retry_after

log = logging.getLogger(__name__)
T = TypeVar("T")
Query = Mapping[str, str | int | float | None]


class Call(TypedDict, total=False):
    """`on_session`: a 404 says that the session is gone; `wait_s`: so long may the answer take, 0 as usual."""

    on_session: bool
    wait_s: float


class RepeatedCall(Call, total=False):
    """`repeats`: so often is it sent again on broken connections and server errors."""

    repeats: int


class ApiClient:
    """Calls to one service, as the user whose credentials are in force."""

    def __init__(self, transport: Transport, credentials: Credentials) -> None:
        self._transport = transport
        self.credentials = credentials
        self._clocks = credentials.config.timing

    async def get(self, path: str, query: Query | None = None, **call: Unpack[Call]) -> Any:
        """GET; up to three repetitions on broken connections and server errors. Returns the payload."""
        answer = await self.fetch(path, query, **call)
        return read(answer.status, answer.body, session_path=call.get("on_session", False))

    async def fetch(self, path: str, query: Query | None = None, **call: Unpack[Call]) -> Response:
        """GET of anything, JSON or not. Raises ApiError for every failure."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given)}" if given else path
        return await self._call("GET", target, None, repeats=len(self._clocks.retry_delays), **call)

    async def ask(self, path: str) -> Response:
        """One GET, whatever the answer is: nothing repeated, no credentials renewed. Raises TransportError."""
        headers = await self.credentials.headers()
        return await self._transport.call("GET", self.credentials.base_url + path, headers, None, self._clocks.open_s)

    async def post(self, path: str, body: dict[str, Any] | None = None, **call: Unpack[RepeatedCall]) -> Any:
        """POST, not repeated unless told. Returns the payload."""
        answer = await self.submit(path, body, **call)
        return read(answer.status, answer.body, session_path=call.get("on_session", False))

    async def submit(self, path: str, body: dict[str, Any] | None = None, **call: Unpack[RepeatedCall]) -> Response:
        """POST with the whole answer. Raises ApiError for every failure."""
        content = b"" if body is None else dumps(body).encode()
        return await self._call("POST", path, content, **call)

    @asynccontextmanager
    async def stream(
        self,
        path: str,
        content: Callable[[], Content],
        headers: Mapping[str, str],
        *,
        silence_s: float | None = None,
    ) -> AsyncIterator[StreamingResponse]:
        """POST with an answer that arrives in pieces; the body is made afresh for each attempt.

        The request is sent again only when nothing of it was sent, or when the service refused the
        credentials (1001) or asked us to slow down (429), which both mean that nothing ran. An
        answer that is not a stream of events has been read whole and reports no failure. Raises
        TransportError with `sent` true when the outcome is unknown, else ApiError.
        """
        opened: list[Any] = []

        async def attempt() -> StreamingResponse:
            sent = {**await self.credentials.headers(), **headers}
            url = self.credentials.base_url + path
            context = self._transport.stream("POST", url, sent, content(), silence_s)
            answer = await context.__aenter__()
            try:
                if answer.status >= 300 or not answer.is_events:
                    delay = retry_after(answer.headers)
                    read(answer.status, await answer.body(), session_path=True, retry_after_s=delay)
            except BaseException:
                await context.__aexit__(None, None, None)
                raise
            opened.append(context)
            return answer

        answer = await self._until_sent(attempt)
        try:
            yield answer
        finally:
            await opened[0].__aexit__(None, None, None)

    async def _call(self, method: str, path: str, content: bytes | None, **call: Unpack[RepeatedCall]) -> Response:
        limit = self._clocks.request_s + call.get("wait_s", 0)

        async def attempt() -> Response:
            headers = await self.credentials.headers()
            if content:
                headers["Content-Type"] = "application/json"
            url = self.credentials.base_url + path
            answer = await self._transport.call(method, url, headers, content, limit)
            if answer.status >= 300 or _is_json(answer):
                on_session = call.get("on_session", False)
                read(answer.status, answer.body, session_path=on_session, retry_after_s=answer.retry_after_s)
            return answer

        return await self._repeated(attempt, call.get("repeats", 0))

    async def _repeated(self, attempt: Callable[[], Awaitable[T]], repeats: int) -> T:
        """Repeat on broken connections and server errors; then give up with a ApiError."""
        delays = self._clocks.retry_delays[:repeats]
        for delay in (*delays, None):
            try:
                return await self._persist(attempt)
            except TransportError as trouble:
                problem = of_broken(trouble)
            except ApiError as error:
                problem = error.fault
                if not _server_trouble(problem):
                    raise
            if delay is None:
                raise ApiError(problem)
            log.info("%s; asking again", problem.kind)
            await anyio.sleep(delay * (1 + random.random() * self._clocks.jitter))
        raise AssertionError("unreachable")

    async def _until_sent(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Repeat only while nothing was sent, which can harm nobody. Raises TransportError, ApiError."""
        for delay in self._clocks.retry_delays:
            try:
                return await self._persist(attempt)
            except TransportError as trouble:
                if trouble.sent:
                    raise
            await anyio.sleep(delay)
        return await self._persist(attempt)

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Handle what may be replayed for any call: refused token, rate limit, backend gone before sending."""
        renewed = waited = reconnected = False
        while True:
            endpoint = await self.credentials.endpoint()
            try:
                return await attempt()
            except ApiError as error:
                problem = error.fault
                if problem.kind == "auth_expired" and not renewed:
                    renewed = True
                    if await self.credentials.renew(endpoint):
                        continue
                if problem.kind == "rate_limited":
                    asked = problem.retry_after_s
                    delay = self._clocks.rate_limit_s if asked is None else asked
                    if waited or delay > self._clocks.rate_limit_max_s:
                        raise ApiError(problem.model_copy(update={"retry_after_s": math.ceil(delay)})) from None
                    waited = True
                    await anyio.sleep(delay)
                    continue
                raise
            except TransportError as trouble:
                if trouble.sent or reconnected or not await self.credentials.reconnect(endpoint):
                    raise
                reconnected = True


def of_broken(trouble: TransportError) -> ErrorInfo:
    """The fault of a broken connection."""
    if not trouble.sent:
        return error_info("unreachable")
    return error_info("timed_out" if trouble.timed_out else "transport", None if trouble.timed_out else _BROKE)


_BROKE = message("client.connection_broke")


def _server_trouble(problem: ErrorInfo) -> bool:
    return problem.http >= 500 or problem.kind == "timed_out"


def _is_json(answer: Response) -> bool:
    return "json" in answer.headers.get("content-type", "")


class BackgroundTasks:
    """A task group that may be built before the event loop runs, and that ends with its owner."""

    def __init__(self) -> None:
        self._tasks: TaskGroup | None = None

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel all tasks. The error of the caller's block is not wrapped into a group on its way out."""
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(None, None, None)
        self._tasks = None

    def start(self, work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> None:
        """Start a task. Raises RuntimeError outside `async with`."""
        if self._tasks is None:
            raise RuntimeError("use the client with `async with`")
        self._tasks.start_soon(_alone, work, *arguments)


async def _alone(work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> None:
    """What goes wrong in one task ends neither the others nor the connection."""
    try:
        await work(*arguments)
    except Exception:
        log.exception("work in the background broke down")
