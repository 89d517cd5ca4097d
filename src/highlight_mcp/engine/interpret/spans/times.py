"""Times: durations, points, ranges, heads and tails. All values are milliseconds."""

import re

from ..numbers import ANY, LATIN, value_of
from ..token import Canvas, Token
from .durations import DURATION, UNIT, parse_duration, unit_ms
from .painting import paint_all, pattern

_CODE = r"(?<![\d:])(?:\d{1,2}:[0-5]\d:[0-5]\d|\d{1,3}:[0-5]\d)(?:\.\d{1,3})?(?![\d:])"
_POINT_ZH = rf"第{ANY}\s?(?:秒钟?|分钟?)(?:\d+秒)?"
_MINUTE_N = (
    r"(?:\b(?:minutes?|seconds?|minuto|minute|sekunde|segundo)\s\d+\b"
    rf"|(?:(?<=from )|(?<=to )|(?<=until )|(?<=till )|(?<=at )|(?<=and ))(?:minute|second)\s{LATIN})"
)
_POINT = rf"(?:{_CODE}|{_POINT_ZH}|{_MINUTE_N}|{DURATION})"
_MARK = r"(?:[ -](?:mark|point|in)\b)?"
_TO = (
    r"\s?(?:\bto\b|\band\b|\buntil\b|\btill\b|\bthrough\b|\bhasta\b|\bbis\b|\bà\b|\bjusqu'à\b"
    r"|\baté\b|\ba\b|-|–|—|~|到|至|から|부터|和|跟)\s?"
)
_END = r"(?:the (?:very )?end|end\b|结尾|最后|结束|末尾|片尾|el final|la fin|zum ende|最後)"
_FROM = r"(?:\bfrom\b|\bbetween\b|\bde\b|\bdesde\b|\bentre\b|\bvon\b|\bzwischen\b|从|在|把)"
_ZH_AFTER = r"(?:之间|这段|那段|这一段|的部分|的内容|的画面|的地方|为止|まで|까지)"

_CLOSED = pattern(
    rf"(?:(?P<from>{_FROM})\s?)?(?:the )?(?P<a>{_POINT}){_MARK}{_TO}"
    rf"(?:the )?(?P<b>{_POINT}){_MARK}(?P<after>{_ZH_AFTER})?"
)
_SHARED = pattern(
    rf"(?:(?P<from>{_FROM})\s?)?(?:the )?(?P<first>第)?(?P<a>{ANY}){_TO}"
    rf"(?:the )?第?(?P<b>{ANY})[ -]?(?P<unit>{UNIT}){_MARK}(?P<after>{_ZH_AFTER})?"
)
_UNIT_FIRST = pattern(rf"\b(?P<unit>minutes|seconds)\s(?P<a>{ANY}){_TO}(?P<b>{ANY})\b")
_CODE_AND_NUMBER = pattern(rf"(?:(?P<from>{_FROM})\s?)(?P<a>{_CODE}){_TO}(?P<b>\d{{1,3}})(?![\d:%])")
_FROM_ON = pattern(
    rf"(?:(?<!run )(?<!go )(?<!runs )(?<!goes )\b(?:from|after|past|beyond|starting (?:at|from)"
    rf"|start(?:s|ing)? at|beginning at|since|a partir de|ab|desde|à partir de)\s(?:the )?(?P<a>{_POINT}){_MARK}"
    rf"(?: (?:onwards?|forward|on|to {_END}|until {_END}|till {_END}))?)"
    rf"|从(?P<b>{_POINT})(?:开始|以后|之后|往后|起|到{_END}|的?地方开始|处开始)?"
    rf"|(?P<c>{_POINT})(?:以后|之后|往后|到{_END}|以降)"
    rf"|(?P<d>{_CODE})(?:\s(?:to|until|till|through)\s|\s?[-–—]\s?){_END}"
)
_BEFORE = pattern(
    rf"\b(?:before|until|till|prior to)\s(?:the )?(?P<a>{_POINT}){_MARK}|(?P<b>{_POINT})(?:之前|以前|まで)"
)
_HEAD = pattern(
    rf"\b(?:the )?(?:first|opening|initial|starting)\s(?:the )?(?P<a>{DURATION})|\b(?:los |les "
    rf"|die |os |as |las )?(?:primeros|primeras|premières|premiers|ersten|primeiros"
    rf"|primeiras)\s(?P<c>{DURATION})"
    rf"|(?:最前面?|最初的?|最开始的?|片头的?|开头的?|前面的?|(?<![提往向])前|头|开始的?)(?P<b>{DURATION})"
    rf"|(?P<d>{DURATION}) (?:of the (?:start|beginning|opening))"
)
_TAIL = pattern(
    rf"\b(?:the )?(?:last|final|closing|ending)\s(?P<a>{DURATION})|\b(?:los |las |les "
    rf"|die )?(?:últimos|últimas|dernières|derniers|letzten|últimos)\s(?P<c>{DURATION})"
    rf"|(?:最后的?|最末|末尾的?|片尾的?|结尾的?|后面的?|(?<![往延推之以])后)(?P<b>{DURATION})"
)
_HEAD_UNIT = pattern(r"\b(?:the )?(?:very )?(?:first|opening) (?P<unit>minute|hour)\b(?! mark)")
_TAIL_UNIT = pattern(r"\b(?:the )?(?:very )?(?:last|final|closing) (?P<unit>minute|hour)\b(?! mark)")
_BOTH_ENDS = pattern(rf"\b(?:the )?(?:first|opening) and (?P<last>(?:the )?(?:last|final|closing)) (?P<a>{DURATION})")
_AT = pattern(
    rf"(?:\bat|\baround|@|\bnear)\s(?:the |about )?(?P<a>{DURATION}){_MARK}"
    rf"|(?:the )?(?P<b>{DURATION})(?:[ -](?:mark|point|in)\b)"
    rf"|(?P<c>{DURATION})(?:的地方|处|那里|那儿|那边|的位置|的时候|左右的地方|时候|のところ)|在(?P<e>{DURATION})"
    rf"|(?P<f>{DURATION})的(?=(?:画面|那一?帧|这一?帧|镜头)(?:定格|静止|冻结|停))"
    rf"|(?P<d>{_POINT_ZH}|{_MINUTE_N})"
)
_AMOUNT_CONTEXT = pattern(r"(?:\bat most|\bonly|\bby|\bof|\blike|\bmake|\babout|\ba)\s$")


