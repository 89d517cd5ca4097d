"""Going back and forth between versions, and starting over."""

from collections.abc import Iterator

from ...timeline.operations import Redo, Reset, Restore, Undo
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..request_words import is_object
from ..tokens import Clause

# One change among others cannot be undone, only the last ones: `undo the mute of clip 3` says more than that.
_PART = ("clips", "quote", "asset", "duration", "time", "range", "head", "tail", "percent", "factor", "decibels")


def read_session(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Undo, redo, restore, reset."""
    if _given_up(clause, scene):
        clause.spend()  # what is asked for anew takes the place of what is there
    elif clause.has("RESET") and not clause.has("EXCEPT") and not clause.peek("range", "clips", "head", "tail"):
        if clause.has("REEL", "BEST") or clause.peek("duration"):
            clause.take("RESET")  # the reel asked for takes the place of the old one
            return
        at = clause.at
        clause.spend()
        yield ParsedOperation(Reset(), at)
    elif clause.has("REDO"):
        steps = clause.value("steps", "number")
        at = clause.at
        clause.spend()
        yield ParsedOperation(Redo(steps=int(steps.value)) if steps else Redo(), at)
    elif clause.has("RESTORE", "UNDO", "MOVE", "CHANGE") and (version := clause.value("version")):
        at = clause.at
        clause.spend()
        yield ParsedOperation(Restore(version=version.value), at)
    elif clause.has("UNDO"):
        if clause.peek(*_PART) or (clause.has("ONLY") and any(is_object(t) for t in clause.tokens)):
            words, at = scene.words(clause), clause.at
            clause.spend()
            yield Unresolved(words, at, missing=("operation", "target"))
            return
        again, before = clause.has("MORE"), scene.findings[-1] if scene.findings else None
        deed = _undo(clause)
        if again and isinstance(before, ParsedOperation) and (both := _both(before.op, deed.op)):
            scene.findings[-1] = ParsedOperation(both, before.at)
        else:
            yield deed


def _given_up(clause: Clause, scene: ParseContext) -> bool:
    """`这版不要了，重新做一个…`, `scrap this one, make me a new reel`: the reel at hand, not one of its clips."""
    if not scene.reel_wanted or scene.last or not clause.has("UNWANTED", "REMOVE"):
        return False
    if not any(
        t.is_a("THAT_CLIP", "VIDEO", "REEL") or t.text in ("版", "版本", "这版", "这", "one") for t in clause.tokens
    ):
        return False
    said = ("UNWANTED", "REMOVE", "SKIP", "NOT", "THAT_CLIP", "VIDEO", "FILLER", "CLIP")
    return all(t.kind == "separator" or t.is_a(*said) for t in clause.tokens)


def _both(first: object, second: object) -> Undo | None:
    """`undo, and once more`: as many steps as both together; None when that is no number."""
    if not isinstance(first, Undo) or not isinstance(second, Undo):
        return None
    if isinstance(first.steps, int) and isinstance(second.steps, int):
        return Undo(steps=first.steps + second.steps)
    return None


def _undo(clause: Clause) -> ParsedOperation:
    at = clause.at
    steps = clause.value("steps", "number")
    if clause.has("EVERYTHING", "ALL") and not steps:
        clause.spend()
        return ParsedOperation(Undo(steps="all"), at)
    further = 1 if clause.has("ONE_BEFORE") else 0
    clause.spend()
    count = (max(1, int(steps.value)) if steps else 1) + further
    return ParsedOperation(Undo(steps=count), at, vague=not steps and not further)
