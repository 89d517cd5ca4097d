"""Wishes that only look like requests, and wishes that cannot all hold."""

import re
from collections.abc import Iterator
from itertools import combinations

from ..timeline.operations import Aspect, Highlights, Speed
from .context import ParseContext
from .outcome import ExportRequest, Finding, ParsedOperation, Query, Unresolved
from .tokens import Clause, Token

_ELSEWHERE = (
    "FADE", "FADE_IN", "FADE_OUT", "EACH", "SPLIT", "FREEZE", "TITLE", "CAPTION", "CARD", "TRANSITION", "TRIM",
    "REMOVE", "SILENCE", "GAME", "SKIP", "REPLAY",
)  # fmt: skip
_LINKS = (
    "and",
    "&",
    "or",
    "、",
    ",",
    "，",
    "/",
    "和",
    "跟",
    "与",
    "或",
    "或者",
    "还是",
    "y",
    "o",
    "et",
    "ou",
    "und",
    "oder",
)


def read_doubts(clause: Clause, scene: ParseContext) -> Iterator[Finding]:
    """Questions back about a clause that asks for no length at all, or for two values of one thing."""
    lengths = [t for t in clause.free() if t.kind == "duration"]
    if any(t.value < 0 or (t.value == 0 and _lasts(clause, t)) for t in lengths):
        yield _question(clause, scene, "length")
    elif _rivals(clause, lengths) and not clause.has(*_ELSEWHERE) and not clause.peek("clips", "quote", "asset"):
        yield _question(clause, scene, "total_s")
    elif clause.has("SPLIT") and _rivals(clause, [t for t in clause.free() if t.kind in ("time", "duration")]):
        yield _question(clause, scene, "target")
    elif _rivals(clause, _shapes(clause)) and not clause.has("FLIP", "ROTATE"):
        yield _question(clause, scene, "ratio")
    else:
        for kind, name in (("resolution", "resolution"), ("factor", "factor")):
            if _rivals(clause, [t for t in clause.free() if t.kind == kind]):
                yield _question(clause, scene, name)


def _question(clause: Clause, scene: ParseContext, name: str) -> Unresolved:
    words, at = scene.words(clause), clause.at
    clause.spend()
    return Unresolved(words, at, missing=(name,))


def _lasts(clause: Clause, token: Token) -> bool:
    """Whether nought is how long something lasts; beside a text it may be when the text comes."""
    return clause.peek("quote") is None or any(
        t.text in ("for", "lasting", "持续", "显示") for t in clause.tokens if t.end <= token.start
    )


def _shapes(clause: Clause) -> list[Token]:
    return [t for t in clause.free() if t.kind == "ratio" or any(c.startswith("SHAPE:") for c in t.concepts)]


def _meaning(token: Token) -> object:
    return token.value or sorted(c for c in token.concepts if c.startswith("SHAPE:"))


def _rivals(clause: Clause, tokens: list[Token]) -> bool:
    """Whether two of the tokens stand side by side, linked, and mean different things."""
    places = [(clause.tokens.index(t), t) for t in tokens]
    return any(
        j == i + 2 and clause.tokens[i + 1].text.strip() in _LINKS and _meaning(a) != _meaning(b)
        for (i, a), (j, b) in combinations(places, 2)
    )


def resolve_conflicts(deeds: list[ParsedOperation]) -> tuple[list[ParsedOperation], list[Unresolved]]:
    """The deeds that contradict no other one, and a question for each contradiction."""
    out, gaps = list(deeds), list[Unresolved]()
    for a, b in combinations(deeds, 2):
        if name := _clash(a, b):
            out = [d for d in out if d is not a and d is not b]
            gaps.append(Unresolved(name, a.at, missing=(name,)))
    return out, list(dict.fromkeys(gaps))


def _clash(a: ParsedOperation, b: ParsedOperation) -> str | None:
    """What has to be asked when both cannot hold; a value that was only assumed gives way."""
    x, y = a.op, b.op
    if isinstance(x, Aspect) and isinstance(y, Aspect):
        return "ratio" if x.ratio != y.ratio else None
    if isinstance(x, Highlights) and isinstance(y, Highlights):
        if x.source and y.source and x.source != y.source:
            return None
        lengths = "total_s" not in a.assumed | b.assumed and x.total_ms and y.total_ms
        return "total_s" if lengths and x.total_ms != y.total_ms else None
    if isinstance(x, Speed) and isinstance(y, Speed):
        told = "factor" not in a.assumed | b.assumed
        return "factor" if told and x.target == y.target and x.factor != y.factor else None
    if isinstance(x, ExportRequest) and isinstance(y, ExportRequest):
        both = x.resolution and y.resolution
        return "resolution" if both and x.resolution != y.resolution else None
    return None


_SUBJECTS = ("i", "we", "he", "she", "they", "you", "somebody", "someone")
_ASKING = ("can", "could", "would", "will", "please", "pls", "if", "should", "wish", "want", "need")
_QUESTIONING = ("is", "are", "was", "were", "does", "did", "has", "isn't", "doesn't", "wasn't")
_PAST = re.compile(r"(?:ed|cut|made|took|threw|got rid of|put|set|chose|sped|said|told|asked)$")


def is_hypothetical(clause: Clause, scene: ParseContext) -> list[Finding]:
    """Fail closed on "if clip 3 is long, cut it" and on "I deleted clip 2": nothing was ordered."""
    first = next((t for t in clause.tokens if t.kind != "separator"), None)
    conditional = first is not None and (first.text == "if" or first.is_a("UNLESS"))
    if not conditional and not _reported(clause.tokens):
        return []
    at, words = clause.at, scene.words(clause)
    clause.spend()
    scene.conditional = conditional
    return [Unresolved(words, at, missing=("operation",))] if conditional else []


def query_in(clause: Clause, scene: ParseContext) -> list[Finding]:
    """`is clip 3 too long?` asks for an opinion; `is it possible to …` would be a request."""
    first = next((t for t in clause.tokens if t.kind != "separator"), None)
    if first is None or first.text not in _QUESTIONING or first.start in clause.used:
        return []
    at = clause.at
    clause.spend()
    return [Query("explain", at)]


def _reported(tokens: list[Token]) -> bool:
    for i, token in enumerate(tokens[:-1]):
        if token.text not in _SUBJECTS:
            continue
        verb = tokens[i + 1]
        before = tokens[i - 1].text if i else ""
        if before in _ASKING or (token.text == "you" and before in ("can", "could", "thank")):
            continue
        if (
            verb.concepts - {"FILLER"}
            and _PAST.search(verb.text)
            and not verb.text.endswith("need")
            and not verb.is_a("NARRATION", "CORRECTION", "VAGUE")
            and verb.is_a(
                "REMOVE", "CUT", "TRIM", "ADD", "CHANGE", "MUTE", "MOVE", "SPLIT", "FASTER", "SLOWER", "SWAP", "KEEP"
            )
        ):
            return verb.text not in ("cut", "put", "set") or token.text != "you"
    return False
