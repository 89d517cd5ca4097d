"""At which end something is cut off: the reel, or clips that were just brought to a length.

`从末尾砍掉十秒`, `一共就留四十五秒，从后头往前砍`, `cap it at 12 seconds, tails off, heads untouched`.
"""

from ...timeline.operations import Highlights, Keep, RangeTarget, Remove, Trim
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


_ENDS = "START|FRONT|END|BACK"


def _ended(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    """The trims read right before, at the end that is named; None where there are none, or both ends are meant."""
    at_start, at_end = filled.says("", "START", "FRONT"), filled.says("", "END", "BACK")
    if at_start == at_end:
        return None
    edge = "head_ms" if at_start != filled.says("", "LEAVE_ALONE") else "tail_ms"
    count = 0
    for finding in reversed(scene.findings):
        if not isinstance(finding, ParsedOperation) or not isinstance(finding.op, Trim):
            break
        count += 1
    trims = scene.findings[len(scene.findings) - count :]
    moved = [_at(finding, edge) for finding in trims]
    if not count or None in moved:
        return None
    scene.findings[-count:] = [one for one in moved if one is not None]
    return []


def _at(finding: Finding, edge: str) -> ParsedOperation | None:
    """The trim with what it takes off at another end; None where it takes from both, or gives back."""
    op = finding.op if isinstance(finding, ParsedOperation) else None
    if not isinstance(finding, ParsedOperation) or not isinstance(op, Trim):
        return None
    size = op.head_ms or op.tail_ms
    if not size or size < 0 or (op.head_ms and op.tail_ms):
        return None
    changed = Trim.model_validate({"target": op.target, edge: size})
    return ParsedOperation(changed, finding.at, finding.assumed, finding.caveats, targeted=True)


_ENDED = frame(
    "trim_ends",
    [
        f"{_ENDS} OFF|'off'",
        f"{_ENDS} LEAVE_ALONE|'alone'",
        f"LEAVE_ALONE {_ENDS}",
        f"LENGTHEN {_ENDS} LEAVE_ALONE|'alone'",
        f"CUT|TRIM|SHORTEN OFF|'from'|'at' {_ENDS}",
        f"'from'|'at'|'off' {_ENDS}",
    ],
    [role("verb", "CUT|TRIM|SHORTEN|REMOVE")],
    _ended,
    light="CLIP",
    operation="trim",
)

FRAMES = (_CUT_FROM, _ENDED)
