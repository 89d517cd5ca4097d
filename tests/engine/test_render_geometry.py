"""Where a picture lies in the frame, and how its words are broken into lines."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.media.streams import Orientation
from highlight_mcp.engine.render.geometry import Rect, placed
from highlight_mcp.engine.render.line_breaks import break_units, wrap_lines
from highlight_mcp.engine.render.text_overlay import typeset
from highlight_mcp.timeline.model import Clip, Crop, Fit, TextStyle

TURNS = st.sampled_from([0, 90, 180, 270])
FLIPS = st.sampled_from([None, "horizontal", "vertical"])
SIDES = st.integers(16, 4096)
FRAMES = st.sampled_from([(1920, 1080), (1080, 1920), (640, 640)])


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    x, y = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    crop = Crop(x=x, y=y, width=draw(st.floats(0.05, 1)), height=draw(st.floats(0.05, 1)))
    return Clip(
        id="a", start_ms=0, duration_ms=1000, fit=draw(st.sampled_from(["cover", "pad", "blur"])),
        focus=draw(st.none() | st.floats(0, 1)), rotate=draw(TURNS), flip=draw(FLIPS),
        crop=draw(st.none() | st.just(crop)),
    )  # fmt: skip


@given(
    clips(),
    SIDES,
    SIDES,
    TURNS,
    st.booleans(),
    st.sampled_from([(1920, 1080), (1080, 1920), (640, 640)]),
    st.booleans(),
)
def test_the_used_part_lies_in_the_picture_and_the_picture_in_the_frame(
    clip: Clip, width: int, height: int, rotation: int, mirrored: bool, frame: tuple[int, int], cover: bool
) -> None:
    place = placed(clip, (width, height), Fraction(1), Orientation(rotation, mirrored), frame, cover)
    x, y, across, up = place.crop.pixels(width, height)
    assert x >= 0 and y >= 0 and across >= 2 and up >= 2
    assert x + across <= width and y + up <= height
    shown = (place.size[1], place.size[0]) if place.turn in (90, 270) else place.size
    assert all(side % 2 == 0 for side in shown)
    assert all(at >= 0 and at + side <= whole for at, side, whole in zip(place.offset, shown, frame, strict=True))
    assert shown == frame if cover else frame[0] in shown or frame[1] in shown


@given(st.fractions(0, 1), st.fractions(0, 1), TURNS)
def test_turning_a_part_back_four_times_changes_nothing(x: Fraction, y: Fraction, turn: int) -> None:
    part = Rect(x * Fraction(1, 2), y * Fraction(1, 2), Fraction(1, 3), Fraction(1, 4))
    back = part
    for _ in range(4):
        back = back.turned_back(turn)
    assert back == part


@pytest.mark.parametrize(("focus", "left"), [(0.0, 0.0), (None, 0.342), (1.0, 0.684), (0.3, 0.142)])
def test_a_vertical_frame_is_cut_around_the_focus(focus: float | None, left: float) -> None:
    clip = Clip(id="a", start_ms=0, duration_ms=1000, focus=focus)
    place = placed(clip, (1920, 1080), Fraction(1), Orientation(), (1080, 1920), cover=True)
    assert float(place.crop.x) == pytest.approx(left, abs=0.001)
    assert place.crop.height == 1


@pytest.mark.parametrize("fit", ["pad", "blur"])
def test_wide_pixels_are_shown_wide(fit: Fit) -> None:
    clip = Clip(id="a", start_ms=0, duration_ms=1000, fit=fit)
    place = placed(clip, (720, 576), Fraction(64, 45), Orientation(), (1920, 1080), cover=False)
    assert place.size == (1920, 1080)


@given(st.text(alphabet="abc defg\n人山水大，。（）!", max_size=60), st.integers(3, 30))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, limit: int) -> None:
    lines = wrap_lines(text, limit, lambda line: float(len(line)))
    assert all(len(line) <= limit for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_where_they_fit() -> None:
    assert wrap_lines("the best moments", 8, lambda line: float(len(line))) == ["the best", "moments"]


def test_chinese_lines_never_begin_with_closing_punctuation() -> None:
    lines = wrap_lines("今天天气很好，我们去爬山。", 6, lambda line: float(len(line)))
    assert len(lines) > 1
    assert not any(line[0] in "，。" for line in lines)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ไปเที่ยว", ["ไป", "เที่", "ย", "ว"]),
        ("ភាសា", ["ភា", "សា"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ສະບາຍດີ", ["ສະ", "ບາ", "ຍ", "ດີ"]),
        ("クラブへ行った", ["ク", "ラ", "ブ", "へ", "行っ", "た"]),
        ("well-known", ["well-", "known"]),
        ("대한민국", ["대한민국"]),
    ],
)
def test_scripts_without_spaces_may_be_broken_between_their_clusters(text: str, pieces: list[str]) -> None:
    assert break_units(text) == pieces


@pytest.mark.parametrize(
    ("text", "size", "least", "most_lines"),
    [
        ("สวัสดีครับยินดีต้อนรับทุกท่านเข้าสู่การแข่งขันฟุตบอลนัดชิงชนะเลิศในวันนี้ที่สนามกีฬาแห่งชาติ", (1080, 1920), 0.8, 8),
        ("สวัสดีครับยินดีต้อนรับทุกท่านเข้าสู่การแข่งขันฟุตบอลนัดชิงชนะเลิศในวันนี้ที่สนามกีฬาแห่งชาติ", (1920, 1080), 0.8, 4),
        ("សូមស្វាគមន៍មកកាន់ការប្រកួតបាល់ទាត់ផ្តាច់ព្រ័ត្រនៅថ្ងៃនេះ", (1080, 1920), 0.8, 6),
        ("https://www.example-league.org/season_2026/final/highlights", (1080, 1920), 0.5, 6),
        ("#BestMomentsOfTheSpringCup2026Final", (1080, 1920), 0.5, 4),
        ("#bestmomentsofthespringcupfinaltoday", (1080, 1920), 0.5, 4),
        ("Donaudampfschifffahrtsgesellschaftskapitän", (1080, 1920), 0.5, 4),
        ("The best moments of the spring cup", (1080, 1920), 1.0, 4),
    ],
)
def test_long_words_are_broken_before_they_are_made_half_as_large(
    text: str, size: tuple[int, int], least: float, most_lines: int
) -> None:
    style = TextStyle(size=0.09, position="center")
    block, wanted = typeset(text, style, size), typeset("Goal", style, size)
    assert block.size_px >= least * wanted.size_px
    assert len(block.lines) <= most_lines
    assert all(line.width <= size[0] * 0.9 for line in block.lines)
    assert "".join(line.text for line in block.lines).replace(" ", "") == text.replace(" ", "")


def test_lines_are_even() -> None:
    (one, other) = typeset(
        "We came back from two goals down today, and then we won it all", TextStyle(size=0.06), (1920, 1080)
    ).lines
    assert abs(one.width - other.width) < 0.25 * max(one.width, other.width)
