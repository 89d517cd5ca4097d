"""All clips from one on, or all before one: `从第三段起都`, `第五段之前的`."""

import re

from ..tokens import MaskedText
from .grammar import Grammar, pattern
from .matching import mark_all
from .shadow import ANY, Shadow, with_numbers

Pairs = tuple[tuple[int, int], ...]


@pattern
def _onwards(g: Grammar) -> str:
    """`从第三段起`, `第五段之前的`: all clips from one on, or all before one."""
    noun = g.wide("clips.CLIP")
    clip = rf"{g.words('clips.ORDINAL_BEFORE')}\s?(?P<n>{ANY}){noun}?{noun}?"
    from_one = rf"{g.wide('clips.ONWARDS_BEFORE')}{clip}{g.wide('clips.ONWARDS_BEHIND')}"
    before = clip.replace("<n>", "<m>")
    return rf"{from_one}|{before}{g.wide('clips.ALL_BEFORE_BEHIND')}"


def _read_onwards(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    if match["n"]:
        return ((round(shadow.value(match, "n")), -1),)
    last = round(shadow.value(match, "m")) - 1
    return ((1, last),) if last else None


def mark_onwards(canvas: MaskedText, g: Grammar) -> None:
    mark_all(canvas, g, with_numbers, _onwards, "clips", _read_onwards)
