"""Quantities: percent, factor, dB, LUFS, ratio, resolution, frame rate, file size, angle, counts."""

import re
from collections.abc import Callable

from .. import folders
from ..lexicon import is_wide
from ..numbers import value_of
from ..tokens import MaskedText, TokenKind
from .grammar import Grammar, pattern
from .shadow import ANY, FIGURES, LATIN, ZH, MatchReader, Shadow, bare, mark_all, with_numbers

RATIOS = ("16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9", "2:3", "3:2")
_TEN = 10
_SIGN = r"(?P<sign>[+\-−–])?\s?"
_MINUS = ("-", "−", "–")


@pattern
def _ratio(g: Grammar) -> str:
    units = g.words(
        "units.SECOND", "units.MINUTE", "units.DECIBEL", "units.PERCENT", "units.TIMES", "units.STEP", "units.RATIO_NOT"
    )  # fmt: skip
    return (
        rf"(?<![\d:.])(?P<a>16|9|1|4|3|21|2)\s?(?::|x|/|(?P<said>{g.words('units.RATIO')}))\s?(?P<b>9|16|1|5|3|4|2)"
        rf"(?![\d:.]|\s?(?:{units}|lufs\b))"
    )


@pattern
def _clip_before(g: Grammar) -> str:
    before = g.words("clips.CLIP", "clips.CLIP_BEFORE", "clips.AND", "clips.ORDINAL_BEFORE")
    return rf"(?:\b{before})\s?$"


@pattern
def _cinema(g: Grammar) -> str:
    measured = g.words("units.HOUR", "units.MINUTE", "units.SECOND", "units.PERCENT", "units.TIMES")
    return rf"\b(?:2\.3[59]|2\.40?)\s?[:x]\s?1\b|(?<![\d.:])2\.3[59](?![\d.:]|\s?{measured})"


@pattern
def _time_before(g: Grammar) -> str:
    return (
        rf"{g.apart('times.AT', 'times.FROM', 'times.BEFORE', 'times.ONWARDS_FROM')}(?:{g.words('times.ARTICLE')} )?$"
    )


@pattern
def _decibels(g: Grammar) -> str:
    return rf"{_SIGN}(?P<n>{ANY})\s?{g.words('units.DECIBEL')}"


@pattern
def _lufs(g: Grammar) -> str:
    return rf"(?:[-−–]|{g.words('numbers.MINUS')})?\s?(?P<n>{ANY})\s?(?:lufs|lkfs)\b"


@pattern
def _resolution(g: Grammar) -> str:
    return (
        r"(?<!\d)(?:(\d{3,4})\s?[pi]\b|(1[0-9]|[2468])\s?k\b|\b(uhd|ultra hd|full ?hd|fhd|hd|qhd)\b"
        rf"|(\d{{3,4}})\s?[x×*]\s?(\d{{3,4}})|({g.words('units.RESOLUTION_1080')})|{g.words('units.RESOLUTION')})"
    )


@pattern
def _rate(g: Grammar) -> str:
    before, set_to = g.words("units.FRAME_RATE_BEFORE"), rf"(?:[=:]|{g.words('units.FRAME_RATE_SET')})"
    unit = g.words("units.FRAME_RATE")
    return rf"(?P<a>{ANY})\s?{unit}|{before}\s?{set_to}?\s?(?P<b>{ANY})(?:\s?{unit})?"


@pattern
def _size(g: Grammar) -> str:
    mega, giga = g.words("units.MEGABYTE"), g.words("units.GIGABYTE")
    return (
        rf"(?P<a>{ANY})\s?(?:{mega}|(?P<giga>{giga})|(?<=\d)m(?={g.words('units.WITHIN')}))"
        rf"|{g.words('units.UNDER')}\s?(?P<b>{ANY})\s?m\b"
    )


@pattern
def _degrees(g: Grammar) -> str:
    return rf"(?P<sign>[+\-−])?\s?(?P<n>{ANY})\s?{g.words('units.DEGREE')}"


