"""Files that are handed over to a team at the same time, in a directory in place of a bucket."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

pytest.importorskip("obstore")

from highlight_mcp.backend.team.blobs import Blobs
from highlight_mcp.commands.team_inbox import FORGOTTEN_S, InboxTicket, receive
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.server.http.upload_links import KeptFile

MOST = 10_000
ROOM = 3_000
NAME = "match.mp4"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs.at(str(folder))


class Sender:
    """Sends a part of a file, and the rest when it is let go on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.began, self.on = anyio.Event(), anyio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.content[:1]
        self.began.set()
        await self.on.wait()
        yield self.content[1:]


async def handed_over(blobs: Blobs, chunks: AsyncIterator[bytes], size: int | None) -> KeptFile:
    return await receive(blobs, InboxTicket("ann", ROOM), NAME, chunks, size, MOST)


async def at_once(content: bytes) -> AsyncIterator[bytes]:
    if content:
        yield content


async def beside(blobs: Blobs, first: bytes, second: bytes, size: int | None) -> list[KeptFile]:
    """The first file begins, the second comes meanwhile; what is wrong with the second is raised at the end."""
    sender, kept, wrong = Sender(first), [], []

    async def one() -> None:
        kept.append(await handed_over(blobs, sender.chunks(), len(first)))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one)
        await sender.began.wait()
        try:
            kept.append(await handed_over(blobs, at_once(second), size))
        except ApiError as error:
            wrong.append(error)
        sender.on.set()
    assert (await anyio.to_thread.run_sync(blobs.read, "accounts/ann/inbox/match.mp4")) == first
    if wrong:
        raise wrong[0]
    return kept


def test_two_files_of_one_name_get_two_names(blobs: Blobs) -> None:
    kept = anyio.run(beside, blobs, b"first", b"second", 6)
    assert kept == [KeptFile("match (2).mp4", 6), KeptFile(NAME, 5)]
    assert blobs.read("accounts/ann/inbox/match (2).mp4") == b"second"
    assert list(blobs.below("accounts/ann/arriving")) == []


@pytest.mark.parametrize(
    ("content", "size", "words"), [(b"", 0, "is empty"), (b"", None, "is empty"), (b"ab", 9, "2 of 9")]
)
def test_a_file_that_is_empty_or_short_is_refused_and_touches_no_other(
    blobs: Blobs, content: bytes, size: int | None, words: str
) -> None:
    with pytest.raises(ApiError, match=words) as refused:
        anyio.run(beside, blobs, b"first", content, size)
    assert refused.value.fault.kind == "bad_request"
    assert [each.key for each in blobs.below("accounts/ann")] == ["accounts/ann/inbox/match.mp4"]


@pytest.mark.parametrize("announced", [1_500, None])
def test_what_is_to_come_counts_as_held(blobs: Blobs, announced: int | None) -> None:
    with pytest.raises(ApiError) as refused:
        anyio.run(beside, blobs, bytes(2_000), bytes(1_500), announced)
    assert refused.value.fault.kind == "no_space"
    assert [each.size_bytes for each in blobs.below("accounts/ann")] == [2_000]


def test_a_name_whose_front_was_killed_is_free_again(blobs: Blobs, folder: Path) -> None:
    mark = "accounts/ann/arriving/match.mp4/1"
    assert blobs.create(mark, b"2999")
    file = folder / mark
    os.utime(file, (before := file.stat().st_mtime - FORGOTTEN_S - 1, before))
    assert anyio.run(handed_over, blobs, at_once(b"again"), 5) == KeptFile(NAME, 5)
