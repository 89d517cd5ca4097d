"""The pure parts under the analysis: rolling statistics, spans, blocks of samples, cuts, likeness."""

import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.signals.frame_changes import CHANGED, FrameChanges, difference, replaced
from highlight_mcp.engine.signals.motion import estimate_motion, shift
from highlight_mcp.engine.signals.packets import DecodeBudget
from highlight_mcp.engine.signals.sample_frames import merge_frames
from highlight_mcp.engine.signals.series import (
    SAMPLE_RATE,
    hysteresis,
    rolling_deviation,
    rolling_mean,
    rolling_percentile,
)
from highlight_mcp.engine.signals.shots import boundaries
from highlight_mcp.engine.signals.similarity import any_alike, prepare, similarity
from highlight_mcp.engine.signals.sound import SoundBlocks
from highlight_mcp.engine.signals.sound_activity import silences
from highlight_mcp.engine.signals.sound_frames import SoundFrames

values = st.lists(st.floats(-100, 100, width=32), min_size=1, max_size=120).map(lambda v: np.array(v, np.float32))


@given(values, st.integers(1, 50), st.integers(0, 100))
def test_a_rolling_percentile_is_one_of_the_values_near_it(series: np.ndarray, window: int, percent: int) -> None:
    found = rolling_percentile(series, window, percent)
    assert found.shape == series.shape
    for index, value in enumerate(found):
        assert value in series[max(0, index - window) : index + window + 1]


@given(values, st.integers(1, 50))
def test_a_rolling_mean_lies_between_the_extremes_and_a_constant_does_not_deviate(
    series: np.ndarray, window: int
) -> None:
    mean = rolling_mean(series, window)
    assert (mean >= series.min() - 1e-3).all()
    assert (mean <= series.max() + 1e-3).all()
    assert rolling_deviation(np.full_like(series, series[0]), window).max() < 1e-2


@given(values, st.floats(0, 50), st.integers(1, 10), st.integers(1, 10))
def test_spans_are_apart_and_reach_the_level_to_enter(series: np.ndarray, enter: float, gap: int, least: int) -> None:
    spans = hysteresis(series, enter, enter / 2, gap, least)
    assert all(b - a >= least and float(series[a:b].max()) > enter for a, b in spans)
    assert all(after[0] - before[1] >= gap for before, after in itertools.pairwise(spans))


ranges = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=20)


@given(ranges)
def test_merged_ranges_cover_the_same_time_without_overlap(pairs: list[tuple[int, int]]) -> None:
    covered = {t for a, b in pairs for t in range(a, b)}
    found = merge_frames(np.array(pairs, np.int64).reshape(-1, 2))
    assert {t for a, b in found for t in range(a, b)} == covered
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))


@settings(max_examples=20)
@given(st.integers(0, 2**31), st.floats(0.0, 1.0), st.floats(0.0, 120.0))
def test_whether_any_pair_is_alike_is_what_their_likeness_says(seed: int, least: float, tint: float) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 255, (4, 54, 64)).astype(np.uint8)
    images[:, 36:] = 128 + rng.normal(0, tint, (4, 1, 64)).clip(-120, 120)
    images[3] = images[0] // 2 + 30
    first, second = np.array([0, 0, 1, 2]), np.array([1, 3, 2, 3])
    views = prepare(images)
    assert any_alike(views, first, second, least) == bool((similarity(views, first, second) >= least).any())


@settings(max_examples=15)
@given(st.lists(st.integers(1, 9000), min_size=1, max_size=30), st.integers(0, 2**31))
def test_series_do_not_depend_on_how_samples_arrive(sizes: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.1, sum(sizes)).astype(np.float32)
    count = len(samples) // 1600
    at_once, in_parts = SoundBlocks(0, count), SoundBlocks(0, count)
    at_once.feed(0, samples)
    position = 0
    for size in sizes:
        in_parts.feed(position, samples[position : position + size])
        position += size
    assert np.array_equal(at_once.finish().bands, in_parts.finish().bands)


def test_a_gap_in_the_time_stamps_becomes_silence_of_that_length() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    blocks = SoundBlocks(0, 40)
    blocks.feed(0, noise)
    blocks.feed(3 * SAMPLE_RATE, noise)
    level = blocks.finish().level
    assert level[2:8].min() > -30
    assert level[11:29].max() < -80
    assert level[31:38].min() > -30


