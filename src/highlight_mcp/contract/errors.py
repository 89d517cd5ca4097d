"""Every failure on the wire: one table of codes, and the one exception that carries a failure.

Fault           what went wrong, for whom, and what to do next (a value)
ApiError   the only exception that leaves the client and the contract
"""

import json
from typing import Any, NamedTuple, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ..messages import Argument, InWords, Message, next_step_of, verbatim
from ..timeline.schemas import FrozenModel, MessageField


class ErrorInfo(InWords, FrozenModel):
    """One failure, as told to a user.

    `code` is the code on the wire, 0 for a failure noticed on our side; `http` the status that a
    server sends with it; `kind` a stable word for programs; `what` was wrong, and the `step` to take: `message` and
    `next_step` are the same in words of the active language. `retryable` says whether the same call may succeed later,
    `retry_after_s` when. `foreign` is true when both are the words of a backend.
    """

    code: int
    http: int
    kind: str
    what: MessageField
    step: MessageField = verbatim("")
    retryable: bool = False
    retry_after_s: int | None = None
    foreign: bool = Field(False, exclude=True, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _of_words(cls, given: Any) -> Any:
        """Earlier releases wrote down the words themselves."""
        if isinstance(given, dict) and "message" in given:
            words = {"what": given["message"], "step": given.get("next_step")}
            return {name: value for name, value in given.items() if name not in ("message", "next_step")} | words
        return given

    @model_serializer(mode="wrap")
    def _in_words(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """On the wire a fault is words; `stored` keeps the messages."""
        facts = dump(self)
        facts.pop("what", None), facts.pop("step", None)
        return {**facts, "message": self.message, "next_step": self.next_step}

    def stored(self) -> str:
        """The fault as JSON for a database: it can be told in any language later."""
        return json.dumps({**self.model_dump(mode="json"), "message": self.what.dump(), "next_step": self.step.dump()})

    def with_words(self, what: Message | None = None, step: Message | None = None) -> Self:
        """The same fault, told in other words."""
        words = {"what": what, "step": step}
        return self.model_copy(update={name: each for name, each in words.items() if each is not None})


class ApiError(Exception):
    """A call that failed; `fault` says why."""

    def __init__(self, fault: ErrorInfo) -> None:
        super().__init__(fault.text)
        self.fault = fault

    def __reduce__(self) -> tuple[type["ApiError"], tuple[ErrorInfo]]:
        return type(self), (self.fault,)


class ErrorSpec(NamedTuple):
    """One row of the table. What its kind means when nothing more is known stands in the catalogue of messages."""

    code: int
    http: int
    kind: str
    retryable: bool = False
    retry_after_s: int | None = None


FORMATS_TEXT = "mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac"

ERRORS: tuple[ErrorSpec, ...] = (
    ErrorSpec(1001, 401, "auth_expired", True),
    ErrorSpec(1002, 404, "session_not_found", True),
    ErrorSpec(2001, 403, "no_credits"),
    ErrorSpec(4001, 415, "unsupported_file"),
    ErrorSpec(4002, 413, "file_too_large"),
    ErrorSpec(400, 400, "client_id_missing", True),
    ErrorSpec(402, 402, "export_blocked"),
    ErrorSpec(429, 429, "rate_limited", True),
    ErrorSpec(1409, 409, "busy", True, 5),
    ErrorSpec(1404, 404, "not_supported"),
    ErrorSpec(1422, 422, "bad_request"),
    ErrorSpec(1500, 500, "backend_error", True),
    ErrorSpec(1403, 403, "forbidden"),
    ErrorSpec(1405, 404, "not_found"),
    ErrorSpec(1406, 404, "file_missing"),
    ErrorSpec(1407, 422, "file_damaged"),
    ErrorSpec(1408, 403, "outside_roots"),
    ErrorSpec(1410, 507, "no_space", True),
    ErrorSpec(1411, 409, "version_conflict"),
    ErrorSpec(1413, 422, "nothing_to_export"),
    ErrorSpec(1414, 422, "limit"),
    ErrorSpec(1415, 422, "needs_extra"),
    ErrorSpec(1416, 422, "asset_missing"),
    ErrorSpec(1417, 409, "cancelled", True),
    ErrorSpec(1418, 403, "url_refused"),
    ErrorSpec(1419, 502, "url_failed", True),
    ErrorSpec(1420, 409, "no_database"),
    ErrorSpec(1501, 500, "render_failed", True),
)

CLIENT_ERRORS: tuple[ErrorSpec, ...] = (
    ErrorSpec(0, 0, "transport", True),
    ErrorSpec(0, 0, "unreachable", True),
    ErrorSpec(0, 0, "edit_unknown", True),
    ErrorSpec(0, 0, "timed_out", True),
    ErrorSpec(0, 0, "agent_error", True),
    ErrorSpec(0, 0, "download_failed", True),
    ErrorSpec(0, 0, "bad_address"),
)

_BY_CODE = {row.code: row for row in ERRORS}
_BY_KIND = {row.kind: row for row in (*ERRORS, *CLIENT_ERRORS)}
_BY_HTTP = {
    400: 1422, 401: 1001, 402: 402, 403: 1403, 404: 1404, 405: 1404, 409: 1409, 410: 1404, 413: 4002, 415: 4001,
    422: 1422, 429: 429, 507: 1410,
}  # fmt: skip

KINDS = frozenset(_BY_KIND)


def error_info(
    kind: str,
    what: Message | str | None = None,
    /,
    *,
    next_step: Message | str | None = None,
    retry_after_s: int | None = None,
    **arguments: Argument,
) -> ErrorInfo:
    """The fault of a kind in the table.

    `what` is a more exact sentence: its key, filled with the `arguments`, or a message. What to do is `next_step` (the
    same), else the sentence beside that of `what`, else that of the kind. Raises KeyError for an unknown kind.
    """
    row = _BY_KIND[kind]
    usual = Message(f"contract.{kind}", arguments)
    exact = Message(what, arguments) if isinstance(what, str) else what or usual
    step = Message(next_step, arguments) if isinstance(next_step, str) else next_step
    return ErrorInfo(
        code=row.code,
        http=row.http,
        kind=row.kind,
        what=exact,
        step=step if step is not None else next_step_of(exact) or next_step_of(usual),
        retryable=row.retryable,
        retry_after_s=row.retry_after_s if retry_after_s is None else retry_after_s,
    )


def error_info_of(code: int) -> ErrorInfo | None:
    """The fault of a body code, None for a code that the table does not know (and for 0)."""
    row = _BY_CODE.get(code)
    return error_info(row.kind) if row else None


def error_info_of_status(status: int, *, session_path: bool = False) -> ErrorInfo:
    """The fault of a bare HTTP status; a 404 on a session path means that the session is gone."""
    if status == 404 and session_path:
        return error_info("session_not_found")
    if status == 408:
        return error_info("timed_out").model_copy(update={"http": status})
    known = _BY_HTTP.get(status, 1500 if status >= 500 or status < 400 else 1422)
    return error_info(_BY_CODE[known].kind).model_copy(update={"http": status})
