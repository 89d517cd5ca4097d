"""Times: durations, points, ranges, heads and tails. All values are milliseconds."""

import re

from ..numbers import ANY, LATIN, ZH, value_of
from ..tokens import MaskedText, Token
from .matching import compile_pattern, mark_all

_MS = {
    "hour": 3_600_000, "hr": 3_600_000, "h": 3_600_000, "hora": 3_600_000, "heure": 3_600_000, "stunde": 3_600_000,
    "stunden": 3_600_000, "小时": 3_600_000, "钟头": 3_600_000, "时间": 3_600_000, "시간": 3_600_000,
    "minute": 60_000, "min": 60_000, "m": 60_000, "minuto": 60_000, "minuten": 60_000,
    "分钟": 60_000, "分": 60_000, "분": 60_000,
    "second": 1000, "sec": 1000, "s": 1000, "segundo": 1000, "seconde": 1000, "sekunde": 1000, "sekunden": 1000,
    "seg": 1000,
    "秒钟": 1000, "秒": 1000, "초": 1000,
    "millisecond": 1, "ms": 1, "毫秒": 1, "milisegundo": 1,
}  # fmt: skip
_latin_units = (
    r"(?:hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s|milliseconds?|ms|horas?|heures?|stunden?"
    r"|minutos?|minuten"
    r"|segundos?|secondes?|sekunden?|segs?|milisegundos?)(?![a-zà-ÿ])"
)
_zh_units = r"(?:个?小时|个?钟头|时间|分钟?|秒钟?|毫秒|시간|분|초)"
UNIT = rf"(?:{_latin_units}|{_zh_units})"
_EDGE = r"(?![a-zà-ÿ])"
_hours = rf"(?:hours?|hrs?|h|horas?|heures?|stunden?){_EDGE}"
_minutes = rf"(?:minutes?|mins?|m|minutos?|minuten){_EDGE}"
_seconds = rf"(?:seconds?|secs?|s|segundos?|secondes?|sekunden?|segs?){_EDGE}"
_num = r"(?:\d+(?:[.,]\d+)?|" + LATIN[len(r"(?:\d+(?:\.\d+)?|") :]
_pair = r"(?:\s?(?:and|-|–|~|to|or|到|至|或者?|a|o|oder|ou|bis)\s?)"


def _then(*units: str) -> str:
    """Smaller units that go on with a length; a repeated unit is another length: `10 seconds and 30 seconds`."""
    return "".join(rf"(?:(?: and|,)? ?(?<![\d.:])(?:{_num})[ -]?{unit})?" for unit in units)


_TENS_WORDS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"

