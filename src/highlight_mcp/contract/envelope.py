"""The envelope of answers: `{"code": 0, "message": "success", "data": {…}}` and its three published shapes."""

from typing import Any

from ..messages import Message, message, say, verbatim
from .errors import KINDS, ApiError, ErrorInfo, error_info, error_info_of, error_info_of_status
from .redaction import quoted, sanitize_message
from .wire import loads

_CLEAR_BY_HTTP = {401, 402, 404, 405, 410, 413, 415, 429}


def success(data: Any) -> dict[str, Any]:
    """The envelope of a call that worked."""
    return {"code": 0, "message": "success", "data": data}


def failure(problem: ErrorInfo) -> dict[str, Any]:
    """The envelope of a call that failed; send it with the status `problem.http`."""
    names = ("kind", "next_step", "retryable", "retry_after_s")
    told = problem.model_dump(exclude_none=True)
    details = {name: told[name] for name in names if name in told}
    return {"code": problem.code, "message": problem.message, "error": details}


def read(status: int, body: str | bytes, *, session_path: bool = False, retry_after_s: int | None = None) -> Any:
    """The payload of an answer.

    The body code wins over the HTTP status. Raises ApiError: by body code, by `success`
    false, by HTTP status, or kind `transport` for a redirect and for a body that is not JSON.
    """
    if 300 <= status < 400:
        raise ApiError(_moved(status))
    try:
        value = loads(body)
    except ValueError:
        raise ApiError(_unreadable(status, session_path, retry_after_s)) from None
    problem = fault_in(status, value, session_path=session_path)
    if problem is not None:
        raise ApiError(_with_delay(problem, retry_after_s))
    return value["data"] if isinstance(value, dict) and value.get("data") is not None else value


def fault_in(status: int, value: Any, *, session_path: bool = False) -> ErrorInfo | None:
    """The failure that a JSON answer reports, None when it reports success."""
    if not isinstance(value, dict):
        return error_info_of_status(status, session_path=session_path) if status >= 400 else None
    code = _number(value.get("code"))
    if code is not None:
        return None if code == 0 else _by_code(code, status, value)
    if value.get("success") is False:
        return _by_error(status, value, session_path)
    if status >= 400:
        return _by_detail(status, value, session_path)
    return None


def as_fault(details: Any) -> ErrorInfo | None:
    """A fault that our own backend wrote out (`code`, `kind`, `message`, `next_step`, …), else None."""
    if not isinstance(details, dict) or details.get("kind") not in KINDS:
        return None
    base = error_info(details["kind"])
    return base.model_copy(
        update={
            "what": _theirs(details.get("message"), base.what),
            "step": _theirs(details.get("next_step"), base.step),
            "retryable": details["retryable"] if isinstance(details.get("retryable"), bool) else base.retryable,
            "retry_after_s": _number(details.get("retry_after_s")) or base.retry_after_s,
            "foreign": True,
        }
    )


def _theirs(words: Any, usual: Message) -> Message:
    clean = sanitize_message(words)
    return verbatim(clean) if clean else usual


def _by_code(code: int, status: int, value: dict[str, Any]) -> ErrorInfo:
    details = value.get("error")
    ours = as_fault({**details, "message": value.get("message")}) if isinstance(details, dict) else None
    if ours is not None:
        return ours.model_copy(update={"code": code})
    known = error_info_of(code)
    if known is not None:
        return known
    said = sanitize_message(value.get("message"))
    reason = quoted(said) if said else say("contract.no_reason")
    return error_info("backend_error", "contract.service_error", code=code, reason=reason).model_copy(
        update={"code": code, "http": status, "retryable": status >= 500}
    )


def _by_error(status: int, value: dict[str, Any], session_path: bool) -> ErrorInfo:
    error = value.get("error")
    code = _number(error.get("code")) if isinstance(error, dict) else None
    if code:
        return _by_code(code, status, {"message": error.get("message"), "error": error} if error else value)
    base = error_info_of_status(status, session_path=session_path) if status >= 400 else _own(status)
    text = error.get("message") if isinstance(error, dict) else error
    said = sanitize_message(text)
    return base.with_words(message("contract.service_reported", said=quoted(said))) if said else base


def _own(status: int) -> ErrorInfo:
    return error_info("backend_error", "contract.service_failure").model_copy(update={"http": status})


def _by_detail(status: int, value: dict[str, Any], session_path: bool) -> ErrorInfo:
    detail = value.get("detail")
    gone = isinstance(detail, str) and detail.startswith("Session not found")
    return error_info_of_status(404 if gone else status, session_path=gone or session_path)


def _moved(status: int) -> ErrorInfo:
    """Credentials are not carried to an address that the user has not set."""
    return error_info("transport", "contract.redirected", status=status).model_copy(update={"http": status})


def _unreadable(status: int, session_path: bool, retry_after_s: int | None) -> ErrorInfo:
    """A body that is not JSON still has a status; a status with one clear meaning keeps it (frameworks and proxies
    answer in HTML)."""
    if status in _CLEAR_BY_HTTP:
        return _with_delay(error_info_of_status(status, session_path=session_path), retry_after_s)
    base = error_info("transport", "contract.unreadable_answer", status=status)
    return base.model_copy(update={"http": status, "retry_after_s": retry_after_s})


def _with_delay(problem: ErrorInfo, retry_after_s: int | None) -> ErrorInfo:
    return problem if retry_after_s is None else problem.model_copy(update={"retry_after_s": retry_after_s})


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 12:
        return int(value)
    return None
