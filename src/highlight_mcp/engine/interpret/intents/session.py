"""Going back and forth between versions, and starting over."""

from collections.abc import Iterator

from ....timeline.operations import Redo, Reset, Restore, Undo
from ..clause import Clause
from ..outcome import Deed, Finding
from ..scene import Scene


def read(clause: Clause, scene: Scene) -> Iterator[Finding]:
    """Undo, redo, restore, reset."""
    if clause.has("RESET") and not clause.has("EXCEPT") and not clause.peek("range", "clips", "head", "tail"):
        at = clause.at
        clause.spend()
        yield Deed(Reset(), at)
    elif clause.has("REDO"):
        steps = clause.value("steps", "number")
        at = clause.at
        clause.spend()
        yield Deed(Redo(steps=int(steps.value)) if steps else Redo(), at)
    elif clause.has("RESTORE", "UNDO", "MOVE", "CHANGE") and (version := clause.value("version")):
        at = clause.at
        clause.spend()
        yield Deed(Restore(version=version.value), at)
    elif clause.has("UNDO"):
        yield _undo(clause)


def _undo(clause: Clause) -> Deed:
    at = clause.at
    steps = clause.value("steps", "number")
    if clause.has("EVERYTHING", "ALL") and not steps:
        clause.spend()
        return Deed(Undo(steps="all"), at)
    clause.spend()
    return Deed(Undo(steps=max(1, int(steps.value))) if steps else Undo(steps=1), at)
