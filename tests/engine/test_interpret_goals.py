"""Goals of one side, and the first or last of them, in words."""

from typing import Any

import pytest

from highlight_mcp.language import SessionFacts, interpret
from highlight_mcp.timeline.media import MediaInfo

GAME = MediaInfo(
    media_id="m", name="match.mp4", kind="video", duration_ms=3_600_000, width=1280, height=720, audio_codec="aac"
)


def read(words: str) -> list[dict[str, Any]]:
    return [op.to_json() for op in interpret(words, SessionFacts.of(None, (GAME,))).operations]


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("the last goal", {"count": 1, "taken": "last"}),
        ("show me the last two goals", {"count": 2, "taken": "last"}),
        ("first 3 goals, 8 seconds each", {"count": 3, "taken": "first", "clip_ms": 8000}),
        ("goals by the home team", {"side": "home"}),
        ("the away team's last goal", {"count": 1, "taken": "last", "side": "away"}),
        ("最后一个进球", {"count": 1, "taken": "last"}),
        ("前三个进球", {"count": 3, "taken": "first"}),
        ("主队的最后两个进球", {"count": 2, "taken": "last", "side": "home"}),
        ("客队的进球", {"side": "away"}),
    ],
)
def test_a_side_and_a_place_among_the_goals_are_read(words: str, wish: dict[str, Any]) -> None:
    assert read(words) == [{"op": "highlights", "criterion": "goal", **wish}]


@pytest.mark.parametrize(
    "words", ["first goal and last goal", "goals of the home team and the away team", "第一个进球和最后一个进球"]
)
def test_two_sides_or_places_at_once_are_asked_about(words: str) -> None:
    assert read(words) == []
