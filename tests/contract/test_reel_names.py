"""A reel is an MP4, and its name says nothing else."""

import pytest

from highlight_mcp.contract.formats import honest, misnamed
from highlight_mcp.messages import LANGUAGES, use_language

LIES = ["x.gif", "X.GIF", "cut.edl", "x.mov", "x.webm", "a.b.mkv", "x.mp3", "x.gif ", "x.gif.", ".mov", "精彩.GIF"]
TRUE = ["x", "x.mp4", "X.MP4", "final v1.2", "match 3.5.", "Bayern vs. Real", "2:1 am 3.4.2026", "Dr.No", "x.gif.mp4"]


@pytest.mark.parametrize("name", LIES)
def test_the_name_of_another_format_is_refused_in_both_languages_with_what_is_possible(name: str) -> None:
    problem = misnamed(name)
    assert problem is not None
    told = set()
    for language in LANGUAGES:
        with use_language(language):
            assert name.strip() in problem.message
            assert "MP4" in problem.message
            assert ".mp4" in problem.next_step
            told.add(problem.message)
    assert len(told) == len(LANGUAGES)


@pytest.mark.parametrize("name", TRUE)
def test_other_names_are_taken_dots_and_all(name: str) -> None:
    assert misnamed(name) is None
    assert honest(name) == name


def test_a_title_that_ends_like_another_format_loses_the_ending() -> None:
    assert honest("holiday.mov") == "holiday"
    assert honest("holiday.gif.webm") == "holiday"
