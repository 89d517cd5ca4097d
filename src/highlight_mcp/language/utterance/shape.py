"""The shape of an order: a verb in its plain form, a wish, or words without a finite verb.

What somebody else does or did has a finite verb with a subject of its own, whatever it is about: `coach muted it`,
`we talk highlights`, `他关了声音看的`. Such a stretch orders nothing, unless a wish is spoken in it.
"""

import re
from collections.abc import Callable
from typing import Literal

from ..context import ParseContext
from ..lexicon import index, is_wide
from ..tokens import VERBS, Token

_WISH = re.compile(
    r"\b(?:please|pls|plz|want|wants|wanted|need|needs|needed|needing|like\sto|'d\slike|'d\slove|'d\srather|'d\sprefer|prefer"
    r"|should|must|ought|gotta|got\sto|has\sto|have\sto|had\sbetter|'d\sbetter|could|can|would|wish|hope|hoping|expect"
    r"|let's|lets|let\sus|supposed|make\ssure|ensure|asking|ask|request|suggest|rather|too|enough|'d|to\sbe|if)\b|“”"
    r"|^(?:\w+\s)?(?:don't|do\snot|dont|never|no|not|let|why)\b"
)
# Subordinate clauses say when or why, and may have a subject of their own inside an order.
_SUBORDINATE = re.compile(
    r"\b(?:where|when|while|whenever|because|cause|cuz|since|which|who|whose|until|till|so\sthat)\b.*"
)
_ADVERBS = r"(?:\w+ly|just|also|still|even|always|never|often|once|then|now|all|both|kinda|sorta|already|ever|so)"
# `i think clip 3 …` and the like put an opinion before what is wished.
_OPINION = (
    r"(?:think|thought|feel|find|guess|reckon|mean|meant|believe|say|said|care|suppose|figure|vote|can|could|will|shall"
    r"|won't|'d|may|might)"
)
_SUBJECT = re.compile(
    r"(?<!\bas\s)(?<!\bthan\s)(?<!\bwhat\s)(?<!\blike\s)\b(?:i|we|he|she|they|everybody|everyone|nobody|somebody|someone"
    rf"|most\speople)\s(?:{_ADVERBS}\s)*+(?!{_OPINION}\b|{_ADVERBS}$)[a-z]+"
)
_OBJECT = (
    r"(?:it|them|the|my|our|your|this|that|these|those|his|her|him|its|their|us|me|every|everything|all|clips?|an?"
    r"|both)"
)
_PAST = re.compile(
    rf"\b(?!need|speed|feed|bleed|embed|exceed|proceed|seed|used|based)(?:\w{{2,}}ed|cut"
    rf"|put|set|shot|made|kept|left|lost|found"
    rf"|sent|held|brought|had|felt|heard|sold|built|bought|did)\s{_OBJECT}\b"
    r"|\b(?:gave|took|went|saw|came|knew|began|ran|sat|wrote|spoke|broke|chose|drove|ate|fell|flew|forgot|grew|threw|woke|wore"
    r"|sang|swam|stole|rang|shook|hid|bit\s(?:me|him|her|us|them))\b"
)
# A verb in -s with praise for its manner: `the music fades out so nicely`.
_WELL = re.compile(
    r"\b\w+s\s(?:\w+\s)?(?:(?:so|really|very|quite|pretty|rather)\s\w+ly|nicely|beautifully|perfectly|brilliantly|(?<!as\s)well)\b"
)
_TAKES = re.compile(rf"\s*(?:{_OBJECT}|(?:\d|one|two|three)\w*)\b")


_SAYING = re.compile(r"^(?:\w+\s){0,3}?(?:gotta|have\sto|got\sto|must|has\sto)\s(?:say|admit|confess)\b")


def told(stretch: list[Token], text: str, *, opens: bool) -> bool:
    """Whether the stretch tells what somebody does or did. `opens`: a verb in its plain form opens it."""
    words = [t for t in stretch if t.kind != "separator"]
    for token in words:
        if token.kind == "named":  # `every time somebody says penalty` names what to look for
            text = text.replace(token.text, " ")
    if any(is_wide(c) for c in text):
        return _told_in_chinese(words, text)
    text = _SAYING.sub("", text)
    main = _SUBORDINATE.sub("", text)
    if opens or _WISH.search(text) or not main:
        return False
    return bool(_SUBJECT.search(main) or _WELL.search(main) or _past(words, main) or _present(words, main))


def _past(words: list[Token], text: str) -> bool:
    """`coach muted it`, `crossfades gave me chills`: a past form that has a subject, or an object."""
    found = _PAST.search(text)
    return found is not None and (found.start() > 0 or not _verb(words[0]))


def _present(words: list[Token], text: str) -> bool:
    """`everybody skips clip 5`, `clip 1 follows clip 2`: a verb in -s between what does it and what it is done to."""
    for before, token, after in zip(words, words[1:], words[2:], strict=False):
        plain = token.text.removesuffix("s")
        if token.kind not in ("word", "unknown") or plain == token.text or token.text.endswith("ss") or " " in plain:
            continue
        if before.kind == "clips" and token.kind == "unknown" and len(plain) > _SHORT:
            return True  # `the second clip hits different`
        verbal = token.kind == "unknown" or bool(index().get(plain, frozenset()) & VERBS)
        noun = before.is_a("EACH", "ALL", "ADD", "MAKE") or before.text in _DETERMINERS or before.kind == "number"
        takes = after.kind == "clips" or (after.kind == "word" and _TAKES.match(after.text))
        if verbal and not noun and takes and not token.is_a("CLIP", "MOMENT", "MOVE", "REEL", "KEEP", "TRANSITION"):
            return True
    return False


