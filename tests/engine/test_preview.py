"""Previews: small legible pictures, and words that stand alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from render_kit import latin_fonts_alone

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.preview import job
from highlight_mcp.engine.preview.moments import moments_sheet
from highlight_mcp.engine.preview.sheet import MAX_BYTES, cut, drawable, length, save_jpeg, wrapped
from highlight_mcp.engine.render.video_reader import read_sources
from highlight_mcp.timeline.model import (
    Clip,
    Crop,
    Filter,
    Text,
    TextStyle,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
)
from highlight_mcp.timeline.time import TimeRange
from media_factory import make_clip, make_sound

Footage = Callable[[str], Path]


def entry(path: Path, media_id: str) -> dict[str, Any]:
    info = probe(path).model_copy(update={"media_id": media_id})
    return {"info": info.model_dump(mode="json"), "path": str(path)}


def clip(number: int, media_id: str | None, source_ms: int, **facts: Any) -> Clip:
    source = TimeRange(start_ms=source_ms, end_ms=source_ms + 1000) if media_id else None
    start_ms = 1000 * (number - 1)
    return Clip(id=f"seg_{number}", start_ms=start_ms, duration_ms=1000, media_id=media_id, source=source, **facts)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A landscape recording that turns from blue to red at 2 s, and a portrait one."""
    folder = tmp_path_factory.mktemp("media")
    wide = make_clip(folder / "比赛 wide.mp4", seconds=4, size=(320, 180), cuts=[2])
    tall = make_clip(folder / "tall.mp4", seconds=2, size=(320, 180), rotation=90)
    sound = make_sound(folder / "song.mp3", seconds=2)
    return [entry(wide, "med_1"), entry(tall, "med_2"), entry(sound, "med_3")]


def preview(what: str, media: list[dict[str, Any]], output: Path, timeline: Timeline | None = None, **more: Any) -> Any:
    value = timeline.model_dump(mode="json") if timeline is not None else None
    return job.run({"what": what, "timeline": value, "media": media, "output": str(output), **more}, no_progress)


def reel(*clips: Clip) -> Timeline:
    return Timeline(tracks=(VideoTrack(id="v", name="match", clips=clips),))


def color_at(path: Path, x: float, y: float) -> tuple[int, int, int]:
    with Image.open(path) as image:
        pixel = image.convert("RGB").getpixel((round(x * (image.width - 1)), round(y * (image.height - 1))))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def test_a_storyboard_shows_every_clip_and_says_the_same_in_words(media: list[dict[str, Any]], tmp_path: Path) -> None:
    timeline = reel(
        clip(1, "med_1", 500, why="crowd +14 dB at 0:01"), clip(2, "med_2", 0), clip(3, None, 0, color="#00ff00")
    )
    board = preview("storyboard", media, tmp_path / "board.jpg", timeline)
    assert board["mime"] == "image/jpeg"
    assert (tmp_path / "board.jpg").stat().st_size <= MAX_BYTES
    with Image.open(tmp_path / "board.jpg") as image:
        assert image.size == (board["width"], board["height"])
    words = board["description"]
    assert "3 clips, 0:03 in all" in words
    assert "1. at 0:00: 比赛 wide.mp4 0:00.5-0:01.5 - crowd +14 dB at 0:01" in words
    assert "2. at 0:01: tall.mp4 0:00-0:01" in words


def test_thumbnails_come_from_the_middle_of_each_clip(media: list[dict[str, Any]], tmp_path: Path) -> None:
    preview("storyboard", media, tmp_path / "board.jpg", reel(clip(1, "med_1", 500), clip(2, "med_1", 2500)))
    first, second = color_at(tmp_path / "board.jpg", 0.25, 0.45), color_at(tmp_path / "board.jpg", 0.75, 0.45)
    assert first[2] > first[0] + 50
    assert second[0] > second[2] + 50


def test_a_storyboard_shows_what_lies_over_the_clips_and_needs_no_font_for_it(
    media: list[dict[str, Any]], tmp_path: Path
) -> None:
    over = VideoTrack(id="over", role="overlay", clips=(clip(2, None, 0, color="#00ff00"),))
    texts = TextTrack(id="t", texts=(Text(id="x", start_ms=0, duration_ms=500, text="精彩"),))
    main = VideoTrack(id="v", clips=(clip(1, "med_1", 500), clip(2, "med_1", 2500)))
    with latin_fonts_alone():
        preview("storyboard", media, tmp_path / "board.jpg", Timeline(tracks=(main, over, texts)))
    first, second = color_at(tmp_path / "board.jpg", 0.25, 0.45), color_at(tmp_path / "board.jpg", 0.75, 0.45)
    assert first[2] > first[0] + 50
    assert second[1] > second[0] + 100


