"""Whatever bytes a service sends back on the edit stream, the turn ends in a result or a fault."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import Timeouts
from highlight_mcp.contract.errors import ApiError

from .cloud import Cloud
from .conftest import QUICK, MakeClient
from .service import Reply, Seen

CLOCKS = Timeouts(**{**vars(QUICK), "silence_s": 0.3, "silent_polls": (0, 0.001), "dropped_checks": 1})


def in_event(part: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps({"content": {"parts": [part]}}).encode() + b"\n\n"


def plainly(value: Any) -> bytes:
    return b"data:" + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\r\n\r\n"


WORDS = st.text(max_size=12) | st.sampled_from(["Done.", "a\u2028b", "点击导出", "temporary issue"])
EITHER_DIALECT = st.one_of(
    st.builds(
        lambda text, partial, thought: plainly(
            {"content": {"parts": [{"text": text, "thought": thought}]}, "partial": partial, "author": "nemo_agent"}
        ),
        WORDS,
        st.booleans(),
        st.booleans(),
    ),
    st.builds(
        lambda name, key, more: in_event({key: {"name": name, **more}}),
        st.sampled_from(["edit_timeline", "", "cut"]),
        st.sampled_from(["functionCall", "function_call", "functionResponse", "function_response"]),
        st.sampled_from([{}, {"args": []}, {"response": None}, {"response": {"schema": "hl/turn/1"}}]),
    ),
    st.builds(
        lambda kind, more: plainly({"type": kind, **more}),
        st.sampled_from(["text", "tool_call", "tool_result", "heartbeat", "error", "done", None, 5]),
        st.sampled_from([{}, {"content": "One."}, {"name": 5}, {"result": "x"}, {"progress": -1}, {"message": "no"}]),
    ),
    st.builds(
        lambda key, code: plainly({key: code, "error_message": "nmv_usr_secret1 failed"}),
        st.sampled_from(["errorCode", "error_code"]),
        st.sampled_from([1001, "1002", 2001, "MODEL_ERROR", None, 10**30, [], {}]),
    ),
    st.sampled_from([b'data: {"turnComplete": true}\n\n', b'data: {"turn_complete": true}\r\r']),
)
FRAMES = st.one_of(
    EITHER_DIALECT,
    st.binary(max_size=60),
    st.sampled_from(
        [b"\n", b"\r", b"\r\n", b"data:", b"data", b"event: heartbeat\n", b": x\n", b"id: \x00\n", b"retry: 9\n"]
    ),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "text", "content", "parts", "error", "errorCode", "partial", "functionResponse", "name"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: b"data: " + json.dumps(value).encode() + b"\n\n"),
    st.dictionaries(
        st.sampled_from(["ok", "rev", "status", "message", "changes", "picks", "refused", "suggested"]),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none() | st.text(max_size=3), max_size=2),
    ).map(
        lambda found: in_event(
            {"functionResponse": {"name": "edit_timeline", "response": {**found, "schema": "hl/turn/1"}}}
        )
    ),
    st.sampled_from([b"data: " + b"[" * 5000 + b"\n\n", b'data: {"progress": 1e999, "type": "heartbeat"}\n\n']),
)
HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-16\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 500\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[bad\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n",
        b"HTTP/9.9 abc\r\n\r\n",
        b"",
    ]
)


LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
EVENTS = {"Content-Type": "text/event-stream"}


def ending_of(cloud: Cloud, connect: MakeClient, reply: Reply | Callable[[Seen], Reply]) -> Any:
    """The result or the fault of a turn that gets this reply."""
    cloud.routes["POST /run_sse"] = reply if callable(reply) else lambda _: reply

    async def one(client: BackendClient) -> Any:
        session = await client.session()
        try:
            turn = await client.start_edit(session.session_id, instruction="go")
        except ApiError as error:
            return error.fault
        assert await turn.wait(60)
        return turn.result or turn.fault

    async def main() -> Any:
        async with connect(clocks=CLOCKS) as client:
            return await one(client)

    end = anyio.run(main)
    assert end is not None
    assert isinstance(end.message.encode(), bytes)
    assert "nmv_usr_" not in end.message
    return end


@settings(LENIENT, max_examples=60)
@given(head=HEADS, frames=st.lists(FRAMES, max_size=8))
def test_any_bytes_end_in_a_result_or_a_fault(
    cloud: Cloud, connect: MakeClient, head: bytes, frames: list[bytes]
) -> None:
    ending_of(cloud, connect, Reply(raw=head + b"".join(frames)))


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    """The same bytes with chunk boundaries at these places."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


