"""Sounds that are asked for by their names alone, where they can be recognised and where they cannot."""

import pytest

from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.language import interpret
from highlight_mcp.timeline.operations import Highlights

ABLE = SESSIONS["raw"].model_copy(update={"names_sounds": True})


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("find the siren", "siren"), ("every dog bark", "dog bark"), ("show me every gunshot", "gunshot"),
        ("find the church bells, 20 seconds in total", "church bells"), ("every baby cry", "baby cry"),
        ("find all the barking", "barking"), ("every scream and add music", "scream"), ("找出警笛声", "警笛声"),
        ("所有的狗叫声", "狗叫声"), ("每一声枪声", "枪声"),
    ],
)  # fmt: skip
def test_the_name_of_a_sound_is_enough(words: str, query: str) -> None:
    (wish,) = (op for op in interpret(words, ABLE).operations if isinstance(op, Highlights))
    assert (wish.criterion, wish.query) == ("sound", query)


@pytest.mark.parametrize("words", ["find the siren", "every dog bark", "找出警笛声"])
def test_without_the_extra_it_is_said_what_is_needed(words: str) -> None:
    outcome = interpret(words, SESSIONS["raw"])
    assert not outcome.operations
    assert outcome.code == "needs_extra:sounds"


@pytest.mark.parametrize(
    "words",
    ["mute every siren", "make the bell louder", "no bells please", "I love every bark of that dog", "不要警笛声"],
)
def test_what_is_to_be_done_with_a_sound_is_no_search_for_it(words: str) -> None:
    assert not any(getattr(op, "criterion", "") == "sound" for op in interpret(words, ABLE).operations)


def test_a_whistle_and_applause_stay_what_they_were() -> None:
    for words, criterion in (("find every whistle", "whistle"), ("find the applause", "applause")):
        (wish,) = interpret(words, ABLE).operations
        assert isinstance(wish, Highlights) and wish.criterion == criterion