def test_forty_clips_make_a_board_of_two_dozen_and_the_words_name_all(
    media: list[dict[str, Any]], tmp_path: Path
) -> None:
    timeline = reel(*(clip(number, "med_1", number * 50) for number in range(1, 41)))
    board = preview("storyboard", media, tmp_path / "board.jpg", timeline)
    assert "\n40. at 0:39" in board["description"]
    assert (tmp_path / "board.jpg").stat().st_size <= MAX_BYTES


def test_an_empty_timeline_has_no_storyboard(media: list[dict[str, Any]], tmp_path: Path) -> None:
    for timeline in (None, Timeline()):
        with pytest.raises(EngineError, match=r"no (timeline|clips) yet") as caught:
            preview("storyboard", media, tmp_path / "board.jpg", timeline)
        assert caught.value.kind == "bad_request"
    with pytest.raises(EngineError, match="no preview “poster”"):
        preview("poster", media, tmp_path / "board.jpg")


def test_a_frame_of_the_reel_is_the_frame_of_its_clip(media: list[dict[str, Any]], tmp_path: Path) -> None:
    timeline = reel(clip(1, "med_1", 0), clip(2, "med_1", 1500))
    board = preview("frame", media, tmp_path / "f.jpg", timeline, at_ms=1200)
    assert (board["width"], board["height"]) == (1280, 720)
    assert "clip 2, 比赛 wide.mp4 at 0:01.7" in board["description"]
    blue = color_at(tmp_path / "f.jpg", 0.5, 0.8)
    preview("frame", media, tmp_path / "f.jpg", timeline, at_ms=1700)
    red = color_at(tmp_path / "f.jpg", 0.5, 0.8)
    assert blue[2] > blue[0] + 50 and red[0] > red[2] + 50


def test_a_portrait_recording_is_padded_blurred_or_cut_as_the_clip_says(
    media: list[dict[str, Any]], tmp_path: Path
) -> None:
    corners = {}
    for fit in ("pad", "blur", "cover"):
        preview("frame", media, tmp_path / f"{fit}.jpg", reel(clip(1, "med_2", 0, fit=fit)), at_ms=0)
        corners[fit] = color_at(tmp_path / f"{fit}.jpg", 0.02, 0.9)
    assert max(corners["pad"]) < 20
    assert min(corners["blur"][2], corners["cover"][2]) > 80


def test_crop_and_turn_of_a_clip_show_in_its_frame(media: list[dict[str, Any]], tmp_path: Path) -> None:
    turned = reel(clip(1, "med_1", 0, rotate=90, fit="pad"))
    preview("frame", media, tmp_path / "turned.jpg", turned, at_ms=0)
    assert max(color_at(tmp_path / "turned.jpg", 0.05, 0.5)) < 20
    cropped = reel(clip(1, "med_1", 0, crop=Crop(x=0, y=0.25, width=0.05, height=0.25)))
    preview("frame", media, tmp_path / "cropped.jpg", cropped, at_ms=0)
    assert min(color_at(tmp_path / "cropped.jpg", 0.5, 0.5)) > 200


