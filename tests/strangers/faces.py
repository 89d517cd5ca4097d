"""Foreign servers on bare frameworks: what they were not told to serve, the framework itself refuses."""

import gzip
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from .studio import Studio

PAGE = "<!doctype html><title>Studio</title><div id=app></div>"


class Plain(BaseHTTPRequestHandler):
    """The standard library's own server: HTTP/1.1 with chunks, HTML error pages, 501 for methods it does not know."""

    studio: Studio
    protocol_version = "HTTP/1.1"
    zipped = False

    def do_GET(self) -> None:
        """Answer, or refuse as the library does."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = self._unchunked()
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.studio.answer(self.command, self.path, headers, body)
        if answer is None:
            self.send_error(404)
        elif answer.events is not None:
            self._send(answer.status, "text/event-stream; charset=utf-8", answer.events)
        elif answer.file is not None:
            self._send(answer.status, "binary/octet-stream", [answer.file.read_bytes()])
        else:
            self._send(answer.status, "application/json; charset=UTF-8", [json.dumps(answer.body, indent=2).encode()])

    do_POST = do_GET  # noqa: N815 - the library's name

    def _send(self, status: int, kind: str, pieces: list[bytes]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        zipped = self.zipped and kind.startswith("application/json") and "gzip" in self.headers["Accept-Encoding"]
        if zipped:
            self.send_header("Content-Encoding", "gzip")
            pieces = [gzip.compress(b"".join(pieces))]
        chunked = self.protocol_version == "HTTP/1.1"
        self.send_header(*(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close")))
        self.end_headers()
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
            self.wfile.flush()
        if chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _unchunked(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def plain(studio: Studio, **how: Any) -> Iterator[str]:
    """A server of the standard library; `protocol_version` and `zipped` may be changed."""
    handler = type("Handler", (Plain,), {"studio": studio, **how})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    studio.base = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield studio.base
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


REFUSALS: dict[str, Any] = {
    "a plain text page": None,
    "a framework's JSON": lambda _: JSONResponse({"detail": "Not Found"}, 404),
    "nothing at all": lambda _: Response(status_code=404),
    "the page of an app": lambda _: HTMLResponse(PAGE),
    "a redirect to a login": lambda _: RedirectResponse("/login", 302),
    "a permanent redirect": lambda _: RedirectResponse("https://studio.invalid/", 308),
    "unauthorized": lambda _: Response("who are you?", 401, {"WWW-Authenticate": "Basic"}),
    "forbidden": lambda _: HTMLResponse("<h1>403 Forbidden</h1>", 403),
    "a wrong method": lambda _: JSONResponse({"detail": "Method Not Allowed"}, 405),
    "not implemented": lambda _: HTMLResponse("<h1>501</h1>", 501),
    "gone": lambda _: Response("gone", 410),
    "a bad request": lambda _: JSONResponse({"error": "no such route"}, 400),
    "other JSON": lambda _: JSONResponse({"status": "ok", "version": 3}),
    "an enveloped null": lambda _: JSONResponse({"code": 0, "data": None}),
    "a list": lambda _: JSONResponse([]),
    "an empty success": lambda _: Response(status_code=204),
    "an own error code": lambda _: JSONResponse({"code": 40400, "message": "route does not exist"}, 200),
    "a server error": lambda _: Response("Internal Server Error", 500),
    "a gateway's page": lambda _: HTMLResponse("<h1>502 Bad Gateway</h1>", 502),
}


def application(studio: Studio, refusal: Any = None) -> Starlette:
    """A Starlette application; what it refuses looks like the framework's own page unless `refusal` is given."""

    async def serve(request: Request) -> Response:
        headers = dict(request.headers)
        answer = studio.answer(request.method, request.url.path, headers, await request.body())
        if answer is None:
            if refusal is None:
                raise HTTPException(404)
            return refusal(request)  # type: ignore[no-any-return]
        if answer.file is not None:
            return FileResponse(answer.file, media_type="video/mp4")
        if answer.events is None:
            return JSONResponse(answer.body, answer.status)

        async def told() -> AsyncIterator[bytes]:
            for piece in answer.events or []:
                yield piece

        return StreamingResponse(told(), media_type="text/event-stream")

    return Starlette(routes=[Route("/{path:path}", serve, methods=["GET", "POST"])])


@contextmanager
def framework(studio: Studio, refusal: Any = None) -> Iterator[str]:
    """The application on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(application(studio, refusal), host="127.0.0.1", port=0, log_level="critical")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    studio.base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield studio.base
    finally:
        server.should_exit = True
        thread.join(10)
