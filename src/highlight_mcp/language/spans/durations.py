"""Lengths of time in words: `1 minute 20`, `half an hour`, `两三分钟`. All values are milliseconds."""

import re

from ..lexicon import is_wide, languages_of
from .grammar import NEVER, Grammar, grammar_of, pattern
from .shadow import ANY, FIGURES, LATIN, LENGTH, PAIR, WIDE, Shadow, with_numbers

_NUM = rf"(?:\d+(?:[.,]\d+)?|(?<![\d.])\.\d+|{LATIN})"
_WIDE_NUM = rf"(?:{FIGURES}|[{WIDE}{PAIR}])"
_QUARTER_MS = 900_000
_TEN, _SIXTY = 10, 60
_UNITS = ("units.HOUR", "units.MINUTE", "units.SECOND", "units.MILLISECOND")


def unit(g: Grammar, *keys: str, shortest: int = 1) -> str:
    """A pattern for units of time; `shortest`: the least number of letters of Latin ones."""
    latin = [re.escape(w) for w in g.entries(*(keys or _UNITS)) if not is_wide(w[0]) and len(w) >= shortest]
    return rf"(?:(?:{'|'.join(latin) or NEVER})(?![a-zß-ÿ])|{g.wide(*(keys or _UNITS))})"


def _then(g: Grammar, *units: str) -> str:
    """Smaller units that go on with a length; a repeated unit is another length: `10 seconds and 30 seconds`."""
    joint = g.words("units.AND")
    return "".join(rf"(?:(?: {joint}|,)? ?(?<![\d.:]){_NUM}[ -]?{unit(g, one)})?" for one in units)


def _alternatives(g: Grammar) -> tuple[str, ...]:
    one, half, a_half, further = (g.words(f"units.{key}") for key in ("ONE", "HALF", "AND_A_HALF", "FURTHER"))
    hours, minutes, seconds = ("units.HOUR", "units.MINUTE", "units.SECOND")
    wide, any_unit, joint = g.wide(*_UNITS), unit(g), g.words("units.AND")
    loose = "".join(
        rf"(?:(?<={w})\d{{1,2}}(?!\d|\s?[:.p]|\s?{g.words('units.NOT_SECONDS')}))?"
        for w in g.entries(minutes)
        if is_wide(w[0]) and len(w) == 1
    )
    half_before = rf"(?:{_NUM}|{one})\s{a_half}[ -]{any_unit}|{_WIDE_NUM}{a_half}{wide}"
    half_behind = rf"(?:{_NUM}|{one})\s{unit(g, shortest=3)}\s{a_half}|{_WIDE_NUM}{wide}{a_half}"
    return (
        rf"(?<![\d.:]){ANY}(?! and){_between(g)}{ANY}[ -]?{any_unit}",
        rf"{PAIR}{any_unit}",
        rf"(?:(?:\b{one}|{ANY}) ?)?{g.words('units.QUARTER_HOUR')}",
        rf"(?:\b{one}|{ANY}) {_parts(g)} {g.words('units.SHARED')} {one} {unit(g, shortest=3)}",
        rf"(?:(?:\b{one}|{ANY})[ -])?\b{g.words('units.QUARTER')}[ -]{unit(g, shortest=3)}",
        rf"(?<![a-zß-ÿ]){half}[ -]?{unit(g, shortest=3)}",
        half_before,
        half_behind,
        rf"(?:\b{one}|{_NUM}) {unit(g, minutes)} (?:{joint} )?{_NUM}"
        rf"(?=\s*(?:$|[,.;!?]|{g.words('units.LENGTH_ENDS')}))",
        _spoken_hours(g),
        rf"(?<![\d.:]){_WIDE_NUM}\s?{wide}(?:{_WIDE_NUM}\s?{wide})*{_smaller(g)}",
        rf"(?<![\d.:]){_NUM}(?: {further})?[ -]?"
        rf"(?:{unit(g, hours)}{_then(g, minutes, seconds)}|{unit(g, minutes)}{_then(g, seconds)}|{any_unit})",
        rf"{_WIDE_NUM}\s?{wide}(?:{_WIDE_NUM}\s?{wide})*{loose}",
        rf"\b(?:{g.words('units.COUPLE')}|{g.words('units.FEW')})\s?{unit(g, shortest=2)}",
        rf"\b{one}(?: {further})? {unit(g, shortest=3)}",
    )


