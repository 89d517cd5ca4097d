"""What of a model's answer counts: the validators of all operations, then the words and the session, value by value.

Every value needs a ground: the words, the session, or what an operation assumes.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel

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
from .wish import Stated, Used, Wish, exact, folded

_CLIPS = frozenset({"clips", "where", "move", "to"})
_FREE = frozenset({"text", "template", "query"})
_NAMES = frozenset({"asset", "source", "media_id"})
_SIZES = frozenset({
    "factor", "level", "amount", "db", "deg", "lufs", "size", "opacity", "margin", "duration_ms", "in_ms", "out_ms",
    "fade_in_ms", "fade_out_ms",
})  # fmt: skip
"""Arguments whose value may be assumed, as the help shows it; places, clips and counts may not."""
_TOLD_LEVELS = frozenset({0, 1})
"""Mute, and as recorded."""
_EXCEPTING = ("EXCEPT", "REST", "ONLY", "KEEP", "LEAVE_ALONE")


class _Leaf(NamedTuple):
    name: str
    value: Any


class Grounds:
    """What a plan may be made of, and what of it was found in one; `assumed` are arguments that were not told."""

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.used = Used()
        self.assumed: set[str] = set()

    def problems(self, op: AnyOperation) -> list[str]:
        """What of an operation has no ground; what has one is booked as used."""
        return [problem for leaf in _leaves(op) if (problem := self._problem(op, leaf)) is not None]

    @property
    def clips_said(self) -> frozenset[int]:
        """Clips that the words name."""
        return frozenset(n for value in self.wish.stated for n in value.clips)

    @cached_property
    def _times(self) -> dict[int, frozenset[Stated]]:
        """Times that a plan may have, with the values that each stands for.

        Those that are told, those of the session and of the clips that are told, and what each makes with another:
        `3 seconds into clip 2`. The plainest reading of a time counts.
        """
        facts = self.wish.situation
        stated = {ms: frozenset({value}) for value in self.wish.stated for ms in value.ms}
        own: dict[int, frozenset[Stated]] = {
            ms: frozenset() for ms in (0, facts.duration_ms, *(media.duration_ms for media in facts.media))
        }
        for value in self.wish.stated:
            for clip in (facts.clips[n - 1] for n in value.clips):
                for ms in (clip.start_ms, clip.start_ms + clip.duration_ms, clip.duration_ms):
                    own.setdefault(ms, frozenset({value}))
        sums = {a + b: x | y for (a, x), (b, y) in combinations(stated.items(), 2)}
        sums |= {a + sign * b: x | y for a, x in own.items() for b, y in stated.items() for sign in (1, -1)}
        return sums | own | stated

    @cached_property
    def _plain(self) -> frozenset[Fraction]:
        return frozenset(number for value in self.wish.stated for number in value.plain)

    def _problem(self, op: AnyOperation, leaf: _Leaf) -> str | None:
        name, value = leaf
        if isinstance(value, str):
            return self._of_text(op, name, value)
        if name in _CLIPS and not isinstance(value, Fraction):  # the speed at the end of a ramp is called `to` as well
            return self._of_clips(op, name, value)
        if isinstance(value, bool):
            return None
        number = exact(value)
        if name.endswith("_ms"):
            is_grounded = int(number) in self._times
            self.used.told |= self._times.get(int(number), frozenset())
        else:
            self.used.plain.add(number)
            is_grounded = number in self._plain or (name == "level" and number in _TOLD_LEVELS)
            is_grounded = is_grounded or (name == "index" and number == 1 == len(self.wish.situation.texts))
        if is_grounded or self._is_assumed(op, name, number):
            return None
        return f"{op.op}.{name} = {value} comes neither from the words nor from the session."

    def _is_assumed(self, op: AnyOperation, name: str, number: Fraction) -> bool:
        """A default of the operation, or a size as its help shows it."""
        field = type(op).model_fields.get(name)
        default = None if field is None else field.default
        usual = [default, op.example.get(name) if name in _SIZES else None]
        known = [exact(each) for each in usual if isinstance(each, int | float | Fraction)]
        if abs(number) not in [abs(each) for each in known]:
            return False
        self.assumed.add(name)
        return True

    def _of_clips(self, op: AnyOperation, name: str, value: Any) -> str | None:
        numbers = frozenset(value) if isinstance(value, tuple) else frozenset({value})
        count = len(self.wish.situation.clips)
        if beyond := sorted(n for n in numbers if n > count):
            return f"{op.op}.{name}: there is no clip {beyond[0]}; the reel has {count} clips."
        every, named = frozenset(range(1, count + 1)), self.clips_said
        self.used.clips |= numbers | ({n + 1 for n in numbers} if name == "where" else set())
        excepting = any(token.is_a(*_EXCEPTING) for token in self.wish.tokens)
        if named and excepting and numbers == every - named:
            self.used.clips |= named
            return None
        ends = frozenset({1, count}) if name == "to" else frozenset[int]()
        if numbers <= named | ends or (numbers == every and not named):
            return None
        stray = sorted(numbers - named)
        return f"{op.op}.{name}: the words do not name clip {stray[0] if stray else min(numbers)}."

    def _of_text(self, op: AnyOperation, name: str, value: str) -> str | None:
        if name in _NAMES:
            return self._of_name(op, name, value)
        if name not in _FREE and name != "color":
            self.used.texts.add(value)
            return None
        self.used.shown.add(value)
        field = type(op).model_fields.get(name)
        if field is not None and value == field.default:
            return None
        if not value or _stands_in(value, (self.wish.words, *self.wish.situation.texts)):
            return None
        return f"{op.op}.{name}: “{value[:60]}” does not stand in the words; texts are taken from them as they are."

    def _of_name(self, op: AnyOperation, name: str, value: str) -> str | None:
        facts = self.wish.situation
        self.used.texts.add(value)
        media = next((m for m in facts.media if value == m.media_id or folded(value) == folded(m.name)), None)
        known = media is not None or folded(value) in {folded(file) for file in facts.subtitle_files}
        if not known:
            return f"{op.op}.{name}: there is no file “{value[:60]}”."
        others = [m for m in facts.media if media is not None and m.kind == media.kind and m is not media]
        is_named = media is not None and any(folded(media.name) in map(folded, each.texts) for each in self.wish.stated)
        if others and not is_named:
            return f"{op.op}.{name}: the words do not say which file; there are several."
        return None


def _stands_in(value: str, texts: tuple[str, ...]) -> bool:
    """Whether a text was said; the slots of a template stand for themselves."""
    plain = value
    while "{" in plain and "}" in plain[plain.index("{") :]:
        a = plain.index("{")
        plain = plain[:a] + plain[plain.index("}", a) + 1 :]
    if folded(plain):
        return any(folded(plain) in folded(text) for text in texts)
    return plain.strip() == "" or any(plain.strip() in text for text in texts)


def _leaves(op: AnyOperation) -> Iterator[_Leaf]:
    for name in op.model_fields_set - {"op"}:
        yield from _within(name, getattr(op, name))


def _within(name: str, value: Any) -> Iterator[_Leaf]:
    if isinstance(value, BaseModel):
        for inner in value.model_fields_set:
            yield from _within(inner, getattr(value, inner))
    elif isinstance(value, tuple) and name in ("clips", "where", "order"):
        yield _Leaf("clips" if name == "order" else name, value)
    elif isinstance(value, tuple):
        for each in value:
            yield from _within(name, each)
    elif value is not None:
        yield _Leaf(name, value)


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
    unread = given.get("unread", [])
    if not isinstance(unread, list) or not all(isinstance(each, str) for each in unread):
        raise _WrongAnswer('"unread" must be a list of quotes from the words.')
    quotes = [each.strip() for each in unread if folded(each)]
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
