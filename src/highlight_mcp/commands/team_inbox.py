"""Pages on which people of a team put files into the store; any number of them at once, at any front."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import anyio

from ..backend.team.blobs import STORE_ERRORS, Blobs, folder_of, trouble
from ..contract.errors import ApiError, error_info
from ..files import MOST_NUMBERED
from ..messages import message
from ..server.http.app import HttpOptions
from ..server.http.upload_links import EVERY_BYTES, GIB, INBOX_FILES, KeptFile, usable_name

if TYPE_CHECKING:
    from .team_front import Team

UPLOAD = "upload"
EVERY_S = 30.0
"""How often a file that arrives slowly gives a sign of it."""
FORGOTTEN_S = 600.0
"""A file without a sign for so long arrives no more: its front was killed."""


@dataclass(frozen=True)
class InboxTicket:
    """Lets its holder put files into the inbox of an account, in which so many bytes may lie."""

    account: str
    room: int


class StoreHandOver:
    """The pages, good at every front."""

    def __init__(self, team: "Team", options: HttpOptions) -> None:
        self._team = team
        self._base = options.base_now

    def page(self, person: str, session_id: str | None) -> str:
        """The address of the page of a person."""
        token = self._team.signer.token(UPLOAD, {"person": person, "account": self._team.account_of(person)})
        return f"{self._base().rstrip('/')}/upload/{token}"

    def find(self, ticket_id: str) -> InboxTicket | None:
        """The inbox that a ticket opens; None for one that is over, or of somebody who is gone."""
        facts = self._team.signer.facts(UPLOAD, ticket_id)
        if facts is None or not self._team.is_known(facts["person"]):
            return None
        if self._team.account_of(facts["person"]) != facts["account"]:
            return None
        return InboxTicket(facts["account"], self._team.room_of(facts["person"]))

    async def receive(
        self, ticket: InboxTicket, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int
    ) -> KeptFile:
        """Stream a file into the store, under a name that nothing in the inbox has yet. Raises ApiError."""
        return await receive(self._team.blobs, ticket, name, chunks, size, limit)


async def receive(
    blobs: Blobs, ticket: InboxTicket, name: str, chunks: AsyncIterator[bytes], size: int | None, limit: int
) -> KeptFile:
    """Stream a file into an inbox; `size` is what was announced, in bytes. Raises ApiError, and nothing stays then."""
    if size is not None and size > limit:
        raise _too_large(name, limit)
    wanted = usable_name(name)
    try:
        arrival = await anyio.to_thread.run_sync(Arrival.begun, blobs, ticket, wanted, size or 0)
        try:
            stored = await blobs.put_stream(arrival.key, _checked(arrival, chunks, name, size, limit))
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(arrival.end)
    except STORE_ERRORS as error:
        raise trouble(error) from error
    return KeptFile(arrival.name, stored)


async def _checked(
    arrival: "Arrival", chunks: AsyncIterator[bytes], name: str, size: int | None, limit: int
) -> AsyncIterator[bytes]:
    """The chunks of a file; what is wrong with it is raised before its last byte is stored, so that nothing is."""
    arrived = 0
    async for chunk in chunks:
        arrived += len(chunk)
        if arrived > limit:
            raise _too_large(name, limit)
        if chunk:
            yield chunk
        if arrival.is_due(arrived):
            await anyio.to_thread.run_sync(arrival.goes_on, arrived)
    if size not in (None, arrived):
        raise ApiError(error_info("bad_request", "server.incomplete_file", written=arrived, size=size, name=name))
    if not arrived:
        raise ApiError(error_info("bad_request", "server.empty_file", name=name))
    if size is None:
        await anyio.to_thread.run_sync(arrival.goes_on, arrived)
    if not await anyio.to_thread.run_sync(arrival.is_ours):
        raise ApiError(error_info("busy"))


class Arrival:
    """A file on its way into an inbox.

    Its name is taken by a small object, `arriving/<name>/<number>`, that one of several can create; it says how many
    bytes are to come, or have come, and is written anew while they do. One that is forgotten holds no room, and its
    name goes to who creates the next number. What wakes after that finds the number, or the file, and stores nothing.
    """

    def __init__(self, blobs: Blobs, ticket: InboxTicket, name: str, number: int, coming: int) -> None:
        self._blobs = blobs
        self._ticket = ticket
        self._number = number
        self._coming = coming
        self._told = 0
        self._told_at = time.monotonic()
        self.name = name
        self.key = f"{folder_of(ticket.account)}/inbox/{name}"

    @classmethod
    def begun(cls, blobs: Blobs, ticket: InboxTicket, name: str, coming: int) -> "Arrival":
        """Take a name, numbered where need be, and room. Raises ApiError `no_space`, and the errors of the store."""
        for free, number in _free_names(blobs, ticket.account, name):
            made = cls(blobs, ticket, free, number, coming)
            if not blobs.create(made._mark, str(coming).encode()):
                continue
            try:
                if blobs.size(made.key) is None:
                    made._check_room(coming)
                    return made
            except BaseException:
                made.end()
                raise
            made.end()
        raise ApiError(error_info("no_space"))

    def is_due(self, arrived: int) -> bool:
        """Whether it is time for a sign that so many bytes have arrived."""
        return arrived - self._told >= EVERY_BYTES or time.monotonic() - self._told_at >= EVERY_S

    def goes_on(self, arrived: int) -> None:
        """Say how much has arrived. Raises ApiError `no_space` when that is more than was to come, and too much."""
        self._told, self._told_at = arrived, time.monotonic()
        self._blobs.put_bytes(self._mark, str(max(self._coming, arrived)).encode())
        if arrived > self._coming:
            self._check_room(arrived)

    def is_ours(self) -> bool:
        """Whether nobody else has taken the name since."""
        numbers = [int(each.key.rpartition("/")[2]) for each in self._blobs.below(self._marks)]
        return max(numbers, default=0) == self._number and self._blobs.size(self.key) is None

    def end(self) -> None:
        """Give the name back; what cannot be deleted now is forgotten soon."""
        with suppress(*STORE_ERRORS):
            self._blobs.delete(self._mark)

    @property
    def _marks(self) -> str:
        return f"{folder_of(self._ticket.account)}/arriving/{self.name}"

    @property
    def _mark(self) -> str:
        return f"{self._marks}/{self._number}"

    def _check_room(self, own: int) -> None:
        account = self._ticket.account
        lying = [each.size_bytes for each in self._blobs.below(f"{folder_of(account)}/inbox")]
        others = [coming for mark, coming in _arriving(self._blobs, account) if mark != self._mark]
        held, room = sum(lying) + sum(others), self._ticket.room
        if len(lying) + len(others) >= INBOX_FILES or held + own > room:
            sizes = {"held": f"{held / GIB:.1f} GiB", "most": f"{room / GIB:.1f} GiB"}
            raise ApiError(error_info("no_space", "server.inbox_full", why=message("server.inbox_size", **sizes)))


def _free_names(blobs: Blobs, account: str, name: str) -> Iterator[tuple[str, int]]:
    """Names that nothing in an inbox has or gets, with the number of the mark by which each can be taken."""
    there = {each.key.rpartition("/")[2] for each in blobs.below(f"{folder_of(account)}/inbox")}
    last: dict[str, int] = {}
    for each in blobs.below(f"{folder_of(account)}/arriving"):
        _, taken, number = each.key.rsplit("/", 2)
        last[taken] = max(last.get(taken, 0), int(number))
        if _is_arriving(each.changed):
            there.add(taken)
    stem, dot, ending = name.rpartition(".")
    for candidate in (name, *(f"{stem} ({number}){dot}{ending}" for number in range(2, MOST_NUMBERED))):
        if candidate not in there:
            yield candidate, last.get(candidate, 0) + 1


def _arriving(blobs: Blobs, account: str) -> Iterator[tuple[str, int]]:
    """What arrives in an inbox now: its mark, and how many bytes it needs."""
    for each in blobs.below(f"{folder_of(account)}/arriving"):
        if _is_arriving(each.changed):
            with suppress(FileNotFoundError):  # it has arrived by now
                yield each.key, int(blobs.read(each.key) or 0)


def _is_arriving(changed: datetime) -> bool:
    return datetime.now(UTC) - changed < timedelta(seconds=FORGOTTEN_S)


def _too_large(name: str, limit: int) -> ApiError:
    return ApiError(error_info("file_too_large", "server.too_large", name=name, limit=limit // 2**20))
