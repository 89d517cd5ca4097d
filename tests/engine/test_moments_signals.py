"""What counts as an event in sound and pictures, and what only resembles one."""

from dataclasses import replace

import numpy as np

from highlight_mcp.engine.moments import rank
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.cutaways import find_cutaways
from highlight_mcp.engine.signals.sample_frames import HEIGHT, WIDTH, SampleFrames
from highlight_mcp.engine.signals.series import SERIES_HZ
from highlight_mcp.engine.signals.shots import shots
from highlight_mcp.engine.signals.sound import BAND_EDGES_HZ, SoundSeries

BANDS = len(BAND_EDGES_HZ) - 1
INSIDE = slice(100 * SERIES_HZ, 108 * SERIES_HZ)


def rising(**during: float) -> SoundSeries:
    """Five minutes of quiet noise with a swell of 20 dB at 100 s; `during` sets series inside it."""
    rng = np.random.default_rng(1)
    count = 300 * SERIES_HZ
    level = rng.normal(-45, 0.5, count)
    level[INSIDE] += 20 * np.sin(np.linspace(0.3, np.pi - 0.3, 8 * SERIES_HZ)) + rng.normal(0, 1.2, 8 * SERIES_HZ)
    bands = level[:, None] + rng.normal(0, 0.3, (count, BANDS))
    series = {"noise": np.full(count, 0.56), "voicing": np.full(count, 0.2), "ripple": np.full(count, 0.9)}
    for name, value in during.items():
        if name in series:
            series[name][INSIDE] = value
    if "low_db" in during:
        bands[INSIDE, 0] += during["low_db"]
    if "talker" in during:
        series["voicing"][INSIDE] = np.where(np.arange(8 * SERIES_HZ) % 20 < 10, 0.15, during["talker"])
    return replace(
        SoundSeries.silent(count),
        level=level.astype(np.float32),
        loudness=level.astype(np.float32),
        bands=bands.astype(np.float32),
        **{name: values.astype(np.float32) for name, values in series.items()},
    )


def best_score(sound: SoundSeries) -> float:
    """Score of the moment at the swell; 0 when there is none."""
    moments = rank(Analysis("hl1:s", 300_000, sound, SampleFrames.none()))
    return max((m.score for m in moments if m.signals["kind"] == "crowd"), default=0.0)


def test_a_swell_of_noise_is_a_crowd_and_a_low_steady_pitch_is_an_engine() -> None:
    assert best_score(rising()) > 9  # sure
    assert best_score(rising(voicing=0.45, low_db=14.0)) < 5


def test_a_voice_that_comes_and_goes_through_pure_noise_is_no_crowd() -> None:
    assert best_score(rising(talker=0.45)) < 0.5 * best_score(rising())


def footage(*stays: tuple[str, int], moving: str = "x") -> SampleFrames:
    """Looks five times a second at places (one letter each) for so many seconds, with cuts between them."""
    rng = np.random.default_rng(3)
    places = {name: np.kron(rng.integers(20, 235, (9, 8)), np.ones((6, 8))) for name in sorted({n for n, _ in stays})}
    images: list[np.ndarray] = []
    motion: list[float] = []
    cuts: list[int] = []
    for name, seconds in stays:
        cuts.append(len(images) * 200)
        for _ in range(seconds * 5):
            images.append(np.clip(places[name] + rng.normal(0, 2, (HEIGHT * 3 // 2, WIDTH)), 0, 255))
            motion.append(5.0 if name == moving else 0.3)
    cut_ms = np.array(cuts[1:], np.int64)
    return replace(
        SampleFrames.none(),
        at_ms=np.arange(len(images), dtype=np.int64) * 200,
        images=np.stack(images).astype(np.uint8),
        motion=np.array(motion, np.float32),
        focus=np.full(len(images), 0.5, np.float32),
        cut_ms=cut_ms,
        cut_after_ms=cut_ms - 40,
        seen_ms=np.array([[0, len(images) * 200]]),
    )


def found(pictures: SampleFrames) -> list[tuple[int, int]]:
    every = find_cutaways(pictures, shots(pictures, len(pictures) * 200))
    return [(one.start_ms // 1000, round(one.end_ms / 1000)) for one in every]


def test_a_short_stay_elsewhere_is_a_departure_when_the_pictures_come_back() -> None:
    assert found(footage(("a", 30), ("x", 6), ("a", 30))) == [(30, 36)]


def test_a_short_stay_between_two_homes_is_a_departure_too() -> None:
    assert found(footage(("a", 40), ("x", 6), ("b", 40))) == [(40, 46)]


def test_moving_house_is_no_departure() -> None:
    assert found(footage(("a", 40), ("b", 40))) == []


def test_going_back_and_forth_between_two_places_is_no_departure() -> None:
    assert found(footage(("a", 9), ("x", 9), ("a", 9), ("x", 9))) == []


def test_looks_far_apart_show_a_boundary_where_the_packets_put_it() -> None:
    dense = footage(("a", 20), ("x", 20))
    chosen = np.arange(0, len(dense), 20)
    sparse = replace(
        dense,
        at_ms=dense.at_ms[chosen],
        images=dense.images[chosen],
        motion=dense.motion[chosen],
        focus=dense.focus[chosen],
        cut_ms=np.zeros(0, np.int64),
        cut_after_ms=np.zeros(0, np.int64),
        seen_ms=np.zeros((0, 2), np.int64),
    )
    unknown = shots(sparse, 40_000)
    assert [shot.opening for shot in unknown] == ["cut", "change"]
    told = shots(replace(sparse, likely_ms=np.array([19_200]), likely=np.ones(1, np.float32)), 40_000)
    assert (told[1].start_ms, told[1].opening) == (19_200, "cut")
