"""The whole way with real footage: server, client, HTTP, backend process, engine children; in both eras."""

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ImageContent, ResourceLink

from highlight_mcp.server.options import ServerOptions

from .conftest import Bench, Mode, text_of

pytestmark = pytest.mark.anyio


def size_of(path: Path) -> int:
    return path.stat().st_size


async def test_footage_becomes_a_checked_file(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        uploaded = await host.call("upload", sources=[str(match)], new_session=True)
        session = uploaded["session_id"]
        (media,) = uploaded["media"]
        assert (media["name"], media["kind"], media["duration_ms"]) == ("match.mp4", "video", 40_000)
        assert (media["width"], media["height"], media["fps"]) == (320, 180, 25)
        assert "mp4" in uploaded["limits"]["formats"]

        edited = await host.finished("edit", instruction="the best moments, 6 seconds")
        assert edited["session_id"] == session
        assert edited["timeline"]["version"] == 1
        assert edited["timeline"]["summary"].startswith("Timeline (1 track): 1. Video: ")
        assert edited["picks"]
        assert all(pick["why"] and pick["start_ms"] < pick["end_ms"] <= 40_000 for pick in edited["picks"])

        result = await host.raw("export", preset="draft", filename=f"reel-{either}.mp4", wait_s=25)
        made = result.structured_content or {}
        assert made["status"] == "completed"
        path = Path(made["path"])
        assert path.name == f"reel-{either}.mp4"
        assert size_of(path) == made["size_bytes"]
        assert str(path) in text_of(result)
        assert all(check["ok"] for check in made["checks"])
        assert abs(made["duration_ms"] - edited["timeline"]["duration_ms"]) <= 100
        links = [block for block in result.content if isinstance(block, ResourceLink)]
        assert [str(link.uri) for link in links] == [path.as_uri(), f"render://{session}/{made['render_id']}"]
        assert "url" not in made


@pytest.mark.slow
async def test_typed_operations_change_the_cut_and_undo_takes_them_back(
    bench: Bench, either: Mode, match: Path
) -> None:
    async with bench.host(either) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        kept = await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 4000], [10_000, 13_000]]}])
        assert kept["status"] == "done"
        assert kept["timeline"]["duration_ms"] == 7000
        fast = await host.call(
            "edit", operations=[{"op": "speed", "factor": 2}], base_version=kept["timeline"]["version"]
        )
        assert fast["timeline"]["duration_ms"] == 3500
        assert fast["changes"]
        undone = await host.call("edit", instruction="undo")
        assert undone["timeline"]["duration_ms"] == 7000
        stale = await host.error("edit", operations=[{"op": "reset"}], base_version=1)
        assert stale["kind"] in ("version_conflict", "edit_refused")


@pytest.mark.slow
async def test_the_state_tells_footage_cut_versions_and_other_sessions(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        first = await host.call("upload", sources=[str(match)], new_session=True)
        second = await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 2000]]}])
        state = await host.call("get_state", detail="full")
        assert state["session_id"] == second["session_id"]
        assert [media["name"] for media in state["media"]] == ["match.mp4"]
        assert state["timeline"]["tracks"][0]["clips"][0]["out_ms"] == 2000
        assert state["versions"][0]["version"] == 1
        assert state["turn"]["status"] == "done"
        assert first["session_id"] in [each["session_id"] for each in state["sessions"]]
        other = await host.call("get_state", session_id=first["session_id"])
        assert other["timeline"]["summary"] == "Timeline (0 tracks)"
        assert "Call edit" in other["next_step"]


async def test_previews_are_pictures_with_words(bench: Bench, either: Mode, match: Path) -> None:
    async with bench.host(either) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 2000], [9000, 11_000]]}])
        asked: tuple[dict[str, Any], ...] = ({}, {"what": "moments"}, {"what": "frame", "at_ms": 1000})
        for arguments in asked:
            result = await host.raw("preview", **arguments)
            (image,) = [block for block in result.content if isinstance(block, ImageContent)]
            data = base64.b64decode(image.data)
            assert data[:2] == b"\xff\xd8" or data[:4] == b"\x89PNG"
            assert len(data) < 200_000
            told = result.structured_content or {}
            assert told["description"] in text_of(result)
            assert told["size_bytes"] == len(data)


async def test_credits_are_unlimited_on_this_machine(bench: Bench, either: Mode) -> None:
    async with bench.host(either) as host:
        balance = await host.call("credits")
    assert balance["unlimited"] is True
    assert balance["available"] == 999_999


