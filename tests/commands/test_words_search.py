"""Searching by what is said, at the shell: subtitle files beside the footage, in any encoding, hostile or not."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.cli import main
from media_factory import make_clip

TALK = [
    (2000, 5000, "Welcome to the show. Today we talk"), (5000, 8000, "about gradient descent and its uses."),
    (12_000, 15_500, "Gradient descent takes small steps."), (19_000, 23_000, "And that is a penalty!"),
    (30_000, 33_000, "Two more penalties were given later."), (36_000, 39_000, "[APPLAUSE] Thank you all."),
]  # fmt: skip
ZH = [(5000, 8000, "今天讲梯度下降"), (19_000, 23_000, "这是一个点球！"), (30_000, 33_000, "后来又判了两个点球")]
Plan = Callable[..., dict[str, Any]]


def stamp(ms: int) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"


def srt(cues: list[tuple[int, int, str]]) -> str:
    return "\n".join(f"{n}\n{stamp(a)} --> {stamp(b)}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("talk") / "talk.mp4", seconds=40, size=(64, 36), fps=5, loud=[(20, 24)])


@pytest.fixture
def footage_dir(tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HIGHLIGHT_HOME", str(tmp_path / "home"))
    folder = tmp_path / "footage"
    folder.mkdir()
    shutil.copy(recording, folder / "talk.mp4")
    return folder


@pytest.fixture
def plan(footage_dir: Path, capsys: pytest.CaptureFixture[str]) -> Plan:
    def planned(words: str, name: str = "talk.mp4") -> dict[str, Any]:
        assert main(["plan", str(footage_dir / name), words, "--json"]) == 0
        answer: dict[str, Any] = json.loads(capsys.readouterr().out)
        return answer

    return planned


@pytest.mark.slow
def test_every_time_it_is_said_becomes_a_clip_with_the_sentence_as_evidence(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.en.srt").write_text(srt(TALK), encoding="utf-8")
    found = plan("every time somebody says penalty")
    assert [pick["signals"]["said"] for pick in found["picks"]] == [
        "And that is a penalty!", "Two more penalties were given later.",
    ]  # fmt: skip
    assert [pick["confidence"] for pick in found["picks"]] == ["high", "high"]
    assert found["picks"][0]["why"] == "talk.en.srt says “And that is a penalty!”"
    for pick, (start, end) in zip(found["picks"], [(19_000, 23_000), (30_000, 33_000)], strict=True):
        assert start - 700 <= pick["start_ms"] <= start
        assert end <= pick["end_ms"] <= end + 800
    assert plan("every time somebody says penalty")["picks"] == found["picks"]


@pytest.mark.slow
def test_a_subject_becomes_the_passage_from_sentence_to_sentence(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.srt").write_text(srt(TALK), encoding="utf-8")
    (pick,) = plan("the part where they talk about gradient descent")["picks"]
    assert pick["signals"]["kind"] == "topic"
    assert 3000 <= pick["start_ms"] <= 5000
    assert 15_500 <= pick["end_ms"] <= 16_400


@pytest.mark.slow
def test_chinese_words_are_found_in_a_chinese_encoding(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.zh.srt").write_bytes(srt(ZH).encode("gb18030"))
    found = plan("提到点球的片段")
    assert [pick["signals"]["said"] for pick in found["picks"]] == ["这是一个点球！", "后来又判了两个点球"]
    assert "剪出2段" in found["message"]


@pytest.mark.slow
def test_the_part_about_a_subject_in_chinese(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.srt").write_text(srt(ZH), encoding="utf-8")
    assert [pick["signals"]["matched"] for pick in plan("关于梯度下降的部分")["picks"]] == ["梯度下降"]


@pytest.mark.slow
def test_subtitles_in_two_languages_are_both_searched_and_one_moment_counts_once(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.en.srt").write_text(srt([(19_000, 23_000, "A penalty, says the VAR.")]), encoding="utf-8")
    (footage_dir / "talk.zh.vtt").write_text("WEBVTT\n\n00:19.000 --> 00:23.000\nVAR判了点球\n", encoding="utf-8")
    assert len(plan("every time he says VAR")["picks"]) == 1
    assert len(plan("every time he says 点球")["picks"]) == 1


@pytest.mark.slow
def test_words_that_are_not_said_are_named_with_the_nearest_ones(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.srt").write_text(srt(TALK), encoding="utf-8")
    found = plan("every time somebody says penality")
    assert (found["status"], found["timeline"], found["picks"]) == ("needs_input", None, [])
    assert "Nobody says “penality” in talk.srt (6 sentences)." in found["message"]
    assert "“penalty”" in found["message"]


@pytest.mark.slow
def test_notes_in_brackets_are_not_words_that_somebody_says(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.srt").write_text(srt(TALK), encoding="utf-8")
    assert plan("every time somebody says applause")["picks"] == []


@pytest.mark.slow
def test_a_changed_subtitle_file_changes_the_result(footage_dir: Path, plan: Plan) -> None:
    file = footage_dir / "talk.srt"
    file.write_text(srt(TALK), encoding="utf-8")
    assert len(plan("every time somebody says penalty")["picks"]) == 2
    file.write_text(srt(TALK[:4]), encoding="utf-8")
    assert len(plan("every time somebody says penalty")["picks"]) == 1


def test_without_words_the_way_to_them_is_said_and_nothing_is_guessed(plan: Plan) -> None:
    found = plan("every time somebody says penalty")
    assert (found["status"], found["picks"]) == ("needs_input", [])
    for part in (".srt or .vtt", "highlight-mcp extras fetch words"):
        assert part in found["message"]


@pytest.mark.slow
def test_a_length_keeps_the_reel_within_it(footage_dir: Path, plan: Plan) -> None:
    (footage_dir / "talk.srt").write_text(srt(TALK), encoding="utf-8")
    found = plan("a 6 second reel of every time somebody says penalty")
    assert sum(pick["end_ms"] - pick["start_ms"] for pick in found["picks"]) <= 6000
    assert "Said 2 times; 1 of them fit" in found["message"]


@pytest.mark.slow
def test_an_ordinary_moment_does_not_end_inside_a_sentence_and_quotes_what_is_said(
    footage_dir: Path, plan: Plan
) -> None:
    cues = [(17_000, 20_500, "This sentence is long."), (21_000, 25_500, "So is the one after it.")]
    (footage_dir / "talk.srt").write_text(srt(cues), encoding="utf-8")
    found = plan("find the loudest moments")
    (pick,) = found["picks"]
    inside = [a for a, b, _ in cues if a < pick["start_ms"] < b] + [b for a, b, _ in cues if a < pick["end_ms"] < b]
    assert inside == []
    assert pick["signals"]["kind"] == "loud"
    assert pick["signals"]["from"] == "talk.srt"
    assert pick["signals"]["said"] in pick["why"]


@pytest.mark.slow
def test_analyse_quotes_the_subtitles_beside_what_was_measured(
    footage_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (footage_dir / "talk.srt").write_text(srt([(19_000, 23_000, "What a goal!")]), encoding="utf-8")
    assert main(["analyse", str(footage_dir / "talk.mp4"), "--json"]) == 0
    moments = json.loads(capsys.readouterr().out)["moments"]
    best = next(one for one in moments if one["start_ms"] < 23_000 and one["end_ms"] > 19_000)
    assert best["signals"]["said"] == "What a goal!"
    assert best["why"].endswith("; talk.srt: “What a goal!”")
    assert not any("said" in one["signals"] for one in moments if one["start_ms"] > 25_000)


@pytest.mark.slow
def test_subtitles_of_a_longer_cut_never_reach_beyond_the_footage(footage_dir: Path, plan: Plan) -> None:
    cues = [(38_000, 45_000, "A late penalty"), (50_000, 52_000, "and a penalty that is not there.")]
    (footage_dir / "talk.srt").write_text(srt(cues), encoding="utf-8")
    (pick,) = plan("every time somebody says penalty")["picks"]
    assert pick["end_ms"] <= 40_000 and "not there" not in pick["why"]


def test_a_link_out_of_the_folder_is_not_read(footage_dir: Path, plan: Plan, tmp_path: Path) -> None:
    secret = tmp_path / "secret.srt"
    secret.write_text(srt(TALK), encoding="utf-8")
    try:
        (footage_dir / "talk.srt").symlink_to(secret)
    except OSError:
        pytest.skip("this system allows no links")
    found = plan("every time somebody says penalty")
    assert found["picks"] == []
    assert "penalties" not in json.dumps(found)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_beside_the_footage_is_not_waited_for(footage_dir: Path, plan: Plan) -> None:
    os.mkfifo(footage_dir / "talk.srt")
    answer: list[dict[str, Any]] = []
    asking = threading.Thread(target=lambda: answer.append(plan("every time somebody says penalty")), daemon=True)
    asking.start()
    asking.join(60)
    assert answer and answer[0]["picks"] == []


HOSTILE = (
    b"", b"\x00" * 5000, bytes(range(256)) * 40, b"<" * 200_000, b"<a" * 200_000, b"00:00:01,000 --> " * 20_000,
    b"1\n99:99:99,999 --> 00:00:00,000\nx\n", b"\n" * 300_000, b"{\\" * 100_000, "\u202e\u0000".encode() * 999,
    b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<a" * 300_000, b"1\n00:00:01,000 --> 00:00:02,000\n" + b"[(" * 300_000,
)  # fmt: skip


@pytest.mark.slow
def test_hostile_subtitle_files_are_harmless(footage_dir: Path, plan: Plan) -> None:
    for number, content in enumerate(HOSTILE):
        (footage_dir / f"talk.{number}.srt").write_bytes(content)
    (footage_dir / "talk.srt").write_text(srt(TALK), encoding="utf-8")
    assert len(plan("every time somebody says penalty")["picks"]) == 2


@pytest.mark.slow
def test_subtitles_inside_the_footage_are_searched(
    footage: Callable[[str], Path], footage_dir: Path, plan: Plan
) -> None:
    shutil.copy(footage("video/nasa_multistream.mp4"), footage_dir / "nasa.mp4")
    (pick,) = plan("every time they say telescope", "nasa.mp4")["picks"]
    assert pick["signals"]["from"] == "subtitle track 1 (eng)"
    assert "Webb space telescope" in pick["signals"]["said"]
    again = plan("the part about Goddard Space Flight Center", "nasa.mp4")
    assert again["picks"][0]["signals"]["matched"] == "Goddard Space Flight Center"
