"""One request and its answer, in the hands of a fault."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..backend.api.strict_stream import HEADER
from ..contract.session import CLIENT_ID_HEADER
from .wire import (
    RECORDED,
    Headers,
    HttpAnswer,
    ReceivedRequest,
    body_of,
    chunk_of,
    end_to_end,
    head_of,
    read_answer,
    reset,
    with_headers,
)

Chunks = AsyncIterator[bytes] | Iterable[bytes | float]


Rewriter = Callable[[AsyncIterator[bytes]], AsyncIterator[bytes]]


class CloudAccounts:
    """Tokens handed out, each for one token of the backend, and the sessions seen so far."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self._inner: dict[str, str] = {}
        self._expired: set[str] = set()
        self._granted: dict[str, dict[str, Any]] = {}
        self._sessions: set[str] = set()
        self._lost: set[str] = set()

    def expire(self) -> None:
        """From now on no token that was handed out is good any more; asking for one gives another."""
        self._expired |= set(self._inner)

    def lose(self) -> None:
        """From now on no session that was made is known any more."""
        self._lost |= self._sessions

    def refused(self, request: ReceivedRequest) -> bool:
        """True when the token of the request has expired."""
        return _bearer(request) in self._expired

    def lost(self, request: ReceivedRequest) -> bool:
        """True when the request is about a lost session; bodies of JSON are looked into as well."""
        parts = set(request.path.split("/"))
        if request.endpoint in ("edit", "submit"):
            parts |= {str(request.json_or({}).get(name)) for name in ("session_id", "sessionId")}
        return bool(parts & self._lost)

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        """The authorization that the backend knows."""
        inner = self._inner.get(_bearer(request))
        return {"Authorization": f"Bearer {inner}"} if inner else {}

    def renewed(self, request: ReceivedRequest) -> dict[str, Any] | None:
        """Another token for a client whose token has expired, None for a client that is new or has a good one."""
        granted = self._granted.get(request.headers.get(CLIENT_ID_HEADER.lower(), ""))
        if granted is None or granted["token"] not in self._expired:
            return None
        fresh = f"nmv_usr_{secrets.token_urlsafe(24)}"
        self._inner[fresh] = self._inner[granted["token"]]
        self.tokens.append(fresh)
        granted["token"] = fresh
        return {"code": 0, "message": "success", "data": dict(granted)}

    def note(self, request: ReceivedRequest, body: bytes) -> None:
        """Take note of a token or a session in an answer of the backend."""
        try:
            answered = json.loads(body).get("data") or {}
        except (ValueError, AttributeError):
            return
        if request.endpoint == "token" and answered.get("token"):
            self._inner[answered["token"]] = answered["token"]
            self.tokens.append(answered["token"])
            self._granted[request.headers.get(CLIENT_ID_HEADER.lower(), "")] = dict(answered)
        elif request.endpoint == "session" and answered.get("session_id"):
            self._sessions.add(answered["session_id"])


def _bearer(request: ReceivedRequest) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ").strip()


