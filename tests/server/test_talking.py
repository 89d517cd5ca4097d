"""Going on from what was said before, and finishing from a question, through the tools."""

from pathlib import Path

import pytest

from .conftest import Bench

pytestmark = pytest.mark.anyio

THREE = [{"op": "keep", "ranges_ms": [[0, 2000], [3000, 5000], [6000, 8000]]}]


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
        asked = await host.call("edit", instruction="remove clip 2 and frobnicate clip 3", wait_s=25)
        assert asked["status"] == "needs_input" and "frobnicate clip 3" in asked["message"]
        meant, *nearest = asked["suggested_actions"]
        assert meant["operations"] == [{"op": "remove", "target": {"clips": [2]}}]
        assert "Remove clip 2" in meant["text"] and len(nearest) < 3
        done = await host.finished("edit", operations=meant["operations"])
        assert done["timeline"]["duration_ms"] == 4000
