"""Scores of the interpreter beside the trivial baseline: `python benchmarks/words.py [SET.jsonl …]`.

Without arguments: the open instruction sets beside the repository and the sets under tests/engine/data.
The scorer is the instruction sets' own `score.py`.
"""

import argparse
import importlib.util
import json
from pathlib import Path
from typing import Any

from highlight_mcp.commands.words import answer

_ROOT = Path(__file__).resolve().parent.parent
_SHARED = _ROOT.parent / "shared" / "instructions"
_COLUMNS = ("exact", "kind", "op_f1", "slot_f1", "false_act", "false_refuse", "honest")


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
    cells = "".join(f"{'-' if result[c] is None else format(result[c], '.3f'):>13}" for c in _COLUMNS)
    return f"{name:<34}{result['n']:>5}{cells}"


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
    print(f"{'set':<34}{'n':>5}" + "".join(f"{c:>13}" for c in _COLUMNS))
    for path in sets:
        items = _load(path)
        ours = {item["id"]: answer(item["text"], item["context"], item.get("before", ())) for item in items}
        trivial = {item["id"]: {"kind": "plan", "ops": [{"op": "highlights"}]} for item in items}
        result = scorer.score(items, ours)
        print(_row(path.stem, result))
        print(_row("  baseline: highlights {}", scorer.score(items, trivial)))
        if result["missed"]:
            print("  missed: " + ", ".join(result["missed"]))


if __name__ == "__main__":
    main()
