"""Files from another machine: a ticket, a page, a PUT, and an upload by plain name."""

import errno
import os
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from highlight_mcp.contract.errors import ApiError
from highlight_mcp.server.http import upload_links
from highlight_mcp.server.http.upload_links import UploadLink, UploadLinks, receive, usable_name
from media_factory import make_clip
from waiting import until

from .household import Household, household_in, serving

PAGE = re.compile(r"http://\S+/upload/[\w-]{32,}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """Ann and Bob, who have no folders of this machine."""
    household = household_in(tmp_path_factory.mktemp("house"))
    household.add("ann")
    household.add("bob")
    with serving(household) as served:
        yield served


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file on the machine of the user."""
    return make_clip(tmp_path_factory.mktemp("afar") / "match.mp4", seconds=2, size=(160, 90)).read_bytes()


@pytest.fixture
def ticket(tmp_path: Path) -> UploadLink:
    tickets = UploadLinks(lambda: "http://127.0.0.1:1")
    page = tickets.page("ann", tmp_path / "inbox", None)
    found = tickets.find(page.rpartition("/")[2])
    assert found is not None
    return found


async def page_of(house: Household, name: str) -> str:
    async with house.host(name) as host:
        error = await host.error("upload", sources=["/home/far/away/my match.mp4"])
    found = PAGE.search(error["next_step"])
    assert found is not None, error
    told = error["message"] + error["next_step"]
    assert socket.gethostname() not in told.split() and str(Path.home()) not in told.split(), "nothing of itself"
    return found[0]


def inbox(house: Household, name: str) -> Path:
    return house.settings.home / "users" / name / "inbox"


@pytest.mark.anyio
async def test_a_file_handed_over_is_uploaded_by_its_plain_name_and_by_its_owner_only(
    house: Household, content: bytes
) -> None:
    page = await page_of(house, "ann")
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        sent = await http.put(f"{page}/my%20match.mp4", content=content)
        again = await http.put(f"{page}/my%20match.mp4", content=content)
    assert (sent.status_code, sent.json()) == (201, {"name": "my match.mp4", "size": len(content)})
    assert again.json()["name"] == "my match (2).mp4", "nothing is written over"
    async with house.host("ann") as ann, house.host("bob") as bob:
        added = await ann.call("upload", sources=["my match.mp4"], new_session=True)
        assert added["media"][0]["duration_ms"] == 2000
        his = await bob.error("upload", sources=["my match.mp4"])
        none = await bob.error("upload", sources=["no match.mp4"])
    assert his["kind"] == none["kind"] == "file_missing"


@pytest.mark.anyio
@pytest.mark.parametrize("sources", [["match.mp4"], [], ["relative/match.mp4"], ["/srv/x.mp4"], ["file:///srv/x.mp4"]])
async def test_a_call_without_usable_footage_is_shown_the_page(house: Household, sources: list[str]) -> None:
    async with house.host("ann", "legacy") as ann:
        error = await ann.error("upload", sources=sources)
    assert PAGE.search(error["next_step"]), error


@pytest.mark.anyio
async def test_a_source_that_failed_beside_a_good_one_names_the_page_too(house: Household, content: bytes) -> None:
    await receive(UploadLink("t", "ann", inbox(house, "ann"), None, 0), "here.mp4", pieces(content), None)
    async with house.host("ann") as ann:
        added = await ann.call("upload", sources=["here.mp4", "elsewhere.mp4"], new_session=True)
    assert len(added["media"]) == 1
    assert PAGE.search(added["failed"][0]["error"]["next_step"])


@pytest.mark.anyio
async def test_the_page_asks_for_nothing_from_elsewhere(house: Household) -> None:
    page = await page_of(house, "ann")
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        shown = await http.get(page)
        chinese = await http.get(page, headers={"Accept-Language": "zh-CN,en;q=0.5"})
    policy = shown.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert shown.text.count(f'nonce="{nonce[1]}"') == 2
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    assert not re.search(r"(src|href)=|@import|url\(", shown.text)
    assert not re.search(r"\son\w+=", shown.text.partition("<script")[0]), "no handlers in the markup"
    assert "{{" not in shown.text
    assert "Upload" in shown.text and "上传素材" not in shown.text
    assert "上传素材" in chinese.text
    assert "prefers-color-scheme: dark" in shown.text


@pytest.mark.anyio
async def test_only_a_good_ticket_opens_the_door(house: Household) -> None:
    page = await page_of(house, "ann")
    other = f"{page[:-1]}{'a' if page[-1] != 'a' else 'b'}"
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        assert (await http.get(other)).status_code == 404
        assert (await http.put(f"{other}/x.mp4", content=b"x")).status_code == 404
        assert (await http.put(f"{page}/x.mp4", content=b"x", headers={"Host": "evil.example"})).status_code == 421
        evil = {"Origin": "https://evil.example"}
        assert (await http.put(f"{page}/x.mp4", content=b"x", headers=evil)).status_code == 403
        assert (await http.post(f"{page}/x.mp4", content=b"x")).status_code in (401, 405)
    assert not (inbox(house, "ann") / "x.mp4").exists()


@pytest.mark.anyio
async def test_the_ticket_of_somebody_removed_is_worthless(house: Household) -> None:
    house.add("eve")
    page = await page_of(house, "eve")
    house.remove("eve")
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        assert (await http.put(f"{page}/x.mp4", content=b"x")).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["%2e%2e%2f%2e%2e%2fevil.mp4", "..%5c..%5cevil.mp4", "%2fetc%2fevil.mp4", "a%00b.mp4"])
async def test_a_hostile_name_stays_in_the_inbox(house: Household, name: str) -> None:
    page = await page_of(house, "ann")
    before = set(house.settings.home.parent.rglob("*.mp4"))
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        sent = await http.put(f"{page}/{name}", content=b"x")
    new = set(house.settings.home.parent.rglob("*.mp4")) - before
    assert sent.status_code == 201
    assert [each.parent for each in new] == [inbox(house, "ann")]
    assert sent.json()["name"] == next(iter(new)).name


