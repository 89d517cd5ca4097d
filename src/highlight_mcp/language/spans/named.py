"""What is to be looked for by name: words that are said, a subject, a sound, something to be seen.

Recognised only where it can be searched for: elsewhere the same words are refused with their reason.
"""

import re
from dataclasses import dataclass
from functools import cache

from ..lexicon import index, is_wide
from ..normalize import NormalizedText
from ..tokens import MaskedText, Token
from .grammar import EDGE

_SAY = r"(?:say|says|said|saying|mention|mentions|mentioned|mentioning|utter|utters|shout|shouts|yell|yells|calls? out)"
_TALK = (
    r"(?:(?:talk|talks|talked|talking|speak|speaks|spoke|speaking|chat|chats|argue|argues|joke|jokes|ask|asks|asked)"
    r"\s+(?:about|of)|discuss|discusses|discussed|discussing|explain|explains|explained|explaining|describes?"
    r"|describing|introduces?|introducing|goes?\s+over)"
)
_PART = (
    r"(?:parts?|bits?|sections?|segments?|passages?|portions?|moments?|clips?|chapters?|discussions?|minutes|scenes?)"
)
_WHEN = r"(?:every\s+(?:single\s+)?time|each\s+time|whenever|wherever|when|where|in\s+which)"
_WHO = r"(?:[a-zß-öø-ÿ'.-]+\s+){0,3}?"
_ITS = r"(?:the\s+(?:words?|phrase|name|topic|subject)(?:\s+of)?\s+)?"
_PLACE = (
    r"(?:video|talk|lecture|recording|footage|film|movie|interview|podcast|game|match|stream|speech|session|meeting)"
)
_PLAIN = r"[^,.;!?()\n\"“”，。；！？]{1,80}?"
_STOP = (
    rf"(?=\s*(?:[,.;!?()\n，。；！？]|$)|\s+(?:and|then|but)\s+(?:then|also|make|add|put|cut|keep|export|render|remove|mute"
    rf"|slow|speed|turn|give|show|set|with|no|at|in|only|please)\b|\s+(?:in|into|as|to|for|within|under|over|of)\s+"
    rf"(?:an?|one|two|three|about|around|at\s+most|under|\d|total)\b|\s+(?:with|plus)\s+(?:an?|some|no|music|titles?"
    rf"|subtitles|captions)\b|\s+(?:please|thanks|only|instead)\b|\s+(?:in|from|of|during|throughout)\s+(?:the|this|my"
    rf"|that|our)\s+(?:whole\s+)?{_PLACE}\b)"
)
_QUOTE = r"[\"“‘'「『《][^\"”’'」』》]{1,80}[\"”’'」』》]"
_QUERY = rf"(?P<query>{_QUOTE}(?:\s+or\s+{_QUOTE})*(?:\s+or\s+[^,.;!?()\n\"“”]{{1,40}}?{_STOP})?|{_PLAIN}{_STOP})"
_TAIL = (
    r"(?:时候|地方|片段|部分|镜头|画面|内容|段落|瞬间|时刻|句子|那一?段|那一?刻|那几段|每一?段|所有段落|集锦|视频"
    r"|合集|段)"
)
_ALL = r"(?:每一?个|所有|那些?|几个|全部)?"
_END = rf"(?=\s*的?{_ALL}{_TAIL}|\s*(?:[,.;!?，。；！？]|$))"
_ZH_QUOTE = r"[“\"「『《][^”\"」』》]{1,60}[”\"」』》]"
_ZH_PLAIN = r"[^\s,.;!?，。；！？、“”\"]{1,30}?"
_ZH = (
    rf"(?P<query>{_ZH_QUOTE}(?:(?:或者?|或是){_ZH_QUOTE})*|{_ZH_PLAIN})(?:这个词|这句话|这几个字|一词|这个话题)?{_END}"
)
_ZH_MUST = rf"(?=\s*的{_ALL}{_TAIL})"

