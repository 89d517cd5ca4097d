"""Plans that cannot be meant as they stand: seen on the finished operations, not on the words.

Two operations that want opposite things of one clip, clips both taken out and worked on, a reel of which nothing would
be left, times behind its end, and what reaches a stretch that is to stay as it is: each is asked about.
"""

from collections.abc import Sequence
from itertools import combinations

from ..timeline.operations import (
    CardAdd,
    ClipTarget,
    FilterAdd,
    Freeze,
    Highlights,
    Keep,
    RangeTarget,
    Redo,
    Remove,
    Reorder,
    Reset,
    Restore,
    Rotate,
    TextAdd,
    Undo,
    Volume,
)
from .context import ParseContext
from .outcome import ParsedOperation, Unresolved
from .session_facts import SessionFacts

_OTHER_REEL = (CardAdd, Highlights, Keep, Redo, Reset, Restore, Undo)


def find_clash(scene: ParseContext) -> Unresolved | None:
    """The question that the operations read leave open together; None where they can all be done.

    Behind an operation that makes another reel, numbers and times may mean what is there then: nothing is compared.
    """
    deeds = [f for f in scene.findings if isinstance(f, ParsedOperation)]
    if not scene.count or any(isinstance(deed.op, _OTHER_REEL) for deed in deeds):
        return None
    here = scene.situation
    name = next((name for a, b in combinations(deeds, 2) if (name := _opposed(a, b, here))), None)
    if name is None and _empties([deed.op for deed in deeds], here):
        name = "operation"
    if name is None and any(_lies_behind(deed.op, here.duration_ms) for deed in deeds):
        name = "value"
    if name is None and any(_reaches(deed.op, scene.unchanged, here) for deed in deeds):
        name = "target"
    return Unresolved(scene.source.given.strip(), 0, missing=(name,)) if name else None


def _opposed(old: ParsedOperation, new: ParsedOperation, here: SessionFacts) -> str | None:
    """What has to be asked where two operations cannot both be meant; a vague one gives way to a clearer one."""
    a, b = old.op, new.op
    if old.vague or (new.vague and not isinstance(a, Remove)):
        return None
    if _says_part_again(a, b):
        return "target"
    if isinstance(a, Volume) and isinstance(b, Volume):
        return "value" if a.target == b.target and (a.level, a.db) != (b.level, b.db) else None
    if isinstance(a, FilterAdd) and isinstance(b, FilterAdd):
        return "operation" if a.target == b.target and a.name != b.name and "none" in (a.name, b.name) else None
    if isinstance(a, Rotate) and isinstance(b, Rotate):
        return "value" if a.target == b.target and a.deg != b.deg else None
    if isinstance(a, Reorder) and isinstance(b, Reorder):
        return "operation" if a.move and a.move == b.move and a.to != b.to else None
    gone, other, first = (a, b, True) if isinstance(a, Remove) else (b, a, False)
    if not isinstance(gone, Remove) or isinstance(other, Remove) or not isinstance(gone.target, ClipTarget):
        return None
    return "operation" if _works_on(other, frozenset(gone.target.clips), here, behind=first) else None


def _says_part_again(a: object, b: object) -> bool:
    """`mute 2 and 3, well, just 3`: the same once more, for some of the clips only."""
    if type(a) is not type(b) or not isinstance(first := getattr(a, "target", None), ClipTarget):
        return False
    second = getattr(b, "target", None)
    nested = isinstance(second, ClipTarget) and set(second.clips) < set(first.clips)
    return nested and a.model_copy(update={"target": second}) == b  # type: ignore[attr-defined]


def _works_on(op: object, gone: frozenset[int], here: SessionFacts, *, behind: bool) -> bool:
    """Whether an operation is about clips taken out: behind that about any of them, before it about no others."""
    if isinstance(op, TextAdd) and op.start_ms is not None and op.end_ms is not None:
        shown = {c.number for c in here.clips if c.start_ms < op.end_ms and c.start_ms + c.duration_ms > op.start_ms}
        return bool(shown) and shown <= gone
    if isinstance(op, Reorder):
        return op.move in gone
    target = getattr(op, "target", None)
    if not isinstance(target, ClipTarget):
        return False
    return bool(gone & set(target.clips)) if behind else gone >= set(target.clips)


def _empties(ops: Sequence[object], here: SessionFacts) -> bool:
    """Whether what is taken out leaves nothing of the reel."""
    spans = [span for op in ops if isinstance(op, Remove) for span in _spans(op, here)]
    at = 0
    for start, end in sorted(spans):
        if start > at:
            return False
        at = max(at, end)
    return bool(spans) and at >= here.duration_ms


def _spans(op: Remove, here: SessionFacts) -> list[tuple[int, int]]:
    if isinstance(op.target, RangeTarget):
        return [op.target.range_ms] if op.target.ref == "timeline" else []
    chosen = op.target.clips if isinstance(op.target, ClipTarget) else [c.number for c in here.clips]
    return [(c.start_ms, c.start_ms + c.duration_ms) for c in here.clips if c.number in chosen]


def _reaches(op: object, unchanged: Sequence[tuple[int, int]], here: SessionFacts) -> bool:
    """Whether an operation would change a stretch that is to stay as it is."""
    target = getattr(op, "target", None)
    if not unchanged or target is None or (isinstance(target, RangeTarget) and target.ref != "timeline"):
        return False
    if isinstance(target, RangeTarget):
        spans = [target.range_ms]
    else:
        reached = target.clips if isinstance(target, ClipTarget) else [c.number for c in here.clips]
        spans = [(c.start_ms, c.start_ms + c.duration_ms) for c in here.clips if c.number in reached]
    return any(a < d and c < b for a, b in spans for c, d in unchanged)


def _lies_behind(op: object, end_ms: int) -> bool:
    """Whether an operation is for a time that the reel does not reach."""
    if isinstance(op, Freeze):
        return op.at_ms > end_ms
    target = getattr(op, "target", None)
    return isinstance(target, RangeTarget) and target.ref == "timeline" and target.range_ms[0] >= end_ms
