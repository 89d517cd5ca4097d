"""How much a person may hand over, and what becomes of files that no session uses any more."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from highlight_mcp.backend.cleanup import clean_inbox
from highlight_mcp.backend_locator import backend_config
from highlight_mcp.cli import main
from highlight_mcp.client.json_store import JsonStore
from highlight_mcp.client.sessions import local_files_by_session
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.server.http import upload_links as inbox_module
from highlight_mcp.server.http.upload_links import UploadLink, UploadLinks, receive, upload_routes
from highlight_mcp.server.http.users import FILE, User, UsersFileError, hash_of, read_users, write_users
from media_factory import make_clip

from .household import household_in, serving

ROOM = 1000
OLD = 1_600_000_000


@pytest.fixture
def ticket(tmp_path: Path) -> UploadLink:
    """Of somebody whose inbox has room for a thousand bytes."""
    return UploadLink("t", "ann", tmp_path / "inbox", None, 0, room=ROOM)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.anyio
@pytest.mark.parametrize("announced", [True, False])
async def test_an_inbox_takes_no_more_than_its_room_and_says_so(ticket: UploadLink, announced: bool) -> None:
    await receive(ticket, "a.mp4", pieces(b"x" * 700), 700)
    with pytest.raises(ApiError) as caught:
        await receive(ticket, "b.mp4", pieces(b"y" * 400), 400 if announced else None)
    assert caught.value.fault.kind == "no_space"
    assert "Your upload folder is full" in caught.value.fault.message
    assert "highlight-mcp clean" in caught.value.fault.next_step
    assert [each.name for each in ticket.inbox.iterdir()] == ["a.mp4"], "nothing of the second stays"
    await receive(ticket, "c.mp4", pieces(b"z" * 300), 300)


@pytest.mark.anyio
async def test_many_at_once_do_not_get_past_the_room(ticket: UploadLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("highlight_mcp.server.http.upload_links.EVERY_BYTES", 100)
    refused: list[str] = []

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(6):
            await anyio.lowlevel.checkpoint()
            yield b"x" * 100

    async def send(number: int) -> None:
        try:
            await receive(ticket, f"{number}.mp4", slowly(), 600)
        except ApiError as error:
            refused.append(error.fault.kind)

    async with anyio.create_task_group() as group:
        for number in range(8):
            group.start_soon(send, number)
    assert len(refused) >= 7
    assert set(refused) == {"no_space"}
    assert sum(each.stat().st_size for each in ticket.inbox.iterdir()) <= ROOM


@pytest.mark.anyio
async def test_the_page_is_told_that_the_inbox_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = UploadLinks(lambda: "http://h")
    page = tickets.page("ann", tmp_path / "inbox", None, room=ROOM)
    transport = httpx.ASGITransport(Starlette(routes=upload_routes(tickets)))
    async with httpx.AsyncClient(transport=transport) as http:
        sent = await http.put(f"{page}/a.mp4", content=b"x" * 2000)
        monkeypatch.setattr(inbox_module, "INBOX_FILES", 1)
        few = [await http.put(f"{page}/{name}.mp4", content=b"x") for name in "abc"]
    assert sent.status_code == 507
    assert "Your upload folder is full" in sent.json()["error"]
    assert [each.status_code for each in few] == [201, 507, 507]


def test_room_is_given_by_name_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path))
    assert main(["user", "add", "ann", "--inbox-gb", "250"]) == 0
    assert main(["user", "add", "bob"]) == 0
    assert main(["user", "add", "eve", "--inbox-gb", "0"]) == 1
    assert "at least 1, not 0" in capsys.readouterr().err
    assert main(["user", "list"]) == 0
    assert "ann: handed-over files only; inbox of 250 GiB\nbob: handed-over files only\n" in capsys.readouterr().out
    people = read_users(tmp_path / FILE)
    assert (people["ann"].inbox_gib, people["bob"].inbox_gib) == (250, None)


@pytest.mark.parametrize("room", ["0", "-1", "1.5", "true", '"9"'])
def test_a_room_that_is_none_is_named_with_its_person(tmp_path: Path, room: str) -> None:
    write_users(tmp_path / FILE, {"ann": User("ann", hash_of("x"))})
    (tmp_path / FILE).write_text((tmp_path / FILE).read_text() + f"inbox_gib = {room}\n")
    with pytest.raises(UsersFileError, match="entry 'ann' that cannot be used"):
        read_users(tmp_path / FILE)


@pytest.mark.anyio
async def test_cleaning_keeps_what_a_session_uses_and_what_has_just_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    house = household_in(tmp_path)
    house.add("ann")
    inbox = house.settings.home / "users" / "ann" / "inbox"
    inbox.mkdir(parents=True)
    outside = tmp_path / "outside.mp4"
    for file in (outside, inbox / "used.mp4", inbox / "unused.mp4", inbox / "new.mp4"):
        make_clip(file, seconds=1, size=(160, 90))
    (inbox / ".broken.part").write_bytes(b"x")
    (inbox / "link.mp4").symlink_to(outside)
    for name in ("used.mp4", "unused.mp4", ".broken.part"):
        os.utime(inbox / name, (OLD, OLD))
    os.utime(outside, (OLD, OLD))
    monkeypatch.setenv("HIGHLIGHT_HOME", str(house.settings.home))
    with serving(house):
        async with house.host("ann") as ann:
            await ann.call("upload", sources=["used.mp4"], new_session=True)
        assert main(["clean", "--yes"]) == 0
        assert "ann is at work" in capsys.readouterr().out
        assert (inbox / "unused.mp4").exists()
    assert main(["clean", "--yes"]) == 0
    assert "Removed 2 files" in capsys.readouterr().out
    assert sorted(each.name for each in inbox.iterdir()) == ["link.mp4", "new.mp4", "used.mp4"]
    assert outside.exists()


def test_files_of_a_service_s_sessions_are_kept(tmp_path: Path) -> None:
    house = household_in(tmp_path)
    config = backend_config(house.settings)
    config.inbox.mkdir(parents=True)
    for name in ("kept.mp4", "gone.mp4", "local.mp4"):
        (config.inbox / name).write_bytes(b"x")
        os.utime(config.inbox / name, (OLD, OLD))
    state = config.home / "client"
    for backend, name in (("https://service.example", "kept.mp4"), ("embedded", "local.mp4")):
        records = JsonStore(state / JsonStore.folder_name(backend) / "sessions")
        records.write("ses_1", {"sources": [str(config.inbox / name), "https://x.example/y.mp4", 7]})
        records.write("ses_2", {"sources": None})
    freed = clean_inbox(config, local_files_by_session(state))
    assert freed is not None
    assert freed.files == 2
    assert [each.name for each in config.inbox.iterdir()] == ["kept.mp4"]
