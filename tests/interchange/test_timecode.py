"""Timecode and the rates that editors count in."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.interchange.timecode import (
    editing_rate,
    is_droppable,
    rate_of_number,
    read_timecode,
    simplest_near,
    write_timecode,
)

from .making import NTSC, NTSC_60, NTSC_FILM, RATES


@pytest.mark.parametrize(
    ("frame", "rate", "written"),
    [
        (0, NTSC, "00:00:00;00"),
        (1799, NTSC, "00:00:59;29"),
        (1800, NTSC, "00:01:00;02"),
        (17981, NTSC, "00:09:59;29"),
        (17982, NTSC, "00:10:00;00"),
        (107892, NTSC, "01:00:00;00"),
        (3599, NTSC_60, "00:00:59;59"),
        (3600, NTSC_60, "00:01:00;04"),
        (215784, NTSC_60, "01:00:00;00"),
        (86400, NTSC_FILM, "01:00:00:00"),
        (90000, Fraction(25), "01:00:00:00"),
    ],
)
def test_timecode_is_that_of_the_standard(frame: int, rate: Fraction, written: str) -> None:
    assert write_timecode(frame, rate) == written
    assert read_timecode(written, rate) == frame


@given(st.integers(0, 24 * 3600 * 24 - 1), st.sampled_from(RATES), st.booleans())
def test_timecode_reads_back_as_the_frame_that_it_was_written_for(frame: int, rate: Fraction, drop: bool) -> None:
    assert read_timecode(write_timecode(frame, rate, drop=drop), rate) == frame


@given(st.integers(0, 2_000_000), st.sampled_from([NTSC, NTSC_60]))
def test_dropping_keeps_step_with_the_clock(frame: int, rate: Fraction) -> None:
    """To the two numbers, at 59.94 four, that are dropped at once, and a frame of rounding."""
    hours, minutes, rest = write_timecode(frame, rate).split(":")
    seconds, frames = rest.split(";")
    shown = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(frames)) / round(rate)
    assert abs(shown - Fraction(frame) / rate) <= Fraction(5) / rate


def test_a_dropped_number_is_the_next_frame_that_there_is() -> None:
    assert read_timecode("00:01:00;00", NTSC) == read_timecode("00:01:00;02", NTSC) == 1800


@pytest.mark.parametrize("text", ["", "1:2:3", "00:00:00:30", "00:61:00:00", "00:00:75:00", "ab:cd:ef:gh"])
def test_what_is_no_timecode_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_timecode(text, Fraction(30))


@pytest.mark.parametrize(
    ("rate", "variable", "counted"),
    [
        (Fraction(30000, 1001), False, NTSC),
        (Fraction(2997, 100), False, NTSC),
        (Fraction("23.976"), False, NTSC_FILM),
        (Fraction("59.94006"), False, NTSC_60),
        (Fraction(30), False, Fraction(30)),
        (Fraction(15), False, Fraction(15)),
        (Fraction("12.5"), False, Fraction(25)),
        (Fraction("29.83"), True, NTSC),
        (Fraction("24.6"), True, Fraction(25)),
        (Fraction("17.3"), False, Fraction(17)),
    ],
)
def test_footage_is_counted_at_a_rate_that_editors_have(rate: Fraction, variable: bool, counted: Fraction) -> None:
    assert editing_rate(rate, variable=variable) == counted


def test_only_two_rates_drop_frames() -> None:
    assert [rate for rate in RATES if is_droppable(rate)] == [NTSC, NTSC_60]


def test_a_rounded_number_stands_for_the_simplest_fraction_near_it() -> None:
    assert rate_of_number(29.97) == NTSC
    assert rate_of_number(48000.0) == 48000
    assert simplest_near(Fraction("0.333"), Fraction(1, 2000)) == Fraction(1, 3)
    assert simplest_near(Fraction("1.5"), Fraction(1, 2000)) == Fraction(3, 2)
