"""Recordings whose clock starts again, leaps or counts from far away: what can be used is said truly."""

from collections.abc import Callable
from pathlib import Path

import pytest
from coded import coded, glued, numbers
from render_kit import pictures, reel, rendered, shot, sources

from highlight_mcp.engine.media.probe import probe

_STARTS_S = [
    (1000, 20),
    (0, 36),
    *(pytest.param(each, marks=pytest.mark.slow) for each in ((0, 0), (1000, 980), (0, 3606))),
]


@pytest.mark.parametrize("starts_s", _STARTS_S)
def test_all_of_a_recording_whose_clock_starts_again_or_leaps_can_be_used(
    tmp_path: Path, starts_s: tuple[int, int]
) -> None:
    path = glued(tmp_path / "a.ts", starts_s)
    info = probe(path)
    (warning,) = info.warnings
    assert warning.key == "engine.media.clock_mended"
    assert ("starts again" if starts_s[1] <= starts_s[0] else "leaps") in str(warning)
    assert abs(info.duration_ms - 12_080) < 100
    for first_ms in (5000, 8000):
        facts = rendered(reel(shot("a", 0, 2000, first_ms)), sources(a=path), tmp_path / "out.mp4")
        shown = numbers(pictures(tmp_path / "out.mp4"))
        assert abs(shown[0] - first_ms // 40) <= 2 and shown == list(range(shown[0], shown[0] + 50))
        assert not facts["warnings"] and all(check["ok"] for check in facts["checks"])


def test_several_seams_are_all_told_and_joined(tmp_path: Path) -> None:
    info = probe(glued(tmp_path / "a.ts", (500, 0, 40)))
    assert [warning.key for warning in info.warnings] == ["engine.media.clock_mended_often"]
    assert abs(info.duration_ms - 18_100) < 100


@pytest.mark.parametrize("start_s", [0, 50_000, 95_440])
def test_a_clock_that_goes_on_is_no_reason_to_warn(tmp_path: Path, start_s: int) -> None:
    info = probe(coded(tmp_path / "a.ts", start_s=start_s, tones=True))
    assert info.warnings == ()
    assert abs(info.duration_ms - 12_000) < 100


def test_a_recording_that_counts_from_far_away_is_whole(faults: Callable[[str], Path]) -> None:
    info = probe(faults("ts/start95000.mkv"))
    assert info.warnings == ()
    assert abs(info.duration_ms - 12_000) < 100
