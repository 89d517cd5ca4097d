"""Several versions in one request: each is made from the timeline before it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from ..history import History
from ..media import FootageAnalyzer, MediaInfo, UsedRange
from ..model import Timeline
from .apply import EditResult, apply
from .base import Operation
from .context import used_ranges
from .highlights import Highlights
from .picture import Aspect
from .versions import NewVersion

Op = TypeVar("Op", bound=Operation)


def in_versions(operations: Iterable[Op]) -> list[list[Op]]:
    """What is asked of each version; a request that names none is about one."""
    operations = list(operations)
    parts: list[list[Op]] = [[]]
    for op in operations:
        if isinstance(op, NewVersion):
            parts.append([])
        else:
            parts[-1].append(op)
    return [part for part in parts if part] or [operations]


def apply_each(
    timeline: Timeline | None,
    operations: Sequence[Operation],
    media: Mapping[str, MediaInfo],
    senses: FootageAnalyzer,
    *,
    history: History,
) -> list[EditResult]:
    """The results of `apply` for each version of a request, in their order.

    One that asks for the same choice in the same shape as an earlier one shows other moments.
    """
    results: list[EditResult] = []
    shown: dict[tuple[Operation, ...], tuple[UsedRange, ...]] = {}
    for part in in_versions(operations):
        choice = tuple(op for op in part if isinstance(op, Highlights | Aspect))
        avoid = shown.get(choice, ())
        result = apply(timeline, part, media, senses, history=history, avoid=avoid)
        if result.changed and result.timeline is not None:
            shown[choice] = (*avoid, *used_ranges(result.timeline.clips))
        results.append(result)
    return results