@pytest.mark.anyio
async def test_a_file_in_no_format_of_ours_is_refused_before_it_is_read(house: Household) -> None:
    page = await page_of(house, "ann")
    address = urlsplit(page)
    reader, text = await anyio.connect_tcp(address.hostname or "", address.port or 0), b""
    async with reader:
        head = f"PUT {address.path}/virus.exe HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 1000000000\r\n\r\n"
        await reader.send(head.encode())
        with anyio.fail_after(30):
            while b"\r\n\r\n" not in text:
                text += await reader.receive()
    assert text.startswith(b"HTTP/1.1 415")


@pytest.mark.anyio
async def test_a_connection_that_breaks_leaves_nothing(house: Household) -> None:
    page = await page_of(house, "bob")
    address = urlsplit(page)
    stream = await anyio.connect_tcp(address.hostname or "", address.port or 0)
    head = f"PUT {address.path}/half.mp4 HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 1000000\r\n\r\n"
    await stream.send(head.encode() + b"x" * 100_000)
    await until(lambda: list(inbox(house, "bob").glob(".*.part")))
    await stream.aclose()
    await until(lambda: not list(inbox(house, "bob").iterdir()))


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.anyio
@pytest.mark.parametrize(("size", "kind"), [(None, "file_too_large"), (2000, "file_too_large"), (500, "bad_request")])
async def test_what_is_too_long_or_too_short_leaves_nothing(ticket: UploadLink, size: int | None, kind: str) -> None:
    with pytest.raises(ApiError) as caught:
        await receive(ticket, "a.mp4", pieces(b"x" * 600, b"y" * 600), size, limit=1000 if size != 500 else 5000)
    assert caught.value.fault.kind == kind
    assert not ticket.inbox.exists() or list(ticket.inbox.iterdir()) == []


