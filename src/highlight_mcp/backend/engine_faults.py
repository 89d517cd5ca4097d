"""Errors of the engine, as its child process writes them, in the terms of the wire."""

from typing import Any

from ..contract.codes import KINDS, Fault, fault
from ..contract.redaction import for_people


def engine_fault(error: dict[str, Any]) -> Fault:
    """The fault of an engine error `{"kind", "message", "next_step"}`; an unknown kind is an internal error."""
    kind = error.get("kind")
    if kind not in KINDS:
        return fault("backend_error", for_people(error.get("message"), "The engine failed."), "Try again.")
    known = fault(kind)
    message = for_people(error.get("message"), known.message)
    return fault(kind, message, for_people(error.get("next_step"), known.next_step))
