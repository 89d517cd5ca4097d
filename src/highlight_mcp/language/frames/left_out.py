"""What a reel is not made of: stretches that a sentence took out of the footage before it asked for one."""

from ...timeline.operations import RangeTarget, Remove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation

Span = tuple[int, int]


def before(scene: ParseContext) -> list[Span]:
    """`ignore the last ten minutes; nine clips from what remains`: of one file not cut yet, what is not to be used."""
    if not scene.uncut or len(scene.situation.footage) != 1:
        return []
    return [span for finding in scene.findings if (span := _span(finding))]


def take_in(scene: ParseContext) -> None:
    """Drop the removals from the findings: the reel is made of what they leave."""
    if before(scene):
        scene.findings[:] = [finding for finding in scene.findings if not _span(finding)]


def _span(finding: Finding) -> Span | None:
    op = finding.op if isinstance(finding, ParsedOperation) else None
    return op.target.range_ms if isinstance(op, Remove) and isinstance(op.target, RangeTarget) else None
