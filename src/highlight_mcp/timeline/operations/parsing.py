"""Operations as somebody sent them: read, or refused with words that name operation, argument, value and what is valid.

The tool `edit`, the backend, the engine and the sentences for a cloud all read operations here.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ..schemas import Schema, compact, described, explain, nearest, quoted
from .base import Operation

IN_TARGET = (("clips",), ("range_ms", "ref", "media_id"))


class InvalidOperation(ValueError):
    """What is wrong with an operation, and what to do next."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


def parse_all(given: Any, known: Mapping[str, type[Operation]]) -> list[Operation]:
    """The operations of a list of JSON objects. Raises InvalidOperation for the first that is wrong.

    A null counts as absent; an object may be JSON text, and `clips` or `range_ms` may stand beside `op` in place of
    the `target` they belong to: hosts and models send them so.
    """
    if not isinstance(given, list | tuple):
        raise InvalidOperation(f"operations must be a list; got {quoted(given)}.", f"For example [{_example(known)}].")
    return [_parse(f"operations[{number}]", _unpacked(item), known) for number, item in enumerate(given)]


def arguments_of(kind: type[Operation]) -> list[str]:
    """The names of the arguments of an operation."""
    return [name for name in kind.model_fields if name != "op"]


def _parse(where: str, item: Any, known: Mapping[str, type[Operation]]) -> Operation:
    if not isinstance(item, dict):
        message = f"{where} must be an object with `op`; got {quoted(item)}."
        raise InvalidOperation(message, f"For example {_example(known)}.")
    op = item.get("op")
    if not isinstance(op, str) or op not in known:
        missing = "`op` is missing" if op is None else f"there is no operation {quoted(op)}"
        message = f"{where}: {missing}.{nearest(str(op), known)}"
        raise InvalidOperation(message, f"The operations are: {', '.join(known)}.")
    kind = known[op]
    schema = compact(kind)
    present = _targeted({name: value for name, value in item.items() if value is not None}, schema["properties"])
    if unknown := [name for name in present if name not in schema["properties"]]:
        hint = nearest(unknown[0], schema["properties"])
        takes = f"{op} takes: {', '.join(arguments_of(kind)) or 'nothing'}."
        raise InvalidOperation(f"{where} ({op}): there is no argument {unknown[0]!r}.{hint} {takes}", _help(op, kind))
    try:
        return kind.model_validate(present)
    except ValidationError as error:
        raise InvalidOperation(f"{where} ({op}): {explain(error, schema)}", _help(op, kind)) from None


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


def _help(op: str, kind: type[Operation]) -> str:
    schema = json.dumps(described(kind), ensure_ascii=False)
    return f"Example: {json.dumps(kind.example, ensure_ascii=False)} Schema of {op}: {schema}"


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
