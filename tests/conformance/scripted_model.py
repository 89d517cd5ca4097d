"""A model for hosts, on loopback: it calls tools of ours one after the other, then speaks, in three makers' dialects.

What a host sends back after the call is what a model would have read of our answer.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FINAL = "That is all."
SERVER = "highlight"
"""Hosts put it in front of the names of our tools, each in its own way; some have an `edit` of their own."""


@dataclass
class ScriptedModel:
    """`calls` are tools and their arguments; `read` is what came back of each, as JSON of the dialect."""

    calls: Sequence[tuple[str, dict[str, Any]]]
    url: str = ""
    offered: set[str] = field(default_factory=set)
    read: list[str] = field(default_factory=list)

    def next_call(self, names: Iterable[str], results: Sequence[Any]) -> tuple[str, dict[str, Any]] | None:
        """What is called after these results, by the name that our tool has among those offered."""
        found = set(names)
        self.offered |= found
        if results:
            self.read = [json.dumps(each, ensure_ascii=False) for each in results]
        if len(results) >= len(self.calls):
            return None
        tool, arguments = self.calls[len(results)]
        ours = (name for name in found if SERVER in name and name.endswith(tool))
        return next(((name, arguments) for name in ours), None)

    def messages(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Anthropic's dialect, as events."""
        blocks = [block for each in asked["messages"] if isinstance(each["content"], list) for block in each["content"]]
        results = [block for block in blocks if block["type"] == "tool_result"]
        call = self.next_call((tool["name"] for tool in asked.get("tools", ())), [one["content"] for one in results])
        begins: dict[str, Any] = {"type": "text", "text": ""}
        grows: dict[str, Any] = {"type": "text_delta", "text": FINAL}
        if call is not None:
            begins = {"type": "tool_use", "id": f"toolu_{len(results)}", "name": call[0], "input": {}}
            grows = {"type": "input_json_delta", "partial_json": json.dumps(call[1])}
        head: dict[str, Any] = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
        usage = {"input_tokens": 1, "output_tokens": 1}
        return [
            {"type": "message_start", "message": {**head, "stop_reason": None, "usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": begins},
            {"type": "content_block_delta", "index": 0, "delta": grows},
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "tool_use" if call else "end_turn", "stop_sequence": None},
                "usage": usage,
            },
            {"type": "message_stop"},
        ]

    def completions(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """OpenAI's dialect, as chunks."""
        results = [each for each in asked["messages"] if each["role"] == "tool"]
        names = (tool["function"]["name"] for tool in asked.get("tools", ()))
        call = self.next_call(names, [each["content"] for each in results])
        delta: dict[str, Any] = {"role": "assistant", "content": FINAL}
        if call is not None:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            delta = {
                "tool_calls": [{"index": 0, "id": f"call_{len(results)}", "type": "function", "function": function}]
            }
        head = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        end = "tool_calls" if call else "stop"
        return [
            {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]},
        ]

    def contents(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """Google's dialect, as chunks."""
        parts = [part for each in asked["contents"] for part in each["parts"]]
        results = [part["functionResponse"] for part in parts if "functionResponse" in part]
        declared = [one for tool in asked.get("tools", ()) for one in tool.get("functionDeclarations", ())]
        call = self.next_call((one["name"] for one in declared), [each["response"] for each in results])
        part: dict[str, Any] = {"text": FINAL}
        if call is not None:
            part = {"functionCall": {"name": call[0], "args": call[1]}}
        return [{"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}]

    def answer(self, path: str, asked: dict[str, Any]) -> bytes:
        """The body for a request; streams of events but for Google's whole answers."""
        if "count" in path:
            return json.dumps({"input_tokens": 1, "totalTokens": 1}).encode()
        if path.partition("?")[0].endswith("/messages"):
            events = self.messages(asked)
            return "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events).encode()
        if "/chat/completions" in path:
            chunks = self.completions(asked)
            return "".join(f"data: {each}\n\n" for each in (*map(json.dumps, chunks), "[DONE]")).encode()
        whole = self.contents(asked)
        if "stream" not in path:
            return json.dumps(whole[0]).encode()
        return "".join(f"data: {json.dumps(each)}\n\n" for each in whole).encode()


@contextmanager
def scripted_model(*calls: tuple[str, dict[str, Any]]) -> Iterator[ScriptedModel]:
    """A model that listens while the context lasts."""
    model = ScriptedModel(calls)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = model.answer(self.path, asked)
            self.send_response(200)
            stream = asked.get("stream") or "stream" in self.path
            self.send_header("Content-Type", "text/event-stream" if stream else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
