"""A directory and a bucket keep files alike."""

import hashlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest

pytest.importorskip("obstore")

from highlight_mcp.backend.team.blobs import PART, Blobs, WrongStore
from waiting import eventually

pytestmark = pytest.mark.peers

CONTENT = bytes(range(256)) * 4 * 1024
"""1 MiB."""


@pytest.fixture(params=["directory", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    if request.param == "directory":
        return Blobs.at(str(tmp_path / "store"))
    server = request.getfixturevalue("bucket_server")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return Blobs.at(server.bucket())


async def arriving(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield CONTENT


def test_a_file_of_several_parts_comes_back_whole_and_in_ranges(blobs: Blobs, tmp_path: Path) -> None:
    parts = PART // len(CONTENT) + 3
    assert anyio.run(blobs.put_stream, "a/b.mp4", arriving(parts)) == parts * len(CONTENT) == blobs.size("a/b.mp4")
    fetched = tmp_path / "fetched"
    assert blobs.fetch("a/b.mp4", fetched) == hashlib.sha256(CONTENT * parts).hexdigest()

    async def some() -> bytes:
        return b"".join([piece async for piece in blobs.stream("a/b.mp4", PART - 3, PART + 5)])

    assert anyio.run(some) == (CONTENT * parts)[PART - 3 : PART + 5]
    blobs.put("a/c.mp4", fetched)
    assert blobs.size("a/c.mp4") == parts * len(CONTENT)


def test_what_breaks_off_is_not_there(blobs: Blobs) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise ConnectionError("the sender left")

    with pytest.raises(Exception, match="left"):
        anyio.run(blobs.put_stream, "a/b.mp4", broken())
    assert blobs.size("a/b.mp4") is None
    assert list(blobs.below("a")) == []


def test_one_of_several_creates_an_object(blobs: Blobs) -> None:
    with ThreadPoolExecutor(8) as threads:
        created = list(threads.map(lambda number: blobs.create("a/b", str(number).encode()), range(8)))
    assert sorted(created) == [False] * 7 + [True]
    assert blobs.read("a/b") == str(created.index(True)).encode()


def test_a_folder_is_listed_and_deleted_alone(blobs: Blobs) -> None:
    for key in ("accounts/ann/x", "accounts/ann/media/y", "accounts/anna/z"):
        blobs.put_bytes(key, b"12345")
    blobs.copy("accounts/ann/x", "accounts/ann/w")
    assert {(each.key, each.size_bytes) for each in blobs.below("accounts/ann")} == {
        ("accounts/ann/w", 5), ("accounts/ann/x", 5), ("accounts/ann/media/y", 5)
    }  # fmt: skip
    assert blobs.delete_below("accounts/ann") == 3
    blobs.delete("accounts/ann/x")
    assert [each.key for each in blobs.below("accounts")] == ["accounts/anna/z"]
    assert blobs.read("accounts/anna/z") == b"12345"


def test_an_address_serves_one_object_for_a_while_to_who_has_no_keys(blobs: Blobs) -> None:
    to, get = blobs.address("a/b.mp4", 60, put=True), blobs.address("a/b.mp4", 60)
    if to is None or get is None:
        pytest.skip("a directory has no such addresses")
    assert httpx.put(to, content=CONTENT).is_success
    found = httpx.get(get, headers={"Range": "bytes=1-3"})
    assert (found.status_code, found.content) == (206, CONTENT[1:4])
    assert httpx.get(get.partition("?")[0]).status_code == 403
    assert httpx.get(get.replace("/b.mp4", "/c.mp4")).status_code == 403
    short = blobs.address("a/b.mp4", 1) or ""
    assert eventually("the address is over", lambda: httpx.get(short).status_code == 403)


@pytest.mark.parametrize("address", ["s3://", "ftp://x/y", "relative/folder", "s3://bucket?colour=red"])
def test_an_address_that_is_no_store_is_refused(address: str) -> None:
    with pytest.raises(WrongStore):
        Blobs.at(address)
