"""How goals are chosen: all that a board tells of, and what is said where there is no board or no reader."""

from pathlib import Path

import pytest
from test_edit_job import SAMPLE, Session
from test_scoreboard import change, recording

from highlight_mcp.engine.moments import RecordingSignals, choose
from highlight_mcp.engine.moments.goal_criteria import goals
from highlight_mcp.engine.moments.moment import FoundElsewhere
from highlight_mcp.engine.scoreboard.changes import ScoreBoard, ScoreChange
from highlight_mcp.messages import message, use_language
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import Highlights
from media_factory import make_clip

HOUR_MS = 3_600_000


def chosen(board: ScoreBoard, **wish: object) -> list[str]:
    """What is told of a choice: the reasons of the picks, then the notes."""
    info = MediaInfo(media_id="m", name="a.mp4", kind="video", duration_ms=HOUR_MS, width=1280, height=720)
    source = RecordingSignals("m", "a.mp4", info, recording(HOUR_MS))
    found = FoundElsewhere(
        {"m": goals(board, source.analysis)}, certain=True, looked_for=message("engine.looked_for.board")
    )
    selection = choose([source], Highlights.model_validate({"criterion": "goal", **wish}), found)
    with use_language("en"):
        return [str(pick.why) for pick in selection.picks] + [str(note) for note in selection.notes]


def many(count: int) -> ScoreBoard:
    changes: list[ScoreChange] = [change(100.0 + 90.0 * number, (number + 1, 0)) for number in range(count)]
    return ScoreBoard(True, tuple(changes), (count, 0))


def test_every_goal_is_shown_however_many_there_are() -> None:
    told = chosen(many(30))
    assert len(told) == 30
    assert told[0].startswith("1–0 at 1:40 (board read 0.98); shows the 12 s before")


def test_a_count_a_length_and_a_stretch_bound_the_goals_that_are_shown() -> None:
    assert len([why for why in chosen(many(10), count=3) if "board read" in why]) == 3
    assert len([why for why in chosen(many(10), total_ms=30_000) if "board read" in why]) == 2
    later = chosen(many(10), range_ms=[HOUR_MS // 10, HOUR_MS])
    assert "1:40" not in later[0] and all("board read" in why for why in later)


def test_the_first_and_the_last_goals_are_taken_by_their_time() -> None:
    first = chosen(many(10), count=2, taken="first")
    last = chosen(many(10), count=1, taken="last")
    assert [why.split(" ")[0] for why in first] == ["1–0", "2–0"] and last[0].startswith("10–0 ")


def test_a_board_on_which_nothing_changes_gives_no_goals_and_nothing_in_their_place() -> None:
    told = chosen(ScoreBoard(True, (), (0, 0)))
    assert told == ["No change of the score on the board found in 3600 s of footage."]


def test_without_the_reader_of_boards_no_side_and_no_last_goal_is_guessed(tmp_path: Path) -> None:
    asked = Session([SAMPLE], tmp_path / "cache").ask(
        operations=[{"op": "highlights", "criterion": "goal", "side": "away"}]
    )
    (row,) = asked["refused"]
    assert row["code"] == "needs_extra:score" and "extras fetch score" in row["next_step"]


def test_where_nothing_sounds_like_a_goal_either_it_is_said_how_to_get_the_reader(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "silent.mp4", seconds=3, samples=None)
    (row,) = Session([clip], tmp_path / "cache").ask(operations=[{"op": "highlights", "criterion": "goal"}])["refused"]
    assert row["code"] == "nothing_found" and "extras fetch score" in row["next_step"]


def test_a_side_goes_with_goals_alone() -> None:
    with pytest.raises(ValueError, match="goal or score_change"):
        Highlights.model_validate({"criterion": "cheer", "side": "home"})


def test_without_the_reader_of_boards_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    told = Session([SAMPLE], tmp_path / "cache").ask(operations=[{"op": "highlights", "criterion": "goal"}])
    assert "Goals are not recognised" in told["message"] and "extras fetch score" in told["message"]
