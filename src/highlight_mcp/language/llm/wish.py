"""The part of a message that is an order which the rules could not read, and the values that its words state."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .. import asides, doubts, nouns, resolve, speech, utterance
from ..context import ParseContext
from ..corrections import apply_corrections
from ..normalize import NormalizedText, normalize
from ..numbers import apply_signs
from ..outcome import ParseResult
from ..scanner import join_particles, scan
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

MOST_CHARS = 4000
_OPEN_TO_READING = frozenset({"operation", "target", "text", "value", "asset"})
"""What the rules may miss for want of understanding. A length or shape that is told twice, or music that is not there,
is nothing that another reader could know; `anew` guards a cut from being chosen anew."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The words of an order, as the user wrote them, and the values in them.

    `tokens` are those that count, after what the speaker took back; `refuses`: something is not to be done.
    """

    words: str
    tokens: tuple[Token, ...]
    stated: tuple[Stated, ...]
    refuses: bool
    situation: SessionFacts


def wish_in(text: str, outcome: ParseResult, situation: SessionFacts) -> Wish | None:
    """The order in a message that the rules answered with a question; None where there is none to be read.

    What the rules take for a question, a remark, something for later or the words of others is left out.
    """
    if not _may_be_read(outcome) or not situation.footage:
        return None
    source = normalize(text[:MOST_CHARS])
    scene = ParseContext(source, situation, outcome.language)
    files = tuple(media.name for media in situation.footage)
    raw = nouns.goings_in(
        nouns.nouns_in(scan(source, situation.searchable, files, beside_clips=situation.has_timeline))
    )
    settled = asides.settle_asides(raw, source, uncut=not situation.has_timeline)
    joined = join_particles(settled)
    ordered = utterance.orders(list(joined), scene)
    if scene.findings:
        return None
    gone = _emptied(raw, settled) | _emptied(joined, ordered)
    kept = [stretch for stretch in _stretches(ordered, gone) if any(not _hollow(t) for t in stretch)]
    if not kept or _doubtful(ordered):
        return None
    within = [(stretch[0].start, stretch[-1].end) for stretch in kept]
    counting = [
        t for t in apply_corrections(apply_signs(ordered)) if any(a <= t.start and t.end <= b for a, b in within)
    ]
    words = " ".join(source.verbatim(a, b) for a, b in within)
    refuses = any(t.is_a("NOT", "LEAVE_ALONE") for t in counting)
    return Wish(words, tuple(counting), tuple(stated_in(counting, source, situation)), refuses, situation)


def _may_be_read(outcome: ParseResult) -> bool:
    missing = frozenset(outcome.missing)
    return (
        outcome.kind == "clarify"
        and not (outcome.code or outcome.choices)
        and missing <= _OPEN_TO_READING
        and not missing.isdisjoint({"operation", "target"})
    )


def _hollow(token: Token) -> bool:
    empty = token.kind == "word" and token.concepts <= {"FILLER", "PARTICLE"} and token.value is None
    return empty or token.kind == "separator"


def _emptied(before: list[Token], after: list[Token]) -> set[int]:
    """Where tokens lost their meaning on the way."""
    meant = {t.start for t in before if not _hollow(t)}
    return {t.start for t in after if t.start in meant and _hollow(t)}


def _stretches(tokens: list[Token], gone: set[int]) -> list[list[Token]]:
    """What is left between the runs of empty tokens in which something was set aside."""
    out: list[list[Token]] = [[]]
    run: list[Token] = []
    for token in tokens:
        if _hollow(token):
            run.append(token)
            continue
        if any(t.start in gone for t in run):
            out.append([])
        else:
            out[-1] += run
        run = []
        out[-1].append(token)
    if not any(t.start in gone for t in run):
        out[-1] += run
    return [stretch for stretch in map(_trimmed, out) if stretch]


def _trimmed(stretch: list[Token]) -> list[Token]:
    """Without the punctuation around it."""
    inner = [i for i, t in enumerate(stretch) if t.kind != "separator"]
    return stretch[inner[0] : inner[-1] + 1] if inner else []


def _doubtful(tokens: list[Token]) -> bool:
    """Whether something is told twice and differently, or the order hangs on an `if`."""
    counting = apply_corrections(apply_signs(tokens))
    return doubts.rival(counting) is not None or any(t.text in speech.said("IF") or t.is_a("UNLESS") for t in counting)
