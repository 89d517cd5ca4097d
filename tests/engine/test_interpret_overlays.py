"""Logos and watermarks by words, English and Chinese."""

from typing import Any

import pytest

from highlight_mcp.engine.interpret import interpret
from highlight_mcp.engine.interpret.fixtures import SESSIONS
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
    assert interpret("add logo.png at the end for 3 seconds", BRANDED).operations == ()


def test_a_logo_without_a_picture_is_asked_for() -> None:
    assert interpret("add my logo in the top right corner", REEL).missing == ("asset",)


def test_other_wishes_of_the_sentence_are_read_beside_it() -> None:
    outcome = interpret("put logo.png in the top right corner and mute clip 2", BRANDED)
    assert [operation.op for operation in outcome.operations] == ["overlay", "volume"]
