"""A session is spoken to in one language, everywhere: each tool, each next step, each error."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp.types import CallToolResult, TextContent
from pydantic import ValidationError

from highlight_mcp.backend_locator import open_client
from highlight_mcp.contract.draft_codec import parse_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.messages import use_language
from highlight_mcp.server.options import ServerOptions
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.schemas import fault_of

from .conftest import Bench, Host, text_of

pytestmark = pytest.mark.anyio

ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [a-z]{2,}){2,}")
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
    ("edit", {"operations": [{"op": "mute"}], "base_version": 900}),
    ("edit", {"operations": [{"op": "mute"}], "session_id": "nobody"}),
    ("preview", {"what": "frame"}),
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
    """What every tool says while a reel is made."""
    results = [("upload", await host.raw("upload", sources=[str(match)], new_session=True))]
    await host.finished("edit", instruction=wish)
    results.append(("edit", await host.raw("edit", operations=[{"op": "mute", "target": {"clips": [1]}}], wait_s=25)))
    again = [{"op": "mute", "target": {"clips": [1]}}, {"op": "remove", "target": {"clips": [90]}}]
    results.append(("edit again", await host.raw("edit", operations=again, wait_s=25)))
    for tool, arguments in (
        ("get_state", {"detail": "full", "wait_s": 25}),
        ("credits", {}),
        ("preview", {}),
        ("preview", {"what": "moments"}),
        ("preview", {"what": "frame", "at_ms": 0}),
        ("preview", {"what": "frame", "at_ms": 90_000_000}),
    ):
        results.append((f"{tool} {arguments}", await host.raw(tool, **arguments)))
    await host.finished("export", preset="draft")
    return [*results, ("export", await host.raw("export", preset="draft", wait_s=25))]


async def refusals(host: Host, match: Path) -> list[tuple[str, CallToolResult]]:
    """What every error says that is found before anything is worked on."""
    await host.call("upload", sources=[str(match)], new_session=True)
    results = [(f"{tool} {arguments}", await host.raw(tool, **arguments)) for tool, arguments in ERRORS]
    assert [call for call, result in results if not result.is_error] == []
    return results


def sentences(result: CallToolResult) -> Iterator[str]:
    """Every line of a result but the summary line, which the contract fixes."""
    told = [text_of(result), json.dumps(result.structured_content, ensure_ascii=False, indent=0)]
    for line in "\n".join(told).replace("\\n", "\n").splitlines():
        if "Timeline (" not in line:
            yield OBJECT.sub("", line)


def strangers(results: list[tuple[str, CallToolResult]], other: re.Pattern[str]) -> list[tuple[str, str]]:
    """The lines that are in another language."""
    return [(call, line) for call, result in results for line in sentences(result) if other.search(line)]


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_chinese_session_is_spoken_to_in_chinese_by_every_tool(bench: Bench, match: Path) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language="zh")
    async with bench.host(options=options) as host:
        results = await told(host, match, "最精彩的片段，10秒")
        assert strangers(results, ENGLISH) == []
        assert [call for call, result in results if not CHINESE.search(text_of(result))] == []


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_an_english_session_is_spoken_to_in_english_by_every_tool(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        assert strangers(await told(host, match, "the best moments, 10 seconds"), CHINESE) == []


async def test_every_error_is_in_the_language_of_the_session(bench: Bench, match: Path) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language="zh")
    async with bench.host(options=options) as host:
        assert strangers(await refusals(host, match), ENGLISH) == []
    async with bench.host() as host:
        assert strangers(await refusals(host, match), CHINESE) == []


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


async def test_what_was_edited_in_english_is_told_in_chinese_to_who_reads_chinese(bench: Bench, match: Path) -> None:
    """The versions, the last edit with its picks and refusals, also by the server that carried it out."""
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", instruction="the best moments, 10 seconds")
        for op in ({"op": "speed", "factor": 1.25}, {"op": "undo"}):
            await host.finished("edit", operations=[op])
        several = [{"op": "volume", "level": 0.5}, {"op": "text_add", "text": "Hi"}, {"op": "stabilize"}]
        edited = await host.finished("edit", operations=several)
        session = edited["session_id"]
        english = await host.raw("get_state", session_id=session, detail="full", wait_s=1)
        own = "\n".join(line for line in text_of(english).splitlines() if not line.startswith("Other session"))
        assert not CHINESE.search(own) and edited["message"] in own  # names of other sessions are their own
        assert len((english.structured_content or {})["versions"]) == 4
        await host.finished("edit", instruction="静音")
        assert strangers([("state", await host.raw("get_state", session_id=session, detail="full"))], ENGLISH) == []
        assert (await host.finished("edit", instruction="undo"))["changes"] == ["Undid 1 step."]
    async with open_client(bench.settings) as client:
        turn = await client.start_edit(session, operations=[{"op": "redo"}])
        assert await turn.wait(20) and turn.said == "Redid 1 step."
        with use_language("zh"):
            assert await client.turn(session) is turn and turn.said == "重做了1步。"
    options = ServerOptions(media_roots=bench.settings.media_roots, language="zh")
    async with bench.host(options=options) as other:
        await other.finished("edit", operations=[{"op": "undo"}])
        told = await other.raw("get_state", session_id=session, detail="full", wait_s=1)
        assert strangers([("state", told)], ENGLISH) == []
        state: dict[str, Any] = told.structured_content or {}
        assert [each["version"] for each in state["versions"] if not CHINESE.search(each["change"])] == []
        assert state["turn"]["changes"] == ["撤销了1步。"]


PROMPTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("quick_edit", {"sources": "/m/a.mp4"}),
    ("batch", {"sources": "/m/a.mp4", "wish": "进球，30秒"}),
    ("iterate", {"session_id": "ses_1", "change": "剪短"}),
)
WRONG_PROMPTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("quick_edits", {}),
    ("quick_edit", {}),
    ("iterate", {"session": "ses_1", "session_id": "ses_1"}),
)


@pytest.mark.parametrize("language", ["zh", None])
async def test_prompts_and_what_is_said_of_wrong_ones_are_in_the_language(bench: Bench, language: str | None) -> None:
    """In that which was set, else in that of the words of the prompt, else in that of the machine."""
    options = ServerOptions(media_roots=bench.settings.media_roots, language=language, native=language or "en")
    async with bench.host(options=options) as host:
        for name, arguments in PROMPTS:
            (told,) = (await host.client.get_prompt(name, arguments)).messages
            chinese = language == "zh" or any(CHINESE.search(each) for each in arguments.values())
            assert isinstance(told.content, TextContent)
            assert bool(CHINESE.search(told.content.text)) == chinese, name
            assert bool(ENGLISH.search(told.content.text)) != chinese, told.content.text
        for name, arguments in WRONG_PROMPTS:
            with pytest.raises(MCPError) as refused:
                await host.client.get_prompt(name, arguments)
            assert bool(CHINESE.search(refused.value.error.message)) == (language == "zh"), refused.value.error.message


def test_what_is_wrong_with_a_draft_is_said_in_chinese() -> None:
    draft = {"t": [{"id": "a", "d": 5, "tt": 0, "sg": [{"id": "a", "d": 0, "m": {"in_ms": -1}}]}], "d": 9}
    with use_language("zh"):
        problems = check_draft(draft, {}) + check_draft([])
        for wrong in ({"t": [{"tt": "x"}]}, {"t": 3}, {"t": [{"tt": 0, "sg": [{"id": 3, "d": "x"}]}]}):
            with pytest.raises(ApiError) as refused:
                parse_draft({**wrong, "m": {"schema": "hl/1"}})
            problems.append(refused.value.fault.message)
    assert len(problems) > 5
    assert [each for each in problems if not CHINESE.search(each) or ENGLISH.search(each)] == []


def test_each_kind_of_fault_that_the_models_can_have_has_words_of_ours() -> None:
    wrong: dict[str, Any] = {"media_id": 3, "kind": "x", "duration_ms": -1, "width": "w", "picture_ms": [1], "more": 1}
    with pytest.raises(ValidationError) as refused:
        MediaInfo.model_validate(wrong)
    with use_language("zh"):
        told = [str(fault_of(problem)) for problem in refused.value.errors()]
    assert len(told) > 5 and all(CHINESE.search(each) for each in told)
