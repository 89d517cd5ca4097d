"""Clip numbers: `clips 2-4`, `the 2nd and the last clip`, `第二到第四段`, `倒数第二段`, `last three clips`.

The value is a tuple of (first, last) pairs; negative numbers count from the end, -1 being the last.
"""

import re
from collections.abc import Iterator

from ..lexicon import is_wide
from ..numbers import value_of
from ..tokens import MaskedText
from .clip_names import Pairs, article, mark_nicknames, mark_onwards, noun, wide_noun
from .grammar import NEVER, Grammar, pattern
from .shadow import (  # fmt: skip
    ANY,
    LATIN,
    ORDINAL,
    PAIR,
    WIDE,
    ZH,
    Shadow,
    mark,
    mark_all,
    with_numbers,
    with_ordinals,
)

_HINT = re.compile(rf"[\d{LATIN}{WIDE}{PAIR}{ORDINAL}]")
_END_OF_PHRASE = r"\s*(?:$|[,.;!?])"
_UNITS = (
    "units.HOUR", "units.MINUTE", "units.SECOND", "units.PERCENT", "units.TIMES", "units.DECIBEL", "units.DEGREE",
    "units.FRAME_RATE",
)  # fmt: skip


def _and(g: Grammar) -> str:
    return rf"(?:\s?,\s?(?:{g.words('clips.AND')} )?|{g.joining('clips.AND')})"


def _to(g: Grammar) -> str:
    return rf"(?:\s?[-–—~]\s?|{g.joining('clips.TO')})"


@pattern
def _ordinals(g: Grammar) -> str:
    alone = g.not_after("clips.ORDINAL_NOT_AFTER")
    item = rf"{article(g)}{alone}\b{ORDINAL}(?:\s{noun(g)}(?:'s\b)?)?(?: {g.words('clips.OF_REEL')})?"
    return rf"{item}(?:(?:{_and(g)}|{_to(g)}){item})*"


@pattern
def _ordinal(g: Grammar) -> str:
    return rf"(?P<to>{_to(g)})?{article(g)}(?P<n>{ORDINAL})(?P<noun>\s{noun(g)})?"


def _not_number(g: Grammar) -> str:
    return rf"(?![\s-]?(?:{g.words(*_UNITS)}|:\d)|[.:]?\d|\s{g.words('clips.STEPS')})"


def _number(g: Grammar) -> str:
    return rf"(?:{g.words('clips.NUMBER')} ?)"


def _cardinal(g: Grammar) -> str:
    return rf"(?:(?:{g.words('clips.CLIP_BEFORE')} )?{_number(g)}?(?:\d+|\b{LATIN}\b|{ZH}))"


@pattern
def _cardinals(g: Grammar) -> str:
    latin, wide = g.latin("clips.CLIP_BEFORE"), g.wide("clips.CLIP_BEFORE")
    one = rf"{_cardinal(g)}{_not_number(g)}"
    return (
        rf"(?:{article(g)}\b{latin}|{g.not_after('clips.CLIP_BEFORE_NOT_AFTER')}{wide}|(?=#\d))\s?{_number(g)}?"
        rf"{one}(?:(?:{_and(g)}|{_to(g)}){one})*{g.words('clips.NUMBER_BEHIND')}?(?:'s\b)?"
    )


@pattern
def _counted(g: Grammar) -> str:
    return rf"(?P<to>{_to(g)})?(?:{g.words('clips.CLIP_BEFORE')} ?)?{_number(g)}?(?P<n>\d+|{LATIN}|{ZH})"


@pattern
def _spoken(g: Grammar) -> str:
    words = rf"(?P<list> {LATIN}(?:,? {LATIN})*,? {g.words('clips.AND')} {LATIN}|(?: {LATIN}){{2,}})"
    opening = rf"(?:(?P<noun>{g.words('clips.CLIPS')})|{g.words('clips.LIST_AFTER')})"
    return rf"\b{opening}{words}\b{_not_number(g)}(?!\s{g.words('clips.NOT_COUNTED')})"


def _wide_one(g: Grammar) -> str:
    """One place of a wide script, said in full: `第二段`, `2番目のクリップ`."""
    behind = g.wide("clips.ORDINAL_BEHIND")
    place = rf"(?:{g.words('clips.ORDINAL_BEFORE')}\s?{ANY}(?:\s?{behind})?|{ANY}\s?{behind})"
    return rf"(?:{g.words('clips.FROM_END')}\s?)?{place}\s?{wide_noun(g)}?"