_ALTERNATIVES = (
    rf"(?<![\d.:])(?!(?:{_TENS_WORDS})-){ANY}(?! and){_pair}{ANY}[ -]?{UNIT}",
    r"[一二两三四五六七八][二两三四五六七八九](?=十?(?:分|秒|个?小时|个?钟头))十?(?:分钟?|秒钟?|个?小时|个?钟头)",
    r"\b(?:(?:an?|one|three) )?quarters? of an hour\b",
    rf"半个?(?:小时|钟头|分钟?|秒钟?)|{ANY}个半(?:小时|钟头)|{ANY}(?:小时|钟头|分钟?|秒钟?)半钟?|[一三]刻钟",
    r"\b(?:half (?:of )?an? |half[ -](?:an?[ -])?)(?:hour|minute|second|min|sec)\b"
    r"|\bmedi[oa] (?:minuto|hora|segundo)\b"
    r"|\bune demi-(?:heure|minute|seconde)\b|\beine halbe (?:minute|stunde|sekunde)\b"
    r"|\bmeio minuto\b|\bmeia hora\b",
    rf"\b(?:{_num}) and a half[ -](?:hours?|minutes?|mins?|seconds?|secs?)\b|\b(?:an?|one) (?:hour"
    rf"|minute|min|second|sec) and a half\b"
    rf"|\b(?:{_num}) (?:minutos?|horas?|segundos?) y medi[oa]\b|\b(?:{_num}) minutes? et demie?\b"
    rf"|\banderthalb (?:minuten|stunden)\b",
    rf"\b(?:an?|{_num}) {_minutes} (?:and )?(?:{_num})"
    r"(?=\s*(?:$|[,.;!?]|(?:of|to|until|till|long|in|with|please|thanks)\b))",
    rf"(?<![\d.:])(?:{_num})(?: (?:more|extra|additional|full|whole"
    rf"|further))?[ -]?(?:{_hours}{_then(_minutes, _seconds)}|{_minutes}{_then(_seconds)}|{_latin_units})",
    rf"(?:\d+(?:\.\d+)?|{ZH})\s?{_zh_units}(?:零?(?:\d+(?:\.\d+)?"
    rf"|{ZH})\s?{_zh_units})*(?:(?<=[分分])\d{{1,2}}(?!\d|\s?[%倍度个段:.p]))?",
    r"\b(?:a |the )?couple (?:of )?(?:hours|minutes|mins|seconds|secs)\b|\b(?:a )?few (?:minutes"
    r"|mins|seconds|secs)\b|几(?:分钟|秒钟?)",
    r"\b(?:an?|one)(?: (?:extra|additional|more|further|whole|full|single))? (?:hour|minute|min|second|sec)\b"
    r"|\b(?:un|une|ein|eine|einer|um|uma) (?:minuto?"
    r"|minute|hora|heure|stunde|segundo|seconde|sekunde)\b",
)
DURATION = "(?:" + "|".join(_ALTERNATIVES) + ")"
_LOOSE = re.compile(rf"(an?|{_num}) (?:minutes?|mins?) (?:and )?({_num})")
_QUARTERS = re.compile(r"(an?|one|three|) ?quarters? of an hour")
_PART = re.compile(rf"({_num}|{ZH})(?: (?:more|extra|additional|full|whole|further))?[ -]?\s?({UNIT})")
_PAIR = re.compile(rf"({ANY}){_pair}({ANY})[ -]?({UNIT})")
_ZH_PAIR = re.compile(r"([一二两三四五六七八])([二两三四五六七八九])(十?)(分钟?|秒钟?|个?小时|个?钟头)")
_HALF = re.compile(r"半|half|medi[oa]|demi|halbe|anderthalb|mei[oa]")


def pair_ms(text: str) -> tuple[int, int] | None:
    """Both ends of `5 to 10 seconds`, `两三分钟`; None when the text gives one length."""
    text = text.strip()
    if match := _PAIR.search(text):
        unit = unit_ms(match[3])
        return round(value_of(match[1]) * unit), round(value_of(match[2]) * unit)
    if match := _ZH_PAIR.fullmatch(text):
        unit = unit_ms(match[4]) * (10 if match[3] else 1)
        return round(value_of(match[1]) * unit), round(value_of(match[2]) * unit)
    return None


def unit_ms(unit: str) -> int:
    """Milliseconds of one unit; plural and measure word forms included."""
    unit = unit.strip().removeprefix("个").rstrip(".")
    if unit in _MS:
        return _MS[unit]
    return _MS[unit[:-1]]


def _unit_in(text: str) -> int:
    found = re.search(UNIT.replace(r"(?![a-zà-ÿ])", r"\b"), text)
    if found is None:
        raise ValueError(f"no unit of time in {text!r}")
    return unit_ms(found.group())


def parse_duration(text: str) -> int | None:
    """Milliseconds of a match of `DURATION`; a pair such as `2-3 mins` is read as its middle."""
    text = text.strip()
    if match := _LOOSE.fullmatch(text):
        seconds = value_of(match[2])
        whole = 1.0 if match[1] in ("a", "an") else value_of(match[1])
        return round(whole * 60_000 + seconds * 1000) if seconds < 60 else None
    if match := _QUARTERS.fullmatch(text):
        return (3 if match[1] == "three" else 1) * 900_000
    if "刻钟" in text:
        return 900_000 if text[0] == "一" else 2_700_000
    if (match := _PAIR.fullmatch(text)) and not re.match(rf"(?:{_TENS_WORDS})-", text):
        return round((value_of(match[1]) + value_of(match[2])) / 2 * unit_ms(match[3]))
    if match := _ZH_PAIR.fullmatch(text):
        tens = 10 if match[3] else 1
        return round((value_of(match[1]) + value_of(match[2])) / 2 * tens * unit_ms(match[4]))
    if re.search(r"couple|\bfew\b|几", text):
        return (2 if "couple" in text else 3) * _unit_in(re.sub(r"^.*?(couple of|couple|few|几)\s?", "", text))
    if _HALF.search(text):
        return _halves(text)
    return _sum(text)


