"""Errors of the engine, as its child process writes them, in the terms of the wire."""

from typing import Any

from ..contract.codes import KINDS, Fault, fault
from ..contract.redaction import for_people
from ..messages import Message, verbatim


def engine_fault(error: dict[str, Any]) -> Fault:
    """The fault of an engine error `{"kind", "message", "next_step"}`; an unknown kind is an internal error."""
    kind = error.get("kind")
    usual = fault(kind if kind in KINDS else "backend_error")
    return usual.with_words(_clean(error.get("message")) or usual.what, _clean(error.get("next_step")) or usual.step)


def _clean(told: Any) -> Message:
    """A message of the engine; what is plain text is fit for people."""
    return Message.read(told) if isinstance(told, dict) else verbatim(for_people(told))