def _wide_next(g: Grammar) -> str:
    """One of the places that follow in a list: `四段`, `最后一段`."""
    behind = g.wide("clips.ORDINAL_BEHIND")
    last = rf"{g.words('clips.LAST')}{ZH}?\s?{wide_noun(g)}"
    counted = rf"{ANY}\s?(?:{behind}\s?)?{wide_noun(g)}?"
    return rf"(?:{g.words('clips.FROM_END')})?(?:{g.words('clips.ORDINAL_BEFORE')}\s?)?(?:{last}|{counted})"


def _wide_joint(g: Grammar) -> str:
    return rf"(?:\s?{g.any('clips.OWNED_BY')}?\s?(?:{g.wide('clips.AND', 'clips.TO')}|[-~])\s?)"


def _wide_comma(g: Grammar) -> str:
    wish = rf"\s?{_wide_next(g)}{g.words('clips.OWN_WISH')}|\s?{_wide_next(g)}\ue000"
    return rf"(?:,(?!{wish})\s?)"


@pattern
def _wide(g: Grammar) -> str:
    summed = rf"(?:{g.any('clips.THAT')}?(?P<sum>{ZH}){wide_noun(g)}{wide_noun(g)}?)?"  # `第二第五两段`
    return (
        rf"{_wide_one(g)}(?:(?:{_wide_joint(g)}|{_wide_comma(g)}|(?={g.words('clips.ORDINAL_BEFORE')})){_wide_next(g)})*"
        rf"{summed}(?![\d{WIDE}{PAIR}]|\s?{g.wide('clips.NOT_CLIP')})"
        # `第10到第15分钟` are times
        rf"(?!(?<=[\d{WIDE}{PAIR}]){_wide_joint(g)}(?:{g.words('clips.ORDINAL_BEFORE')}\s?)?{ANY}\s?{g.wide('clips.NOT_CLIP')})"
    )


@pattern
def _spared(g: Grammar) -> str:
    listed = rf"{_wide_one(g)}(?:{_wide_joint(g)}{_wide_next(g)})*"
    before = "|".join(rf"(?<={w})|(?<={w}\s)" for w in g.entries("clips.EXCEPT")) or NEVER
    return rf"(?:{before}){listed}|{listed}(?=\s?{g.words('clips.EXCEPT_BEHIND')})"


@pattern
def _loose(g: Grammar) -> str:
    behind = g.wide("clips.NUMBER_BEHIND", "clips.ORDINAL_BEHIND")
    start = rf"(?<![\d{WIDE}.])" + "".join(rf"(?<!{w})" for w in g.entries("clips.ORDINAL_BEFORE"))
    nouns = rf"{g.wide('clips.NUMBER_BEHIND')}?{g.wide('clips.CLIP')}"
    return (
        rf"{start}(?:\d+|{ZH}){behind}\s?{wide_noun(g)}?"
        rf"|\d+(?:\s?(?:{g.wide('clips.AND', 'clips.TO')}|[,-])\s?\d+)+\s?{nouns}"
    )


@pattern
def _digits(g: Grammar) -> str:
    start = "".join(rf"(?<!{w})" for w in g.entries("clips.ORDINAL_BEFORE"))
    summed = rf"(?:{g.any('clips.THAT')}(?P<sum>{ZH}))?"
    return rf"{start}(?P<n>{ZH}(?:、?{ZH})*){summed}(?={wide_noun(g)}){wide_noun(g)}"


@pattern
def _wide_number(g: Grammar) -> str:
    last = rf"{g.words('clips.LAST')}{ZH}?"
    return (
        rf"(?P<to>{g.wide('clips.TO')}|[-~])?\s?(?P<back>{g.words('clips.FROM_END')}\s?)?"
        rf"(?:{g.words('clips.ORDINAL_BEFORE')}\s?)?(?P<n>(?P<last>{last})|{ANY})"
    )


@pattern
def _bare_list(g: Grammar) -> str:
    return (
        rf"(?<![\d.:])\d{{1,2}}(?:(?:{_and(g)}|{_to(g)})\d{{1,2}})+"
        rf"(?=\s*(?:[,.;!?]|$)|\s+{g.words('clips.LIST_BEFORE')}|{g.wide('clips.LIST_BEFORE')})"
    )


