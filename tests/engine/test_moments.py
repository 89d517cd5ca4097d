"""Choosing moments: limits are kept, evidence is given, shortage is said."""

import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.moments import RecordingSignals, choose, liveliness_curve, rank
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.series import SERIES_HZ
from highlight_mcp.engine.signals.sound import BAND_EDGES_HZ, SoundSeries
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import SEARCHED, Criterion, Highlights

CHEERS = (60, 150, 240, 330, 420)


def recording(seconds: int = 600, cheers: tuple[int, ...] = CHEERS, seed: int = 1) -> Analysis:
    """A recording of quiet noise with crowd reactions of 8 s, the later the louder (+12 dB and up)."""
    rng = np.random.default_rng(seed)
    count = seconds * SERIES_HZ
    level = rng.normal(-45, 0.5, count)
    for number, start in enumerate(cheers):
        inside = slice(start * SERIES_HZ, (start + 8) * SERIES_HZ)
        swell = np.sin(np.linspace(0.15, np.pi - 0.15, 8 * SERIES_HZ)) * (12 + 2 * number)
        level[inside] += swell + rng.normal(0, 1.2, 8 * SERIES_HZ)
    bands = level[:, None] + rng.normal(0, 0.3, (count, len(BAND_EDGES_HZ) - 1))
    sound = replace(
        SoundSeries.silent(count),
        level=level.astype(np.float32),
        loudness=level.astype(np.float32),
        bands=bands.astype(np.float32),
        noise=np.full(count, 0.52, np.float32),
        voicing=np.full(count, 0.2, np.float32),
        ripple=np.full(count, 0.9, np.float32),
    )
    return Analysis("hl1:test", seconds * 1000, sound, SampleFrames.none())


def source(analysis: Analysis, name: str = "match") -> RecordingSignals:
    info = MediaInfo(media_id=name, name=f"{name}.mp4", kind="video", duration_ms=analysis.duration_ms)
    return RecordingSignals(name, info.name, info, analysis)


MATCH = source(recording())


def test_every_cheer_is_ranked_the_loudest_first() -> None:
    moments = rank(MATCH.analysis, "cheer", "match")
    assert len(moments) == len(CHEERS)
    assert moments[0].start_ms == pytest.approx(CHEERS[-1] * 1000, abs=1200)
    assert [m.score for m in moments] == sorted((m.score for m in moments), reverse=True)


def test_a_pick_tells_its_evidence_with_the_measured_numbers() -> None:
    best = rank(MATCH.analysis)[0]
    assert best.signals["kind"] == "crowd"
    assert f"{best.signals['crowd_db']:+.0f} dB" in str(best.why)
    assert "goal" not in str(best.why)


def test_the_reel_shows_the_seconds_before_a_reaction_when_there_is_room() -> None:
    picks = choose([MATCH], Highlights(total_ms=90_000)).picks
    assert len(picks) == len(CHEERS)
    assert all(2_500 <= start * 1000 - pick.start_ms <= 7_500 for start, pick in zip(CHEERS, picks, strict=True))


@pytest.mark.parametrize("total_ms", [20_000, 31_700, 45_000, 60_000])
def test_a_reel_is_as_long_as_was_asked_for_where_the_footage_allows(total_ms: int) -> None:
    choice = choose([MATCH], Highlights(total_ms=total_ms))
    assert sum(pick.length_ms for pick in choice.picks) == total_ms
    assert not any(note.key.startswith("engine.note.shorter") for note in choice.notes)


def test_shortage_is_delivered_shorter_and_said() -> None:
    choice = choose([MATCH], Highlights(total_ms=300_000))
    assert sum(pick.length_ms for pick in choice.picks) < 120_000
    assert any(note.key == "engine.note.shorter" for note in choice.notes)


wishes = st.builds(
    Highlights,
    criterion=st.sampled_from([name for name in get_args(Criterion) if name not in SEARCHED]),
    total_ms=st.none() | st.integers(500, 400_000),
    count=st.none() | st.integers(1, 20),
    clip_ms=st.none() | st.integers(500, 30_000),
    clip_min_ms=st.none() | st.integers(500, 10_000),
    clip_max_ms=st.none() | st.integers(500, 30_000),
    order=st.sampled_from(["time", "rank", "countdown"]),
    pace=st.sampled_from(["fast", "normal", "slow"]),
    range_ms=st.none() | st.tuples(st.integers(0, 300_000), st.integers(300_001, 700_000)),
)