@pattern
def _percent(g: Grammar) -> str:
    part = g.words("units.THIRD", "units.QUARTER", "units.FIFTH")
    one = rf"(?P<of>{g.words('units.ONE')}|{LATIN})"
    unit_of = rf"{g.words('units.ONE')} {g.words('units.HOUR', 'units.MINUTE', 'units.SECOND')}"
    return (
        rf"(?P<a>{ANY})\s?{g.words('units.PERCENT')}|{g.words('units.PERCENT_BEFORE')}(?P<b>{ANY})"
        rf"|{g.not_after('units.TENTHS_NOT_AFTER')}(?P<tenths>{ZH}){g.words('units.TENTHS')}"
        rf"(?:(?P<half>{g.words('units.HALF')})|(?P<unit>{ZH})(?!{g.wide('units.TENTHS_UNIT')}))?"
        rf"(?!{g.words('units.TENTHS_NOT_BEFORE')})"
        rf"|(?P<whole>{ZH}|\d+){g.words('units.SHARE_OF')}(?P<share>{ZH}|\d+)"
        rf"|\b{one}[ -](?P<part>{part})(?= {g.words('units.SHARED')})(?! {g.words('units.SHARED')} {unit_of})"
    )


@pattern
def _by_part(g: Grammar) -> str:
    part = g.words("units.THIRD", "units.QUARTER", "units.FIFTH", "units.TENTH")
    one = rf"(?:{g.words('units.ONE')}|{LATIN})"
    return rf"\b{g.words('units.BY')} {one} (?P<a>{part})\b|\b{one} (?P<b>{part}) (?={g.words('units.COMPARED')})"


@pattern
def _factor(g: Grammar) -> str:
    before = rf"\b{g.words('units.TIMES_BEFORE')}\s?(?P<b>\d+(?:\.\d+)?)\b"
    half = rf"(?<![a-z0-9])(?P<h>{ANY})\s{g.words('units.AND_A_HALF')}\s{g.words('units.TIMES')}"
    count = rf"(?P<a>(?<![a-z0-9])(?:{FIGURES}|{LATIN})|{ZH})"
    return rf"{half}|{count}\s?{g.words('units.TIMES')}|{before}"


@pattern
def _double(g: Grammar) -> str:
    two, three, four = (g.words(f"units.{key}") for key in ("TWICE", "TRIPLE", "QUADRUPLE"))
    return rf"\b(?:{two}|(?P<three>{three})|(?P<four>{four}))(?! {g.words('units.MULTIPLIED')})"


@pattern
def _steps(g: Grammar) -> str:
    before = rf"(?:(?:{g.words('clips.ARTICLE')} )?{g.words('units.STEP_BEFORE')}\s?)?"
    return rf"{before}(?P<n>{ANY})\s?{g.words('units.STEP')}"


@pattern
def _version(g: Grammar) -> str:
    number = rf"(?:{g.words('clips.NUMBER')} ?)?"
    return (
        rf"(?<![a-z]){g.words('units.VERSION')}\s?{number}(?P<a>{ANY})"
        rf"|{g.words('units.VERSION_BEFORE')}(?P<b>{ANY}){g.words('units.VERSION_BEHIND')}"
    )


@pattern
def _number(g: Grammar) -> str:
    return (
        rf"(?<!{g.wide('units.COUNTED_NOT_BEHIND')}){ANY}(?=\s?{g.words('units.COUNTED', 'clips.CLIP')})"
        rf"|(?<![a-z\d.])\d+(?:\.\d+)?(?![a-z\d])|\b{LATIN}\b"
    )


@pattern
def _counting(g: Grammar) -> str:
    return rf"{g.not_after('units.COUNTS_NOT_AFTER')}{ZH}"


def _read_ratio(g: Grammar, shadow: Shadow, match: re.Match[str]) -> str | None:
    ratio = f"{match['a']}:{match['b']}"
    before = shadow.text[: match.start()]
    if match["said"] and _clip_before(g).search(before):
        return None
    timed = ratio == "9:16" and ":" in match.group() and _time_before(g).search(before)
    return None if ratio not in RATIOS or timed else ratio