def _smaller(g: Grammar) -> str:
    """`十一分零五`, `一小时二十`: of the next smaller unit, which is left out."""
    behind = "|".join(rf"(?<={w})" for w in g.entries("units.HOUR", "units.MINUTE") if is_wide(w[0])) or NEVER
    return rf"(?:{behind}){_WIDE_NUM}(?=\s*(?:$|{g.words('units.SMALLER_ENDS')}))"


def _spoken_hours(g: Grammar) -> str:
    """`an hour fifteen`, `one hour four minutes ten`, `1h50`: smaller units are left out behind hours."""
    one, hours, minutes = g.words("units.ONE"), unit(g, "units.HOUR"), unit(g, "units.MINUTE")
    return (
        rf"(?:\b{one}|(?<![\d.:]){_NUM}) ?{hours} ?(?<![\d.:]){_NUM}(?: ?{minutes})?(?: {_NUM})?"
        rf"(?=\s*(?:$|[,.;!?–-]|{g.words('times.TO', 'units.LENGTH_ENDS')}\b))"
    )


def _parts(g: Grammar) -> str:
    return g.words("units.THIRD", "units.QUARTER", "units.FIFTH", "units.TENTH")


@pattern
def _part_of(g: Grammar) -> str:
    """`a third of a second`, `a quarter-second`."""
    one, third, quarter, fifth = (g.words(f"units.{key}") for key in ("ONE", "THIRD", "QUARTER", "FIFTH"))
    part = rf"(?:(?P<third>{third})|(?P<quarter>{quarter})|(?P<fifth>{fifth})|{g.words('units.TENTH')})"
    shared = rf" {g.words('units.SHARED')} {one} "
    return rf"(?:(?:{one}|(?P<n>{ANY}))[ -])?{part}(?:{shared}|[ -])(?P<unit>{unit(g)})"


def _between(g: Grammar) -> str:
    return rf"(?:\s?(?:[-–~]|{g.any('units.AND', 'units.OR', 'times.TO')})\s?)"


@pattern
def duration(g: Grammar) -> str:
    """Any length of time, over a text whose numbers are signs."""
    return "|".join(_alternatives(g))


@pattern
def _pair(g: Grammar) -> str:
    return rf"(?P<a>{ANY}){_between(g)}(?P<b>{ANY})[ -]?(?P<unit>{unit(g)})"


@pattern
def _part(g: Grammar) -> str:
    return rf"(?P<n>{_NUM}|{_WIDE_NUM})(?: {g.words('units.FURTHER')})?[ -]?\s?(?P<unit>{unit(g)})"


@pattern
def _quarters(g: Grammar) -> str:
    return rf"(?:(?:{g.words('units.ONE')}|(?P<n>{ANY})) ?)?{g.words('units.QUARTER_HOUR')}"


@pattern
def _loose(g: Grammar) -> str:
    joint = g.words("units.AND")
    return (
        rf"(?:{g.words('units.ONE')}|(?P<n>{_NUM})) (?P<unit>{unit(g, 'units.MINUTE')}) (?:{joint} )?(?P<rest>{_NUM})"
    )


@pattern
def _hours(g: Grammar) -> str:
    return (
        rf"(?:{g.words('units.ONE')}|(?P<hours>{_NUM})) ?{unit(g, 'units.HOUR')} ?(?P<minutes>{_NUM})"
        rf"(?: ?{unit(g, 'units.MINUTE')})?(?: (?P<seconds>{_NUM}))?"
    )


@pattern
def _half(g: Grammar) -> str:
    return g.words("units.HALF")


@pattern
def _halves(g: Grammar) -> str:
    number = rf"(?:(?P<n>{ANY})|{g.words('units.ONE')})"
    a_half, one_unit = g.words("units.AND_A_HALF"), unit(g)
    behind = rf"{number.replace('<n>', '<m>')}\s?(?P<behind>{one_unit})\s?{a_half}"
    return rf"{number}\s?{a_half}[ -]?(?P<before>{one_unit})|{behind}"


@pattern
def _vague(g: Grammar) -> str:
    return rf"(?:(?P<two>{g.words('units.COUPLE')})|{g.words('units.FEW')})\s?(?P<unit>{unit(g)})"


@pattern
def _any_unit(g: Grammar) -> str:
    return unit(g)


def unit_ms(g: Grammar, text: str) -> int:
    """Milliseconds of one unit of time. Raises KeyError for any other word."""
    return g.unit_ms[text.strip()]


