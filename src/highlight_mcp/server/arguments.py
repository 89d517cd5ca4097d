"""From what a caller sent to typed arguments, or to clear words about what is wrong."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..messages import message
from ..timeline.operations import OPERATIONS, InvalidOperation, arguments_of, parse_operations
from ..timeline.schemas import Schema, compact, described, explain, listed_names, nearest
from .results import refused


class Arguments(BaseModel):
    """The arguments of one tool."""

    model_config = ConfigDict(frozen=True, extra="forbid")


A = TypeVar("A", bound=BaseModel)


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
        found = json.loads(value)
    except ValueError:
        found = None
    if isinstance(found, list | dict):
        return found
    return [value] if schema.get("items", {}).get("type") == "string" else value


SessionId = Annotated[str | None, Field(description="Default: your latest session", min_length=1, max_length=200)]
WaitS = Annotated[float, Field(ge=0, le=25, description="Seconds to wait for the end")]


HELP_URI = "help://operations"


def signatures() -> str:
    """`trim(target, head_ms, tail_ms); split(…)`: each operation with its arguments."""
    return "; ".join(f"{op}({', '.join(arguments_of(kind))})" for op, kind in OPERATIONS.items())


def help_text() -> str:
    """Everything about every operation, as JSON."""
    table = {op: {**described(model), "example": model.example} for op, model in OPERATIONS.items()}
    about = {
        "times": "integer milliseconds",
        "clips": "numbered from 1, as in the timeline before the request",
        "order": "operations of one call are applied in their order",
    }
    return json.dumps({**about, "operations": table}, ensure_ascii=False, indent=1)


def read_operations(given: list[Any]) -> list[dict[str, Any]]:
    """Checked operations as JSON. Raises ApiError that quotes the schema of the wrong one."""
    try:
        return [operation.to_json() for operation in parse_operations(given)]
    except InvalidOperation as error:
        raise refused(error.what, next_step=message("server.see_operations", step=error.step, uri=HELP_URI)) from None
