"""`highlight-mcp words FILE.jsonl`: each sentence to its outcome, in the benchmark's format."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from ..engine.interpret import Outcome, interpret
from ..engine.interpret.fixtures import SESSIONS
from ..timeline.value import Value


def run(arguments: Namespace | Path | str) -> int:
    """Print one `{"id", "result"}` line per input line; 2 when the file cannot be used."""
    path = Path(getattr(arguments, "file", None) or getattr(arguments, "path", None) or str(arguments))
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        print(f"words: cannot read {path}: {error}. Give a JSON-lines file with id, context and text.", file=sys.stderr)  # noqa: T201
        return 2
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            result = answer(item["text"], item["context"])
        except (ValueError, KeyError, TypeError) as error:
            print(f"words: line {number} of {path}: {error!r}. Each line needs id, context and text.", file=sys.stderr)  # noqa: T201
            return 2
        print(json.dumps({"id": item.get("id"), "result": result}, ensure_ascii=False))  # noqa: T201
    return 0


def answer(text: str, context: str) -> dict[str, Any]:
    """The outcome of one sentence in a fixture session. Raises KeyError for an unknown session."""
    return written(interpret(text, SESSIONS[context]))


def written(outcome: Outcome) -> dict[str, Any]:
    """An outcome in the benchmark's words: seconds instead of milliseconds, arguments left open absent."""
    result: dict[str, Any] = {"kind": outcome.kind}
    if outcome.kind == "plan":
        result["ops"] = [_operation(op) for op in outcome.operations]
        if outcome.export:
            result["ops"].append({"op": "export", **outcome.export.model_dump(exclude_none=True)})
    if outcome.kind == "query":
        result["topic"] = outcome.topic
        if outcome.clips:
            result["target"] = {"clips": list(outcome.clips)}
    if outcome.kind == "clarify":
        result["missing"] = list(outcome.missing)
    if outcome.kind == "refuse":
        result["code"] = outcome.code
    for name in ("assumed", "caveats", "not_understood"):
        if values := getattr(outcome, name):
            result[name] = list(values)
    if outcome.unsupported:
        result["unsupported"] = [u.model_dump() for u in outcome.unsupported]
    return result


def _operation(op: Value) -> dict[str, Any]:
    facts = {"op": getattr(op, "op", "")} | op.model_dump(exclude_unset=True, mode="json")
    return {_name(k): _seconds(k, v) for k, v in facts.items() if v is not None}


def _name(key: str) -> str:
    if key == "ranges_ms":
        return "ranges"
    return key[:-3] + "_s" if key.endswith("_ms") else key


def _seconds(key: str, value: Any) -> Any:
    if key == "target" and isinstance(value, dict) and "range_ms" in value:
        return {"range_s": [v / 1000 for v in value["range_ms"]], "ref": value.get("ref", "timeline")}
    if key == "factor":
        numerator, _, denominator = str(value).partition("/")
        return round(float(numerator) / float(denominator or 1), 4)
    if key.endswith("_ms"):
        return _scaled(value)
    return value


def _scaled(value: Any) -> Any:
    return [_scaled(v) for v in value] if isinstance(value, list | tuple) else value / 1000
