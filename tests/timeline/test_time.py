"""Exact time: what can be read as a rate, and that positions survive the frame grid."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.timeline.time import format_time, frame_ms, frames_at, parse_rate, scaled, write_rate

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]


@pytest.mark.parametrize("text", ["1e99999999", "1e5", "nan", "inf", "1/0", "0", "-2", "", "9" * 40, True, None])
def test_what_is_no_plain_positive_number_is_refused_at_once(text: object) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "rate"), [("30000/1001", Fraction(30000, 1001)), ("1.25", Fraction(5, 4)), (1.1, Fraction(11, 10)), (2, 2)]
)
def test_rates_are_read_exactly(text: object, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=2000))
def test_a_rate_that_was_written_reads_back_the_same(rate: Fraction) -> None:
    assert parse_rate(write_rate(rate)) == rate


@given(st.integers(0, 10**8), st.sampled_from(RATES))
def test_a_frame_lies_within_half_a_frame_of_its_time(ms: int, rate: Fraction) -> None:
    assert abs(frames_at(ms, rate) * 1000 / rate - ms) <= 500 / rate


@given(st.integers(0, 10**6), st.sampled_from(RATES))
def test_the_time_of_a_frame_leads_back_to_it(frame: int, rate: Fraction) -> None:
    assert frames_at(frame_ms(frame, rate), rate) == frame


@given(st.integers(0, 10**7))
def test_scaling_by_one_changes_nothing(ms: int) -> None:
    assert scaled(ms, Fraction(1)) == ms


def test_times_for_people_have_hours_only_when_needed() -> None:
    assert [format_time(ms) for ms in (0, 7_000, 61_500, 3_750_000)] == ["0:00", "0:07", "1:01.5", "1:02:30"]
