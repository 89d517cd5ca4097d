"""Several versions made by one edit: each is kept, listed and exported; undo goes back to before all of them."""

from pathlib import Path

import pytest

from .conftest import Bench, text_of

pytestmark = pytest.mark.anyio

KEEP_TWO = {"op": "keep", "ranges_ms": [[0, 2000]]}
KEEP_THREE = {"op": "keep", "ranges_ms": [[10_000, 13_000]]}
ANOTHER = {"op": "new_version"}


@pytest.mark.slow
async def test_each_version_of_an_edit_is_kept_and_exported_by_its_number(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        vertical = {"op": "aspect", "ratio": "9:16"}
        made = await host.call("edit", operations=[KEEP_TWO, ANOTHER, KEEP_THREE, vertical])
        assert [each["version"] for each in made["versions"]] == [1, 2]
        assert [each["duration_ms"] for each in made["versions"]] == [2000, 3000]
        assert [each["width"] > each["height"] for each in made["versions"]] == [True, False]
        assert made["timeline"]["version"] == 2
        assert made["timeline"]["duration_ms"] == 3000
        assert "Version 1:" in made["message"]
        exports = [each["text"] for each in made["suggested_actions"] if each["tool"] == "export"]
        assert exports == ["version 1", "version 2"]

        first = await host.finished("export", version=1, preset="draft")
        second = await host.finished("export", version=2, preset="draft")
        assert abs(first["duration_ms"] - 2000) <= 100
        assert abs(second["duration_ms"] - 3000) <= 100
        assert first["width"] > first["height"]
        assert second["width"] < second["height"]
        assert [Path(each["path"]).stem for each in (first, second)] == ["match v1", "match v2"]


async def test_undo_goes_back_to_before_all_versions_of_an_edit(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.call("edit", operations=[{"op": "keep", "ranges_ms": [[0, 8000]]}])
        halved = {"op": "trim", "target": "all", "tail_ms": 4000}
        made = await host.call("edit", operations=[halved, ANOTHER, {"op": "speed", "factor": 4}])
        assert [each["duration_ms"] for each in made["versions"]] == [4000, 2000]
        undone = await host.call("edit", operations=[{"op": "undo"}])
        assert undone["timeline"]["duration_ms"] == 8000
        redone = await host.call("edit", operations=[{"op": "redo"}])
        assert redone["timeline"]["duration_ms"] == 2000
        back = await host.call("edit", operations=[{"op": "restore", "version": 2}])
        assert back["timeline"]["duration_ms"] == 4000


async def test_a_version_that_cannot_be_made_is_told_and_the_others_are_there(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        lost = {"op": "keep", "source": "other.mp4"}
        made = await host.call("edit", operations=[KEEP_TWO, ANOTHER, lost, ANOTHER, KEEP_THREE])
        assert made["status"] == "done"
        assert [each["duration_ms"] for each in made["versions"]] == [2000, 3000]
        assert "Of the 3 versions, number 2 was not made" in made["message"]
        assert "other.mp4" in made["message"]
        assert made["refused"] and not made["not_understood"]


async def test_a_version_that_is_not_there_cannot_be_exported(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.call("edit", operations=[KEEP_TWO])
        problem = await host.error("export", version=7, preset="draft")
        assert problem["kind"] == "not_found"
        assert "7" in problem["message"]


async def test_an_edit_without_versions_names_none(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        result = await host.raw("edit", operations=[KEEP_TWO])
        assert "versions" not in (result.structured_content or {})
        assert "Version" not in text_of(result)
