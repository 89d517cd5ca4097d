"""The name of a reel says what it is, or leaves it open."""

import pytest

from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.exports import choose_export
from highlight_mcp.contract.formats import honest
from highlight_mcp.messages import LANGUAGES, use_language
from highlight_mcp.presets import PRESETS

LIES = ["x.webm", "X.WEBM", "cut.psd", "a.b.mkv", "x.avi ", "x.flac.", ".ogg", "精彩.MKV"]
TRUE = ["x", "x.mp4", "X.MP4", "final v1.2", "match 3.5.", "Bayern vs. Real", "2:1 am 3.4.2026", "Dr.No", "x.gif.mp4"]


@pytest.mark.parametrize("name", LIES)
def test_the_name_of_a_format_that_no_export_makes_is_refused_in_both_languages_with_what_is_possible(
    name: str,
) -> None:
    told = set()
    for language in LANGUAGES:
        with use_language(language), pytest.raises(ApiError) as refused:
            choose_export(None, name)
        with use_language(language):
            problem = refused.value.fault
            assert name.strip() in problem.message
            assert "MP4" in problem.message
            assert ".mp4" in problem.next_step
            told.add(problem.message)
    assert len(told) == len(LANGUAGES)


@pytest.mark.parametrize("name", TRUE)
def test_other_names_are_taken_dots_and_all_and_mean_an_mp4_in_full_size(name: str) -> None:
    choice = choose_export(None, name)
    assert (choice.name, choice.ending) == ("1080p", "mp4")
    assert honest(name) == name


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_takes_each_of_its_endings_and_refuses_those_of_others(name: str) -> None:
    for ending in PRESETS[name].endings:
        assert choose_export(name, f"reel.{ending.upper()}") == (name, PRESETS[name], ending)
    assert choose_export(name.upper(), "reel") == (name, PRESETS[name], PRESETS[name].endings[0])
    with pytest.raises(ApiError) as refused:
        choose_export(name, "reel.mkv")
    assert f"reel.{PRESETS[name].endings[0]}" in refused.value.fault.next_step


def test_an_unknown_preset_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ApiError) as refused:
        choose_export("8k", None)
    assert "8k" in refused.value.fault.message
    assert all(name in refused.value.fault.next_step for name in PRESETS)


def test_a_title_that_ends_like_another_format_loses_the_ending() -> None:
    assert honest("holiday.mov") == "holiday"
    assert honest("holiday.gif.webm") == "holiday"
