"""Serving one host over stdio, in both protocol eras: what a host uses settles the era, not what it asked first.

A host that asks `server/discover` and hears nothing in time says `initialize` on the same pipe, and may get both
answers. The SDK's loop settles the era by the first request and refuses the other one for good. Here each era has a
loop of the SDK's of its own, and every opening is answered by the loop of its era; with the first request that uses
one, or with `notifications/initialized`, all goes there, and that loop refuses what is not of its era.

A message that cannot be read is answered, too, so that nobody waits for an answer that never comes.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from typing import Any

import anyio
import anyio.abc
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server import MCPServer
from mcp.server.lowlevel import Server
from mcp.server.runner import serve_dual_era_loop
from mcp.server.stdio import stdio_server
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    PROTOCOL_VERSION_META_KEY,
    ErrorData,
    JSONRPCError,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError

from ..messages import message
from .early_answers import NOTHING, Opening
from .workspace.workspace import ServerState

Item = SessionMessage | Exception
Era = Enum("Era", ["HANDSHAKE", "MODERN"])
OPENINGS = ("initialize", "server/discover", "ping")
INITIALIZED = "notifications/initialized"


async def serve_eras(
    server: Server[Any], read: ReadStream[Item], write: WriteStream[SessionMessage], opening: Opening
) -> None:
    """Serve one host until its side of the pipe closes. What it said before comes first."""
    async with server.lifespan(server) as state, write, _eras(server, state, write) as eras:
        for number, line in enumerate(opening.lines):
            await eras.take(_parsed(line), answered=number in opening.answered)
        async with read:
            async for item in read:
                await eras.take(item)


class _Eras:
    """The loops that were opened, and the one that is in use."""

    def __init__(
        self, server: Server[Any], state: Any, write: WriteStream[SessionMessage], tasks: anyio.abc.TaskGroup
    ) -> None:
        self._server = server
        self._state = state
        self._write = write
        self._tasks = tasks
        self._open: dict[Era, MemoryObjectSendStream[Item]] = {}
        self._used: Era | None = None
        self._waiting: dict[int | str, Era] = {}
        self._unsent: set[tuple[Era, int | str]] = set()

    async def take(self, item: Item, *, answered: bool = False) -> None:
        """Hand one message to the loop of its era; its answer is not sent when the host has one already."""
        if isinstance(item, Exception):
            if (error := _error_for(item)) is not None:
                await self._write.send(SessionMessage(error))
            return
        message = item.message
        era = self._used or self._era_of(message)
        if self._used is None and _uses(message) and (era in self._open or isinstance(message, JSONRPCRequest)):
            self._used = era
        if era not in self._open:
            self._open[era] = self._start(era)
        if isinstance(message, JSONRPCRequest):
            self._expect(message.id, era, answered)
        await self._open[era].send(item)

    def close(self) -> None:
        """The host has closed its side: every loop ends."""
        for stream in self._open.values():
            stream.close()

    def _era_of(self, message: Any) -> Era:
        """What a message says of its era; where it says nothing, the handshake's unless only the other is open."""
        if isinstance(message, JSONRPCRequest) and message.method != "initialize" and _has_envelope(message.params):
            return Era.MODERN
        says = isinstance(message, JSONRPCRequest) and message.method == "initialize"
        return Era.MODERN if not says and set(self._open) == {Era.MODERN} else Era.HANDSHAKE

    def _expect(self, number: int | str, era: Era, answered: bool) -> None:
        """A host that begins anew may count anew: the answer to its first try must not pass for that to the second."""
        before = self._waiting.get(number, era)
        if before is not era:
            self._unsent.add((before, number))
        if answered:
            self._unsent.add((era, number))
        self._waiting[number] = era

    def _start(self, era: Era) -> MemoryObjectSendStream[Item]:
        send, receive = anyio.create_memory_object_stream[Item]()
        send_answers, hear = anyio.create_memory_object_stream[SessionMessage]()
        self._tasks.start_soon(self._serve, receive, send_answers)
        self._tasks.start_soon(self._tell, hear, era)
        return send

    async def _serve(
        self, receive: MemoryObjectReceiveStream[Item], answers: MemoryObjectSendStream[SessionMessage]
    ) -> None:
        await serve_dual_era_loop(self._server, receive, answers, lifespan_state=self._state)

    async def _tell(self, hear: MemoryObjectReceiveStream[SessionMessage], era: Era) -> None:
        async with hear:
            async for answer in hear:
                if not self._is_unsent(answer.message, era):
                    await self._write.send(answer)

    def _is_unsent(self, message: Any, era: Era) -> bool:
        if not isinstance(message, JSONRPCResponse | JSONRPCError) or message.id is None:
            return False
        if self._waiting.get(message.id) is era:
            del self._waiting[message.id]
        unsent = (era, message.id) in self._unsent
        self._unsent.discard((era, message.id))
        return unsent


@asynccontextmanager
async def _eras(server: Server[Any], state: Any, write: WriteStream[SessionMessage]) -> AsyncIterator[_Eras]:
    async with anyio.create_task_group() as tasks:
        eras = _Eras(server, state, write, tasks)
        try:
            yield eras
        finally:
            eras.close()


def _uses(message: Any) -> bool:
    if isinstance(message, JSONRPCNotification):
        return message.method == INITIALIZED
    return isinstance(message, JSONRPCRequest) and message.method not in OPENINGS


def _has_envelope(params: dict[str, Any] | None) -> bool:
    meta = (params or {}).get("_meta")
    return isinstance(meta, dict) and PROTOCOL_VERSION_META_KEY in meta


def _parsed(line: bytes) -> Item:
    """One line as the transport of the SDK reads it."""
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line.decode("utf-8", "replace"), by_name=False))
    except Exception as error:  # noqa: BLE001 - the loop is told of what it could not read, whatever it was
        return error


def run_stdio(server: MCPServer[ServerState], opening: Opening = NOTHING) -> None:
    """Serve until the host closes the pipe; work under way goes on in the backend."""
    anyio.run(_serve, server, opening)


async def _serve(server: MCPServer[ServerState], opening: Opening) -> None:
    async with stdio_server() as (read, write):
        await serve_eras(server._lowlevel_server, read, write, opening)


def _error_for(error: Exception) -> JSONRPCError | None:
    """The answer to a line that the transport refused with `error`; None for an empty one."""
    faults = error.errors(include_url=False, include_context=False) if isinstance(error, ValidationError) else []
    line = next((each["input"] for each in faults if each["type"] == "json_invalid"), None)
    if isinstance(line, str) and not line.strip():
        return None
    if line is None and faults:
        whole = next((each["input"] for each in faults if each["type"] == "missing"), None)
        return _answer(whole, INVALID_REQUEST, "server.not_a_request")
    return _answer(_loaded(line), PARSE_ERROR, "server.not_json")


def _answer(received: Any, code: int, key: str) -> JSONRPCError:
    return JSONRPCError(jsonrpc="2.0", id=_number_of(received), error=ErrorData(code=code, message=str(message(key))))


def _number_of(received: Any) -> int | str | None:
    """The id of a request. That of an answer counts our requests, not those of the host."""
    if not isinstance(received, dict) or "result" in received or "error" in received:
        return None
    number = received.get("id")
    if isinstance(number, str) and number.encode("utf-8", "ignore").decode() == number:
        return number
    return number if type(number) is int else None


def _loaded(line: Any) -> Any:
    """The line by a reader that takes more: half a character, numbers that are none."""
    try:
        return json.loads(line)
    except (TypeError, ValueError, RecursionError):
        return None
