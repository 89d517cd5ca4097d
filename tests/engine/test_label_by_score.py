"""What a score board says becomes labels that the scorer of moments reads."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from highlight_mcp.engine.scoreboard.changes import ScoreBoard, ScoreChange
from highlight_mcp.timeline.media import MediaInfo

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "label_by_score.py"
BOX = (0.0, 0.0, 0.1, 0.1)
MATCH = MediaInfo(media_id="m", name="m.mp4", kind="video", duration_ms=600_000)


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("label_by_score", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["label_by_score"] = module  # its dataclasses look for their module there
    spec.loader.exec_module(module)
    return module


def change(since_s: float, at_s: float, after: tuple[int, int], sure: float = 0.9) -> ScoreChange:
    before = (after[0] - 1, after[1])
    return ScoreChange(round(at_s * 1000), round(since_s * 1000), "home", before, after, sure, BOX)


def test_a_change_is_an_event_from_some_seconds_before_it_to_just_after(script: ModuleType) -> None:
    board = ScoreBoard(True, (change(100.0, 101.0, (1, 0)),), (1, 0))
    truth = script.labels(board, MATCH, "m.mp4", script.Span(6.0, 1.5, 0.6))
    [event] = truth["events"]
    assert (event["start"], event["peak"], event["end"], event["strength"]) == (94.0, 100.0, 102.5, 1)
    assert truth["neutral"] == [] and truth["score_changes"] == [{"t": 101.0, "score": [1, 0], "sure": 0.9}]


def test_the_time_without_a_board_and_a_change_that_was_read_badly_count_neither_way(script: ModuleType) -> None:
    board = ScoreBoard(True, (change(100.0, 130.0, (1, 0)), change(300.0, 301.0, (2, 0), sure=0.4)), (2, 0))
    truth = script.labels(board, MATCH, "m.mp4", script.Span(6.0, 1.5, 0.6))
    assert [(event["start"], event["end"]) for event in truth["events"]] == [(94.0, 101.5)]
    assert truth["neutral"] == [[101.5, 131.5], [294.0, 302.5]]