def _read_decibels(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    size = float(shadow.value(match, "n"))
    return -size if match["sign"] in _MINUS else size


def _read_resolution(g: Grammar, shadow: Shadow, match: re.Match[str]) -> str | None:
    if match[1]:
        return {"2160": "4k", "4320": "8k"}.get(match[1], f"{match[1]}p")
    if match[2]:
        return {"2": "1440p"}.get(match[2], f"{match[2]}k")
    if match[3]:
        return {"uhd": "4k", "ultra hd": "4k", "hd": "hd", "qhd": "1440p"}.get(match[3], "1080p")
    if match[6]:
        return "1080p"
    if not match[4]:
        return None
    short = min(int(match[4]), int(match[5]))
    return {2160: "4k", 4320: "8k"}.get(short, f"{short}p") if short >= 240 else None


def _read_rate(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float | None:
    return None if shadow.said(match) in g.entries("units.ONE_FRAME") else _read_one(g, shadow, match)


def _read_size(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return _read_one(g, shadow, match) * (1000 if match["giga"] else 1)


def _read_degrees(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return (-1 if match["sign"] in _MINUS else 1) * float(shadow.value(match, "n"))


def _read_percent(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float | None:
    if match["tenths"]:
        tenths = float(shadow.value(match, "tenths"))
        units = float(shadow.value(match, "unit")) if match["unit"] else 0
        if units and not 1 <= units < 10:
            return None
        return round(tenths / 10 + (0.05 if match["half"] else units / 100), 2) if tenths < 10 else None
    if match["whole"]:
        return float(shadow.value(match, "share")) / float(shadow.value(match, "whole") or 1)
    if match["part"]:
        return (float(shadow.value(match, "of")) if match["of"] == LATIN else 1.0) / _parts(g)[match["part"]]
    return _read_one(g, shadow, match) / 100


@folders.remembered
def _parts(g: Grammar) -> dict[str, int]:
    sizes = {"THIRD": 3, "QUARTER": 4, "FIFTH": 5, "TENTH": 10}
    return {word: size for name, size in sizes.items() for word in g.entries(f"units.{name}")}


def _read_part(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return 1 / _parts(g)[match["a"] or match["b"]]


def _read_one(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    group = next(name for name in ("a", "b", "n") if match.groupdict().get(name))
    return float(shadow.value(match, group))


def _read_factor(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return float(shadow.value(match, "h")) + 0.5 if match["h"] else _read_one(g, shadow, match)


def _read_count(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    return int(_read_one(g, shadow, match))


def _read_double(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return 3.0 if match["three"] else 4.0 if match["four"] else 2.0


def _read_number(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float | None:
    said = shadow.said(match).strip()
    if len(said) > 1 and len(said) == sum(value_of(sign, g.languages) < _TEN for sign in said if is_wide(sign)):
        return None  # `三五段` are a few, no 35
    value = float(shadow.value(match, 0))
    return None if value == 1 and not match.group().isdigit() else value


def _read_counting(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float | None:
    """`仨` is three of them, with no word for what is counted."""
    return float(shadow.value(match, 0)) if shadow.said(match) in g.entries("units.COUNTS") else None


def _read_lufs(g: Grammar, shadow: Shadow, match: re.Match[str]) -> float:
    return -float(shadow.value(match, "n"))


@pattern
def _shaped(g: Grammar) -> str:
    """What says of `2.39` alone that it is a shape."""
    return g.words("units.CINEMA")


def _read_cinema(g: Grammar, shadow: Shadow, match: re.Match[str]) -> str | None:
    whole = len(match.group()) > len("2.39")
    return "21:9" if whole or _shaped(g).search(shadow.text) else None


_Quantity = tuple[Callable[[Grammar], re.Pattern[str]], TokenKind, MatchReader]
_BARE: tuple[_Quantity, ...] = (
    (_cinema, "ratio", _read_cinema),
    (_ratio, "ratio", _read_ratio),
)
_COUNTED: tuple[_Quantity, ...] = (
    (_lufs, "lufs", _read_lufs),
    (_decibels, "decibels", _read_decibels),
    (_resolution, "resolution", _read_resolution),
    (_rate, "rate", _read_rate),
    (_size, "size", _read_size),
    (_degrees, "degrees", _read_degrees),
    (_percent, "percent", _read_percent),
    (_by_part, "percent", _read_part),
    (_version, "version", _read_count),
    (_steps, "steps", _read_count),
    (_factor, "factor", _read_factor),
    (_double, "factor", _read_double),
)


def mark_first_quantities(canvas: MaskedText, g: Grammar) -> None:
    """Quantities whose figures must not be read as times or clip numbers."""
    for regex, kind, read in _BARE:
        mark_all(canvas, g, bare, regex, kind, read)
    for regex, kind, read in _COUNTED:
        mark_all(canvas, g, with_numbers, regex, kind, read)


def mark_quantities(canvas: MaskedText, g: Grammar) -> None:
    """Bare numbers: what is left of them."""
    mark_all(canvas, g, with_numbers, _number, "number", _read_number)
    mark_all(canvas, g, with_numbers, _counting, "number", _read_counting)
