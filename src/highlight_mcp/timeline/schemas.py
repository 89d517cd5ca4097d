"""The base of every value here, schemas of values as small as they can be, and words for what does not fit them."""

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, ValidationError

from ..messages import Message, has, message, say
from ..messages.reasons import reason_of

MessageField = Annotated[Message, PlainValidator(Message.read), PlainSerializer(Message.dump)]
"""A field for a message; plain text is taken as it is."""


class FrozenModel(BaseModel):
    """An immutable value that refuses unknown fields by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def copied_from(cls, source: object, **others: Any) -> Self:
        """The value with the fields that `source` has under the same names, but for `others`.

        Raises pydantic.ValidationError when one is missing or does not fit.
        """
        names = [name for name in cls.model_fields if name not in others and hasattr(source, name)]
        return cls(**{name: getattr(source, name) for name in names}, **others)


Schema = dict[str, Any]
RATE_EXAMPLES = ["30", "30000/1001"]
"""Marks a rate or factor, which is written as text for exactness and may be given as a number."""

MAX_QUOTED = 80
MAX_PROBLEMS = 3
_BOUNDS = frozenset({"less_than_equal", "less_than", "greater_than_equal", "greater_than"})
_FAULTS = {
    "missing": "missing", "extra_forbidden": "unknown",
    "int_type": "whole", "int_parsing": "whole", "int_from_float": "whole", "int_parsing_size": "whole",
    "float_type": "number", "float_parsing": "number", "finite_number": "number",
    "string_type": "text", "bool_type": "truth", "bool_parsing": "truth",
    "list_type": "list", "tuple_type": "list", "dict_type": "object", "model_type": "object",
    "model_attributes_type": "object", "literal_error": "one_of", "enum": "one_of",
    "greater_than": "above", "greater_than_equal": "from", "less_than": "below", "less_than_equal": "to",
    "too_short": "short", "string_too_short": "short", "too_long": "long", "string_too_long": "long",
    "string_pattern_mismatch": "pattern", "union_tag_invalid": "one_of", "union_tag_not_found": "missing",
}  # fmt: skip
"""Pydantic's kinds of faults → the sentences of the catalogue, `timeline.fault.<name>`."""
_ARGUMENTS = ("gt", "ge", "lt", "le", "expected", "expected_tags", "min_length", "max_length", "pattern")
_LENGTHS = frozenset({"too_short", "too_long", "string_too_short", "string_too_long"})


@cache
def compact(model: type[BaseModel]) -> Schema:
    """The schema of a model without titles, nulls and references; shared, so never change it.

    An absent field and a null mean the same to us, so `null` needs no branch and no default.
    """
    schema = model.model_json_schema()
    return _smaller(schema, schema.get("$defs", {}))


def described(model: type[BaseModel]) -> Schema:
    """The compact schema of a model that keeps the model's own description (its docstring)."""
    text = (model.__doc__ or "").strip()
    return {"description": text, **compact(model)}


def explain(error: ValidationError, schema: Schema) -> str:
    """What is wrong, one sentence per argument, with the value and what would be valid."""
    problems: dict[str, list[Any]] = {}
    for problem in error.errors():
        problems.setdefault(str(problem["loc"][0]) if problem["loc"] else "", []).append(problem)
    known = schema.get("properties", {})
    return " ".join([_explained(name, faults, known.get(name, {})) for name, faults in problems.items()][:MAX_PROBLEMS])


