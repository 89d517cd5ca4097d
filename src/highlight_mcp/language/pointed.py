"""What points at something that was told before it, in ways that frames do not follow, as what it points at.

Clips past those that were named (`keep the first three, everything after that can go`), what is too much (`we're ten
seconds over, take it off the end`), and a measure that is said once more, and better (`the first half, i.e. the first
fifty minutes`).
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .context import ParseContext
from .resolve import numbers
from .speech import said
from .tokens import Token, TokenKind

_TAKING = ("TRIM", "CUT", "REMOVE", "SHORTEN")
_MOST = 6  # tokens from a verb to the end of the reel that it takes from
_HOLLOW = frozenset({"FILLER"})


def followed(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """The tokens with what points back as what it points at; None where nothing does."""
    for way in (_beyond, _too_much, _apposed):
        if (found := way(tokens, scene)) is not None:
            return found
    return None


def _beyond(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """`…, everything after that`, `everything before clip 3`: the clips that lie there."""
    for i, token in enumerate(tokens[:-1]):
        if not (token.is_a("EVERYTHING") or token.text in said("ANYTHING")):
            continue
        turn, behind = tokens[i + 1], tokens[i + 2] if i + 2 < len(tokens) else None
        named = behind if behind is not None and behind.kind == "clips" and turn.is_a("BEFORE", "AFTER") else None
        if named is None and turn.text not in said("BEYOND_IT") | said("AHEAD_OF_IT"):
            continue
        end = i + 3 if named else i + 2
        before = next((t for t in reversed(tokens[:i]) if t.kind == "clips"), None)
        meant = named or before
        known = numbers(meant.value, scene.count) if meant is not None else None
        if not known:
            return None
        ahead = turn.is_a("BEFORE") if named else turn.text in said("AHEAD_OF_IT")
        first, last = (1, min(known) - 1) if ahead else (max(known) + 1, scene.count)
        if first > last:
            return None
        return [*tokens[:i], _joined(tokens[i:end], "clips", ((first, last),), scene), *tokens[end:]]
    return None


def _joined(tokens: Sequence[Token], kind: TokenKind, value: object, scene: ParseContext) -> Token:
    start, end = tokens[0].start, tokens[-1].end
    return Token(kind, start, end, scene.source.work[start:end], value=value)


def _too_much(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """`it's ten seconds too long, take it off the end`: the last ten seconds are taken."""
    at = next(
        (i for i, (a, b) in enumerate(pairwise(tokens)) if _exceeds(a, b)),
        None,
    )
    if at is None or any(t.kind in ("clips", "range", "head", "tail") for t in tokens) or not scene.count:
        return None
    mark = next((i for i in range(at, len(tokens)) if tokens[i].kind == "separator"), len(tokens))
    verb = next((i for i in range(mark, len(tokens)) if tokens[i].is_a(*_TAKING)), None)
    edge = next((i for i in range(verb or 0, min(len(tokens), (verb or 0) + _MOST)) if _is_edge(tokens[i])), None)
    if verb is None or edge is None or not any(t.text in said("POINTER") for t in tokens[verb:edge]):
        return None
    kind: TokenKind = "head" if tokens[edge].is_a("START", "FRONT") else "tail"
    taken = replace(tokens[verb], concepts=frozenset({"REMOVE"}))
    part = _joined(tokens[verb + 1 : edge + 1], kind, tokens[at].value, scene)
    told = [replace(t, kind="word", concepts=_HOLLOW, value="courtesy") for t in tokens[:mark]]
    return [*told, *tokens[mark:verb], taken, part, *tokens[edge + 1 :]]


def _exceeds(length: Token, behind: Token) -> bool:
    return length.kind == "duration" and behind.text in said("TOO_MUCH")


def _is_edge(token: Token) -> bool:
    return token.is_a("START", "FRONT", "END", "BACK")


def _apposed(tokens: Sequence[Token], scene: ParseContext) -> list[Token] | None:
    """`the first half, i.e. the first fifty minutes`: the measure that is said in figures is the one that counts."""
    for i, token in enumerate(tokens):
        if not token.is_a("FIRST_HALF", "SECOND_HALF"):
            continue
        k = i + 1
        while k < len(tokens) and (tokens[k].kind == "separator" or tokens[k].text in said("APPOSES")):
            k += 1
        stated = any(t.text in said("APPOSES") for t in tokens[i + 1 : k])
        if stated and k < len(tokens) and tokens[k].kind in ("range", "head", "tail"):
            return [*tokens[:i], *tokens[k:]]
    return None
