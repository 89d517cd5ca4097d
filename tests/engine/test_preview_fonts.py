"""Fonts and shaping: every sign of every script is drawn as it is read, or the error names what is missing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from render_kit import latin_fonts_alone

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.render import fonts
from highlight_mcp.engine.render.bidi import levels, visual_order
from highlight_mcp.engine.render.shaping import Lettering, ShapedLine, Stencil, clusters, shaped, width_of

LOOK = Lettering(40)


@pytest.fixture(autouse=True)
def no_setting() -> Iterator[None]:
    yield
    fonts.prefer(None)


def numbers(text: str, look: Lettering = LOOK) -> list[int]:
    """The glyphs of a line, as they are seen from left to right."""
    return [glyph.number for glyph in shaped(text, look).glyphs]


def names(line: ShapedLine) -> list[str]:
    """The font files of a line in the order in which they are seen, each once."""
    return list(dict.fromkeys(Path(glyph.font.path).name for glyph in line.glyphs))


def ink(text: str, look: Lettering = LOOK) -> int:
    line = shaped(text, look)
    stencil = Stencil(int(line.width) + 80, 120)
    stencil.draw(line, 40, 70)
    return int(stencil.ink.astype(np.int64).sum())


@pytest.mark.parametrize(
    "text", ["Goal! 3:1", "50 % / 100 €", "精彩时刻", "ゴール", "한국", "Ελλάδα", "🏆🔥", "ไทย", "✔★"]
)
def test_everyday_text_is_drawable_without_a_font_of_the_system(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "system_fonts", dict)
    fonts.require_fonts(text)
    assert 0 not in numbers(text)
    assert ink(text) > 255 * 40


def test_a_script_that_no_font_has_is_named_instead_of_drawn_as_boxes() -> None:
    with latin_fonts_alone():
        with pytest.raises(EngineError, match="Chinese characters") as caught:
            fonts.require_fonts("精彩 goal")
        assert caught.value.kind == "asset_missing"
        assert "HIGHLIGHT_FONT" in caught.value.next_step
        with pytest.raises(EngineError, match="Korean Hangul"):
            fonts.require_fonts("한국")
        with pytest.raises(EngineError, match="Egyptian"):
            fonts.require_fonts("\U00013000")


def test_the_font_of_the_setting_comes_first_and_others_fill_in() -> None:
    assert names(shaped("abc", LOOK)) == ["NotoSans[wght].ttf"]
    own = next(path for path in fonts.bundled_fonts() if "CJK" in path)
    fonts.prefer(Path(own))
    assert names(shaped("abc 你 ไทย", LOOK)) == [Path(own).name, "NotoSansThai[wght].ttf"]


def test_a_font_setting_that_is_no_font_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "font.ttf"
    path.write_text("not a font")
    fonts.prefer(path)
    with pytest.raises(EngineError, match=r"font\.ttf cannot be read"):
        fonts.require_fonts("abc")


def test_spaces_and_joiners_need_no_glyph() -> None:
    assert fonts.signs_of("a b\u200d\ufe0f\n") == {"a", "b"}


def test_each_script_of_one_text_finds_its_font() -> None:
    line = shaped("Final: مرحبا 你好 🏆 กขค", LOOK)
    assert {
        "NotoSans[wght].ttf",
        "NotoSansArabic[wght].ttf",
        "NotoSansCJK-VF.otf.ttc",
        "NotoSansThai[wght].ttf",
    } <= set(names(line))
    assert 0 not in [glyph.number for glyph in line.glyphs]


def test_chinese_characters_take_the_forms_of_the_language_around_them() -> None:
    assert [fonts.language_of(text) for text in ("直接", "直ちに", "直接 하기", "直接變")] == ["SC", "JP", "KR", "TC"]
    assert numbers("直") != numbers("直の")[:1]


def test_arabic_is_joined_and_runs_to_the_left() -> None:
    joined, loose = numbers("مرحبا"), [numbers(sign)[0] for sign in "مرحبا"]
    assert joined != loose and joined != loose[::-1]
    line = shaped("مرحبا", LOOK)
    assert [glyph.cluster for glyph in line.glyphs] == sorted((g.cluster for g in line.glyphs), reverse=True)
    assert [glyph.cluster for glyph in shaped("שלום", LOOK).glyphs] == [3, 2, 1, 0]


def test_devanagari_marks_and_conjuncts_are_placed() -> None:
    assert len(numbers("क्ष")) == 1
    assert [glyph.cluster for glyph in shaped("कि", LOOK).glyphs] == [0, 0]
    assert numbers("कि")[1] == numbers("क")[0], "the vowel sign stands before its letter"
    thai = shaped("ก่", LOOK)
    assert thai.width == pytest.approx(width_of("ก", LOOK)), "a tone mark stands over its letter"


@pytest.mark.parametrize("text", ["1️⃣", "❤️", "👨‍👩‍👧", "🇩🇪", "👍🏽"])
def test_a_pictograph_of_several_signs_is_one(text: str) -> None:
    assert clusters(text) == [text]
    assert 0 not in numbers(text) and width_of(text, LOOK) < 1.5 * LOOK.size_px


def test_signs_that_only_steer_are_not_drawn() -> None:
    assert ink("Goal\u200b\ufe0f") == ink("Goal")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("abc אבג 12 xyz", "abc 12 גבא xyz"),
        ("אבג abc 12", "abc 12 גבא"),
        ("(אב) 3:1!", "!3:1 (בא)"),
        ("a (ב) c", "a (ב) c"),
        ("مرحبا ١٢-٣", "٣-١٢ ابحرم"),
        ("50% אב", "בא 50%"),
    ],
)
def test_directions_are_those_of_the_unicode_algorithm(text: str, seen: str) -> None:
    """The right values are those of the crate unicode-bidi; brackets are mirrored by the font."""
    _, by_sign = levels(text)
    mirrored = {"(": ")", ")": "("}
    order = visual_order(by_sign)
    assert "".join(mirrored.get(text[at], text[at]) if by_sign[at] % 2 else text[at] for at in order) == seen


def test_letters_can_be_heavier() -> None:
    assert ink("Goal", Lettering(40, 800)) > 1.3 * ink("Goal", Lettering(40, 400))
