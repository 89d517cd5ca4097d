"""Quantities: percent, factor, dB, LUFS, ratio, resolution, frame rate, file size, angle, counts."""

import re

from ..numbers import ANY, value_of
from ..tokens import MaskedText
from .matching import compile_pattern, mark_all

RATIOS = ("16:9", "9:16", "1:1", "4:5", "4:3", "3:4", "21:9", "2:3", "3:2")
_RATIO = compile_pattern(
    r"(?<![\d:.])(16|9|1|4|3|21|2)\s?(?::|比|x|/|by)\s?(9|16|1|5|3|4|2)(?![\d:.]"
    r"|\s?(?:sec|min|s\b|db|decibel|x\b|×|%|percent|steps?|times|frames?|stops?|lufs|倍|分贝))"
)
_CLIP_BEFORE = compile_pattern(r"(?:\b(?:clips?|shots?|scenes?|segments?|numbers?|no\.?|and)|第|段)\s?$")
_CINEMA = compile_pattern(r"\b(?:2\.3[59]|2\.40?)\s?:\s?1\b")
_TIME_BEFORE = compile_pattern(r"(?:\bat|\bfrom|\buntil|\btill|\bbefore|\bafter|\bbetween|在|从)\s?(?:the )?$")
_DECIBELS = compile_pattern(rf"([+\-−–]?)\s?({ANY})\s?(?:db\b|decibels?\b|分贝)")
_LUFS = compile_pattern(r"[-−–]?\s?(\d+(?:\.\d+)?)\s?(?:lufs|lkfs)\b")
_RESOLUTION = compile_pattern(
    r"(?<!\d)(?:(\d{3,4})\s?[pi]\b|(1[0-9]|[2468])\s?k\b|\b(uhd|ultra hd|full ?hd|fhd|hd|qhd)\b"
    r"|(\d{3,4})\s?[x×*]\s?(\d{3,4})|(超清|蓝光|高清))"
)
_RATE = compile_pattern(
    rf"({ANY})\s?(?:fps\b|frames? (?:per|a) second|帧每秒|帧/秒|帧)|(?:帧率|frame ?rate|fps)\s?(?:改成|改为|为"
    rf"|设为|设成|用|to|of|=|:|是|调到)?\s?({ANY})"
)
_SIZE = compile_pattern(
    rf"({ANY})\s?(mb|megabytes?|megs?|兆|gb|g\b|gigabytes?|mo\b|(?<=\d)m(?=以内|以下|之内|内))|(?:小于|不超过"
    rf"|低于|under|below|控制在)\s?(\d+)\s?(m)\b"
)
_DEGREES = compile_pattern(rf"([+\-−]?)\s?({ANY})\s?(?:°|degrees?\b|deg\b|度|grad\b|grados\b|degrés\b|graus\b)")
_PERCENT = compile_pattern(
    rf"({ANY})\s?(?:%|percent\b|per cent\b|pct\b|por ciento|prozent|パーセント|퍼센트)|百分之({ANY})"
    rf"|([一二两三四五六七八九])成(半)?(?!为|了|功|片)|([一二三四五六七八九十])分之([一二三四五六七八九])|\b(?:(an?|one|two"
    rf"|three)[ -](third|quarter|fifth)s?)\b(?= (?:of|the|as|speed|volume))"
)
_BY_PART = compile_pattern(
    r"\bby (?:an?|one) (third|quarter|fifth|tenth)\b"
    r"|\b(?:an?|one) (third|quarter|fifth|tenth) (?=faster|slower|louder|quieter|shorter|longer|less|more)"
)
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_FACTOR = compile_pattern(
    rf"(?<![a-z0-9])(\d+(?:\.\d+)?|{ANY})\s?(?:x\b|×|(?:times|fois|veces|vezes)\b|倍速?|fach\w*|배속?)"
    rf"|\bx\s?(\d+(?:\.\d+)?)\b"
)
_DOUBLE = compile_pattern(r"\b(double|twice|triple|quadruple)\b(?! (?:the|as|speed|volume|its|time))")
_STEPS = compile_pattern(
    rf"(?:(?:the )?(?:last|previous) )?({ANY}) (?:steps?|changes|edits|versions back|times|actions"
    rf"|operations)\b|({ANY})\s?(?:步|次(?:操作|修改|改动))|(?:前面?|最近)的?({ANY})(?:次|个)(?:操作|修改|改动)"
)
_VERSION = compile_pattern(
    rf"\b(?:version|rev(?:ision)?|v)\s?(?:number |no\.? ?|#)?(\d+|{ANY})\b|第({ANY})个?(?:版本?|稿)|版本\s?({ANY})"
)
_NUMBER = compile_pattern(
    rf"{ANY}(?=\s?(?:个|段|条|处|片段|镜头|遍|张|块|本|つ|개|best|top|clips?|shots?))|(?<![a-z\d.])\d+(?:\.\d+)?(?![a-z\d])|\b(?:two"
    rf"|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|dozen)\b"
)
_ARTICLES = frozenset({"一", "one", "uno"})


