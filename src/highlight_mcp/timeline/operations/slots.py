"""What the arguments of operations are, so that one of them can be said anew whatever the operation is.

A slot is an argument with its kind: clips, a length, a level, one of several names. The kind follows from the type of
the argument and from the last part of its name, which says the unit.
"""

from fractions import Fraction
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .base import ClipTarget, Operation, RangeTarget

Slot = Literal[
    "clips", "cuts", "place", "row", "length", "time", "span", "count", "factor", "share", "decibels", "degrees",
    "words", "file", "colour", "name", "text", "version", "flag", "region",
]  # fmt: skip

_BY_NAME: dict[str, Slot] = {
    "where": "cuts", "move": "place", "to": "place", "order": "row", "index": "text", "steps": "count",
    "version": "version", "count": "count", "factor": "factor", "level": "share", "amount": "share",
    "size": "share", "opacity": "share", "margin": "share", "db": "decibels", "lufs": "decibels", "deg": "degrees",
    "text": "words", "template": "words", "query": "words", "asset": "file", "source": "file", "color": "colour",
    "region": "region",
}  # fmt: skip
_TIMES = frozenset({"at_ms", "start_ms", "end_ms", "source_start_ms"})
_SPANS = frozenset({"range_ms", "ranges_ms"})


@cache
def slots_of(kind: type[Operation]) -> dict[str, Slot]:
    """The arguments of an operation, each with its kind. Raises LookupError for one that has none."""
    return {name: _slot(name, field.annotation) for name, field in kind.model_fields.items() if name != "op"}


@cache
def names_of(kind: type[Operation], argument: str) -> tuple[str, ...]:
    """The names that an argument can have, such as `9:16` or `bgm`; empty where it is no matter of names."""
    return tuple(name for name in _literals(kind.model_fields[argument].annotation) if isinstance(name, str))


def _slot(name: str, annotation: Any) -> Slot:
    parts = _parts(annotation)
    if ClipTarget in parts or RangeTarget in parts:
        return "clips"
    if bool in parts:
        return "flag"
    if Fraction in parts:
        return "factor"
    if name in _SPANS:
        return "span"
    if name.endswith("_ms"):
        return "time" if name in _TIMES else "length"
    if name not in ("where", "index", "steps", "deg") and _literals(annotation):
        return "name"
    return _BY_NAME[name]


def _parts(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return tuple(part for one in get_args(annotation) for part in _parts(one))
    return (annotation,)


def _literals(annotation: Any) -> tuple[Any, ...]:
    return tuple(name for part in _parts(annotation) if get_origin(part) is Literal for name in get_args(part))
