"""Typed operations as a host sends them: checked, and answered with the schema of the one that is wrong."""

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from ..timeline.operations import OPERATIONS, AnyOperation, operation_adapter
from .errors import EngineError


def typed(given: Any) -> list[AnyOperation]:
    """Valid operations. Raises EngineError `bad_request` that names operation, field, value and what is valid."""
    if not isinstance(given, list):
        raise EngineError("bad_request", "engine.operations_no_list", given=_shown(given))
    return [_one(number, value) for number, value in enumerate(given, 1)]


def brief(op: str) -> str:
    """The arguments of an operation on one line: `factor (0.1 to 20, required), target ('all' by default)`."""
    schema = OPERATIONS[op].model_json_schema()
    needed = schema.get("required", [])
    fields = [
        f"{name} ({_described(field)}{', required' if name in needed else ''})"
        for name, field in schema["properties"].items()
        if name != "op"
    ]
    return ", ".join(fields) or "no arguments"


def _one(number: int, given: Any) -> AnyOperation:
    if not isinstance(given, dict):
        raise EngineError("bad_request", "engine.operation_no_object", number=number, given=_shown(given))
    name = given.get("op")
    if not isinstance(name, str) or name not in OPERATIONS:
        raise EngineError(
            "bad_request", "engine.no_operation", number=number, name=_shown(name), operations=", ".join(OPERATIONS)
        )
    try:
        return operation_adapter.validate_python(given)
    except ValidationError as error:
        problems = "; ".join(_problems(name, given, error))
        raise EngineError(
            "bad_request", "engine.operation_wrong", number=number, name=name, problems=problems, name2=brief(name)
        ) from None


def _problems(name: str, given: dict[str, Any], error: ValidationError) -> Sequence[str]:
    """One problem per argument."""
    told: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_context=False):
        field = str(problem["loc"][1]) if len(problem["loc"]) > 1 else ""
        if field in told:
            continue
        if problem["type"] == "extra_forbidden" and field not in OPERATIONS[name].model_fields:
            told[field] = f"there is no argument {field!r}"
        elif problem["type"] == "missing" and field not in given:
            told[field] = f"{field} is missing"
        else:
            plain = problem["type"] == "value_error"
            valid = _lowered(problem["msg"]) if plain else f"valid: {_valid(name, field)}"
            told[field] = f"{field} is {_shown(given.get(field))}; {valid}"
    return list(told.values())


def _valid(name: str, field: str) -> str:
    return _described(OPERATIONS[name].model_json_schema()["properties"].get(field, {}))


def _described(field: dict[str, Any]) -> str:
    options = [one for one in field.get("anyOf", [field]) if one.get("type") != "null"]
    text = " or ".join(dict.fromkeys(_kind(one) for one in options))
    default = field.get("default")
    return text if default is None else f"{text}, {_shown(default)} by default"


def _kind(one: dict[str, Any]) -> str:
    if "$ref" in one:
        return {"Clips": "{'clips': [1, 2]}", "Span": "{'range_ms': [start, end], 'ref': 'timeline'|'source'}"}[
            one["$ref"].rsplit("/", 1)[1]
        ]
    if "enum" in one:
        return "|".join(map(str, one["enum"]))
    if "const" in one:
        return repr(one["const"])
    low, high = one.get("minimum", one.get("exclusiveMinimum")), one.get("maximum")
    if one.get("type") == "array":
        inner = one.get("items", {})
        return "[start, end]" if "prefixItems" in one else f"list of {_kind(inner)}" if inner else "list"
    if low is not None and high is not None:
        return f"{low} to {high}"
    if one.get("type") == "integer":
        return f"whole number from {low}" if low is not None else "whole number"
    return "0.1 to 20" if "examples" in one else str(one.get("type", "value"))


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
