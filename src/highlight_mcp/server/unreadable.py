"""What a host is told of a message that cannot be read, so that it does not wait for an answer that never comes."""

import json
from typing import Any

from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from ..messages import message


def error_for(error: Exception) -> JSONRPCError | None:
    """The answer to a line that the transport refused with `error`; None for an empty one."""
    found = error.errors(include_url=False, include_context=False) if isinstance(error, ValidationError) else []
    line = next((each["input"] for each in found if each["type"] == "json_invalid"), None)
    if isinstance(line, str) and not line.strip():
        return None
    if line is None and found:
        whole = next((each["input"] for each in found if each["type"] == "missing"), None)
        return _answer(whole, INVALID_REQUEST, "server.not_a_request")
    return _answer(_loaded(line), PARSE_ERROR, "server.not_json")


def _answer(received: Any, code: int, key: str) -> JSONRPCError:
    return JSONRPCError(jsonrpc="2.0", id=_number_of(received), error=ErrorData(code=code, message=str(message(key))))


def _number_of(received: Any) -> int | str | None:
    """The id of a request. That of an answer counts our requests, not those of the host."""
    if not isinstance(received, dict) or "result" in received or "error" in received:
        return None
    number = received.get("id")
    if isinstance(number, str) and number.encode("utf-8", "ignore").decode() == number:
        return number
    return number if type(number) is int else None


def _loaded(line: Any) -> Any:
    """The line by a reader that takes more: half a character, numbers that are none."""
    try:
        return json.loads(line)
    except (TypeError, ValueError, RecursionError):
        return None