@settings(max_examples=150)
@given(wishes)
def test_no_wish_breaks_the_limits(wish: Highlights) -> None:
    choice = choose([MATCH], wish)
    picks = sorted(choice.picks, key=lambda pick: pick.start_ms)
    low, high = wish.range_ms or (0, MATCH.analysis.duration_ms)
    for pick in picks:
        assert max(0, low) <= pick.start_ms < pick.end_ms <= min(high, MATCH.analysis.duration_ms)
        assert pick.start_ms <= pick.peak_ms <= pick.end_ms
        assert pick.why
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(picks))
    if wish.total_ms is not None:
        assert sum(pick.length_ms for pick in picks) <= wish.total_ms
    if wish.count is not None:
        assert len(picks) <= wish.count
    assert picks or choice.notes


def test_the_same_wish_gives_the_same_choice() -> None:
    wish = Highlights(total_ms=60_000)
    assert choose([MATCH], wish) == choose([MATCH], wish)


def test_clips_of_a_fixed_length_have_that_length() -> None:
    picks = choose([MATCH], Highlights(criterion="cheer", clip_ms=15_000)).picks
    assert [pick.length_ms for pick in picks] == [15_000] * len(CHEERS)


def test_a_count_takes_the_best_and_names_the_next_ones() -> None:
    choice = choose([MATCH], Highlights(count=2))
    assert [pick.start_ms // 1000 // 90 for pick in choice.picks] == [3, 4]
    assert len(choice.neighbours) == len(CHEERS) - 2


def test_rank_and_countdown_are_each_others_reverse() -> None:
    ranked = choose([MATCH], Highlights(order="rank", total_ms=90_000)).picks
    counted = choose([MATCH], Highlights(order="countdown", total_ms=90_000)).picks
    assert ranked == counted[::-1]
    assert ranked[0].score == max(pick.score for pick in ranked)


def test_several_recordings_share_one_ranking() -> None:
    calm = source(recording(cheers=(100,), seed=2), "calm")
    choice = choose([calm, MATCH], Highlights(count=3))
    assert {pick.media_id for pick in choice.picks} == {"match"}
    everything = choose([calm, MATCH], Highlights(count=10))
    assert [pick.media_id for pick in everything.picks] == ["calm"] + ["match"] * len(CHEERS)


def test_one_source_can_be_asked_for_by_name() -> None:
    calm = source(recording(cheers=(100,), seed=2), "calm")
    assert {p.media_id for p in choose([calm, MATCH], Highlights(count=9, source="calm.mp4")).picks} == {"calm"}


def test_a_criterion_that_is_absent_gives_nothing_and_says_what_was_looked_for() -> None:
    choice = choose([MATCH], Highlights(criterion="whistle"))
    assert choice.picks == []
    assert any("whistle" in str(note) for note in choice.notes)


def test_a_recording_without_events_gives_low_confidence_only() -> None:
    choice = choose([source(recording(cheers=()))], Highlights(total_ms=30_000))
    assert choice.picks
    assert {pick.confidence for pick in choice.picks} == {"low"}
    assert any(note.key == "engine.note.nothing_clear" for note in choice.notes)


def test_goals_are_said_to_be_an_approximation() -> None:
    choice = choose([MATCH], Highlights(criterion="goal", total_ms=60_000))
    assert choice.picks
    assert any("not recognised" in str(note) for note in choice.notes)


def test_footage_shorter_than_the_reel_is_shown_whole() -> None:
    short = source(recording(seconds=12, cheers=(3,)))
    choice = choose([short], Highlights(total_ms=20_000))
    assert [(pick.start_ms, pick.end_ms) for pick in choice.picks] == [(0, 12_000)]
    assert any("all of it" in str(note) for note in choice.notes)


def test_a_picture_has_no_moments_and_does_no_harm() -> None:
    info = MediaInfo(media_id="p", name="p.png", kind="image", duration_ms=0)
    still = RecordingSignals("p", "p.png", info, Analysis("hl1:p", 0, None, SampleFrames.none()))
    choice = choose([still, MATCH], Highlights(count=2))
    assert {pick.media_id for pick in choice.picks} == {"match"}
    assert choose([still], Highlights(count=2)).picks == []


def test_the_curve_is_at_most_one_point_per_second_and_peaks_at_cheers() -> None:
    points = liveliness_curve(MATCH.analysis)
    assert len(points) <= 600
    assert all(0 <= value <= 1 for _, value in points)
    best = max(points, key=lambda point: point[1])[0] / 1000
    assert any(start <= best <= start + 8 for start in CHEERS)
