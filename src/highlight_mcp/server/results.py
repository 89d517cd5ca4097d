"""The only place where results are made: text that stands alone, structured content that stands alone, errors."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from mcp.types import CallToolResult, ContentBlock, TextContent

from ..contract.codes import Fault
from ..contract.redaction import masked, printable
from ..messages import say, verbatim
from .shapes import Answer, FailedSource, Problem
from .web.confines import Confines


def result_of(answer: Answer, blocks: Sequence[ContentBlock] = ()) -> CallToolResult:
    """The result of a call; an answer with a problem is an error result that fits the same schema."""
    text = "\n".join(line for line in _lines(answer) if line)
    return CallToolResult(
        content=[TextContent(text=printable(text) or say("server.done")), *blocks],
        structured_content=_clean(answer.model_dump(mode="json", exclude_none=True)),
        is_error=answer.error is not None,
    )


def failure(kind: type[Answer], fault: Fault, session_id: str | None = None) -> CallToolResult:
    """The error result of a call that came to nothing."""
    return result_of(kind(session_id=session_id, error=problem_of(fault)))


def problem_of(fault: Fault) -> Problem:
    """A fault as told to callers: without secrets."""
    return Problem.of(fault.with_words(verbatim(masked(fault.message)), verbatim(masked(fault.next_step))))


def failed_sources(
    failed: Iterable[tuple[str, Fault]], confines: Confines | None = None
) -> tuple[FailedSource, ...] | None:
    """Sources that were not added, as told to a caller; None when there is none.

    Who has handed a file over knows it by its plain name, and not where this server keeps it.
    """

    def shown(source: str) -> str:
        path = PurePath(source)
        return path.name if confines is not None and path.parent == confines.inbox else source

    return tuple(FailedSource(source=shown(source), error=problem_of(problem)) for source, problem in failed) or None


def _lines(answer: Answer) -> list[str]:
    lines = []
    if answer.error is not None:
        again = say("server.try_again_in", seconds=answer.error.retry_after_s) if answer.error.retry_after_s else ""
        lines.append(" ".join(part for part in (answer.error.message, answer.error.next_step, again) if part))
    lines += answer.lines()
    lines += [say("server.note", note=warning) for warning in answer.warnings or ()]
    if answer.next_step:
        lines.append(answer.next_step)
    if answer.session_id:
        lines.append(f"(session_id: {answer.session_id})")
    return lines


def _clean(value: Any) -> Any:
    """Text that any UTF-8 reader takes: file names may hold anything."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value
