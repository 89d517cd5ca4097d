"""Moments of labelled recordings: clearly better than naive choices."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals, Selection, choose
from highlight_mcp.engine.signals.analysis import analyse
from highlight_mcp.timeline.operations import Highlights

Footage = Callable[[str], Path]
NAMES = (
    "dev_match",
    "dev_match_411",
    "dev_outing",
    "dev_outing_411",
    "dev_outing_412",
    "dev_talk",
    "dev_talk_411",
)


def _choice(footage: Footage, name: str) -> tuple[dict[str, Any], Selection]:
    path = footage(f"composed/{name}.mp4")
    truth: dict[str, Any] = json.loads(footage(f"composed/{name}.truth.json").read_text())
    events = sum(event["end"] - event["start"] for event in truth["events"])
    info = probe(path)
    source = RecordingSignals("m", path.name, info, analyse(path, info, cache=None, progress=no_progress))
    return truth, choose([source], Highlights(total_ms=round(1800 * events)))


def _recall(truth: dict[str, Any], segments: list[tuple[float, float]]) -> float:
    """Share of events of which at least 60 per cent is shown."""
    shown = [
        sum(max(0.0, min(b, e["end"]) - max(a, e["start"])) for a, b in segments) >= 0.6 * (e["end"] - e["start"])
        for e in truth["events"]
    ]
    return float(np.mean(shown))


@pytest.mark.slow
def test_applause_in_a_talk_is_found_and_loud_things_are_not(footage: Footage) -> None:
    truth, choice = _choice(footage, "dev_talk")
    segments = [(pick.start_ms / 1000, pick.end_ms / 1000) for pick in choice.picks]
    assert _recall(truth, segments) == 1.0
    for other in truth["distractors"]:
        assert all(b <= other["start"] or a >= other["end"] for a, b in segments)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_events_are_found_in_every_labelled_recording_and_uniform_choices_fall_short(footage: Footage) -> None:
    ours, uniform = [], []
    for name in NAMES:
        truth, choice = _choice(footage, name)
        segments = [(pick.start_ms / 1000, pick.end_ms / 1000) for pick in choice.picks]
        ours.append(_recall(truth, segments))
        pieces = max(1, round(sum(b - a for a, b in segments) / 5))
        step = truth["duration"] / pieces
        uniform.append(_recall(truth, [((i + 0.5) * step - 2.5, (i + 0.5) * step + 2.5) for i in range(pieces)]))
    assert np.mean(ours) >= 0.9
    assert np.mean(ours) >= np.mean(uniform) + 0.4
