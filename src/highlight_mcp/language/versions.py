"""Plans of several reels as one plan, whose parts `new_version` keeps apart."""

from collections.abc import Iterable, Iterator, Sequence

from ..timeline.operations import AnyOperation, NewVersion, in_versions
from .outcome import ParseResult, SuggestedOperation


def together(outcomes: Sequence[ParseResult], language: str) -> ParseResult:
    """One outcome of several: their plans, or the first question, with what was understood of the others offered."""
    plans = [one for one in outcomes if one.kind == "plan" and one.operations]
    planned = tuple(joined(one.operations for one in plans))
    if outcomes and len(plans) == len(outcomes):
        exports = [one.export for one in plans if one.export]
        return ParseResult(
            kind="plan",
            operations=planned,
            export=exports[0] if exports else None,
            assumed=tuple(sorted({name for one in plans for name in one.assumed})),
            caveats=tuple(sorted({name for one in plans for name in one.caveats})),
            unsupported=tuple(dict.fromkeys(gap for one in plans for gap in one.unsupported)),
            suggested=tuple(_distinct(one for plan in plans for one in plan.suggested)),
            versions=tuple(plans),
            language=language,
        )
    missed = next((one for one in outcomes if one.kind in ("clarify", "refuse")), None)
    if missed is None:
        return ParseResult(kind="clarify", missing=("versions",), nearest=("highlights",), language=language)
    offered = planned or missed.offered
    return missed.model_copy(update={"offered": offered, "versions": ()})


def joined(parts: Iterable[Iterable[AnyOperation]]) -> Iterator[AnyOperation]:
    """The operations of all parts, kept apart."""
    for place, part in enumerate(parts):
        if place:
            yield NewVersion()
        yield from part


def each_behind(first: Sequence[AnyOperation], operations: Sequence[AnyOperation]) -> tuple[AnyOperation, ...]:
    """The operations with some others at the beginning of each version."""
    return tuple(joined((*first, *part) for part in in_versions(operations)))


def _distinct(rows: Iterable[SuggestedOperation]) -> Iterator[SuggestedOperation]:
    seen: list[SuggestedOperation] = []
    for row in rows:
        if row not in seen:
            seen.append(row)
            yield row
