"""Faults that the server itself finds; everything else arrives as a ContractError of the client."""

from collections.abc import Iterable
from difflib import get_close_matches

from ..contract.errors import ApiError, ErrorInfo, error_info


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
