"""The operations of `edit`: their compact schema, their full help, and what to say about a wrong one."""

import json
from typing import Any

from pydantic import ValidationError

from ..messages import Message, message, say
from ..timeline.operations import OPERATIONS, operation_adapter
from .arguments import explain, quoted
from .errors import nearest, refused
from .examples import EXAMPLES
from .schemas import Schema, compact, described

HELP_URI = "help://operations"
TARGETS = '{"clips":[2]}, {"range_ms":[0,5000]} or "all"'
IN_TARGET = ("clips", "range_ms")


def item_schema() -> Schema:
    """One object for all operations: `op` and the arguments that any of them takes.

    Where operations differ about an argument, it may have any of the forms that they take.
    """
    forms: dict[str, list[Schema]] = {}
    for model in OPERATIONS.values():
        for name, schema in compact(model)["properties"].items():
            forms.setdefault(name, []).append(schema)
    shared = {name: _shape(each) for name, each in forms.items()}
    shared["op"] = {"type": "string", "enum": list(OPERATIONS)}
    shared["target"] = {"description": TARGETS, **shared["target"]}
    return {"type": "object", "properties": shared, "required": ["op"], "additionalProperties": False}


def signatures() -> str:
    """`trim(target, head_ms, tail_ms); split(…)`: each operation with its arguments."""
    return "; ".join(f"{op}({', '.join(_arguments(op))})" for op in OPERATIONS)


def help_text() -> str:
    """Everything about every operation, as JSON."""
    table = {op: {**described(model), "example": EXAMPLES[op]} for op, model in OPERATIONS.items()}
    about = {
        "times": "integer milliseconds",
        "clips": "numbered from 1, as in the timeline before the request",
        "order": "operations of one call are applied in their order",
    }
    return json.dumps({**about, "operations": table}, ensure_ascii=False, indent=1)


def read_operations(given: list[Any]) -> list[dict[str, Any]]:
    """Checked operations as JSON. Raises ContractError that quotes the schema of the wrong one."""
    return [_read(number, _unpacked(item)) for number, item in enumerate(given)]


def _read(number: int, item: Any) -> dict[str, Any]:
    where = f"operations[{number}]"
    if not isinstance(item, dict):
        raise refused("server.operation_no_object", where=where, given=quoted(item), next_step=_see())
    op = item.get("op")
    if op not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        facts = {"where": where, "op": quoted(op), "hint": nearest(str(op), OPERATIONS), "known": known}
        key = "server.operation_without_op" if op is None else "server.operation_unknown"
        raise refused(key, **facts, next_step=_see())
    schema = compact(OPERATIONS[op])
    present = _targeted({name: value for name, value in item.items() if value is not None}, schema["properties"])
    if unknown := [name for name in present if name not in schema["properties"]]:
        hint = nearest(unknown[0], schema["properties"])
        takes = ", ".join(_arguments(op)) or say("server.valid.nothing")
        facts = {"where": where, "op": op, "name": unknown[0], "hint": hint, "takes": takes}
        raise refused("server.operation_no_argument", **facts, next_step=_quote(op))
    try:
        read = OPERATIONS[op].model_validate(present)
    except ValidationError as error:
        problems = explain(error, schema)
        raise refused("server.operation_wrong", where=where, op=op, problems=problems, next_step=_quote(op)) from None
    return {"op": op, **operation_adapter.dump_python(read, mode="json", exclude_unset=True)}  # type: ignore[arg-type]


def _targeted(given: dict[str, Any], known: Schema) -> dict[str, Any]:
    """`clips` or `range_ms` beside `op`, where models often put it, moved into the `target` it belongs to."""
    if "target" not in known or "target" in given:
        return given
    beside = {name: given[name] for name in IN_TARGET if name in given and name not in known}
    if len(beside) != 1:
        return given
    rest = {name: value for name, value in given.items() if name not in beside}
    return {**rest, "target": {name: _listed(name, value) for name, value in beside.items()}}


def _listed(name: str, value: Any) -> Any:
    return [value] if name == "clips" and isinstance(value, int) else value


def _quote(op: str) -> Message:
    schema = json.dumps(described(OPERATIONS[op]), ensure_ascii=False)
    example = json.dumps(EXAMPLES[op], ensure_ascii=False)
    return message("server.operation_example", example=example, op=op, schema=schema)


def _see() -> Message:
    return message("server.see_operations", uri=HELP_URI)


def _arguments(op: str) -> list[str]:
    return [name for name in OPERATIONS[op].model_fields if name != "op"]


def _unpacked(item: Any) -> Any:
    """Some hosts send an object as JSON text."""
    if not isinstance(item, str):
        return item
    try:
        return json.loads(item)
    except ValueError:
        return item


def _shape(forms: list[Schema]) -> Schema:
    """Types and values only, as a hint; the ranges and the defaults are in the full help."""
    branches = [branch for form in forms for branch in form.get("anyOf", [form])]
    values = dict.fromkeys(value for branch in branches for value in _values(branch))
    shapes: list[Schema] = []
    for branch in branches:
        if not _values(branch) and (shape := _typed(branch)) not in shapes:
            shapes.append(shape)
    if values:
        kind = {"type": "string"} if all(isinstance(each, str) for each in values) else {"type": "integer"}
        shapes.append({**kind, "enum": list(values)})
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def _values(schema: Schema) -> list[Any]:
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _typed(schema: Schema) -> Schema:
    """The type; a list says of what, since some hosts refuse one that does not."""
    if schema["type"] != "array":
        return {"type": schema["type"]}
    return {"type": "array", "items": _shape(schema.get("prefixItems") or [schema["items"]])}
