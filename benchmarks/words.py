"""Scores of the interpreter beside the trivial baseline: `python benchmarks/words.py [SET.jsonl …]`.

Without arguments: the open instruction sets beside the repository and the sets under tests/engine/data.
The scorer is the instruction sets' own `score.py`. Beside its columns:

- `must_not`: how many of the sentences tagged `must-not-act` changed the timeline.
- `asked_ok`: of the sentences that want a plan and got a question, the share whose question offers that very plan.
- `typo_drop`: how much `exact` falls when one letter of one word of each sentence is mistyped (seeded).
- `ms`: CPU milliseconds per sentence.
"""

import argparse
import importlib.util
import json
import random
import re
import time
from pathlib import Path
from typing import Any

from highlight_mcp.commands.words import answer

_ROOT = Path(__file__).resolve().parent.parent
_SHARED = _ROOT.parent / "shared" / "instructions"
_COLUMNS = ("exact", "kind", "op_f1", "slot_f1", "false_act", "false_refuse", "honest")
_OWN = ("must_not", "asked_ok", "typo_drop", "ms")
_WORD = re.compile(r"[a-z]{5,}")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"no scorer at {path}; give --scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _load(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _row(name: str, result: dict[str, Any]) -> str:
    cells = "".join(_cell(result.get(column)) for column in (*_COLUMNS, *_OWN))
    return f"{name:<28}{result['n']:>5}{cells}"


def _cell(value: object) -> str:
    shown = "-" if value is None else value if isinstance(value, str) else f"{value:.3f}"
    return f"{shown:>13}"


def _mistyped(text: str, rng: random.Random) -> str:
    """The text with two letters of one long word swapped, or one doubled, dropped or struck beside."""
    words = [m for m in _WORD.finditer(text) if not _protected(text, m.start())]
    if not words:
        return text
    word = rng.choice(words)
    at = rng.randrange(word.start() + 1, word.end() - 1)
    a, b = text[at], text[at + 1]
    new = rng.choice([b + a, a + a + b, b, rng.choice(_LETTERS) + b])
    return text[:at] + new + text[at + 2 :]


def _protected(text: str, at: int) -> bool:
    """Whether a place is inside quotation marks or a file name, where a slip would be meant."""
    return text[:at].count('"') % 2 == 1 or "." in text[at:].split(" ")[0] or "“" in text[:at]


def _answers(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {item["id"]: answer(item["text"], item["context"], item.get("before", ())) for item in items}


def _scored(items: list[dict[str, Any]], scorer: Any) -> dict[str, Any]:
    started = time.process_time()
    ours = _answers(items)
    spent = time.process_time() - started
    result: dict[str, Any] = scorer.score(items, ours)
    rng = random.Random(20)
    slips = [{**item, "text": _mistyped(item["text"], rng)} for item in items]
    changed = {item["id"] for item, slip in zip(items, slips, strict=True) if item["text"] != slip["text"]}
    before = [item for item in items if item["id"] in changed]
    if changed:
        after = [slip for slip in slips if slip["id"] in changed]
        result["typo_drop"] = scorer.score(before, ours)["exact"] - scorer.score(after, _answers(after))["exact"]
    silent = [item for item in items if "must-not-act" in item.get("tags", ())]
    if silent:
        result["must_not"] = f"{sum(ours[item['id']]['kind'] == 'plan' for item in silent)} of {len(silent)}"
    asked = [i for i in items if i["expect"]["kind"] == "plan" and ours[i["id"]]["kind"] == "clarify"]
    if asked:
        offers = {i["id"]: {"kind": "plan", "ops": ours[i["id"]].get("offered", [])} for i in asked}
        result["asked_ok"] = scorer.score(asked, offers)["exact"]
    result["ms"] = 1000 * spent / len(items)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", type=Path)
    parser.add_argument("--scorer", type=Path, default=_SHARED / "score.py")
    arguments = parser.parse_args()
    sets = arguments.sets or [
        *sorted(_SHARED.glob("*.jsonl")),
        *sorted((_ROOT / "tests/engine/data").glob("words_*.jsonl")),
    ]
    scorer = _scorer(arguments.scorer)
    print(f"{'set':<28}{'n':>5}" + "".join(f"{c:>13}" for c in (*_COLUMNS, *_OWN)))
    for path in sets:
        items = _load(path)
        trivial = {item["id"]: {"kind": "plan", "ops": [{"op": "highlights"}]} for item in items}
        result = _scored(items, scorer)
        print(_row(path.stem, result))
        print(_row("  baseline: highlights {}", scorer.score(items, trivial)))
        if result["missed"]:
            print("  missed: " + ", ".join(result["missed"]))


if __name__ == "__main__":
    main()