def _ratio(match: re.Match[str]) -> str | None:
    ratio = f"{match[1]}:{match[2]}"
    if "by" in match.group() and _CLIP_BEFORE.search(match.string[: match.start()]):
        return None
    if ratio not in RATIOS or (
        ratio == "9:16" and ":" in match.group() and _TIME_BEFORE.search(match.string[: match.start()])
    ):
        return None
    return ratio


def _decibels(match: re.Match[str]) -> float:
    size = value_of(match[2])
    return -size if match[1] in ("-", "−", "–") else size


def _resolution(match: re.Match[str]) -> str | None:
    if match[1]:
        return {"2160": "4k", "4320": "8k"}.get(match[1], f"{match[1]}p")
    if match[2]:
        return {"2": "1440p"}.get(match[2], f"{match[2]}k")
    if match[3]:
        return {"uhd": "4k", "ultra hd": "4k", "hd": "hd", "qhd": "1440p"}.get(match[3], "1080p")
    if match[6]:
        return "1080p" if match[6] == "蓝光" else None
    short = min(int(match[4]), int(match[5]))
    return {2160: "4k", 4320: "8k"}.get(short, f"{short}p") if short >= 240 else None


def _size(match: re.Match[str]) -> float:
    number, unit = match[1] or match[3], match[2] or match[4]
    return value_of(number) * (1000 if unit.startswith("g") else 1)


def _percent(match: re.Match[str]) -> float:
    if match[3]:
        return value_of(match[3]) / 10 + (0.05 if match[4] else 0)
    if match[5]:
        return value_of(match[6]) / value_of(match[5])
    if match[8]:
        return {"two": 2.0, "three": 3.0}.get(match[7], 1.0) / {"third": 3, "quarter": 4, "fifth": 5}[match[8]]
    return value_of(match[1] or match[2]) / 100


def _first(match: re.Match[str]) -> float:
    return value_of(next(text for text in match.groups() if text))


def _number(match: re.Match[str]) -> float | None:
    return None if match.group() in _ARTICLES else value_of(match.group())


def mark_first_quantities(canvas: MaskedText) -> None:
    """Quantities whose figures must not be read as times or clip numbers."""
    mark_all(canvas, _CINEMA, "ratio", lambda m: "21:9")
    mark_all(canvas, _RATIO, "ratio", _ratio)
    mark_all(canvas, _LUFS, "lufs", lambda m: -float(m[1]))
    mark_all(canvas, _DECIBELS, "decibels", _decibels)
    mark_all(canvas, _RESOLUTION, "resolution", _resolution)
    mark_all(canvas, _RATE, "rate", lambda m: None if m.group() == "一帧" else _first(m))
    mark_all(canvas, _SIZE, "size", _size)
    mark_all(canvas, _DEGREES, "degrees", lambda m: (-1 if m[1] in ("-", "−") else 1) * value_of(m[2]))
    mark_all(canvas, _PERCENT, "percent", _percent)
    mark_all(canvas, _BY_PART, "percent", lambda m: 1 / _PARTS[m[1] or m[2]])
    mark_all(canvas, _VERSION, "version", lambda m: int(_first(m)))
    mark_all(canvas, _STEPS, "steps", lambda m: int(_first(m)))
    mark_all(canvas, _FACTOR, "factor", _first)
    mark_all(canvas, _DOUBLE, "factor", lambda m: {"triple": 3.0, "quadruple": 4.0}.get(m[1], 2.0))


def mark_quantities(canvas: MaskedText) -> None:
    """Bare numbers: what is left of them."""
    mark_all(canvas, _NUMBER, "number", _number)