async def test_what_works_is_uploaded_and_what_fails_is_named(bench: Bench, match: Path, room: Path) -> None:
    broken, text = room / "broken.mp4", room / "notes.txt"
    broken.write_bytes(b"no video at all" * 50)
    text.write_text("hello")
    gone = room / "mtach.mp4"
    async with bench.host() as host:
        done = await host.call("upload", sources=[str(broken), str(match), str(text), str(gone)], new_session=True)
        assert [media["name"] for media in done["media"]] == ["match.mp4"]
        failed = {Path(each["source"]).name: each["error"]["kind"] for each in done["failed"]}
        assert failed["mtach.mp4"] == "file_missing"
        assert failed["broken.mp4"] in ("file_damaged", "unsupported_file")
        assert failed["notes.txt"] in ("unsupported_file", "file_damaged")
        error = await host.error("upload", sources=[str(gone)])
        assert "match.mp4" in error["next_step"]


async def test_a_file_outside_the_media_roots_is_refused(bench: Bench, tmp_path: Path, match: Path) -> None:
    outside = Path(shutil.copy(match, tmp_path))
    async with bench.host() as host:
        error = await host.error("upload", sources=[str(outside)], new_session=True)
    assert error["kind"] == "outside_roots"


@pytest.mark.slow
async def test_sound_files_are_footage_too(bench: Bench, match: Path, song: Path) -> None:
    async with bench.host() as host:
        done = await host.call("upload", sources=[str(match), str(song)], new_session=True)
        assert {media["kind"] for media in done["media"]} == {"video", "audio"}
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 4000]]}])
        scored = await host.finished("edit", operations=[{"op": "bgm_add", "asset": "song.mp3", "level": 0.35}])
        assert "BGM:" in scored["timeline"]["summary"]
        assert "35%" in scored["timeline"]["summary"]


async def test_nothing_can_be_exported_before_an_edit(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        error = await host.error("export")
    assert error["kind"] == "nothing_to_export"
    assert "Edit first" in error["next_step"]


async def test_words_that_are_no_edit_change_nothing_and_lead_on(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        export = await host.call("edit", instruction="please export the video now")
        assert export["suggested_actions"][0]["tool"] == "export"
        assert export["changes"] == []
        balance = await host.call("edit", instruction="我还有多少积分")
        assert "不限" in balance["message"]


async def test_words_nobody_understands_come_back_as_not_understood(bench: Bench, match: Path) -> None:
    async with bench.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        result = await host.raw("edit", instruction="frobnicate the quux sideways")
        told = result.structured_content or {}
        assert told["status"] != "done" or told["not_understood"]
        assert told["timeline"]["summary"] == "Timeline (0 tracks)"


async def test_an_unknown_session_is_an_error_that_says_what_to_do(bench: Bench, either: Mode) -> None:
    async with bench.host(either) as host:
        more: dict[str, dict[str, Any]] = {
            "edit": {"instruction": "shorter"},
            "upload": {"sources": ["https://x.org/a.mp4"]},
        }
        for tool in ("get_state", "edit", "export", "preview", "upload"):
            error = await host.error(tool, session_id="ses_of_nobody", **more.get(tool, {}))
            assert error["kind"] == "session_not_found"
            assert error["next_step"]


@pytest.mark.parametrize(
    ("language", "words"),
    [(None, "no export makes one"), pytest.param("zh", "没有能做出这种文件的导出", marks=pytest.mark.slow)],
)
async def test_an_export_under_the_name_of_another_format_is_refused_before_any_work(
    bench: Bench, match: Path, language: str | None, words: str
) -> None:
    options = ServerOptions(media_roots=bench.settings.media_roots, language=language)
    async with bench.host(options=options) as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[0, 1000]]}])
        for name in ("x.psd", "cut.aaf", "x.avi"):
            error = await host.error("export", filename=name)
            assert error["kind"] == "bad_request"
            assert name in error["message"]
            assert words in error["message"]
            assert ".mp4" in error["next_step"]
        assert (await host.call("get_state"))["renders"] == []
        made = await host.finished("export", preset="draft", filename=f"final {language} v1.2")
    assert Path(made["path"]).name == f"final {language} v1.2.mp4"


async def test_a_chinese_file_name_is_refused_in_chinese(bench: Bench) -> None:
    async with bench.host() as host:
        assert "没有能做出这种文件的导出" in (await host.error("export", filename="精彩.psd"))["message"]
