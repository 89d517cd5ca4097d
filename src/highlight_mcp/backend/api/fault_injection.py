"""Misbehaviour on request, for the tests of clients: strict profile only, chosen by a header."""

from typing import Literal, get_args

from starlette.requests import Request

from ...contract.errors import ApiError, error_info
from .responses import services_of

HEADER = "X-Test-Fault"
Fault = Literal["silent", "drop", "heartbeat-only", "garbage-frame", "unterminated", "none"]
FAULTS: tuple[str, ...] = get_args(Fault)
"""`none` keeps even the usual silent turns away."""


def asked_fault(request: Request) -> str | None:
    """The misbehaviour that the request asks for. Raises ApiError `bad_request` for an unknown one."""
    text = request.headers.get(HEADER)
    if text is None or not services_of(request).config.strict:
        return None
    if text not in FAULTS:
        raise ApiError(error_info("bad_request", "backend.no_test_fault", text=text, faults=", ".join(FAULTS)))
    return text


def is_silent(turn_number: int) -> bool:
    """Three turns of ten end without words, as in the cloud."""
    return turn_number * 3 % 10 < 3