_CODE_ONLY, _DURATION_ONLY = pattern(_CODE), pattern(DURATION)


def point_ms(text: str) -> int | None:
    """Milliseconds of a timecode, `第40秒`, `minute 5` or a duration read as a point."""
    text = text.strip()
    if re.fullmatch(_CODE, text):
        parts = [float(p) for p in text.split(":")]
        seconds = 0.0
        for part in parts:
            seconds = seconds * 60 + part
        return round(seconds * 1000)
    if text.startswith("第"):
        return parse_duration(text[1:].strip())
    if match := re.fullmatch(rf"(minute|second|minuto|segundo|sekunde)s?\s({ANY})", text):
        return round(value_of(match[2]) * unit_ms(match[1]))
    return parse_duration(text)


def _closed(match: re.Match[str]) -> tuple[int, int] | None:
    a, b = point_ms(match["a"]), point_ms(match["b"])
    coded = ":" in match["a"] or ":" in match["b"] or "第" in match["a"]
    joined_by_and = re.search(r"\b(?:and|a)\b|和|跟", match.string[match.end("a") : match.start("b")])
    if a is None or b is None or a >= b or (joined_by_and and not (match["from"] or match["after"])):
        return None
    return (a, b) if coded or match["from"] or match["after"] or not joined_by_and else None


def _shared(match: re.Match[str]) -> tuple[int, int] | None:
    marked = (
        match["a"] == "0"
        or match["from"]
        or match["after"]
        or match["first"]
        or re.search(r"(?:mark|point|in)$", match.group())
    )
    if not marked or (_AMOUNT_CONTEXT.search(match.string[: match.start()]) and not match["from"]):
        return None
    unit = unit_ms(match["unit"])
    a, b = round(value_of(match["a"]) * unit), round(value_of(match["b"]) * unit)
    return (a, b) if a < b else None


def _code_and_number(match: re.Match[str]) -> tuple[int, int] | None:
    a = point_ms(match["a"]) or 0
    b = a // 60_000 * 60_000 + int(match["b"]) * 1000
    return (a, b) if a < b else None


def _unit_first(match: re.Match[str]) -> tuple[int, int] | None:
    unit = unit_ms(match["unit"])
    a, b = round(value_of(match["a"]) * unit), round(value_of(match["b"]) * unit)
    return (a, b) if a < b else None


def _captured(match: re.Match[str]) -> str:
    return next(text for text in match.groupdict().values() if text)


def _one(match: re.Match[str]) -> int | None:
    return point_ms(_captured(match))


def _onwards(match: re.Match[str]) -> tuple[int, None] | None:
    ms = point_ms(_captured(match))
    return None if ms is None else (ms, None)


def _up_to(match: re.Match[str]) -> tuple[int, int] | None:
    ms = point_ms(_captured(match))
    return (0, ms) if ms else None


def _paint_both_ends(canvas: Canvas) -> None:
    """`the first and the last five minutes`: one length for a head and a tail."""
    for match in _BOTH_ENDS.finditer(canvas.masked):
        ms = point_ms(match["a"])
        if ms is not None:
            middle = match.start("last")
            canvas.paint(Token("head", match.start(), middle, match.string[match.start() : middle], value=ms))
            canvas.paint(Token("tail", middle, match.end(), match.string[middle : match.end()], value=ms))


def paint(canvas: Canvas) -> None:
    """Paint ranges, then heads and tails, then points, then durations."""
    paint_all(canvas, _CLOSED, "range", _closed)
    paint_all(canvas, _SHARED, "range", _shared)
    paint_all(canvas, _UNIT_FIRST, "range", _unit_first)
    paint_all(canvas, _CODE_AND_NUMBER, "range", _code_and_number)
    _paint_both_ends(canvas)
    paint_all(canvas, _HEAD, "head", _one)
    paint_all(canvas, _TAIL, "tail", _one)
    paint_all(canvas, _HEAD_UNIT, "head", lambda m: unit_ms(m["unit"]))
    paint_all(canvas, _TAIL_UNIT, "tail", lambda m: unit_ms(m["unit"]))
    paint_all(canvas, _FROM_ON, "range", _onwards)
    paint_all(canvas, _BEFORE, "range", _up_to)
    paint_all(canvas, _AT, "time", _one)
    paint_all(canvas, _CODE_ONLY, "time", lambda m: point_ms(m.group()))
    paint_all(canvas, _DURATION_ONLY, "duration", lambda m: parse_duration(m.group()))