@pattern
def _group(g: Grammar) -> str:
    ends = rf"(?:(?P<first>{g.words('clips.FIRST')})|(?P<last>{g.words('clips.LAST')}))"
    couple = rf"(?P<couple>{g.words('clips.COUPLE')})"
    count = rf"(?P<n>{ANY})"
    wide_end = ends.replace("<first>", "<wide_first>").replace("<last>", "<wide_last>")
    swapped = rf"(?P<m>{ANY}) {ends.replace('<first>', '<then_first>').replace('<last>', '<then_last>')} {noun(g)}"
    behind = rf"(?={_END_OF_PHRASE}|\s{g.words('clips.STILL_THERE')})"
    return (
        rf"{article(g)}\b{ends} (?:{count}|{couple})(?: {noun(g)}|{behind})|{article(g)}\b{swapped}"
        rf"|{wide_end}\s?(?P<k>{ANY})\s?(?!{g.words('clips.CLIP_NOT')}){g.wide('clips.CLIP')}+"
        rf"(?!\s?{g.wide('clips.NOT_COUNTED')})"
    )


def _end(g: Grammar, key: str) -> str:
    that = g.any("clips.THAT")
    return rf"{g.words(key)}{that}?{ZH}?\s?(?!{g.words('clips.CLIP_NOT')}){g.wide('clips.CLIP')}+"


@pattern
def _last_one(g: Grammar) -> str:
    return _end(g, "clips.LAST_ONE")


@pattern
def _first_one(g: Grammar) -> str:
    return _end(g, "clips.FIRST_ONE")


@pattern
def _both_ends(g: Grammar) -> str:
    that = g.any("clips.THAT")
    return rf"{g.words('clips.BOTH_ENDS')}{that}?{g.any('clips.BOTH_ENDS_EACH')}?{ZH}{wide_noun(g)}{wide_noun(g)}?"


@pattern
def _moved_to(g: Grammar) -> str:
    return (
        rf"{g.words('clips.MOVED_TO')}{g.words('clips.ORDINAL_BEFORE')}(?P<n>{ANY}){g.words('clips.PLACE_BEHIND')}?"
        rf"(?=\s*(?:$|[,，。.;；、!！]|{g.words('clips.PLACE_ENDS')}))"
    )


@pattern
def _not_clip(g: Grammar) -> str:
    return rf"\s*{g.words('clips.NOT_CLIP')}"


@pattern
def _alone(g: Grammar) -> str:
    return rf"{g.words('clips.ALONE')}$"


@pattern
def _alone_before(g: Grammar) -> str:
    return rf"\s*[,.;!?\-)]|\s{g.words('clips.ALONE_BEFORE')}"


@pattern
def _the(g: Grammar) -> str:
    return rf"{g.words('clips.ARTICLE')} "


_OPEN_ENDS = (1, 2, -1)