@dataclass(frozen=True)
class ServerBehaviour:
    """How a scripted cloud treats every exchange.

    `heard` rewrites the frames of the backend's edit streams before a fault sees them, `spoken` what is told
    after it. `test_fault` is the misbehaviour asked of the backend where the caller asks for none.
    """

    upstream: str
    accounts: CloudAccounts
    heard: Rewriter
    spoken: Rewriter
    test_fault: str | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the backend."""
        parts = urlsplit(self.upstream)
        return parts.hostname or "", parts.port or 80

    def headers(self, request: ReceivedRequest) -> dict[str, str]:
        """Headers in which the backend sees another value than the caller sent."""
        quiet = request.endpoint != "edit" or self.test_fault is None or HEADER.lower() in request.headers
        return self.accounts.headers(request) | ({} if quiet else {HEADER: str(self.test_fault)})


class Exchange:
    """What a fault works with: the request, the backend behind, and the connection to the caller.

    A fault either lets the backend answer (`answer`) and hands on what it likes of that, or answers by itself.
    """

    def __init__(
        self,
        request: ReceivedRequest,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        manners: "ServerBehaviour",
    ) -> None:
        self.request = request
        self._reader = reader
        self._writer = writer
        self._manners = manners
        self._behind: asyncio.StreamWriter | None = None
        self._taken = False
        self._held: list[bytes] | None = None

    async def hold(self) -> None:
        """Read the whole request now; it can still be passed on."""
        self._held = [piece async for piece in self.received()]
        self._taken = False

    async def answer(self, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Pass the request on, with these headers changed; the answer of the backend. Raises ConnectionError."""
        reader, self._behind = await asyncio.open_connection(*self._manners.address)
        given = {"Connection": "close", **self._manners.headers(self.request), **(headers or {})}
        passed = with_headers(end_to_end(self.request.raw_headers), given)
        chunked = "transfer-encoding" in self.request.headers
        passed += [("Transfer-Encoding", "chunked")] if chunked else []
        self._behind.write(head_of(f"{self.request.method} {self.request.target} HTTP/1.1", passed))
        async for piece in self.received():
            self._behind.write(chunk_of(piece) if chunked else piece)
            await self._behind.drain()
        if chunked:
            self._behind.write(b"0\r\n\r\n")
        answer = await read_answer(reader, self.request.method)
        self.request.passed_on = True
        return await self._noted(answer)

    async def _noted(self, answer: HttpAnswer) -> HttpAnswer:
        """The answer, after the script has taken note of it."""
        if is_stream(answer):
            return HttpAnswer(answer.status, answer.headers, self._manners.heard(frames_of(answer.chunks)))
        if self.request.endpoint not in ("token", "session"):
            return answer
        body = await answer.body()
        self._manners.accounts.note(self.request, body)
        return HttpAnswer(answer.status, answer.headers, _once(body))

    def spoken(self, frames: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Frames of an edit stream in the dialect of this cloud."""
        return self._manners.spoken(frames)

    async def received(self) -> AsyncIterator[bytes]:
        """The body of the request, once; its first mebibyte is recorded."""
        if self._taken:
            return
        self._taken = True
        if self._held is not None:
            for piece in self._held:
                yield piece
            return
        if "100-continue" in self.request.headers.get("expect", "").lower():
            self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        recorded = bytearray()
        try:
            async for piece in body_of(self._reader, self.request.raw_headers):
                recorded += piece[: RECORDED - len(recorded)]
                yield piece
        finally:
            self.request.body = bytes(recorded)

    async def relay(
        self, answer: HttpAnswer, chunks: Chunks | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Hand on an answer of the backend, with its own body or with this one."""
        whole = with_headers(answer.headers, headers or {})
        body = answer.chunks if chunks is None else chunks
        if chunks is None and is_stream(answer):
            body = self.spoken(answer.chunks)
        await self.send(answer.status, whole, body, measured=chunks is None)

    async def send(self, status: int, headers: Headers, chunks: Chunks, *, measured: bool = False) -> None:
        """Answer piece by piece; a float is a pause in seconds. `measured` keeps the length in the headers."""
        await self.start(status, headers, measured=measured)
        plain = measured and any(name.lower() == "content-length" for name, _ in headers)
        async for piece in _pieces(chunks):
            await self.write(piece if plain else chunk_of(piece))
        if not plain:
            await self.write(b"0\r\n\r\n")

    async def start(self, status: int, headers: Headers, *, measured: bool = False) -> None:
        """Take what is left of the request, then send the head of the answer."""
        async for _piece in self.received():
            pass
        self.request.status = status
        kept = end_to_end(headers, "connection", *(() if measured else ("content-length",)))
        kept.append(("Connection", "close"))
        if not any(name.lower() == "content-length" for name, _ in kept):
            kept.append(("Transfer-Encoding", "chunked"))
        await self.write(head_of(f"HTTP/1.1 {status} Scripted", kept))

    async def say(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a whole body of this content type."""
        given = [("Content-Type", kind), *(headers or {}).items(), ("Content-Length", str(len(body)))]
        await self.send(status, given, [body], measured=True)

    async def say_json(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        """Answer with JSON."""
        await self.say(status, json.dumps(value, ensure_ascii=False).encode(), "application/json", headers)

    async def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Break the connection."""
        reset(self._writer)

    async def idle(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def until_gone(self) -> None:
        """Say nothing until the caller hangs up."""
        async for _piece in self.received():
            pass
        while await self._reader.read(1024):
            pass

    async def close(self) -> None:
        """Hang up on both sides."""
        if self._behind is not None:
            self._behind.transport.abort()
        if not self._writer.is_closing():
            self._writer.close()
            await self._writer.wait_closed()


Act = Callable[[Exchange], Awaitable[None]]


async def _pieces(chunks: Chunks) -> AsyncIterator[bytes]:
    if isinstance(chunks, AsyncIterator):
        async for piece in chunks:
            yield piece
        return
    for item in chunks:
        if isinstance(item, float):
            await asyncio.sleep(item)
        else:
            yield item


def is_stream(answer: HttpAnswer) -> bool:
    """True for an edit stream."""
    return answer.header("content-type").startswith("text/event-stream")


async def frames_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The frames of our own backend, each with its blank line; a rest without one comes last."""
    rest = b""
    async for chunk in chunks:
        rest += chunk
        while (end := rest.find(b"\n\n")) >= 0:
            yield rest[: end + 2]
            rest = rest[end + 2 :]
    if rest:
        yield rest


async def _once(body: bytes) -> AsyncIterator[bytes]:
    yield body
