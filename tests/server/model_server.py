"""A language model's endpoint on loopback, over real HTTP: it answers what it is told and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class ModelServer:
    """`replies` are given one after the other, the last one again and again; `asked` are the bodies that came."""

    url: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def says(self, *replies: "Reply | dict[str, Any] | str") -> "ModelServer":
        """What it answers from now on; an object is a plan, a text is what the model says."""
        self.replies = [reply if callable(reply) else completion(reply) for reply in replies]
        for kept in (self.asked, self.headers, self.paths):
            kept.clear()
        return self

    def drips(self, handler: BaseHTTPRequestHandler) -> None:
        """A reply that has begun and never ends."""
        send(handler, b'{"choices": [', length=1_000_000)
        self.over.wait(60)

    def words(self) -> str:
        """The user's words in the last question."""
        return str(json.loads(self.asked[-1]["messages"][1]["content"])["words"])


def plan(*operations: dict[str, Any], unread: tuple[str, ...] = (), asks: bool = False) -> dict[str, Any]:
    """An answer in the form that is asked for."""
    return {"operations": list(operations), "unread": list(unread), "asks": asks}


def completion(said: dict[str, Any] | str) -> Reply:
    """A chat completion in which a model says this."""
    text = said if isinstance(said, str) else json.dumps(said)
    body = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})
    return lambda handler: send(handler, body.encode())


def raw(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Any answer at all."""
    return lambda handler: send(handler, body, status=status, headers=headers)


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    length: int | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """Write an answer."""
    handler.send_response(status)
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """An endpoint that listens while the context lasts."""
    model = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            model.asked.append(json.loads(body))
            model.headers.append(dict(self.headers))
            model.paths.append(self.path)
            reply = model.replies[min(len(model.asked), len(model.replies)) - 1]
            try:
                reply(self)
            except ConnectionError:
                self.close_connection = True

        def do_GET(self) -> None:
            model.paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
