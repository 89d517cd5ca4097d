"""Times: durations, points, ranges, heads and tails. All values are milliseconds.

Numbers, then lengths and timecodes become signs first (`shadow.py`); what is said of them is read over the signs.
"""

import re
from collections.abc import Callable

from ..tokens import MaskedText, Token, TokenKind
from .durations import duration, length_ms, unit, unit_ms, with_lengths
from .grammar import NEVER, Grammar, pattern
from .shadow import (
    ANY,
    CODE,
    COUNTED,
    LATIN,
    LENGTH,
    ORDINAL,
    POINT,
    MatchReader,
    Shadow,
    mark,
    mark_all,
    ordinal_value,
    with_numbers,
    with_ordinals,
)

_CODE = r"(?<![\d:])(?:\d{1,2}:[0-5]\d:[0-5]\d|\d{1,3}:[0-5]\d)(?:\.\d{1,3})?(?![\d:])"
_CODE_ONLY = re.compile(_CODE)
_TIME = f"[{LENGTH}{CODE}{POINT}{COUNTED}]"
_DASH = r"\s?[-–—~]\s?"


@pattern
def _signed(g: Grammar) -> str:
    before = g.words("times.POINT_BEFORE")
    minutes = unit(g, "units.MINUTE", "units.SECOND")
    counted = rf"(?P<unit>{unit(g, 'units.MINUTE', 'units.SECOND', shortest=5)})\s(?P<n>\d+|{LATIN})\b"
    return (
        rf"(?P<code>{_CODE})|(?P<point>{before}{ANY}\s?{minutes}(?:\d+{unit(g, 'units.SECOND')})?)"
        rf"|(?P<length>{duration(g).pattern})"
        rf"|(?P<counted>\b{counted}(?!\s?{unit(g)}))"
    )


def _with_times(g: Grammar, shadow: Shadow) -> Shadow:
    def sign(match: re.Match[str]) -> tuple[str, int] | None:
        start, end = match.span()
        if match["code"]:
            return CODE, _code_ms(match.group())
        if match["counted"]:
            spoken = match["n"] == LATIN and not _numbered_after(g).search(shadow.text, 0, start)
            return None if spoken else (COUNTED, round(shadow.value(match, "n") * unit_ms(g, match["unit"])))
        first = start + 1 if match["point"] else start
        ms = length_ms(g, shadow, first, end)
        return None if ms is None else (POINT if match["point"] else LENGTH, ms)

    return shadow.replaced(_signed(g), sign)


@pattern
def _numbered_after(g: Grammar) -> str:
    return rf"{g.words('times.NUMBERED_AFTER')}\s$"


def _code_ms(text: str) -> int:
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds * 1000)


def _article(g: Grammar) -> str:
    return rf"(?:{g.words('times.ARTICLE')} )?"


def _mark(g: Grammar) -> str:
    return rf"(?:[ -]{g.words('times.MARK')})?"


def _strictly_to(g: Grammar) -> str:
    return rf"(?:{g.joining('times.TO')}|{_DASH})"


def _to(g: Grammar) -> str:
    return rf"(?:(?P<weak>{g.joining('times.TO_OR_AND')})|{g.joining('times.TO')}|{_DASH})"


def _from(g: Grammar) -> str:
    return rf"(?:(?P<from>{g.apart('times.FROM')}))?"


def _after(g: Grammar) -> str:
    return rf"\s?(?P<after>{g.words('times.UNTIL_BEHIND')})?"


@pattern
def _closed(g: Grammar) -> str:
    return _between(g, _to(g))


@pattern
def _plainly_closed(g: Grammar) -> str:
    """`30:00-35:00`, found before an `and` ahead of it may join it to another time."""
    return _between(g, f"(?P<weak>{NEVER})?{_strictly_to(g)}")


def _between(g: Grammar, joint: str) -> str:
    return (
        rf"{_from(g)}{_article(g)}(?P<a>{_TIME}){_mark(g)}(?P<open>\s?{g.words('times.FROM_BEHIND')})?"
        rf"{joint}{_article(g)}(?P<b>{_TIME}){_mark(g)}{_after(g)}"
    )


