"""Movement at one place: the camera's own is told from that of things, and bursts of it are moments."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_moments_signals import rising

from highlight_mcp.engine.moments import rank
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.motion import bursts, estimate_camera_motion, estimate_motion
from highlight_mcp.engine.signals.packets import Packets, busy
from highlight_mcp.engine.signals.sample_frames import HEIGHT, WIDTH, SampleFrames
from highlight_mcp.engine.signals.sampling_plan import dense_regions
from highlight_mcp.engine.signals.shots import Shot

WAVES = np.random.default_rng(1).uniform((-0.5, -0.5, 0.0), (0.5, 0.5, 6.3), (16, 3))
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)


def scene(down: float = 0.0, right: float = 0.0, zoom: float = 0.0, light: float = 0.0) -> np.ndarray:
    """Hills of light as a camera sees them that moved so."""
    rows = (ROWS - 17.5 - down) / (1 + zoom) + 17.5
    columns = (COLUMNS - 31.5 - right) / (1 + zoom) + 31.5
    hills = sum(np.sin(down_ * rows + right_ * columns + phase) for down_, right_, phase in WAVES)
    seen: np.ndarray = np.clip(120 + 16 * hills + light, 0, 255).astype(np.uint8)
    return seen


@settings(max_examples=60)
@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-0.04, 0.04), st.floats(-20, 20))
def test_shift_zoom_and_exposure_are_found_and_leave_little(
    down: float, right: float, zoom: float, light: float
) -> None:
    found = estimate_camera_motion(scene(), scene(down, right, zoom, light))
    assert found.camera.down == pytest.approx(down, abs=0.25)
    assert found.camera.right == pytest.approx(right, abs=0.25)
    assert found.camera.zoom == pytest.approx(zoom, abs=0.01)
    assert np.abs(found.left).mean() < 3.0


def test_something_that_moves_at_a_place_flows_more_than_the_camera_that_zooms_on_it() -> None:
    after = scene()
    after[8:28, 20:40] = scene(down=2.0, right=2.0)[8:28, 20:40]
    acting, zooming, still = (
        estimate_motion(scene(), after),
        estimate_motion(scene(), scene(zoom=0.04)),
        estimate_motion(scene(), scene()),
    )
    assert acting.flow > 3 * zooming.flow > 3 * still.flow
    assert zooming.closer == pytest.approx(0.04 * 16, abs=0.1)
    assert abs(acting.closer) + abs(acting.down) + abs(acting.right) < 0.2


@pytest.mark.parametrize("light", [0, 128, 255])
def test_pictures_without_anything_in_them_do_not_move(light: int) -> None:
    flat = np.full((HEIGHT, WIDTH), light, np.uint8)
    assert estimate_motion(flat, flat) == (0.0, 0.0, 0.5, 0.0, 0.0, 0.0)


def place(seconds: int, *lively: tuple[int, int], swept: tuple[int, int] | None = None, every: int = 1) -> SampleFrames:
    """One shot looked at five times a second (or every so many of those), more moving from second to second."""
    count = seconds * 5
    flow = np.random.default_rng(2).uniform(0.04, 0.06, count)
    camera = np.random.default_rng(3).normal(0, 0.05, (count, 3))
    for start, end in lively:
        flow[start * 5 : end * 5] = 0.13
    if swept is not None:
        camera[swept[0] * 5 : swept[1] * 5, 1] = 0.4
    chosen = np.arange(0, count, every)
    return replace(
        SampleFrames.none(),
        at_ms=chosen * 200,
        images=np.zeros((len(chosen), HEIGHT * 3 // 2, WIDTH), np.uint8),
        motion=(10 * flow[chosen]).astype(np.float32),
        flow=flow[chosen].astype(np.float32),
        focus=np.full(len(chosen), 0.5, np.float32),
        camera=camera[chosen].astype(np.float32),
        seen_ms=np.array([[0, seconds * 1000]]),
    )


def found(pictures: SampleFrames, seconds: int) -> list[tuple[int, int]]:
    """Bursts in one shot, in seconds."""
    whole = [Shot(0, len(pictures), 0, seconds * 1000)]
    return [(round(one.start_ms / 1000), round(one.end_ms / 1000)) for one in bursts(pictures, whole)]


def test_a_burst_begins_and_ends_where_the_movement_does() -> None:
    (first, second) = found(place(120, (30, 38), (80, 90)), 120)
    assert first == pytest.approx((30, 38), abs=1)
    assert second == pytest.approx((80, 90), abs=1)


def test_a_camera_that_pans_makes_no_burst() -> None:
    assert found(place(120, (30, 38), swept=(30, 38)), 120) == []


def test_a_camera_that_always_moves_hides_no_burst() -> None:
    assert len(found(place(120, (30, 38), swept=(0, 120)), 120)) == 1


def test_movement_that_fills_most_of_a_shot_is_what_is_usual_there() -> None:
    assert found(place(60, (10, 55)), 60) == []


def test_looks_that_lie_far_apart_make_no_burst() -> None:
    assert found(place(600, (100, 130), every=30), 600) == []


def test_a_silent_place_where_things_move_for_a_moment_has_a_moment_there() -> None:
    moments = rank(Analysis("hl1:p", 120_000, None, place(120, (30, 38), (80, 90)), dense=True))
    assert [round(one.start_ms / 1000) for one in sorted(moments, key=lambda one: one.start_ms)] == [30, 80]
    assert all(one.signals["kind"] == "motion" and "motion ×" in str(one.why) for one in moments)
    assert not any(one.confidence == "high" for one in moments)


def test_a_late_cheer_begins_with_the_movement_it_answers() -> None:
    alone, *_ = rank(Analysis("hl1:c", 300_000, rising(), SampleFrames.none()))
    answered, *_ = rank(Analysis("hl1:c", 300_000, rising(), place(300, (95, 101)), dense=True))
    assert alone.start_ms >= 99_000
    assert answered.start_ms == pytest.approx(95_000, abs=1_000)
    assert answered.signals["kind"] == "crowd"


def packets(lively: tuple[int, int] | None, seconds: int = 300) -> Packets:
    """A steady silent recording at 25 frames per second whose packets are large for a while."""
    count = seconds * 25
    size = np.random.default_rng(4).integers(900, 1_100, count)
    key = np.arange(count) % 250 == 0
    if lively is not None:
        size[lively[0] * 25 : lively[1] * 25] *= 3
    size[key] = 20_000
    return Packets(np.arange(count, dtype=np.int64) * 40, size.astype(np.int64), key)


def test_where_packets_are_large_for_some_seconds_is_looked_at_with_what_lies_beside() -> None:
    assert busy(packets(None)) == []
    (one,) = busy(packets((100, 108)))
    assert one.start_ms == pytest.approx(100_000, abs=1_500)
    assert one.end_ms == pytest.approx(108_000, abs=1_500)
    (window,) = dense_regions(None, SampleFrames.none(), packets((100, 108)), 300_000)
    assert window[0] < 97_000
    assert window[1] > 111_000
