"""Finished reels for people at other machines: an address with a ticket, and what a hostile reader can do with it."""

import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import anyio
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.types import ResourceLink, TextResourceContents
from starlette.applications import Starlette

from highlight_mcp.server import file_links
from highlight_mcp.server.context import request_url
from highlight_mcp.server.file_links import KEPT_PER_PERSON, ReelLinks, disposition, lasting, reel_routes
from highlight_mcp.server.http.app import HttpOptions
from highlight_mcp.server.http.users import new_token
from highlight_mcp.settings import Settings
from media_factory import make_clip

from .conftest import Host, Mode, text_of
from .household import Household, household_in, serving

ADDRESS = re.compile(r"http://[^\s/]+/reels/[\w-]{32}/\S+")
NAME = 'My "best"; filename=evil.html é 赛事'


HOSTILE = ["a\r\nSet-Cookie: x=1.mp4", 'x"; filename="y.html', "\u202egpj.mp4", "a\tb\x7f", "%0d%0aX", "\udcff.mp4"]


@dataclass
class Reel:
    """Ann's finished reel: who made it, where its file is, and an address of it."""

    session: str
    render: str
    file: Path
    url: str

    @property
    def door(self) -> str:
        """The address without the file name."""
        return self.url.rpartition("/")[0]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """Ann and Bob, who are at other machines; each may read a folder with a clip."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "shelf").mkdir()
    make_clip(folder / "shelf" / "match.mp4", seconds=2, size=(160, 90))
    household = household_in(folder)
    for name in ("ann", "bob"):
        household.add(name, folder / "shelf")
    with serving(household) as served:
        yield served


@pytest.fixture(scope="module")
async def made(house: Household, anyio_backend: str) -> dict[str, Any]:
    """What `export` has answered to Ann, once for all tests."""
    async with house.host("ann") as ann:
        return await cut(house, ann)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def reel(house: Household, made: dict[str, Any]) -> Reel:
    """Ann's reel with an address of this moment."""
    async with house.host("ann") as ann:
        told = await ann.call("export", render_id=made["render_id"])
    (file,) = (house.settings.output_dir / "ann").glob("My*.mp4")
    return Reel(made["session_id"], made["render_id"], file, told["url"])


async def cut(house: Household, host: Host, filename: str = NAME) -> dict[str, Any]:
    """Footage, a cut, and the finished reel."""
    source = house.settings.home.parent / "shelf" / "match.mp4"
    await host.call("upload", sources=[str(source)], new_session=True)
    await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 1000]]}])
    return await host.finished("export", preset="draft", filename=filename)


