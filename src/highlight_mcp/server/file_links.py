"""Where a caller finds a finished reel: a path for who is at this machine, a link for who is elsewhere.

A link lets its holder download one reel for a while; the route that serves them is here, too.
"""

import os
import secrets
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ..client.results import RenderResult
from ..contract.errors import ErrorInfo, error_info
from ..contract.formats import mime_of
from ..contract.redaction import display_name
from ..messages import say
from .http.upload_links import PRIVATE, in_language
from .http.users import KnownUser

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
        link = next((each for each in same if each.life_s >= least_s), None)
        if link is None:
            for old in mine[: max(0, len(mine) + 1 - KEPT_PER_PERSON)]:
                del self._tickets[old.ticket_id]
            ends = time.monotonic() + LIFE_S
            link = ReelLink(secrets.token_urlsafe(24), person, render_id, file, folder, ends, mark)
            self._tickets[link.ticket_id] = link
        return f"{self._base().rstrip('/')}/reels/{link.ticket_id}/{quote(link.name, safe='')}"

    def find(self, ticket_id: str, name: str) -> ReelLink | None:
        """A ticket that is still good for a file of this name, of somebody who is still known."""
        link = self._tickets.get(ticket_id)
        if link is None or link.life_s <= 0 or name != link.name:
            return None
        mark = self._known(link.person)
        return link if mark and mark == link.mark else None

    def _sweep(self) -> None:
        self._tickets = {name: each for name, each in self._tickets.items() if each.life_s > 0}


def lasting(file: Path, folder: Path) -> os.stat_result | None:
    """The status of a plain file that really lies below the folder; None when there is none (any more)."""
    status = _below(file, folder)
    return status if status is not None and stat.S_ISREG(status.st_mode) else None


def _below(place: Path, folder: Path) -> os.stat_result | None:
    """The status of what really lies below the folder."""
    try:
        inside = place.parent.resolve(strict=True).is_relative_to(folder.resolve(strict=True))
        return place.lstat() if inside else None
    except (OSError, RuntimeError, ValueError):
        return None


GUARD = {**PRIVATE, "Content-Security-Policy": "default-src 'none'; sandbox"}
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ._-()")


def reel_routes(tickets: ReelLinks) -> list[Route]:
    """`GET` and `HEAD /reels/<ticket>/<file name>`, whole or in ranges. Whatever is not there is alike."""

    async def fetch(request: Request) -> Response:
        ticket_id, _, name = request.path_params["rest"].partition("/")
        ticket = tickets.find(ticket_id, name)
        status = await anyio.to_thread.run_sync(lasting, ticket.file, ticket.folder) if ticket is not None else None
        if ticket is None or status is None:
            return Response(say("server.reel_gone"), status_code=404, headers=GUARD, media_type="text/plain")
        return _reel(request, ticket, status)

    return [Route("/reels/{rest:path}", in_language(fetch), methods=["GET"])]


def disposition(name: str) -> str:
    """A `Content-Disposition` that saves the file under its name, with a plain one for old readers (RFC 6266)."""
    plain = "".join(char if char in _PLAIN else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _reel(request: Request, ticket: ReelLink, status: os.stat_result) -> Response:
    headers = {**GUARD, "Content-Disposition": disposition(ticket.name)}
    answer = FileResponse(ticket.file, headers=headers, media_type=mime_of(ticket.file.name), stat_result=status)
    known = request.headers.get("if-none-match", "")
    if answer.headers["etag"] in (each.strip().removeprefix("W/") for each in known.split(",")):
        kept = {name: answer.headers[name] for name in ("etag", "last-modified")}
        return Response(status_code=304, headers={**GUARD, **kept})
    return answer


LOOPBACK = ("127.0.0.1", "localhost", "::1")
Address = Callable[[str, Path, float], str]
"""The download address of a render and its file, good for at least so many seconds."""


@dataclass(frozen=True)
class LinkProvider:
    """Hands out the reels below `folder`; `paths` is true when callers are at this machine and know its paths.

    `stored` knows where reels are that no machine has: by the id of a render, for at least so many seconds.
    """

    address: Address = field(compare=False)
    folder: Path
    paths: bool
    stored: Callable[[str, float], "FileLocation"] | None = field(default=None, compare=False)


class FileLocation(NamedTuple):
    """Where one reel is, as far as its caller can use it; `lost` says that its file is gone."""

    path: Path | None = None
    url: str | None = None
    passing: bool = False
    """True for an address of this server, which ends after a while."""
    lost: bool = False
    parts: tuple[str, ...] = ()
    """The addresses of the files of a reel in parts, for a caller who does not see its folder."""


async def locate_reel(
    render: RenderResult, link_provider: LinkProvider | None, least_s: float = HALF_S
) -> FileLocation:
    """Where the finished reel of a render is; nothing for one that is not finished."""
    if render.status != "completed":
        return FileLocation()
    if link_provider is not None and link_provider.stored is not None:
        return await anyio.to_thread.run_sync(link_provider.stored, render.render_id, least_s)
    if link_provider is None or render.path is None:
        return FileLocation(render.path, public_url(render))
    if render.files:
        return await anyio.to_thread.run_sync(_parts, render.path, render, link_provider, least_s)
    if await anyio.to_thread.run_sync(lasting, render.path, link_provider.folder) is None:
        return FileLocation(lost=True)
    url = link_provider.address(render.render_id, render.path, least_s)
    return FileLocation(render.path if link_provider.paths else None, url, passing=True)


def _parts(folder: Path, render: RenderResult, link_provider: LinkProvider, least_s: float) -> FileLocation:
    status = _below(folder, link_provider.folder)
    if status is None or not stat.S_ISDIR(status.st_mode):
        return FileLocation(lost=True)
    if link_provider.paths:
        return FileLocation(folder)
    files = (folder / name for name in render.files)
    there = [file for file in files if lasting(file, link_provider.folder) is not None]
    return FileLocation(parts=tuple(link_provider.address(render.render_id, file, least_s) for file in there))


def public_url(render: RenderResult) -> str | None:
    """The address of the file, unless it is one of this machine, which carries a secret and ends with the backend."""
    if not render.url or urlsplit(render.url).hostname in LOOPBACK:
        return None
    return render.url


def lost_reel(render: RenderResult) -> ErrorInfo:
    """What to say of a reel whose file was removed after it had been made."""
    return error_info("file_missing", "server.reel_lost", name=render.path.name if render.path else render.render_id)
