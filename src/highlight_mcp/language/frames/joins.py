"""Transitions: what joins two clips, at which cuts, and at which not."""

from dataclasses import replace
from typing import Any

from ...timeline.operations import TransitionAdd
from .. import resolve
from ..context import ParseContext
from ..outcome import Finding, ParsedOperation
from . import aim, amounts
from .clips import BE
from .frame import Filled, frame, role


def _transition(filled: Filled, scene: ParseContext) -> list[Finding] | None:
    instead = {t.start for t in filled.of("instead")}
    kinds = {
        c.removeprefix("JOIN:")
        for t in filled.tokens
        if t.start not in instead
        for c in t.concepts
        if c.startswith("JOIN:")
    }
    if len(kinds) > 1:
        kinds -= {"none"}  # `crossfade at all hard cuts`
    if len(kinds) > 1:
        return None
    kind = next(iter(kinds), None)
    filled, removed = _removing(filled, kind, scene)
    if filled.tokens[0].text == "there" and not filled.has("cut", "all", "spared"):
        return None  # `there i want a hard cut`: where?
    if removed:
        if kind == "none" or (filled.says("", "NOT") and filled.has("off")):
            return None
        kind = "none"
    if filled.says("", "FADE") and not filled.has("between", "cut"):
        return None
    if scene.count == 1 and not scene.findings:
        return None  # there is nothing to join
    if (pair := filled.value("all", "number")) and (pair.value != _PAIR or not (_each(filled) or scene.count == _PAIR)):
        return None
    facts: dict[str, Any] = {"type": kind or "crossfade"}
    lasting = filled.value("lasting")
    if lasting and kind != "none":
        facts["duration_ms"] = int(amounts.within(lasting.value, _SHORTEST_MS, _LONGEST_MS, "duration_s")[0])
    where = _where(filled, scene)
    if where is None or _unclear(filled, scene):
        return None
    facts["where"] = where or "all"
    kept = lasting is not None and facts.get("duration_ms", lasting.value) == lasting.value
    assumed = {k for k, ok in (("type", kind), ("duration_s", kept or kind == "none")) if not ok}
    return [ParsedOperation(TransitionAdd.model_validate(facts), filled.at, frozenset(assumed), targeted=True)]


def _removing(filled: Filled, kind: str | None, scene: ParseContext) -> tuple[Filled, bool]:
    """The frame, and whether transitions are taken away; where both are said, there they are left out."""
    removed = filled.has("off") or filled.says("", "REMOVE", "UNWANTED", "NOT")
    everywhere = filled.says("all", "ALL", "EACH", "EVERYTHING")
    if removed and kind not in (None, "none") and everywhere and filled.has("cut"):
        return _renamed(filled, "cut", "spared"), False  # `全用叠化，第二段和第三段之间不要`
    if filled.has("spared") and not filled.has("all") and _everywhere(scene):
        return _renamed(filled, "spared", "cut"), True  # `…，但第二段和第三段之间不要加`
    return filled, removed


def _renamed(filled: Filled, name: str, other: str) -> Filled:
    return replace(filled, roles={other if role == name else role: parts for role, parts in filled.roles.items()})


def _everywhere(scene: ParseContext) -> bool:
    """Whether the request so far puts a transition at every cut."""
    last = scene.findings[-1] if scene.findings else None
    op = last.op if isinstance(last, ParsedOperation) else None
    return isinstance(op, TransitionAdd) and op.where == "all" and op.type != "none"


_PAIR = 2
_SHORTEST_MS, _LONGEST_MS = 40, 5000  # as the operation takes them


def _each(filled: Filled) -> bool:
    """`每两段之间`: between any two neighbours."""
    return filled.says("all", "EACH")


def _unclear(filled: Filled, scene: ParseContext) -> bool:
    """`clip 2 flows into clip 3, a wipe`: there, or everywhere? And `the rest`, of what?"""
    beside = any(t.kind == "clips" for t in scene.beside)
    if beside and not filled.has("cut", "all", "spared", "between", "rest"):
        return True
    known = bool(scene.removed) or filled.has("spared") or bool(_joined_so_far(scene))
    return filled.has("rest") and (filled.has("cut") or not known)


def _joined_so_far(scene: ParseContext) -> tuple[int, ...]:
    """The clips after which the sentence has named a transition, or a plain cut: `everywhere else` are all others."""
    ops = [f.op for f in scene.findings if isinstance(f, ParsedOperation)]
    named = {n for op in ops if isinstance(op, TransitionAdd) and op.where != "all" for n in op.where}
    return tuple(sorted(named))


def _where(filled: Filled, scene: ParseContext) -> tuple[int, ...] | None:
    """The clips before the cuts; empty for all of them, None where one does not exist."""
    cuts = scene.count - 1
    if filled.has("spared"):
        spared = _cuts(filled, "spared", scene)
        left = None if spared is None else resolve.complement(spared, cuts)
        return left or None
    if filled.has("rest") and (named := _joined_so_far(scene)):
        return resolve.complement(named, cuts) or None
    return _cuts(filled, "cut", scene) if filled.has("cut") else ()