@pattern
def _shared(g: Grammar) -> str:
    before = g.words("times.POINT_BEFORE")
    return (
        rf"{_from(g)}{_article(g)}(?P<first>{before})?(?P<a>{ANY}){_to(g)}"
        rf"{_article(g)}(?:{before})?(?P<b>{ANY})[ -]?(?P<unit>{unit(g)})(?P<mark>{_mark(g)}){_after(g)}"
    )


@pattern
def _unit_first(g: Grammar) -> str:
    units = unit(g, "units.MINUTE", "units.SECOND", shortest=3)
    half = rf"(?:\s{g.words('units.AND_A_HALF')})?"
    ends = rf"(?P<a>{ANY})(?P<a_half>{half}){_to(g)}(?:{units}\s)?(?P<b>{ANY})(?P<b_half>{half})"
    return rf"(?:{g.apart('times.FROM')})?\b(?P<unit>{units})\s{ends}(?!\d|\.\d|\s?{unit(g)})"


@pattern
def _code_and_number(g: Grammar) -> str:
    return rf"{g.apart('times.FROM')}(?P<a>{CODE}){_to(g)}(?P<b>\d{{1,3}})(?![\d:%])"


@pattern
def _places(g: Grammar) -> str:
    """`from the sixth second to the eleventh`: seconds and minutes by their place."""
    one = rf"(?:{ORDINAL}|{unit(g, 'units.MINUTE', 'units.SECOND', shortest=3)})"
    place = rf"{_article(g)}(?P<a>{ORDINAL})(?:\s(?P<unit>{one}))?"
    other = place.replace("<a>", "<b>").replace("<unit>", "<other>")
    return rf"(?:{g.apart('times.FROM')})?{place}{_strictly_to(g)}{other}(?!\s?{g.words('clips.CLIP')})"


@pattern
def _place(g: Grammar) -> str:
    one = rf"(?:{ORDINAL}|{unit(g, 'units.MINUTE', 'units.SECOND', shortest=3)})"
    at = rf"{g.apart('times.AT')}{g.words('times.ARTICLE')} "
    return rf"{at}(?P<a>{ORDINAL})\s(?P<unit>{one})(?!\s?{g.words('clips.CLIP')})"


def _end(g: Grammar) -> str:
    return rf"(?:\s?(?:{g.words('times.TO')}|[-–—~])\s?{g.words('times.END')})"


@pattern
def _from_on(g: Grammar) -> str:
    return (
        rf"{g.not_after('times.ONWARDS_FROM_NOT_AFTER')}{g.apart('times.ONWARDS_FROM')}{_article(g)}"
        rf"(?P<a>{_TIME}){_mark(g)}(?:\s?{g.words('times.ONWARDS')}|{_end(g)})?"
        rf"|(?P<c>{_TIME})(?:\s?{g.words('times.ONWARDS_BEHIND')})"
        rf"|(?P<d>{CODE}){_end(g)}|(?P<e>[{LENGTH}{POINT}]){_wide_end(g)}"
    )


def _wide_end(g: Grammar) -> str:
    return rf"{g.wide('times.TO')}\s?{g.words('times.END')}"


@pattern
def _before(g: Grammar) -> str:
    return (
        rf"{g.apart('times.BEFORE')}{_article(g)}(?P<a>{_TIME}){_mark(g)}"
        rf"|(?P<b>{_TIME})\s?{g.words('times.BEFORE_BEHIND')}"
    )


def _head_words(g: Grammar) -> str:
    return rf"{g.not_after('times.HEAD_NOT_AFTER')}{g.apart('times.HEAD')}"


def _tail_words(g: Grammar) -> str:
    return rf"{g.not_after('times.TAIL_NOT_AFTER')}{g.apart('times.TAIL')}"


def _opened(g: Grammar) -> str:
    return rf"(?:\b{g.words('times.ARTICLE')} )?"


