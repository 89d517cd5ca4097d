"""The reel: which moments, how long, in what order, at what pace."""

from collections.abc import Iterator
from typing import Any

from ...timeline.operations import Highlights
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation, Unresolved
from ..tokens import Clause, Token
from .reel_edits import read_reel_edit
from .reel_options import counts, criterion_of, half_bounds, just_one, lengths, the_single_best, within
from .source_ranges import footage_named

_REMARKS = frozenset({
    "which", "what", "who", "why", "how", "are", "is", "was", "were", "like", "love",
    "哪些", "什么", "哪", "喜欢", "吗",
})  # fmt: skip
_EVERY = ("every ", "each ", "all ")
_CALM = ("quiet", "安静")
_CHOOSING = ("FIND", "MAKE", "KEEP", "CUT", "ONLY", "ADD", "SHORTEN", "TRIM")


def read_highlights(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """A new reel, or a change to the reel at hand."""
    if not scene.uncut and (altered := read_reel_edit(clause, scene)):
        yield altered
        return
    if _asks(clause, scene) or (scene.reel_wanted and _describes(clause)):
        yield _reel(clause, scene) if scene.uncut or scene.reel_wanted or _anew(clause) else kept(clause, scene)


def kept(clause: Clause, scene: ParseContext) -> Unresolved:
    """With a cut at hand, what only sounds like a choice of moments asks before it throws the cut away."""
    words, at = scene.words(clause), clause.at
    clause.spend()
    return Unresolved(words, at, missing=("operation", "anew"))


def _anew(clause: Clause) -> bool:
    """Whether another choice of moments is asked for in so many words: a reel to make, or which moments to use."""
    placed = clause.has("MOVE", "BEFORE", "AFTER", "POSITION_WORD", "SWAP", "BORING") or clause.names("POSITION:")
    if clause.has("REEL"):
        told = clause.has("MAKE", "FIND", "CUT", "BEST", "SHORTEN", "ONLY") or clause.peek("duration", "number")
        return bool(told or _of_a_half(clause) or clause.names("CRITERION:")) and not clause.peek("clips")
    if _names_the_best(clause):
        return True
    plain = not placed and not clause.has("FRONT", "BACK", "ADD", "TRIM") and not clause.peek("clips", "quote")
    strange = any(t.kind == "unknown" for t in clause.free())
    return plain and not strange and clause.has("FIND", "MAKE", "KEEP", "ONLY", "CUT", "SHORTEN")


def wanted(clause: Clause, scene: ParseContext) -> bool:
    """Whether the clause asks for a reel where there is none yet; its neighbours may then describe it."""
    return bool(scene.situation.footage) and (_asks(clause, scene) if scene.uncut else _names_the_best(clause))


def _describes(clause: Clause) -> bool:
    """Bounds, lengths, order or pace of a reel that another clause asks for."""
    details = clause.peek("duration", "head", "tail", "range", "number") or clause.has(
        "FIRST_HALF", "SECOND_HALF", "FAST_PACE", "SLOW_PACE", "BEST_FIRST", "COUNTDOWN", "CHRONO"
    )
    other = clause.has(
        "MUSIC",
        "TITLE",
        "CAPTION",
        "SUBTITLES",
        "TRANSITION",
        "FADE",
        "FADE_IN",
        "FADE_OUT",
        "CARD",
        "STABILIZE",
        "FREEZE",
        "SILENCE",
        "TIGHTEN",
        "AUDIO",
        "MUTE",
        "EXPORT",
        "ROTATE",
        "FLIP",
        "SPLIT",
        "VOLUME",
        "LOUDNESS",
    ) or clause.peek("quote", "clips", "asset")
    if other or any(clause.names(p) for p in ("LOOK:", "JOIN:")):
        return False
    return bool(details) or clause.names("CRITERION:") is not None


def _asks(clause: Clause, scene: ParseContext) -> bool:
    if clause.has("REEL", "BORING"):
        return not (clause.has("REEL") and scene.situation.has_timeline and _only_names_it(clause, scene))
    if clause.has("SILENCE") and not clause.has("BEST"):
        return _quiet(clause, scene) is not None
    told = clause.verb(*_CHOOSING)
    if scene.uncut and told and clause.has("FIND") and _unseen(clause):
        return True
    content = clause.has("BEST", "SEMANTIC") or clause.names("CRITERION:")
    if _names_the_best(clause):
        return True
    if content and (
        told
        or (scene.uncut and (clause.has("MOMENT", "ALL", "EACH") or clause.peek("number", "duration", "clips")))
        or (scene.uncut and any(t.text.startswith(_EVERY) for t in clause.tokens if _is_criterion(t)))
    ):
        return True
    if not scene.uncut:
        return False
    if scene.situation.has_timeline and not clause.has("REEL", "MAKE", "SHORTEN"):
        return False
    if not scene.situation.has_timeline and clause.peek("duration") and _bare_length(clause):
        return True
    if clause.has("ONLY", "KEEP") and not clause.peek("duration", "number") and not content:
        return False
    length = clause.peek("duration", "number", "factor")
    if (
        not scene.situation.has_timeline
        and clause.peek("duration", "range")
        and clause.has("AT_MOST", "TOTAL", "EACH", "AT_LEAST")
    ):
        return True
    return bool(
        clause.has("MAKE", "CUT", "SHORTEN", "FIND") and (length or clause.peek("range")) and not clause.peek("clips")
    ) or bool(
        clause.has("MAKE")
        and clause.has("VAGUE", "FAST_PACE", "VIDEO")
        and not scene.situation.has_timeline
        and clause.has("REEL")
    )


def _names_the_best(clause: Clause) -> bool:
    """`the best moments`, `the loudest parts`: with nothing else said, a wish for a reel of them."""
    allowed = (
        "FILLER", "BEST", "MOMENT", "GAME", "ONLY", "ALL", "AROUND", "TOTAL", "AT_MOST", "BEST_FIRST", "CHRONO", "CLIP",
        "KEEP", "MUSIC", "SEMANTIC", "FIRST_HALF", "SECOND_HALF",
    )  # fmt: skip
    best = clause.find("BEST") or _superlative(clause) or just_one(clause)
    return (
        best is not None
        and (
            " " in best.text
            or clause.has("MOMENT", "CLIP")
            or clause.peek("duration", "number") is not None
            or the_single_best(clause)
        )
        and not any(t.is_a("QUESTION") or t.text in _REMARKS for t in clause.tokens)
        and all(
            t.is_a(*allowed)
            or (t.kind in ("separator", "duration", "number", "range", "head", "tail") and not t.is_a("MOVE"))
            or _is_criterion(t)
            or t.text in ("single", "play")
            for t in clause.tokens
        )
    )


def _is_criterion(token: Token) -> bool:
    return any(concept.startswith("CRITERION:") for concept in token.concepts)


def _quiet(clause: Clause, scene: ParseContext) -> str | None:
    """`the quiet parts`, `only where nobody talks`: the criterion that finds them, where nothing is cut yet.

    None where they are to be taken out, or what is said is more than that.
    """
    token = clause.find("SILENCE")
    allowed = ("FILLER", "SILENCE", "ONLY", "KEEP", "MAKE", "FIND", "REEL", "VIDEO", "MOMENT", "CLIP", "ALL", "EACH")
    if token is None or not scene.uncut or scene.situation.has_timeline or clause.has("CUT"):
        return None
    if not all(t.is_a(*allowed) or t.kind in ("separator", "duration") for t in clause.tokens):
        return None
    return "quiet" if token.text.startswith(_CALM) else "silence"


def _superlative(clause: Clause) -> Token | None:
    """`loudest`, `funniest moments`, `最响`: a measure of moments, said as the most of it."""
    measured = (t for t in clause.free() if _is_criterion(t))
    return next((t for t in measured if "est" in t.text or "最" in t.text), None)


def _bare_length(clause: Clause) -> bool:
    """`90 seconds please`: with footage and nothing else said, a length is a reel of that length."""
    allowed = (
        "FILLER",
        "MAKE",
        "VIDEO",
        "AROUND",
        "TOTAL",
        "AT_MOST",
        "GAME",
        "BEST_FIRST",
        "CHRONO",
        "FAST_PACE",
        "SLOW_PACE",
        "EXPORT",
        "POINT",
        "BEST",
        "ALL",
        "MUSIC",
        "FADE",
        "FADE_IN",
        "FADE_OUT",
        "START",
        "END",
        "FRONT",
        "BACK",
    )
    return all(
        t.is_a(*allowed)
        or t.kind in ("separator", "duration", "ratio", "resolution", "asset")
        or any(c.startswith("SHAPE:") for c in t.concepts)
        for t in clause.tokens
    )


def _only_names_it(clause: Clause, scene: ParseContext) -> bool:
    """`make the reel vertical`: the word names what is there, it asks for no new one."""
    return (
        not clause.peek("duration", "number", "range", "head", "tail")
        and not clause.names("CRITERION:")
        and not clause.has("BEST", "SEMANTIC", "MAKE", "FIND", "ADD")
        and not _of_a_half(clause)
    )


def _of_a_half(clause: Clause) -> bool:
    """`highlights of the second half`, not `the second half of the highlights`."""
    reel, half = clause.find("REEL"), clause.find("FIRST_HALF", "SECOND_HALF")
    return reel is not None and half is not None and reel.start < half.start and not clause.has("BORING", "VAGUE")


def _unseen(clause: Clause) -> bool:
    """`find the moment where the balloon pops`: nothing here can hear or measure it."""
    known = clause.names("CRITERION:") or clause.has("SEMANTIC", "REEL", "BEST", "BORING")
    return (
        not known
        and (clause.has("WHERE") or (clause.has("FIND") and clause.has("MOMENT")))
        and any(t.kind == "unknown" for t in clause.free())
    )


def _order(clause: Clause) -> str | None:
    """`best first` ranks; the best at the end is a countdown."""
    if clause.take("COUNTDOWN"):
        return "countdown"
    if clause.take("BEST_FIRST"):
        return "rank"
    for token in clause.tokens:
        if token.is_a("BEST") and not token.is_a("REEL"):
            if clause.after(token, "BACK", within=4) and not clause.after(token, "MOMENT", "CLIP", within=0):
                return "countdown"
            if clause.after(token, "FRONT", within=4) and clause.has("MOVE", "ADD"):
                return "rank"
    return None


def _source(clause: Clause, scene: ParseContext) -> dict[str, str]:
    """The one source named; all of them together are no choice, and some of them stay unread."""
    named = footage_named(clause, scene)
    if named and len(named) in (1, len(scene.situation.footage)):
        names = {m.name.casefold() for m in named}
        clause.used |= {t.start for t in clause.free() if t.kind == "asset" and str(t.value).casefold() in names}
    return {"source": named[0].name} if len(named) == 1 else {}


def _reel(clause: Clause, scene: ParseContext) -> Finding:
    if _unseen(clause):
        words, at = scene.words(clause), clause.at
        clause.spend()
        return Unresolved(words, at, code="needs_extra:vision")
    token = clause.find("REEL", "BEST", "MAKE", "FIND", "CUT", "KEEP") or clause.tokens[0]
    at = token.start
    criterion, caveats = criterion_of(clause)
    if criterion is None and (criterion := _quiet(clause, scene)):
        clause.take("SILENCE")
    facts: dict[str, Any] = {"criterion": criterion} if criterion else {}
    assumed: set[str] = set()
    if order := _order(clause):
        facts["order"] = order
    clause.take("CHRONO")
    if clause.has("FAST_PACE"):
        facts["pace"] = "fast"
    elif clause.has("SLOW_PACE"):
        facts["pace"] = "slow"
    clause.take("FAST_PACE", "SLOW_PACE")
    facts |= _source(clause, scene)
    bounds = half_bounds(clause)
    facts |= lengths(clause)
    facts |= within(clause, scene) | bounds
    facts |= counts(clause)
    total = facts.get("total_ms")
    available = scene.situation.source_ms
    if total and available and total > sum(m.duration_ms for m in scene.situation.footage):
        facts["total_ms"] = sum(m.duration_ms for m in scene.situation.footage)
        assumed.add("total_s")
    if not facts.keys() & {"total_ms", "count"} and not scene.planned("highlights"):
        assumed.add("total_s")
    clause.take(
        "REEL",
        "BEST",
        "MAKE",
        "FIND",
        "CUT",
        "KEEP",
        "ONLY",
        "MOMENT",
        "CLIP",
        "WHERE",
        "GAME",
        "ALL",
        "EACH",
        "AT_MOST",
        "AT_LEAST",
        "AROUND",
        "TOTAL",
        "ADD",
        "VIDEO",
        "SHORTEN",
        "NARRATION",
        "BORING",
        "TO",
        "OVER",
        "REMOVE",
        "BETWEEN",
        "SORT",
        "TRIM",
        "A_LOT",
        "VAGUE",
        "SHORTER",
        "CHANGE",
        "AROUND",
        "WHEN_TALK",
        "AUDIO",
        "SKIP",
        "MORE",
    )
    if facts.get("range_ms") and facts["range_ms"][0] >= facts["range_ms"][1]:
        return Unresolved(scene.words(clause), at, missing=("target",))
    return ParsedOperation(Highlights.model_validate(facts), at, frozenset(assumed), caveats)