def fault_of(problem: Mapping[str, Any]) -> Message:
    """What is wrong with one value, in our own words: an entry of `ValidationError.errors()`."""
    context = problem.get("ctx") or {}
    if problem["type"] in ("value_error", "assertion_error"):
        return reason_of(context["error"])
    name = _FAULTS.get(problem["type"], "other")
    bound = next((context[each] for each in _ARGUMENTS if each in context), None)
    if bound is None:
        return message(f"timeline.fault.{name}")
    choices = tuple(re.findall(r"'[^']*'", bound)) if name == "one_of" else ()
    return message(f"timeline.fault.{name}", bound=choices or str(bound))


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
        return say("timeline.valid.or").join(valid_values(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return say("timeline.valid.one_of", values=", ".join(quoted(value) for value in schema["enum"]))
    if "const" in schema:
        return quoted(schema["const"])
    if "properties" in schema:
        return say("timeline.valid.object_with", names=", ".join(f"`{name}`" for name in schema["properties"]))
    key = f"timeline.valid.{schema.get('type', '')}"
    word = say(key if has(key) else "timeline.valid.something")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    above = "exclusiveMinimum" in schema
    if low is not None and high is not None:
        key = "timeline.valid.between_above" if above else "timeline.valid.between"
        return say(key, word=word, low=low, high=high)
    if low is not None:
        return say("timeline.valid.above" if above else "timeline.valid.from", word=word, low=low)
    return word


def listed_names(known: Iterable[str]) -> str:
    """`a, b`: what is taken; a word where that is nothing."""
    return ", ".join(known) or say("timeline.valid.nothing")


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean “trim”?`, empty when nothing is near."""
    close = get_close_matches(word.casefold(), sorted(known), n=1, cutoff=0.6)
    return say("timeline.did_you_mean", name=close[0]) if close else ""


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


def _without_null(schema: Schema) -> Schema:
    branches = schema.get("anyOf")
    if not branches:
        return schema
    left = [each for each in branches if each.get("type") != "null"]
    rest = _without(schema, "anyOf")
    return {**left[0], **rest} if len(left) == 1 else {**rest, "anyOf": left}


def _without(schema: Schema, *keys: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in keys}


def _explained(name: str, problems: list[Any], known: Schema) -> str:
    """One argument. Of several forms that it may have, that one counts whose parts were right but not its whole."""
    whole = next((problem for problem in problems if problem["type"] == "value_error"), None)
    if whole is not None and name:
        return say("timeline.wrong.value", name=name, why=str(whole["ctx"]["error"]))
    if len(problems) > 1 and "anyOf" in known:
        form = _form_meant(problems)
        if form is not None and form["type"] in _BOUNDS | _LENGTHS:
            inside = tuple(form["loc"][2:])
            why = _sentence(form, inside or (name,), {})
            return say("timeline.wrong.value", name=name, why=why.rstrip(".。")) if inside else why
        given = next((problem["input"] for problem in problems if len(problem["loc"]) == 2), problems[0]["input"])
        return say("timeline.wrong.must_be", name=name, valid=valid_values(known), given=quoted(given))
    return _sentence(problems[0], tuple(problems[0]["loc"]), known)


def _form_meant(problems: list[Any]) -> Any | None:
    """What is wrong in the one form whose shape was right; None where there is no such form, or more of them."""
    forms: dict[str, list[Any]] = {}
    for problem in problems:
        forms.setdefault(str(problem["loc"][1]), []).append(problem)
    meant = [form for form in forms.values() if not any(_is_of_another_shape(problem) for problem in form)]
    return meant[0][0] if len(meant) == 1 else None


def _is_of_another_shape(problem: Any) -> bool:
    kind = problem["type"]
    return kind in ("missing", "extra_forbidden") or (len(problem["loc"]) == 2 and kind not in _BOUNDS | _LENGTHS)


def _sentence(problem: Any, place: tuple[int | str, ...], known: Schema) -> str:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")
    kind = problem["type"]
    if kind == "missing":
        return say("timeline.wrong.missing", name=name)
    if kind == "extra_forbidden":
        return say("timeline.wrong.extra", name=name)
    if kind == "value_error":
        why = str(problem["ctx"]["error"])
        return say("timeline.wrong.value", name=name, why=why) if name else say("timeline.wrong.together", why=why)
    if kind in _LENGTHS:
        context = problem["ctx"]
        return say(f"timeline.wrong.{kind}", name=name, n=context.get("min_length", context.get("max_length")))
    if kind == "string_pattern_mismatch":
        return say("timeline.wrong.pattern", name=name, pattern=problem["ctx"]["pattern"])
    if kind in _BOUNDS and "minimum" not in known and "maximum" not in known:
        bound = next(iter(problem["ctx"].values()))
        bounds = say(f"timeline.valid.{kind}", bound=str(bound))
        return say("timeline.wrong.must_be", name=name, valid=bounds, given=quoted(problem["input"]))
    valid = known
    for part in place[1:]:
        valid = _element(valid, part) if isinstance(part, int) else valid
    return say("timeline.wrong.must_be", name=name, valid=valid_values(valid), given=quoted(problem["input"]))


def _element(known: Schema, place: int) -> Schema:
    """The schema of one element of a list."""
    each: list[Schema] = known.get("prefixItems", [])
    element: Schema = each[place] if place < len(each) else known.get("items", known)
    return element
