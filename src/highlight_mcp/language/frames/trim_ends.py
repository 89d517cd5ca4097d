"""At which end clips are cut that were just brought to a length: `cap it at 12 seconds, tails off, heads untouched`."""

from ...timeline.operations import Trim
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from .frame import Filled, frame, role

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

FRAMES = (_ENDED,)
