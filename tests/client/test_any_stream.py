"""Whatever bytes a service sends back on the edit stream, the turn ends in a result or a fault."""

import json
from typing import Any

import anyio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highlight_mcp.client.backend import BackendClient
from highlight_mcp.client.config import Clocks
from highlight_mcp.contract.codes import ContractError

from .cloud import Cloud
from .conftest import QUICK, MakeClient
from .service import Reply

CLOCKS = Clocks(**{**vars(QUICK), "silence_s": 0.3, "silent_polls": (0, 0.001), "dropped_checks": 1})


def in_event(part: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps({"content": {"parts": [part]}}).encode() + b"\n\n"


FRAMES = st.one_of(
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


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(head=HEADS, frames=st.lists(FRAMES, max_size=8))
def test_any_bytes_end_in_a_result_or_a_fault(
    cloud: Cloud, connect: MakeClient, head: bytes, frames: list[bytes]
) -> None:
    cloud.routes["POST /run_sse"] = lambda _: Reply(raw=head + b"".join(frames))

    async def one(client: BackendClient) -> Any:
        session = await client.session()
        try:
            turn = await client.start_edit(session.session_id, instruction="go")
        except ContractError as error:
            return error.fault
        assert await turn.wait(5)
        return turn.result or turn.fault

    async def main() -> Any:
        async with connect(clocks=CLOCKS) as client:
            return await one(client)

    end = anyio.run(main)
    assert end is not None
    assert isinstance(end.message.encode(), bytes)
