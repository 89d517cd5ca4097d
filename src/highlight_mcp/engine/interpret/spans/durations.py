"""Lengths of time in words: `a minute and a half`, `2-3 mins`, `一分半`, `两三分钟`, `1h 02m`."""

import re

from ..numbers import ANY, LATIN, ZH, value_of

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
