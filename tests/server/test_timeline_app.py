"""The MCP App as a host finds it, and the small clips it plays; what it does is tested in tests/app."""

import base64
import re
from importlib.resources import files
from pathlib import Path

import pytest
from mcp import MCPError
from mcp.types import BlobResourceContents, TextResourceContents

import highlight_mcp.server
from highlight_mcp.messages import load
from highlight_mcp.server.timeline_app import SCRIPTS, TIMELINE_URI, timeline_page

from .conftest import Bench, Mode

SOURCES = Path(str(files(highlight_mcp.server))) / "ui"
KEEP = [{"op": "keep", "ranges_ms": [[0, 4000], [12000, 16000]]}]


@pytest.mark.anyio
async def test_a_host_finds_the_page_with_a_policy_that_lets_nothing_out(bench: Bench, era: Mode) -> None:
    async with bench.host(era) as host:
        tools = (await host.client.list_tools()).tools
        (content,) = (await host.client.read_resource(TIMELINE_URI)).contents
    bound = {tool.name: tool.meta["ui"]["resourceUri"] for tool in tools if tool.meta}
    assert bound == {"edit": TIMELINE_URI, "preview": TIMELINE_URI}
    assert isinstance(content, TextResourceContents)
    assert content.mime_type == "text/html;profile=mcp-app"
    assert content.meta is not None
    assert set(map(tuple, content.meta["ui"]["csp"].values())) == {()}
    assert content.text.startswith("<!doctype html>")


@pytest.mark.anyio
async def test_the_server_declares_the_extension(bench: Bench) -> None:
    async with bench.host("auto") as host:
        capabilities = host.client.server_capabilities
    assert capabilities is not None
    assert "io.modelcontextprotocol/ui" in (capabilities.extensions or {})


@pytest.mark.anyio
async def test_a_part_of_the_cut_can_be_read_as_a_small_mp4(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        session = (await host.call("upload", sources=[str(match)], new_session=True))["session_id"]
        await host.call("edit", operations=KEEP)
        (content,) = (await host.client.read_resource(f"clip://{session}/3000-5500")).contents
        assert isinstance(content, BlobResourceContents)
        assert content.mime_type == "video/mp4"
        data = base64.b64decode(content.blob)
        assert data[4:8] == b"ftyp"
        assert 2_000 < len(data) < 1_500_000
        for wrong in ("5000-5000", "0-20000", "9000-9500", "soon", "1-2-3", "-1-5"):
            with pytest.raises(MCPError) as caught:
                await host.client.read_resource(f"clip://{session}/{wrong}")
            assert caught.value.error.code == -32602, wrong
            assert caught.value.error.message


def test_the_page_needs_nothing_from_outside() -> None:
    document = timeline_page()
    assert len(document.encode()) < 100_000
    assert set(re.findall(r"https?://[^\"' ]+", document)) <= {"http://www.w3.org/2000/svg"}
    assert re.findall(r"<(?:link|img|script src|iframe)", document) == []
    assert re.findall(r"@import|url\(", document) == []
    assert document.count("</script>") == 1


def test_no_script_writes_markup_or_evaluates_text() -> None:
    for name in SCRIPTS:
        text = (SOURCES / name).read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", text), name


def test_every_script_is_in_the_page_after_those_it_imports_from() -> None:
    assert {path.name for path in SOURCES.glob("*.js")} == set(SCRIPTS)
    for place, name in enumerate(SCRIPTS):
        text = (SOURCES / name).read_text(encoding="utf-8")
        assert len(text.splitlines()) < 300, name
        needed = re.findall(r'^import \{[^}]*\} from "\./([\w.]+)";$', text, flags=re.MULTILINE)
        assert set(needed) <= set(SCRIPTS[:place]), name
        for imported, source in re.findall(r'^import \{([^}]*)\} from "\./([\w.]+)";$', text, flags=re.MULTILINE):
            offered = (SOURCES / source).read_text(encoding="utf-8")
            for one in map(str.strip, imported.split(",")):
                assert re.search(rf"^export (?:async )?(?:function|class|const|let) {one}\b", offered, re.MULTILINE), (
                    one
                )


def test_no_two_scripts_use_one_name_for_different_things() -> None:
    pattern = r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)"
    names = [
        name
        for script in SCRIPTS
        for name in re.findall(pattern, (SOURCES / script).read_text(encoding="utf-8"), flags=re.MULTILINE)
    ]
    assert sorted(names) == sorted(set(names))


def test_the_page_says_nothing_that_is_not_in_the_catalogue() -> None:
    used = set(re.findall(r'\bsay\(\s*"(\w+)"', timeline_page()))
    assert used <= load("en", "page").keys()
