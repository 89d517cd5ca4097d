"""Clip numbers: `clips 2-4`, `the 2nd and the last clip`, `第二到第四段`, `倒数第二段`, `last three clips`.

The value is a tuple of (first, last) pairs; negative numbers count from the end, -1 being the last.
"""

import re

from ..numbers import ANY, ZH, value_of
from ..tokens import MaskedText, Token
from .matching import compile_pattern, mark_all

Pairs = tuple[tuple[int, int], ...]

_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "opening": 1, "last": -1, "final": -1, "closing": -1, "penultimate": -2,
    "opener": 1, "closer": -1,
    "primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3, "tercera": 3,
    "cuarto": 4, "cuarta": 4, "quinto": 5, "último": -1, "última": -1, "premier": 1, "première": 1, "deuxième": 2,
    "troisième": 3,
    "quatrième": 4, "cinquième": 5, "sixième": 6, "dernier": -1, "dernière": -1, "erste": 1, "ersten": 1, "zweite": 2,
    "zweiten": 2, "dritte": 3, "dritten": 3, "vierte": 4, "vierten": 4, "fünfte": 5, "fünften": 5, "sechsten": 6,
    "letzte": -1, "letzten": -1,
    "primeiro": 1, "primeira": 1, "terceiro": 3, "terceira": 3, "quarto": 4, "quarta": 4, "quinta": 5, "sexto": 6,
}  # fmt: skip
_noun = (
    r"(?:clips?|shots?|segments?|scenes?|sections?|pieces?|takes?|bits?|parts?|ones?|clipes?"
    r"|escenas?|cortes?|plans?|séquences?|szenen?|trechos?|cenas?|片段|镜头|段落?)"
)
_word = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_from_end = (
    r"(?:(?P<back>second|third|fourth|next|2nd|3rd|4th)(?: |-)(?:to(?: |-)|from(?: "
    r"|-)(?:the )?)?(?:last|end))"
)
_ordinal = (
    rf"(?:(?:second|third|fourth|next|2nd|3rd|4th)[ -](?:to[ -]|from[ -](?:the )?)?(?:last"
    rf"|end)|\d+(?:st|nd|rd|th|er|ère|e|ème|º|ª|\.(?= clip| szene))|{_word})"
)
_ordinal_word = (
    rf"\b(?:the |el |la |le |den |die |das |der |o |a |del "
    rf"|du )?\b{_ordinal}(?![a-zà-ÿ])(?:\s(?:{_noun})\b(?:'s\b)?)?(?: of (?:the|my) (?:video|reel|timeline))?"
)
_and = r"(?:\s?,\s?(?:and |or |y |et |und |e )?|\s(?:and|or|&|y|et|und|e)\s|\s?(?:和|、|跟|与|以及|还有|及)\s?)"
_to = r"(?:\s?(?:-|–|—|~|到|至)\s?|\s(?:to|through|thru|until|a|à|bis|al|au|até)\s)"
_LATIN_ORDINALS = compile_pattern(rf"{_ordinal_word}(?:(?:{_and}|{_to}){_ordinal_word})*")
_LATIN_ONE = compile_pattern(
    rf"(?P<to>{_to})?\b(?:the |el |la |le |den |die |das |der |o |a |del "
    rf"|du )?\b(?P<n>{_ordinal})\b(?P<noun>\s{_noun}\b)?"
)
_NOT_NUMBER = (
    r"(?!\s?(?:%|°|x\b|:\d|db\b|fps|sec|min|s\b|m\b|h\b|秒|分|倍|度|percent|times|seconds?|minutes?"
    r"|hours?)|[.:]?\d)"
)
_cardinal = (
    r"(?:(?:clip )?(?:number |no\.? ?|nº ?|#)?(?:\d+|\b(?:one|two|three|four|five|six"
    r"|seven|eight|nine|ten|uno|dos|tres|cuatro|deux|trois|quatre|zwei|drei|vier|dois|três"
    r"|quatro)\b|[一二三四五六七八九十]+))"
)
_CARDINALS = compile_pattern(
    rf"(?:\b(?:the )?(?:clips?|shots?|segments?|scenes?|sections?|pieces?|clipes?|escenas?|plans?"
    rf"|szenen?|cenas?|numbers?|nos?\.)|(?<!每个)(?<!每)(?:片段|镜头)|クリップ|클립|(?=#\d))\s?(?:numbers?\s"
    rf"|nos?\.?\s|n°\s?|#)?"
    rf"{_cardinal}{_NOT_NUMBER}(?:(?:{_and}|{_to})(?:clips? )?{_cardinal}{_NOT_NUMBER})*(?:号)?"
)
_words = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)"
_SPOKEN = compile_pattern(
    rf"\b(?:clips|shots|segments|scenes|numbers|keep|drop|remove|delete|cut|lose|mute)"
    rf"(?P<list> {_words}(?:,? {_words})*,? and {_words}|(?: {_words}){{2,}})\b{_NOT_NUMBER}"
    r"(?!\s(?:clips?|shots?|moments?|more|of|things?|best))"
)
_CARDINAL_ONE = compile_pattern(
    rf"(?P<to>{_to})?(?:clips? ?)?(?:number |no\.? ?|#)?(?P<n>\d+|\b[a-zê]+\b|[一二三四五六七八九十]+)"
)
_zh_unit = (
    r"(?:个?片段|个?镜头|个?段落|号片段|号镜头|个?画面|个?场景|个?clip|段视频|段|断(?!开)|条|个|幕|号"
    r"|番目のクリップ|番目|つ目のクリップ|つ目|カット目|번째 클립|번째)"
)
_own_wish = (
    rf"\s?(?:倒数)?第?\s?{ANY}\s?{_zh_unit}?"
    r"(?:放|移|挪|调|排|加速|加快|慢|快|变|改|静音|延长|缩短|声音|音量|结尾|开头|用|\ue000)"
)
_CJK = compile_pattern(
    rf"(?:倒数)?第\s?{ANY}\s?{_zh_unit}?(?:(?:的?\s?(?:和|、|跟|与|以及|还有|及|,(?!{_own_wish})|到|至|-"
    rf"|~)\s?)(?:倒数)?第?\s?(?:最后一?{_zh_unit}|{ANY}\s?{_zh_unit}?))*"
    rf"(?![\d一二三四五六七八九十百]|\s?(?:秒|分|小时|次|步|版|人|名|场|节|局|句|行|半|帧|盘|稿))"
)
_SPARED = (
    rf"(?:倒数)?第\s?{ANY}\s?{_zh_unit}?(?:\s?(?:和|、|跟|与|以及|还有|及|到|至|-|~)\s?第?\s?{ANY}\s?{_zh_unit}?)*"
)
_CJK_SPARED = compile_pattern(rf"(?:(?<=除了)|(?<=除了\s)|(?<=除)){_SPARED}|{_SPARED}(?=\s?(?:以外|之外|除外))")
_CJK_LOOSE = compile_pattern(
    rf"(?<![\d第一二两三四五六七八九十.])(?:\d+|[一二三四五六七八九十]+)(?:号|番目|つ目|번째)\s?{_zh_unit}?"
    rf"|\d+(?:\s?[、,和到至-]\s?\d+)+\s?(?:号?片段|号?镜头|段)"
)
_BARE_LIST = compile_pattern(
    rf"(?<![\d.:])(?:\d{{1,2}})(?:(?:{_and}|{_to})\d{{1,2}})+(?=\s*(?:[,.;!?]|$)|\s+(?:and|then"
    rf"|but|please|to the|out|off|go|can)\b)"
)
_CJK_DIGITS = compile_pattern(
    r"(?<![第一二三四五六七八九十百\d])[一二三四五六七八九](?:、?[一二三四五六七八九])+(?=段|号|个?片段|个?镜头)(?:段|号|个?片段|个?镜头)"
)
_CJK_ONE = compile_pattern(rf"(?P<to>到|至|-|~)?\s?(?P<back>倒数)?第?\s?(?P<n>最后一?|{ANY})\s?{_zh_unit}?")
_GROUP = compile_pattern(
    rf"\b(?:the )?(?P<end>first|last|final|opening) (?P<n>{ANY}|couple(?: of)?)(?: {_noun}\b|(?=\s*(?:$|[,.;!?])))"
    rf"|(?P<zend>前面?|头|最前面的?|开头|最后的?|后面?|末尾|最末)(?P<zn>{ANY})(?:个|段|条)?(?:片段|镜头|段|个)(?!\s?月)"
    rf"|\b(?:las |los |les |die |os |as )(?P<rend>primer[oa]s|últim[oa]s|premiers|derniers|ersten"
    rf"|letzten|primeiros) (?P<rn>{ANY}) {_noun}"
)
_END_ZH = compile_pattern(
    r"(?:最后|末|最末|结尾)(?:那|这)?(?:一|的)?(?:个|段|条)?(?:片段|镜头|段|个|クリップ)|(?:最后|结尾)(?:那|这)?一?(?:段|个|条)|末段"
    r"|尾段|最後のクリップ|마지막 클립"
)
_START_ZH = compile_pattern(
    r"(?:最前面?|开头|首|打头)(?:那|这)?(?:一|的)?(?:个|段|条)(?:片段|镜头)?"
    r"|首段|最初のクリップ|첫 번째 클립|첫번째 클립|첫 클립"
)
_PLACE_ZH = compile_pattern(
    rf"(?:放|排|挪|移|提|调)(?:到|在|成|去)?第(?P<n>{ANY})(?:个|位|位置)?(?=\s*(?:$|[,，。.;；、!！]|然后|再|并|接着))"
)
_ENDS_ZH = compile_pattern(r"(?:首尾|头尾|前后)(?:这|那)?(?:两|二|各一)(?:个|段|条)(?:片段|镜头|段)?")
_ONWARDS = compile_pattern(
    r"\b(?:everything|all|anything|all clips|the clips|clips) (?:after|following"
    r"|past) (?:the )?(?:clip (?P<a>\d+)|(?P<b>\d+)(?:st|nd|rd|th) clip)|第(?P<c>"
    + ZH
    + r"|\d+)(?:个|段)?(?:片段|镜头|段)?(?:以后|之后|后面)(?:的|所有|全|都)(?:所有|部)?"
)
_AFTER_BARE = compile_pattern(
    r"\s*(?:half|time|times|minutes?|seconds?|hours?|frames?|of\b|thing|things|version|versions"
    r"|draft|goal|quarter|period|set\b|inning|game|match|place|and foremost|step|steps|edit|edits"
    r"|change|changes|title|text|caption|line|song|track|beat|word|words|name|cut\b|touch|music"
    r"|credits?|reel|video|movie|film|export|result|look|second)"
)
_BEFORE_NOT_LAST = compile_pattern(r"(?:\bat|for|one)\s(?:the )?$")


