"""The page where a person hands over files, and the address they are put to."""

import html
import json
import secrets
from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ...contract.codes import ContractError, Fault
from ...contract.formats import FORMATS
from ...contract.redaction import masked
from ...messages import active_language, language_of, load, say, use_language
from .handover import MAX_BYTES, Tickets, receive

STATUS = {"unsupported_file": 415, "file_too_large": 413, "no_space": 507, "limit": 429, "bad_request": 400}
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def upload_routes(tickets: Tickets, limit: int = MAX_BYTES) -> list[Route]:
    """`GET /upload/<ticket>` and `PUT /upload/<ticket>/<file name>`; the ticket is the permission."""

    async def show(request: Request) -> Response:
        ticket = tickets.find(request.path_params["ticket"])
        if ticket is None:
            return Response(say("server.page_expired"), status_code=404, headers=PRIVATE, media_type="text/plain")
        nonce = secrets.token_urlsafe(16)
        text = _page(nonce, str(request.url).rstrip("/") + "/")
        return HTMLResponse(text, headers={**PRIVATE, "Content-Security-Policy": _policy(nonce)})

    async def take(request: Request) -> Response:
        ticket = tickets.find(request.path_params["ticket"])
        if ticket is None:
            return _told(404, say("server.page_expired"))
        try:
            size = _length(request)
            kept = await receive(ticket, request.path_params["name"], request.stream(), size, limit)
        except ContractError as error:
            return _told(STATUS.get(error.fault.kind, 500), _words(error.fault))
        except ClientDisconnect:
            return _told(400, say("upload_page.lost"))
        return JSONResponse({"name": kept.name, "size": kept.stat().st_size}, status_code=201, headers=PRIVATE)

    return [
        Route("/upload/{ticket}", in_language(show), methods=["GET"]),
        Route("/upload/{ticket}/{name:path}", in_language(take), methods=["PUT"]),
    ]


def in_language(endpoint: Endpoint) -> Endpoint:
    """Answer in the language of the browser."""

    async def answer(request: Request) -> Response:
        with use_language(language_of(request.headers.get("accept-language"))):
            return await endpoint(request)

    return answer


def _page(nonce: str, put: str) -> str:
    text = (files(__package__) / "handover.html").read_text(encoding="utf-8")
    accept = ",".join([*(f".{each.extension}" for each in FORMATS), ".jpeg"])
    language = active_language()
    words = load(language, "upload_page")
    script = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    given = {**words, "language": language, "nonce": nonce, "accept": accept, "put": put}
    for name, value in given.items():
        text = text.replace("{{" + name + "}}", html.escape(value))
    return text.replace("{{words}}", script)


def _policy(nonce: str) -> str:
    """Nothing but what the page itself holds, and requests back to this server."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _length(request: Request) -> int | None:
    text = request.headers.get("content-length")
    return int(text) if text is not None and text.isascii() and text.isdecimal() else None


def _words(fault: Fault) -> str:
    return masked(fault.text)


def _told(status: int, text: str) -> JSONResponse:
    """A refusal. The rest of the body is not read, so the connection cannot be used again."""
    return JSONResponse({"error": text}, status_code=status, headers={**PRIVATE, "Connection": "close"})
