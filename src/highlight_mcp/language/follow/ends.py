"""A stretch of the reel that was taken, said anew: longer, or as much at the other end."""

from typing import Any

from ...timeline.operations import AnyOperation, RangeTarget
from ..context import ParseContext
from ..tokens import Token

_SECOND_MS, _MINUTE_MS = 1000, 60_000


class Unclear(Exception):
    """Something said that may be meant of more than one slot; `first` is the likeliest reading."""

    def __init__(self, first: AnyOperation | None = None) -> None:
        super().__init__("more than one slot may take it")
        self.first = first


class Unfit(Exception):
    """Something said that no slot of the operation takes."""


def counted(op: AnyOperation, part: tuple[Token, ...], scene: ParseContext) -> dict[str, Any] | None:
    """`and the last ten`, behind minutes that were taken out: as many minutes at the other end. None for clips."""
    target = getattr(op, "target", None)
    if not isinstance(target, RangeTarget) or len(part) != 1 or part[0].kind != "clips" or len(part[0].value) != 1:
        return None
    first, last = part[0].value[0]
    count = last if first == 1 and last > 1 else -first if last == -1 and first < -1 else 0
    return _at_end(count * _unit(target), scene, last=last == -1) if count else None


def as_long(op: AnyOperation, token: Token, scene: ParseContext) -> dict[str, Any]:
    """`six, actually`, `and the last ten minutes`, of a stretch at one end. Raises Unfit for anything else."""
    target = getattr(op, "target", None)
    if not isinstance(target, RangeTarget):
        raise Unfit
    size = round(token.value * _unit(target)) if token.kind == "number" else token.value
    return _at_end(size, scene, last=token.kind == "tail" or (token.kind != "head" and target.range_ms[0] > 0))


def between(op: AnyOperation, token: Token, scene: ParseContext) -> dict[str, Any]:
    """`0:10 to 0:15`, in the slot that takes a stretch. Raises Unfit where there is none."""
    begin, end = token.value
    end = scene.situation.source_ms if end is None else end
    for name, value in (("range_ms", (begin, end)), ("ranges_ms", ((begin, end),))):
        if hasattr(op, name):
            return {name: value}
    if isinstance(target := getattr(op, "target", None), RangeTarget):
        return {"target": target.model_copy(update={"range_ms": (begin, end)})}
    raise Unfit


def _at_end(size: int, scene: ParseContext, *, last: bool) -> dict[str, Any]:
    """So much of the reel at one end. Raises Unfit where it is not that long."""
    whole = scene.situation.duration_ms
    if not 0 < size < whole:
        raise Unfit
    return {"target": RangeTarget(range_ms=(whole - size, whole) if last else (0, size), ref="timeline")}


def _unit(target: RangeTarget) -> int:
    """The unit in which a stretch was measured, in ms."""
    return _MINUTE_MS if (target.range_ms[1] - target.range_ms[0]) % _MINUTE_MS == 0 else _SECOND_MS
