"""Links that let one user put files into their own inbox for a while, and the page behind them."""

import errno
import html
import json
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, Protocol, TypeVar

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ...contract.errors import ApiError, ErrorInfo, error_info
from ...contract.formats import READ_HERE, supported_here
from ...contract.redaction import redact
from ...files import move_to_free_name, safe_stem
from ...messages import Message, active_language, language_of, load, message, say, use_language
from ...messages.reasons import reason_of
from .users import KnownUser

GIB = 2**30
INBOX_GIB = 100
INBOX_FILES = 10_000
EVERY_BYTES = 64 * 2**20
"""How much of a file may arrive between two looks at the whole inbox."""


def check_room(inbox: Path, coming: int, limit: int) -> None:
    """Raises ApiError `no_space` when what lies there and so many more bytes are beyond the limit.

    Files that are just arriving count as far as they have come, so that many at once cannot get past it.
    """
    files, held = _content(inbox)
    if files > INBOX_FILES:
        raise _full(message("server.inbox_files", n=files, most=INBOX_FILES))
    if held + coming > limit:
        sizes = {"held": _gib(held), "most": _gib(limit)}
        more = message("server.inbox_with_more", **sizes, more=_gib(coming)) if coming else None
        raise _full(more or message("server.inbox_size", **sizes))


def _content(inbox: Path) -> tuple[int, int]:
    files, held = 0, 0
    try:
        with os.scandir(inbox) as entries:
            for entry in entries:
                try:
                    held += entry.stat(follow_symlinks=False).st_size
                except FileNotFoundError:
                    continue
                files += 1
    except FileNotFoundError:
        return 0, 0
    return files, held


def _full(why: Message) -> ApiError:
    return ApiError(error_info("no_space", "server.inbox_full", why=why))


def _gib(size: int) -> str:
    return f"{size / GIB:.1f} GiB"


LIFE_S = 3600.0
FRESH_S = LIFE_S / 2
KEPT_PER_PERSON = 20
FILES_PER_TICKET = 200
MAX_BYTES = 20 * 2**30
SPARE_BYTES = 2**30
NAME_BYTES = 150


@dataclass
class UploadLink:
    """Lets its holder put files into `inbox` until `ends` (in the clock of `time.monotonic`).

    `mark` is what was known of the person when it was made, `room` how many bytes may lie in the inbox.
    """

    ticket_id: str
    person: str
    inbox: Path
    session_id: str | None
    ends: float
    files: int = 0
    mark: object = True
    room: int = INBOX_GIB * GIB

    @property
    def life_s(self) -> float:
        """Seconds left."""
        return self.ends - time.monotonic()


class KeptFile(NamedTuple):
    """A file that was handed over: the name it got, and its bytes."""

    name: str
    size: int


TicketT = TypeVar("TicketT")


class HandOver(Protocol[TicketT]):
    """Where files are handed over to."""

    def find(self, ticket_id: str) -> TicketT | None:
        """A ticket that is still good."""

    async def receive(
        self, ticket: TicketT, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int
    ) -> KeptFile:
        """Keep a file; `size` is what was announced, in bytes. Raises ApiError, and nothing of it stays."""


class UploadLinks:
    """The tickets of a server. They are unguessable, few, and gone after an hour; a restart ends all."""

    def __init__(self, base: Callable[[], str], known: KnownUser = lambda _person: True) -> None:
        self._base = base
        self._known = known
        self._tickets: dict[str, UploadLink] = {}

    def page(self, person: str, inbox: Path, session_id: str | None, room: int = INBOX_GIB * GIB) -> str:
        """The address of the page where this person hands over files; a fresh ticket is used again.

        `room` is how many bytes may lie in the inbox.
        """
        self._sweep()
        mark = self._known(person)
        mine = [each for each in self._tickets.values() if each.person == person]
        same = (each for each in mine if (each.session_id, each.mark, each.room) == (session_id, mark, room))
        link = next((each for each in same if each.life_s > FRESH_S), None)
        if link is None:
            for old in mine[: max(0, len(mine) + 1 - KEPT_PER_PERSON)]:
                del self._tickets[old.ticket_id]
            link = UploadLink(
                secrets.token_urlsafe(24), person, inbox, session_id, time.monotonic() + LIFE_S, 0, mark, room
            )
            self._tickets[link.ticket_id] = link
        return f"{self._base().rstrip('/')}/upload/{link.ticket_id}"

    def find(self, ticket_id: str) -> UploadLink | None:
        """A ticket that is still good, of somebody who is still known."""
        self._sweep()
        link = self._tickets.get(ticket_id)
        mark = self._known(link.person) if link is not None else None
        return link if link is not None and mark and mark == link.mark else None

    async def receive(
        self, ticket: UploadLink, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int
    ) -> KeptFile:
        """Keep a file in the inbox of the ticket (see `receive`)."""
        kept = await receive(ticket, name, chunks, size, limit)
        return KeptFile(kept.name, kept.stat().st_size)

    def _sweep(self) -> None:
        self._tickets = {name: each for name, each in self._tickets.items() if each.life_s > 0}


