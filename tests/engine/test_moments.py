"""Choosing moments: limits are kept, evidence is given, shortage is said."""

import itertools
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.moments import RecordingSignals, choose, liveliness_curve, rank
from highlight_mcp.engine.moments.clip_edges import CandidateClip
from highlight_mcp.engine.moments.fitting import select_clips
from highlight_mcp.engine.moments.moment import Candidate, Confidence, LengthLimits
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.series import SERIES_HZ
from highlight_mcp.engine.signals.sound import BAND_EDGES_HZ, SoundSeries
from highlight_mcp.messages import message
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
    return RecordingSignals(name, info.name, info, replace(analysis, fingerprint=f"hl1:{name}"))


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


def shown(cuts: list[int], seconds: int) -> RecordingSignals:
    """A silent recording of these cuts (ms), looked at five times a second."""
    at_ms = np.arange(0, seconds * 1000, 200, dtype=np.int64)
    still = np.zeros(len(at_ms), np.float32)
    scenes = np.random.default_rng(7).integers(0, 255, (len(cuts) + 1, 54, 64)).astype(np.uint8)
    pictures = replace(
        SampleFrames.none(),
        at_ms=at_ms, images=scenes[np.searchsorted(np.array(cuts), at_ms, side="right")], motion=still, flow=still,
        focus=still + 0.5, camera=np.zeros((len(at_ms), 3), np.float32), cut_ms=np.array(cuts, np.int64),
        cut_after_ms=np.array(cuts, np.int64) - 40, seen_ms=np.array([[0, seconds * 1000]], np.int64),
    )  # fmt: skip
    return source(Analysis("hl1:cuts", seconds * 1000, None, pictures, dense=True), "cuts")


@settings(max_examples=40)
@given(st.lists(st.integers(4, 40), min_size=1, max_size=12), st.integers(500, 4_000))
def test_so_much_of_each_shot_is_one_clip_of_each_without_a_cut_inside(lengths: list[int], clip_ms: int) -> None:
    cuts = [200 * place for place in itertools.accumulate(lengths)]
    whole = shown(cuts, cuts[-1] // 1000 + 4)
    picks = choose([whole], Highlights(criterion="scene_change", clip_ms=clip_ms)).picks
    shots = list(itertools.pairwise([0, *cuts, whole.analysis.duration_ms]))
    assert [pick.start_ms for pick in picks] == [start for start, _ in shots]
    for pick, (start, end) in zip(picks, shots, strict=True):
        assert pick.end_ms <= end
        assert pick.length_ms >= min(clip_ms, end - start - 40)


def fitting(start_s: int, length_s: int, confidence: Confidence, score: float) -> CandidateClip:
    """A clip of a candidate that begins at a time."""
    start, end = start_s * 1000, (start_s + length_s) * 1000
    candidate = Candidate(start, end, (start + end) // 2, score, confidence, message("engine.why.new_shot"))
    return CandidateClip(MATCH, candidate, start, end, 0, MATCH.analysis.duration_ms)


lengths_and_marks = st.lists(st.tuples(st.integers(2, 25), st.booleans()), min_size=1, max_size=12)


@settings(max_examples=200)
@given(lengths_and_marks, st.integers(2, 90))
def test_no_certain_moment_is_left_out_where_most_of_it_fits_in_place_of_lesser_ones(
    some: list[tuple[int, bool]], total_s: int
) -> None:
    some = sorted(some, key=lambda one: not one[1])
    clips = [
        fitting(30 * place, length, "high" if certain else "medium", 20.0 - place)
        for place, (length, certain) in enumerate(some)
    ]
    chosen, left = select_clips(clips, LengthLimits.of(Highlights(total_ms=total_s * 1000, clip_max_ms=30_000)))
    assert sum(clip.length_ms for clip in chosen) <= total_s * 1000
    lesser_ms = sum(clip.length_ms for clip in chosen if clip.candidate.confidence != "high")
    for clip in left:
        if lesser_ms and clip.candidate.confidence == "high":
            assert 0.6 * clip.length_ms > lesser_ms


@pytest.mark.parametrize("total_ms", [25_000, 45_000, 90_000])
def test_a_quieter_recording_is_not_left_out_for_the_third_moment_of_a_louder_one(total_ms: int) -> None:
    quieter = source(recording(cheers=(100, 200), seed=2), "quieter")
    picks = choose([MATCH, quieter], Highlights(total_ms=total_ms)).picks
    assert {pick.media_id for pick in picks} == {"match", "quieter"}


def test_the_same_recording_under_two_names_shows_each_moment_once() -> None:
    copy = replace(MATCH, media_id="copy", name="copy.mp4")
    alone, both = (choose(sources, Highlights(total_ms=90_000)) for sources in ([MATCH], [MATCH, copy]))
    assert both.picks == alone.picks
    assert [note.key for note in both.notes if note not in alone.notes] == ["engine.note.same_recording"]


@settings(max_examples=25)
@given(st.integers(2, 590), st.integers(0, 2**31))
def test_a_cheer_is_found_wherever_it_is_also_in_the_first_and_the_last_minute(at_s: int, seed: int) -> None:
    whole = source(recording(cheers=(at_s,), seed=seed), "any")
    (pick,) = choose([whole], Highlights(total_ms=20_000)).picks
    assert pick.confidence != "low"
    assert pick.start_ms <= (at_s + 1) * 1000 < pick.end_ms


@settings(max_examples=60)
@given(
    st.sampled_from(["clip_ms", "clip_max_ms"]),
    st.integers(2_000, 15_000),
    st.sampled_from(["fast", "normal", "slow"]),
    st.sampled_from([None, 12_000, 30_000, 90_000]),
)
def test_however_short_its_clips_a_reel_never_begins_a_cheer_after_what_it_answers(
    bound: str, length_ms: int, pace: str, total_ms: int | None
) -> None:
    wish = Highlights.model_validate({"criterion": "cheer", bound: length_ms, "pace": pace, "total_ms": total_ms})
    for pick in choose([MATCH], wish).picks:
        onset_ms = 1000 * min(CHEERS, key=lambda start: abs(start * 1000 - pick.peak_ms))
        assert pick.start_ms < onset_ms


def test_minutes_of_one_silent_place_are_said_to_tell_nothing_and_a_cut_recording_is_not() -> None:
    wish = Highlights(total_ms=20_000)
    still, cut = (choose([shown(cuts, 300)], wish) for cuts in ([], [90_000, 180_000]))
    assert [note.key for note in still.notes] == ["engine.note.nothing_clear", "engine.note.one_silent_place"]
    assert "engine.note.one_silent_place" not in [note.key for note in cut.notes]
    assert sum(pick.length_ms for pick in still.picks) == 20_000
