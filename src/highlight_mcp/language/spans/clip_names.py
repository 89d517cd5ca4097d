"""What clips are called: nouns, all from one on (`从第三段起都`), all before or behind one, children of a family.

`老二` is the second, `老大` the first.
"""

import re

from ..tokens import MaskedText
from .grammar import Grammar, pattern
from .shadow import ANY, ONE, ORDINAL, WIDE, Shadow, mark_all, ordinal_value, with_numbers, with_ordinals

Pairs = tuple[tuple[int, int], ...]


def noun(g: Grammar) -> str:
    return rf"(?:{g.words('clips.CLIP')}|{ONE})"


def article(g: Grammar) -> str:
    return rf"(?:\b{g.words('clips.ARTICLE')} )?"


def wide_noun(g: Grammar) -> str:
    return rf"(?:(?!{g.words('clips.CLIP_NOT')}){g.wide('clips.CLIP')})"


@pattern
def _beyond(g: Grammar) -> str:
    return (
        rf"\b{g.words('clips.EVERYTHING')} {g.words('clips.BEYOND')} {article(g)}"
        rf"(?:{g.words('clips.CLIP_BEFORE')} (?P<a>\d+)|(?P<b>{ORDINAL}) {noun(g)})"
        rf"|{g.words('clips.ORDINAL_BEFORE')}(?P<c>{ANY}){wide_noun(g)}?{wide_noun(g)}?{g.words('clips.BEYOND_BEHIND')}"
    )


def _read_beyond(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs:
    if match["b"]:
        return ((ordinal_value(shadow, match, "b") + 1, -1),)
    return ((round(shadow.value(match, "a" if match["a"] else "c")) + 1, -1),)


@pattern
def _onwards(g: Grammar) -> str:
    """`从第三段起`, `第五段之前的`: all clips from one on, or all before one."""
    called = g.wide("clips.CLIP")
    clip = rf"{g.words('clips.ORDINAL_BEFORE')}\s?(?P<n>{ANY}){called}?{called}?"
    from_one = rf"{g.wide('clips.ONWARDS_BEFORE')}{clip}{g.wide('clips.ONWARDS_BEHIND')}"
    before = clip.replace("<n>", "<m>")
    return rf"{from_one}|{before}{g.wide('clips.ALL_BEFORE_BEHIND')}"


def _read_onwards(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    if match["n"]:
        return ((round(shadow.value(match, "n")), -1),)
    last = round(shadow.value(match, "m")) - 1
    return ((1, last),) if last else None


def mark_onwards(canvas: MaskedText, g: Grammar) -> None:
    mark_all(canvas, g, with_ordinals, _beyond, "clips", _read_beyond)
    mark_all(canvas, g, with_numbers, _onwards, "clips", _read_onwards)


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