def _ordinal_value(text: str) -> int:
    if back := re.match(r"(second|third|fourth|next|2nd|3rd|4th)[ -](?:to|from|last)", text):
        return {"second": -2, "2nd": -2, "next": -2, "third": -3, "3rd": -3}.get(back[1], -4)
    if digits := re.match(r"\d+", text):
        return int(digits.group())
    return _ORDINALS[text]


def _ordinals(match: re.Match[str]) -> Pairs | None:
    found = list(_LATIN_ONE.finditer(match.group()))
    named = any(one["noun"] for one in found)
    bare_ends = len(found) == 1 and found[0]["n"] in (
        "first",
        "last",
        "final",
        "opening",
        "closing",
        "second",
        "a",
        "primero",
        "segundo",
        "segunda",
    )
    if not named and (_AFTER_BARE.match(match.string[match.end() :]) or (bare_ends and not _stands_for_clip(match))):
        return None
    return _pairs([(bool(one["to"]), _ordinal_value(one["n"])) for one in found])


def _stands_for_clip(match: re.Match[str]) -> bool:
    # "the second" and "the last" alone mean a clip only where the phrase ends there.
    rest = match.string[match.end() :]
    if rest.startswith(":"):
        return True
    if not match.group().startswith(("the ", "el ", "la ", "le ", "den ", "die ", "das ", "o ", "a ")):
        return False
    return not rest.strip() or bool(
        re.match(
            r"\s*[,.;!?\-)]|\s(?:and|but|please|then|too|entirely|completely|instead|is|was"
            r"|to|by|at)\b",
            rest,
        )
    )


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


