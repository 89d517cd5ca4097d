"""From what a caller sent to typed arguments, or to clear words about what is wrong; and their compact schemas."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..timeline.operations import OPERATIONS, operation_adapter
from .examples import EXAMPLES
from .results import nearest, refused

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


MAX_QUOTED = 80
MAX_PROBLEMS = 3
_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}

_BOUNDS = {
    "less_than_equal": "at most",
    "less_than": "below",
    "greater_than_equal": "at least",
    "greater_than": "above",
}


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
        takes = f"{tool} takes: {', '.join(known) or 'nothing'}."
        raise refused(f"{tool} has no argument {unknown[0]!r}.{nearest(unknown[0], known)} {takes}")
    present = {name: _unpacked(value, known[name]) for name, value in given.items() if value is not None}
    try:
        return model.model_validate(present)
    except ValidationError as error:
        raise refused(f"{tool}: {explain(error, schema)}") from None


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
        return " or ".join(valid_values(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(quoted(value) for value in schema["enum"])
    if "const" in schema:
        return quoted(schema["const"])
    if "properties" in schema:
        return "an object with " + ", ".join(f"`{name}`" for name in schema["properties"])
    word = _WORDS.get(schema.get("type", ""), "something else")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and high is not None:
        return f"{word} from {low} to {high}"
    if low is not None:
        return f"{word} above {low}" if "exclusiveMinimum" in schema else f"{word}, at least {low}"
    return word


def _sentence(problem: Any, place: tuple[int | str, ...], known: Schema) -> str:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    kind = problem["type"]
    if kind == "missing":
        about = known.get("description")
        return f"`{name}` is missing" + (f": {about}." if about else ".")
    if kind == "extra_forbidden":
        return f"`{name}` is not an argument here."
    if kind == "value_error":
        return f"`{name}`: {problem['ctx']['error']}." if name else f"{problem['ctx']['error']}."
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long", "string_pattern_mismatch"):
        return f"`{name}`: {problem['msg'][0].lower()}{problem['msg'][1:]}."
    if kind in _BOUNDS and "minimum" not in known and "maximum" not in known:
        return (
            f"`{name}` must be {_BOUNDS[kind]} {next(iter(problem['ctx'].values()))}; got {quoted(problem['input'])}."
        )
    valid = known.get("items", known) if len(place) > 1 and isinstance(place[1], int) else known
    return f"`{name}` must be {valid_values(valid)}; got {quoted(problem['input'])}."


def _no_form(name: str, known: Schema) -> str:
    return f"`{name}` must be {valid_values(known)}."


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
    return [_read(number, _unpacked_operation(item)) for number, item in enumerate(given)]


def _read(number: int, item: Any) -> dict[str, Any]:
    where = f"operations[{number}]"
    if not isinstance(item, dict):
        raise refused(f"{where} must be an object with `op`; got {quoted(item)}.", _SEE)
    op = item.get("op")
    if op not in OPERATIONS:
        known = ", ".join(OPERATIONS)
        missing = "`op` is missing" if op is None else f"there is no operation {quoted(op)}"
        raise refused(f"{where}: {missing}.{nearest(str(op), OPERATIONS)} Operations: {known}.", _SEE)
    schema = compact(OPERATIONS[op])
    present = _targeted({name: value for name, value in item.items() if value is not None}, schema["properties"])
    if unknown := [name for name in present if name not in schema["properties"]]:
        hint = nearest(unknown[0], schema["properties"])
        takes = f"{op} takes: {', '.join(_arguments(op)) or 'nothing'}."
        raise refused(f"{where} ({op}): there is no argument {unknown[0]!r}.{hint} {takes}", _quote(op))
    try:
        read = OPERATIONS[op].model_validate(present)
    except ValidationError as error:
        raise refused(f"{where} ({op}): {explain(error, schema)}", _quote(op)) from None
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


def _quote(op: str) -> str:
    schema = json.dumps(described(OPERATIONS[op]), ensure_ascii=False)
    example = json.dumps(EXAMPLES[op], ensure_ascii=False)
    return f"Example: {example} Schema of {op}: {schema}"


_SEE = f"The resource {HELP_URI} has every operation with an example."


def _arguments(op: str) -> list[str]:
    return [name for name in OPERATIONS[op].model_fields if name != "op"]


def _unpacked_operation(item: Any) -> Any:
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
