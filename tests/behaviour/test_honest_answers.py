"""Inputs at which other tools hang, lie or break: beyond the end, strange signs, files that are none or go away."""

import os
from pathlib import Path

import anyio
import av
import numpy as np
import pytest
from mcp import Client
from numpy.typing import NDArray

from highlight_mcp.backend_locator import open_client, stop_backend
from highlight_mcp.contract.redaction import named
from highlight_mcp.server.app import build_server
from highlight_mcp.settings import Settings
from media_factory import copy_of
from server.conftest import Host, text_of

from .doors import FEW, Door, Way, embedded_only, through

pytestmark = pytest.mark.anyio
KEEP = {"op": "keep", "ranges_ms": [[1000, 3000], [5000, 7000]]}
STRANGE = 'it\'s 100% "a: b" \\ 😀'
LOCAL_ONLY = [Way("memory", "auto", "embedded")]


@through(LOCAL_ONLY, among=embedded_only)
async def test_a_range_beyond_the_end_is_an_error_that_names_the_end(door: Door, match: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        error = await host.error("edit", operations=[{"op": "keep", "ranges_ms": [[90_000, 95_000]]}])
        assert (error["kind"], error["retryable"]) == ("edit_refused", False)
        assert "match.mp4 ends at 0:12" in error["message"]
        assert "inside the recording" in error["next_step"]
        assert (await host.call("get_state"))["timeline"]["summary"] == "Timeline (0 tracks)"
        media_id = (await host.call("get_state"))["media"][0]["media_id"]
        frame = await host.error("preview", what="frame", at_ms=99_000, media_id=media_id)
        assert "0:12" in frame["message"], frame


@through([])
async def test_a_reel_longer_than_the_footage_says_how_long_it_is_and_why(door: Door, match: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        edited = await host.finished("edit", instruction="the best moments, 60 seconds")
        assert 0 < edited["timeline"]["duration_ms"] <= 12_000
        assert "all of it is shown" in edited["message"]
        if door.local:
            cut = await host.call("edit", operations=[{"op": "reset"}, {"op": "keep", "ranges_ms": [[10_000, 70_000]]}])
            assert cut["timeline"]["duration_ms"] == 2000
            assert "0:12" in cut["message"], cut["message"]


@through(FEW)
async def test_wrong_arguments_are_named_with_their_range_through_every_door(door: Door) -> None:
    async with door.host() as host:
        unknown = await host.error("export", present="720p")
        assert "“present”" in unknown["message"]
        assert "Did you mean “preset”?" in unknown["message"]
        beyond = await host.error("edit", instruction="shorter", wait_s=26)
        assert "`wait_s` must be a number from 0 to 25; got 26" in beyond["message"]
        speed = await host.error("edit", operations=[{"op": "speed", "factor": 99}])
        assert "at most 20; got 99" in speed["message"]


NAMES = [STRANGE, "two\nlines", "a b", "rtl\u202egpj", "zero\u200bwidth", "比赛 🏆", "-rf", "%(title)s $HOME `x`"]


@through(LOCAL_ONLY, among=embedded_only)
async def test_footage_of_any_name_is_cut_and_its_name_is_shown_without_hidden_signs(door: Door, match: Path) -> None:
    files = [copy_of(match, f"{name}.mp4") for name in NAMES]
    async with door.host() as host:
        result = await host.raw("upload", sources=[str(file) for file in files], new_session=True)
        media = (result.structured_content or {})["media"]
        assert len(media) == len(NAMES), text_of(result)
        for name, each in zip(NAMES, media, strict=True):
            assert not set(each["name"]) & set("\u202e\u200b\n\t"), each["name"]
            assert each["name"].startswith(name[:1])
            shown = named(each["name"]).replace('"', "'")
            assert f'- "{shown}": video' in text_of(result)
        for each in media[:1]:
            cut = {"op": "keep", "ranges_ms": [[0, 500]], "source": each["name"]}
            kept = await host.call("edit", operations=[{"op": "reset"}, cut])
            assert kept["timeline"]["duration_ms"] == 500, each
        made = await host.finished("export", preset="draft", filename='it\'s 100% "a: b" 😀.mp4')
        assert Path(made["path"]).parent == door.settings.output_dir


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
async def test_a_pipe_in_place_of_a_file_is_refused_and_holds_nobody_up(door: Door, match: Path) -> None:
    pipe = match.with_name("pipe.mp4")
    os.mkfifo(pipe)
    with anyio.fail_after(20):
        async with door.host() as host:
            error = await host.error("upload", sources=[str(pipe)], new_session=True)
    assert "not a regular file" in error["message"]


def pictures(path: str) -> list[NDArray[np.uint8]]:
    """The frames of a file, as RGB."""
    with av.open(path) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


@pytest.mark.slow
async def test_text_with_every_sign_that_filters_trip_over_is_drawn_in_the_reel(door: Door, match: Path) -> None:
    with anyio.fail_after(100):
        async with door.host() as host:
            await host.call("upload", sources=[str(match)], new_session=True)
            text = {"op": "text_add", "text": f"{STRANGE}\nsecond: 'line'", "start_ms": 0, "end_ms": 500}
            await host.finished("edit", operations=[{"op": "keep", "ranges_ms": [[1000, 2000]]}, text])
            made = await host.finished("export", preset="draft")
            state = await host.call("get_state", detail="full")
    frames = await anyio.to_thread.run_sync(pictures, made["path"])
    texts = [clip["text"] for track in state["timeline"]["tracks"] for clip in track["clips"] if clip.get("text")]
    assert texts == [f"{STRANGE}\nsecond: 'line'"]
    # The lower half of this footage is one flat colour, so only the text can change it.
    drawn, plain = (frames[place * len(frames) // 4][len(frames[0]) // 2 :].astype(int) for place in (1, 3))
    changed = np.abs(plain - drawn).max(axis=2) > 60
    rows = changed.any(axis=1)
    assert changed.mean() > 0.004, "the text must be seen"
    assert rows.sum() > 12, "two lines are higher than one"


@pytest.mark.slow
async def test_footage_that_goes_away_is_named_by_every_tool_that_needs_it(door: Door, match: Path) -> None:
    file = copy_of(match, "gone.mp4")
    async with door.host() as host:
        await host.call("upload", sources=[str(file)], new_session=True)
        await host.call("edit", operations=[KEEP])
        file.unlink()
        found = [
            await host.error("edit", operations=[{"op": "highlights", "total_ms": 3000}]),
            await host.error("preview", what="frame", at_ms=100),
            await host.error("export", preset="draft"),
        ]
    for error in found:
        assert (error["kind"], error["code"]) == ("file_missing", 1406), error
        assert "gone.mp4" in error["message"]
        assert error["next_step"]


@pytest.mark.slow
async def test_keeping_parts_of_a_clip_counts_parts(door: Door, match: Path) -> None:
    async with door.host() as host:
        await host.call("upload", sources=[str(match)], new_session=True)
        await host.call("edit", operations=[{"op": "keep", "ranges_ms": [[0, 8000]]}])
        kept = await host.call("edit", operations=[{"op": "keep", "ranges_ms": [[0, 1000], [3000, 4000]]}])
        assert kept["changes"] == ["Kept 2 parts of 1 clip: 0:08 → 0:02."]
        whole = await host.call("edit", operations=[{"op": "keep", "target": {"clips": [2]}}])
        assert whole["changes"] == ["Kept 1 of 2 clips: 0:02 → 0:01."]


@through([Way("http", "legacy", "embedded"), Way("memory", "auto", "cloud")])
async def test_an_upload_that_brings_nothing_leaves_no_session_behind(door: Door, match: Path) -> None:
    broken = match.with_name("nothing.mp4")
    broken.write_bytes(b"nothing" * 100)
    async with door.host() as host:
        before = await host.call("upload", sources=[str(match)], new_session=True)
        error = await host.raw("upload", sources=[str(broken)], new_session=True)
        assert error.is_error
        assert "session_id" not in (error.structured_content or {})
        state = await host.call("get_state")
        assert state["session_id"] == before["session_id"]
        names = [each["name"] for each in state.get("sessions", [])]
        assert "nothing" not in names
    async with door.host() as host:
        again = await host.call("get_state")
    assert again["session_id"] == before["session_id"]


@pytest.mark.slow
async def test_an_output_folder_that_takes_no_files_is_told_before_anything_is_rendered(
    match: Path, room: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    given = {"home": tmp_path / "home", "output_dir": tmp_path / "taken" / "reels", "media_roots": str(room)}
    settings = Settings.load({**given, "idle_exit_s": 60}, environ={})
    try:
        async with Client(build_server(lambda: open_client(settings))) as client:
            listed = await client.list_tools()
            host = Host(client, {tool.name: tool.output_schema for tool in listed.tools})
            await host.call("upload", sources=[str(match)], new_session=True)
            await host.call("edit", operations=[KEEP])
            error = await host.error("export", preset="draft")
            assert (await host.call("get_state"))["renders"] == []
    finally:
        stop_backend(settings)
    assert str(tmp_path / "taken") in error["message"]
    assert "HIGHLIGHT_OUTPUT_DIR" in error["next_step"]
