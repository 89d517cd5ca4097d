"""Clips called as children of one family are: `老二`, the second, `老大`, the first."""

import re

from ..tokens import MaskedText
from .grammar import Grammar, pattern
from .matching import mark_all
from .shadow import WIDE, Shadow, with_numbers

Pairs = tuple[tuple[int, int], ...]


def _one(g: Grammar) -> str:
    named = rf"{g.wide('clips.CALLED_FIRST')}|{g.wide('clips.CALLED_LAST')}|{g.wide('clips.CALLED')}[{WIDE}]"
    return rf"(?:(?:{named})(?!{g.wide('clips.CALLED_NOT')}))"


@pattern
def _several(g: Grammar) -> str:
    return rf"{_one(g)}(?:{g.wide('clips.AND', 'clips.TO')}?{_one(g)})*"


@pattern
def _each(g: Grammar) -> str:
    first, last = g.wide("clips.CALLED_FIRST"), g.wide("clips.CALLED_LAST")
    named = rf"(?P<first>{first})|(?P<last>{last})|{g.wide('clips.CALLED')}(?P<n>[{WIDE}])"
    return rf"(?P<to>{g.wide('clips.TO')})?(?:{named})"


def _read(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    pairs: list[tuple[int, int]] = []
    for one in _each(g).finditer(shadow.text, match.start(), match.end()):
        last = one["last"] or shadow.said(one).endswith(tuple(g.entries("clips.CALLED_LAST")))
        n = 1 if one["first"] else -1 if last else round(shadow.value(one, "n"))
        if n == 1 and not one["first"]:
            return None  # nobody is called `老一`
        pairs.append((pairs.pop()[0], n) if one["to"] and pairs else (n, n))
    return tuple(pairs)


def mark_nicknames(canvas: MaskedText, g: Grammar) -> None:
    mark_all(canvas, g, with_numbers, _several, "clips", _read)
