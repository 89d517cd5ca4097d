"""Reasons of picks in Chinese: every clause that the engine measures is said, quotations stay as they are."""

import re
from pathlib import Path

import pytest

from highlight_mcp.engine.edit.job import run
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.reasons import reason
from media_factory import make_clip

ENGLISH = re.compile(r"[A-Za-z]{3,}")


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (
            "strong crowd reaction: crowd +14.0 dB over the quiet around it, sustained 3.2 s, motion ×1.5 before it",
            "观众反应强烈：人声比前后安静处高 +14.0 dB，持续 3.2 秒，之前动作增至 ×1.5",
        ),
        (
            "the picture is elsewhere for 3.0 s, 45% unlike its surroundings, motion ×1.2, no crowd reaction",
            "画面在别处停留 3.0 秒，与前后画面相差 45%，动作 ×1.2，没有观众反应",
        ),
        ("laughter-like: many voices, shaking level, for 3.0 s", "像笑声：多人声音，音量抖动，共 3.0 秒"),
        ("nothing stands out; among the liveliest stretches (+0.5 sd of motion and sound)", None),
        ("the whole clip; it is shorter than the reel asked for; best at 4.1 s: a new shot begins", None),
        ("whistle-like tone at 2.9 kHz, for 0.8 s", "像哨声，2.9 kHz，共 0.8 秒"),
        ("no sound for 4.0 s", "4.0 秒没有声音"),
        ("looks like “a red car, fast” (80%, picture search)", "画面像“a red car, fast”（80%，画面搜索）"),
        ("crowd reaction: sustained 2.0 s; match.srt: “Goal, goal: what a save”", None),
        ("speech recognition heard “penalty, surely”", "语音识别听到“penalty, surely”"),
        ("match.srt says “0”", "match.srt：“0”"),
    ],
)
def test_a_reason_is_told_in_chinese_and_quotations_stay(why: str, told: str | None) -> None:
    found = reason(why, "zh")
    assert told is None or found == told
    plain = re.sub(r"“[^”]*”|match\.srt", "", found)
    assert not ENGLISH.search(plain.replace("kHz", "")), found
    assert re.findall(r"“[^”]*”", found) == re.findall(r"“[^”]*”", why)
    assert re.findall(r"[\d.]*\d", found) == re.findall(r"[\d.]*\d", why)


def test_what_is_unknown_and_english_stay_as_they_are() -> None:
    assert reason("something new, of 3 s", "zh") == "something new，of 3 s"
    assert reason("crowd reaction: a, b", "en") == "crowd reaction: a, b"
    assert reason("", "zh") == ""


@pytest.mark.parametrize("wish", ["精彩瞬间，6秒", "剪出最热闹的片段，5秒", "掌声集锦，6秒"])
def test_a_chinese_wish_is_answered_with_chinese_reasons(tmp_path: Path, wish: str) -> None:
    path = make_clip(tmp_path / "a.mp4", seconds=30, cuts=(8, 16, 24), sound="noise", loud=[(10, 13), (20, 24)])
    media = [{"path": str(path), "info": probe(path).model_copy(update={"media_id": "m1"}).model_dump(mode="json")}]
    result = run({"instruction": wish, "media": media}, lambda *_: None)
    assert result["picks"], result["message"]
    assert not [pick["why"] for pick in result["picks"] if ENGLISH.search(pick["why"])]
