"""The part of a message that is an order which the rules could not read."""

from dataclasses import dataclass

from .. import asides, doubts, nouns, utterance
from ..context import ParseContext
from ..corrections import apply_corrections
from ..normalize import normalize
from ..numbers import apply_signs
from ..outcome import ParseResult
from ..scanner import join_particles, scan
from ..session_facts import SessionFacts
from ..tokens import Token
from .stated import Stated, stated_in

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
        and not outcome.code
        and missing <= _OPEN_TO_READING
        and not missing.isdisjoint({"operation", "target"})
    )


def _hollow(token: Token) -> bool:
    empty = token.kind == "word" and token.concepts <= {"FILLER"} and token.value is None
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
    said = apply_corrections(apply_signs(tokens))
    return doubts.rival(said) is not None or any(t.text == "if" or t.is_a("UNLESS") for t in said)