@settings(LENIENT, max_examples=30)
@given(
    frames=st.lists(FRAMES, min_size=1, max_size=8),
    cuts=st.lists(st.integers(0, 10**6), max_size=12),
    abort=st.booleans(),
)
def test_chunk_boundaries_anywhere_end_in_a_result_or_a_fault(
    cloud: Cloud, connect: MakeClient, frames: list[bytes], cuts: list[int], abort: bool
) -> None:
    chunks = in_pieces(b"".join(frames), cuts)
    ending_of(cloud, connect, Reply(headers=EVENTS, chunks=chunks, abort=abort))


@settings(LENIENT, max_examples=15)
@given(cuts=st.lists(st.integers(0, 10**6), max_size=30))
def test_chunk_boundaries_change_nothing_in_what_is_understood(
    cloud: Cloud, connect: MakeClient, cuts: list[int]
) -> None:
    told = [
        plainly({"type": "text", "content": "Ein Stück — 一段。"}),
        plainly({"content": {"parts": [{"text": "a\u2028b 🎬"}]}}),
        b"event: heartbeat\ndata: {}\n\n: ping\r\r",
        plainly({"turnComplete": True}),
    ]
    end = ending_of(cloud, connect, Reply(headers=EVENTS, chunks=in_pieces(b"".join(told), cuts)))
    assert end.message == "Ein Stück — 一段。\n\na\u2028b 🎬"


@settings(LENIENT, max_examples=30)
@given(
    frames=st.lists(FRAMES, max_size=6),
    coding=st.sampled_from(["gzip", "deflate", "x-gzip", "br", "zstd", "gzip, gzip", "identity", "\x80"]),
    pack=st.sampled_from([gzip.compress, zlib.compress, bytes]),
    damage=st.none() | st.tuples(st.integers(0, 10**4), st.binary(min_size=1, max_size=9)),
)
def test_compressed_garbage_ends_in_a_result_or_a_fault(
    cloud: Cloud,
    connect: MakeClient,
    frames: list[bytes],
    coding: str,
    pack: Callable[[bytes], bytes],
    damage: tuple[int, bytes] | None,
) -> None:
    body = pack(b"".join(frames))
    if damage is not None:
        place = damage[0] % (len(body) + 1)
        body = body[:place] + damage[1] + body[place + len(damage[1]) :]
    ending_of(cloud, connect, Reply(headers={**EVENTS, "Content-Encoding": coding}, chunks=[body] if body else []))


def test_a_stream_that_was_compressed_unasked_is_read(cloud: Cloud, connect: MakeClient) -> None:
    body = gzip.compress(plainly({"type": "text", "content": "Done."}))
    end = ending_of(cloud, connect, Reply(headers={**EVENTS, "Content-Encoding": "gzip"}, chunks=[body]))
    assert end.message == "Done."


MIB = 1024 * 1024
PACKED = {"Content-Encoding": "gzip"}


@pytest.mark.parametrize(
    ("headers", "make"),
    [
        ({}, lambda: [b"data: " + b"x" * MIB] + [b"x" * MIB] * 63),
        pytest.param({}, lambda: [b"data: x\n" * (MIB // 8)] * 64, marks=pytest.mark.slow),
        (PACKED, lambda: [gzip.compress(b"data: " + b"\x00" * 256 * MIB, 9)]),
        pytest.param(PACKED, lambda: [gzip.compress(b"data: x\n" * 32 * MIB, 9)], marks=pytest.mark.slow),
    ],
    ids=["endless line", "endless frame", "bomb", "bomb of lines"],
)
def test_memory_stays_bounded_whatever_the_service_pours_out(
    cloud: Cloud, connect: MakeClient, headers: dict[str, str], make: Callable[[], list[bytes]]
) -> None:
    body = make()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    try:
        ending_of(cloud, connect, Reply(headers={**EVENTS, **headers}, chunks=body))
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    # The scripted service holds what it has not sent yet in this process, too.
    assert peak - sum(map(len, body)) < 160 * MIB
