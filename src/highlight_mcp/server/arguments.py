"""From what a caller sent to typed arguments, or to clear words about what is wrong."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ..messages import has, say
from .errors import nearest, refused
from .schemas import Schema, compact

MAX_QUOTED = 80
MAX_PROBLEMS = 3
_BOUNDS = frozenset({"less_than_equal", "less_than", "greater_than_equal", "greater_than"})
_LENGTHS = frozenset({"too_short", "too_long", "string_too_short", "string_too_long"})


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
        facts = {"name": unknown[0], "hint": nearest(unknown[0], known), "takes": _names(known)}
        raise refused("server.no_argument", tool=tool, **facts)
    present = {name: _unpacked(value, known[name]) for name, value in given.items() if value is not None}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        raise refused("server.wrong_arguments", tool=tool, problems=explain(error, schema)) from None


def explain(error: ValidationError, schema: Schema) -> str:
    """What is wrong, one sentence per argument, with the value and what would be valid."""
    sentences: dict[str, str] = {}
    for problem in error.errors():
        place = tuple(problem["loc"])
        top = str(place[0]) if place else ""
        known = schema.get("properties", {}).get(top, {})
        several = top in sentences and "anyOf" in known
        sentences[top] = _no_form(top, known) if several else sentences.get(top) or _sentence(problem, place, known)
    return " ".join(list(sentences.values())[:MAX_PROBLEMS])


def quoted(value: Any) -> str:
    """A value as a caller would write it, at most 80 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        text = repr(value)
    return text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + "…"


def valid_values(schema: Schema) -> str:
    """`one of "a", "b"`, `from 0 to 25`, `a whole number`: what a schema admits."""
    if "anyOf" in schema:
        return say("server.valid.or").join(valid_values(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return say("server.valid.one_of", values=", ".join(quoted(value) for value in schema["enum"]))
    if "const" in schema:
        return quoted(schema["const"])
    if "properties" in schema:
        return say("server.valid.object_with", names=", ".join(f"`{name}`" for name in schema["properties"]))
    key = f"server.valid.{schema.get('type', '')}"
    word = say(key if has(key) else "server.valid.something")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return say("server.valid.between", word=word, low=low, high=high)
    if low is not None:
        return say("server.valid.above" if "exclusiveMinimum" in schema else "server.valid.from", word=word, low=low)
    return word


def _sentence(problem: Any, place: tuple[int | str, ...], known: Schema) -> str:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    kind = problem["type"]
    if kind == "missing":
        return say("server.wrong.missing", name=name)
    if kind == "extra_forbidden":
        return say("server.wrong.extra", name=name)
    if kind == "value_error":
        why = str(problem["ctx"]["error"])
        return say("server.wrong.value", name=name, why=why) if name else say("server.wrong.together", why=why)
    if kind in _LENGTHS:
        context = problem["ctx"]
        return say(f"server.wrong.{kind}", name=name, n=context.get("min_length", context.get("max_length")))
    if kind == "string_pattern_mismatch":
        return say("server.wrong.pattern", name=name, pattern=problem["ctx"]["pattern"])
    if kind in _BOUNDS and "minimum" not in known and "maximum" not in known:
        bound = next(iter(problem["ctx"].values()))
        bounds = say(f"server.valid.{kind}", bound=str(bound))
        return say("server.wrong.must_be", name=name, valid=bounds, given=quoted(problem["input"]))
    valid = known.get("items", known) if len(place) > 1 and isinstance(place[1], int) else known
    return say("server.wrong.must_be", name=name, valid=valid_values(valid), given=quoted(problem["input"]))


def _no_form(name: str, known: Schema) -> str:
    return say("server.wrong.no_form", name=name, valid=valid_values(known))


def _names(known: Iterable[str]) -> str:
    return ", ".join(known) or say("server.valid.nothing")


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
