"""What of a model's answer counts: held against the words and the session, value by value."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highlight_mcp.language import ClipFact, SessionFacts, interpret
from highlight_mcp.language.llm import Verdict, Wish, judge, wish_in
from highlight_mcp.timeline.media import MediaInfo

MATCH = MediaInfo(media_id="med_1", name="match.mp4", kind="video", duration_ms=40_000)
SONG = MediaInfo(media_id="med_2", name="song.mp3", kind="audio", duration_ms=60_000)
CLIPS = tuple(
    ClipFact(number=n, start_ms=5000 * (n - 1), duration_ms=5000 + 100 * n, media_id="med_1") for n in range(1, 6)
)
REEL = SessionFacts(media=(MATCH, SONG), clips=CLIPS, duration_ms=25_500, has_timeline=True, texts=("Round one",))
Answer = dict[str, Any]


def wish(words: str, situation: SessionFacts = REEL) -> Wish | None:
    return wish_in(words, interpret(words, situation), situation)


def judged(words: str, *operations: Answer, unread: tuple[str, ...] = (), situation: SessionFacts = REEL) -> Verdict:
    found = wish(words, situation)
    assert found is not None, "the rules read it, or take it for no order"
    return judge(json.dumps({"operations": operations, "unread": unread, "asks": False}), found)


def on(*clips: int, op: str, **more: Any) -> Answer:
    return {"op": op, "target": {"clips": clips}, **more}


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        ("splat clip 3 by 40%", on(3, op="speed", factor=1.4)),
        ("florp clips 2 and 4", on(2, 4, op="remove")),
        ("florp clips 2 to 4", on(2, 3, 4, op="remove")),
        ("florp the last clip", on(5, op="remove")),
        ("smush the longest clip", on(5, op="speed", factor=0.5)),
        ("frobnicate everything except clip 3", on(1, 2, 4, 5, op="remove")),
        ("frobnicate the last 5 seconds", {"op": "remove", "target": {"range_ms": [20_500, 25_500]}}),
        ("zonk 3 seconds into clip 2", {"op": "split", "at_ms": 8000}),
        ("让第二段像回忆一样", on(2, op="filter", name="vintage")),
        ("make it pop", {"op": "filter", "name": "vivid"}),
        ("wibble “Round 3” onto clip 2", {"op": "text_add", "text": "Round 3", "start_ms": 5000, "end_ms": 10_200}),
    ],
)
def test_what_the_words_ground_may_be_carried_out(words: str, operation: Answer) -> None:
    verdict = judged(words, operation)
    assert verdict.kind == "plan", verdict.problem


@pytest.mark.parametrize(
    ("words", "operations", "unread"),
    [
        ("splat clip 3 by 40%", [on(3, op="speed", factor=1.7)], ()),
        ("zonk 5 seconds into clip 2", [{"op": "split", "at_ms": 5000}], ()),
        ("splat clip 3 by 40%", [on(4, op="speed", factor=1.4)], ()),
        ("splat clip 3 by 40%", [{"op": "speed", "factor": 1.4}], ()),
        ("splat clip 3 by 40%", [on(3, op="speed", factor=1.4), {"op": "trim", "head_ms": 700}], ()),
        ("florp clips 2 and 4", [on(2, op="remove")], ()),
        ("florp clips 2 and 4", [on(1, 3, 5, op="remove")], ()),
        ("florp clip 3", [on(3, op="remove")], ("clip 30",)),
        ("florp clip 3", [on(9, op="remove")], ("clip 3",)),
        ("florp clip 3", [{"op": "shell", "command": "id"}], ("clip 3",)),
        ("give clip 2 a dreamy look", [on(2, op="filter", name="vintage", amount=0.83)], ()),
        ("frobnicate clip 30 and clip 3", [on(3, op="remove")], ()),
        ("frobnicate clip 3, no wait, clip 4", [on(3, op="remove")], ("clip 4",)),
        ("give clip 2 a dreamy look", [on(2, op="filter", name="vintage"), {"op": "text_remove", "index": 4}], ()),
        ("give clip 2 a dreamy look", [on(2, op="filter", name="vintage"), {"op": "restore", "version": 3}], ()),
        ("give clip 2 a dreamy look", [on(2, op="filter", name="vintage"), {"op": "card_add", "color": "#123456"}], ()),
        ("give clip 2 a dreamy look", [on(2, op="zoom", region={"x": 0.2, "y": 0, "width": 0.5, "height": 0.5})], ()),
    ],
)
def test_what_comes_from_nowhere_or_is_passed_over_counts_for_nothing(
    words: str, operations: list[Answer], unread: tuple[str, ...]
) -> None:
    assert judged(words, *operations, unread=unread).kind == "wrong"


@pytest.mark.parametrize(
    ("words", "operations", "unread"),
    [
        ("florp clips 2 and 4", [on(2, op="remove")], ("clips 2 and 4",)),
        ("give clip 2 a dreamy look", [on(2, op="speed", factor=0.5)], ("dreamy look",)),
        ("don't frobnicate clip 3", [on(3, op="remove")], ()),
        ("give clip 2 a dreamy faded film look", [on(2, op="remove")], ()),
        ("yeet clip 2", [on(2, op="filter", name="vintage"), on(2, op="remove")], ()),
        ("make it pop", [{"op": "reset"}], ()),
        ("make it pop", [{"op": "highlights", "criterion": "loud"}], ()),
        ("make it pop", [on(1, 2, 3, 4, 5, op="remove")], ()),
        ("make it pop", [{"op": "remove", "target": {"range_ms": [0, 25_500]}}], ()),
        ("make it pop", [{"op": "undo"}], ()),
    ],
)
def test_what_takes_away_on_doubtful_grounds_is_only_offered(
    words: str, operations: list[Answer], unread: tuple[str, ...]
) -> None:
    assert judged(words, *operations, unread=unread).kind == "offer"


def test_a_harmless_operation_beside_words_unread_is_done_and_the_words_are_told() -> None:
    verdict = judged("lend clip 4 an old-timey vibe", on(4, op="filter", name="sepia"), unread=("old-timey vibe",))
    assert (verdict.kind, verdict.unread) == ("plan", ("old-timey vibe",))


def test_a_size_that_nobody_told_is_told_as_assumed() -> None:
    assert judged("lend clip 4 an old-timey vibe", on(4, op="filter", name="sepia", amount=0.5)).assumed == ("amount",)


def test_what_is_no_order_is_left_out_of_the_words_that_are_sent() -> None:
    found = wish("I loved clip 3. Splat clip 2 by 40%")
    assert found is not None and found.words == "Splat clip 2 by 40%"
    assert [value.words for value in found.stated] == ["clip 2", "40%"]


def test_without_a_reel_only_what_makes_one_can_be_done() -> None:
    fresh = SessionFacts(media=(MATCH,))
    words = "frobnicate everything in a zany way"
    assert judged(words, {"op": "filter", "name": "vivid"}, situation=fresh).kind == "wrong"
    assert judged(words, {"op": "highlights"}, {"op": "filter", "name": "vivid"}, situation=fresh).kind == "plan"


@settings(max_examples=40)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_answer_whatever_it_is_raises(answer: str) -> None:
    found = wish("splat clip 3 by 40%")
    assert found is not None
    assert judge(answer, found).kind in ("wrong", "asks")
