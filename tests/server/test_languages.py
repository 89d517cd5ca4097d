"""A session is spoken to in one language, everywhere: each tool, each next step, each error."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult

from highlight_mcp.server.options import ServerOptions

from .conftest import Bench, Host, text_of

pytestmark = pytest.mark.anyio

ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,;:]+[a-z]{2,}){2,}")
"""Three words in a row: names of files, ids, codes and units stand alone."""

CHINESE = re.compile(r"[\u4e00-\u9fff]")
OBJECT = re.compile(r"\{.*\}")
"""The schema of a wrong operation, which is for programs."""

ERRORS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("upload", {"sources": ["/nowhere/at/all.mp4"]}),
    ("upload", {"sources": ["all.mp4"]}),
    ("upload", {"sources": [""]}),
    ("upload", {"source": ["a.mp4"]}),
    ("upload", {"sources": []}),
    ("upload", {"sources": ["/nowhere/all.mp4"], "session_id": "x", "new_session": True}),
    ("edit", {}),
    ("edit", {"operations": ["cut"]}),
    ("edit", {"operations": [{"op": "trimm"}]}),
    ("edit", {"operations": [{"op": "trim", "head": 3}]}),
    ("edit", {"operations": [{"op": "speed", "factor": 50}]}),
    ("edit", {"operations": [{"op": "remove", "target": {"clips": [90]}}]}),
    ("edit", {"operations": [{"op": "mute"}], "base_version": 900}),
    ("edit", {"operations": [{"op": "mute"}], "session_id": "nobody"}),
    ("preview", {"what": "frame"}),
    ("preview", {"what": "frame", "at_ms": 90_000_000}),
    ("preview", {"what": "poster"}),
    ("export", {"filename": "a/b.mp4"}),
    ("export", {"filename": "reel.gif"}),
    ("export", {"preset": "8k"}),
    ("export", {"render_id": "render_0_nothing"}),
    ("get_state", {"session_id": "nobody"}),
    ("get_state", {"wait_s": 900}),
    ("cancel", {"job_id": "render_0_nothing"}),
    ("cancel", {"job_id": "turn_nothing"}),
)


async def told(host: Host, match: Path, wish: str) -> list[tuple[str, CallToolResult]]:
    """What every tool says while a reel is made, with all progress, and what every error says."""
    results = [("upload", await host.raw("upload", sources=[str(match)], new_session=True))]
    await host.finished("edit", instruction=wish)
    results.append(("edit", await host.raw("edit", operations=[{"op": "mute", "target": {"clips": [1]}}])))
    results.append(("edit again", await host.raw("edit", operations=[{"op": "mute", "target": {"clips": [1]}}])))
    for tool, arguments in (
        ("get_state", {"detail": "full"}),
        ("credits", {}),
        ("preview", {}),
        ("preview", {"what": "moments"}),
        ("preview", {"what": "frame", "at_ms": 0}),
    ):
        results.append((f"{tool} {arguments}", await host.raw(tool, **arguments)))
    await host.finished("export", preset="draft")
    results.append(("export", await host.raw("export", preset="draft", wait_s=25)))
    for tool, arguments in ERRORS:
        result = await host.raw(tool, **arguments)
        assert result.is_error, (tool, arguments, text_of(result))
        results.append((f"{tool} {arguments}", result))
    return results


def sentences(result: CallToolResult) -> Iterator[str]:
    """Every line of a result but the summary line, which the contract fixes."""
    told = [text_of(result), json.dumps(result.structured_content, ensure_ascii=False, indent=0)]
    for line in "\n".join(told).replace("\\n", "\n").splitlines():
        if "Timeline (" not in line:
            yield OBJECT.sub("", line)


@pytest.mark.slow
async def test_a_chinese_session_is_spoken_to_in_chinese_by_every_tool_and_error(bench: Bench, match: Path) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language="zh")
    async with bench.host(options=options) as host:
        for call, result in await told(host, match, "最精彩的片段，10秒"):
            assert not [line for line in sentences(result) if ENGLISH.search(line)], call
            assert CHINESE.search(text_of(result)), call


@pytest.mark.slow
async def test_an_english_session_is_spoken_to_in_english_by_every_tool_and_error(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        for call, result in await told(host, match, "the best moments, 10 seconds"):
            assert not [line for line in sentences(result) if CHINESE.search(line)], call


async def test_who_writes_in_chinese_is_answered_in_chinese_from_then_on_by_any_server(
    bench: Bench, match: Path
) -> None:
    async with bench.host() as host:
        uploaded = await host.raw("upload", sources=[str(match)], new_session=True)
        assert not CHINESE.search(text_of(uploaded))
        edited = await host.finished("edit", instruction="最精彩的片段，10秒")
        assert CHINESE.search(edited["message"])
        session = edited["session_id"]
        assert "素材" in text_of(await host.raw("get_state", session_id=session))
        assert "不限" in text_of(await host.raw("credits"))
        assert CHINESE.search((await host.error("cancel", job_id="render_0_nothing"))["message"])
    async with bench.host() as other:
        assert "素材" in text_of(await other.raw("get_state", session_id=session))
