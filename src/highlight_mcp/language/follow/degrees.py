"""`still louder`, `再短一点`, `not so strong`: an operation a step further in the direction that is said."""

from typing import Any

from pydantic import ValidationError

from ...timeline.operations import AnyOperation, BgmAdd, Highlights, Trim, Volume
from ...timeline.operations.slots import names_of, slots_of
from ..session_facts import SessionFacts
from ..tokens import Token
from .ends import Unclear, Unfit
from .said import Said

_DB = {"bit": 3.0, "": 6.0, "lot": 10.0}
_LENGTH = {"bit": 0.25, "": 0.5, "lot": 1.0}
_REEL = {"bit": 0.1, "": 0.25, "lot": 0.5}
_FASTER = {"bit": 1.25, "": 1.5, "lot": 2.0}
_CLOSER = {"bit": 1.1, "": 1.25, "lot": 1.5}
_AMOUNT = {"bit": 0.2, "": 0.2, "lot": 0.5}
_SENSES: dict[str, frozenset[str]] = {
    "volume": frozenset({"loud"}), "bgm_add": frozenset({"loud"}), "duck": frozenset({"loud"}),
    "loudness": frozenset({"loud"}), "speed": frozenset({"fast"}), "replay": frozenset({"fast"}),
    "filter": frozenset({"light", "loud"}), "zoom": frozenset({"loud", "large", "fast"}),
}  # fmt: skip
_WEAKER = {"bit": 0.5, "": 0.5, "lot": 0.25}
_STRENGTH, _ZOOM = 0.5, 1.5
_SECOND_MS = 1000
_SIZED = ("length", "factor", "share", "decibels", "count")
_ENDS = ("head_ms", "tail_ms")
_ADDS = {"duration": ("length",), "decibels": ("decibels",), "percent": ("factor", "share"), "number": ("count",)}
Stepped = tuple[AnyOperation, frozenset[str]]


def stepped(op: AnyOperation, said: Said, facts: SessionFacts) -> Stepped:
    """The operation a step further, with the names of the arguments that were assumed. Raises Unfit or Unclear."""
    sign, sense = _sign(op, said)
    try:
        if said.values:
            return _by(op, sign, said.values[0])
        return _step(op, sign, _size(said), sense, facts)
    except ValidationError:
        raise Unfit from None


def is_relative(said: Said) -> bool:
    """`two seconds longer`, `10% louder`, `by 3 dB`: a size that says how much further, not where to."""
    if len(said.values) != 1 or not said.ways:
        return False
    size, way = said.values[0], said.ways[-1][1]
    return "by" in said.marks or 0 <= way.start - size.end <= 1


def agrees(op: AnyOperation, made: AnyOperation, said: Said) -> bool:
    """Whether a value that is given beside a direction lies in it: `longer, say five`, not `longer, say one`."""
    if not said.ways:
        return True
    sign, _ = _direction(op, said)
    if said.clips:
        return sign == _way_of(op)  # `slow down clip 4 too`
    slots = [name for name, slot in slots_of(type(op)).items() if slot in _SIZED]
    pairs = [(getattr(op, name), getattr(made, name)) for name in slots]
    return all((float(after) - float(before)) * sign >= 0 for before, after in pairs if None not in (before, after))


def _direction(op: AnyOperation, said: Said) -> tuple[int, str]:
    """The direction that is said, and in which sense. Raises Unfit where the operation has none such."""
    known = _senses(op)
    found = {(way[sense], sense) for way, _ in said.ways for sense in way.keys() & known}
    if not found and op.op in ("transition", "fade"):  # `too fast`: it is to last longer
        found = {(-way["fast"], "long") for way, _ in said.ways if "fast" in way}
    if len({sign for sign, _ in found}) != 1:
        raise Unfit
    return max(found)


def _sign(op: AnyOperation, said: Said) -> tuple[int, str]:
    """1 or -1, and the sense. Without a direction `more` goes on in that of the operation."""
    if said.ways:
        return _direction(op, said)
    if not said.marks & {"more", "less"}:
        raise Unfit
    return _way_of(op) * (1 if "more" in said.marks and "less" not in said.marks else -1), ""


def _senses(op: AnyOperation) -> frozenset[str]:
    known = _SENSES.get(op.op, frozenset())
    if not isinstance(op, Trim) and ("length" in slots_of(type(op)).values() or _is_timed(op)):
        known |= {"long"}
    return known | (frozenset({"loud", "large"}) if _sizes(op) else frozenset())


def _way_of(op: AnyOperation) -> int:
    """The direction in which an operation went. Raises Unclear where it set a value that may be either."""
    for name in ("db", "amount"):
        if (value := getattr(op, name, None)) is not None:
            return -1 if value < 0 else 1
    if (factor := getattr(op, "factor", None)) is not None:
        return -1 if factor < 1 else 1
    if getattr(op, "level", None) is not None:
        raise Unclear
    return 1


def _size(said: Said) -> str:
    return "bit" if "bit" in said.marks else "lot" if "lot" in said.marks else ""


