"""What is asked for comes out: exports of other kinds than a film, through the tool."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from highlight_mcp.client.results import RenderResult
from highlight_mcp.contract.errors import ApiError, error_info
from highlight_mcp.server.file_links import FileLocation, locate_reel
from highlight_mcp.server.tools.export import ExportArguments, cancel_all

from .conftest import Bench, text_of

pytestmark = pytest.mark.anyio
SECOND = [{"op": "keep", "ranges_ms": [[0, 1000], [2000, 3000]]}]


def kept_in(folder: Path) -> list[str]:
    """The files of a reel in parts; its list speaks of two parts."""
    listed = json.loads((folder / "highlights.json").read_text(encoding="utf-8"))
    assert len(listed["parts"]) == 2
    return sorted(file.name for file in folder.iterdir())


async def test_the_ending_of_a_name_chooses_what_is_made(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        sound = await host.finished("export", filename="for/radio/words only.mp3")
        moving = await host.finished("export", filename="for the chat.gif")
        elsewhere = await host.error("export", filename="/etc/x.gif")
        hidden = await host.error("export", filename=".ssh/x.gif")
    assert Path(sound["path"]).relative_to(Path(moving["path"]).parent) == Path("for/radio/words only.mp3")
    assert Path(moving["path"]).name == "for the chat.gif"
    assert "may not be put into “/etc”" in elsewhere["message"] and "none of them hidden" in hidden["message"]
    assert "width" not in sound
    assert all(check["ok"] for made in (sound, moving) for check in made["checks"])
    with av.open(sound["path"]) as container:
        assert (container.format.name, len(container.streams.video)) == ("mp3", 0)
    with Image.open(moving["path"]) as image:
        assert (image.format, image.size) == ("GIF", (480, 270))


async def test_several_presets_are_several_files_of_one_call(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        made = await host.raw("export", preset="audio,gif,Audio,csv", filename="goal", wait_s=25)
    facts = made.structured_content or {}
    assert [Path(each["path"]).name for each in facts["exports"]] == ["goal audio.m4a", "goal gif.gif", "goal csv.csv"]
    assert (facts["status"], facts["progress"]) == ("completed", 100)
    assert {Path(block.uri).suffix for block in made.content if block.type == "resource_link"} >= {".m4a", ".gif"}


async def test_a_file_that_is_lost_at_once_takes_no_other_export_out_of_the_answer(
    bench: Bench, match: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def found(render: RenderResult, *rest: Any) -> FileLocation:
        place = await locate_reel(render, *rest)
        return FileLocation(lost=True) if place.path is not None and place.path.suffix == ".csv" else place

    monkeypatch.setattr("highlight_mcp.server.tools.export.locate_reel", found)
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        facts = await host.call("export", preset="csv,edl", filename="cuts", wait_s=25)
    assert [Path(each["path"]).name for each in facts["exports"]] == ["cuts edl.edl"]
    assert len(facts["warnings"]) >= 1


def test_a_slash_in_a_title_is_no_folder_of_several_files() -> None:
    asked = ExportArguments(preset="csv,edl").each("AC\\DC / live.mov")
    assert [(one.folder, one.name) for one in asked] == [(None, "AC DC   live csv"), (None, "AC DC   live edl")]


async def test_an_export_that_cannot_be_cancelled_keeps_none_of_the_others_going() -> None:
    asked: list[int] = []

    def cancelling(number: int) -> Callable[[], Awaitable[None]]:
        async def cancel() -> None:
            asked.append(number)
            if number == 1:
                raise ApiError(error_info("backend_error"))

        return cancel

    with pytest.raises(ApiError):
        await cancel_all([cancelling(1), cancelling(2)])
    assert asked == [1, 2]


@pytest.mark.slow
async def test_a_link_to_a_file_says_what_it_is(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        made = await host.raw("export", preset="audio", wait_s=25)
    links = [block for block in made.content if block.type == "resource_link"]
    assert links[0].mime_type == "audio/mp4"
    assert links[0].uri.endswith(".m4a")


async def test_a_reel_is_levelled_and_it_is_told_unless_the_sound_is_to_stay(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        levelled = await host.raw("export", filename="levelled.wav", wait_s=25)
        await host.finished("edit", instruction="leave the sound as it is")
        kept = await host.raw("export", filename="kept.wav", wait_s=25)
    said = [text_of(made) for made in (levelled, kept)]
    assert ["levelled to \u221214 LUFS" in text for text in said] == [True, False]


@pytest.mark.slow
async def test_a_size_is_kept_and_one_that_cannot_be_is_said(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        made = await host.finished("export", preset="480p", max_size_mb=0.12)
        failed = await host.error("export", preset="480p", max_size_mb=0.001, wait_s=25)
    assert made["size_bytes"] <= 120_000
    assert "0.001 MB" in failed["message"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"preset": "9:16"}, "vertical"),
        ({"preset": "gif", "filename": "x.mp4"}, "x.gif"),
        ({"preset": "whatsapp", "filename": "x.mov"}, "prores"),
        ({"filename": "x.mov"}, "prores"),
        ({"max_size_mb": 16_000_000}, "max_size_mb"),
    ],
)
async def test_what_does_not_agree_is_refused_before_any_work_with_what_would(
    bench: Bench, match: Path, asked: dict[str, Any], words: str
) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        error = await host.error("export", **asked)
        assert error["kind"] == "bad_request"
        assert words in error["next_step"] or words in error["message"]
        assert (await host.call("get_state"))["renders"] == []


async def test_a_reel_in_parts_is_a_folder_with_a_list(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        made = await host.finished("export", preset="draft", split=True, filename="two moments")
        again = await host.finished("export", preset="480p", split=True, filename="two moments")
        refused = await host.error("export", preset="edl", split=True)
        both = await host.error("export", preset="draft", split=True, chapters=True)
    folder = Path(made["path"])
    assert (folder.name, Path(again["path"]).name) == ("two moments", "two moments (2)")
    assert sorted(made["files"]) == kept_in(folder)
    assert [Path(name).suffix for name in kept_in(folder)] == [".jpg", ".mp4", ".jpg", ".mp4", ".json"]
    assert all(check["ok"] for check in made["checks"])
    assert [check["detail"].startswith("levelled") for check in made["checks"] if check["name"] == "loudness"] == [True]
    assert "edl" in refused["message"] and "no chapters" in both["message"]


async def test_the_same_export_again_is_the_file_that_is_there_unless_something_has_changed_it(
    bench: Bench, match: Path
) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=SECOND)
        first = await host.finished("export", preset="draft", filename="once")
        again = await host.finished("export", preset="draft", filename="once")
        other = await host.finished("export", preset="draft", filename="once", max_size_mb=5)
        with open(first["path"], "ab") as file:  # noqa: ASYNC230, PTH123 - a person writes to it
            file.write(b"more")
        changed = await host.finished("export", preset="draft", filename="once")
    as_recorded = Bench(bench.settings.model_copy(update={"loudness": "off"}))
    async with as_recorded.host() as host:
        session = first["session_id"]
        by_others = await host.finished("export", session_id=session, preset="draft", filename="once")
    assert (again["render_id"], again["path"]) == (first["render_id"], first["path"])
    assert Path(other["path"]).name == "once (2).mp4"
    assert Path(changed["path"]).name == "once (3).mp4"
    assert Path(by_others["path"]).name == "once (4).mp4", "settings that it is rendered by are others now"


async def test_chapters_stand_in_the_file_and_as_lines_in_the_answer(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        title = {"op": "text_add", "text": "Kick off", "start_ms": 0, "end_ms": 800}
        await host.finished("edit", operations=[*SECOND, title])
        made = await host.finished("export", preset="draft", chapters=True)
        refused = await host.error("export", preset="gif", chapters=True, wait_s=25)
    assert made["chapters"][0] == "0:00 Kick off"
    assert made["chapters"][1].startswith("0:01 ")
    assert any("YouTube" in warning for warning in made["warnings"])
    with av.open(made["path"]) as container:
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
    assert [line.partition(" ")[2] for line in made["chapters"]] == titles
    assert "MP4" in refused["next_step"]
