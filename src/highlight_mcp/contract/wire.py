"""The base of every body on the wire, JSON as both sides read and write it, and the envelope of answers.

The envelope is `{"code": 0, "message": "success", "data": {…}}`; three shapes of it are published.
"""

import json
import math
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, Self, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WrapValidator
from pydantic_core import PydanticUseDefault

from ..messages import Message, message, say, verbatim
from .errors import KINDS, ApiError, ErrorInfo, error_info, error_info_of, error_info_of_status
from .redaction import quoted, sanitize_message

CONTRACT_VERSION = "1"
MAX_DEPTH = 100

T = TypeVar("T")


def _or_default(value: Any, validate: Any) -> Any:
    try:
        return validate(value)
    except (ValidationError, ValueError):
        raise PydanticUseDefault from None


Lenient = Annotated[T, WrapValidator(_or_default)]
"""A field whose unreadable value counts as absent; it needs a default."""


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and math.isfinite(value) else value


LenientInt = Annotated[int, BeforeValidator(_whole)]
"""A whole number, however it was written; fractions of it do not count."""

LenientCount = Lenient[Annotated[LenientInt, Field(ge=0)]]
LenientName = Annotated[str, Field(coerce_numbers_to_str=True)]
"""An id, which some services write as a number."""


class WireModel(BaseModel):
    """An immutable body; fields it does not know are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @classmethod
    def parse(cls, payload: Any) -> Self:
        """Read a body. Raises ApiError `transport` when it has another shape."""
        try:
            return cls.model_validate(payload)
        except ValidationError as error:
            where = ", ".join(".".join(map(str, item["loc"])) or "body" for item in error.errors())
            raise ApiError(error_info("transport", "contract.incomplete_answer", where=where)) from None

    def body(self) -> dict[str, Any]:
        """The JSON object of this body; absent optional fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def path_segment(name: str) -> str:
    """An id as one segment of a path, whatever characters it holds."""
    return quote(name, safe="").replace(".", "%2E") if set(name) <= {"."} else quote(name, safe="")


def loads(text: str | bytes) -> Any:
    """Read strict JSON (finite numbers, at most 100 levels). Raises ValueError, nothing else."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except UnicodeDecodeError as error:
        raise ValueError("JSON is not UTF-8") from error
    if json_depth(value) > MAX_DEPTH:
        raise ValueError("JSON is nested too deeply")
    return value


def dumps(value: Any) -> str:
    """Write compact ASCII JSON, which carries any text that `loads` can read.

    Raises ValueError for NaN and infinities.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def json_depth(value: Any) -> int:
    """Levels of nesting of a JSON value; 0 for a scalar. Walks without recursion."""
    deepest, todo = 0, [(value, 0)]
    while todo:
        item, level = todo.pop()
        deepest = max(deepest, level)
        if level > MAX_DEPTH:
            break
        if isinstance(item, dict):
            todo.extend((child, level + 1) for child in item.values())
        elif isinstance(item, list):
            todo.extend((child, level + 1) for child in item)
    return deepest


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_CLEAR_BY_HTTP = {401, 402, 404, 405, 410, 413, 415, 429}


def success(data: Any) -> dict[str, Any]:
    """The envelope of a call that worked."""
    return {"code": 0, "message": "success", "data": data}


def failure(problem: ErrorInfo) -> dict[str, Any]:
    """The envelope of a call that failed; send it with the status `problem.http`."""
    names = ("kind", "next_step", "retryable", "retry_after_s")
    fields = problem.model_dump(exclude_none=True)
    details = {name: fields[name] for name in names if name in fields}
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
    text = sanitize_message(value.get("message"))
    reason = quoted(text) if text else say("contract.no_reason")
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
    reason = sanitize_message(text)
    return base.with_words(message("contract.service_reported", said=quoted(reason))) if reason else base


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


def iso(ms: int) -> str:
    """A time as it stands on the wire, from epoch milliseconds: `2026-11-22T10:50:13Z`."""
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
