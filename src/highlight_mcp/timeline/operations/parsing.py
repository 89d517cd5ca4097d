"""Operations as somebody sent them: read, or refused with words that name operation, argument, value and what is valid.

The tool `edit`, the backend, the engine and the sentences for a cloud all read operations here.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...messages import Argument, Message, message, next_step_of
from ..schemas import Schema, compact, described, explain, listed_names, nearest, quoted
from .base import Operation

IN_TARGET = (("clips",), ("range_ms", "ref", "media_id"))


class InvalidOperation(ValueError):
    """`what` is wrong with an operation, and the `step` to take: the sentence beside it in the catalogue."""

    def __init__(self, key: str, /, **arguments: Argument) -> None:
        self.what = message(key, **arguments)
        super().__init__(str(self.what))

    @property
    def step(self) -> Message:
        return next_step_of(self.what)


def parse_all(given: Any, known: Mapping[str, type[Operation]]) -> list[Operation]:
    """The operations of a list of JSON objects. Raises InvalidOperation for the first that is wrong.

    A null counts as absent; an object may be JSON text, and `clips` or `range_ms` may stand beside `op` in place of
    the `target` they belong to: hosts and models send them so.
    """
    if not isinstance(given, list | tuple):
        raise InvalidOperation("timeline.operations_no_list", given=quoted(given), example=_example(known))
    return [_parse(f"operations[{number}]", _unpacked(item), known) for number, item in enumerate(given)]


def arguments_of(kind: type[Operation]) -> list[str]:
    """The names of the arguments of an operation."""
    return [name for name in kind.model_fields if name != "op"]


def _parse(where: str, item: Any, known: Mapping[str, type[Operation]]) -> Operation:
    if not isinstance(item, dict):
        facts = {"where": where, "given": quoted(item), "example": _example(known)}
        raise InvalidOperation("timeline.operation_no_object", **facts)
    op = item.get("op")
    if op is None:
        raise InvalidOperation("timeline.operation_without_op", where=where, known=", ".join(known))
    if not isinstance(op, str) or op not in known:
        facts = {"where": where, "op": quoted(op), "hint": nearest(str(op), known), "known": ", ".join(known)}
        raise InvalidOperation("timeline.operation_unknown", **facts)
    kind = known[op]
    schema = compact(kind)
    place = {"where": where, "op": op, "schema": json.dumps(described(kind), ensure_ascii=False)}
    place["example"] = json.dumps(kind.example, ensure_ascii=False)
    present = _targeted({name: value for name, value in item.items() if value is not None}, schema["properties"])
    if unknown := [name for name in present if name not in schema["properties"]]:
        hint = nearest(unknown[0], schema["properties"])
        facts = {"name": unknown[0], "hint": hint, "takes": listed_names(arguments_of(kind))}
        raise InvalidOperation("timeline.operation_no_argument", **place, **facts)
    try:
        return kind.model_validate(present)
    except ValidationError as error:
        raise InvalidOperation("timeline.operation_wrong", **place, problems=explain(error, schema)) from None


def _targeted(given: dict[str, Any], known: Schema) -> dict[str, Any]:
    """`clips` or `range_ms` beside `op`, where models often put it, moved into the `target` it belongs to."""
    if "target" not in known or "target" in given:
        return given
    forms = [names for names in IN_TARGET if names[0] in given and names[0] not in known]
    if len(forms) != 1:
        return given
    beside = {name: given[name] for name in forms[0] if name in given and name not in known}
    rest = {name: value for name, value in given.items() if name not in beside}
    return {**rest, "target": {name: _listed(name, value) for name, value in beside.items()}}


def _listed(name: str, value: Any) -> Any:
    return [value] if name == "clips" and isinstance(value, int) else value


def _example(known: Mapping[str, type[Operation]]) -> str:
    return json.dumps(next(iter(known.values())).example, ensure_ascii=False)


def _unpacked(item: Any) -> Any:
    """Some hosts send an object as JSON text."""
    if not isinstance(item, str):
        return item
    try:
        return json.loads(item)
    except ValueError:
        return item
