"""Whole files in one reel, and all but a part of one: what is asked for is on the timeline, and in the file."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from render_kit import pictures, rendered
from test_edit_job import Session

from highlight_mcp.engine.render.video_reader import RenderSource
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import Timeline
from media_factory import make_clip

FRAMES = (60, 60, 59)
RATE = Fraction(30000, 1001)


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three chapters of a camera: sound that is longer than the pictures, as encoders leave it."""
    folder = tmp_path_factory.mktemp("chapters")
    return [
        make_clip(folder / f"GX0{number}0042.mp4", seconds=float(frames / RATE), fps=RATE, size=(320, 180), cuts=cuts)
        for number, (frames, cuts) in enumerate(zip(FRAMES, ((), (0.0,), (0.0, 0.0)), strict=True), 1)
    ]


def shown(result: dict[str, Any]) -> list[tuple[str, int, int]]:
    """Each clip of the reel as file number, start and end in ms."""
    clips = Timeline.model_validate(result["timeline"]).clips
    return [(clip.media_id or "", clip.source.start_ms, clip.source.end_ms) for clip in clips if clip.source]


def bars(path: Path) -> list[float]:
    """Where the bar is in each frame: it moves by more than a column from one to the next."""
    with av.open(str(path)) as container:
        return [_bar(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def _bar(frame: Any) -> float:
    columns = np.asarray(frame, np.float32)[45:90].mean(axis=(0, 2))
    bright = columns > (columns.max() + np.median(columns)) / 2
    return float(np.flatnonzero(bright).mean())


@pytest.mark.parametrize(
    "words",
    ["join the three files into one video", "keep everything", "把三个视频拼接起来", "put the three clips together"],
)
def test_words_that_join_files_give_all_of_each_in_order(words: str, chapters: list[Path], tmp_path: Path) -> None:
    result = Session(chapters, tmp_path).ask(words)
    assert [name for name, _, _ in shown(result)] == ["med_1", "med_2", "med_3"]
    assert result["status"] == "done" and result["not_understood"] == []
    assert all(path.name in result["message"] for path in chapters)


def test_the_joined_file_has_every_picture_of_every_file_once(chapters: list[Path], tmp_path: Path) -> None:
    session = Session(chapters, tmp_path)
    session.ask(operations=[{"op": "keep", "ranges_ms": [[0, 9000]], "source": path.name} for path in chapters])
    media = {
        entry["info"]["media_id"]: RenderSource(Path(entry["path"]), MediaInfo.model_validate(entry["info"]))
        for entry in session.media
    }
    timeline = Timeline.model_validate(session.timeline).model_copy(update={"width": 320, "height": 180})
    rendered(timeline, media, tmp_path / "joined.mp4")
    frames = pictures(tmp_path / "joined.mp4")
    wanted = [bar for path in chapters for bar in bars(path)]
    assert len(frames) == sum(FRAMES) == len(wanted)
    found = [_bar(frame) for frame in frames]
    assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 0.6


def test_without_a_cut_a_wish_about_the_whole_or_a_time_takes_the_footage_as_it_is(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "talk.mp4", seconds=8.0)
    for words, ranges in (
        ("keep everything except 0:02-0:04", [(0, 2000), (4000, 8000)]),
        ("trim the last 2 seconds", [(0, 6000)]),
        ("除了0:02到0:04，其余都保留", [(0, 2000), (4000, 8000)]),
        ("make the whole video vertical", [(0, 8000)]),
    ):
        result = Session([path], tmp_path / "cache").ask(words)
        assert [(start, end) for _, start, end in shown(result)] == ranges, words
        told = "用上整段talk.mp4" if result["message"].startswith("用") else "Took the whole of talk.mp4"
        assert told in result["message"]


def test_chapters_of_a_camera_give_every_picture(faults: Callable[[str], Path], tmp_path: Path) -> None:
    files = [faults(f"chapters/GX0{number}0042.MP4") for number in (1, 2, 3)]
    result = Session(files, tmp_path).ask("join the three files into one video")
    timeline = Timeline.model_validate(result["timeline"])
    assert round(timeline.duration_ms * timeline.frame_rate / 1000) == 719


@pytest.mark.parametrize(
    ("words", "quoted", "possible"), [("export as AVI", "“AVI”", "MP4"), ("导出成AVI", "“AVI”", "MP4")]
)
@pytest.mark.parametrize("cut", [True, False])
def test_files_that_cannot_be_made_are_named_with_what_can(
    words: str, quoted: str, possible: str, cut: bool, tmp_path: Path
) -> None:
    session = Session([make_clip(tmp_path / "talk.mp4", seconds=3.0)], tmp_path / "cache")
    if cut:
        session.ask(operations=[{"op": "keep"}])
    result = session.ask(words)
    assert quoted in result["message"] and possible in result["message"]
    assert any(quoted in row["what"] for row in result["refused"])
    assert "What should change" not in result["message"] and "想怎么改" not in result["message"]


@pytest.mark.parametrize(
    ("words", "export"),
    [
        ("export it as a GIF", "export (gif)"),
        ("under 16 MB", "export (≤ 16 MB)"),
        ("不超过16MB", "导出（≤ 16 MB）"),
        ("导出剪映草稿", "导出（capcut）"),
        ("export only the audio", "export (audio)"),
        ("an EDL for Premiere", "export (edl)"),
    ],
)
def test_files_that_can_be_made_are_offered_by_the_export_that_makes_them(
    words: str, export: str, tmp_path: Path
) -> None:
    session = Session([make_clip(tmp_path / "talk.mp4", seconds=3.0)], tmp_path / "cache")
    session.ask(operations=[{"op": "keep"}])
    result = session.ask(words)
    offered = result.get("suggested") or result.get("suggested_actions") or []
    assert [each["text"] for each in offered if each["tool"] == "export"] == [export] and not result["refused"]