@pytest.mark.parametrize("rate", [48_000, 44_100, 16_000])
def test_frames_of_sound_become_series_at_their_own_times_whatever_the_rate(rate: int) -> None:
    blocks = SoundBlocks(0, 60)
    frames = SoundFrames(blocks, 1.0)
    rng = np.random.default_rng(2)
    for first in [*range(0, 2 * rate - 1023, 1024), *range(4 * rate, 6 * rate - 1023, 1024)]:
        noise = rng.normal(0, 0.1, (2, 1024)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(noise, "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate, first + rate, Fraction(1, rate)
        frames.take(frame)
    frames.finish()
    level = blocks.finish().level
    assert level[1:19].min() > -40
    assert level[21:39].max() < -80
    assert level[41:59].min() > -40


def test_silences_keep_their_margin_and_least_length() -> None:
    loudness = np.full(100, -20.0, np.float32)
    loudness[30:50] = -80.0
    loudness[70:73] = -80.0
    assert silences(loudness, 10_000, 700, 150) == [(3150, 4850)]


def test_a_cut_is_found_at_its_frame_and_steady_action_is_not_one() -> None:
    unlike = np.full(60, 0.02, np.float32)
    unlike[30] = 0.9
    times = np.arange(60) * 40
    new = np.ones(60, np.float32)
    clear, doubtful = boundaries(times, unlike, new)
    assert clear.tolist() == [1200]
    assert doubtful.tolist() == []
    assert boundaries(times, np.full(60, 0.5, np.float32), new)[0].tolist() == []


def test_a_car_that_fills_half_the_picture_opens_no_shot_and_another_picture_does() -> None:
    rng = np.random.default_rng(5)
    road = rng.uniform(90, 110, (36, 64)).astype(np.float32)
    car = road - 15
    car[:, 20:44] = rng.uniform(180, 250, (36, 24))
    assert difference(road, car) > 0.5
    assert replaced(road, car) < 0.2
    assert replaced(road, rng.uniform(0, 250, (36, 64)).astype(np.float32)) == 1.0


def test_exposure_changes_are_no_difference_and_other_pictures_are() -> None:
    rng = np.random.default_rng(3)
    picture = rng.uniform(0, 200, (36, 64)).astype(np.float32)
    assert difference(picture, picture * 0.6 + 20) < 0.05
    assert difference(picture, rng.uniform(0, 200, (36, 64)).astype(np.float32)) > 0.7


@settings(max_examples=10)
@given(st.integers(2, 600), st.integers(0, 2**31), st.sampled_from([3, 60]))
def test_a_run_of_pictures_changes_as_each_two_of_them_do(count: int, seed: int, spread: int) -> None:
    rng = np.random.default_rng(seed)
    scenes = rng.integers(0, 255, (3, 36, 64))
    shown = scenes[np.sort(rng.integers(0, 3, count))] + rng.integers(-spread, spread + 1, (count, 36, 64))
    planes = np.clip(shown, 0, 255).astype(np.uint8)
    changes = FrameChanges()
    for place, plane in enumerate(planes):
        changes.take(plane, asked=place != 1)
    unlike, new = changes.finish()
    asked = [place for place in range(count) if place != 1]
    assert len(unlike) == len(new) == len(asked)
    for at, place in enumerate(asked):
        alone = difference(planes[place - 1], planes[place]) if place else 0.0
        assert unlike[at] == pytest.approx(alone, abs=1e-5)
        assert new[at] == (pytest.approx(replaced(planes[place - 1], planes[place])) if alone > CHANGED else 0.0)


def test_the_shift_of_a_panned_picture_is_found_and_leaves_no_motion() -> None:
    wide = np.random.default_rng(4).integers(0, 255, (46, 80)).astype(np.float32)
    smooth = wide + np.roll(wide, 1, 0) + np.roll(wide, 1, 1) + np.roll(wide, (1, 1), (0, 1))
    smooth = (smooth / 4).astype(np.float32)
    before, after = smooth[5:41, 8:72], smooth[3:39, 5:69]
    assert shift(before, after) == (2, 3)
    assert estimate_motion(before.astype(np.uint8), after.astype(np.uint8))[0] < 2.0


def test_motion_is_centred_where_something_moves() -> None:
    rows, columns = np.mgrid[0:36, 0:64]
    before = (100 + 40 * np.sin(rows / 3.0) * np.cos(columns / 5.0)).astype(np.uint8)
    after = before.copy()
    after[10:24, 50:60] = 240
    movement = estimate_motion(before, after)
    assert movement.residual > 3
    assert movement.flow > 0.1
    assert 0.8 < movement.centre < 0.95


def test_a_shifted_view_is_the_same_place_and_another_picture_is_not() -> None:
    rng = np.random.default_rng(6)
    coarse = np.kron(rng.integers(20, 235, (12, 18)), np.ones((4, 5))).astype(np.uint8)
    other = np.kron(rng.integers(20, 235, (12, 18)), np.ones((4, 5))).astype(np.uint8)
    grey = np.full((18, 64), 128, np.uint8)
    looks = np.stack([np.vstack([p, grey]) for p in (coarse[:36, :64], coarse[4:40, 8:72], other[:36, :64])])
    same, different = similarity(prepare(looks), np.array([0, 0]), np.array([1, 2]))
    assert same > 0.9
    assert different < 0.6


@given(st.lists(st.floats(0.001, 0.1), min_size=1, max_size=50))
def test_looks_never_cost_more_than_was_earned(prices: list[float]) -> None:
    purse = DecodeBudget(rate=0.01, held=0.1)
    spent = sum(price for second, price in enumerate(prices) if purse.affords(float(second), price))
    assert spent <= 0.1 + 0.01 * len(prices)
