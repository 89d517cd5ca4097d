"""Frame rates measured from time stamps."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.media.streams import STANDARD, clockwise, measured_rate, shown_size

RATES = st.sampled_from(STANDARD)


@given(rate=RATES, base=st.sampled_from([1000, 90_000, 12_800, 48_000]), count=st.integers(120, 400))
def test_even_stamps_give_back_the_claimed_rate_exactly(rate: Fraction, base: int, count: int) -> None:
    stamps = [round(number * base / rate) for number in range(count)]
    found = measured_rate([stamps], Fraction(1, base), [rate])
    assert found.rate == rate
    assert not found.variable


@given(rate=RATES, count=st.integers(300, 500))
def test_a_claim_that_the_stamps_contradict_is_not_believed(rate: Fraction, count: int) -> None:
    stamps = [round(number * 90_000 / rate) for number in range(count)]
    found = measured_rate([stamps], Fraction(1, 90_000), [Fraction(1000), rate * 2])
    assert abs(found.rate - rate) / rate < Fraction(1, 2000)


@given(st.lists(st.integers(20, 200), min_size=20, max_size=100), st.integers(0, 10**9))
def test_uneven_steps_are_variable_and_the_shift_of_the_stamps_does_not_matter(steps: list[int], shift: int) -> None:
    stamps, at = [], 0
    for step in [*steps, 20, 100, 20, 100, 20, 100]:
        stamps.append(at)
        at += step
    found = measured_rate([stamps], Fraction(1, 1000), [])
    assert found.variable
    assert found == measured_rate([[stamp + shift for stamp in stamps]], Fraction(1, 1000), [])


def test_a_claim_out_of_nanoseconds_is_the_usual_rate_that_is_meant() -> None:
    stamps = [round(number * 1000 * Fraction(1001, 60_000)) for number in range(300)]
    assert measured_rate([stamps], Fraction(1, 1000), [Fraction(19_001, 317)]).rate == Fraction(60_000, 1001)


def test_hidden_frames_that_share_a_stamp_do_not_make_a_rate_variable() -> None:
    stamps = sorted([round(n * 1000 / 24) for n in range(100)] + [round(n * 1000 / 24) + 1 for n in range(0, 100, 9)])
    found = measured_rate([stamps], Fraction(1, 1000), [Fraction(24)])
    assert found.rate == 24 and not found.variable


def test_one_lost_frame_in_hundreds_is_not_a_variable_rate() -> None:
    stamps = [n * 3600 for n in range(400) if n != 200]
    assert not measured_rate([stamps], Fraction(1, 90_000), [Fraction(25)]).variable


@given(st.integers(16, 8000), st.integers(16, 8000), st.sampled_from([0, 90, 180, 270]))
def test_a_turn_by_a_right_angle_swaps_width_and_height_only(width: int, height: int, turn: int) -> None:
    assert shown_size(width, height, Fraction(1), turn) == ((height, width) if turn in (90, 270) else (width, height))


def test_non_square_pixels_widen_the_picture() -> None:
    assert shown_size(720, 576, Fraction(64, 45), 0) == (1024, 576)
    assert shown_size(720, 576, Fraction(0), 0) == (720, 576)


@given(st.integers(-180, 180))
def test_turns_are_clockwise_right_angles(angle: int) -> None:
    assert clockwise(angle) in (0, 90, 180, 270)
    assert clockwise(-90) == 90
