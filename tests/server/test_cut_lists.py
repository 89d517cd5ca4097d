"""Reels for other editors, through the whole way: tool, client, HTTP, backend process, engine child."""

import csv
import io
import json
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as Tree

import pytest
from mcp.types import ResourceLink

from highlight_mcp.interchange.formats import FORMATS
from highlight_mcp.server.options import ServerOptions

from .conftest import Bench, Host, text_of

pytestmark = pytest.mark.anyio
KEPT = [{"op": "keep", "ranges_ms": [[1000, 5000], [10_000, 14_000]]}, {"op": "speed", "factor": 2, "clips": [2]}]


async def cut(host: Host, file: Path) -> None:
    """A session with two clips of a recording."""
    await host.call("upload", sources=[str(file)], new_session=True)
    edited = await host.finished("edit", operations=KEPT)
    assert edited["status"] == "done"


async def test_a_reel_goes_out_in_each_format_linked_to_the_persons_own_file(bench: Bench, match: Path) -> None:
    mine = match.with_name("50% Fußball & “Tor” 进球.mp4")
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
