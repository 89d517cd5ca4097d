"""`highlight-mcp words FILE.jsonl`: each sentence to its outcome, in the benchmark's format."""

import json
from argparse import Namespace

from ..contract.addresses import shell_path
from ..language.benchmark_format import answer
from ..messages import Message, message
from ..messages.reasons import reason_of
from .shell import ShellError, exit_with_error


def run(arguments: Namespace) -> int:
    """Print one `{"id", "result"}` line per input line; 2 when the file cannot be used."""
    path = shell_path(arguments.file)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return _failed(message("shell.words.unreadable", path=str(path), reason=reason_of(error)))
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            result = answer(item["text"], item["context"], item.get("before", ()))
        except (ValueError, KeyError, TypeError) as error:
            return _failed(message("shell.words.line", n=number, path=str(path), reason=_reason(error)))
        print(json.dumps({"id": item.get("id"), "result": result}, ensure_ascii=False))  # noqa: T201
    return 0


def _reason(error: Exception) -> Message:
    """A name that is missing, or of no session, is told by itself."""
    return message("shell.words.missing", name=str(error.args[0])) if isinstance(error, KeyError) else reason_of(error)


def _failed(what: Message) -> int:
    exit_with_error(ShellError("shell.words.failed", what=what))
    return 2