@pytest.mark.anyio
async def test_a_ticket_takes_a_limited_number_of_files(ticket: UploadLink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_links, "FILES_PER_TICKET", 1)
    await receive(ticket, "a.mp4", pieces(b"x"), None)
    with pytest.raises(ApiError) as caught:
        await receive(ticket, "b.mp4", pieces(b"x"), None)
    assert caught.value.fault.kind == "limit"


def test_tickets_expire_are_used_again_while_fresh_and_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = UploadLinks(lambda: "http://h", lambda person: person != "gone")
    first = tickets.page("ann", tmp_path, None)
    assert tickets.page("ann", tmp_path, None) == first
    assert tickets.page("bob", tmp_path, None) != first
    pages = {tickets.page("ann", tmp_path, f"ses_{number}") for number in range(40)}
    good = [page for page in pages if tickets.find(page.rpartition("/")[2])]
    assert len(good) == upload_links.KEPT_PER_PERSON
    assert tickets.find(tickets.page("gone", tmp_path, None).rpartition("/")[2]) is None
    for page in good:
        found = tickets.find(page.rpartition("/")[2])
        assert found is not None
        found.ends -= upload_links.LIFE_S
        assert tickets.find(page.rpartition("/")[2]) is None


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Match.MP4", "Match.mp4"),
        ("../../x.mp4", "x.mp4"),
        ("a<b>:c?.mov", "a b c.mov"),
        (".mp4.mp4", "mp4.mp4"),
        ("con.mp4", "con footage.mp4"),
        ("赛事.mp4", "赛事.mp4"),
        ("e\u0301.mp4", "é.mp4"),
        ("\u202egpj.mp4", "gpj.mp4"),
        ("x" * 300 + ".mp4", "x" * 150 + ".mp4"),
    ],
)
def test_a_name_is_made_fit_for_every_file_system(sent: str, kept: str) -> None:
    assert usable_name(sent) == kept


@pytest.mark.parametrize("name", ["", "x", "x.exe", ".mp4", "x.mp4/", "x.mp4.sh"])
def test_a_name_without_a_known_format_is_refused(name: str) -> None:
    with pytest.raises(ApiError) as caught:
        usable_name(name)
    assert caught.value.fault.kind == "unsupported_file"


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_server_without_people_has_one_inbox_and_keeps_out_of_those_of_people(
    tmp_path: Path, content: bytes
) -> None:
    house = household_in(tmp_path)
    house.settings = house.settings.model_copy(update={"media_roots": (tmp_path,)})
    private = [inbox(house, "ann") / "secret.mp4", house.settings.output_dir / "ann" / "reel.mp4"]
    for file in private:
        await receive(UploadLink("t", "ann", file.parent, None, 0), file.name, pieces(content), None)
    with serving(house):
        async with house.host("") as host, httpx.AsyncClient(trust_env=False, verify=False) as http:
            for file in private:
                error = await host.error("upload", sources=[str(file)])
                assert error["kind"] == "outside_roots"
            found = PAGE.search(error["next_step"])
            assert found is not None
            sent = await http.put(f"{found[0]}/mine.mp4", content=content)
            assert sent.status_code == 201
            added = await host.call("upload", sources=["mine.mp4"])
    assert added["media"][0]["name"] == "mine.mp4"
    assert (house.settings.home / "inbox" / "mine.mp4").exists()


@pytest.mark.anyio
async def test_two_files_of_one_name_at_once_both_stay_where_there_are_no_hard_links(
    ticket: UploadLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: Any, **_named: Any) -> None:
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", refused)

    async def send(number: int) -> None:
        await receive(ticket, "match.mp4", pieces(b"%d" % number), None)

    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(send, number)
    kept = {file.read_bytes() for file in ticket.inbox.iterdir()}
    assert kept == {b"%d" % number for number in range(20)}