_WORDS = (
    rf"\b{_WHEN}\s+{_WHO}{_SAY}\s+{_ITS}{_QUERY}",
    rf"\b(?:{_PART}|times|places|everything)\s+(?:that\s+)?{_SAY}\s+{_ITS}{_QUERY}",
    rf"\bmentions?\s+of\s+{_ITS}{_QUERY}",
    rf"(?:提到|提及|说到|说起|说出|喊出|念到|喊到){_ZH}",
    rf"(?:有人|他们?|她们?|我们?|解说员?|评论员?|主持人|老师|教练|大家)说(?!话)了?{_ZH}{_ZH_MUST}",
)
_TOPIC = (
    rf"\b{_WHEN}\s+{_WHO}{_TALK}\s+{_ITS}{_QUERY}",
    rf"\b(?:{_PART}|everything|all)\s+(?:that\s+)?(?:(?:is|are)\s+)?(?:about|regarding|concerning|covering|discussing"
    rf"|explaining|{_TALK})\s+{_ITS}{_QUERY}",
    rf"(?:谈到|讲到|聊到|谈论|讨论|讲解|谈起|聊起|有关){_ZH}",
    rf"(?:关于|介绍|解释|讲(?![话座台课师])述?|聊(?!天)|谈(?!话)){_ZH}{_ZH_MUST}",
)
_SOUND = (
    rf"\b(?:{_PART}|every|each|all|reel|times)\s+(?:[a-z]+\s+){{0,2}}(?:sounds?|noises?)\s+of\s+(?:an?\s+|the\s+)?{_QUERY}",
    rf"\b(?:when|where|every\s+time|whenever)\s+(?:you|we|i|one)\s+(?:can\s+)?hear\s+(?:an?\s+|the\s+|some\s+)?{_QUERY}",
    rf"(?:听到|听见|能听到){_ZH}{_ZH_MUST}",
)
_PICTURE = (
    rf"\b(?:{_PART}|shots?|frames?|pictures?|everything)\s+(?:with|of|showing|that\s+shows?)\s+(?:an?\s+|the\s+)?{_QUERY}",
    rf"\b(?:when|where|every\s+time|whenever)\s+(?:you|we|i|one)\s+(?:can\s+)?see\s+(?:an?\s+|the\s+|some\s+)?{_QUERY}",
    rf"\b(?:{_PART}|shots?)\s+where\s+(?:there\s+(?:is|are)\s+)?(?:an?\s+|the\s+)?{_QUERY}",
)
_ORDER = (("words", _WORDS), ("topic", _TOPIC), ("sound", _SOUND), ("picture", _PICTURE))
_TEXTS = dict(_ORDER)
# What stands in every match of a criterion's patterns; without it they need not even be compiled.
_HINTS = {
    "words": re.compile("say|said|mention|utter|shout|yell|call|[提说喊念]"),
    "topic": re.compile(
        "about|regard|concern|cover|talk|speak|spoke|chat|argu|joke|ask|discuss|explain|describ|introduc|go"
        "|[谈讲聊讨关介解]"
    ),
    "sound": re.compile("sound|noise|hear|听"),
    "picture": re.compile("with|of|show|see|where"),
}
_OURS = ("CRITERION:", "SHAPE:", "JOIN:", "LOOK:")
_OUR_NOUNS = frozenset({"BEST", "SEMANTIC", "MUSIC", "FADE", "TITLE", "SUBTITLES", "TRANSITION", "CAPTION", "SILENCE"})
_EMPTY = re.compile(r"(?:it|this|that|them|something|anything|stuff|things|to\s.*|a lot|nothing|什么|啥|话|东西)$")


_PLACE_ZH = re.compile(r"(?:最|很)?(?:前|开头|首位|后面|末尾|片头|第[\d一二三四五六七八九十])")


@dataclass(frozen=True, slots=True)
class NamedSearch:
    """What a `named` token means: a criterion of `Highlights` and what to look for."""

    criterion: str
    query: str


@cache
def _patterns(criterion: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(text.replace(r"\b", EDGE)) for text in _TEXTS[criterion])


def mark_names(canvas: MaskedText, source: NormalizedText, criteria: frozenset[str]) -> None:
    """Paint what is searched for by name, for the criteria that can be searched here."""
    for criterion in _TEXTS:
        if criterion not in criteria or not _HINTS[criterion].search(canvas.text):
            continue
        for regex in _patterns(criterion):
            match = _first(canvas, regex)
            if match is None:
                continue
            query = _unquoted(source.verbatim(*match.span("query")).strip(" :："))
            signal = criterion in ("sound", "picture") and _measured(match.group("query"))
            raised = match.group().startswith("提到") and _PLACE_ZH.match(match.group("query").strip())
            if query and not signal and not raised and not _EMPTY.match(match.group("query").strip()):
                found = NamedSearch(criterion, query)
                name = Token("named", match.start(), match.end(), match.group(), frozenset({"FIND"}), found)
                canvas.tokens = [t for t in canvas.tokens if not match.start() <= t.start < match.end()]
                canvas.paint(name)
                return


def _unquoted(query: str) -> str:
    """Without the quotes around all of it."""
    inner = query[1:-1]
    whole = len(query) > 2 and query[0] in "\"“‘'「『《" and query[-1] in "\"”’'」』》"
    return inner if whole and not re.search(r"[\"“”‘’「」『』《》]", inner) else query


def _measured(query: str) -> bool:
    """Whether the words name what our own signals or operations are for: the loudest crowd, a fade, music."""
    words = query.split() if not any(is_wide(sign) for sign in query) else list(query)
    glue = "" if any(is_wide(sign) for sign in query) else " "
    pieces = {glue.join(words[a:b]) for a in range(len(words)) for b in range(a + 1, min(a + 4, len(words)) + 1)}
    found = {concept for piece in pieces for concept in index().get(piece, ())}
    return any(concept in _OUR_NOUNS or concept.startswith(_OURS) for concept in found)


def _first(canvas: MaskedText, regex: re.Pattern[str]) -> re.Match[str] | None:
    """The first match that begins outside of what is quoted."""
    for match in regex.finditer(canvas.text):
        begun = [t for t in canvas.tokens if t.start <= match.start() < t.end]
        if not begun:
            return match
    return None