async def ask(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """One request with the headers as given, `_` for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        return await http.request(method, url, headers=named)


def saved_as(answer: httpx.Response) -> str:
    """The file name as a browser reads it (RFC 6266: the extended one counts)."""
    return unquote(answer.headers["content-disposition"].rpartition("''")[2], errors="strict")


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_person_at_another_machine_is_told_an_address_and_downloads_the_reel(
    house: Household, made: dict[str, Any], reel: Reel, either: Mode
) -> None:
    async with house.host("ann", either) as ann:
        result = await ann.raw("export", render_id=made["render_id"])
        state = await ann.raw("get_state", session_id=reel.session)
        read = await ann.client.read_resource(f"render://{reel.session}/{reel.render}")
    told = dict(result.structured_content or {})
    assert "path" not in told
    assert told["next_step"] == f"Download it here within an hour: {told['url']}"
    assert f"Download it here within an hour: {told['url']}" in text_of(result)
    link = next(each for each in result.content if isinstance(each, ResourceLink))
    assert (str(link.uri), link.mime_type, link.name) == (told["url"], "video/mp4", reel.file.name)
    listed = (state.structured_content or {})["renders"][0]
    assert listed["url"] in text_of(state)
    assert isinstance(read.contents[0], TextResourceContents)
    for text in (text_of(result), text_of(state), read.contents[0].text):
        assert str(house.settings.output_dir) not in text, "a path of the server means nothing to her"
        (found, *_) = ADDRESS.findall(text)
        answer = await ask(found.rstrip('",'))
        assert answer.status_code == 200
        assert answer.content == reel.file.read_bytes()


@pytest.mark.anyio
async def test_the_download_says_what_it_is_and_is_kept_by_nobody_else(reel: Reel) -> None:
    answer = await ask(reel.url)
    heads = answer.headers
    assert (heads["content-type"], heads["accept-ranges"]) == ("video/mp4", "bytes")
    assert int(heads["content-length"]) == reel.file.stat().st_size
    assert heads["etag"].startswith('"')
    assert (heads["cache-control"], heads["referrer-policy"]) == ("no-store", "no-referrer")
    assert heads["x-content-type-options"] == "nosniff"
    assert "sandbox" in heads["content-security-policy"]
    assert heads["content-disposition"].startswith("attachment; ")
    assert saved_as(answer) == reel.file.name


@pytest.mark.anyio
async def test_a_head_request_is_answered_like_a_get_without_its_body(reel: Reel) -> None:
    got, head = await ask(reel.url), await ask(reel.url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "content-disposition"):
        assert head.headers[name] == got.headers[name]
    assert (await ask(reel.url, "GET", if_none_match=got.headers["etag"])).status_code == 304
    assert (await ask(reel.url, "GET", if_none_match='"other"')).status_code == 200


@pytest.mark.anyio
async def test_a_broken_download_is_taken_up_again_where_it_broke(reel: Reel) -> None:
    whole = reel.file.read_bytes()
    etag = (await ask(reel.url, "HEAD")).headers["etag"]
    rest = await ask(reel.url, range="bytes=1000-", if_range=etag)
    assert (rest.status_code, rest.content) == (206, whole[1000:])
    assert rest.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert (await ask(reel.url, range="bytes=0-0")).content == whole[:1]
    assert (await ask(reel.url, range="bytes=-10")).content == whole[-10:]
    changed = await ask(reel.url, range="bytes=1000-", if_range='"another file"')
    assert (changed.status_code, changed.content) == (200, whole)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "asked",
    [
        f"bytes={'9' * 5000}-",
        "bytes=99999999999-",
        "bytes=-0",
        "bytes=5-2",
        "bytes=--5",
        "bytes=",
        "bytes=a-b",
        "lines=1-2",
        "\xff=\xff",
        "bytes=" + ",".join(["0-"] * 2000),
        "bytes=" + ",".join(f"{each}-" for each in range(90)),
        "bytes=" + ",".join(f"{each * 2}-{each * 2}" for each in range(90)),
    ],
)
async def test_no_range_makes_the_server_stumble_or_send_more_than_the_file(reel: Reel, asked: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http:
        answer = await http.get(reel.url, headers=[(b"Range", asked.encode("latin-1"))])
    assert answer.status_code in (200, 206, 400, 416)
    assert len(answer.content) <= reel.file.stat().st_size + 90 * 200
    if answer.status_code == 416:
        assert answer.headers["content-range"] == f"bytes */{reel.file.stat().st_size}"


@pytest.mark.anyio
async def test_whatever_is_not_there_is_alike(house: Household, reel: Reel) -> None:
    root, ticket, name = reel.door.rpartition("/")[0], reel.door.rpartition("/")[2], quote(reel.file.name, safe="")
    guess = f"{ticket[:-1]}{'a' if ticket[-1] != 'a' else 'b'}"
    paths = [
        f"{guess}/{name}",
        f"{'x' * 32}/{name}",
        f"{ticket}/{name}x",
        f"{ticket}/other.mp4",
        f"{ticket}/{name}/",
        f"{ticket}/{name.upper()}",
        f"{ticket}/",
        ticket,
        f"{ticket}/..%2f..%2fdata%2fpeople.toml",
        f"{ticket}/%2e%2e/%2e%2e/data/people.toml",
        f"{ticket}/..%5c..%5cpeople.toml",
        f"{ticket}/{quote(str(reel.file), safe='')}",
        f"{ticket}//{name}",
        f"{ticket}/{name}%00",
        f"{ticket}/%ff%fe",
        f"%2e%2e/{ticket}/{name}",
        f"{ticket}%00/{name}",
        f"{'a' * 5000}/{name}",
    ]
    seen = set()
    for path in paths:
        for method in ("GET", "HEAD"):
            answer = await ask(f"{root}/{path}", method, range="bytes=0-1")
            heads = tuple(sorted((key, value) for key, value in answer.headers.items() if key != "date"))
            seen.add((answer.status_code, answer.text if method == "GET" else "", method, heads))
    assert len(seen) == 2, "one answer to GET, and the same to HEAD"
    assert {status for status, *_ in seen} == {404}
    assert "calls export again" in next(text for _, text, method, _ in seen if method == "GET")


@pytest.mark.anyio
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_other_methods_say_nothing_of_a_ticket_and_change_nothing(reel: Reel, method: str) -> None:
    before = reel.file.read_bytes()
    good = await ask(reel.url, method, origin=reel.url[: reel.url.index("/reels")])
    bad = await ask(reel.url.replace(reel.door[-8:], "x" * 8), method, origin=reel.url[: reel.url.index("/reels")])
    assert good.status_code == bad.status_code
    assert 400 <= good.status_code < 500
    assert good.content == bad.content
    assert not [name for name in good.headers if name.startswith("access-control")]
    assert reel.file.read_bytes() == before


@pytest.mark.anyio
async def test_other_names_of_the_server_and_other_web_pages_are_turned_away(reel: Reel) -> None:
    assert (await ask(reel.url, host="evil.example")).status_code == 421
    assert (await ask(reel.url, origin="https://evil.example")).status_code == 403


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_render_of_another_gets_nobody_an_address(house: Household, reel: Reel) -> None:
    async with house.host("bob") as bob:
        for render in (reel.render, "render_nobody"):
            result = await bob.raw("export", render_id=render)
            assert result.is_error
            assert "/reels/" not in text_of(result)
        own = await cut(house, bob)
    token = urlsplit(own["url"]).path.split("/")[2]
    mixed = f"{reel.door.rpartition('/')[0]}/{token}/{quote(reel.file.name, safe='')}"
    his = await ask(own["url"])
    both = await ask(mixed)
    assert his.status_code == 200
    assert both.status_code == 200, "the same name, but his own reel"
    (file,) = (house.settings.output_dir / "bob").glob("*.mp4")
    assert both.content == file.read_bytes()


@pytest.mark.anyio
async def test_an_address_ends_after_an_hour_and_export_gives_a_new_one(
    house: Household, reel: Reel, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = time.monotonic() + file_links.LIFE_S + 1
    with monkeypatch.context() as later:
        later.setattr(file_links, "time", SimpleNamespace(monotonic=lambda: late))
        assert (await ask(reel.url)).status_code == 404
        async with house.host("ann") as ann:
            told = await ann.call("export", render_id=reel.render)
        assert told["url"] != reel.url
        assert (await ask(told["url"])).status_code == 200
        assert (await ask(reel.url)).status_code == 404


@pytest.mark.slow
@pytest.mark.anyio
async def test_the_addresses_of_somebody_removed_are_worthless_even_to_a_namesake(house: Household) -> None:
    shelf = house.settings.home.parent / "shelf"
    house.add("eve", shelf)
    async with house.host("eve") as eve:
        told = await cut(house, eve)
    assert (await ask(told["url"])).status_code == 200
    house.remove("eve")
    gone = await ask(told["url"])
    assert gone.status_code == 404
    assert "no longer" in gone.text
    house.add("eve", shelf)
    assert (await ask(told["url"])).status_code == 404
    async with house.host("eve") as eve:
        again = await eve.call("export", render_id=told["render_id"])
    assert (await ask(again["url"])).status_code == 200
    house.remove("eve")


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_reel_whose_file_was_removed_is_told_as_such_and_made_again(house: Household) -> None:
    async with house.host("ann") as ann:
        told = await cut(house, ann, "short lived")
        file = house.settings.output_dir / "ann" / "short lived.mp4"
        file.unlink()
        assert (await ask(told["url"])).status_code == 404
        error = await ann.error("export", render_id=told["render_id"])
        assert error["kind"] == "file_missing"
        assert "short lived.mp4 was made, but its file is no longer in the output folder" in error["message"]
        assert "without render_id" in error["next_step"]
        state = await ann.raw("get_state")
        assert "its file is no longer in the output folder" in text_of(state)
        read = await ann.client.read_resource(f"render://{told['session_id']}/{told['render_id']}")
        assert isinstance(read.contents[0], TextResourceContents)
        assert "no longer in the output folder" in read.contents[0].text
        file.symlink_to(house.file)
        assert (await ask(told["url"])).status_code == 404, "a link in its place is not followed"
        assert (await ann.error("export", render_id=told["render_id"]))["kind"] == "file_missing"
        file.unlink()
        again = await ann.finished("export", preset="draft", filename="short lived")
    assert (await ask(again["url"])).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("name", HOSTILE)
async def test_a_file_name_puts_nothing_into_the_headers(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"reel")
    tickets = ReelLinks(lambda: "http://h")
    url = tickets.address("ann", "render_1", file, tmp_path)
    transport = httpx.ASGITransport(Starlette(routes=reel_routes(tickets)))
    async with httpx.AsyncClient(transport=transport) as http:
        answer = await http.get(url)
    assert (answer.status_code, answer.content) == (200, b"reel")
    assert "set-cookie" not in answer.headers
    head = answer.headers["content-disposition"]
    assert re.fullmatch(r"attachment; filename=\"[\w ().-]+\"; filename\*=UTF-8''[\w.%~-]+", head, re.ASCII)
    assert not {"\r", "\n", "\0", "\u202e"} & set(saved_as(answer))


@given(st.text(min_size=1))
def test_every_name_makes_one_plain_header_that_keeps_it(name: str) -> None:
    name = name.encode("utf-8", "ignore").decode() or "x"
    head = disposition(name)
    assert head.isascii()
    assert head.isprintable()
    assert head.count('"') == 2
    assert unquote(head.rpartition("''")[2]) == name


@pytest.mark.slow
@pytest.mark.anyio
async def test_asking_again_and_again_makes_no_heap_of_addresses(house: Household, reel: Reel) -> None:
    async with house.host("ann") as ann:
        exported = {(await ann.call("export", render_id=reel.render))["url"] for _ in range(5)}
        states = [await ann.call("get_state", session_id=reel.session) for _ in range(5)]
    assert exported == {reel.url}
    assert {state["renders"][0]["url"] for state in states} == {reel.url}


def test_one_person_cannot_crowd_out_another(tmp_path: Path) -> None:
    tickets = ReelLinks(lambda: "http://h/")
    reel = tmp_path / "a.mp4"
    hers = tickets.address("ann", "render_1", reel, tmp_path)
    his = [tickets.address("bob", f"render_{number}", reel, tmp_path) for number in range(1000)]
    assert len({*his, hers}) == 1001
    good = [url for url in [hers, *his] if tickets.find(*url.split("/")[-2:])]
    assert good == [hers, *his[-KEPT_PER_PERSON:]]


def test_only_a_plain_file_below_the_folder_lasts(tmp_path: Path) -> None:
    reels = tmp_path / "reels"
    (reels / "deep").mkdir(parents=True)
    other = tmp_path / "other.mp4"
    for file in (other, reels / "good.mp4", reels / "deep" / "good.mp4"):
        file.write_bytes(b"x")
    (reels / "link.mp4").symlink_to(other)
    (reels / "away").symlink_to(tmp_path)
    os.mkfifo(reels / "pipe.mp4")
    good = [reels / "good.mp4", reels / "deep" / "good.mp4"]
    bad = [other, reels / "link.mp4", reels / "away" / "other.mp4", reels / "pipe.mp4", reels / "deep", reels]
    bad += [reels / ".." / "other.mp4", reels / "none.mp4", reels / "a\0b"]
    assert [lasting(file, reels) is not None for file in good] == [True] * 2
    assert [lasting(file, reels) for file in bad] == [None] * len(bad)
    assert lasting(good[0], tmp_path / "absent") is None


@pytest.mark.anyio
async def test_a_reader_who_goes_away_in_the_middle_harms_nobody(reel: Reel) -> None:
    address = urlsplit(reel.url)
    for _ in range(20):
        async with await anyio.connect_tcp(address.hostname or "", address.port or 0) as stream:
            await stream.send(f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            assert (await stream.receive(64)).startswith(b"HTTP/1.1 200")
    assert (await ask(reel.url)).status_code == 200


@pytest.mark.slow
@pytest.mark.anyio
async def test_who_is_at_the_machine_of_the_server_is_told_the_path_as_well(tmp_path: Path) -> None:
    house = household_in(tmp_path)
    (tmp_path / "shelf").mkdir()
    make_clip(tmp_path / "shelf" / "match.mp4", seconds=2, size=(160, 90))
    house.settings = house.settings.model_copy(update={"media_roots": (tmp_path,)})
    with serving(house):
        async with house.host("") as host:
            made = await cut(house, host, "mine")
            result = await host.raw("export", render_id=made["render_id"])
        assert await anyio.Path(made["path"]).read_bytes() == (await ask(made["url"])).content
        assert f"The reel is at {made['path']}" in text_of(result)
        assert "Download it here within an hour: http://127.0.0.1:" in text_of(result)
        links = [str(each.uri) for each in result.content if isinstance(each, ResourceLink)]
        assert [urlsplit(uri).scheme for uri in links] == ["file", "http", "render"]
        house.url = house.url.replace("127.0.0.1", "localhost")
        async with house.host("") as host:
            told = await host.call("export", render_id=made["render_id"])
        assert told["url"].startswith("http://localhost:"), "the address by which the caller has come"
    house.tokens["shared"] = new_token()
    house.settings = house.settings.model_copy(update={"http_token": house.tokens["shared"]})
    house.options = HttpOptions(port=0, public_url="https://reels.example.com/app/")
    with serving(house):
        async with house.host("shared") as host:
            told = await host.call("export", render_id=made["render_id"])
    assert told["url"].startswith("https://reels.example.com/app/reels/")
    assert "path" not in told, "a public address stands before another machine"


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("media-box:8765", "http://media-box:8765"),
        ("[::1]:80", "http://[::1]:80"),
        ("localhost", "http://localhost"),
        ("localhost:80@evil.example", None),
        ("localhost:80/../x", None),
        ("a b", None),
        ("localhost:\r\nX: y", None),
        (None, None),
    ],
)
def test_an_address_is_made_of_a_proper_host_only(host: str | None, base: str | None) -> None:
    request = SimpleNamespace(headers={"host": host} if host else {}, url=SimpleNamespace(scheme="http"))
    assert request_url(request) == base
    assert request_url(None) is None


@contextmanager
def talkative(settings: Settings, log: Path) -> Iterator[str]:
    """The address of the real command on the same data; it logs all it ever would."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("HIGHLIGHT_", "NEMO_"))},
        "HIGHLIGHT_HOME": str(settings.home),
        "HIGHLIGHT_OUTPUT_DIR": str(settings.output_dir),
        "HIGHLIGHT_MEDIA_ROOTS": os.pathsep.join(map(str, settings.media_roots)),
        "HIGHLIGHT_IDLE_EXIT_S": "300",
        "HIGHLIGHT_LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "highlight_mcp", "http", "--port", "0"]
    with log.open("wb") as said, subprocess.Popen(command, env=environment, stdout=said, stderr=said) as server:
        while not (found := re.search(r"http://\S+/mcp", log.read_text())):
            assert server.poll() is None, log.read_text()
        try:
            yield found[0]
        finally:
            server.terminate()


@pytest.mark.slow
@pytest.mark.anyio
async def test_no_ticket_is_logged(
    house: Household, reel: Reel, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpx2", "httpcore2", "mcp.client", "client"):
        caplog.set_level(logging.WARNING, logger=name)
    with talkative(house.settings, tmp_path / "log") as url:
        async with replace(house, url=url).host("ann") as ann:
            told = (await ann.call("export", render_id=reel.render))["url"]
        for each in (told, reel.url):
            assert (await ask(each)).status_code == 200
            assert (await ask(f"{each}x")).status_code == 404
            assert (await ask(each, "POST")).status_code == 401
    said = (tmp_path / "log").read_text() + caplog.text
    for each in (told, reel.url):
        assert urlsplit(each).path.split("/")[2] not in said
    assert "Traceback" not in said


@pytest.mark.anyio
async def test_each_file_of_a_reel_in_parts_has_an_address_for_who_does_not_see_its_folder(
    house: Household, made: dict[str, Any]
) -> None:
    async with house.host("ann") as ann:
        told = await ann.finished("export", session_id=made["session_id"], preset="draft", split=True, filename="parts")
    assert "path" not in told
    assert "url" not in told
    answers = [await ask(address) for address in told["files"]]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.headers["content-type"] for answer in answers] == ["image/jpeg", "video/mp4", "application/json"]