def _step(op: AnyOperation, sign: int, size: str, sense: str, facts: SessionFacts) -> Stepped:
    """The operation a usual step further."""
    if isinstance(op, Volume | BgmAdd):
        return Volume(target="bgm" if isinstance(op, BgmAdd) else op.target, db=sign * _DB[size]), frozenset({"db"})
    if isinstance(op, Highlights):
        total = (op.total_ms or facts.duration_ms) * (1 + sign * _REEL[size])
        return _with(op, {"total_ms": max(_SECOND_MS, round(total / _SECOND_MS) * _SECOND_MS)})
    if isinstance(op, Trim):
        share = 1.0 if size != "bit" else 0.5
        ends = {name: round(value * share) for name in _ENDS if (value := getattr(op, name))}
        if sign < 0:
            raise Unfit  # what was trimmed off comes back by an undo
        return _with(op, ends)
    if sense == "long":
        return _with(op, _lengths(op, 1 + sign * _LENGTH[size] / (1 if sign > 0 else 2)))
    name, value = _weaker(op, sign, sense) or _next(op, sign, size)
    return _with(op, {name: value} if name else _lengths(op, 1 + sign * _LENGTH[size] / (1 if sign > 0 else 2)))


def _weaker(op: AnyOperation, sign: int, sense: str) -> tuple[str, Any] | None:
    """`not so much`, of another speed or a zoom: halfway back to how it was, and never beyond."""
    if sense or "factor" not in slots_of(type(op)) or sign == _way_of(op):
        return None
    now = _value_of(op, "factor", _ZOOM if op.op == "zoom" else 0.5)
    halfway = round(1 + (now - 1) / 2, 4)
    return "factor", halfway if op.op == "zoom" else repr(halfway)


def _next(op: AnyOperation, sign: int, size: str) -> tuple[str, Any]:
    """The slot that a step changes and its new value; no name where it is a length."""
    slots = slots_of(type(op))
    if sizes := _sizes(op):
        place = sizes.index(getattr(op, "size", None) or "medium") + sign
        if not 0 <= place < len(sizes):
            raise Unfit
        return "size", sizes[place]
    for name, start in (("lufs", -14.0), ("db", -12.0)):
        if name in slots:
            return name, _value_of(op, name, start) + sign * _DB[size]
    if "factor" in slots and op.op == "zoom":
        return "factor", round(max(1.0, _value_of(op, "factor", _ZOOM) * _CLOSER[size] ** sign), 2)
    if "factor" in slots:
        return "factor", repr(round(_value_of(op, "factor", 0.5) * _FASTER[size] ** sign, 4))
    if "amount" in slots:
        amount = _value_of(op, "amount", _STRENGTH)
        if amount * sign < 0 or (amount > 0 > sign):
            return "amount", round(amount * _WEAKER[size], 2)  # a bit less of a look is some of it still
        return "amount", round(max(-1.0, min(1.0, amount + sign * _AMOUNT[size])), 2)
    return "", None


def _lengths(op: AnyOperation, times: float) -> dict[str, Any]:
    """The lengths that the operation has, each so many times as long."""
    if _is_timed(op):
        start, end = _value_of(op, "start_ms", 0), _value_of(op, "end_ms", 0)
        return {"end_ms": round(start + (end - start) * times)} if end > start else {}
    named = [name for name, slot in slots_of(type(op)).items() if slot == "length"]
    given = [name for name in named if name in op.given] or named[:1]
    return {name: round(value * times) for name in given if (value := getattr(op, name))}


def _by(op: AnyOperation, sign: int, size: Token) -> Stepped:
    """The operation further by a size that was said."""
    slots = slots_of(type(op))
    if isinstance(op, Volume) and size.kind == "decibels":
        return Volume(target=op.target, db=sign * abs(size.value)), frozenset()
    named = [name for name, slot in slots.items() if name in op.given and slot in _ADDS.get(size.kind, ())]
    if len(named) != 1:
        raise Unclear if named else Unfit
    now = float(getattr(op, named[0]))
    new = now * (1 + sign * size.value) if slots[named[0]] == "factor" else now + sign * size.value
    return _with(op, {named[0]: repr(round(new, 4)) if slots[named[0]] == "factor" else _rounded(new, size)})[
        0
    ], frozenset()


def _rounded(value: float, size: Token) -> float:
    return round(value) if size.kind == "duration" else round(value, 4)


def _with(op: AnyOperation, new: dict[str, Any]) -> Stepped:
    if not new:
        raise Unfit
    made = type(op).model_validate(op.model_dump(exclude_unset=True, exclude_none=True) | new)
    if made == op and not isinstance(op, Trim):
        raise Unfit
    return made, frozenset(name.removesuffix("_ms") + "_s" if name.endswith("_ms") else name for name in new)


def _value_of(op: AnyOperation, name: str, default: float) -> float:
    value = getattr(op, name)
    return default if value is None else float(value)


def _is_timed(op: AnyOperation) -> bool:
    """Whether it is seen from one time to another, as texts are."""
    return {"start_ms", "end_ms"} <= type(op).model_fields.keys()


def _sizes(op: AnyOperation) -> tuple[str, ...]:
    return names_of(type(op), "size") if "size" in type(op).model_fields else ()
