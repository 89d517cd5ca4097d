"""Clip numbers as said, with their exceptions → clip numbers of the reel."""

from dataclasses import replace

from .session_facts import SessionFacts
from .speech import said
from .tokens import VERBS, Clause, Token

Numbers = tuple[int, ...]


def numbers(pairs: tuple[tuple[int, int], ...], count: int) -> Numbers | None:
    """Clip numbers of `pairs` in a reel of `count` clips; None when one does not exist."""
    out: list[int] = []
    for first, last in pairs:
        a, b = (n if n > 0 else count + 1 + n for n in (first, last))
        if a > b:
            a, b = b, a
        if a < 1 or b > count:
            return None
        out += range(a, b + 1)
    return tuple(dict.fromkeys(out))


def named(clause: Clause, situation: SessionFacts) -> Numbers | None:
    """Clips named by a property (longest, odd, middle, …); None when the clause names none so."""
    clips = situation.clips
    if not clips:
        return None
    by_length = sorted(clips, key=lambda c: (c.duration_ms, c.number))
    choices: dict[str, Numbers] = {
        "LONGEST": (by_length[-1].number,),
        "SHORTEST": (by_length[0].number,),
        "MIDDLE_CLIP": ((len(clips) + 1) // 2,),
        "EVERY_OTHER": tuple(range(2, len(clips) + 1, 2)),
        "EVEN": tuple(range(2, len(clips) + 1, 2)),
        "ODD": tuple(range(1, len(clips) + 1, 2)),
    }
    for concept, chosen in choices.items():
        if clause.take(concept):
            return chosen
    return None


def complement(chosen: Numbers, count: int) -> Numbers:
    """All the other clips."""
    return tuple(n for n in range(1, count + 1) if n not in chosen)


def union(tokens: list[Token], count: int) -> Numbers | None:
    """Clip numbers of several mentions; None when one does not exist."""
    out: list[int] = []
    for token in tokens:
        found = numbers(token.value, count)
        if found is None:
            return None
        out += found
    return tuple(sorted(dict.fromkeys(out)))


_NEAR = 3  # characters between the clips and the word behind them that excepts them


def split_exceptions(clause: Clause) -> tuple[list[Token], list[Token]]:
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
    ahead = [_clip(t) for t in tokens[max(0, i - 2) : i] if t.kind == "clips" and tokens[i].start - t.end < _NEAR]
    if tokens[i].text in said("EXCEPTED_BEHIND"):
        return ahead
    found: list[Token] = []
    for token in tokens[i + 1 :]:
        if (
            token.kind == "separator"
            or token.text in said("EXCEPTED_BEHIND")
            or (token.concepts & VERBS and not token.is_a("FILLER", "LEAVE_ALONE"))
        ):
            break
        if token.kind == "clips" or (token.kind == "number" and float(token.value).is_integer()):
            found.append(_clip(token))
    return found


def _clip(token: Token) -> Token:
    return token if token.kind == "clips" else replace(token, kind="clips", value=((int(token.value),) * 2,))


def remaining_clips(included: list[Token], spared: list[Token], count: int) -> Numbers | None:
    """The clips that are left; none named before the exception means all. None when one does not exist."""
    without = union(spared, count)
    if without is None:
        return None
    if not included:
        return complement(without, count)
    named = union(included, count)
    return None if named is None else tuple(n for n in named if n not in without)
