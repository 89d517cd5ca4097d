"""The only place where results and errors of tools are made: text that stands alone, structured content beside it."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from mcp.types import CallToolResult, ContentBlock, TextContent

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.redaction import printable, redact
from ..messages import Argument, Message, message, next_step_of, say, verbatim
from .http.path_policy import UserPathPolicy
from .outputs import ErrorDetail, FailedSource, ToolOutput


def result_of(answer: ToolOutput, blocks: Sequence[ContentBlock] = ()) -> CallToolResult:
    """The result of a call; an answer with a problem is an error result that fits the same schema."""
    text = "\n".join(line for line in _lines(answer) if line)
    return CallToolResult(
        content=[TextContent(text=printable(text) or say("server.done")), *blocks],
        structured_content=_clean(answer.model_dump(mode="json", exclude_none=True)),
        is_error=answer.error is not None,
    )


def failure(kind: type[ToolOutput], fault: ErrorInfo, session_id: str | None = None) -> CallToolResult:
    """The error result of a call that came to nothing."""
    return result_of(kind(session_id=session_id, error=problem_of(fault)))


def problem_of(fault: ErrorInfo) -> ErrorDetail:
    """A fault as told to callers: without secrets."""
    return ErrorDetail.of(fault.with_words(verbatim(redact(fault.message)), verbatim(redact(fault.next_step))))


def failed_sources(
    failed: Iterable[tuple[str, ErrorInfo]], confines: UserPathPolicy | None = None
) -> tuple[FailedSource, ...] | None:
    """Sources that were not added, as told to a caller; None when there is none.

    Who has handed a file over knows it by its plain name, and not where this server keeps it.
    """

    def shown(source: str) -> str:
        path = PurePath(source)
        return path.name if confines is not None and path.parent == confines.inbox else source

    return tuple(FailedSource(source=shown(source), error=problem_of(problem)) for source, problem in failed) or None


def _lines(answer: ToolOutput) -> list[str]:
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


def refused(what: Message | str, *, next_step: Message | str | None = None, **arguments: Argument) -> ApiError:
    """A call whose arguments cannot be used; `code` is 0, since no backend was asked."""
    said = Message(what, arguments) if isinstance(what, str) else what
    problem = error_info("bad_request", said, next_step=next_step)
    correct = problem.step.key == "contract.bad_request.next"
    step = message("server.correct_arguments") if correct else problem.step
    return ApiError(problem.model_copy(update={"code": 0, "step": step}))


def nothing_yet() -> ApiError:
    """A call that needs a session when there is none."""
    return ApiError(_own("no_session"))


def internal() -> ErrorInfo:
    """Our own mistake; the details are in the log on stderr."""
    return _own("internal").model_copy(update={"retryable": True})


def _own(kind: str) -> ErrorInfo:
    what = message(f"server.{kind}")
    return ErrorInfo(code=0, http=0, kind=kind, what=what, step=next_step_of(what))