async def receive(
    ticket: UploadLink, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int = MAX_BYTES
) -> Path:
    """Write a file that is sent to us into the inbox, under a name that nothing there has yet.

    `size` is what was announced, in bytes. Whatever goes wrong, nothing of it stays. Raises
    ApiError `unsupported_file`, `file_too_large`, `no_space`, `limit` or `bad_request`.
    """
    stem, extension = _parts(name)
    if ticket.files >= FILES_PER_TICKET:
        raise ApiError(error_info("limit", "server.page_full", files_per_ticket=FILES_PER_TICKET))
    if size is not None and size > limit:
        raise _too_large(name, limit)
    part = ticket.inbox / f".{secrets.token_hex(8)}.part"
    try:
        await anyio.to_thread.run_sync(_prepare, ticket, size or 0)
        await _write(part, name, _within(ticket, chunks), size, limit)
        await anyio.to_thread.run_sync(check_room, ticket.inbox, 0, ticket.room)
        kept = await anyio.to_thread.run_sync(move_to_free_name, part, ticket.inbox, stem, extension)
    except OSError as error:
        kind = "no_space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "backend_error"
        raise ApiError(error_info(kind, "server.not_kept", strerror=reason_of(error))) from None
    finally:
        part.unlink(missing_ok=True)
    ticket.files += 1
    return kept


def usable_name(name: str) -> str:
    """A plain file name that is fit for every file system, its format kept. Raises ApiError."""
    stem, extension = _parts(name)
    return stem + extension


def _parts(name: str) -> tuple[str, str]:
    last = name.replace("\\", "/").rpartition("/")[2]
    supported_here(last)
    extension = PurePosixPath(last).suffix.lower()
    plain = "".join(char if char.isprintable() else " " for char in last[: -len(extension)])
    return safe_stem(plain, "footage", most_bytes=NAME_BYTES), extension


async def _within(ticket: UploadLink, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same chunks, as long as the inbox has room for them."""
    unseen = 0
    async for chunk in chunks:
        yield chunk
        unseen += len(chunk)
        if unseen >= EVERY_BYTES:
            await anyio.to_thread.run_sync(check_room, ticket.inbox, 0, ticket.room)
            unseen = 0


async def _write(part: Path, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int) -> None:
    written = 0
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    async with anyio.wrap_file(os.fdopen(descriptor, "wb")) as file:
        async for chunk in chunks:
            written += len(chunk)
            if written > limit:
                raise _too_large(name, limit)
            await file.write(chunk)
    if size is not None and written != size:
        raise ApiError(error_info("bad_request", "server.incomplete_file", written=written, size=size, name=name))
    if written == 0:
        raise ApiError(error_info("bad_request", "server.empty_file", name=name))


def _prepare(ticket: UploadLink, size: int) -> None:
    ticket.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_room(ticket.inbox, size, ticket.room)
    if shutil.disk_usage(ticket.inbox).free < size + SPARE_BYTES:
        raise ApiError(error_info("no_space"))


def _too_large(name: str, limit: int) -> ApiError:
    return ApiError(error_info("file_too_large", "server.too_large", name=name, limit=limit // 2**20))


STATUS = {"unsupported_file": 415, "file_too_large": 413, "no_space": 507, "limit": 429, "bad_request": 400}
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
Endpoint = Callable[[Request], Awaitable[Response]]


def upload_routes(tickets: HandOver[Any], limit: int = MAX_BYTES) -> list[Route]:
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
            return _refused(404, say("server.page_expired"))
        try:
            size = _length(request)
            kept = await tickets.receive(ticket, request.path_params["name"], request.stream(), size, limit)
        except ApiError as error:
            return _refused(STATUS.get(error.fault.kind, 500), _words(error.fault))
        except ClientDisconnect:
            return _refused(400, say("upload_page.lost"))
        return JSONResponse(kept._asdict(), status_code=201, headers=PRIVATE)

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
    accept = ",".join([*(f".{each.extension}" for each in READ_HERE), ".jpeg"])
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


def _words(fault: ErrorInfo) -> str:
    return redact(fault.text)


def _refused(status: int, text: str) -> JSONResponse:
    """A refusal. The rest of the body is not read, so the connection cannot be used again."""
    return JSONResponse({"error": text}, status_code=status, headers={**PRIVATE, "Connection": "close"})
