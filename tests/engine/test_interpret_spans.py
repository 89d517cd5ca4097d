"""Times, quantities and clip numbers in words."""

import re
from pathlib import Path

import pytest

from highlight_mcp.language import folders, reading
from highlight_mcp.language.lexicon import index
from highlight_mcp.language.normalize import corrected, normalize
from highlight_mcp.language.numbers import chinese, value_of
from highlight_mcp.language.resolve import numbers
from highlight_mcp.language.scanner import scan


def _spans(text: str) -> list[tuple[str, object]]:
    plain = ("word", "unknown", "separator")
    return [(t.kind, t.value) for t in scan(normalize(text)) if t.kind not in plain]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a minute and a half", "duration", 90_000),
        ("one and a half minutes", "duration", 90_000),
        ("一分半", "duration", 90_000),
        ("两分半钟", "duration", 150_000),
        ("2-3 mins", "duration", 150_000),
        ("两三分钟", "duration", 150_000),
        ("半个小时", "duration", 1_800_000),
        ("1h 02m", "duration", 3_720_000),
        ("half a second", "duration", 500),
        ("twenty-five seconds", "duration", 25_000),
        ("1分30秒", "duration", 90_000),
        ("500 ms", "duration", 500),
        ("1:02:30", "time", 3_750_000),
        ("第40秒", "time", 40_000),
        ("at 40 seconds", "time", 40_000),
        ("the 5 minute mark", "time", 300_000),
        ("from 0:20 to 0:25", "range", (20_000, 25_000)),
        ("between the 5 and the 9 minute mark", "range", (300_000, 540_000)),
        ("5分到9分之间", "range", (300_000, 540_000)),
        ("从1小时02分开始", "range", (3_720_000, None)),
        ("after 1:00", "range", (60_000, None)),
        ("the first ten minutes", "head", 600_000),
        ("最后三秒", "tail", 3000),
        ("30%", "percent", 0.3),
        ("百分之三十", "percent", 0.3),
        ("三成半", "percent", 0.35),
        ("1.5x", "factor", 1.5),
        ("两倍速", "factor", 2.0),
        ("-6 dB", "decibels", -6.0),
        ("6分贝", "decibels", 6.0),
        ("-16 LUFS", "lufs", -16.0),
        ("9:16", "ratio", "9:16"),
        ("16比9", "ratio", "16:9"),
        ("at 9:16", "time", 556_000),
        ("1920x1080", "resolution", "1080p"),
        ("4K", "resolution", "4k"),
        ("60帧", "rate", 60.0),
        ("50兆", "size", 50.0),
        ("clips 2-4", "clips", ((2, 4),)),
        ("the 2nd and the last clip", "clips", ((2, 2), (-1, -1))),
        ("倒数第二段", "clips", ((-2, -2),)),
        ("第二到第四段", "clips", ((2, 4),)),
        ("前两段", "clips", ((1, 2),)),
        ("the last three clips", "clips", ((-3, -1),)),
        ("second to last clip", "clips", ((-2, -2),)),
        ("clip #3", "clips", ((3, 3),)),
        ("3番目のクリップ", "clips", ((3, 3),)),
        ("el tercer clip", "clips", ((3, 3),)),
    ],
)
def test_a_span_has_its_kind_and_value(text: str, kind: str, value: object) -> None:
    assert (kind, value) in _spans(text)


def test_a_number_of_seconds_is_no_clip_number() -> None:
    assert _spans("trim clip 3 to 5 seconds") == [("clips", ((3, 3),)), ("duration", 5000)]


def test_a_title_is_kept_as_written() -> None:
    assert ("quote", "Delete Clip 2 — Ｆinal".replace("Ｆ", "F")) in _spans("title “Delete Clip 2 — Ｆinal”")


def test_marks_in_a_title_keep_their_width() -> None:
    assert ("quote", "进球了！") in _spans("标题“进球了！”")


def test_a_file_name_runs_into_chinese_without_harm() -> None:
    assert ("asset", "music.mp3") in _spans("用music.mp3的节奏")


@pytest.mark.parametrize(
    ("text", "value"), [("一百二十", 120), ("十五", 15), ("两", 2), ("一点五", 1.5), ("二〇二四", 2024)]
)
def test_chinese_numerals(text: str, value: float) -> None:
    assert chinese(text) == value


def test_a_word_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        value_of("and")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("delte", "delete"), ("secnd", "second"), ("vidoe", "video"), ("hihglight", "highlight"), ("clp", "clip")],
)
def test_a_slip_of_the_finger_is_mended(typed: str, meant: str) -> None:
    assert corrected(typed) == meant


@pytest.mark.parametrize("word", ["lost", "mate", "cast", "thing", "would"])
def test_an_ordinary_word_is_left_alone(word: str) -> None:
    assert corrected(word) == word


def test_clip_numbers_outside_the_reel_are_none() -> None:
    assert numbers(((7, 7),), 6) is None
    assert numbers(((-1, -1),), 6) == (6,)
    assert numbers(((4, 2),), 6) == (2, 3, 4)


def test_every_concept_the_readers_name_is_in_the_books() -> None:
    room = Path(reading.__file__).parent
    named = {
        m
        for path in room.rglob("*.py")
        if "llm" not in path.parts
        for m in re.findall(r'"([A-Z][A-Z_]{2,})"', path.read_text(encoding="utf-8"))
    }
    files = (*folders.PATTERNS, *folders.COMPARED, *folders.OPTIONAL)
    keys = {key for name in files for key in folders.words(folders.ENGLISH, name)}
    keys |= {key for name in folders.EXPRESSIONS for key in folders.expressions(folders.ENGLISH, name)}
    keys |= set(folders.words("zh", "characters"))
    known = {concept for concepts in index().values() for concept in concepts} | keys
    assert named - known == {"NFKC", "COLON", "LEFT_OUT", "PARTICLE", "QUESTION"}