def _cardinals(match: re.Match[str]) -> Pairs | None:
    body = re.sub(
        r"^(?:the )?(?:clips?|shots?|segments?|scenes?|sections?|pieces?|clipes?|escenas?|plans?"
        r"|szenen?|cenas?|numbers?|nos?\.|片段|镜头|クリップ|클립)\s?(?:numbers?\s|nos?\.?\s|n°\s?)?",
        "",
        match.group(),
    )
    numbers = []
    for one in _CARDINAL_ONE.finditer(body):
        try:
            numbers.append((bool(one["to"]), round(value_of(one["n"]))))
        except ValueError:
            continue
    return _pairs(numbers)


def _cjk(match: re.Match[str]) -> Pairs | None:
    text = re.sub(r"クリップ|カット|클립", "", match.group())
    numbers = []
    for one in _CJK_ONE.finditer(text):
        n = -1 if one["n"].startswith("最后") else round(value_of(one["n"]))
        numbers.append((bool(one["to"]), -n if one["back"] else n))
    return _pairs(numbers)


def _digits(match: re.Match[str]) -> Pairs | None:
    numbers = [round(value_of(c)) for c in match.group() if c in "一二三四五六七八九"]
    return _pairs([(False, n) for n in numbers]) if numbers == sorted(numbers) and len(numbers) > 2 else None


