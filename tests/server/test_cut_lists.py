"""Reels for other editors, through the whole way: tool, client, HTTP, backend process, engine child."""

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as Tree

import httpx
import pytest
from mcp.types import ResourceLink

from highlight_mcp.interchange.formats import FORMATS
from highlight_mcp.server.options import ServerOptions
from media_factory import copy_of, make_clip

from .conftest import Bench, Host, text_of
from .household import household_in, serving

pytestmark = pytest.mark.anyio
KEPT = [{"op": "keep", "ranges_ms": [[1000, 5000], [10_000, 14_000]]}, {"op": "speed", "factor": 2, "clips": [2]}]


async def cut(host: Host, file: Path) -> None:
    """A session with two clips of a recording."""
    await host.call("upload", sources=[str(file)], new_session=True)
    edited = await host.finished("edit", operations=KEPT)
    assert edited["status"] == "done"


@pytest.mark.slow
async def test_a_reel_goes_out_in_each_format_linked_to_the_persons_own_file(bench: Bench, match: Path) -> None:
    mine = match.with_name("50% Fußball & “Tor” ゴール.mp4")
    shutil.copyfile(match, mine)
    async with bench.host() as host:
        await cut(host, mine)
        made = {}
        for name in FORMATS:
            result = await host.raw("export", preset=name, filename="my cut", wait_s=25)
            answer = result.structured_content or {}
            assert answer["status"] == "completed", answer
            made[name] = Path(answer["path"])
            assert made[name].name == f"my cut.{FORMATS[name].ending}"
            assert answer["method"] == "listed" and answer["duration_ms"] == 6000
            assert all(check["ok"] for check in answer.get("checks") or [])
            assert len(answer.get("checks") or []) == (FORMATS[name].reader is not None)
            link = next(block for block in result.content if isinstance(block, ResourceLink))
            assert str(link.uri) == made[name].as_uri() and "video" not in str(link.mime_type)
    timeline = json.loads(made["otio"].read_text("utf-8"))
    urls = [
        clip["media_references"]["DEFAULT_MEDIA"]["target_url"]
        for clip in timeline["tracks"]["children"][0]["children"]
    ]
    assert [unquote(urlsplit(url).path) for url in urls] == [str(mine)] * 2
    media = Tree.parse(made["fcpxml"]).getroot().find(".//media-rep")
    assert media is not None and unquote(urlsplit(media.get("src") or "").path) == str(mine)
    path = Tree.parse(made["premiere"]).getroot().findtext(".//pathurl")
    assert path is not None and unquote(urlsplit(path).path) == str(mine)
    assert "AA/V  C        00:00:01:00 00:00:05:00 01:00:00:00 01:00:04:00" in made["edl"].read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(made["csv"].read_text("utf-8-sig"))))
    assert [(row["source_in"], row["source_out"], row["speed"]) for row in rows] == [
        ("00:00:01:00", "00:00:05:00", "1"),
        ("00:00:10:00", "00:00:14:00", "2"),
    ]
    assert "00:00:10:00" in made["capcut"].read_text("utf-8")


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Not carried over: zoom of clip 1"), ("zh", "未能带过去：第 1 段的缩放")]
)
async def test_what_the_format_has_no_place_for_is_told(bench: Bench, match: Path, language: str, told: str) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language=language)
    async with bench.host(options=options) as host:
        await cut(host, match)
        await host.finished("edit", operations=[{"op": "zoom", "clips": [1], "factor": 1.5}])
        result = await host.raw("export", filename="cut.edl", wait_s=25)
    assert told in " ".join((result.structured_content or {})["warnings"])
    assert told in text_of(result)


