"""HTTP/1.1 by hand over asyncio streams, so that every byte, its chunk and the end of a connection can be scripted.

The streams are those of loopback listeners, which live in a thread of their own and can stop and start to listen.
"""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

CHUNK = 64 * 1024
RECORDED = 1024 * 1024
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect"})

Headers = list[tuple[str, str]]


@dataclass
class ReceivedRequest:
    """One request as it arrived, and what became of it.

    `headers` have names in lower case. `body` holds the first mebibyte. `fault` names the fault that was
    played, `passed_on` says whether the backend has begun to answer it, `status` what it or the fault answered.
    """

    method: str
    target: str
    headers: dict[str, str]
    endpoint: str = ""
    body: bytes = b""
    fault: str = ""
    passed_on: bool = False
    status: int | None = None
    raw_headers: Headers = field(default_factory=list, repr=False)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body)

    def json_or(self, default: Any) -> Any:
        """The body as JSON, or this value when it is none."""
        try:
            return self.json
        except ValueError:
            return default


class HttpAnswer:
    """An answer of the backend, whose body has not been read yet."""

    def __init__(self, status: int, headers: Headers, body: AsyncIterator[bytes]) -> None:
        self.status = status
        self.headers = headers
        self.chunks = body

    def header(self, name: str) -> str:
        """A header by its name in lower case, else empty."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    async def body(self) -> bytes:
        """All that is left of the body."""
        return b"".join([chunk async for chunk in self.chunks])


async def read_request(reader: asyncio.StreamReader) -> ReceivedRequest | None:
    """The head of a request; None when the caller hung up before it sent one."""
    lines = await _head(reader)
    if lines is None:
        return None
    method, target, _version = lines[0].split(" ", 2)
    headers = _headers(lines[1:])
    return ReceivedRequest(method, target, {name.lower(): value for name, value in headers}, raw_headers=headers)


async def read_answer(reader: asyncio.StreamReader, method: str) -> HttpAnswer:
    """The head of an answer. Raises ConnectionError when there is none."""
    lines = await _head(reader)
    if lines is None:
        raise ConnectionError("the backend hung up")
    status = int(lines[0].split(" ", 2)[1])
    headers = _headers(lines[1:])
    empty = method == "HEAD" or status in (204, 304)
    return HttpAnswer(status, headers, _nothing() if empty else body_of(reader, headers, until_end=True))


async def body_of(reader: asyncio.StreamReader, headers: Headers, *, until_end: bool = False) -> AsyncIterator[bytes]:
    """The body that the headers announce; without a length an answer lasts until the connection ends."""
    given = {name.lower(): value for name, value in headers}
    if "chunked" in given.get("transfer-encoding", "").lower():
        while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
    elif "content-length" in given:
        left = int(given["content-length"])
        while left and (piece := await reader.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece
        if left:
            raise asyncio.IncompleteReadError(b"", left)
    elif until_end:
        while piece := await reader.read(CHUNK):
            yield piece


def head_of(first: str, headers: Headers) -> bytes:
    """The bytes of a head."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def chunk_of(data: bytes) -> bytes:
    """One chunk of a chunked body; empty data makes no chunk, since that would end the body."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n" if data else b""


def end_to_end(headers: Headers, *dropped: str) -> Headers:
    """The headers that are passed on."""
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP | set(dropped)]


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection with a reset, as a crashed server does."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def with_headers(headers: Headers, given: Mapping[str, str]) -> Headers:
    """The headers with these values in place of theirs."""
    names = {name.lower() for name in given}
    return [(name, value) for name, value in headers if name.lower() not in names] + list(given.items())


async def _head(reader: asyncio.StreamReader) -> list[str] | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    return head.decode("latin-1").strip().split("\r\n")


def _headers(lines: list[str]) -> Headers:
    return [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for piece in nothing:
        yield piece


LOOPBACK = "127.0.0.1"
LIMIT_S = 15.0
PAUSE_S = 0.01
BACKLOG = 64
STREAM_LIMIT = 1024 * 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class LoopbackServer:
    """One port; `open` may follow `close`, with the same port again."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(
            self._enter, LOOPBACK, self.port, backlog=BACKLOG, limit=STREAM_LIMIT, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Listen no more: connections are refused, those that exist go on."""
        if self._server is None or not self._server.is_serving():
            return
        # A connection that is being accepted while its server closes is lost by asyncio with its socket open.
        for listening in self._server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _turn in range(2):
            await asyncio.sleep(0)
        self._server.close()
        async with asyncio.timeout(LIMIT_S):
            while await self._is_heard():
                pass

    async def _is_heard(self) -> bool:
        """A process that starts meanwhile has a copy of the socket, and listens, until it becomes its own program."""
        try:
            _, writer = await asyncio.open_connection(LOOPBACK, self.port)
        except ConnectionError:
            return False
        writer.transport.abort()
        await asyncio.sleep(PAUSE_S)
        return True

    async def end(self) -> None:
        """Close, and end what is going on."""
        await self.close()
        for task in tuple(self._inside):
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._attend(reader, writer))
        self._inside.add(task)
        task.add_done_callback(self._inside.discard)
        # A task that is cancelled before its first step runs no `finally` of its own.
        task.add_done_callback(lambda _task: writer.transport.abort())

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await self._serve(reader, writer)


class ServerThread:
    """The thread that the doors live in."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something inside and wait for it."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(LIMIT_S)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The thread runs for as long as the context lasts."""
        thread = threading.Thread(target=self._live, name="scripted-cloud")
        thread.start()
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(LIMIT_S)

    def _live(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_sweep())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _sweep() -> None:
    """End what came in at the last moment, and let closed connections disappear."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for _turn in range(3):
        await asyncio.sleep(0)
