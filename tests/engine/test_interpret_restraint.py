"""Sentences that must not act, beside plain orders that must: a wrong act is worse than a question.

`question` stands for any outcome without operations: a question back, an answer, a refusal.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.commands.words import SESSIONS, written
from highlight_mcp.engine.edit.report import ask_back
from highlight_mcp.language import interpret
from highlight_mcp.language.normalize import normalize
from highlight_mcp.language.scanner import scan
from highlight_mcp.messages import use_language
from many import named_cases, spread

_FILE = Path(__file__).parent / "data" / "restraint.jsonl"
_FREE: dict[str, dict[str, Any]] = {
    "highlights": {"criterion": "auto", "mode": "replace", "order": "time"},
    "aspect": {"mode": "crop", "focus": "auto"},
    "filter": {"target": "all"}, "undo": {"steps": 1}, "stabilize": {"target": "all"}, "export": {"container": "mp4"},
}  # fmt: skip


def _plain(op: dict[str, Any], invented: set[str]) -> dict[str, Any]:
    free = _FREE.get(op["op"], {})
    return {k: v for k, v in op.items() if k not in invented and free.get(k, ()) != v}


def _fits(wanted: dict[str, Any], got: dict[str, Any]) -> bool:
    if wanted["kind"] == "question":
        return bool(got["kind"] != "plan")
    # What was invented is not compared: the sentence leaves it open.
    invented = set(got.get("assumed", ()))
    if got["kind"] != "plan":
        return False
    both = [[_plain(op, invented) for op in ops] for ops in (wanted["ops"], got["ops"])]
    return bool(both[0] == both[1])


@spread(5)
def test_sentences_act_exactly_or_ask(step: int) -> None:
    with named_cases() as case:
        for line in _FILE.read_text(encoding="utf-8").splitlines()[::step]:
            item = json.loads(line)
            situation = SESSIONS[item["context"]]
            with case(f"{item['id']} “{item['text']}”"):
                got = written(interpret(item["text"], situation), situation)
                assert any(_fits(wanted, got) for wanted in [item["expect"], *item.get("accept", [])]), got


def test_a_request_that_waits_says_what_was_understood_and_quotes_the_rest() -> None:
    outcome = interpret("remove the 3rd one then yeet the last to the front", SESSIONS["reel"])
    assert outcome.understood == ("remove the 3rd one",)
    assert outcome.unread == ("then yeet the last to the front",)
    said = str(ask_back(outcome, clips=6).message)
    assert said.startswith("Understood: “remove the 3rd one”. Not understood: “then yeet the last to the front”")
    assert "Nothing was changed." in said


def test_a_strange_word_beside_a_look_leaves_the_other_requests_to_be_done() -> None:
    outcome = interpret("make it square and yeet the music", SESSIONS["styled"])
    assert [op.op for op in outcome.operations] == ["aspect"]
    assert [gap.what for gap in outcome.unsupported] == ["and yeet the music"]


def test_a_cut_at_hand_is_named_before_moments_are_chosen_anew() -> None:
    said = str(ask_back(interpret("put the loudest moment last", SESSIONS["reel"]), clips=6).message)
    assert said.startswith("There is a cut already") and "make a new reel" in said
    with use_language("zh"):
        assert str(ask_back(interpret("节奏快一点", SESSIONS["reel"]), clips=6).message).startswith("已经有成片")


@pytest.mark.parametrize("unit", [*"1的最前半和到从再一说", "以后", "1:", "clip "])
def test_a_long_run_of_one_sign_is_one_strange_word_and_nothing_to_look_through(unit: str) -> None:
    text = (unit * 4000)[:4000]
    assert len(scan(normalize(text))) <= 3
    assert interpret(text, SESSIONS["reel"]).kind != "plan"


def test_figures_that_nobody_means_are_no_value() -> None:
    outcome = interpret(f"trim clip 2 to {'1234567890' * 40} seconds", SESSIONS["reel"])
    assert outcome.kind == "clarify" and not outcome.operations


@pytest.mark.parametrize(
    "text",
    [
        "turn off loudness", "switch off the loudness", "turn loudness normalization off", "no loudness levelling",
        "turn the loudness normalisation off", "don't touch the sound level", "关掉响度调整", "关闭响度标准化",
    ],
)  # fmt: skip
def test_levelling_that_is_turned_off_mutes_nothing(text: str) -> None:
    got = written(interpret(text, SESSIONS["reel"]), SESSIONS["reel"])
    assert got["kind"] == "plan" and [(op["op"], op.get("mode")) for op in got["ops"]] == [("loudness", "off")], got