def _group(match: re.Match[str]) -> Pairs | None:
    number = match["n"] or match["zn"] or match["rn"]
    n = 2 if number.startswith("couple") else round(value_of(number))
    end = match["end"] or match["zend"] or match["rend"]
    at_end = end.startswith(("last", "final", "最后", "后", "末", "最末", "últim", "dernier", "letzt"))
    return None if n < 1 else (((-n, -1),) if at_end else ((1, n),))


def _onwards(match: re.Match[str]) -> Pairs:
    number = match["a"] or match["b"] or match["c"]
    return ((round(value_of(number)) + 1, -1),)


def _paint_places(canvas: MaskedText) -> None:
    """`第五段放第一`: a place to move to, not another clip."""
    for match in _PLACE_ZH.finditer(canvas.masked):
        concepts = frozenset({"MOVE", "POSITION_WORD"})
        canvas.paint(Token("number", match.start(), match.end(), match.group(), concepts, value_of(match["n"])))


def _paint_spoken(canvas: MaskedText) -> None:
    """`mute clips one four and six`: numbers said one after the other, without commas."""
    for match in _SPOKEN.finditer(canvas.masked):
        noun = match.group()[: match.start("list") - match.start()] in _PLURALS
        start = match.start() if noun else match.start("list") + 1
        values = tuple((round(value_of(w)),) * 2 for w in re.findall(_words, match["list"]))
        canvas.paint(Token("clips", start, match.end(), canvas.masked[start : match.end()], value=values))


_PLURALS = ("clips", "shots", "segments", "scenes", "numbers")


def mark_named_clips(canvas: MaskedText) -> None:
    """Paint the unmistakable ones, before times: `clip 5 to 12 seconds` names clip 5."""
    _paint_places(canvas)
    mark_all(canvas, _ONWARDS, "clips", _onwards)
    mark_all(canvas, _GROUP, "clips", _group)
    _paint_spoken(canvas)
    mark_all(canvas, _CARDINALS, "clips", _cardinals)
    mark_all(canvas, _CJK_SPARED, "clips", _cjk)
    mark_all(canvas, _CJK, "clips", _cjk)


def mark_clip_numbers(canvas: MaskedText) -> None:
    """Paint what is left: ordinals, ends, loose numbers."""
    mark_all(canvas, _END_ZH, "clips", lambda m: ((-1, -1),))
    mark_all(canvas, _ENDS_ZH, "clips", lambda m: ((1, 1), (-1, -1)))
    mark_all(canvas, _START_ZH, "clips", lambda m: ((1, 1),))
    mark_all(canvas, _CJK_LOOSE, "clips", _cjk)
    mark_all(canvas, _LATIN_ORDINALS, "clips", _ordinals)
    mark_all(canvas, _CJK_DIGITS, "clips", _digits)
    mark_all(canvas, _BARE_LIST, "clips", _cardinals)