def length_ms(g: Grammar, shadow: Shadow, start: int, end: int) -> int | None:
    """Milliseconds of a match of `duration`; a pair such as `2-3 mins` is read as its middle."""
    ends = _ends(g, shadow, start, end)
    if ends is not None:
        return round((ends[0] + ends[1]) / 2) if ends[0] <= ends[1] else None  # `40 to 20 seconds` is no length
    if match := _quarters(g).fullmatch(shadow.text, start, end):
        return round((shadow.value(match, "n") if match["n"] else 1) * _QUARTER_MS)
    if match := _part_of(g).fullmatch(shadow.text, start, end):
        size = 3 if match["third"] else 4 if match["quarter"] else 5 if match["fifth"] else 10
        return round((shadow.value(match, "n") if match["n"] else 1) * unit_ms(g, match["unit"]) / size)
    if match := _vague(g).fullmatch(shadow.text, start, end):
        return (2 if match["two"] else 3) * unit_ms(g, match["unit"])
    if match := _halves(g).fullmatch(shadow.text, start, end):
        return _and_a_half(g, shadow, match)
    if match := _half(g).match(shadow.text, start, end):
        found = _any_unit(g).search(shadow.text, match.end(), end)
        return unit_ms(g, found.group()) // 2 if found else None
    if match := _loose(g).fullmatch(shadow.text, start, end):
        seconds = shadow.value(match, "rest")
        whole = shadow.value(match, "n") if match["n"] else 1
        return round(whole * unit_ms(g, match["unit"]) + seconds * 1000) if seconds < 60 else None
    if match := _hours(g).fullmatch(shadow.text, start, end):
        minutes, seconds = (shadow.value(match, key) if match[key] else 0 for key in ("minutes", "seconds"))
        whole = shadow.value(match, "hours") if match["hours"] else 1
        return round(whole * 3_600_000 + minutes * 60_000 + seconds * 1000) if max(minutes, seconds) < 60 else None
    return _sum(g, shadow, start, end)


def _and_a_half(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    group, name = ("n", "before") if match["before"] else ("m", "behind")
    size = unit_ms(g, match[name])
    return round((shadow.value(match, group) if match[group] else 1) * size + size / 2)


def _ends(g: Grammar, shadow: Shadow, start: int, end: int) -> tuple[int, int] | None:
    if match := _pair(g).fullmatch(shadow.text, start, end):
        size = unit_ms(g, match["unit"])
        return round(shadow.value(match, "a") * size), round(shadow.value(match, "b") * size)
    if shadow.text[start] == PAIR:
        size = unit_ms(g, shadow.text[start + 1 : end])
        a, b = shadow.pair(start)
        return round(a * size), round(b * size)
    return None


def _sum(g: Grammar, shadow: Shadow, start: int, end: int) -> int | None:
    total, at = 0.0, 0
    for match in _part(g).finditer(shadow.text, start, end):
        total += shadow.value(match, "n") * unit_ms(g, match["unit"])
        at = match.end()
    if not at:
        found = _any_unit(g).search(shadow.text, start, end)
        return unit_ms(g, found.group()) if found else None
    if at == end:
        return round(total)
    smaller = _smaller_ms(g, shadow, at, end)
    return None if smaller is None else round(total + smaller)


def _smaller_ms(g: Grammar, shadow: Shadow, at: int, end: int) -> float | None:
    """What stands behind the last unit; `两分五` may be 2:05 or half a minute more, and is no length."""
    said = shadow.original(at, end)
    value = shadow.values[at] if at in shadow.values else float(said)
    whole = shadow.text[:at].endswith(tuple(g.entries("units.MINUTE")))
    clear = value >= _TEN or len(said) > 1 or (said.isdigit() and whole)
    return value * (1000 if whole else 60_000) if clear and value < _SIXTY else None


def with_lengths(g: Grammar, shadow: Shadow) -> Shadow:
    """The text with a sign for each length of time; its value is milliseconds."""

    def sign(match: re.Match[str]) -> tuple[str, int] | None:
        ms = length_ms(g, shadow, match.start(), match.end())
        return None if ms is None else (LENGTH, ms)

    return shadow.replaced(duration(g), sign)


def pair_ms(text: str) -> tuple[int, int] | None:
    """Both ends of `5 to 10 seconds`, `两三分钟`, in ms; None when the text gives one length."""
    g = grammar_of(languages_of(text))
    shadow = with_numbers(text.strip(), g)
    for start, _ in enumerate(shadow.text):
        match = _pair(g).match(shadow.text, start)
        if match or shadow.text[start] == PAIR:
            return _ends(g, shadow, start, match.end() if match else len(shadow.text))
    return None