@pattern
def _head(g: Grammar) -> str:
    return (
        rf"{_opened(g)}{_head_words(g)}{_article(g)}(?P<a>{LENGTH})"
        rf"|(?P<d>{LENGTH}) {g.words('times.HEAD_BEHIND')}"
    )


def _counted(g: Grammar, ends: str) -> str:
    """`les 3 premières secondes`: the number stands before what it counts from."""
    return rf"{_opened(g)}(?P<a>{ANY}) {ends}(?P<unit>{unit(g, shortest=3)})"


@pattern
def _counted_head(g: Grammar) -> str:
    return _counted(g, g.apart("times.HEAD"))


@pattern
def _counted_tail(g: Grammar) -> str:
    return _counted(g, g.apart("times.TAIL"))


@pattern
def _tail(g: Grammar) -> str:
    return rf"{_opened(g)}{_tail_words(g)}(?P<a>{LENGTH})"


def _long_unit(g: Grammar) -> str:
    one = rf"(?P<unit>{unit(g, 'units.MINUTE', 'units.HOUR', shortest=4)})"
    return rf"{one}(?P<half>\s{g.words('units.AND_A_HALF')})?(?! {g.words('times.MARK')})"


@pattern
def _head_unit(g: Grammar) -> str:
    return rf"{_opened(g)}{_head_words(g)}{_long_unit(g)}"


@pattern
def _tail_unit(g: Grammar) -> str:
    return rf"{_opened(g)}{_tail_words(g)}{_long_unit(g)}"


@pattern
def _both_ends(g: Grammar) -> str:
    joint = g.words("times.TO_OR_AND")
    return (
        rf"{_opened(g)}{g.words('times.HEAD')} {joint} (?P<last>{_article(g)}{g.words('times.TAIL')}) (?P<a>{LENGTH})"
    )


@pattern
def _at(g: Grammar) -> str:
    about = rf"(?:{g.words('times.ABOUT')} )?"
    return (
        rf"{g.apart('times.AT')}{_article(g)}{about}(?P<a>{LENGTH}){_mark(g)}"
        rf"|{_article(g)}(?P<b>{LENGTH})[ -]{g.words('times.MARK')}"
        rf"|(?P<c>{LENGTH})\s?{g.words('times.AT_BEHIND')}|(?P<f>{LENGTH})(?={g.words('times.AT_AHEAD_OF')})"
        rf"|(?P<d>[{POINT}{COUNTED}])"
    )


@pattern
def _amount(g: Grammar) -> str:
    return rf"\b{g.words('times.AMOUNT')}\s$"


