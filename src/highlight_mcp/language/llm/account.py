"""What of a model's answer counts: the validators of all operations, then the words and the session, value by value."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...timeline.operations import (
    AnyOperation,
    Highlights,
    InvalidOperation,
    Keep,
    Remove,
    Split,
    Trim,
    parse_operations,
)
from ..questions import LASTING
from ..tokens import is_head
from .grounds import Grounds
from .stated import folded
from .wish import Wish

MOST_OPERATIONS = 20
_NAMED_ONLY = (Remove, Keep, Trim, Split)
"""Never done to what nobody named."""
_TAKING = frozenset({
    "REMOVE", "UNWANTED", "CUT", "KEEP", "TRIM", "SHORTEN", "SHORTER", "SKIP", "TIGHTEN", "SPLIT", "MAKE", "CHANGE",
})  # fmt: skip
"""What else may be said where something is taken away; words for a look or a sound speak against it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer comes to.

    `plan`: it may be carried out; `offer`: it may be shown to the user, who decides; `asks`: the model did not know;
    `wrong`: it counts for nothing, and `problem` tells the model why. `assumed` are arguments that were not told.
    """

    kind: Literal["plan", "offer", "asks", "wrong"]
    operations: tuple[AnyOperation, ...] = ()
    unread: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    problem: str = ""


def judge(answer: str, wish: Wish) -> Verdict:
    """What the answer of a model to a wish comes to. Never raises."""
    try:
        given = _read(answer)
        unread = _unread(given, wish)
        if given.get("asks") or not given["operations"]:
            return Verdict("asks", unread=unread)
        operations = _operations(given["operations"])
        return _weighed(operations, unread, wish)
    except _WrongAnswer as error:
        return Verdict("wrong", problem=str(error))


class _WrongAnswer(Exception):
    """The answer cannot be used; the text says why, to the model."""


def _read(answer: str) -> dict[str, Any]:
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError):
        raise _WrongAnswer("The answer is not JSON. Answer with one JSON object and nothing else.") from None
    if not isinstance(given, dict) or not isinstance(given.get("operations"), list):
        raise _WrongAnswer('The answer must be an object with the list "operations".')
    if len(given["operations"]) > MOST_OPERATIONS:
        raise _WrongAnswer(f"At most {MOST_OPERATIONS} operations are taken.")
    return given


def _unread(given: dict[str, Any], wish: Wish) -> tuple[str, ...]:
    told = given.get("unread", [])
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise _WrongAnswer('"unread" must be a list of quotes from the words.')
    quotes = [each.strip() for each in told if folded(each)]
    if strange := next((each for each in quotes if folded(each) not in folded(wish.words)), None):
        raise _WrongAnswer(f"“{strange[:60]}” in “unread” does not stand in the words.")
    return tuple(dict.fromkeys(quotes))


def _operations(given: list[Any]) -> list[AnyOperation]:
    try:
        return parse_operations(given)
    except (InvalidOperation, RecursionError) as error:
        raise _WrongAnswer(str(error)[:1500]) from None


def _weighed(operations: list[AnyOperation], unread: tuple[str, ...], wish: Wish) -> Verdict:
    _require_reel(operations, wish)
    grounds = Grounds(wish)
    problems = [problem for op in operations for problem in grounds.problems(op)]
    waiting = [value for value in wish.stated if not grounds.used.holds(value)]
    lost = [value for value in waiting if not any(value.within(quote) for quote in unread)]
    problems += [f"“{value.words}” is in no operation and not in “unread”." for value in lost]
    if problems:
        raise _WrongAnswer(" ".join(problems[:5]))
    waits = bool(waiting) or (bool(unread) and any(isinstance(op, LASTING) for op in operations))
    offered = (
        waits
        or _undoes_itself(operations)
        or any(_is_left_to_the_user(op, wish) for op in operations)
        or _empties(operations, wish)
    )
    return Verdict("offer" if offered else "plan", tuple(operations), unread, tuple(sorted(grounds.assumed)))


def _require_reel(operations: Sequence[AnyOperation], wish: Wish) -> None:
    """Raises _WrongAnswer for an operation on a reel that is not there."""
    there = wish.situation.has_timeline
    for op in operations:
        if op.needs_reel and not there:
            raise _WrongAnswer(f"There is no reel yet that {op.op} could work on.")
        there = there or op.makes_reel


def _is_left_to_the_user(op: AnyOperation, wish: Wish) -> bool:
    """What goes back, chooses anew or takes away what the words do not name, or where they forbid something."""
    if op.changes_version or (wish.refuses and isinstance(op, LASTING)):
        return True
    if not wish.situation.has_timeline:
        return False
    alone = Grounds(wish)
    alone.problems(op)
    named = any(alone.used.holds(value) for value in wish.stated)
    anew = isinstance(op, Highlights) and op.mode == "replace"
    if isinstance(op, _NAMED_ONLY):
        return not named or any(is_head(token) and not token.concepts & _TAKING for token in wish.tokens)
    return anew


def _undoes_itself(operations: Sequence[AnyOperation]) -> bool:
    """Whether a clip is changed that another operation takes away."""
    touched = [(op, frozenset[int](getattr(getattr(op, "target", None), "clips", ()))) for op in operations]
    gone = [(op, clips) for op, clips in touched if isinstance(op, Remove)]
    return any(op is not other and clips & others for op, clips in gone for other, others in touched)


def _empties(operations: Sequence[AnyOperation], wish: Wish) -> bool:
    """Whether little or nothing of the reel would be left."""
    clips = {n for op in operations if isinstance(op, Remove) for n in getattr(op.target, "clips", ())}
    spans = [getattr(op.target, "range_ms", (0, 0)) for op in operations if isinstance(op, Remove)]
    whole = wish.situation.duration_ms
    everything = bool(clips) and len(clips) >= len(wish.situation.clips)
    return everything or any(a <= 0 and b >= whole > 0 for a, b in spans)