def _cuts(filled: Filled, name: str, scene: ParseContext) -> tuple[int, ...] | None:
    tokens = [t for t in filled.of(name) if t.kind == "clips"]
    if filled.says(name, "CUT_NOUN", "TRANSITION") and not filled.says(name, "BEFORE", "AFTER", "BETWEEN"):
        return resolve.union(tokens, scene.count - 1)
    chosen = aim.listed(filled, name, scene)
    if not chosen:
        return None
    if filled.says(name, "BEFORE") or (len(chosen) == 1 and any(t.text == "into" for t in filled.of(name))):
        return tuple(n - 1 for n in chosen if n > 1) or None
    if filled.says(name, "AFTER"):
        return tuple(n for n in chosen if n < scene.count) or None
    if (
        name == "cut"
        and not filled.says(name, "BETWEEN", "TO", "WHERE")
        and not any(t.text in _INTO for t in filled.of(name))
    ):
        joined = len(tokens) == 1 and len(tokens[0].value) == 1 and len(chosen) > 1  # `第二段到第三段用溶解`
        return chosen[:-1] if joined else None
    if len(chosen) > 1:
        return tuple(n for n in chosen if n + 1 in chosen) or None
    if name == "spared":
        return chosen if chosen[0] < scene.count else (scene.count - 1,)
    return None


_INTO = frozenset({"from", "into", "接", "进", "转", "换"})
_MEETS = (
    "'meets'|'meet'|'joins'|'join'|'becomes'|'follows'|'runs'|'goes'|'turns'|'cuts'|'changes'|'flows'|'ends'|'hits'|'hands'"
    " 'over'|'and'? TO|'into'|'on_to'?"
)
_TRANSITION = frame(
    "transition",
    [
        "JOIN:*",
        "TRANSITION",
        "FADE",
        "JOIN:* TRANSITION",
        "REMOVE|UNWANTED|NOT TRANSITION",
        "NOT JOIN:*",
        "TRANSITION REMOVE|UNWANTED",
    ],
    [
        role("kind", "JOIN:*", "TO JOIN:*"),
        role("lasting", "duration TOTAL?", "'of'|'over' duration", "EACH duration"),
        role(
            "cut",
            "BETWEEN clips AND? clips?",
            f"'where'|'when'|'as' clips {_MEETS} clips",
            "'from' clips TO clips",
            "BEFORE clips",
            "AFTER clips",
            "'from' clips 'into' clips",
            "'into' clips",
            "clips BETWEEN",
            "clips AND clips BETWEEN",
            "clips BEFORE",
            "clips AFTER",
            "clips TO clips",
            "'from' clips",
            "BETWEEN number AND number",
            "'from' number TO|'into' number",
            "number 'into' number",
            "clips 'into' clips",
            "number AND number ~BETWEEN",
            "clips '接'|'进'|'转'|'换' clips MOMENT|BETWEEN?",
            "number '接'|'进'|'转'|'换' number MOMENT|BETWEEN",
            "clips CUT_NOUN|TRANSITION",
            "clips",
        ),
        role(
            "all",
            "BETWEEN? ALL|EACH CLIP|CUT_NOUN?",
            "ALL ALL",
            "EACH? number CLIP BETWEEN ALL?",
            "BETWEEN? EACH CLIP|CUT_NOUN BETWEEN? '都'|'全都'|'全'",
            "BETWEEN CLIP",
            "POINT? CUT_NOUN",
            "BETWEEN EACH? CLIP",
            "EVERYTHING",
            "THROUGHOUT",
            "ALL TRANSITION ALL?",
            "TRANSITION ALL",
            "CUT_NOUN ALL",
        ),
        role(
            "spared",
            "EXCEPT BEFORE|AFTER|BETWEEN? clips CUT_NOUN|CUT?",
            "clips CUT_NOUN NOT|LEAVE_ALONE|UNWANTED ADD?",
            "EXCEPT NOT? BEFORE clips",
            "EXCEPT clips AND clips",
            "EXCEPT BETWEEN number AND number",
            "EXCEPT BETWEEN? number TO number",
            "EXCEPT 'from'? clips TO clips",
            "clips CUT_NOUN? ~EXCEPT",
            "BETWEEN? clips AND|'接'|'到'? clips? BETWEEN|MOMENT? LEAVE_ALONE",
            "LEAVE_ALONE BETWEEN clips AND? clips?",
            "NOT BETWEEN clips AND? clips?",
            "clips AND? clips? BETWEEN NOT|UNWANTED ADD?",
        ),
        role("between", "BETWEEN CLIP|ALL|EACH", "BETWEEN"),
        role("off", "REMOVE|UNWANTED"),
        BE,
        role("verb", "ADD", many=True),
        role("only", "ONLY"),
        role("instead", "'instead_of'|'rather_than'|'not' JOIN:*|TRANSITION"),
        role("rest", "ALL? REST CUT_NOUN|TRANSITION?"),
    ],
    _transition,
    light="CLIP TRANSITION EACH TO",
)

FRAMES = (_TRANSITION,)
