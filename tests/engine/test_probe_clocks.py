"""Recordings whose clock starts again, leaps or counts from far away: what can be used is said truly."""

from collections.abc import Callable
from pathlib import Path

import pytest
from coded import coded, glued, numbers
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.media.probe import probe
from highlight_mcp.messages import in_words


@pytest.mark.parametrize("starts_s", [(0, 0), (1000, 980), (1000, 20), (500, 0)])
def test_a_clock_that_goes_back_is_told_and_only_what_comes_before_counts(
    tmp_path: Path, starts_s: tuple[int, int]
) -> None:
    path = glued(tmp_path / "a.ts", starts_s)
    info = probe(path)
    assert any("only the first 0:05.9 can be used" in str(warning) for warning in info.warnings)
    assert 5_800 <= info.duration_ms <= 6_000
    facts = rendered(reel(shot("a", 0, 2000, 2000)), sources(a=path), tmp_path / "out.mp4")
    shown = numbers(pictures(tmp_path / "out.mp4"))
    assert abs(shown[0] - 50) <= 1 and shown == list(range(shown[0], shown[0] + 50))
    assert all(check["ok"] for check in facts["checks"])


def test_a_clock_that_leaps_is_told(tmp_path: Path) -> None:
    info = probe(glued(tmp_path / "a.ts", (0, 36)))
    assert any("leaps at 0:05.9" in str(warning) for warning in info.warnings)


def test_pictures_held_over_a_leap_are_not_called_those_of_the_footage(tmp_path: Path) -> None:
    media = sources(a=glued(tmp_path / "a.ts", (0, 36)))
    facts = rendered(reel(shot("a", 0, 2000, 9000)), media, tmp_path / "out.mp4")
    assert any("pictures are missing" in warning for warning in in_words(facts["warnings"]))
    assert [check["name"] for check in facts["checks"] if not check["ok"]] == ["source pictures"]


@pytest.mark.parametrize("start_s", [0, 50_000, 95_440])
def test_a_clock_that_goes_on_is_no_reason_to_warn(tmp_path: Path, start_s: int) -> None:
    info = probe(coded(tmp_path / "a.ts", start_s=start_s, tones=True))
    assert info.warnings == ()
    assert abs(info.duration_ms - 12_000) < 100


def test_a_recording_that_counts_from_far_away_is_whole(faults: Callable[[str], Path]) -> None:
    info = probe(faults("ts/start95000.mkv"))
    assert info.warnings == ()
    assert abs(info.duration_ms - 12_000) < 100
