"""What an argument is, and whether doing an operation again takes the place of what it did before."""

import pytest

from highlight_mcp.timeline.operations import (
    OPERATIONS,
    ClipTarget,
    Fade,
    Highlights,
    RangeTarget,
    Remove,
    Speed,
    Trim,
    Volume,
)
from highlight_mcp.timeline.operations.slots import names_of, slots_of

TWO, THREE = ClipTarget(clips=(2,)), ClipTarget(clips=(3,))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_argument_is_of_a_kind(name: str) -> None:
    kind = OPERATIONS[name]
    assert slots_of(kind).keys() == kind.model_fields.keys() - {"op"}


def test_a_kind_follows_from_the_type_and_the_unit_of_an_argument() -> None:
    assert slots_of(OPERATIONS["freeze"]) == {"at_ms": "time", "duration_ms": "length"}
    assert slots_of(Volume) == {"target": "clips", "level": "share", "db": "decibels"}
    assert slots_of(OPERATIONS["transition"])["where"] == "cuts"
    assert names_of(OPERATIONS["aspect"], "mode") == ("crop", "pad", "blur")


def test_what_is_set_takes_the_place_of_what_was_and_what_adds_up_does_not() -> None:
    assert Speed(target=TWO, factor=2).replaces(Speed(target=TWO, factor=3))
    assert not Speed(target=THREE, factor=2).replaces(Speed(target=TWO, factor=2))
    assert not Trim(target=TWO, tail_ms=2000).replaces(Trim(target=TWO, tail_ms=1000))
    assert not Remove(target=TWO).replaces(Remove(target=TWO))
    assert Fade(in_ms=2000, out_ms=2000).replaces(Fade(out_ms=1000))
    assert not Fade(in_ms=2000).replaces(Fade(out_ms=1000))


def test_a_level_takes_the_place_of_a_change_and_a_change_adds_to_a_level() -> None:
    assert Volume(target=TWO, level=0.5).replaces(Volume(target=TWO, db=3))
    assert not Volume(target=TWO, db=3).replaces(Volume(target=TWO, level=0.5))


def test_a_stretch_is_another_one_once_its_speed_has_changed() -> None:
    stretch = RangeTarget(range_ms=(0, 4000))
    assert not Speed(target=stretch, factor=3).replaces(Speed(target=stretch, factor=2))


def test_another_choice_of_moments_takes_the_place_of_the_one_before_and_more_moments_do_not() -> None:
    assert Highlights(count=7).replaces(Highlights(count=5))
    assert not Highlights(count=2, mode="append").replaces(Highlights(count=2, mode="append"))
