"""JSON schemas as small as they can be: no titles, no null branches, no references."""

from functools import cache
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]
RATE_EXAMPLES = ["30", "30000/1001"]
"""Marks a rate or factor, which is written as text for exactness and may be given as a number."""


@cache
def compact(model: type[BaseModel]) -> Schema:
    """The schema of a model without titles, nulls and references; shared, so never change it.

    An absent field and a null mean the same to us, so `null` needs no branch and no default.
    """
    schema = model.model_json_schema()
    return _smaller(schema, schema.get("$defs", {}))


@cache
def output(model: type[BaseModel]) -> Schema:
    """The schema of a result: only what a reader needs, since results are made by ourselves.

    What is required is left out too: one list per object would be a tenth of `tools/list`.
    """
    return _promised(compact(model))


def described(model: type[BaseModel]) -> Schema:
    """The compact schema of a model that keeps the model's own description (its docstring)."""
    text = (model.__doc__ or "").strip()
    return {"description": text, **compact(model)}


def _smaller(schema: Schema, defs: Schema) -> Schema:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        return _smaller({**defs[reference.rpartition("/")[2]], **_without(schema, "$ref")}, defs)
    if "properties" in schema:
        schema = _without(schema, "description")
    if schema.get("examples") == RATE_EXAMPLES:
        return {**_without(schema, "examples", "title"), "type": "number"}
    small = {key: value for key, value in schema.items() if key not in ("title", "$defs", "discriminator")}
    if small.get("default", 0) is None:
        del small["default"]
    for key in ("properties", "patternProperties"):
        if key in small:
            small[key] = {name: _smaller(each, defs) for name, each in small[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(small.get(key), dict):
            small[key] = _smaller(small[key], defs)
    for key in ("anyOf", "oneOf", "prefixItems"):
        if key in small:
            small[key] = [_smaller(each, defs) for each in small[key]]
    return _without_null(small)


def _promised(schema: Schema) -> Schema:
    kept = _without(schema, "default", "additionalProperties", "required")
    if "properties" in kept:
        kept["properties"] = {name: _promised(each) for name, each in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = _promised(kept["items"])
    return kept


def _without_null(schema: Schema) -> Schema:
    branches = schema.get("anyOf")
    if not branches:
        return schema
    left = [each for each in branches if each.get("type") != "null"]
    rest = _without(schema, "anyOf")
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}
