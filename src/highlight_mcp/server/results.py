"""The only place where results and errors of tools are made: text that stands alone, structured content beside it."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import PurePath
from typing import Any

from mcp.types import CallToolResult, ContentBlock, TextContent

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.redaction import printable, redact
from .http.path_policy import UserPathPolicy
from .outputs import ErrorDetail, FailedSource, ToolOutput


def result_of(answer: ToolOutput, blocks: Sequence[ContentBlock] = ()) -> CallToolResult:
    """The result of a call; an answer with a problem is an error result that fits the same schema."""
    text = "\n".join(line for line in _lines(answer) if line)
    return CallToolResult(
        content=[TextContent(text=printable(text) or "Done."), *blocks],
        structured_content=_clean(answer.model_dump(mode="json", exclude_none=True)),
        is_error=answer.error is not None,
    )


def failure(kind: type[ToolOutput], fault: ErrorInfo, session_id: str | None = None) -> CallToolResult:
    """The error result of a call that came to nothing."""
    return result_of(kind(session_id=session_id, error=problem_of(fault)))


def problem_of(fault: ErrorInfo) -> ErrorDetail:
    """A fault as told to callers: without secrets."""
    clean = fault.model_copy(update={"message": redact(fault.message), "next_step": redact(fault.next_step)})
    return ErrorDetail.of(clean)


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
        again = f"(Try again in {answer.error.retry_after_s} s.)" if answer.error.retry_after_s else ""
        lines.append(" ".join(part for part in (answer.error.message, answer.error.next_step, again) if part))
    lines += answer.lines()
    lines += [f"Note: {warning}" for warning in answer.warnings or ()]
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


def refused(message: str, next_step: str = "Correct the arguments and call again.") -> ApiError:
    """A call whose arguments cannot be used; `code` is 0, since no backend was asked."""
    return ApiError(error_info("bad_request", message, next_step).model_copy(update={"code": 0}))


def nothing_yet(what: str) -> ApiError:
    """A call that needs a session when there is none."""
    step = "Call upload with sources=[absolute paths or addresses of the footage] first."
    return ApiError(
        ErrorInfo(code=0, http=0, kind="no_session", message=f"There is no session {what}.", next_step=step)
    )


def internal() -> ErrorInfo:
    """Our own mistake; the details are in the log on stderr."""
    return ErrorInfo(
        code=0,
        http=0,
        kind="internal",
        message="Something went wrong inside the server.",
        next_step="Try again; if it stays so, the log on stderr says more.",
        retryable=True,
    )


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'trim'?`, empty when nothing is near."""
    close = get_close_matches(word.casefold(), sorted(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