def _halves(text: str) -> int | None:
    unit = _unit_in(
        re.sub(
            r"\b(?:an?|and|half|one|of|y|et|medi[oa]|mei[oa]|une|eine|halbe)\b|[-半]|demie?-?"
            r"|anderthalb",
            " ",
            text,
        )
    )
    number = re.search(_num + "|" + ZH, re.sub(r"\bhalf\b|\bone\b(?= (?:hour|min|sec))", " ", text))
    if re.search(r"anderthalb", text):
        return unit * 3 // 2
    if re.match(r"(?:half|半|medi[oa]|mei[oa]|une demi|eine halbe)", text):
        return unit // 2
    return round((value_of(number.group()) if number else 1) * unit + unit / 2)


def _sum(text: str) -> int | None:
    total, end = 0.0, 0
    for match in _PART.finditer(text):
        total += value_of(match[1]) * unit_ms(match[2])
        end = match.end()
    if not end:
        return _unit_in(text)
    if loose := re.fullmatch(r"(\d{1,2})", text[end:]):
        total += int(loose[1]) * 1000
    return round(total)


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

_CLOSED = compile_pattern(
    rf"(?:(?P<from>{_FROM})\s?)?(?:the )?(?P<a>{_POINT}){_MARK}{_TO}"
    rf"(?:the )?(?P<b>{_POINT}){_MARK}(?P<after>{_ZH_AFTER})?"
)
_SHARED = compile_pattern(
    rf"(?:(?P<from>{_FROM})\s?)?(?:the )?(?P<first>第)?(?P<a>{ANY}){_TO}"
    rf"(?:the )?第?(?P<b>{ANY})[ -]?(?P<unit>{UNIT}){_MARK}(?P<after>{_ZH_AFTER})?"
)
_UNIT_FIRST = compile_pattern(rf"\b(?P<unit>minutes|seconds)\s(?P<a>{ANY}){_TO}(?P<b>{ANY})\b")
_CODE_AND_NUMBER = compile_pattern(rf"(?:(?P<from>{_FROM})\s?)(?P<a>{_CODE}){_TO}(?P<b>\d{{1,3}})(?![\d:%])")
_FROM_ON = compile_pattern(
    rf"(?:(?<!run )(?<!go )(?<!runs )(?<!goes )\b(?:from|after|past|beyond|starting (?:at|from)"
    rf"|start(?:s|ing)? at|beginning at|since|a partir de|ab|desde|à partir de)\s(?:the )?(?P<a>{_POINT}){_MARK}"
    rf"(?: (?:onwards?|forward|on|to {_END}|until {_END}|till {_END}))?)"
    rf"|从(?P<b>{_POINT})(?:开始|以后|之后|往后|起|到{_END}|的?地方开始|处开始)?"
    rf"|(?P<c>{_POINT})(?:以后|之后|往后|到{_END}|以降)"
    rf"|(?P<d>{_CODE})(?:\s(?:to|until|till|through)\s|\s?[-–—]\s?){_END}"
)
_BEFORE = compile_pattern(
    rf"\b(?:before|until|till|prior to)\s(?:the )?(?P<a>{_POINT}){_MARK}|(?P<b>{_POINT})(?:之前|以前|まで)"
)
_HEAD = compile_pattern(
    rf"\b(?:the )?(?:first|opening|initial|starting)\s(?:the )?(?P<a>{DURATION})|\b(?:los |les "
    rf"|die |os |as |las )?(?:primeros|primeras|premières|premiers|ersten|primeiros"
    rf"|primeiras)\s(?P<c>{DURATION})"
    rf"|(?:最前面?|最初的?|最开始的?|片头的?|开头的?|前面的?|(?<![提往向])前|头|开始的?)(?P<b>{DURATION})"
    rf"|(?P<d>{DURATION}) (?:of the (?:start|beginning|opening))"
)
_TAIL = compile_pattern(
    rf"\b(?:the )?(?:last|final|closing|ending)\s(?P<a>{DURATION})|\b(?:los |las |les "
    rf"|die )?(?:últimos|últimas|dernières|derniers|letzten|últimos)\s(?P<c>{DURATION})"
    rf"|(?:最后的?|最末|末尾的?|片尾的?|结尾的?|后面的?|(?<![往延推之以])后)(?P<b>{DURATION})"
)
_HEAD_UNIT = compile_pattern(r"\b(?:the )?(?:very )?(?:first|opening) (?P<unit>minute|hour)\b(?! mark)")
_TAIL_UNIT = compile_pattern(r"\b(?:the )?(?:very )?(?:last|final|closing) (?P<unit>minute|hour)\b(?! mark)")
_BOTH_ENDS = compile_pattern(
    rf"\b(?:the )?(?:first|opening) and (?P<last>(?:the )?(?:last|final|closing)) (?P<a>{DURATION})"
)
_AT = compile_pattern(
    rf"(?:\bat|\baround|@|\bnear)\s(?:the |about )?(?P<a>{DURATION}){_MARK}"
    rf"|(?:the )?(?P<b>{DURATION})(?:[ -](?:mark|point|in)\b)"
    rf"|(?P<c>{DURATION})(?:的地方|处|那里|那儿|那边|的位置|的时候|左右的地方|时候|のところ)|在(?P<e>{DURATION})"
    rf"|(?P<f>{DURATION})的(?=(?:画面|那一?帧|这一?帧|镜头)(?:定格|静止|冻结|停))"
    rf"|(?P<d>{_POINT_ZH}|{_MINUTE_N})"
)
_AMOUNT_CONTEXT = compile_pattern(r"(?:\bat most|\bonly|\bby|\bof|\blike|\bmake|\babout|\ba)\s$")


