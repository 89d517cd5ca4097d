"""The arguments of a tool call: typed, or clear words about what is wrong with them. The SDK is not needed."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..timeline.schemas import Schema, compact, explain, listed_names, nearest
from .outputs import refused


class Arguments(BaseModel):
    """The arguments of one tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")


A = TypeVar("A", bound=Arguments)


def read_arguments(tool: str, model: type[A], given: Mapping[str, Any]) -> A:
    """Typed arguments. Raises ApiError `bad_request` that names the argument and what is valid.

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
        unpacked = json.loads(value)
    except ValueError:
        unpacked = None
    if isinstance(unpacked, list | dict):
        return unpacked
    return [value] if schema.get("items", {}).get("type") == "string" else value


SessionId = Annotated[str | None, Field(description="Default: the latest", min_length=1, max_length=200)]
WaitS = Annotated[float, Field(ge=0, le=25, description="Seconds to wait for the end")]