def _read_closed(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    a, b = shadow.value(match, "a"), shadow.value(match, "b")
    bound = match["from"] or match["after"] or match["open"]
    return None if a >= b or (match["weak"] and not bound) else (a, b)


def _read_shared(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    marked = match["a"] == "0" or match["from"] or match["after"] or match["first"] or match["mark"]
    if not marked or (not match["from"] and _amount(g).search(shadow.text, 0, match.start())):
        return None
    return _scaled(g, shadow, match)


def _scaled(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    size = unit_ms(g, match["unit"])
    a, b = round(shadow.value(match, "a") * size), round(shadow.value(match, "b") * size)
    return (a, b) if a < b else None


def _scaled_halves(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    """`minute seven to minute eight and a half`."""
    size = unit_ms(g, match["unit"])
    a, b = (round((shadow.value(match, n) + (0.5 if match[f"{n}_half"] else 0)) * size) for n in ("a", "b"))
    return (a, b) if a < b else None


def _placed_unit(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    """Milliseconds of the unit that is counted by place; 0 where none is."""
    said = {shadow.said(match, name) for name in ("unit", "other") if match.groupdict().get(name)}
    return g.unit_ms.get(said.pop(), 0) if len(said) == 1 else 0


def _read_places(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    size = _placed_unit(g, shadow, match)
    a, b = ordinal_value(shadow, match, "a") * size, ordinal_value(shadow, match, "b") * size
    return (a, b) if 0 < a < b else None


def _read_place(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int | None:
    size = _placed_unit(g, shadow, match)
    return ordinal_value(shadow, match, "a") * size if size and ordinal_value(shadow, match, "a") > 0 else None


def _read_code_and_number(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    a = shadow.value(match, "a")
    b = a // 60_000 * 60_000 + int(match["b"]) * 1000
    return (a, b) if a < b else None


def _one(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    group = next(name for name, text in match.groupdict().items() if text)
    return int(shadow.value(match, group))


def _onwards(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, None]:
    return _one(g, shadow, match), None


def _up_to(g: Grammar, shadow: Shadow, match: re.Match[str]) -> tuple[int, int] | None:
    ms = _one(g, shadow, match)
    return (0, ms) if ms else None


def _scaled_one(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    ms: int = round(shadow.value(match, "a") * unit_ms(g, match["unit"]))
    return ms


def _unit(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    size = unit_ms(g, match["unit"])
    return size * 3 // 2 if match["half"] else size


def _paint_both_ends(canvas: MaskedText, g: Grammar) -> None:
    """`the first and the last five minutes`: one length for a head and a tail."""
    shadow = _with_times(g, with_numbers(canvas.masked, g))
    for match in _both_ends(g).finditer(shadow.text):
        middle, end = match.start("last"), match.end()
        ms = shadow.value(match, "a")
        mark(canvas, shadow, "head", match.start(), middle, ms)
        mark(canvas, shadow, "tail", middle, end, ms)


def mark_times(canvas: MaskedText, g: Grammar) -> None:
    """Paint ranges, then heads and tails, then points, then durations."""
    mark_all(canvas, g, with_ordinals, _places, "range", _read_places)
    mark_all(canvas, g, with_ordinals, _place, "time", _read_place)
    numbers = with_numbers(canvas.masked, g)
    if not _any_unit_or_code(g).search(numbers.text):
        return
    _mark_ranges(canvas, g)
    mark_all(canvas, g, with_numbers, _head_unit, "head", _unit)
    mark_all(canvas, g, with_numbers, _tail_unit, "tail", _unit)
    for regex, kind, read in _SINGLE:
        mark_all(canvas, g, _timed, regex, kind, read)
    for match in list(_CODE_ONLY.finditer(canvas.masked)):
        canvas.paint(Token("time", match.start(), match.end(), match.group(), value=_code_ms(match.group())))
    mark_all(canvas, g, _lengths, lambda g: re.compile(LENGTH), "duration", _length)


@pattern
def _any_unit_or_code(g: Grammar) -> str:
    return rf"(?<![a-zß-ÿ]){unit(g)}|\d:\d"


def _timed(text: str, g: Grammar) -> Shadow:
    return _with_times(g, with_numbers(text, g))


def _lengths(text: str, g: Grammar) -> Shadow:
    return with_lengths(g, with_numbers(text, g))


def _length(g: Grammar, shadow: Shadow, match: re.Match[str]) -> int:
    return int(shadow.value(match, 0))


def _mark_ranges(canvas: MaskedText, g: Grammar) -> None:
    mark_all(canvas, g, _timed, _plainly_closed, "range", _read_closed)
    mark_all(canvas, g, _timed, _closed, "range", _read_closed)
    mark_all(canvas, g, with_numbers, _shared, "range", _read_shared)
    mark_all(canvas, g, with_numbers, _unit_first, "range", _scaled_halves)
    mark_all(canvas, g, _timed, _code_and_number, "range", _read_code_and_number)
    _paint_both_ends(canvas, g)
    mark_all(canvas, g, with_numbers, _counted_head, "head", _scaled_one)
    mark_all(canvas, g, with_numbers, _counted_tail, "tail", _scaled_one)
    mark_all(canvas, g, _timed, _head, "head", _one)
    mark_all(canvas, g, _timed, _tail, "tail", _one)


_SINGLE: tuple[tuple[Callable[[Grammar], re.Pattern[str]], TokenKind, MatchReader], ...] = (
    (_from_on, "range", _onwards),
    (_before, "range", _up_to),
    (_at, "time", _one),
)
