"""Sentences from cues, and the search for words and subjects in them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from highlight_mcp.engine.transcripts.search import nearest, passages, stem, terms, utterances
from highlight_mcp.engine.transcripts.sentences import Sentence, sentences
from highlight_mcp.timeline.media import TranscriptCue


def cue(start: int, end: int, text: str) -> TranscriptCue:
    return TranscriptCue(start_ms=start, end_ms=end, text=text)


def texts(*cues: TranscriptCue) -> list[str]:
    return [one.text for one in sentences(cues, "m")]


def test_the_words_of_a_sentence_are_read_once_for_all_searches() -> None:
    spoken = ("The keeper saves the penalty.", "A long pass to the left wing.", "And nothing more happens.")
    lines = sentences([cue(2000 * place, 2000 * place + 1900, text) for place, text in enumerate(spoken)], "m")
    assert utterances(lines, "penalty")
    read = terms.cache_info().misses
    assert passages(lines, "penalty") and nearest(lines, "penalty") and utterances(lines, "penalty")
    assert terms.cache_info().misses == read


def test_a_sentence_runs_over_the_line_breaks_of_its_cues() -> None:
    found = sentences(
        [cue(0, 2000, "Today we talk\nabout"), cue(2000, 4000, "gradient descent. And more.")], "m", "a.srt"
    )
    assert [(one.start_ms, one.end_ms, one.text) for one in found] == [
        (0, 3259, "Today we talk about gradient descent."), (3259, 4000, "And more."),
    ]  # fmt: skip
    assert found[0].origin == "a.srt"
    assert found[0].at(found[0].text.index("gradient")) == 2000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith came. He left.", ["Dr. Smith came.", "He left."]),
        ("It costs 3.5 million. Really!", ["It costs 3.5 million.", "Really!"]),
        ("[APPLAUSE] Thank you.", ["Thank you."]),
        ("(music plays)", []),
        ("♪ la la la ♪", []),
        ("NAR: This is it.", ["This is it."]),
        ("- Are you in?\n- Yes.", ["Are you in?", "Yes."]),
        ("这是点球！裁判吹了哨。", ["这是点球！", "裁判吹了哨。"]),
        ("他说：“进球了！”然后笑了。", ["他说：“进球了！”", "然后笑了。"]),
    ],
)
def test_what_is_a_sentence_and_what_is_not_said(text: str, expected: list[str]) -> None:
    assert texts(cue(0, 4000, text)) == expected


def test_rolling_captions_say_each_line_once() -> None:
    rolled = [
        cue(0, 2000, "so the first thing to know"), cue(2000, 4000, "so the first thing to know\nis that it works"),
        cue(4000, 6000, "is that it works\nmost of the time"),
    ]  # fmt: skip
    assert texts(*rolled) == ["so the first thing to know is that it works most of the time"]


def test_without_stops_a_breath_ends_a_sentence_and_chinese_cues_stand_alone() -> None:
    assert texts(cue(0, 2000, "no stops here"), cue(2600, 4000, "a breath before"), cue(4000, 5000, "none before")) == [
        "no stops here", "a breath before none before",
    ]  # fmt: skip
    assert texts(cue(0, 2000, "后来又判了"), cue(2000, 4000, "两个点球")) == ["后来又判了", "两个点球"]


@example([(0, 3, "!\r0"), (0, 4, "0")])
@given(st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 9_000), st.text(max_size=60)), max_size=12))
def test_any_cues_make_ordered_sentences_with_words_and_length(rows: list[tuple[int, int, str]]) -> None:
    cues = sorted((cue(start, start + length, text) for start, length, text in rows), key=lambda one: one.start_ms)
    found = sentences(cues, "m")
    assert all(one.text.strip() and one.start_ms <= one.end_ms for one in found)
    assert [one.start_ms for one in found] == sorted(one.start_ms for one in found)
    for one in found:
        times = [one.at(place) for place in range(len(one.text))]
        assert times == sorted(times)
        assert all(one.start_ms <= at <= max(one.end_ms, one.start_ms) for at in times)


@pytest.mark.parametrize(
    ("one", "other"),
    [("penalty", "penalties"), ("Goal", "goals"), ("score", "scoring"), ("run", "running"), ("café", "cafe"),
     ("player's", "players"), ("stop", "stopped"), ("pass", "passing"), ("explain", "explained")],
)  # fmt: skip
def test_endings_case_and_accents_do_not_matter(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("goal", "goat"), ("ring", "ran"), ("bus", "bu"), ("king", "k")])
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_chinese_is_compared_by_the_character_in_either_script() -> None:
    assert [term.form for term in terms("點球OK")] == [term.form for term in terms("点球 ok")]


SAID = [
    Sentence("m", 0, 4000, "Welcome to the show."), Sentence("m", 5000, 9000, "Gradient descent goes downhill."),
    Sentence("m", 9500, 12_000, "Each step is small."), Sentence("m", 13_000, 16_000, "The gradient tells where."),
    Sentence("m", 60_000, 62_000, "A penalty!"), Sentence("m", 80_000, 83_000, "Two penalties, one free kick."),
    Sentence("m", 90_000, 93_000, "The kick was free of charge."), Sentence("m", 120_000, 123_000, "这是一个点球！"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ("penalty", [60_000, 80_000]),
        ("free kick", [80_000]),
        ("free kick or penalty", [60_000, 80_000]),
        ("点球", [120_000]),
        ("點球", [120_000]),
        ("点球或者penalty", [60_000, 80_000, 120_000]),
        ("pen", []),
        ("球点", []),
        ("!?", []),
    ],
)
def test_every_time_words_are_said(query: str, starts: list[int]) -> None:
    assert [hit.sentences[0].start_ms for hit in utterances(SAID, query)] == starts


def test_words_that_are_never_said_together_count_less() -> None:
    (hit,) = utterances(SAID, "free charge")
    assert (hit.sentences[0].start_ms, hit.strength) == (90_000, 0.6)


def test_a_passage_about_a_subject_runs_from_its_first_sentence_to_its_last() -> None:
    (hit,) = passages(SAID, "gradient descent")
    assert (hit.start_ms, hit.end_ms) == (5000, 16_000)
    assert passages(SAID, "quantum physics") == []


def test_the_nearest_words_are_those_that_were_said() -> None:
    assert nearest(SAID, "penality") == ["penalty"]
    assert nearest(SAID, "圆点球门") == ["这是一个点球！"]
    assert nearest(SAID, "zzzzzz") == []
