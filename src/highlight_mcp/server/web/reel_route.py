"""The address where a finished reel is downloaded; the ticket in it is the permission."""

import os
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ...messages import say
from .fetching import ReelTicket, ReelTickets, lasting
from .upload_page import PRIVATE, in_language

GUARD = {**PRIVATE, "Content-Security-Policy": "default-src 'none'; sandbox"}
MEDIA_TYPE = "video/mp4"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-()")


def reel_routes(tickets: ReelTickets) -> list[Route]:
    """`GET` and `HEAD /reels/<ticket>/<file name>`, whole or in ranges. Whatever is not there is alike."""

    async def fetch(request: Request) -> Response:
        ticket_id, _, name = request.path_params["rest"].partition("/")
        ticket = tickets.find(ticket_id, name)
        found = await anyio.to_thread.run_sync(lasting, ticket.file, ticket.folder) if ticket is not None else None
        if ticket is None or found is None:
            return Response(say("server.reel_gone"), status_code=404, headers=GUARD, media_type="text/plain")
        return _reel(request, ticket, found)

    return [Route("/reels/{rest:path}", in_language(fetch), methods=["GET"])]


def disposition(name: str) -> str:
    """A `Content-Disposition` that saves the file under its name, with a plain one for old readers (RFC 6266)."""
    plain = "".join(char if char in _PLAIN else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _reel(request: Request, ticket: ReelTicket, found: os.stat_result) -> Response:
    headers = {**GUARD, "Content-Disposition": disposition(ticket.name)}
    answer = FileResponse(ticket.file, headers=headers, media_type=MEDIA_TYPE, stat_result=found)
    known = request.headers.get("if-none-match", "")
    if answer.headers["etag"] in (each.strip().removeprefix("W/") for each in known.split(",")):
        kept = {name: answer.headers[name] for name in ("etag", "last-modified")}
        return Response(status_code=304, headers={**GUARD, **kept})
    return answer
