"""All but a stretch, or nothing but a stretch: `everything except 0:10-0:20`, `trim it down to 0:10-0:20`."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import Keep, Remove
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import VERBS, Clause, Token, is_object
from .source_ranges import SMALL_WORDS, bounds_of, footage_named, of_footage, stretch_of

_STRETCHES = ("range", "head", "tail")
_KEEPING = ("KEEP", "ONLY")
_TAKING = ("REMOVE", "UNWANTED", "SKIP", "CUT", "TRIM", "RESET")
_WHOLE = ("ALL", "EVERYTHING", "REST")
_NARROWING = ("TRIM", "CUT", "SHORTEN")
_USED = frozenset({
    "use", "using", "take", "leave", "leave in", "want", "need", "i want", "i need", "i'd like", "i would like",
    "give me", "get me", "include", "show", "show me", "stays", "用", "要", "我要", "给我", "想要", "留",
})  # fmt: skip
_ALL_BUT = ("all ", "everything ", "anything ")
_AFTERWARDS = ("以外", "之外", "外", "を除いて", "빼고", "제외하고", "외에")
_DOWN_TO = ("to", "down to", "到", "成", "至", "为")
_OWN = (
    *_KEEPING, *_TAKING, *_WHOLE, "EXCEPT", "BUT", "VIDEO", "GAME", "MOMENT", "THAT_CLIP", "BETWEEN", "TO", "SHORTEN",
    "LEAVE_ALONE",
)  # fmt: skip

Bounds = tuple[int, int]


def read_parts(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """What is to stay where stretches are named as an exception, or as what is left."""
    stretches = [t for t in clause.free() if t.kind in _STRETCHES]
    if not stretches or not scene.situation.footage or clause.has("VAGUE"):
        return
    if scene.sentence_has & {"REEL", "BEST"}:
        return
    if clause.peek("clips", "quote", "duration", "factor", "number") or any(_acts_otherwise(t) for t in clause.free()):
        return
    left_out = _excepted(clause, stretches)
    if left_out:
        yield from _all_but(clause, scene, stretches, left_out)
    elif _is_narrowed(clause, stretches[0]):
        yield from _stretches(clause, scene, _bounds(clause, scene, stretches), keeps=True)


def _acts_otherwise(token: Token) -> bool:
    if token.kind != "word" or token.text in _USED or token.is_a(*_OWN):
        return token.kind == "named"
    return bool(token.concepts & VERBS) or is_object(token)


def _excepted(clause: Clause, stretches: list[Token]) -> list[Token]:
    """The stretches that `except` and its like take out: those behind it, or before `…以外`."""
    out: set[int] = set()
    tokens = clause.tokens
    for i, token in enumerate(tokens):
        if not token.is_a("EXCEPT"):
            continue
        beside = reversed(tokens[:i]) if token.text.startswith(_AFTERWARDS) else tokens[i + 1 :]
        for other in beside:
            if other.is_a(*_KEEPING, *_TAKING, *_WHOLE) and not other.is_a("EXCEPT", "TRIM"):
                break
            out |= {other.start} if other in stretches else set()
    return [t for t in stretches if t.start in out]


def _all_but(clause: Clause, scene: ParseContext, stretches: list[Token], left_out: list[Token]) -> Iterator[Finding]:
    acts = [t for t in clause.free() if not t.is_a("EXCEPT") and t.text not in _USED]
    takes, keeps = (any(t.is_a(*names) for t in acts) for names in (_TAKING, _KEEPING))
    if not takes and not keeps and not _is_bare(clause):
        return
    at, words = clause.at, scene.words(clause)
    if takes and keeps:
        clause.spend()
        yield Unresolved(words, at, missing=("target",))
        return
    denied = any(t.is_a("NOT") and not t.is_a("UNWANTED", "SKIP", "REMOVE") for t in acts)
    within = [t for t in stretches if t not in left_out]
    out = _bounds(clause, scene, left_out)
    if within:
        rest = _without(_bounds(clause, scene, within), out)
        yield from _stretches(clause, scene, rest, keeps=takes == denied)
    else:
        yield from _stretches(clause, scene, out, keeps=takes != denied)


def _is_bare(clause: Clause) -> bool:
    """`everything but 0:10-0:20`, with no verb: a wish where nothing else is said, for praise sounds the same."""
    whole = any(t.text in _USED or t.is_a(*_WHOLE, "VIDEO") or t.text.startswith(_ALL_BUT) for t in clause.tokens)
    return whole and all(
        t.kind in (*_STRETCHES, "asset", "separator") or t.text in _USED | SMALL_WORDS or t.is_a(*_OWN, "AND")
        for t in clause.tokens
    )


def _is_narrowed(clause: Clause, stretch: Token) -> bool:
    """`trim it to 0:10-0:20`: a verb of cutting, and `to` right before the stretch."""
    said = (t for t in clause.tokens if t.end <= stretch.start)
    ahead = [t for t in said if not t.is_a("FILLER") or t.text in _DOWN_TO]
    if not ahead or not any(t.is_a(*_NARROWING) for t in ahead):
        return False
    return ahead[-1].text in _DOWN_TO or ahead[-1].text.endswith((" to", " down", "到", "成", "至"))


def _bounds(clause: Clause, scene: ParseContext, stretches: list[Token]) -> list[Bounds]:
    sources = footage_named(clause, scene)
    end = scene.situation.duration_ms or (sources[0].duration_ms if sources else scene.situation.source_ms)
    return [bounds_of(token, end) for token in stretches]


def _without(ranges: list[Bounds], out: list[Bounds]) -> list[Bounds]:
    """What is left of ranges when others are taken out of them."""
    for start, end in out:
        ranges = [
            piece
            for first, last in ranges
            for piece in ((first, min(last, start)), (max(first, end), last))
            if piece[0] < piece[1]
        ]
    return ranges


def _stretches(clause: Clause, scene: ParseContext, bounds: list[Bounds], *, keeps: bool) -> Iterator[Finding]:
    """Keep or take out stretches, of the footage where it is named or nothing else is there."""
    at, words = clause.at, scene.words(clause)
    sources = footage_named(clause, scene)
    of_source = bool(sources) or any(of_footage(t) for t in clause.tokens)
    end = scene.situation.duration_ms if scene.situation.has_timeline else scene.situation.source_ms
    clause.values(*_STRETCHES)
    clause.take(*_OWN)
    clause.used |= {t.start for t in clause.tokens if t.text in _USED or t.is_a("NOT") or t.kind == "asset"}
    if len(sources) > 1 or not bounds or any(a >= b or (not of_source and a >= end) for a, b in bounds):
        yield Unresolved(words, at, missing=("target",))
    elif keeps:
        facts: dict[str, Any] = {"source": sources[0].name} if sources else {}
        ref = "source" if of_source or scene.count <= 1 else "timeline"
        yield ParsedOperation(Keep.model_validate({"ranges_ms": bounds, "ref": ref, **facts}), at, targeted=True)
    else:
        for range_ms in bounds:
            yield ParsedOperation(Remove(target=stretch_of(range_ms, scene, sources, of_source)), at, targeted=True)
