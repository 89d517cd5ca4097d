"""Every failure on the wire: one table of codes, and the one exception that carries a failure.

Fault           what went wrong, for whom, and what to do next (a value)
ContractError   the only exception that leaves the client and the contract
"""

from typing import NamedTuple

from pydantic import Field

from ..timeline.frozen_model import FrozenModel


class ErrorInfo(FrozenModel):
    """One failure, as told to a user.

    `code` is the code on the wire, 0 for a failure noticed on our side; `http` the status that a
    server sends with it; `kind` a stable word for programs; `message` what was wrong; `next_step`
    what to do. `retryable` says whether the same call may succeed later, `retry_after_s` when. `foreign`
    is true when message and next step are the words of a backend.
    """

    code: int
    http: int
    kind: str
    message: str
    next_step: str = ""
    retryable: bool = False
    retry_after_s: int | None = None
    foreign: bool = Field(False, exclude=True, repr=False)

    @property
    def text(self) -> str:
        """Message and next step in one line."""
        return " ".join(part for part in (self.message, self.next_step) if part)


class ApiError(Exception):
    """A call that failed; `fault` says why."""

    def __init__(self, fault: ErrorInfo) -> None:
        super().__init__(fault.text)
        self.fault = fault

    def __reduce__(self) -> tuple[type["ApiError"], tuple[ErrorInfo]]:
        return type(self), (self.fault,)


class ErrorSpec(NamedTuple):
    """One row of the table: the fault that a code means when nothing more is known."""

    code: int
    http: int
    kind: str
    message: str
    next_step: str
    retryable: bool = False
    retry_after_s: int | None = None


FORMATS_TEXT = "mp4, mov, avi, webm, mkv, jpg, png, gif, webp, mp3, wav, m4a, aac"

ERRORS: tuple[ErrorSpec, ...] = (
    ErrorSpec(1001, 401, "auth_expired", "The service did not accept our credentials.",
        "Try again; if it stays so, set a valid token or restart the local backend.", True),
    ErrorSpec(1002, 404, "session_not_found", "This session no longer exists.",
        "Upload the footage again to start a new session.", True),
    ErrorSpec(2001, 403, "no_credits", "No credits are left for this work.", "Top up credits in your account."),
    ErrorSpec(4001, 415, "unsupported_file", "This file format is not supported.",
        f"Supported formats: {FORMATS_TEXT}."),
    ErrorSpec(4002, 413, "file_too_large", "The file is larger than the service takes (500 MB).",
        "Compress or trim it, or use the local backend, which has no limit."),
    ErrorSpec(400, 400, "client_id_missing", "The service did not recognise this machine.", "Try again.", True),
    ErrorSpec(402, 402, "export_blocked", "Export is blocked for this account.",
        "Register or upgrade your plan to unlock export."),
    ErrorSpec(429, 429, "rate_limited", "The service asks us to slow down.", "Wait a little, then try again.", True),
    ErrorSpec(1409, 409, "busy", "The session is busy with another request.", "Wait for the running work.", True, 5),
    ErrorSpec(1404, 404, "not_supported", "This backend does not offer that.",
        "Do without it, or choose another backend (HIGHLIGHT_BACKEND)."),
    ErrorSpec(1422, 422, "bad_request", "The request cannot be carried out as it is.", "Correct it and try again."),
    ErrorSpec(1500, 500, "backend_error", "Something went wrong inside the backend.", "Try again.", True),
    ErrorSpec(1403, 403, "forbidden", "The backend refused this request.", "Check which backend is configured."),
    ErrorSpec(1405, 404, "not_found", "There is no such thing here.", "Check the id; `get_state` lists what exists."),
    ErrorSpec(1406, 404, "file_missing", "The file is not there any more.", "Check the path and upload it again."),
    ErrorSpec(1407, 422, "file_damaged", "The file cannot be read as video, sound or picture.",
        "Play it in another program to check it, then export or copy it again."),
    ErrorSpec(1408, 403, "outside_roots", "The file lies outside the folders that footage may be read from.",
        "Move it there, or add its folder to HIGHLIGHT_MEDIA_ROOTS."),
    ErrorSpec(1410, 507, "no_space", "There is not enough free space on the disk.",
        "Free some space and try again.", True),
    ErrorSpec(1411, 409, "version_conflict", "The timeline has changed since the version that you based this on.",
        "Look at the current timeline, then send the change again with its version."),
    ErrorSpec(1413, 422, "nothing_to_export", "There is nothing to export yet.",
        "Edit first: say what the reel should show."),
    ErrorSpec(1414, 422, "limit", "That is beyond what can be done.", "Ask for less."),
    ErrorSpec(1415, 422, "needs_extra", "That needs an extra which is not installed.",
        "Do without it, or see `highlight-mcp extras` for what can be added."),
    ErrorSpec(1416, 422, "asset_missing", "A file that this needs was not uploaded.", "Upload it, then ask again."),
    ErrorSpec(1417, 409, "cancelled", "The work was cancelled.", "Start it again when you like.", True),
    ErrorSpec(1418, 403, "url_refused", "This address may not be fetched.",
        "Use a public http or https address, or a file."),
    ErrorSpec(1419, 502, "url_failed", "The file could not be fetched from its address.", "Check the address.", True),
    ErrorSpec(1420, 409, "no_database", "The database of the data directory cannot be used.",
        "Run `highlight-mcp fsck`."),
    ErrorSpec(1501, 500, "render_failed", "The render failed.", "Try the export again.", True),
)  # fmt: skip

CLIENT_ERRORS: tuple[ErrorSpec, ...] = (
    ErrorSpec(0, 0, "transport", "The answer of the service could not be read.", "Try again.", True),
    ErrorSpec(0, 0, "unreachable", "The backend cannot be reached.", "Check that it is running, then try again.", True),
    ErrorSpec(0, 0, "edit_unknown", "The connection broke during the edit and the timeline has not changed since.",
        "Ask for the edit again.", True),
    ErrorSpec(0, 0, "timed_out", "No answer came in time.",
        "Ask for the state in a while; the work may still go on.", True),
    ErrorSpec(0, 0, "agent_error", "The editing service reported a problem.",
        "Rephrase the request or try again.", True),
    ErrorSpec(0, 0, "download_failed", "The finished reel could not be downloaded.", "Export again to resume.", True),
    ErrorSpec(0, 0, "bad_address", "The backend address is not valid.", "Correct HIGHLIGHT_BACKEND."),
)  # fmt: skip

_BY_CODE = {row.code: row for row in ERRORS}
_BY_KIND = {row.kind: row for row in (*ERRORS, *CLIENT_ERRORS)}
_BY_HTTP = {
    400: 1422, 401: 1001, 402: 402, 403: 1403, 404: 1404, 405: 1404, 409: 1409, 410: 1404, 413: 4002, 415: 4001,
    422: 1422, 429: 429, 507: 1410,
}  # fmt: skip

KINDS = frozenset(_BY_KIND)


def error_info(
    kind: str, message: str | None = None, next_step: str | None = None, *, retry_after_s: int | None = None
) -> ErrorInfo:
    """The fault of a kind in the table, with a more exact message or next step. Raises KeyError."""
    row = _BY_KIND[kind]
    return ErrorInfo(
        code=row.code,
        http=row.http,
        kind=row.kind,
        message=row.message if message is None else message,
        next_step=row.next_step if next_step is None else next_step,
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
