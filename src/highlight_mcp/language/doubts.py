"""Wishes that only look like requests, and wishes that cannot all hold."""

from collections.abc import Sequence
from itertools import combinations

from ..timeline.operations import Aspect, Highlights, Speed
from .outcome import ExportRequest, ParsedOperation, Unresolved
from .speech import said
from .tokens import Token

_ELSEWHERE = (
    "FADE", "FADE_IN", "FADE_OUT", "EACH", "SPLIT", "FREEZE", "TITLE", "CAPTION", "CARD", "TRANSITION", "TRIM",
    "REMOVE", "SILENCE", "GAME", "SKIP", "REPLAY",
)  # fmt: skip
_MARKS = ("、", ",", "，", "/")


def rival(tokens: Sequence[Token]) -> str | None:
    """The name of what is said twice and differently, or that is to last no time at all; None where nothing is."""
    lengths = [t for t in tokens if t.kind == "duration"]
    if any(t.value < 0 or (t.value == 0 and _lasts(tokens, t)) for t in lengths):
        return "length"
    own = any(t.kind in ("clips", "quote", "asset") or t.is_a(*_ELSEWHERE) for t in tokens)
    if not own and _rivals(tokens, lengths):
        return "total_s"
    if _has(tokens, "SPLIT") and _rivals(tokens, [t for t in tokens if t.kind in ("time", "duration")]):
        return "target"
    if not _has(tokens, "FLIP", "ROTATE") and _rivals(tokens, list(filter(_shape, tokens))):
        return "ratio"
    return next((kind for kind in ("resolution", "factor") if _rivals(tokens, _of(tokens, kind))), None)


def _of(tokens: Sequence[Token], kind: str) -> list[Token]:
    return [t for t in tokens if t.kind == kind]


def _has(tokens: Sequence[Token], *concepts: str) -> bool:
    return any(t.is_a(*concepts) for t in tokens)


def _lasts(tokens: Sequence[Token], nought: Token) -> bool:
    """Whether nought is how long something lasts; beside a text it may be when the text comes."""
    ahead = [t.text for t in tokens if t.end <= nought.start]
    return not _of(tokens, "quote") or not said("LASTING").isdisjoint(ahead)


def _shape(token: Token) -> bool:
    return token.kind == "ratio" or any(c.startswith("SHAPE:") for c in token.concepts)


def _meaning(token: Token) -> object:
    return token.value or sorted(c for c in token.concepts if c.startswith("SHAPE:"))


def _rivals(tokens: Sequence[Token], chosen: list[Token]) -> bool:
    """Whether two of the chosen stand side by side, linked, and mean different things."""
    places = [(tokens.index(t), t) for t in chosen]
    return any(
        j == i + 2 and _links(tokens[i + 1].text.strip()) and _meaning(a) != _meaning(b)
        for (i, a), (j, b) in combinations(places, 2)
    )


def _links(text: str) -> bool:
    return text in _MARKS or text in said("OR_AND")


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
