"""What kind of footage a recording is taken for, why, and what is said not to have been judged."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments.footage_kind import kind_of
from highlight_mcp.engine.moments.job import run
from highlight_mcp.engine.signals import scan
from highlight_mcp.engine.signals.analysis import Analysis, examine
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.engine.signals.sound import SoundSeries
from highlight_mcp.messages import Message, use_language

Footage = Callable[[str], Path]


def one_place(count: int, duration_ms: int) -> SampleFrames:
    """Looks at a place where nothing much happens."""
    rng = np.random.default_rng(1)
    place = rng.integers(40, 200, (54, 64))
    images = np.clip(place + rng.integers(-2, 3, (count, 54, 64)), 0, 255).astype(np.uint8)
    still = np.zeros(count, np.float32)
    return replace(
        SampleFrames.none(),
        at_ms=np.linspace(0, duration_ms - 1, count).astype(np.int64),
        images=images, motion=still, flow=still, focus=still + 0.5, camera=np.zeros((count, 3), np.float32),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("composed/dev_talk.mp4", "talk"),
        ("composed/dev_match_411.mp4", "match"),
        ("composed/dev_outing_411.mp4", "outing"),
        ("games/dev_stream_11.mp4", "stream"),
    ],
)
def test_a_recording_of_each_kind_is_taken_for_it(footage: Footage, name: str, kind: str) -> None:
    path = footage(name)
    info = probe(path)
    shape = replace(scan.scan_plan_of(info), size_bytes=625 * info.duration_ms, pixels=1920 * 1080, least_s=0.0)
    assert kind_of(Analysis("hl1:kind", info.duration_ms, *examine(path, shape, no_progress))).kind == kind


def test_hours_of_one_silent_place_are_no_kind_and_what_was_not_judged_is_said() -> None:
    duration_ms = 3 * 3_600_000
    found = kind_of(Analysis("hl1:still", duration_ms, None, one_place(60, duration_ms)))
    assert found.kind == "unclear"
    with use_language("en"):
        assert str(found.told()) == (
            "What kind of footage this is cannot be told: 1 scene seen. Not judged: no sound, not every frame was "
            "looked at, 3.0 hours of one place, no score board looked for."
        )
    with use_language("zh"):
        assert "没有声音" in str(found.told()) and "没有查找记分牌" in str(found.told())


@settings(max_examples=20)
@given(st.integers(1, 4_000), st.integers(0, 40), st.integers(0, 2**31))
def test_any_signals_give_one_answer_that_can_be_said(cells: int, looks: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sound = SoundSeries.silent(cells)
    loud = replace(
        sound,
        loudness=rng.uniform(-60, 0, cells).astype(np.float32), level=rng.uniform(-60, 0, cells).astype(np.float32),
        noise=rng.uniform(0, 0.6, cells).astype(np.float32), voicing=rng.uniform(0, 1, cells).astype(np.float32),
    )  # fmt: skip
    analysis = Analysis("hl1:any", cells * 100, loud if seed % 2 else sound, one_place(looks, cells * 100))
    found = kind_of(analysis)
    assert found == kind_of(analysis)
    assert 0.0 <= found.likely <= 1.0
    assert found.evidence
    assert str(found.told()).endswith(".")


def test_the_analysis_of_a_file_names_what_it_seems_to_be(footage: Footage, tmp_path: Path) -> None:
    path = footage("video/friday_1940_speech.mp4")
    told = run({"job": "analyse", "path": str(path), "cache": str(tmp_path)}, no_progress)["footage"]["told"]
    assert str(Message.read(told))
