"""Whole sentences with intended outcomes, scored as the instruction benchmark scores them."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from highlight_mcp.commands.words import answer
from many import named_cases, spread

_PAIRS = 40
_DATA = Path(__file__).parent / "data"
_FREE = {("highlights", "criterion"): "auto", ("highlights", "order"): "time", ("highlights", "mode"): "replace"} | {
    ("undo", "steps"): 1, ("export", "container"): "mp4", ("aspect", "mode"): "crop", ("aspect", "focus"): "auto",
    ("fade", "target"): "both", ("filter", "target"): "all", ("stabilize", "target"): "all", ("text_edit", "index"): 1,
    ("keep", "ref"): "source",
}  # fmt: skip


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= max(0.05, 0.02 * abs(a))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().casefold() == b.strip().casefold()
    return bool(a == b)


def _plain(op: dict[str, Any], free: set[str]) -> dict[str, Any]:
    return {k: v for k, v in op.items() if k not in free and (k == "op" or not _same(v, _FREE.get((op["op"], k))))}


def _fits(wanted: dict[str, Any], got: dict[str, Any]) -> bool:
    if wanted["kind"] != got["kind"]:
        return False
    if wanted["kind"] == "plan":
        free = set(wanted.get("assumed", ()))
        return _same([_plain(o, free) for o in wanted["ops"]], [_plain(o, free) for o in got["ops"]])
    if wanted["kind"] == "clarify":
        return bool(set(wanted["missing"]) & set(got["missing"]))
    key = "topic" if wanted["kind"] == "query" else "code"
    return bool(wanted[key] == got[key])


@spread(5)
@pytest.mark.parametrize("words", sorted(_DATA.glob("words_*.jsonl")), ids=lambda path: path.stem)
def test_sentences_are_read_as_intended_and_what_must_not_be_done_is_never_done(words: Path, step: int) -> None:
    with named_cases() as case:
        for line in words.read_text(encoding="utf-8").splitlines()[::step]:
            item = json.loads(line)
            intended = [item["expect"], *item.get("accept", [])]
            with case(f"{item['id']} “{item['text']}”"):
                got = answer(item["text"], item["context"], item.get("before", ()))
                understood = any(_fits(wanted, got) for wanted in intended)
                assert understood != item.get("known_miss", False), f"known to be missed, but read: {understood}; {got}"
                if "plan" not in {wanted["kind"] for wanted in intended}:
                    assert got["kind"] != "plan", f"done, and must not be: {got}"


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_whatever_is_said_behind_whatever_else_an_outcome_comes_of_it(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [line for path in sorted(_DATA.glob("words_*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    said = [json.loads(line) for line in lines]
    chance = random.Random(seed)
    for _ in range(_PAIRS if seed == 1 else 4 * _PAIRS):
        first, second, third = chance.sample(said, 3)
        got = answer(third["text"], first["context"], [first["text"], second["text"]])
        assert got["kind"] in ("plan", "query", "clarify", "refuse")
    assert "cannot be built" not in caplog.text
