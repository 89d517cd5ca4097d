"""Schemas that every host takes: what hosts are known to refuse does not occur in them."""

from collections.abc import Iterator
from typing import Any

import pytest

from highlight_mcp.server.tool import output
from highlight_mcp.server.tools import TOOLS
from highlight_mcp.timeline.schemas import Schema

KEYWORDS = ("items", "additionalProperties")
LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
CONSTRAINTS = {"type", "const", "anyOf", "oneOf", "allOf"}


def parts(schema: Schema, place: str = "") -> Iterator[tuple[str, Schema]]:
    """A schema and all schemas in it, each with its place."""
    yield place, schema
    for name, each in schema.get("properties", {}).items():
        yield from parts(each, f"{place}.{name}")
    for key in KEYWORDS:
        if isinstance(schema.get(key), dict):
            yield from parts(schema[key], f"{place}[{key}]")
    for key in LISTS:
        for number, each in enumerate(schema.get(key, ())):
            yield from parts(each, f"{place}[{key}:{number}]")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_have_nothing_that_a_host_refuses(tool: Any) -> None:
    for kind, schema in (("takes", tool.input_schema), ("gives", output(tool.result))):
        assert schema["type"] == "object"
        assert not set(schema) & {"anyOf", "oneOf", "allOf", "enum", "not"}, "a choice at the root"
        for place, part in parts(schema):
            where = f"{tool.name} {kind} {place}"
            assert "$ref" not in part, where
            assert CONSTRAINTS & set(part), f"{where}: open to anything"
            assert not isinstance(part.get("type"), list), f"{where}: several types"
            assert part.get("type") != "array" or "items" in part, f"{where}: a list of what?"
            assert "enum" not in part or "type" in part, f"{where}: values of which type?"
