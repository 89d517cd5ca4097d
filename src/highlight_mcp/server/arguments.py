"""From what a caller sent to typed arguments, or to clear words about what is wrong."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ..timeline.schemas import Schema, compact, explain, listed_names, nearest
from .errors import refused


class Arguments(BaseModel):
    """The arguments of one tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")


A = TypeVar("A", bound=BaseModel)


def read_arguments(tool: str, model: type[A], given: Mapping[str, Any]) -> A:
    """Typed arguments. Raises ContractError `bad_request` that names the argument and what is valid.

    A null counts as absent, and a list or object may arrive as JSON text: some hosts send them so.
    """
    schema = compact(model)
    known: Schema = schema.get("properties", {})
    if unknown := [name for name in given if name not in known]:
        facts = {"name": unknown[0], "hint": nearest(unknown[0], known), "takes": listed_names(known)}
        raise refused("server.no_argument", tool=tool, **facts)
    present = {name: _unpacked(value, known[name]) for name, value in given.items() if value is not None}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        raise refused("server.wrong_arguments", tool=tool, problems=explain(error, schema)) from None


def _unpacked(value: Any, schema: Schema) -> Any:
    """A list or object out of JSON text; a single text where a list of texts is wanted."""
    if not isinstance(value, str) or schema.get("type") not in ("array", "object"):
        return value
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if isinstance(found, list | dict):
        return found
    return [value] if schema.get("items", {}).get("type") == "string" else value
