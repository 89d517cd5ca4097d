"""The values that words state, and the numbers of a plan that each may become."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .. import resolve
from ..normalize import NormalizedText
from ..session_facts import SessionFacts
from ..tokens import Clause, Token

_POINTING = ("LONGEST", "SHORTEST", "MIDDLE_CLIP", "EVERY_OTHER", "ODD", "EVEN")
_HALVES = ("FIRST_HALF", "SECOND_HALF")


@dataclass(frozen=True, slots=True)
class Stated:
    """One value in the words.

    It stands in a plan when one of its forms does: a time (`ms`), a clip, a plain number or a text. None of them means
    that no plan can hold it.
    """

    words: str
    ms: frozenset[int] = frozenset()
    clips: frozenset[int] = frozenset()
    plain: frozenset[Fraction] = frozenset()
    texts: frozenset[str] = frozenset()

    def within(self, text: str) -> bool:
        """Whether the value stands in a text as it was written: `clip 3` not in `clip 30`."""
        words, whole = (" ".join(each.casefold().split()) for each in (self.words, text))
        return re.search(rf"(?<![a-z0-9]){re.escape(words)}(?![a-z0-9])", whole) is not None


@dataclass(slots=True)
class Used:
    """What a plan holds: the values that its times stand for (`told`), numbers, names and terms, texts to be shown."""

    told: frozenset[Stated] = frozenset()
    clips: set[int] = field(default_factory=set)
    plain: set[Fraction] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def holds(self, value: Stated) -> bool:
        """Whether the plan has a form of the value, or a text in which it is written."""
        return bool(
            value in self.told
            or self.clips & value.clips
            or self.plain & value.plain
            or {folded(text) for text in self.texts | self.shown} & {folded(text) for text in value.texts}
            or any(value.within(text) for text in self.shown)
        )


def folded(text: str) -> str:
    """Letters and figures alone, in lower case: how texts are compared."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def exact(number: Any) -> Fraction:
    """A number as people write it: 0.1 is a tenth."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


def stated_in(tokens: list[Token], source: NormalizedText, facts: SessionFacts) -> Iterator[Stated]:
    """Every value of the tokens; what has figures in it and could not be read is one, too."""
    for token in tokens:
        words = source.verbatim(token.start, token.end)
        if token.is_a(*_POINTING):
            chosen = resolve.named(Clause([token]), facts) or ()
            yield from (Stated(words, clips=frozenset({n})) for n in chosen) if chosen else (Stated(words),)
        elif token.is_a(*_HALVES):
            yield Stated(words, ms=frozenset({facts.duration_ms // 2, facts.source_ms // 2}))
        elif token.kind in _FORMS:
            yield from _FORMS[token.kind](words, token.value, facts)
        elif token.kind in ("unknown", "word") and not token.is_a("FILLER") and any(map(str.isdigit, token.text)):
            yield Stated(words)


def _times(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    yield Stated(words, ms=frozenset({value, -value}))


def _tail(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    ends = (facts.duration_ms, *(m.duration_ms for m in facts.media))
    yield Stated(words, ms=frozenset({value, *(end - value for end in ends if end > value)}))


def _range(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    for end in value:
        if end:
            yield Stated(words, ms=frozenset({end}))


def _clips(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    chosen = resolve.numbers(value, len(facts.clips)) if facts.clips else None
    yield from (Stated(words, clips=frozenset({n})) for n in chosen) if chosen else (Stated(words),)


def _percent(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    share = exact(value)
    changed = {share, -share, 1 - share, 1 + share} | {1 / each for each in (share, 1 - share) if each > 0}
    yield Stated(words, plain=frozenset(changed))


def _factor(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    number = exact(value)
    yield Stated(words, plain=frozenset({number} | ({1 / number} if number else set())))


def _degrees(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    turn = exact(value)
    yield Stated(words, plain=frozenset({turn, -turn, 360 - turn}))


def _number(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    number = exact(value)
    whole = {int(number)} if number.denominator == 1 else set[int]()
    clips = frozenset(n for n in whole if 1 <= n <= len(facts.clips))
    yield Stated(words, ms=frozenset({round(number * 1000)}), clips=clips, plain=frozenset({number}))


def _signed(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    yield Stated(words, plain=frozenset({exact(value), -exact(value)}))


def _name(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    ids = {m.media_id for m in facts.media if folded(m.name) == folded(str(value))}
    yield Stated(words, texts=frozenset({str(value), *ids}))


def _unplanned(words: str, value: Any, facts: SessionFacts) -> Iterator[Stated]:
    """A resolution, a rate, a size of a file: of an export, which no plan holds."""
    yield Stated(words)


_FORMS = {
    "duration": _times, "time": _times, "head": _times, "tail": _tail, "range": _range, "clips": _clips,
    "percent": _percent, "factor": _factor, "degrees": _degrees, "number": _number, "decibels": _signed,
    "lufs": _signed, "steps": _signed, "version": _signed, "ratio": _name, "quote": _name, "asset": _name,
    "resolution": _unplanned, "rate": _unplanned, "size": _unplanned,
}  # fmt: skip
