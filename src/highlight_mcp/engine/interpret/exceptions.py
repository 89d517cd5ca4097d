"""Exceptions among clips: `clips 2-4 except 3`, `A but not C`, `除了第二段，…`."""

from dataclasses import replace

from .clause import Clause
from .heads import VERBS
from .resolve import Numbers, complement, union
from .token import Token

_BEHIND = ("以外", "之外", "以外的", "之外的", "除外", "以外")


def parted(clause: Clause) -> tuple[list[Token], list[Token]]:
    """The unread clips of a clause: those it is about, and those that it excepts."""
    inside: list[Token] = []
    for i, token in enumerate(clause.tokens):
        if token.is_a("EXCEPT") and token.start not in clause.used:
            inside += _scope(clause.tokens, i)
    spared = [t for t in inside if t.start not in clause.used]
    starts = {t.start for t in spared}
    return [t for t in clause.free() if t.kind == "clips" and t.start not in starts], spared


def _scope(tokens: list[Token], i: int) -> list[Token]:
    """The clips that an exception names: right behind it, or before it where it stands behind its noun."""
    ahead = [_clip(t) for t in tokens[max(0, i - 2) : i] if t.kind == "clips"]
    if tokens[i].text in _BEHIND:
        return ahead
    found: list[Token] = []
    for token in tokens[i + 1 :]:
        if (
            token.kind == "separator"
            or token.text in _BEHIND
            or (token.concepts & VERBS and not token.is_a("FILLER", "LEAVE_ALONE"))
        ):
            break
        if token.kind == "clips" or (token.kind == "number" and float(token.value).is_integer()):
            found.append(_clip(token))
    return found


def _clip(token: Token) -> Token:
    return token if token.kind == "clips" else replace(token, kind="clips", value=((int(token.value),) * 2,))


def remaining(included: list[Token], spared: list[Token], count: int) -> Numbers | None:
    """The clips that are left; none named before the exception means all. None when one does not exist."""
    without = union(spared, count)
    if without is None:
        return None
    if not included:
        return complement(without, count)
    named = union(included, count)
    return None if named is None else tuple(n for n in named if n not in without)
