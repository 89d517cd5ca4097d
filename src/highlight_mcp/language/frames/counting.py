"""Texts that count: `a 3 2 1 countdown at the start`, `a timer in the corner`, `第三段右上角加倒计时`."""

from dataclasses import replace
from typing import Any

from ...timeline.operations import TextAdd
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Token
from . import shown
from .frame import Filled, frame, role

_CLOCK_FROM_MS = 60_000
"""A minute and more is shown as a clock, as it is said: 1:05."""
_DOWN_MS = 3000
_WHEN = ("span", "point", "till", "clip", "start", "end", "all")


def _counting(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    down = filled.says("", "COUNTS_DOWN")
    told = filled.has("place", "words", "numbers", "lasting", *_WHEN)
    if down and not told and not any(t.is_a("ADD") for t in filled.tokens):
        return None  # `make it a countdown` is a matter of order; `add a countdown` may be either
    sized = _sized(filled)
    timed = None if sized is None else _times(sized, scene, down=down)
    if timed is None:
        words = scene.words(filled.clause(*filled.roles))
        return shown.beyond(filled, scene) or [Unresolved(words, filled.at, missing=("value",))]
    facts, assumed = timed
    end = facts.get("end_ms", scene.situation.duration_ms)
    length = end - facts.get("start_ms", 0)
    slot = "left" if down else "elapsed"
    slot += "" if down and length < _CLOCK_FROM_MS else "_clock"
    quote = filled.value("words", "quote")
    words = f"{str(quote.value).strip()} {{{slot}}}" if quote else f"{{{slot}}}"
    big = down and not filled.has("place", "words")
    facts |= {"template": words, "role": "title" if big else "caption", **shown.style(filled)}
    return [ParsedOperation(TextAdd.model_validate(facts), filled.at, assumed, targeted=True)]


def _sized(filled: Filled) -> Filled | None:
    """With the seconds counted as a length; None where two are said that differ."""
    numbers = [int(t.value) for t in filled.of("numbers") if t.kind == "number"]
    if not numbers:
        return filled
    seconds = max(numbers)
    length = filled.value("lasting", "duration")
    span = filled.value("span", "head", "tail")
    told = [int(t.value) for t in (length, span) if t is not None]
    if seconds < 1 or any(ms != seconds * 1000 for ms in told):
        return None
    if told:
        return filled
    first = filled.of("numbers")[0]
    token = Token("duration", first.start, first.end, first.text, value=seconds * 1000)
    return replace(filled, roles={**filled.roles, "lasting": [(token,)]})


def _times(filled: Filled, scene: ParseContext, *, down: bool) -> tuple[dict[str, Any], frozenset[str]] | None:
    """When it counts; a countdown without a time opens the reel, a timer runs through it."""
    if not filled.has(*_WHEN):
        length = filled.value("lasting", "duration")
        if length is None and not down:
            return {}, frozenset({"start_s", "end_s"})
        end, total = int(length.value) if length else _DOWN_MS, scene.situation.duration_ms
        if total and end > total:
            return None  # `set a timer for ten minutes` is no matter of a reel of one
        return {"start_ms": 0, "end_ms": end}, frozenset({"start_s"} if length else {"start_s", "end_s"})
    found = shown.times(filled, scene)
    if found is None:
        return None
    facts: dict[str, Any] = dict(found[0])
    if "end_ms" not in facts and down:
        facts["end_ms"] = facts.get("start_ms", 0) + _DOWN_MS
        return facts, frozenset({"end_s"})
    return facts, frozenset()


_WHAT = "COUNTS_DOWN|COUNTS_UP"
_COUNTING = frame(
    "counting",
    [_WHAT, f"ADD|MAKE {_WHAT}", f"{_WHAT} ADD"],
    [
        role("numbers", "number", "'from'|'从'? number", "TO|'到' number", many=True),
        role("words", "quote", "'saying'|'with' quote"),
        role("verb", "ADD|MAKE|MOVE", many=True),
        *shown.WHEN,
        *shown.WHERE,
        *shown.HOW,
    ],
    _counting,
    light="VIDEO POINT CAPTION",
    own=False,
    operation="text_add",
)

FRAMES = (_COUNTING,)
