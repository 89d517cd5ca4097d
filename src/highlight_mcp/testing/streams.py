"""Faults and dialects of the edit stream: the true stream of the backend, rewritten frame by frame or cut at any byte.

A Rewriter takes the frames of a stream, each with the blank line that ends it, and gives others.
"""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any, Literal

from ..contract.turn import TURN_SCHEMA
from .exchange import Exchange, Rewriter, is_stream
from .faults import AnswerFault
from .wire import chunk_of

Frames = AsyncIterator[bytes]
Dialect = Literal["adk", "adk-snake", "plain"]
End = Literal["reset", "close", "complete"]

HEARTBEATS = (
    b"data:\n\n",
    b"data: \n\n",
    b"event: heartbeat\ndata: {}\n\n",
    b"event: heartbeat\ndata\n\n",
    b"data: heartbeat\n\n",
    b'data: "heartbeat"\n\n',
    b'data: {"type": "heartbeat"}\n\n',
    b'data:{"type":"heartbeat","stage":"detect","progress":3,"total":100}\n\n',
)
GUI_TALK = "Click the Export button to save it, or drag the clip in the timeline panel. Check your account for credits."
THOUGHT = "The user wants a reel, so I will call the cutter"
_SNAKE = {
    "functionCall": "function_call",
    "functionResponse": "function_response",
    "turnComplete": "turn_complete",
    "errorCode": "error_code",
    "errorMessage": "error_message",
    "invocationId": "invocation_id",
    "stateDelta": "state_delta",
    "artifactDelta": "artifact_delta",
}


def frame(value: Any, event: str | None = None) -> bytes:
    """One event with a JSON value."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def words(text: str, **extra: Any) -> bytes:
    """An ADK event with words."""
    return frame({"content": {"role": "model", "parts": [{"text": text}]}, "author": "nemo_agent", **extra})


def rewritten(*rewriters: Rewriter, name: str = "rewritten", piece: int | None = None) -> AnswerFault:
    """The true stream after these rewriters, in their order; answers that are no stream stay as they are.

    `piece` puts a chunk boundary after every so many bytes.
    """

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        if not is_stream(answer):
            await exchange.relay(answer)
            return
        frames = answer.chunks
        for rewriter in rewriters:
            frames = rewriter(frames)
        spoken = exchange.spoken(frames)
        await exchange.relay(answer, spoken if piece is None else _in_pieces(spoken, piece))

    return AnswerFault(name, act)


def cut(at: int, end: End = "reset") -> AnswerFault:
    """The true stream broken off after `at` bytes: by a reset, by closing, or as if it were complete."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await exchange.start(answer.status, answer.headers)
        left = at
        async for chunk in exchange.spoken(answer.chunks) if is_stream(answer) else answer.chunks:
            await exchange.write(chunk_of(chunk[:left]))
            left -= min(left, len(chunk))
            if not left:
                break
        await _end(exchange, end)

    return AnswerFault(f"cut at {at}, {end}", act)


async def _end(exchange: Exchange, end: End) -> None:
    if end == "complete":
        await exchange.write(b"0\r\n\r\n")
    exchange.reset() if end == "reset" else await exchange.close()


