"""Handing over files from afar: tickets that let one person put files into their own inbox for a while."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio

from ...contract.codes import ContractError, fault
from ...contract.formats import supported
from ...core.files import move_to_free_name, safe_stem
from ...messages import say
from .inbox import EVERY_BYTES, GIB, INBOX_GIB, check_room
from .people import Known

LIFE_S = 3600.0
FRESH_S = LIFE_S / 2
KEPT_PER_PERSON = 20
FILES_PER_TICKET = 200
MAX_BYTES = 20 * 2**30
SPARE_BYTES = 2**30
NAME_BYTES = 150


@dataclass
class Ticket:
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


class Tickets:
    """The tickets of a server. They are unguessable, few, and gone after an hour; a restart ends all."""

    def __init__(self, base: Callable[[], str], known: Known = lambda _person: True) -> None:
        self._base = base
        self._known = known
        self._tickets: dict[str, Ticket] = {}

    def page(self, person: str, inbox: Path, session_id: str | None, room: int = INBOX_GIB * GIB) -> str:
        """The address of the page where this person hands over files; a fresh ticket is used again.

        `room` is how many bytes may lie in the inbox.
        """
        self._sweep()
        mark = self._known(person)
        mine = [each for each in self._tickets.values() if each.person == person]
        same = (each for each in mine if (each.session_id, each.mark, each.room) == (session_id, mark, room))
        found = next((each for each in same if each.life_s > FRESH_S), None)
        if found is None:
            for old in mine[: max(0, len(mine) + 1 - KEPT_PER_PERSON)]:
                del self._tickets[old.ticket_id]
            found = Ticket(
                secrets.token_urlsafe(24), person, inbox, session_id, time.monotonic() + LIFE_S, 0, mark, room
            )
            self._tickets[found.ticket_id] = found
        return f"{self._base().rstrip('/')}/upload/{found.ticket_id}"

    def find(self, ticket_id: str) -> Ticket | None:
        """A ticket that is still good, of somebody who is still known."""
        self._sweep()
        found = self._tickets.get(ticket_id)
        mark = self._known(found.person) if found is not None else None
        return found if found is not None and mark and mark == found.mark else None

    def _sweep(self) -> None:
        self._tickets = {name: each for name, each in self._tickets.items() if each.life_s > 0}


async def receive(
    ticket: Ticket, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int = MAX_BYTES
) -> Path:
    """Write a file that is sent to us into the inbox, under a name that nothing there has yet.

    `size` is what was announced, in bytes. Whatever goes wrong, nothing of it stays. Raises
    ContractError `unsupported_file`, `file_too_large`, `no_space`, `limit` or `bad_request`.
    """
    stem, extension = _parts(name)
    if ticket.files >= FILES_PER_TICKET:
        raise ContractError(fault("limit", "server.page_full", files_per_ticket=FILES_PER_TICKET))
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
        raise ContractError(
            fault(kind, "server.not_kept", strerror=error.strerror or say("client.why.refused"))
        ) from None
    finally:
        part.unlink(missing_ok=True)
    ticket.files += 1
    return kept


def usable_name(name: str) -> str:
    """A plain file name that is fit for every file system, its format kept. Raises ContractError."""
    stem, extension = _parts(name)
    return stem + extension


def _parts(name: str) -> tuple[str, str]:
    last = name.replace("\\", "/").rpartition("/")[2]
    supported(last)
    extension = PurePosixPath(last).suffix.lower()
    plain = "".join(char if char.isprintable() else " " for char in last[: -len(extension)])
    return safe_stem(plain, "footage", most_bytes=NAME_BYTES), extension


async def _within(ticket: Ticket, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
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
        raise ContractError(fault("bad_request", "server.incomplete_file", written=written, size=size, name=name))
    if written == 0:
        raise ContractError(fault("bad_request", "server.empty_file", name=name))


def _prepare(ticket: Ticket, size: int) -> None:
    ticket.inbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_room(ticket.inbox, size, ticket.room)
    if shutil.disk_usage(ticket.inbox).free < size + SPARE_BYTES:
        raise ContractError(fault("no_space"))


def _too_large(name: str, limit: int) -> ContractError:
    return ContractError(fault("file_too_large", "server.too_large", name=name, limit=limit // 2**20))
