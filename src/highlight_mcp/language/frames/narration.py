"""What is told beside an order: what a clip shows, why something is asked, how it came about.

A piece tells when it has a subject and a finite verb of its own and no wish in it. It asks for nothing, but what it
names is what the order beside it may mean: `the first 5 minutes are mic checks, chop that`.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from .. import runons
from ..lexicon import is_wide
from ..tokens import Token, is_head, is_object
from ..utterance.shape import opens_what_is_unknown
from .passing import KINDS, passes

_WISHES = re.compile(
    r"\b(?:please|pls|plz|want|wants|wanted|meant|asked|need|needs|needed|should|must|ought|gotta|has to|have to|got to"
    r"|let's|lets|could|would|can|'d|wish|make sure"
    r"|remove|delete|keep|don't|dont|do not|never|not the|instead|rather|only|except|but not|jok(?:e"
    r"|ing)|kidding|jk|nvm|forbids?|forbade|disagrees?|refuses?|against it|not allowed|cancel|stop"
    r"|abort)\b"
)
_PERSON = (
    r"(?:i|we|he|she|they|it|you|u|there|this|that|these|those|people|ppl|someone|somebody|everyone"
    r"|everybody|nobody|mum|mom|dad|grandma|grandpa|coach)"
)
# The verb behind `the places where …` is not that of the sentence.
_RELATIVE = r"(?:where|when|that|which|who|whose|whom|what|whatever|how|why)\b"
_THING = (
    r"(?:#|(?:the|my|our|his|her|their|its|some|all|both|every|each|number|clips?|shots?|scenes?)"
    rf"\s[\w'&:-]+(?:\s(?!{_RELATIVE})[\w'&:-]+){{0,9}}?"
    r"|(?:first|last|opening|final)\s[\w'-]+(?:\s[\w'-]+){0,4}?|minutes?\s[\w:-]+(?:\s[\w:-]+){0,3}?"
    r"|\d[\w:.-]*(?:\s(?:and|to|-)\s[\w:.-]+)?|title|music|sound)"
)
_BEING = (
    r"(?:'s|'re|'m|'ve|'ll|is|are|was|were|am|has|have|had|does|did|do|will|got|gets|isn't|aren't"
    r"|wasn't|weren't|looks?|sounds?|feels?|seems?|deserves?)"
)
_ACTING = (
    r"(?:runs?|lasts?|takes?|plays?|feels?|rocks?|wobbles?|jumps?|shows?|starts?|begins?|comes?"
    r"|goes|went|came|keeps?|drags?|shakes?|talks?|rambles?|says?"
    r"|drowns?|turned|thinks?|thought|said|made|took|shot|(?!speed|need|feed|bleed)[a-z]{2,}ed|[a-z]{3,}(?<!s)s"
    r")"
)
_ADVERBS = r"(?:(?:all|just|only|really|still|also|already|always|kinda|totally|mostly|basically|pretty much)\s)*"
_LEAD = r"^(?:(?:and|but|so|ok|well|yes|no|um|uh|as|because|cause|cos|cuz|since|when|while|where|coz|hey|hi)\s)*"
_TELLS = re.compile(
    rf"{_LEAD}(?:# (?=it))?(?:thats|that's|its|theres|heres|(?:{_PERSON}|{_THING})\s?{_ADVERBS}{_BEING})\b"
)
_ACTS = re.compile(
    rf"{_LEAD}(?:{_PERSON}|{_THING})\s{_ADVERBS}{_ACTING}\b|{_LEAD}(?:filmed|shot|recorded|taken)\s(?:this"
    rf"|it|that|the|with|on|by|from)\b"
)
_REASON = re.compile(
    r"^(?:(?:it )?(?:makes (?:more |better |no )?sense|(?:works|looks|feels|reads|flows|plays)"
    r" (?:better|nicer|smoother))(?: (?:that|this) way| like (?:that|this))?$"
    r"|because|cause|cos|cuz|coz|since|so that|so it|so they|so people|so nobody|as (?:it|they"
    r"|we|he|she|there|the|i)|otherwise|for (?:my|our|the|a|an|his|her) \w+)\b"
)
_WISHES_ZH = re.compile(
    r"把|将|请|麻烦|帮我|给我|要(?!是|聋|炸|疯|死|吐|瞎|睡着|裂|哭)|删|去掉|剪掉|掐|砍|裁|别|改|换|调(?![试音麦设焦话])|加(?![油速])"
    r"|(?<=#)得|让(?!我|人|大家)|留|保留|应该|希望|想|放[到在]|挪|[移排提]到"
    r"|排(?!练|球)|打头"
)
_TELLS_ZH = re.compile(
    r"是(?!不是)|都在|全在|(?<!放)在[^,，]{2,8}$|没[^,，]|太.{1,6}了?$|[了过着]$|(?<![段个头尾条幕镜#])得[^,，]{1,8}$"
    r"|^(?:他|她|他们|她们|讲者|老师|嘉宾|主持人)[^,，]*(?P<twice>\S)(?P=twice)的$|[站坐蹲]在?[左右中前后最][边侧间面]?$"
    r"|不[了动下完起住清见楚]|那会儿?|那阵|当时|(?<!放)在[^,，]{1,8}$|有(?:人|个|只|条|辆|群|俩|几个|一群)[^,，]{1,10}$|难受|别扭|对不上|都?不[好行]|难[看听]|很|特别|非常|有点"
)
_KIN = (
    r"(?:(?:my|our|his|her|the|their|your)\s(?:[\w'-]+\s){0,2}[\w'-]+|(?:mum|mom|dad|grandma|grandpa|granny|nana|nan"
    r"|gran|coach|everyone|everybody|nobody|people|ppl|folks|he|she|they|we|i|the kids))"
)
_FEELS = re.compile(
    rf"{_LEAD}(?:{_KIN}\s{_ADVERBS}(?:hates?|hated|loves|loved|adores?|adored|likes|liked|enjoys?|enjoyed|dislikes?"
    r"|can't stand|cant stand|cannot stand|can't bear|complains?|complained|moans?|moaned|laughed|laughs|cried"
    r"|(?:won't|wont|will never|can't|cant|couldn't|doesn't|doesnt|don't|didn't|wouldn't)\s"
    r"(?:sit|like|care|know|understand|remember|see|hear|listen|read|follow|make out|bother|have (?:time|patience)))"
    r"|(?:i|we) (?:really )?(?:don't|dont|do not) (?:really )?(?:like|love|rate|fancy|care for)"
    r"|(?:nobody|no one|noone) (?:really )?(?:wants|needs|cares|asked|likes|minds|would)"
    r"|(?:(?:i'm|im|i am|we're|we are)\s(?:so\s)?)?(?:not happy|unhappy|not a fan|no fan|sick|sick and tired|tired"
    r"|fed up|bored|not keen|annoyed|embarrassed)\s(?:of|with|by|on|about))\b"
)
_FALLS_SHORT = re.compile(r"太[长短]|[才只]有?#")  # `太短啦才一分多钟`: how long it is, not how long it should be
_REASON_ZH = re.compile(r"^(?:因为|由于|不然|要不然|否则|好让|省得|免得|这样|方便|毕竟)")
_VALUES = frozenset(
    {
        "quote",
        "asset",
        "percent",
        "factor",
        "decibels",
        "ratio",
        "lufs",
        "rate",
        "size",
        "degrees",
        "resolution",
        "steps",
    }
)
_ORDERED = (
    "REMOVE",
    "UNWANTED",
    "MUTE",
    "UNMUTE",
    "SKIP",
    "KEEP",
    "ONLY",
    "EXCEPT",
    "RESET",
    "SWAP",
    "REPLAY",
    "EXPORT",
)
_LENGTHS = ("duration", "number", "version")
REFERRED = ("clips", "head", "tail", "range", "time")


# `4k is overkill, …`: what is not wanted, beside what is.
_NEEDLESS = re.compile(
    r"^[\w.]+ (?:is|would be|seems) (?:overkill|too much|unnecessary|not needed|more than enough|pointless)$"
)

# What is thought of a clip, in words that order nothing: `纯纯划水`, `完全没重点`, `磨磨唧唧的`, `糊成一团`.
_JUDGES_ZH = re.compile(
    r"^(?:纯纯|纯属|妥妥|简直|压根|属实|净是|尽是|满屏|满眼)[^,，]{1,10}$"
    r"|^(?:完全|根本|压根|实在|真|也|都|又|啥|什么|一点)*没(?:有|啥|什么)?"
    r"(?:重点|亮点|看点|内容|意思|看头|营养|意义|信息量|画面感|高光|精彩|价值|节奏感?|存在感)(?:的|了|可言|啊)*$"
    r"|^(?P<a>\S)(?P=a)(?P<b>\S)(?P=b)的?$|^[^,，]{1,4}成[一了]*[团片堆锅]粥?了?$|^[^,，]{1,3}得慌$"
)
_NEEDLESS_ZH = re.compile(
    r"^(?:\d+[kp帧]|\d+fps)(?:就|也|的?话)?(?:不用了?|用不着|没必要|不需要|不必了?|太大了?|太高了?|浪费|没意义)$"
)


def tells(tokens: list[Token], *, opening: bool) -> bool:
    """Whether the piece tells something and asks for nothing. `opening`: no order stands before it."""
    said = [t for t in tokens if t.kind != "separator"]
    if said and (reassures(said) or _is_merely(said)):
        return True
    if _NEEDLESS.match(" ".join(t.text for t in said)):
        return True
    together = "".join(t.text for t in said)
    if _NEEDLESS_ZH.match(together) or (_JUDGES_ZH.match(together) and not _WISHES_ZH.search(together)):
        return True
    if not said or any(t.kind in _VALUES or (_chooses(t) and not _merely(said, t)) for t in said):
        return False
    if _exclaims(said, strange=opening):
        return True
    if any(t.is_a("SHORTER", "LONGER") for t in said) and any(t.kind == "duration" for t in said):
        return False  # `it's 10 seconds too long` says what is wanted
    if any(is_wide(t.text[0]) for t in said):
        return _tells_in_chinese(said)
    text = " ".join("#" if t.kind in KINDS else t.text for t in said)
    if _says_which(text) or runons.hides_an_order(said) or _goes_on_unknown(said):
        return False
    if _REASON.match(text) or (_FEELS.match(text) and not any(_heads(t) for t in said)):
        return True
    if _WISHES.search(text):
        return False
    if _TELLS.match(text):
        return True
    acts = bool(_ACTS.match(text)) and not _places(said)
    return acts and not any(t.kind in _LENGTHS or is_object(t) for t in said)


def _goes_on_unknown(said: list[Token]) -> bool:
    """`it's boring and frobnicate clip 1`: whatever it is, it is to be done to something."""
    return any(t.is_a("AND", "THEN") and opens_what_is_unknown(said[i : i + 4]) for i, t in enumerate(said, 1))


def _says_which(text: str) -> bool:
    """`…, it's clip 4`, `every time they cheer`: which one is meant, or when."""
    return any(form.match(text) for form in (_NAMES, _SUFFICES, _WHENEVER))


def _places(said: list[Token]) -> bool:
    """`the last one jumps up to the front`: where something is to go."""
    edges = ("FRONT", "BACK", "START", "END")
    led = any(b.is_a(*edges) and (a.is_a("TO", "LINK") or a.text == "up") for a, b in pairwise(said))
    return led or any(t.is_a("BEFORE", "AFTER") and not t.is_a("FILLER") for t in said)


def names_no_clip(tokens: Sequence[Token]) -> bool:
    """Whether the piece speaks of one clip without saying which: `the intro clip`."""
    return any(t.text in _ONE_CLIP and t.is_a("CLIP") for t in tokens) and not referred(tokens)


def points_nowhere(tokens: Sequence[Token]) -> bool:
    """Whether the piece speaks of `那段` alone, and says nothing of where it is."""
    pointed = any(t.is_a("THAT_CLIP") and t.text[:1] in _POINTERS and len(t.text) > 1 for t in tokens)
    return pointed and not referred(tokens) and not any(t.kind in KINDS or t.is_a("START", "END") for t in tokens)


_POINTERS = ("那", "这")


def _heads(token: Token) -> bool:
    """Whether the word may be what is ordered: `she likes it slower`. What is heard or seen orders nothing."""
    return is_head(token) and not is_object(token) and not token.is_a("FILLER", "NOT", "BORING", "VAGUE")


def _tells_in_chinese(said: list[Token]) -> bool:
    text = "".join("#" if t.kind in KINDS else t.text for t in said)
    if any(t.is_a("SAYING") for t in said) and any(t.is_a("COLON") for t in said):
        return False  # `写：爸妈辛苦了` gives the words to be shown
    if _REASON_ZH.match(text):
        return True
    if any(t.is_a(*_PLACING) for t in said):
        return False
    sized = any(t.kind in _LENGTHS for t in said) and not _FALLS_SHORT.search(text)
    return bool(_TELLS_ZH.search(text)) and not _WISHES_ZH.search(text) and not sized


def remarks(tokens: Sequence[Token]) -> bool:
    """Whether a piece of Chinese says of its clips what no word here knows, and wishes nothing: `第六段嗡嗡响`."""
    text = "".join("#" if t.kind in KINDS else t.text for t in tokens)
    wide = any(t.kind == "unknown" and is_wide(t.text[0]) for t in tokens)
    return wide and not _WISHES_ZH.search(text) and not _DONE_ZH.search(text)


_DONE_ZH = re.compile(r"[掉走完吧下上成好](?:了|吧)*$")  # `嘎掉` may be an order in a word that is not known


_PLACING = (
    "MOVE",
    "SWAP",
    "SPLIT",
    "FREEZE",
    "REPLAY",
    "SORT",
    "FADE",
    "FADE_IN",
    "FADE_OUT",
)  # done to clips, and never a fault of theirs


def _exclaims(tokens: list[Token], *, strange: bool) -> bool:
    """`ok mate`, `大哥`, `quick one:`: a few words of which none means anything here.

    `strange`: they may be unknown; behind an order such a word may take it back (`… abort`, `…, jk`).
    """
    said = [t for t in tokens if t.kind != "separator"]
    return len(said) <= _FEW and all((strange and t.kind == "unknown") or passes(t) or t.is_a("COLON") for t in said)


_NAMES = re.compile(r"^(?:its|it's|it is|that's|thats) (?:not |only |just )*#")
_WHENEVER = re.compile(
    r"^(?:(?:and|so|ok|just|every|each) )*(?:every time|each time|whenever|wherever|any time|anytime)\b"
)
_SUFFICES = re.compile(r"^# (?:is|'s|would be|will be|are) (?:plenty|enough|fine|ok|okay|good|perfect|best|ideal)")
_ONE_CLIP = frozenset({"clip", "shot", "scene", "segment"})
_FEW = 4


def _merely(said: list[Token], token: Token) -> bool:
    """`it is nothing but the coach's back`, `this is just talk`: behind a form of `be` nothing is chosen."""
    at = said.index(token)
    being = at > 0 and said[at - 1].text in _IS
    return token.text == "just" or (being and token.text in ("only", "nothing but", "merely"))


_MERE = frozenset({"just", "only", "merely", "nothing but", "mostly", "basically", "literally", "simply"})


def _is_merely(said: list[Token]) -> bool:
    """`it's only the judges walking past`: it is said to be no more than that, whatever the words may else mean."""
    if said[0].text not in _IS or len(said) < _FEW or said[1].text not in _MERE:
        return False
    text = " ".join(t.text for t in said)
    valued = any(t.kind in KINDS or t.is_a("REEL", "UNDO", "RESET", "EXPORT", "EXCEPT") for t in said)
    return not valued and not _WISHES.search(text.replace(said[1].text, "", 1)) and not any(map(_urges, said))


def _urges(token: Token) -> bool:
    """A verb in its plain form, with `it`: `it's just mute it`."""
    return token.is_a("REMOVE", "MUTE", "KEEP", "UNMUTE", "SWAP") and not token.text.endswith(("ed", "ing"))


_IS = frozenset(
    {"is", "are", "was", "were", "it's", "its", "that's", "thats", "there's", "theres", "they're", "theyre"}
)


def _chooses(token: Token) -> bool:
    """A word that a wish for a reel is made of."""
    return (
        token.is_a(*_ORDERED)
        or token.is_a("REEL", "FAST_PACE", "SLOW_PACE", "COUNTDOWN", "BEST_FIRST", "EXPORT", "UNDO")
        or (token.is_a("BEST") and not token.is_a("FILLER", "VAGUE"))
    )


_CHOSEN = ("ODD", "EVEN")


def referred(tokens: Sequence[Token]) -> list[Token]:
    """Clips and stretches that the piece names, which an order beside it may mean."""
    return [t for t in tokens if t.kind in REFERRED or t.is_a(*_CHOSEN)]


_REST = (
    r"(?:all\s)?(?:the\s)?(?:rest(?: of (?:it|them|the (?:clips?|reel|video|film|shots|footage)))?|others?|remainder"
    r"|remaining (?:ones|clips|shots)|other (?:clips|ones|bits|shots|parts|scenes)|everything else|anything else"
    r"|all else|everything other)"
)
_SO = (
    r"(?:alone|be|in|intact|untouched|unchanged|unedited|as (?:it|they|is|they're|it's)(?: (?:is|are|was|were))?"
    r"|(?:the way|how|like) (?:it|they)(?:'s|'re)?(?: (?:is|are|was|were))?|like that|put|fine|good|ok|okay|perfect"
    r"|the same|where (?:it|they) (?:is|are)|in (?:the same |that |this |their )?order|in place)"
)
_CHANGES = r"(?:changes?|edits?|edit|tweaks?|cuts|adjustments|alterations|effects|fuss|frills|extras)"
_PHRASES = (
    rf"(?:leave|keep|let) {_REST}(?: {_SO})?",
    rf"{_REST} (?:can |should |may |must |to )?(?:stays?|remains?|is|are|be left|be|keeps?|left)(?: {_SO})*",
    rf"{_REST} {_SO}",
    rf"(?:don't|dont|do not|without|not|never|no need to) (?:touch|chang|alter|mess with|messing with|edit|tweak"
    rf"|fiddl\w+ with|modify|modifying)(?:e|ing)? (?:{_REST}|anything(?: else)?|any of {_REST})",
    rf"(?:with )?(?:no|without) (?:other|further|more|additional|extra) {_CHANGES}",
    r"(?:with )?no (?:fuss|frills)",
    r"nothing(?: (?:else|more|fancy|other than that|besides|anywhere|anyplace|needed|needs to change)){1,2}(?: else)?",
    r"(?:not |nothing )?(?:nowhere|anywhere|anyplace|any place) else",
    r"(?:and )?(?:that's|thats|that is|this is)(?: really)? (?:it|all|everything|enough)(?: (?:for now|i need|from me"
    r"|i want|thanks|really))?",
    r"(?:i |we )?(?:don't|dont|do not|doesn't|doesnt|does not) (?:really )?(?:care|mind|matter|fussed) how"
    r" (?:long|short|big|large|many|heavy)(?: [a-z']+){0,5}",
    r"(?:i |we )?(?:don't|dont|do not) (?:really )?(?:care|mind) (?:where|which|when)(?: (?:end|bit|part))?(?: of it)?",
    r"(?:wherever|whichever(?: (?:end|bit|part))?|whatever) (?:you (?:like|want|think|prefer)|suits|works)(?: best)?",
    r"(?:i |we )?(?:don't|dont|do not) (?:really )?(?:care|mind|worry|fuss) about (?:the )?(?:order|length|size)",
    r"(?:the |its )?(?:total |overall |exact )?(?:length|duration|size|quality|order) (?:doesn't|doesnt|does not|isn't"
    r"|is not|won't) (?:really )?(?:matter|important|an issue|a problem|a concern)",
    r"(?:no matter|however|doesn't matter|never mind) (?:how )?(?:long|short|big)(?: [a-z']+){0,5}",
    r"(?:there )?(?:i (?:want|need|prefer) )?(?:a )?(?:hard|straight|plain|simple) cut there",
    r"there i (?:want|need|prefer) a (?:hard|straight|plain|simple) cut",
    r"(?:and )?(?:just )?one (?:more|last|other|final) thing",
    r"(?:it )?(?:doesn't|does not|doesnt) have to be (?:perfect|exact|precise|chronological|in order)",
    r"(?:it can be|can be|make it)? ?(?:any|whatever) (?:length|size)(?: (?:is|you like|works|will do|is fine))*",
)
_REASSURES = re.compile(
    rf"(?:(?:and|but|so|then|just|please|pls|otherwise|ok|well)\s)*(?:{'|'.join(_PHRASES)})(?:\s(?:please|pls|thanks|thx|ok|mate))*"
)


# `…，别太赶`, `…，自然一点就行`: the manner of what was ordered.
_MANNER_ZH = re.compile(
    r"(?:但|但是|不过|就是|也)?(?:别|不要|不能|不用|别弄得|别搞得)太?(?:赶|紧|急|突兀|突然|生硬|硬|夸张|花哨|花|死板|刻意|明显|过分|离谱|拖|碎|假|跳|僵)(?:了|啊|吧|哦|就行|就好)*"
    r"|(?:其余|其他|其它|别的|剩下)的?(?:你)?(?:看着办|看着来|随意|随便|随你|无所谓|都行|你定|自由发挥)(?:吧|就行|就好)?"
    r"|(?:要|得|尽量|弄|做)?(?:自然|顺|顺畅|流畅|顺滑|丝滑|利索|利落|干净)(?:一点|一些|点|些)(?:儿|就行|就好|就可以|即可|吧|哦|啊)*"
)


def reassures(tokens: list[Token]) -> bool:
    """Whether the piece, to its last word, only says that nothing else is asked or that something is of no matter."""
    if any(t.kind in KINDS for t in tokens):
        return False
    said = [t.text for t in tokens]
    return bool(_REASSURES.fullmatch(" ".join(said)) or _MANNER_ZH.fullmatch("".join(said)))
