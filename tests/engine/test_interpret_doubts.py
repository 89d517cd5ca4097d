"""What is said back to wishes that cannot hold: plain words, no names from inside the program."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.engine.edit.report import ask_back
from highlight_mcp.language import interpret
from highlight_mcp.language.lexicon import index
from highlight_mcp.messages import Language, has, use_language
from highlight_mcp.timeline.operations import ClipTarget, RangeTarget, Remove, Reorder, Volume

REEL = SESSIONS["reel"]
_PIECES = (
    "make it", "a reel of", "trim clip 2 to", "freeze at", "crossfade", "fade in", "split at", "speed up", "slow down",
    "title 'x' for", "card 'x'", "replay clip 1", "shorten by", "0 seconds", "-5 seconds", "0x", "-2x", "0%", "0:00",
    "10 seconds", "30 seconds", "and", "each", "剪成", "0秒", "负5秒", "0倍", "vertical", "square", ",",
)  # fmt: skip


def _said(text: str, language: Language = "en") -> str:
    outcome = interpret(text, REEL)
    assert outcome.kind in ("clarify", "refuse"), outcome
    with use_language(language):
        return str(ask_back(outcome, clips=6).message)


@example(["trim clip 2 to", "10 seconds", "replay clip 1"], "empty")
@given(st.lists(st.sampled_from(_PIECES), max_size=8), st.sampled_from(sorted(SESSIONS)))
def test_values_of_nothing_get_an_outcome_and_never_an_error(pieces: list[str], session: str) -> None:
    assert interpret(" ".join(pieces), SESSIONS[session]).kind in ("plan", "query", "clarify", "refuse")


@pytest.mark.parametrize("text", ["make it 0 seconds", "make it -5 seconds"])
def test_a_length_of_nothing_is_asked_about_again(text: str) -> None:
    said = _said(text)
    assert said.startswith("A length has to be more than 0 seconds") and said.endswith("How long should it be?")


@pytest.mark.parametrize("text", ["speed 0x", "speed up 1000000x"])
def test_a_speed_out_of_range_is_refused_with_the_range(text: str) -> None:
    assert "between 0.1x and 20x" in _said(text)


@pytest.mark.parametrize("text", ["remove the music", "make the music quieter", "fade the music out"])
def test_music_that_is_not_there_is_said_to_be_missing(text: str) -> None:
    said = _said(text)
    assert said.startswith("There is no music in the reel.") and "Which sound file" not in said


def test_music_that_is_not_there_is_said_to_be_missing_in_chinese() -> None:
    assert _said("去掉音乐", "zh").startswith("成片里没有音乐。")


def test_a_contradiction_leaves_the_rest_of_the_sentence_to_be_done() -> None:
    outcome = interpret("make it vertical and horizontal and drop clip 2", REEL)
    assert [op.op for op in outcome.operations] == ["remove"]
    assert [gap.code for gap in outcome.unsupported] == ["clarify:ratio"]


def test_a_refusal_quotes_the_words_of_the_user() -> None:
    assert _said("order pizza").startswith("“order pizza”: that cannot be done here.")


def test_every_name_from_inside_has_words_for_the_user() -> None:
    names = {m[2] for found in index().values() for c in found if (m := re.match(r"(UNSUPPORTED|ASR|VISION):(.+)", c))}
    assert all(has(f"engine.topic.{name}") for name in names - {"other"})


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        (
            "remove the 3rd one then yeet the last to the front",
            (Remove(target=ClipTarget(clips=(3,))), Reorder(move=6, to=1)),
        ),
        ("gently lower clips 2, 3 and 5 by 3 dB", (Volume(target=ClipTarget(clips=(2, 3, 5)), db=-3),)),
        ("clip four needs to plonk ahead of clip one", (Reorder(move=4, to=1),)),
        ("chop the waffle from 0:30 to 0:40 out", (Remove(target=RangeTarget(range_ms=(30_000, 40_000))),)),
    ],
)
def test_a_question_about_a_strange_word_offers_what_is_said_around_it(text: str, offered: tuple[object, ...]) -> None:
    outcome = interpret(text, REEL)
    assert outcome.kind == "clarify" and outcome.offered == offered


@pytest.mark.parametrize(
    "text", ["please don't frobnicate clip 2", "not clip 3, frob it", "mute everything but zorblax clip 2"]
)
def test_what_is_offered_never_leaves_out_a_no_or_an_exception(text: str) -> None:
    outcome = interpret(text, REEL)
    assert outcome.kind == "clarify" and not any(isinstance(op, Remove | Volume) for op in outcome.offered)


@pytest.mark.parametrize(
    ("text", "bent"),
    [
        ("volume to 500%", "level"),
        ("clip 2 volume 10000 percent", "level"),
        ("turn clip 2 down 110%", "level"),
        ("brightness 500%", "amount"),
        ("brightness -200%", "amount"),
        ("saturation up 400%", "amount"),
        ("crossfade of 9 seconds everywhere", "duration_s"),
    ],
)
def test_a_value_out_of_bounds_is_kept_within_them_and_told(text: str, bent: str) -> None:
    assert interpret(text, REEL).assumed == (bent,)


@pytest.mark.parametrize(
    "text", ["volume to 400%", "turn clip 2 down 100%", "brightness 100%", "crossfade of 5 seconds"]
)
def test_a_value_at_its_bound_is_just_done(text: str) -> None:
    outcome = interpret(text, REEL)
    assert outcome.operations and outcome.assumed == ()