def _read_ordinals(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    found = list(_ordinal(g).finditer(match.group()))
    offset = match.start()
    places = [(bool(one["to"]), int(shadow.values[offset + one.start("n")])) for one in found]
    named = any(one["noun"] for one in found)
    bare_end = len(found) == 1 and places[0][1] in _OPEN_ENDS and shadow.said(match)[-1].isalpha()
    if not named:
        figures = shadow.said(match)[-3:-2].isdigit()
        if _not_clip(g).match(shadow.text, match.end()):
            return None
        if (
            bare_end
            and not figures
            and not _alone(g).search(shadow.said(match))
            and not _stands_for_clip(g, shadow, match)
        ):
            return None
    return _pairs(places)


def _stands_for_clip(g: Grammar, shadow: Shadow, match: re.Match[str]) -> bool:
    # "the second" and "the last" alone mean a clip only where the phrase ends there.
    rest = shadow.text[match.end() :]
    if rest.startswith(":"):
        return True
    if not _the(g).match(match.group()):
        return False
    return not rest.strip() or bool(_alone_before(g).match(rest))


def _pairs(numbers: list[tuple[bool, int]]) -> Pairs | None:
    pairs: list[tuple[int, int]] = []
    for is_range, n in numbers:
        if n == 0:
            return None
        if is_range and pairs:
            pairs[-1] = (pairs[-1][0], n)
        else:
            pairs.append((n, n))
    return tuple(pairs) or None


def _read_cardinals(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    found = _counted(g).finditer(shadow.text, match.start(), match.end())
    return _pairs([(bool(one["to"]), round(shadow.value(one, "n"))) for one in found])


def _read_wide(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    numbers = []
    summed = match.start("sum") if match.groupdict().get("sum") else match.end()
    for one in _wide_number(g).finditer(shadow.text, match.start(), summed):
        n = -1 if one["last"] else round(shadow.value(one, "n"))
        row = [] if one["last"] or one["back"] or one["to"] else _in_a_row(g, shadow.said(one, "n"))
        numbers += [(False, k) for k in row] or [(bool(one["to"]), -n if one["back"] else n)]
    pairs = _pairs(numbers)
    if summed < match.end() and round(shadow.value(match, "sum")) != sum(abs(b - a) + 1 for a, b in pairs or ()):
        return None
    return pairs


def _in_a_row(g: Grammar, said: str) -> list[int]:
    """`第一二段`: places that are named side by side, each by one sign, from the first to the last; else none."""
    signs = [round(value_of(c, g.languages)) for c in said if is_wide(c)] if len(said) > 1 else []
    return signs if len(signs) == len(said) and signs == sorted(signs) and max(signs, default=10) < 10 else []


_PAIRED = 2


def _read_digits(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    numbers = [round(value_of(c, g.languages)) for c in shadow.said(match, "n") if c != "、"]
    count = round(shadow.value(match, "sum")) if match["sum"] else numbers.pop() if len(numbers) > _PAIRED else 0
    if len(numbers) > 1 and count == len(numbers) and numbers == sorted(set(numbers)):
        return _pairs([(False, n) for n in numbers])  # `二三两段`
    if match["sum"]:
        return None
    numbers += [count] if count else []
    fits = numbers == sorted(numbers) and len(numbers) > 2 and max(numbers) < 10
    return _pairs([(False, n) for n in numbers]) if fits else None


def _read_group(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    name = next((name for name in "nmk" if match[name]), None)
    n = round(shadow.value(match, name)) if name else 2
    at_end = match["last"] or match["wide_last"] or match["then_last"]
    return None if n < 1 else (((-n, -1),) if at_end else ((1, n),))


def _read_ends(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs:
    return ((1, 1), (-1, -1))


def _first(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    return None if _many(shadow, match) else ((1, 1),)


def _last(g: Grammar, shadow: Shadow, match: re.Match[str]) -> Pairs | None:
    return None if _many(shadow, match) else ((-1, -1),)


def _many(shadow: Shadow, match: re.Match[str]) -> bool:
    return any(shadow.values.get(i, 1) != 1 for i in range(match.start(), match.end()))


def _paint_places(canvas: MaskedText, g: Grammar) -> None:
    """`第五段放第一`: a place to move to, not another clip."""
    shadow = with_numbers(canvas.masked, g)
    for match in _moved_to(g).finditer(shadow.text):
        concepts = frozenset({"MOVE", "POSITION_WORD"})
        mark(canvas, shadow, "number", match.start(), match.end(), shadow.value(match, "n"), concepts)


def _paint_spoken(canvas: MaskedText, g: Grammar) -> None:
    """`mute clips one four and six`: numbers said one after the other, without commas."""
    shadow = with_numbers(canvas.masked, g)
    for match in _spoken(g).finditer(shadow.text):
        start = match.start() if match["noun"] else match.start("list") + 1
        values = tuple((round(v), round(v)) for v in _listed(shadow, match))
        mark(canvas, shadow, "clips", start, match.end(), values)


def _listed(shadow: Shadow, match: re.Match[str]) -> Iterator[float]:
    return (shadow.values[i] for i in range(*match.span("list")) if shadow.text[i] == LATIN)


def mark_named_clips(canvas: MaskedText, g: Grammar) -> None:
    """Paint the unmistakable ones, before times: `clip 5 to 12 seconds` names clip 5."""
    if not _HINT.search(with_ordinals(canvas.masked, g).text):
        return
    _paint_places(canvas, g)
    mark_onwards(canvas, g)
    mark_all(canvas, g, with_numbers, _group, "clips", _read_group)
    _paint_spoken(canvas, g)
    mark_all(canvas, g, with_numbers, _cardinals, "clips", _read_cardinals)
    mark_nicknames(canvas, g)
    mark_all(canvas, g, with_numbers, _spared, "clips", _read_wide)
    mark_all(canvas, g, with_numbers, _wide, "clips", _read_wide)


def mark_clip_numbers(canvas: MaskedText, g: Grammar) -> None:
    """Paint what is left: ordinals, ends, loose numbers."""
    mark_all(canvas, g, with_numbers, _last_one, "clips", _last)
    mark_all(canvas, g, with_numbers, _both_ends, "clips", _read_ends)
    mark_all(canvas, g, with_numbers, _first_one, "clips", _first)
    mark_all(canvas, g, with_numbers, _loose, "clips", _read_wide)
    mark_all(canvas, g, with_ordinals, _ordinals, "clips", _read_ordinals)
    mark_all(canvas, g, with_numbers, _digits, "clips", _read_digits)
    mark_all(canvas, g, with_numbers, _bare_list, "clips", _read_cardinals)
