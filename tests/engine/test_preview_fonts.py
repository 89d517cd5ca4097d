"""Fonts: every sign of a text is drawn, or the error names what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ImageFont

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.render import fonts

UNASSIGNED_SCRIPT = "\U00013000"  # an Egyptian hieroglyph: no ordinary system font has it


@pytest.fixture(autouse=True)
def no_setting() -> Iterator[None]:
    yield
    fonts.prefer(None)


def ink(font: ImageFont.FreeTypeFont, text: str) -> bytes:
    return bytes(font.getmask(text))


@pytest.mark.parametrize("text", ["Goal! 3:1", "Best moments", "50 % / 100 €"])
def test_plain_text_is_always_drawable(text: str) -> None:
    font = fonts.font_for(text, 40)
    assert font.size == 40
    blank = ink(font, "\U0010ffff")
    assert all(ink(font, sign) != blank for sign in text if sign != " ")


def test_a_script_that_no_font_has_is_named_instead_of_drawn_as_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "system_fonts", dict)
    with pytest.raises(EngineError, match="Chinese characters") as caught:
        fonts.font_for("精彩 goal", 40)
    assert caught.value.kind == "asset_missing"
    assert "HIGHLIGHT_FONT" in caught.value.next_step
    with pytest.raises(EngineError, match="Korean Hangul"):
        fonts.font_for("한국", 40)


def test_the_bundled_font_serves_latin_text_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "system_fonts", dict)
    assert fonts.font_for("Highlights", 24).getname()[0]


def test_the_font_of_the_setting_comes_first_and_others_fill_in(tmp_path: Path) -> None:
    file = next((path for path in fonts.system_fonts().values() if path.lower().endswith("serif-bold.ttf")), None)
    if file is None:
        pytest.skip("this machine has no bold serif font to prefer")
    fonts.prefer(Path(file))
    assert fonts.font_for("abc", 20).path == file


def test_a_font_setting_that_is_no_font_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    path.write_text("not a font")
    fonts.prefer(path)
    with pytest.raises(EngineError, match=r"font\.ttf cannot be read"):
        fonts.font_for("abc", 20)


def test_spaces_and_joiners_need_no_glyph() -> None:
    assert fonts.signs_of("a b\u200d\ufe0f\n") == {"a", "b"}


def test_a_rare_script_is_drawn_whole_or_refused() -> None:
    try:
        font = fonts.font_for(UNASSIGNED_SCRIPT, 30)
    except EngineError as error:
        assert "Egyptian" in error.message
    else:
        assert ink(font, UNASSIGNED_SCRIPT) != ink(font, "\U0010ffff")
