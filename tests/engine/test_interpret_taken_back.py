"""What is taken back, forbidden or made to depend on something behind an order is never done."""

import json
from pathlib import Path

import pytest

from highlight_mcp.commands.words import answer

_DATA = Path(__file__).parent / "data"
_TAKING = ("remove", "keep", "trim", "reset", "bgm_remove", "text_remove")
_ENGLISH = (
    ", don't", ", cancel", ", cancel that", ", stop", ", jk", ", no", ", nope", ", nvm", ", abort", ", absolutely not",
    ", on second thought no", ", that's a joke", ", my boss forbids it",
    ", forget I said that", ": that's what the other editor did",
)  # fmt: skip
_CHINESE = (
    "，别",
    "，不要",
    "，取消",
    "，老板不同意",
    "，开玩笑的",
    "，当我没说",
    "，作废",
    "，我反对",
)


def _orders() -> list[tuple[str, str]]:
    found = []
    for path in sorted(_DATA.glob("words_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            ops = item["expect"].get("ops", [])
            kept = item["lang"] in ("en", "zh") and item["expect"]["kind"] == "plan"
            kept = kept and "也" not in item["text"]  # `…，第三段也是，不要` may say one thing twice
            kept = kept and not item["text"].endswith(
                "秒"
            )  # `从31:20开始的九十秒，不要`: what is only named is not wanted
            if kept and ops and all(op["op"] in _TAKING for op in ops):
                found.append((item["text"], item["context"]))
    return found[::9]


def _done(text: str, context: str, place: int, step: int) -> list[str]:
    """What is done in spite of every `step`-th of the endings, from the `place`-th on."""
    ends = _CHINESE if any("\u4e00" <= c <= "\u9fff" for c in text) else _ENGLISH
    said = [text.rstrip(" .!?。！？") + end for end in ends[place % step :: step]]
    return [each for each in said if answer(each, context)["kind"] == "plan"]


def test_an_order_that_is_taken_back_at_its_end_takes_nothing_away() -> None:
    """Each order with a sixteenth of the endings, each ending with a sixteenth of the orders."""
    assert [each for place, order in enumerate(_orders()) for each in _done(*order, place, 16)] == []


@pytest.mark.slow
@pytest.mark.parametrize(("text", "context"), _orders())
def test_no_order_is_done_with_any_of_the_endings(text: str, context: str) -> None:
    assert _done(text, context, 0, 1) == []


@pytest.mark.parametrize(
    "text",
    [
        "mute Emily", "mute the family", "mute clip 2 or clip 3", "remove the first 3 seconds or the last 5 seconds",
        "si es aburrido, silencia el clip 2", "wenn es laut ist, mach das video quadratisch",
        "delete clip 3" + " " * 4000 + "no wait, leave clip 3 alone",
        "replay clip 2 at half speed or at 0.25x", "remove the title and zorp the reel", "later, mute clip 3",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_asked(text: str) -> None:
    assert answer(text, "styled")["kind"] != "plan"
