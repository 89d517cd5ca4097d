"""Recordings too long to look at every frame: packet sizes tell where to look, and the plan never varies."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import rank
from highlight_mcp.engine.signals import scan
from highlight_mcp.engine.signals.analysis import Analysis, examine
from highlight_mcp.engine.signals.packets import Packets, likely_cuts, packet_cut_score, picture_seconds
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.sampling_plan import KeyframeScheduler

Footage = Callable[[str], Path]


def packets(seconds: int = 60, group: int = 50, seed: int = 1) -> Packets:
    """A steady recording at 25 frames per second, a keyframe every `group` frames."""
    count = seconds * 25
    size = np.random.default_rng(seed).integers(900, 1_100, count)
    key = np.arange(count) % group == 0
    size[key] = 20_000
    return Packets(np.arange(count, dtype=np.int64) * 40, size.astype(np.int64), key)


def test_one_packet_larger_than_all_around_it_is_a_likely_cut() -> None:
    steady = packets()
    size = steady.size.copy()
    size[777] = 9_000
    at_ms, weight = likely_cuts(replace(steady, size=size))
    assert at_ms.tolist() == [777 * 40]
    assert weight[0] == 1.0
    doubted = packet_cut_score(replace(steady, size=size))
    assert int(doubted.argmax()) == 777 // 50 + 1


def test_steady_footage_has_no_likely_cut_and_action_throughout_has_none_either() -> None:
    steady = packets()
    assert len(likely_cuts(steady)[0]) == 0
    busy = steady.size.copy()
    busy[~steady.key & (np.arange(len(busy)) > 700)] *= 6
    assert len(likely_cuts(replace(steady, size=busy))[0]) == 0


def test_a_keyframe_before_its_time_is_a_likely_cut() -> None:
    steady = packets()
    key = steady.key.copy()
    key[[730, 750]] = [True, False]
    assert 730 * 40 in likely_cuts(replace(steady, key=key))[0].tolist()


@settings(max_examples=40)
@given(st.floats(0.01, 3.0), st.integers(0, 2**31))
def test_glances_never_cost_more_than_the_budget(budget_s: float, seed: int) -> None:
    recording = packets(seed=seed)
    plan = KeyframeScheduler(recording, 640 * 360, budget_s)
    times = plan.first()
    assert times == sorted(set(times))
    price = picture_seconds(20_000, 640 * 360) + 2 * picture_seconds(0, 640 * 360)
    assert len(times) * price <= budget_s
    assert plan.left_s == pytest.approx(budget_s - len(times) * price)


def test_both_sides_of_a_likely_cut_are_looked_at() -> None:
    steady = packets(seconds=600)
    size = steady.size.copy()
    size[7_777] = 9_000
    price = picture_seconds(20_000, 640 * 360) + 2 * picture_seconds(0, 640 * 360)
    times = KeyframeScheduler(replace(steady, size=size), 640 * 360, 20 * price).first()
    assert {7_750 * 40, 7_800 * 40} <= set(times)
    assert len(times) < 20


def _heavy(path: Path) -> scan.ScanPlan:
    return replace(scan.scan_plan_of(probe(path)), least_s=0.0)


def _equal(first: Any, second: Any) -> bool:
    return all(
        np.array_equal(getattr(first, f.name), getattr(second, f.name), equal_nan=f.name in ("motion", "flow"))
        for f in fields(SampleFrames)
    )


def test_one_worker_sees_what_two_workers_see_to_the_last_bit(
    footage: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = footage("composed/dev_outing.mp4")
    _, two, dense = examine(path, _heavy(path), no_progress)
    assert not dense
    monkeypatch.setattr(scan, "WORKERS", 1)
    _, one, _ = examine(path, _heavy(path), no_progress)
    assert _equal(one, two)


def test_a_silent_recording_looked_at_sparsely_still_yields_its_events(footage: Footage) -> None:
    path = footage("composed/dev_outing.mp4")
    info = probe(path)
    sound, pictures, _ = examine(path, _heavy(path), no_progress)
    moments = rank(Analysis("hl1:sparse", info.duration_ms, sound, pictures))
    for start, end in ((43_160, 47_160), (54_520, 60_640), (72_440, 80_480)):
        assert any(m.start_ms < (start + end) // 2 < m.end_ms for m in moments[:4])


def test_what_stands_out_by_its_sound_is_told_before_the_pictures_are_looked_at(footage: Footage) -> None:
    path = footage("composed/dev_talk.mp4")
    told: list[tuple[str, str]] = []
    examine(path, _heavy(path), lambda stage, done, total, text: told.append((stage, str(text))))
    first = next(text for stage, text in told if stage == "analyse_closer")
    assert re.fullmatch(r"By their sound, .*(0:4\d|1:2\d).* stand out so far; looking closer", first)