_SHORT = 2
_DETERMINERS = frozenset({
    "the", "a", "an", "my", "our", "your", "all", "every", "each", "some", "any", "no", "these", "those", "this",
    "that", "his", "her", "their", "its", "of", "with", "and", "or", "to", "more", "between", "in", "for",
})  # fmt: skip


def _verb(token: Token) -> bool:
    return bool(token.concepts & VERBS)


_PERSONS = (
    r"(?:他|她|他们|她们|人家|大家|别人|有人|教练|导演|老板|客户|同事|同学|朋友|室友|老师|领导|队友|邻居|孩子|小孩|儿子|女儿|老婆"
    r"|老公|媳妇|爸|妈|爸爸|妈妈|爷爷|奶奶|外公|外婆|哥|姐|弟|妹|哥哥|姐姐|弟弟|妹妹|表\w|堂\w|舅舅|叔叔|阿姨|家人|全家|粉丝|网友)"
)
_WISH_ZH = re.compile(
    r"希望|想要|想让|想把|要求|需要|得(?:把|要)|应该|请|麻烦|帮我|帮忙|说要|能不能|可不可以|可以|要(?:把|不|加|改|换|做|剪)|“”"
)
# After `把`, `给` and the like a person is whom it is done to or for; `他的…` only owns.
_THIRD = re.compile(
    rf"(?:^|(?<![把将给让帮对跟和叫被向替为与同让其]))(?:我|我们|你|我家|咱|咱们)?{_PERSONS}们?(?!的|们|[、和跟与]|[^,，]{{1,6}}的(?:时候|地方|段|部分|片段|画面|瞬间|镜头|时))[^,，]*?"
    r"(?:[了过着]|把|将|嫌|觉得|爱|喜欢|老是|总是|都|也|还|说|看|听|问|笑|哭|自己)"
)
_FIRST = re.compile(
    r"(?:^|[^把将给让帮对跟和叫被向替为])(?:我|我们|咱们?)(?!的|想|要|希望|需要|觉得|感觉|建议|认为|不|看[第这那把]|说的|们?家?的)[^,，]*?"
    r"[一-鿿](?:了|过)(?!吧|呗|行吗|好吗|没)"
)


# What was done to it by others, or went wrong with it: `第五段的画面被切掉了` orders no cut.
_SUFFERED = re.compile(r"被[^,，]{0,10}(?:了|过)")


def _told_in_chinese(words: list[Token], text: str) -> bool:
    if _WISH_ZH.search(text):
        return False
    return bool(_THIRD.search(text) or _FIRST.search(text) or _SUFFERED.search(text))


_ASSISTANTS = frozenset({"claude", "chatgpt", "gpt", "gemini", "copilot", "assistant", "editor", "bot", "ai", "cursor"})
_GREETINGS = frozenset({"hey", "hi", "hello", "oh", "ok", "okay", "yo", "and", "嘿", "喂", "哈喽"})
# Exclamations and words of address for whoever listens; every other strange word alone before an order is a name.
_INTERJECTIONS = frozenset({
    "whoops", "whoopsie", "woops", "oopsie", "alright", "aight", "umm", "uhm", "erm", "hm", "bro", "mate", "dude",
    "guys", "folks", "pal", "sir", "boss", "team", "damn", "dang", "darn", "gosh", "argh", "ugh", "meh", "eh", "nah",
    "nope", "yup", "yep", "yeah", "yea", "sure", "anyhow", "anyways", "plus", "besides", "next", "btw", "tbh", "imo",
    "fyi", "ps", "lol", "haha", "wow", "whoa", "cheers", "understood", "right", "roger", "gotcha", "done", "bingo",
    "voila", "edit", "update", "correction", "task", "request", "overall", "everyone", "fine", "wait", "listen", "look",
})  # fmt: skip
_LONGEST_NAME = 6

Orders = Callable[[list[Token]], bool]


def opens(stretch: list[Token], scene: ParseContext, *, orders: Orders) -> bool:
    """`Julia please …`, `Tom, …`, `Anna mute …`: a strange word with a capital, then an order."""
    words = [t for t in stretch if t.kind != "separator" and t.text not in _GREETINGS]
    if not words or words[0].kind != "unknown" or words[0].text in _ASSISTANTS or words[0].text.endswith("ly"):
        return False
    name = scene.source.verbatim(words[0].start, words[0].end)
    if not (name[:1].isupper() and name[1:].islower() and name.isascii()):
        return False
    rest = words[1:]
    return not rest or rest[0].text in ("please", "can you", "could you", "would you", "will you") or orders(rest)


def calls(tokens: list[Token], a: int, b: int, *, opens: Orders) -> bool:
    """`dave, mute clip 3`, `天猫精灵，声音大一点`: a strange word alone before an order calls somebody else."""
    words = [t for t in tokens[a:b] if t.kind != "separator" and t.text not in _GREETINGS]
    if a or len(words) != 1 or words[0].kind != "unknown" or b >= len(tokens) or tokens[b].value != "weak":
        return False
    name = words[0].text
    if is_wide(name[0]):
        return 1 < len(name) < _LONGEST_NAME
    plain = name.isascii() and name.isalpha() and not name.endswith("y") and not re.search(r"(.)\1\1", name)
    return plain and name not in _ASSISTANTS | _INTERJECTIONS and opens(tokens[b:])


UtteranceKind = Literal["question", "remark", "statement", "later", "hypothesis", "reported", "addressed", "told"]
