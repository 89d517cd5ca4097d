"""Clauses that are run on without a mark, as people dictate: `get rid of number 5 its just the kids stood around`.

A mark is put where a clause of its own begins behind an order, or an order behind what is told of something. It is
only tried where the sentence as it is written cannot be read.
"""

from collections.abc import Sequence
from itertools import pairwise

from .speech import endings, said
from .tokens import VERBS, Token, is_object
from .utterance import opens_order

_NAMED = ("clips", "head", "tail", "range")
_FEW = 2  # words of a clause: who does it and what
_VERBS = VERBS | {"ADD", "ROTATE", "FLIP", "STABILIZE"}


def parted(tokens: Sequence[Token]) -> list[Token] | None:
    """The tokens with a weak mark before each clause that is run on; None where there is none."""
    out: list[Token] = []
    stretch: list[Token] = []
    for i, token in enumerate(tokens):
        if _spares_nothing(tokens, i):
            out += _all_and_but(token)
            stretch = []
            continue
        if token.kind == "separator":
            stretch = []
        elif stretch and _begins(tokens, i, stretch):
            out.append(Token("separator", token.start, token.start, ",", value="weak"))
            stretch = []
        stretch.append(token)
        out.append(token)
    return out if len(out) > len(tokens) else None


def hides_an_order(tokens: Sequence[Token]) -> bool:
    """Whether an order is run on to what the tokens tell: `number 2 is too dark brighten it`."""
    return any(_told(tokens[:i]) and _begins(tokens, i, tokens[:i]) for i in range(1, len(tokens)))


def _spares_nothing(tokens: Sequence[Token], i: int) -> bool:
    """`keep everything but remove …`: with an order behind it, the `but` excepts nothing."""
    token = tokens[i]
    parts = token.is_a("EXCEPT") and token.text.rpartition(" ")[2] in said("RUNS_ON_BUT")
    return parts and " " in token.text and i + 1 < len(tokens) and opens_order(list(tokens[i + 1 : i + 6]))


def _all_and_but(token: Token) -> list[Token]:
    """What is all, a mark, and the conjunction of a word such as `everything but`."""
    whole, _, but = token.text.rpartition(" ")
    cut = token.end - len(but)
    return [
        Token("word", token.start, cut - 1, whole, frozenset({"ALL", "EVERYTHING"})),
        Token("separator", cut, cut, ",", value="weak"),
        Token("word", cut, token.end, but, frozenset({"BUT", "FILLER"})),
    ]


def _begins(tokens: Sequence[Token], i: int, stretch: Sequence[Token]) -> bool:
    """Whether a clause of its own begins at a token, behind those of its stretch."""
    before = stretch[-1]
    last = before.text if before.kind != "word" else before.text.rpartition(" ")[2]
    if last in said("RUNS_ON_NOT_AFTER") or before.is_a("CORRECTION", "NOT", "BECAUSE", "AND", "BUT"):
        return False
    if _told(stretch):
        return last not in said("RUNS_ON_BY") and _orders(tokens, i)
    return any(map(_plain_verb, stretch)) and _tells(tokens, i, before)


def _plain_verb(token: Token) -> bool:
    """A verb as it stands in an order: no form of what somebody does or did."""
    bent = token.text.endswith(endings("BENT")) and token.text not in said("BENT_NOT")
    return token.kind == "word" and bool(token.concepts & _VERBS) and not bent and not is_object(token)


def _tells(tokens: Sequence[Token], i: int, before: Token) -> bool:
    """`… its just the kids`, `… nobody wants that`, `… the second is where he scores`."""
    token, behind = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    if behind is None or behind.kind == "separator":
        return False
    opener = f"{token.text} {behind.text}"
    if token.text in said("RUNS_ON") or opener in said("RUNS_ON"):
        return True
    if token.text in said("RUNS_ON_OWNED"):
        return behind.text in said("SAID_TO_BE") or behind.kind == "unknown" or behind.is_a("BORING", "VAGUE")
    if token.text in said("RUNS_ON_BY"):
        several = sum(t.kind == "clips" for t in tokens[:i]) > 1  # `delete clip 2 and clip 5 i like`
        behind_it = before.kind in _NAMED or before.text in said("POINTER") or before.is_a("FRONT", "BACK", "PARTICLE")
        return behind_it and not several and len(tokens) > i + _FEW
    return token.kind in _NAMED and before.kind in ("clips", "word") and behind.text in said("RUNS_ON_BE")


def _told(stretch: Sequence[Token]) -> bool:
    """Whether a stretch has told something of what it names: a form of `be`, or a verb that somebody does."""
    first = next((t for t in stretch if t.text not in said("LEADING")), stretch[0])
    if first.text in said("RUNS_ON") | said("RUNS_ON_OWNED") | said("RUNS_ON_BY"):
        return len(stretch) > _FEW
    names = any(t.kind in _NAMED for t in stretch)
    return names and (any(t.text in said("RUNS_ON_BE") for t in stretch[1:]) or _acts(stretch))


def _acts(stretch: Sequence[Token]) -> bool:
    """`clip 5 drags on forever`: a verb in -s right behind what is named."""
    return any(
        a.kind in _NAMED and b.text.partition(" ")[0].endswith(endings("VERB_ENDING")) and b.kind in ("word", "unknown")
        for a, b in pairwise(stretch)
    )


def _orders(tokens: Sequence[Token], i: int) -> bool:
    """`… get rid of it`, `… chop five seconds off the end`: an order with what it is done to."""
    if tokens[i].text in said("SO"):
        return i + 1 < len(tokens) and _orders(tokens, i + 1)
    ahead = list(tokens[i : i + 6])
    stop = next((k for k, t in enumerate(ahead) if t.kind == "separator"), len(ahead))
    if not (opens_order(ahead[:stop]) or ahead[0].is_a("BRIGHTER", "DARKER")) or not _plain_verb(ahead[0]):
        return False
    inside = said("POINTER") & set(ahead[0].text.split()[1:]) or (stop == 1 and ahead[0].text in said("RUNS_ON_ALONE"))
    return bool(inside) or any(
        t.text in said("POINTER") or t.kind in ("clips", "duration", "degrees") for t in ahead[1:4]
    )
