"""From which end of the reel something is cut off: `从末尾砍掉十秒`, `一共就留四十五秒，从后头往前砍`."""

from ...timeline.operations import Highlights, Keep, RangeTarget, Remove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from .frame import Filled, frame, role

_FROM, _THEN = "'从'|'打'|'自'|'由'", "'往前'|'往后'|'往回'|'向前'|'向后'|'往里'"


def _cut(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """Of the whole reel: where a clip is spoken of, it is cut off that one (`trims`)."""
    spoken = scene.last or scene.told or scene.topic or any(t.kind == "clips" for t in (*filled.tokens, *scene.beside))
    end = filled.has("end", "behind")
    if spoken or not scene.count or end == filled.has("start"):
        return None
    now, size = scene.situation.duration_ms, filled.value("size", "duration")
    if size is None:
        return _down_to(filled, scene, now, end=end)
    if filled.has("behind") or not 0 < size.value < now or filled.trigger.text.endswith(("到", "成", "至")):
        return None
    gone = (now - size.value, now) if end else (0, size.value)
    return [ParsedOperation(Remove(target=RangeTarget(range_ms=gone)), filled.at, targeted=True)]


def _down_to(filled: Filled, scene: ParseContext, now: int, *, end: bool) -> list[Finding] | None:
    """Behind a length that the reel is to have: nothing is chosen anew, the other end of it stays."""
    last = scene.findings[-1] if scene.findings else None
    op = last.op if isinstance(last, ParsedOperation) else None
    if not isinstance(last, ParsedOperation) or not isinstance(op, Highlights) or op.mode != "extend":
        return None
    if not op.total_ms or op.total_ms >= now:
        return None
    kept = (0, op.total_ms) if end else (now - op.total_ms, now)
    scene.findings[-1:] = [ParsedOperation(Keep(ranges_ms=(kept,), ref="timeline"), last.at, targeted=True)]
    return []


_CUT_FROM = frame(
    "cut_from",
    ["REMOVE|CUT|TRIM|SKIP|UNWANTED|SHORTEN"],
    [
        role("end", f"{_FROM} END|BACK|'后'|'后头' {_THEN}?"),
        role("start", f"{_FROM} START|FRONT|'前'|'前头' {_THEN}?"),
        role("behind", "'后面'|'后头'|'后边'|'剩下'|'剩下的'|'其余'|'其余的'|'多余'|'多出来的' ALL?"),
        role("size", "duration"),
        role("more", "MORE|REST", "'多' '的'", "'多出来的'|'超出的'"),
    ],
    _cut,
    light="ALL",
    required=["end|start|behind"],
    operation="remove",
)

FRAMES = (_CUT_FROM,)
