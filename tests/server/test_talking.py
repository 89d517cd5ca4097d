"""Going on from what was said before, and finishing from a question, through the tools."""

from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.backend_locator import stop_backend
from highlight_mcp.server.options import ServerOptions

from .conftest import Bench, Host, text_of

pytestmark = pytest.mark.anyio

THREE = [{"op": "keep", "ranges_ms": [[0, 2000], [3000, 5000], [6000, 8000]]}]
MUTED = {"op": "volume", "target": {"clips": [1]}, "level": 0}


async def test_a_request_goes_on_from_the_one_before_it(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="mute clip 1")
        await host.finished("edit", instruction="and the last one too")
        clips = (await host.call("get_state", detail="full"))["timeline"]["tracks"][0]["clips"]
        assert [clip.get("volume", 1) for clip in clips] == [0, 1, 0]


async def test_a_question_carries_what_was_understood_ready_to_be_sent(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        answer = await host.raw("edit", instruction="remove clip 2 and frobnicate clip 3", wait_s=25)
        asked = answer.structured_content or {}
        assert asked["status"] == "needs_input" and "frobnicate clip 3" in asked["message"]
        meant, *nearest = asked["suggested_actions"]
        assert meant["operations"] == [{"op": "remove", "target": {"clips": [2]}}]
        assert "Remove clip 2" in meant["text"] and len(nearest) < 3
        assert 'edit with operations=[{"op":"remove","target":{"clips":[2]}}]' in text_of(answer), "where that is all"
        done = await host.finished("edit", operations=meant["operations"])
        assert done["timeline"]["duration_ms"] == 4000


async def test_a_request_goes_on_from_operations_that_a_host_sent_and_from_the_last_of_several(
    bench: Bench, match: Path
) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", operations=[{"op": "volume", "target": {"clips": [1]}, "level": 0}])
        await host.finished("edit", instruction="clip 2 as well")
        assert await volumes(host) == [0, 0, 1]
        await host.finished("edit", instruction="set clip 3 to 40% volume")
        await host.finished("edit", instruction="make it 60 instead")
        assert await volumes(host) == [0, 0, 0.6]


async def test_what_was_meant_otherwise_is_taken_back_and_made_again_even_twice(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="delete clip 1")
        await host.finished("edit", instruction="oops, I meant the last one")
        assert await starts(host) == [0, 3000]
        await host.finished("edit", instruction="no, the second one")
        assert await starts(host) == [0, 6000]
        await host.finished("edit", instruction="nah, put it back")
        assert await starts(host) == [0, 3000]


@pytest.mark.slow
async def test_a_request_goes_on_from_the_one_before_a_restart_of_the_backend(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="mute clip 1")
    stop_backend(bench.settings)
    async with bench.host("auto") as host:
        await host.finished("edit", instruction="no, clip 3")
        assert await volumes(host) == [1, 1, 0]


async def test_an_answer_to_a_question_is_of_what_was_asked_and_not_of_the_edit_before_it(
    bench: Bench, match: Path
) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="mute clip 1")
        asked = await host.call("edit", instruction="remove that silly one", wait_s=25)
        assert asked["status"] == "needs_input"
        assert (await host.call("edit", instruction="great, thanks!", wait_s=25))["status"] == "needs_input"
        await host.finished("edit", instruction="the second one, please")
        assert await starts(host) == [0, 6000] and await volumes(host) == [0, 1]


async def test_praise_between_two_requests_is_not_in_the_way_of_the_second(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="mute clip 1")
        assert (await host.call("edit", instruction="perfect, I love it", wait_s=25))["status"] == "needs_input"
        await host.finished("edit", instruction="same for the last one")
        assert await volumes(host) == [0, 1, 0]


async def test_clips_are_taken_out_of_what_was_just_done_without_losing_others(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="drop clips 1 and 2")
        await host.finished("edit", instruction="bring clip 2 back")
        assert await starts(host) == [3000, 6000]
        await host.finished("edit", instruction="make everything black and white")
        await host.finished("edit", instruction="keep clip 1 in colour")
        assert [len(clip.get("filters", ())) for clip in await clips_of(host)] == [0, 1]


async def clips_of(host: Host) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await host.call("get_state", detail="full"))["timeline"]["tracks"][0]["clips"]
    return found


async def volumes(host: Host) -> list[float]:
    return [clip.get("volume", 1) for clip in await clips_of(host)]


async def starts(host: Host) -> list[int]:
    return [clip["in_ms"] for clip in await clips_of(host)]


async def test_it_is_what_was_asked_about_and_two_things_are_asked_about(bench: Bench, match: Path) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        await host.finished("edit", instruction="how long is clip 2?")
        await host.finished("edit", instruction="mute it")
        assert await volumes(host) == [1, 0, 1]
        await host.finished("edit", instruction="how long is clip 2? and clip 3?")
        asked = await host.call("edit", instruction="delete it", wait_s=25)
        assert asked["status"] == "needs_input" and "Remove clip 2" in asked["message"]
        choices = [action["operations"][0]["target"]["clips"] for action in asked["suggested_actions"]]
        assert choices == [[2], [3]]


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", {"instruction": "stabilize it"}),
        ("zh", {"instruction": "防抖"}),
        ("en", {"instruction": "remove clip 2 and stabilize it"}),
        ("zh", {"instruction": "删除第2段，再加防抖"}),
        ("en", {"instruction": "restore version 99"}),
        ("zh", {"instruction": "恢复到版本99"}),
        ("zh", {"operations": [MUTED, {"op": "restore", "version": 99}]}),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_told_once_and_not_as_words_that_were_not_understood(
    bench: Bench, match: Path, language: str, asked: dict[str, Any]
) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language=language)
    async with bench.host("auto", options) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        result = await host.raw("edit", **asked, wait_s=25)
        told, text = result.structured_content or {}, text_of(result)
        state = await host.call("get_state", detail="full")
    assert told["refused"] and not told["not_understood"]
    assert state["turn"]["refused"] == told["refused"] and not state["turn"]["not_understood"]
    assert text.count(told["refused"][0]) == 1, text
    assert text.count("没听懂") == text.count("Not understood") == 0


async def test_a_choice_that_would_replace_the_cut_is_asked_about_and_not_called_not_understood(
    bench: Bench, match: Path
) -> None:
    async with bench.host("auto") as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=THREE)
        result = await host.raw("edit", instruction="把进球都剪出来", wait_s=25)
    told = result.structured_content or {}
    assert told["status"] == "needs_input" and not told["not_understood"] and not told["refused"]
    assert "没听懂" not in text_of(result)
