"""`highlight-mcp words FILE.jsonl`: each sentence to its outcome, in the benchmark's format."""

import json
import sys
from argparse import Namespace

from ..contract.addresses import shell_path
from ..language.benchmark_format import answer


def run(arguments: Namespace) -> int:
    """Print one `{"id", "result"}` line per input line; 2 when the file cannot be used."""
    path = shell_path(arguments.file)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return _failed(f"cannot read {path}: {error}")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            result = answer(item["text"], item["context"], item.get("before", ()))
        except (ValueError, KeyError, TypeError) as error:
            return _failed(f"line {number} of {path}: {error!r}")
        print(json.dumps({"id": item.get("id"), "result": result}, ensure_ascii=False))  # noqa: T201
    return 0


def _failed(reason: str) -> int:
    print(f"words: {reason}. Each line needs id, text and context (a fixture session).", file=sys.stderr)  # noqa: T201
    return 2
