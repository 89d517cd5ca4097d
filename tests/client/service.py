"""A scripted HTTP server on loopback that can misbehave in every way a byte stream can."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from highlight_mcp.testing.wire import LOOPBACK, LoopbackServer, ServerThread


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """What goes back: a body, or chunks; with `abort` the connection breaks after the last chunk."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    chunks: Sequence[bytes | float] | AsyncIterator[bytes] | None = None
    abort: bool = False
    raw: bytes | None = None


Handler = Callable[[Seen], Reply | Awaitable[Reply]]


def ok(data: Any, status: int = 200) -> Reply:
    """A successful envelope."""
    return plain({"code": 0, "message": "success", "data": data}, status)


def plain(value: Any, status: int = 200) -> Reply:
    """Any JSON value as the body."""
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def wrong(code: int, status: int, **extra: Any) -> Reply:
    """An envelope with an error code."""
    return plain({"code": code, "message": "no", **extra}, status)


def events(*chunks: bytes | float, abort: bool = False) -> Reply:
    """A stream of server-sent events; a float is a pause in seconds."""
    return Reply(headers={"Content-Type": "text/event-stream"}, chunks=chunks, abort=abort)


def frame(value: Any, event: str | None = None) -> bytes:
    """One event with a JSON value."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


class Service:
    """Routes are `"METHOD /path"`; a path that ends in `*` matches every path that begins so."""

    def __init__(self) -> None:
        self.routes: dict[str, Handler] = {}
        self.seen: list[Seen] = []
        self.base_url = ""

    def requests(self, method: str, path: str) -> list[Seen]:
        """The requests that a route got so far."""
        return [item for item in self.seen if item.method == method and _matches(path, item.path)]

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Serve in a thread of its own."""
        building, door = ServerThread(), LoopbackServer(self._attend)
        with building.open():
            building.do(door.open())
            self.base_url = f"http://{LOOPBACK}:{door.port}"
            try:
                yield
            finally:
                building.do(door.end())

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._connection(reader, writer)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _request(reader)
        self.seen.append(request)
        answer = self._handler(request)(request)
        reply = answer if isinstance(answer, Reply) else await answer
        if reply.raw is not None:
            writer.write(reply.raw)
            await writer.drain()
            writer.close()
            return
        await self._send(reader, writer, reply)

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Reply) -> None:
        headers = {"Connection": "close", **reply.headers}
        if reply.chunks is None:
            headers.setdefault("Content-Length", str(len(reply.body)))
        else:
            headers["Transfer-Encoding"] = "chunked"
        lines = [f"HTTP/1.1 {reply.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        writer.write(reply.body)
        if isinstance(reply.chunks, Sequence):
            for chunk in reply.chunks:
                if isinstance(chunk, float):
                    await writer.drain()
                    with contextlib.suppress(TimeoutError):  # the pause ends early where the client leaves
                        await asyncio.wait_for(reader.read(1), chunk)
                else:
                    writer.write(_chunk(chunk))
        elif reply.chunks is not None:
            async for piece in reply.chunks:
                writer.write(_chunk(piece))
                await writer.drain()
        await writer.drain()
        if reply.abort:
            writer.transport.abort()
        else:
            if reply.chunks is not None:
                writer.write(b"0\r\n\r\n")
            writer.close()
            await writer.wait_closed()

    def _handler(self, request: Seen) -> Handler:
        found = [key for key in self.routes if _fits(key, request)]
        return self.routes[max(found, key=len)] if found else lambda _request: plain({"detail": "Not Found"}, 404)


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n" if data else b""


def _fits(key: str, request: Seen) -> bool:
    method, path = key.split(" ", 1)
    return method == request.method and _matches(path, request.path)


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, target, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Seen(method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)
