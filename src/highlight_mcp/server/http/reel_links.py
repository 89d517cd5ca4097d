"""Links that let their holder download one finished reel for a while, and the route that serves them."""

import os
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ...contract.redaction import display_name
from ...messages import say
from .upload_links import PRIVATE, in_language
from .users import KnownUser

LIFE_S = 3600.0
NEW_S = LIFE_S - 60
HALF_S = LIFE_S / 2
KEPT_PER_PERSON = 200


@dataclass(frozen=True)
class ReelLink:
    """Good for one render of one person, whose file lies below `folder`, until `ends` (of `time.monotonic`).

    `mark` is what was known of the person when it was made.
    """

    ticket_id: str
    person: str
    render_id: str
    file: Path
    folder: Path
    ends: float
    mark: object = True

    @property
    def life_s(self) -> float:
        """Seconds left."""
        return self.ends - time.monotonic()

    @property
    def name(self) -> str:
        """The file name as it is shown and asked for."""
        return display_name(self.file.name)


class ReelLinks:
    """The download addresses of a server: unguessable, few, and gone after an hour; a restart ends all.

    `base` gives the address of the server for the present caller.
    """

    def __init__(self, base: Callable[[], str], known: KnownUser = lambda _person: True) -> None:
        self._base = base
        self._known = known
        self._tickets: dict[str, ReelLink] = {}

    def address(self, person: str, render_id: str, file: Path, folder: Path, least_s: float = HALF_S) -> str:
        """Where the reel can be downloaded for at least `least_s`; an address that lasts so long is given again.

        Beyond 200 addresses of one person the oldest of them end early.
        """
        self._sweep()
        mark = self._known(person)
        mine = [each for each in self._tickets.values() if each.person == person]
        same = (each for each in reversed(mine) if (each.render_id, each.file, each.mark) == (render_id, file, mark))
        found = next((each for each in same if each.life_s >= least_s), None)
        if found is None:
            for old in mine[: max(0, len(mine) + 1 - KEPT_PER_PERSON)]:
                del self._tickets[old.ticket_id]
            ends = time.monotonic() + LIFE_S
            found = ReelLink(secrets.token_urlsafe(24), person, render_id, file, folder, ends, mark)
            self._tickets[found.ticket_id] = found
        return f"{self._base().rstrip('/')}/reels/{found.ticket_id}/{quote(found.name, safe='')}"

    def find(self, ticket_id: str, name: str) -> ReelLink | None:
        """A ticket that is still good for a file of this name, of somebody who is still known."""
        found = self._tickets.get(ticket_id)
        if found is None or found.life_s <= 0 or name != found.name:
            return None
        mark = self._known(found.person)
        return found if mark and mark == found.mark else None

    def _sweep(self) -> None:
        self._tickets = {name: each for name, each in self._tickets.items() if each.life_s > 0}


def lasting(file: Path, folder: Path) -> os.stat_result | None:
    """The status of a plain file that really lies below the folder; None when there is none (any more)."""
    try:
        inside = file.parent.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
        found = file.lstat()
    except (OSError, RuntimeError, ValueError):
        return None
    return found if inside and stat.S_ISREG(found.st_mode) else None


GUARD = {**PRIVATE, "Content-Security-Policy": "default-src 'none'; sandbox"}
MEDIA_TYPE = "video/mp4"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-()")


def reel_routes(tickets: ReelLinks) -> list[Route]:
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


def _reel(request: Request, ticket: ReelLink, found: os.stat_result) -> Response:
    headers = {**GUARD, "Content-Disposition": disposition(ticket.name)}
    answer = FileResponse(ticket.file, headers=headers, media_type=MEDIA_TYPE, stat_result=found)
    known = request.headers.get("if-none-match", "")
    if answer.headers["etag"] in (each.strip().removeprefix("W/") for each in known.split(",")):
        kept = {name: answer.headers[name] for name in ("etag", "last-modified")}
        return Response(status_code=304, headers={**GUARD, **kept})
    return answer
