"""What of the numbers on a board is the score, when it changes, and what is shown of a change."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.extras.score import TextLine
from highlight_mcp.engine.moments.goal_criteria import goals
from highlight_mcp.engine.scoreboard.cells import cells_of
from highlight_mcp.engine.scoreboard.changes import NO_BOARD, ScoreBoard, ScoreChange, board_of
from highlight_mcp.engine.scoreboard.fixed import fixed_places, steady_edges
from highlight_mcp.engine.scoreboard.pairs import score_pairs
from highlight_mcp.engine.scoreboard.reading import BoardReading
from highlight_mcp.engine.scoreboard.rows import Row
from highlight_mcp.engine.scoreboard.steps import NumberReading, kept_steps, plausibility, steps
from highlight_mcp.engine.scoreboard.tokens import digit_pitch, limit_of, tokens_of
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.sample_frames import SampleFrames
from highlight_mcp.messages import use_language

HEIGHT = 20.0
PITCH = 0.7 * HEIGHT
STEP_MS = 5_000


def line(text: str, width: float = 1000.0) -> TextLine:
    """A line whose signs lie one pitch apart; a space is as wide as two, and is not read."""
    places, at = [], PITCH
    for sign in text:
        at += PITCH if sign != " " else 2 * PITCH
        if sign != " ":
            places.append(at / width)
    written = text.replace(" ", "")
    return TextLine(written, tuple(places), (0.99,) * len(written))


def told(text: str) -> list[tuple[str, str]]:
    shown = line(text)
    limit = limit_of(digit_pitch(shown, 1000.0), HEIGHT)
    return [(token.kind, token.text) for token in tokens_of(shown, 1000.0, HEIGHT, limit)]


def reading_of(rows: Sequence[Sequence[str]]) -> BoardReading:
    """A board whose rows say these things at looks 5 s apart; an empty text is a row that was not seen."""
    boxes = [Row((0, 40 * place, 1000, 40 * place + 34), HEIGHT / 1.2) for place in range(len(rows))]
    at_ms = tuple(STEP_MS * look for look in range(len(rows[0])))
    read = {
        (look, row): tokens_of(line(text), 1000.0, HEIGHT) for row, texts in enumerate(rows)
        for look, text in enumerate(texts) if text
    }  # fmt: skip
    pairs = score_pairs(boxes, cells_of(boxes, read), read, at_ms)
    return BoardReading(tuple(boxes), pairs[0] if pairs else None, at_ms, read, 1280, 720)


def board(*rows: Sequence[str]) -> ScoreBoard:
    return board_of(reading_of(rows))


def scores(*rows: Sequence[str]) -> list[tuple[int, tuple[int, int], str]]:
    return [(one.at_ms // STEP_MS, one.after, one.side) for one in board(*rows).changes]


def clock(look: int) -> str:
    seconds = 754 + 5 * look
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


def test_numbers_are_told_apart_by_the_room_between_them() -> None:
    assert told("HOME 1 0 AWAY") == [("word", "HOME"), ("number", "1"), ("number", "0"), ("word", "AWAY")]
    assert told("ARS 10-2 CHE") == [("word", "ARS"), ("number", "10"), ("dash", "-"), ("number", "2"), ("word", "CHE")]
    assert told("1 : 0") == [("number", "1"), ("colon", ":"), ("number", "0")]
    assert told("Q2 2ND") == [("word", "Q2"), ("word", "2ND")], "digits beside letters are no numbers"
    assert told("20451") == [("word", "20451")], "no score has so many digits"


def test_a_round_letter_that_stands_alone_is_a_doubtful_nought() -> None:
    tokens = tokens_of(line("RBA C"), 1000.0, HEIGHT)
    assert [(one.text, one.doubtful) for one in tokens] == [("RBA", False), ("0", True)]


def test_a_change_on_one_side_counts_and_the_clock_beside_it_does_not() -> None:
    shown = [f"ARS {int(look > 20)}-{int(look > 9)} CHE {clock(look)}" for look in range(40)]
    assert scores(shown) == [(10, (0, 1), "away"), (21, (1, 1), "home")]


def test_a_clock_whose_colon_is_not_read_does_not_count() -> None:
    shown = [f"{clock(look).replace(':', ' ')} ARS {int(look > 20)}-0 CHE" for look in range(60)]
    assert scores(shown) == [(21, (1, 0), "home")]


def test_numbers_beside_the_names_and_below_each_other_are_scores() -> None:
    looks = range(30)
    assert scores([f"ARS {int(n > 9)} CHE 0" for n in looks]) == [(10, (1, 0), "home")]
    assert scores([f"ARS {int(n > 9)}" for n in looks], ["CHE 0"] * 30) == [(10, (1, 0), "home")]
    assert scores([f"ARS 1 {clock(n)} {int(n > 9)} CHE" for n in looks]) == [(10, (1, 1), "away")]


def test_the_tens_of_seconds_by_themselves_are_no_score() -> None:
    """Wide digits of a clock may be read one by one."""
    shown = [
        f"ARS 0 CHE {int(look > 40)} 1H 1{look // 12 % 10} : {look // 2 % 6} {look * 5 % 10}" for look in range(90)
    ]
    assert scores(shown) == [(41, (0, 1), "away")]


def test_numbers_below_the_names_are_the_score() -> None:
    shown = [f"{int(look > 20)}       0" for look in range(40)]
    assert scores(["ARS     CHE"] * 40, shown) == [(21, (1, 0), "home")]
    assert board(shown) == NO_BOARD, "without names two lone numbers have to change twice"


def test_a_period_that_goes_up_is_no_goal() -> None:
    shown = [f"ARS 1-0 CHE {1 + int(look > 15)}" for look in range(40)]
    assert board(shown).found and scores(shown) == []


def test_games_of_several_sets_count_in_their_order() -> None:
    won = [3, 5, 11, 13, 20, 24, 32, 35, 42]  # looks from which there is one game more
    games = [sum(look >= at for at in won) for look in range(45)]
    home = [f"NADAL {min(count, 6)} {max(0, count - 6)}" for count in games]
    away = ["BORGS 4 0" for _ in range(45)]
    assert [after for _, after, _ in scores(home, away)] == [(n, 4) for n in range(1, 7)] + [
        (n, 0) for n in range(1, 4)
    ]


def test_what_goes_down_as_often_as_up_is_no_score() -> None:
    shown = [f"AMMO {40 - look % 7} HEALTH {100 - 3 * (look % 5)}" for look in range(60)]
    assert board(shown) == NO_BOARD


def test_lone_numbers_that_never_change_are_no_board() -> None:
    assert board(["2 3 4"] * 30) == NO_BOARD


def test_a_board_that_goes_away_counts_by_what_it_says_when_it_is_back() -> None:
    shown = [f"ARS {int(look > 14)}-0 CHE" if not 10 <= look <= 18 else "" for look in range(40)]
    [change] = board(shown).changes
    assert (change.since_ms, change.at_ms, change.after) == (9 * STEP_MS, 19 * STEP_MS, (1, 0))


def test_a_score_that_grows_about_as_evenly_as_time_passes_is_no_clock() -> None:
    made = [4, 9, 12, 17, 20, 25, 28, 34, 37]  # looks from which there is one goal more
    shown = [f"ZAG {3 + sum(look >= at for at in made)} {clock(look)}" for look in range(40)]
    assert scores(shown, ["BOS 5"] * 40) == [(at, (4 + n, 5), "home") for n, at in enumerate(made)]


def test_a_number_right_beside_the_clock_is_none_of_its_parts() -> None:
    shown = [f"BRE {int(look > 20)} {clock(look)} {2 + int(look > 9)} SPR" for look in range(40)]
    assert scores(shown) == [(10, (0, 3), "away"), (21, (1, 3), "home")]


def test_digits_that_stick_to_a_clock_are_parted_from_it_by_the_room_before_them() -> None:
    signs, places = "041:334SPR", [0.0, 13.0, 20.0, 25.0, 30.0, 37.0, 50.0, 66.0, 74.0, 82.0]
    shown = TextLine(signs, tuple(place / 100.0 for place in places), (0.99,) * len(signs))
    assert [one.text for one in tokens_of(shown, 100.0, 14.0, 14.0)] == ["0", "41", ":", "33", "4", "SPR"]


def test_parts_of_dates_fractions_and_decimals_are_no_scores() -> None:
    laps = [f"LAP {1 + look // 9}/56" for look in range(40)]
    assert board(laps) == NO_BOARD
    assert board([f"2025-06-{5 + look // 15:02d}" for look in range(40)]) == NO_BOARD
    assert board([f"N47.{1 + look // 9} E8" for look in range(40)]) == NO_BOARD
    assert scores([f"ARS {int(look > 9)}-0 | {clock(look)}" for look in range(40)]) == [(10, (1, 0), "home")]


def test_what_changes_again_and_again_after_the_same_time_is_no_score() -> None:
    assert board([f"FLOW {look // 8} RATE 0" for look in range(120)]).changes == ()


def test_numbers_behind_names_of_different_lengths_are_scores() -> None:
    shown = [f"SHARKS {int(n > 9)}" for n in range(30)]
    assert scores(shown, ["BEARS 0"] * 30) == [(10, (1, 0), "home")]


def test_points_of_tennis_go_up_by_their_rungs_and_begin_anew_with_each_game() -> None:
    home, away = ["0", "15", "15", "30", "40", "0", "0", "15"], ["0", "0", "15", "15", "15", "0", "15", "15"]
    games = (3, 3, 3, 3, 3, 4, 4, 4)
    above = [f"LEE 5 {game} {points}" for game, points in zip(games, home, strict=True) for _ in range(4)]
    below = [f"LIN 2 3 {points}" for points in away for _ in range(4)]
    assert scores(above, below) == [
        (4, (15, 0), "home"), (8, (15, 15), "away"), (12, (30, 15), "home"), (16, (40, 15), "home"),
        (20, (4, 3), "home"), (24, (0, 15), "away"), (28, (15, 15), "home"),
    ]  # fmt: skip


def readings(numbers: Sequence[int | None]) -> list[NumberReading | None]:
    return [None if number is None else NumberReading(number, 0.95) for number in numbers]


def kept(numbers: Sequence[int | None]) -> list[tuple[int, int, int]]:
    at_ms = [STEP_MS * place for place in range(len(numbers))]
    return [(one.first_new, one.before, one.after) for one in kept_steps(steps(readings(numbers)), at_ms)]


def test_a_change_holds_for_two_looks_or_does_not_count() -> None:
    assert kept([0, 0, 0, 1, 0, 0]) == []
    assert kept([0, 0, 0, 1, 1, 1]) == [(3, 0, 1)]
    assert kept([0, 0, 0, 1]) == [], "a last look alone proves nothing"


def test_a_misread_look_is_left_aside() -> None:
    assert kept([1, 1, 7, 1, 1, 2, 2, 4, 2, 2]) == [(5, 1, 2)]


def test_a_goal_that_is_taken_back_is_none() -> None:
    assert kept([0, 0, 1, 1, 1, 1, 0, 0, 0]) == []
    assert kept([0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]) == [(8, 0, 1)], "the one after it counts"


def test_three_points_are_one_change_and_a_leap_is_none() -> None:
    assert kept([10, 10, 13, 13, 13]) == [(2, 10, 13)]
    assert kept([10, 10, None, None, 31, 31, 31]) == []


def test_many_points_between_two_looks_that_are_far_apart_are_those_of_a_score() -> None:
    fast = readings([25, 30, 32, 39, 52, 60, 71])
    found = steps(fast, range(0, 700_000, 100_000))
    assert [one.after for one in found] == [30, 32, 39, 52, 60, 71] and plausibility(found) == 1.0
    assert steps(fast) == [], "close to each other they are misread"


def test_another_game_takes_nothing_back() -> None:
    assert kept([4, 4, 5, 5, 5, 0, 0, 0]) == [(2, 4, 5)]


@given(
    st.lists(st.tuples(st.integers(3, 9), st.integers(1, 3)), min_size=1, max_size=8),
    st.integers(3, 9),
    st.randoms(use_true_random=False),
)
def test_a_score_that_only_grows_is_found_through_misread_looks(
    stretches: list[tuple[int, int]], last: int, lot: "np.random.Generator"
) -> None:
    """One look of each stretch but its ends is misread or missing."""
    numbers: list[int | None] = []
    wanted, value = [], 0
    for length, points in stretches:
        numbers += [value] * length
        numbers[len(numbers) - length + 1] = None if lot.random() < 0.5 else value + 40
        wanted.append((value, value + points))
        value += points
    numbers += [value] * last
    assert [(before, after) for _, before, after in kept(numbers)] == wanted


def test_what_stays_is_found_while_the_rest_moves() -> None:
    lot = np.random.default_rng(3)
    pictures = []
    for _ in range(20):
        picture = np.kron(lot.uniform(100, 140, (45, 80)), np.ones((8, 8))).astype(np.float32)
        picture[20:44, 60:180] = 20.0
        picture[26:38, 70:170:8] = 240.0
        pictures.append(picture)
    left, top, right, bottom = fixed_places(steady_edges(pictures))[0]
    assert left <= 60 and top <= 20 and right >= 180 and bottom >= 44
    assert (right - left) * (bottom - top) < 640 * 360 / 3


def test_a_picture_that_stays_is_searched_outside_its_middle() -> None:
    still = np.kron(np.random.default_rng(3).uniform(0, 255, (45, 80)), np.ones((8, 8))).astype(np.float32)
    places = fixed_places(steady_edges([still] * 20))
    assert places and all(bottom <= 0.5 * 360 or top >= 0.5 * 360 for _, top, _, bottom in places)


def recording(duration_ms: int = 600_000) -> Analysis:
    return Analysis("test", duration_ms, None, SampleFrames.none(), compared=())


def change(at_s: float, after: tuple[int, int], since_s: float | None = None) -> ScoreChange:
    since_ms = round(1000 * (at_s - 0.5 if since_s is None else since_s))
    return ScoreChange(
        round(1000 * at_s), since_ms, "home", (after[0] - 1, after[1]), after, 0.98, (0.1, 0.1, 0.3, 0.2)
    )


def test_a_change_is_shown_with_what_led_to_it_and_says_so_in_both_languages() -> None:
    [one] = goals(ScoreBoard(True, (change(503.0, (2, 1)),), (2, 1)), recording())
    assert (one.start_ms, one.end_ms, one.confidence) == (490_500, 504_000, "high")
    with use_language("en"):
        assert str(one.told(491_500, 504_000)) == "2–1 at 8:23 (board read 0.98); shows the 11 s before"
        assert str(one.told(491_500, 500_500)) == "2–1 at 8:23 (board read 0.98); shows from 11 to 2 s before"
    with use_language("zh"):
        assert "8:23" in str(one.told(491_500, 504_000)) and "2–1" in str(one.told(491_500, 504_000))


def test_goals_soon_after_each_other_are_all_shown() -> None:
    board = ScoreBoard(True, (change(100.0, (1, 0)), change(108.0, (2, 0)), change(112.0, (3, 0))), (3, 0))
    found = goals(board, recording())
    assert len(found) == 3
    assert all(one.end_ms + 1_000 <= other.start_ms for one, other in pairwise(found))


def test_nothing_is_shown_of_a_long_break_behind_which_the_score_is_another() -> None:
    [one] = goals(ScoreBoard(True, (change(400.0, (1, 0), since_s=200.0),), (1, 0)), recording())
    assert one.start_ms == 188_000 and one.end_ms <= 206_000