def instead(*chunks: bytes | float, end: End = "complete", kind: str = "text/event-stream") -> AnswerFault:
    """The turn runs to its end, and these bytes are told in place of its stream; a float is a pause in seconds."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        await answer.body()
        await exchange.start(200, [("Content-Type", kind)])
        for chunk in chunks:
            await (exchange.idle(chunk) if isinstance(chunk, float) else exchange.write(chunk_of(chunk)))
        await _end(exchange, end)

    return AnswerFault("instead", act)


def recoded(coding: str = "gzip", *, broken: bool = False) -> AnswerFault:
    """The true stream compressed although nobody asked for that, or damaged on the way."""

    async def act(exchange: Exchange) -> None:
        answer = await exchange.answer()
        packed = gzip.compress(await answer.body())
        await exchange.relay(answer, [packed[:10] + b"\xff" * 8 if broken else packed], {"Content-Encoding": coding})

    return AnswerFault(f"{'broken ' if broken else ''}{coding}", act)


def each(change: Callable[[bytes], Iterable[bytes]]) -> Rewriter:
    """Every frame replaced by others."""

    async def rewriter(frames: Frames) -> Frames:
        async for item in frames:
            for piece in change(item):
                yield piece

    return rewriter


def before(*extra: bytes) -> Rewriter:
    """These bytes ahead of the first frame."""

    async def rewriter(frames: Frames) -> Frames:
        for item in extra:
            yield item
        async for item in frames:
            yield item

    return rewriter


def around_words(*extra: bytes) -> Rewriter:
    """These bytes ahead of every frame with words."""
    return each(lambda item: (*extra, item) if text_of(item) else (item,))


def spoken(change: Callable[[str], str]) -> Rewriter:
    """The words of the turn, changed."""

    def one(item: bytes) -> Iterable[bytes]:
        text = text_of(item)
        value = data_of(item)
        if not text or value is None:
            return (item,)
        value["content"]["parts"] = [{"text": change(text)}]
        return (frame(value),)

    return each(one)


def dialect(name: Dialect) -> Rewriter:
    """Another published dialect: ADK in snake_case, or frames with a `type`; `adk` changes nothing."""
    return each(lambda item: (item,) if name == "adk" else _snake(item) if name == "adk-snake" else _plain(item))


def foreign() -> Rewriter:
    """Without what only our backend tells: turn ids, and results of the form `hl/turn/1`."""

    def one(item: bytes) -> Iterable[bytes]:
        value = data_of(item)
        if value is None:
            return (item,)
        value.pop("turn_id", None)
        for part in _parts(value):
            answer = part.get("functionResponse")
            if isinstance(answer, dict) and (answer.get("response") or {}).get("schema") == TURN_SCHEMA:
                answer["response"] = {"ok": answer["response"].get("ok", True)}
        return (frame(value, "heartbeat" if value.get("type") == "heartbeat" else None),)

    return each(one)


def duplicated() -> Rewriter:
    """Every frame twice."""
    return each(lambda item: (item, item))


def in_fragments(pieces: int = 3) -> Rewriter:
    """Words first in partial fragments, then whole, as a streaming ADK agent sends them."""

    def one(item: bytes) -> Iterable[bytes]:
        text = text_of(item)
        if not text:
            return (item,)
        size = max(1, -(-len(text) // pieces))
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        return (*(words(part, partial=True) for part in parts), item)

    return each(one)


def thinking() -> Rewriter:
    """Thoughts of the model and an echo of the user ahead of the words."""
    thought = {"content": {"parts": [{"text": THOUGHT, "thought": True}]}, "author": "nemo_agent"}
    return around_words(frame(thought), frame({"content": {"parts": [{"text": "my wish"}]}, "author": "user"}))


def chattering() -> Rewriter:
    """Calls of tools that are the agent's own affair, in both dialects."""
    call = {"functionCall": {"id": "x", "name": "find_music", "args": {"token": "secret"}}}
    answer = {"functionResponse": {"id": "x", "name": "find_music", "response": {"raw": [1, 2]}}}
    return around_words(
        frame({"content": {"parts": [call]}}),
        frame({"content": {"parts": [answer]}}),
        frame({"type": "tool_call", "name": "cut", "args": {}}),
        frame({"type": "tool_result", "name": "cut", "result": {"draft": {}}}),
    )


def heartbeats() -> Rewriter:
    """Heartbeats in every spelling and comment pings around every frame."""
    return each(lambda item: (*HEARTBEATS, b": ping\n\n", item, *HEARTBEATS))


def big_frame(size: int = 2 * 1024 * 1024) -> Rewriter:
    """A frame of this many bytes ahead of the words."""
    return around_words(frame({"type": "tool_result", "name": "probe", "result": "x" * size}))


def broken_frames() -> Rewriter:
    """Frames that are no JSON around the words."""
    return around_words(b'data: {"error": "un"escaped"}\n\n', b"data: <html>\n\n", b"data: \xff\xfe\n\n", b"oops\n\n")


def data_of(item: bytes) -> dict[str, Any] | None:
    """The JSON object of a whole frame, None for anything else."""
    if not item.endswith(b"\n\n"):
        return None
    lines = [line[5:].strip() for line in item.split(b"\n") if line.startswith(b"data:")]
    try:
        value = json.loads(b"\n".join(lines))
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def text_of(item: bytes) -> str:
    """The words of an ADK frame, empty when it has none."""
    return "".join(part["text"] for part in _parts(data_of(item) or {}) if isinstance(part.get("text"), str))


def _parts(value: dict[str, Any]) -> list[dict[str, Any]]:
    content = value.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _snake(item: bytes) -> Iterable[bytes]:
    value = data_of(item)
    if value is None or value.get("type") == "heartbeat":
        return (item,)
    return (frame(_renamed(value)),)


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_SNAKE.get(key, key): _renamed(inner) for key, inner in value.items()}
    return [_renamed(inner) for inner in value] if isinstance(value, list) else value


def _plain(item: bytes) -> Iterable[bytes]:
    value = data_of(item)
    if value is None or value.get("type") == "heartbeat":
        return (item,)
    if value.get("errorCode") or value.get("errorMessage"):
        return (frame({"type": "error", "code": value.get("errorCode"), "message": value.get("errorMessage")}),)
    return tuple(frame(typed) for part in _parts(value) if (typed := _typed(part)) is not None)


def _typed(part: dict[str, Any]) -> dict[str, Any] | None:
    if isinstance(part.get("text"), str):
        return {"type": "text", "content": part["text"]}
    if isinstance(call := part.get("functionCall"), dict):
        return {"type": "tool_call", "name": call.get("name"), "args": call.get("args")}
    if isinstance(answer := part.get("functionResponse"), dict):
        return {"type": "tool_result", "name": answer.get("name"), "result": answer.get("response")}
    return None


async def _in_pieces(frames: Frames, size: int) -> Frames:
    async for item in frames:
        for start in range(0, len(item), size):
            yield item[start : start + size]