_CODE_ONLY, _DURATION_ONLY = compile_pattern(_CODE), compile_pattern(DURATION)


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


def _paint_both_ends(canvas: MaskedText) -> None:
    """`the first and the last five minutes`: one length for a head and a tail."""
    for match in _BOTH_ENDS.finditer(canvas.masked):
        ms = point_ms(match["a"])
        if ms is not None:
            middle = match.start("last")
            canvas.paint(Token("head", match.start(), middle, match.string[match.start() : middle], value=ms))
            canvas.paint(Token("tail", middle, match.end(), match.string[middle : match.end()], value=ms))


def mark_times(canvas: MaskedText) -> None:
    """Paint ranges, then heads and tails, then points, then durations."""
    mark_all(canvas, _CLOSED, "range", _closed)
    mark_all(canvas, _SHARED, "range", _shared)
    mark_all(canvas, _UNIT_FIRST, "range", _unit_first)
    mark_all(canvas, _CODE_AND_NUMBER, "range", _code_and_number)
    _paint_both_ends(canvas)
    mark_all(canvas, _HEAD, "head", _one)
    mark_all(canvas, _TAIL, "tail", _one)
    mark_all(canvas, _HEAD_UNIT, "head", lambda m: unit_ms(m["unit"]))
    mark_all(canvas, _TAIL_UNIT, "tail", lambda m: unit_ms(m["unit"]))
    mark_all(canvas, _FROM_ON, "range", _onwards)
    mark_all(canvas, _BEFORE, "range", _up_to)
    mark_all(canvas, _AT, "time", _one)
    mark_all(canvas, _CODE_ONLY, "time", lambda m: point_ms(m.group()))
    mark_all(canvas, _DURATION_ONLY, "duration", lambda m: parse_duration(m.group()))