@pytest.mark.parametrize("name", ["otio", "fcpxml", "edl"])
async def test_a_cut_of_another_editor_becomes_the_timeline_with_its_footage(
    bench: Bench, match: Path, tmp_path: Path, name: str
) -> None:
    async with bench.host() as host:
        await cut(host, match)
        made = await host.finished("export", preset=name)
        before = (await host.call("get_state", detail="full"))["timeline"]
        beside = match.with_name(f"from elsewhere.{name}")
        shutil.copyfile(made["path"], beside)
        taken = await host.call("upload", sources=[str(beside)], new_session=True, wait_s=25)
        assert taken["status"] == "done", taken
        assert [each["name"] for each in taken["media"]] == ["match.mp4"]
        assert f"Took over from elsewhere.{name}: 2 clips" in taken["message"]
        after = (await host.call("get_state", detail="full"))["timeline"]
        assert after["version"] == 1 and after["duration_ms"] == before["duration_ms"]
        assert [places(track) for track in after["tracks"]] == [places(track) for track in before["tracks"]]
        assert [place[3:5] for place in places(after["tracks"][0])] == [(1000, 5000), (10_000, 14_000)]
        edited = await host.finished("edit", operations=[{"op": "remove", "clips": [1]}])
        assert edited["timeline"]["duration_ms"] == 2000
        undone = await host.finished("edit", operations=[{"op": "undo", "steps": 1}])
        assert undone["timeline"]["duration_ms"] == before["duration_ms"]


def places(track: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where clips lie and what they show."""
    names = ("start_ms", "end_ms", "media_id", "in_ms", "out_ms", "speed")
    return [tuple(clip.get(name) for name in names) for clip in track["clips"]]


async def test_a_list_is_taken_over_in_a_session_that_has_its_footage_and_what_is_missing_is_told(
    bench: Bench, match: Path
) -> None:
    text = (
        "TITLE: Rough\n001  AX  V  C  00:00:01:00 00:00:03:00 00:00:00:00 00:00:02:00\n* FROM CLIP NAME: MATCH.MP4\n"
        "002  AX  V  C  00:00:01:00 00:00:03:00 00:00:02:00 00:00:04:00\n* FROM CLIP NAME: gone.mov\n"
    )
    folder = match.parent / "lists"
    folder.mkdir()
    (folder / "rough.edl").write_text(text)
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        taken = await host.call("upload", sources=[str(folder / "rough.edl")], wait_s=25)
        assert "footage that was not found: gone.mov (black in its place)" in taken["message"]
        assert (await host.call("get_state"))["timeline"]["duration_ms"] == 4000


async def test_a_list_that_cannot_be_read_is_refused_with_its_line_and_leaves_nothing(
    bench: Bench, match: Path
) -> None:
    bomb = match.with_name("bomb.fcpxml")
    bomb.write_text('<!DOCTYPE fcpxml [<!ENTITY a "b">]>\n<fcpxml version="1.9">&a;</fcpxml>')
    broken = match.with_name("broken.edl")
    broken.write_text("TITLE: x\n001  AX  V  C  nonsense\n")
    hidden = Path("/etc/hosts.edl")
    async with bench.host() as host:
        for path, told in ((bomb, "declares entities"), (broken, "Line 2 cannot be read"), (hidden, str(hidden))):
            error = await host.error("upload", sources=[str(path)], new_session=True)
            assert told in error["message"]
        two = await host.error("upload", sources=[str(bomb), str(broken)])
        assert "2 lists of cuts" in two["message"]


@pytest.mark.slow
async def test_over_http_a_list_is_fetched_and_names_no_folder_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    shelf = make_clip(tmp_path / "shelf" / "match.mp4", seconds=2)
    house = household_in(tmp_path)
    house.add("ann", shelf.parent)
    inbox = house.settings.home / "users" / "ann" / "inbox"
    inbox.mkdir(parents=True)
    copy_of(shelf, "my phone.mp4").rename(inbox / "my phone.mp4")
    with serving(house):
        async with house.host("ann") as ann:
            await ann.call("upload", sources=[str(shelf), "my phone.mp4"], new_session=True)
            whole = [{"op": "keep", "ranges_ms": [[0, 1000]], "source": name} for name in ("match.mp4", "my phone.mp4")]
            assert (await ann.finished("edit", operations=whole))["status"] == "done"
            made = await ann.finished("export", preset="otio")
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(made["url"])
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    links = [part["target_url"] for part in references(answer.json())]
    assert set(links) == {shelf.as_uri(), "./my%20phone.mp4"}
    assert str(house.settings.home) not in answer.text
    assert any("my phone.mp4 came as an upload" in each for each in made["warnings"])


def references(value: Any) -> list[dict[str, Any]]:
    """The files that an OTIO document names, wherever they stand in it."""
    if isinstance(value, list):
        return [found for each in value for found in references(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("OTIO_SCHEMA") == "ExternalReference.1" else []
    return own + [found for each in value.values() for found in references(each)]
