"""Faults that are told: they ask for their remedy, give the reason of a cut beside them, or take a thing away.

`clip four is boring`; `那个标题画蛇添足了，干脆别要了`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from ..lexicon import Codes
from ..speech import form, said
from ..tokens import Token

_FAULTS = ("BORING", "UPSIDE_DOWN", "VAGUE", "UNWANTED", "NARRATION", "SHORTER", "LONGER", "DARKER", "BRIGHTER")
_HEARD = ("MUSIC", "AUDIO", "VOLUME", "SOURCE_SOUND")


def complains(stretch: list[Token]) -> bool:
    """`clip four is boring`: a fault that is told asks for its remedy."""
    removed = any(t.is_a("REMOVE") and t.text.partition(" ")[0] in said("DENIES") for t in stretch)
    return removed or any(t.is_a(*_FAULTS) or t.text in said("SHAKY") for t in stretch)


def cuts_clips(order: list[Token]) -> bool:
    """Whether clips are named, and taken out."""
    return any(t.kind == "clips" for t in order) and any(t.is_a("REMOVE", "UNWANTED", "CUT") for t in order)


def tells(told: list[Token], text: str, languages: Codes) -> bool:
    """Whether a stretch, with its text as it is read, tells a fault of nothing that it names itself."""
    own = any(t.kind in ("clips", "duration") or t.is_a(*_HEARD) for t in told)
    shaky = any(t.text in said("SHAKY") for t in told)
    return not own and (shaky or form("FAULT", languages).search(text) is not None)


_THINGS = ("MUSIC", "TITLE", "CAPTION", "SUBTITLES", "CARD")
_ENDS = ("START", "END", "FRONT", "BACK")  # `片头` is an end of the film as well
_GOES = ("REMOVE", "UNWANTED", "TRIM", "SKIP")
_DEGREES = ("LOUDER", "QUIETER", "FASTER", "SLOWER")
_TYPED = (
    "clips",
    "duration",
    "percent",
    "factor",
    "decibels",
    "head",
    "tail",
    "range",
    "time",
    "quote",
    "asset",
    "number",
)
_HOLLOW = frozenset({"FILLER"})

Bounds = Sequence[tuple[int, int]]


def faulted(
    out: list[Token], given: list[Token], bounds: Bounds, *, deeds: tuple[str, ...], faulty: Callable[[int, int], bool]
) -> list[Token]:
    """The tokens with the thing as the object of the bare verb behind it, and nothing more of what is told of it.

    `given`: the tokens before anything was emptied; `deeds`: concepts that order; `faulty`: whether the tokens between
    two places tell a fault by their form.
    """
    out = list(out)
    for (a, b), (c, d) in pairwise(bounds):
        things = [i for i in range(a, b) if given[i].is_a(*_THINGS) and not given[i].is_a(*_ENDS)]
        if len(things) != 1 or given[c].is_a("QUESTION") or not _only_takes_away(out[c:d]):
            continue
        told = [t for i, t in enumerate(given[a:b], a) if i != things[0] and t.kind != "separator"]
        if not _tells(told, deeds, faulty=faulty(a, b)):
            continue
        kept = given[things[0]]
        out[a:b] = [
            t if t.kind == "separator" else replace(t, kind="word", concepts=_HOLLOW, value="courtesy")
            for t in out[a:b]
        ]
        out[things[0]] = kept
        out[c] = (
            replace(out[c], kind="word", concepts=_HOLLOW, value="courtesy") if out[c].kind == "separator" else out[c]
        )
    return out


def _only_takes_away(stretch: Sequence[Token]) -> bool:
    words = [t for t in stretch if t.kind != "separator" and t.concepts != _HOLLOW]
    return bool(words) and all(t.kind == "word" and _is_plain(t) for t in words)


def _is_plain(token: Token) -> bool:
    goes = token.is_a(*_GOES) and not token.is_a(*_THINGS, "AUDIO", "SOURCE_SOUND")
    return goes or (token.is_a("FILLER") and not token.concepts - {"FILLER", "LINK", "PARTICLE", "AROUND"})


def _tells(told: Sequence[Token], deeds: tuple[str, ...], *, faulty: bool) -> bool:
    """Whether something is said of the thing, and nothing done to it."""
    if any(t.kind in _TYPED or t.is_a("NOT") or (t.is_a(*deeds) and not t.is_a("FILLER", *_DEGREES)) for t in told):
        return False
    if any(t.is_a("UNWANTED") and t.text.startswith(tuple(said("DENYING"))) for t in told):
        return False  # `音乐不要了，不要` orders, and takes it back
    judged = any(t.kind == "unknown" or t.concepts - {"FILLER", "LINK"} for t in told)
    return faulty or (judged and not any(t.is_a(*_DEGREES) for t in told))
