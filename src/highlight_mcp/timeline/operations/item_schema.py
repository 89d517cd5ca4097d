"""One schema for all operations, small enough for a tool or for an answer that is constrained by it."""

from typing import Any

from ..schemas import Schema, compact
from . import OPERATIONS

TARGETS = '{"clips":[2]}, {"range_ms":[0,5000]} (of a file: with its media_id) or "all"'


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
