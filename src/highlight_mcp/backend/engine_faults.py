"""Errors of the engine, as its child process writes them, in the terms of the wire."""

from typing import Any

from ..contract.errors import KINDS, ErrorInfo, error_info
from ..contract.redaction import sanitize_message


def engine_fault(error: dict[str, Any]) -> ErrorInfo:
    """The fault of an engine error `{"kind", "message", "next_step"}`; an unknown kind is an internal error."""
    kind = error.get("kind")
    if kind not in KINDS:
        return error_info("backend_error", sanitize_message(error.get("message"), "The engine failed."), "Try again.")
    known = error_info(kind)
    message = sanitize_message(error.get("message"), known.message)
    return error_info(kind, message, sanitize_message(error.get("next_step"), known.next_step))