def test_words_effects_and_transitions_show_in_a_frame(media: list[dict[str, Any]], tmp_path: Path) -> None:
    words = Text(id="x", start_ms=0, duration_ms=500, text="MMMMMMMM", style=TextStyle(size=0.4, position="center"))
    slide = Transition(kind="slide", duration_ms=800)
    timeline = Timeline(
        tracks=(
            VideoTrack(
                id="v",
                clips=(clip(1, "med_1", 0, filters=(Filter(name="bw"),)), clip(2, "med_1", 2500, transition=slide)),
            ),
            TextTrack(id="t", texts=(words,)),
        )
    )
    preview("frame", media, tmp_path / "words.jpg", timeline, at_ms=250)
    with Image.open(tmp_path / "words.jpg") as image:
        pixels = np.asarray(image.convert("RGB"), np.int16)
    assert (pixels.max(axis=2) - pixels.min(axis=2)).mean() < 6, "black and white has no colour"
    assert (pixels[pixels.shape[0] // 3 : -pixels.shape[0] // 3].min(axis=2) > 225).mean() > 0.1, (
        "the letters are there"
    )
    preview("frame", media, tmp_path / "slide.jpg", timeline, at_ms=1000)
    left, right = color_at(tmp_path / "slide.jpg", 0.1, 0.9), color_at(tmp_path / "slide.jpg", 0.9, 0.9)
    assert abs(left[0] - left[2]) < 20 and right[0] > right[2] + 50


def test_a_title_that_no_font_can_draw_is_refused_as_the_render_would(
    media: list[dict[str, Any]], tmp_path: Path
) -> None:
    texts = TextTrack(id="t", texts=(Text(id="x", start_ms=0, duration_ms=500, text="精彩"),))
    timeline = Timeline(tracks=(VideoTrack(id="v", clips=(clip(1, "med_1", 0),)), texts))
    with latin_fonts_alone(), pytest.raises(EngineError, match="Chinese characters"):
        preview("frame", media, tmp_path / "f.jpg", timeline, at_ms=0)


def test_a_time_outside_the_reel_is_refused_with_its_length(media: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"0:05 lies outside the reel, which lasts 0:01"):
        preview("frame", media, tmp_path / "f.jpg", reel(clip(1, "med_1", 0)), at_ms=5000)


def test_a_frame_of_the_footage_needs_no_timeline(media: list[dict[str, Any]], tmp_path: Path) -> None:
    board = preview("frame", media, tmp_path / "f.jpg", at_ms=2500, media_id="med_1")
    red = color_at(tmp_path / "f.jpg", 0.5, 0.8)
    assert red[0] > red[2] + 50
    assert board["description"] == "比赛 wide.mp4 at 0:02.5."
    with pytest.raises(EngineError, match=r"no media “med_9”"):
        preview("frame", media, tmp_path / "f.jpg", media_id="med_9")
    with pytest.raises(EngineError, match=r"song\.mp3 has no pictures"):
        preview("frame", media, tmp_path / "f.jpg", media_id="med_3")


def test_the_moments_sheet_names_each_moment_with_its_reason(media: list[dict[str, Any]], tmp_path: Path) -> None:
    picks = [
        {
            "media_id": "med_1", "source": "wide.mp4", "start_ms": 200, "end_ms": 1800, "peak_ms": 1000,
            "score": 0.91, "confidence": "high", "why": "crowd +14 dB, motion x3",
        },
        {
            "media_id": "med_1", "source": "wide.mp4", "start_ms": 2200, "end_ms": 3800, "peak_ms": 3000,
            "score": 0.4, "confidence": "low", "why": "a cut",
        },
    ]  # fmt: skip
    curves = {"med_1": [{"at_ms": ms, "score": ms / 4000} for ms in range(0, 4000, 100)]}
    sources = read_sources(media[:1])
    board = moments_sheet(picks, curves, sources, tmp_path / "moments.jpg", no_progress)
    assert "1. wide.mp4 0:00.2-0:01.8, peak 0:01, score 0.91 (high): crowd +14 dB, motion x3" in board.description
    assert color_at(tmp_path / "moments.jpg", 0.1, 0.25)[2] > 100
    assert (tmp_path / "moments.jpg").stat().st_size <= MAX_BYTES
    nothing = moments_sheet([], {}, sources, tmp_path / "none.jpg", no_progress)
    assert nothing.description == "No moment stands out in 比赛 wide.mp4."


def test_the_moments_of_a_session_come_with_the_kind_of_footage_that_they_are_from(
    media: list[dict[str, Any]], tmp_path: Path
) -> None:
    alone = preview("moments", media[:1], tmp_path / "one.jpg")["description"]
    assert "\nWhat kind of footage this is cannot be told: 1 scene seen, " in alone
    both = preview("moments", media[:2], tmp_path / "two.jpg")["description"]
    assert "\n比赛 wide.mp4: What kind" in both and "\ntall.mp4: What kind" in both


def test_noise_still_fits_into_the_size_that_a_chat_can_show(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1400, 1280, 3), np.uint8)
    save_jpeg(Image.fromarray(noise), tmp_path / "noise.jpg")
    assert (tmp_path / "noise.jpg").stat().st_size <= MAX_BYTES


def test_signs_without_a_glyph_become_question_marks_and_line_breaks_become_spaces() -> None:
    with latin_fonts_alone():
        assert drawable("goal\n精彩!") == "goal ??!"


def test_long_text_is_wrapped_and_cut_within_its_width() -> None:
    text = "the crowd is louder than anywhere else " * 4
    lines = wrapped(text, 13, 200, 2)
    assert len(lines) == 2 and lines[1].endswith("...")
    assert all(length(line, 13) <= 200 for line in lines)
    assert cut("short", 13, 200) == "short"
    assert len(wrapped("欢呼声" * 20, 13, 100, 3)) == 3
    assert wrapped("word" * 80, 13, 100, 3)[2].endswith("...")


def test_a_whole_preview_runs_in_the_engine_process(media: list[dict[str, Any]], tmp_path: Path) -> None:
    from test_door import engine, lines_of

    texts = TextTrack(id="t", texts=(Text(id="x", start_ms=0, duration_ms=500, text="Hi"),))
    timeline = Timeline(tracks=(VideoTrack(id="v", clips=(clip(1, "med_1", 0),)), texts))
    spec = {"job": "preview", "what": "storyboard", "media": media, "output": str(tmp_path / "b.jpg")}
    with engine(json.loads(json.dumps({**spec, "timeline": timeline.model_dump(mode="json")})), driver=False) as child:
        lines = lines_of(child)
    assert lines[-1]["result"]["width"] == 1280
