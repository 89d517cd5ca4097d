"""Logos, watermarks and zooms by words, English and Chinese."""

from typing import Any

import pytest

from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.engine.edit.report import ask_back
from highlight_mcp.language import interpret
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import operation_adapter

LOGO = MediaInfo(media_id="logo", name="logo.png", kind="image", duration_ms=0, width=400, height=200)
REEL = SESSIONS["reel"]
BRANDED = REEL.model_copy(update={"media": (*REEL.media, LOGO)})


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("put logo.png in the top right corner", {"asset": "logo.png", "position": "top-right"}),
        ("把 logo.png 放在右上角", {"asset": "logo.png", "position": "top-right"}),
        (
            "add the watermark 'FC Example' bottom left at 40 %",
            {"text": "FC Example", "position": "bottom-left", "opacity": 0.4},
        ),
        ("在左下角加个水印“阿明摄影”，半透明", {"text": "阿明摄影", "position": "bottom-left", "opacity": 0.5}),
        ("put my logo in the bottom left corner, small", {"position": "bottom-left", "size": 0.08}),
        (
            "put the logo top left, 20% of the width, 60% opacity",
            {"position": "top-left", "size": 0.2, "opacity": 0.6},
        ),
        (
            "overlay logo.png at the bottom right from 0:05 to 0:10",
            {"asset": "logo.png", "position": "bottom-right", "start_ms": 5000, "end_ms": 10_000},
        ),
        ("logo 放到左上角，不透明度 70%", {"position": "top-left", "opacity": 0.7}),
        ("make the logo 30% transparent", {"opacity": 0.7}),
    ],
)
def test_a_logo_or_watermark_is_laid_where_the_words_say(words: str, meant: dict[str, Any]) -> None:
    outcome = interpret(words, BRANDED)
    assert outcome.operations == (operation_adapter.validate_python({"op": "overlay", **meant}),)
    assert not outcome.not_understood and not outcome.unsupported


@pytest.mark.parametrize("words", ["remove the logo", "去掉水印", "get rid of the watermark"])
def test_what_was_laid_goes_and_what_is_in_the_footage_is_refused(words: str) -> None:
    marked = interpret(words, BRANDED.model_copy(update={"overlays": 1}))
    assert marked.operations == (operation_adapter.validate_python({"op": "overlay_remove"}),)
    assert interpret(words, BRANDED).code == "unsupported_op"


def test_a_picture_at_the_end_is_not_taken_for_a_logo() -> None:
    (shown,) = interpret("add logo.png at the end for 3 seconds", BRANDED).operations
    assert (shown.op, shown.model_dump()["mode"]) == ("keep", "append")


def test_a_logo_without_a_picture_is_asked_for() -> None:
    assert interpret("add my logo in the top right corner", REEL).missing == ("asset",)


def test_other_wishes_of_the_sentence_are_read_beside_it() -> None:
    outcome = interpret("put logo.png in the top right corner and mute clip 2", BRANDED)
    assert [operation.op for operation in outcome.operations] == ["overlay", "volume"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("zoom in on the left half of clip 2 slowly", {"target": {"clips": [2]}, "factor": 2.0, "point": "left"}),
        ("第2段慢慢放大", {"target": {"clips": [2]}}),
        ("把第3段放大两倍", {"target": {"clips": [3]}, "factor": 2.0}),
        ("第2段放大左半边", {"target": {"clips": [2]}, "factor": 2.0, "point": "left"}),
        ("zoom into clip 3 2x", {"target": {"clips": [3]}, "factor": 2.0}),
        ("punch in on clip 1", {"target": {"clips": [1]}, "motion": "still"}),
        ("zoom out of clip 2", {"target": {"clips": [2]}, "motion": "out"}),
        ("第2段镜头拉远", {"target": {"clips": [2]}, "motion": "out"}),
        ("zoom in from 0:05 to 0:08", {"target": {"range_ms": [5000, 8000]}}),
        ("remove the zoom from clip 2", {"target": {"clips": [2]}, "factor": 1}),
    ],
)
def test_a_zoom_has_the_target_strength_and_place_that_the_words_say(words: str, meant: dict[str, Any]) -> None:
    outcome = interpret(words, REEL)
    assert outcome.operations == (operation_adapter.validate_python({"op": "zoom", **meant}),)
    assert not outcome.not_understood and not outcome.unsupported


@pytest.mark.parametrize("words", ["zoom in on the ball", "zoom in on the goal in clip 2", "放大球员"])
def test_a_zoom_on_something_that_would_have_to_be_found_is_refused(words: str) -> None:
    assert interpret(words, REEL).kind == "refuse"


@pytest.mark.parametrize("words", ["把字幕放大一点", "音量放大"])
def test_making_something_else_larger_is_no_zoom(words: str) -> None:
    assert not any(operation.op == "zoom" for operation in interpret(words, REEL).operations)


@pytest.mark.parametrize(
    ("words", "value", "possible"),
    [
        ("zoom 50x", "50x", "between 1x and 10x"),
        ("zoom -2x", "-2x", "between 1x and 10x"),
        ("第2段放大50倍", "50倍", "between 1x and 10x"),
        ("logo 900% size", "900%", "between 1% and 100%"),
        (f"add the watermark “{'x' * 250}”", "xxx", "up to 200 signs"),
        (f"add the title “{'x' * 600}”", "xxx", "up to 500 signs"),
    ],
)
def test_a_value_out_of_range_is_named_with_what_is_possible(words: str, value: str, possible: str) -> None:
    outcome = interpret(words, BRANDED)
    assert not outcome.operations
    assert value in str(ask_back(outcome).message) and possible in str(ask_back(outcome).message)


@pytest.mark.parametrize("words", ["logo with opacity 50%", "logo from 0:02 to 0:05", "logo 900% size"])
def test_a_logo_that_is_not_laid_yet_is_asked_about_and_not_refused(words: str) -> None:
    outcome = interpret(words, REEL.model_copy(update={"pictures": ()}))
    assert outcome.kind in ("clarify", "refuse") and not outcome.operations
    assert "emoving" not in str(ask_back(outcome).message) and "sound file" not in str(ask_back(outcome).message)
