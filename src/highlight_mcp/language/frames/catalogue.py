"""All frames, and those of them that words may signal."""

from collections.abc import Iterator, Sequence
from functools import cache

from ..tokens import Token
from . import (
    another,
    cards,
    clips,
    counting,
    effects,
    ends,
    exempt,
    fades,
    footage,
    joins,
    kept,
    mixing,
    music,
    mute,
    omissions,
    order,
    overlays,
    pace,
    picture,
    portions,
    ramps,
    reel,
    reel_change,
    regions,
    session,
    shares,
    sound,
    splits,
    stills,
    subtitles,
    taken,
    texts,
    topic,
    trims,
)  # fmt: skip
from .frame import IntentFrame
from .pattern import Pattern, signs_of

_FAMILIES = (
    clips, topic, trims, ends, splits, portions, order, pace, ramps, sound, mute, mixing, kept, music, fades,
    picture, joins, texts, subtitles, cards, taken, overlays, another, counting, effects, regions, session, reel,
    reel_change, footage, omissions, shares, stills, exempt,
)  # fmt: skip
FRAMES: tuple[IntentFrame, ...] = tuple(frame for family in _FAMILIES for frame in family.FRAMES)


def nearest(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Names of the operations whose frames a sentence signals, those with most of their roles in it first."""
    light = {"FILLER", "PARTICLE"}
    said = [t for t in tokens if t.kind != "separator" and not (t.kind == "word" and t.concepts <= light)]
    found: dict[str, int] = {}
    for one in signalled(frozenset[str]().union(*map(signs_of, said))):
        if one.operation:
            roles = sum(any(e.takes(t) for p in r.patterns for e in p.elements for t in said) for r in one.roles)
            found[one.operation] = max(found.get(one.operation, 0), roles)
    return tuple(sorted(found, key=lambda name: -found[name]))


@cache
def _by_sign() -> tuple[dict[str, set[int]], set[int]]:
    """Places of frames by signs of which each of their triggers needs one, and of those that need none."""
    found: dict[str, set[int]] = {}
    anyhow: set[int] = set()
    for place, one in enumerate(FRAMES):
        needed = [min(pattern.needs, key=len, default=None) for pattern in one.triggers]
        if not needed or None in needed:
            anyhow.add(place)
        for sign in (sign for some in needed for sign in some or ()):
            found.setdefault(sign, set()).add(place)
    return found, anyhow


def signalled(signs: frozenset[str]) -> Iterator[IntentFrame]:
    """The frames one of whose triggers may be among words with these signs, and those that have none."""
    by_sign, anyhow = _by_sign()
    for place in sorted(anyhow.union(*(by_sign.get(sign, ()) for sign in signs))):
        one = FRAMES[place]
        if not one.triggers or any(present(pattern, signs) for pattern in one.triggers):
            yield one


def present(pattern: Pattern, signs: frozenset[str]) -> bool:
    """Whether each place of a pattern that must be filled may be, with words that have these signs."""
    return not any(need.isdisjoint(signs) for need in pattern.needs)
