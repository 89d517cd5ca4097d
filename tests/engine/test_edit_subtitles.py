"""Subtitle files: SubRip and WebVTT, found beside the footage, in many encodings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.transcripts.subtitles import decoded, encoding_of, parse, read, subtitle_files

SRT = "1\n00:00:01,500 --> 00:00:03,000\n<i>Hello</i>\nthere\n\n2\n00:00:04,000 --> 00:00:05,000\n{\\an8}Bye\n"
VTT = (
    "WEBVTT - title\n\nNOTE not shown\n\nintro\n00:01.500 --> 00:03.000 align:start\n<v Ann>Hello 1 < 2\n\n"
    "1:00:04.000 --> 1:00:05.000\nBye\n"
)


def test_cues_of_subrip_are_read_with_their_lines_and_without_styling() -> None:
    cues = parse(SRT, "m")
    assert [(cue.start_ms, cue.end_ms, cue.text, cue.media_id) for cue in cues] == [
        (1500, 3000, "Hello\nthere", "m"), (4000, 5000, "Bye", "m"),
    ]  # fmt: skip


def test_cues_of_webvtt_are_read_with_short_times_and_settings() -> None:
    cues = parse(VTT)
    assert [(cue.start_ms, cue.text) for cue in cues] == [(1500, "Hello 1 < 2"), (3_604_000, "Bye")]


def test_webvtt_tells_when_each_word_is_said() -> None:
    words = "We<00:00:01.400><c> won</c><00:00:02.000><c> it &amp; how</c>"
    (cue,) = parse(f"WEBVTT\n\n00:01.000 --> 00:03.000\n{words}\n")
    assert (cue.text, cue.marks) == ("We won it & how", ((0, 1000), (3, 1400), (7, 2000)))
    assert parse(SRT)[0].marks == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do(ending: str) -> None:
    assert len(parse(SRT.replace("\n", ending))) == 2


def test_what_is_no_cue_is_passed_over() -> None:
    broken = "99:99 --> nothing\nx\n\n00:00:05,000 --> 00:00:04,000\nbackwards\n\n00:00:06,000 --> 00:00:07,000\n\n"
    assert parse(broken + SRT)[0].text == "Hello\nthere" and len(parse(broken + SRT)) == 2


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("进球了，太精彩了！", "utf-8"), ("进球了，太精彩了！", "utf-8-sig"), ("进球了，太精彩了！", "gb18030"),
     ("进球了，太精彩了！", "utf-16"), ("Hello there, you.", "utf-16-le"), ("Hello there, you.", "utf-16-be"),
     ("這是一個點球，他們說了很多", "big5"), ("これはペナルティです", "shift_jis"),
     ("이것은 페널티입니다. 그는 말했다", "euc_kr"),
     ("Это пенальти, сказал он", "cp1251"), ("Señor, ¿qué pasó aquí?", "cp1252"),
     ("Où est l'été, garçon ? Là-bas, économie", "cp1252"), ("naïve café", "utf-8"), ("naïve café, voilà", "cp1252"),
     ("Zażółć gęślą jaźń. Sędzia wskazał na środek.", "cp1250"), ("Sędzia wskazał na środek, ależ gol!", "iso8859-2"),
     ("Τι γκολ στο τελευταίο λεπτό!", "cp1253"), ("Işık ve şarkı, çocuklar çok mutluydu, ağladı.", "cp1254"),
     ("שלום עולם, מה שלומך היום?", "cp1255"), ("مرحبا بالعالم، كيف حالك اليوم؟", "cp1256"),
     ("Teisėjas parodė į baudinio žymą, žmonės šaukė.", "cp1257"), ("นี่คือประตูที่สวยที่สุดของฤดูกาล", "tis-620"),
     ("Это пенальти, сказал он", "koi8-r"), ("Это пенальти, сказал он", "cp866"),
     ("これはペナルティです、と彼は言った。", "euc-jp")],
)  # fmt: skip
def test_the_encoding_is_recognised(text: str, encoding: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_an_encoding_that_was_guessed_is_told_and_utf_is_not() -> None:
    assert encoding_of("Zażółć gęślą jaźń".encode("cp1250")) == ("cp1250", True)
    assert encoding_of("Zażółć".encode()) == ("utf-8", False)
    assert encoding_of(b"plain") == ("utf-8", False)


def test_one_damaged_byte_does_not_make_another_encoding_of_utf() -> None:
    raw = "Zażółć gęślą jaźń, dobrze".encode()
    assert decoded(raw[:4] + b"\xff" + raw[4:]) == "Zaż\ufffdółć gęślą jaźń, dobrze"


@given(st.binary(max_size=400))
def test_no_bytes_can_break_the_reader(raw: bytes) -> None:
    assert all(cue.start_ms < cue.end_ms for cue in parse(decoded(raw)))


def test_files_named_like_the_footage_are_found_and_others_only_by_name(tmp_path: Path) -> None:
    for name in ("match.srt", "match.zh.vtt", "other.srt", "match2.srt", "match.txt"):
        (tmp_path / name).write_text(SRT, encoding="utf-8")
    video = tmp_path / "match.mp4"
    assert [file.name for file in subtitle_files(video)] == ["match.srt", "match.zh.vtt"]
    (other,) = subtitle_files(video, "OTHER.srt")
    assert len(read(other, "m", video)) == 2
    assert subtitle_files(video, "absent.srt") == []
    assert subtitle_files(tmp_path / "nowhere" / "match.mp4") == []


def test_a_real_file_is_read(footage: Callable[[str], Path]) -> None:
    file = footage("video/subtitles-unicode.srt")
    cues = parse(decoded(file.read_bytes()))
    assert cues and all(cue.text for cue in cues)
