"""Courtesy around an order: `could you please …`, `any chance you could …?`, `麻烦帮我…一下，好不好`.

What is wrapped so is an order whatever mark ends it; the wrapping itself means nothing.
"""

import re
from dataclasses import replace

from ..tokens import Token

_YOU = r"(?:you|u|ya|we|i|someone|somebody)"
_SOFTLY = r"(?:\s(?:please|pls|just|maybe|also|possibly|kindly|perhaps|quickly|then|now|at least|help me|help us))*"
_GREETING = (
    r"(?:(?:hey|hi|hello|ok|okay|oki|alright|right|so|well|um|uh|er|erm|yo|please|pls|sorry to be a pain"
    r"|sorry to bother you|sorry"
    r"|quick one|one more thing|last thing|next thing|next|great|cool|lovely|perfect|thanks|thank you"
    r"|cheers|now|and|but|also|then|guys|mate|haha)\b[\s,:!.-]*)*"
)
_OBJECTS = (  # `the music wants to be quieter` is about the music, `the coach wants …` about a wish
    r"(?:clips?|shots?|music|title|sound|card|video|reel|film|text|cuts?|picture|opening|ending|volume|caption|first"
    r"|second|third|fourth|fifth|sixth|last)\b"
)
_ASKED = re.compile(
    rf"^{_GREETING}(?P<shell>(?:can|could|would|will|might|may) {_YOU}(?! (?:be|tell|explain|say"
    rf"|show me how|remember|know|see if|check|recommend|suggest))"
    rf"{_SOFTLY}(?: (?:have|get|let))?"
    rf"|(?:would|could|will) {_YOU} (?:please )?be (?:so (?:kind|good|nice|sweet)|(?:kind|good) enough|a dear|a star)"
    rf"(?: as)?(?: to| and)?(?! (?:tell|explain|say|show))"
    rf"|would it be (?:a |too much )?(?:bother|trouble|hassle|problem|much to ask|too much to ask)(?: for you)? to"
    rf"|(?:would|do) (?:you|u) mind(?=\s\w+ing)"
    rf"|(?:is it|would it be|might it be|will it be) (?:at all )?possible (?:to|for you to|that you)(?: have| get)?"
    rf"|is there (?:any|a) (?:way|chance) (?:to|of|that )?(?:{_YOU} (?:can|could|might|'d))?"
    rf"|any (?:way|chance) (?:to|of|{_YOU} (?:can|could|might|'d))"
    rf"|(?:i(?:'m| am| was)? )?wonder(?:ing|ed)? (?:if|whether) {_YOU}(?:'d| would| could| can| might)(?: be able to)?"
    rf"|do (?:you|u) (?:think|reckon|suppose) {_YOU} (?:could|can|might)(?: let| have)?"
    rf"|(?:i|we)(?:'d| would) (?:really |very much |ever so )?(?:appreciate it|be (?:so |really "
    rf"|very |ever so |most )?(?:grateful|happy|glad|thankful)) (?:if {_YOU}(?:'d| would| could"
    rf"| can)?|for)"
    rf"|(?:my \w+|he|she|they) (?:is |was |are |were )?(?:asking|asked|asks|wondering|wonders) (?:if"
    rf"|whether|that) {_YOU} (?:could|can|would|might)"
    rf"|(?:she|he|they|my \w+|the (?!{_OBJECTS})\w+) wants?(?: you| u)?(?: to)?"
    rf"|(?:i|we)(?:'d| would)? (?:need|want|like|ask) (?:you|u) to|(?:go ahead and|feel free to"
    rf"|make sure (?:to|you)|be sure to|kindly|help me(?: to)?|let's|lets|let us)"
    rf"|(?:my|our|the) (?:request|wish|ask|order) is(?: simple)?\s?:?)(?=\s|:|$)"
)
_ENDED = re.compile(
    r"(?P<shell>\b(?:please|pls|plz|thanks|thank you|thx|cheers|ta|ok|okay|if (?:you|u) (?:can"
    r"|could|would|don't mind|dont mind|please|like)"
    r"|if (?:it's|its|that's|thats|it is|that is) (?:possible|ok|okay|alright|fine|not too much (?:trouble"
    r"|bother|work|hassle))"
    r"|(?:would|could|will|can) (?:you|u)|do that|for me|asap|right away|now))\s*$"
)
# What stands behind a thing to say that it is wished for: `clip five at half speed is what i asked for`.
_WISHED = re.compile(
    r"(?P<shell>\b(?:is|are|was) (?:exactly |just |all |really )?what (?:i|we)(?:'m|'re|'d| am| are)? (?:really )?"
    r"(?:want|wanted|need|needed|like|asked|asked for|meant|mean|said|(?:was |were )?(?:after|looking for|hoping for))"
    r"|\b(?:would|'d) be (?:very |really |just |so |most |absolutely |much )?(?:great|nice|lovely|perfect|ideal|good"
    r"|brilliant|wonderful|fantastic|amazing|appreciated|welcome|super|smashing|grand|fab)"
    r"|\bwould (?:make|keep) (?:him|her|them|me|us|everyone|everybody|(?:my|the|our) \w+) (?:very |so |really |much )?"
    r"(?:happy|happier|smile|proud|laugh|cry|sweet|chuffed|delighted)"
    r"|\bwould (?:do nicely|do the trick|suit me|go down well|please (?:him|her|them|everyone|my \w+)))[\s.!]*$"
)
_ASKED_ZH = re.compile(
    r"^(?:(?:那个?|嗯+|好的?|行|哎|诶|喂|嗨|你好|您好|那|对了|还有|另外|顺便|could you|can you"
    r"|please|帮个忙呗?|帮帮忙|求求了|亲)[\s,，]*)*"
    r"(?P<shell>(?:麻烦|请(?!问)|劳驾|辛苦|拜托|有劳)(?:你|您|大家|老师)?(?:了)?(?:帮忙|帮我|给我|帮|给)?"
    r"|(?:能不能|可不可以|可否|能否|能|可以|是否可以|方便)(?:麻烦|再)?(?:你|您)?(?:帮我|帮忙|给我"
    r"|帮|给(?=[把整剪弄做裁稳删去加换调]))?"
    r"|(?:我)?(?:想请|想让|希望|想麻烦)(?:你|您)?(?:帮我|帮忙|给我|帮|给)?|帮我|帮忙|给我(?=[把将删剪去加换调弄]))"
)
_ENDED_ZH = re.compile(
    r"(?P<shell>(?:吗|么|嘛|不|没|呗|吧|哈|啊|呀|呢|哦|行不行|好不好|可不可以|行不|行吗|好吗|可以吗"
    r"|成不|成吗|可以不|谢谢你?|感谢|多谢|太感谢了|拜托了|辛苦了?|行么|好么)+)$"
)


def shells(text: str) -> list[tuple[int, int]]:
    """Where courtesy stands in the text of a stretch: bounds of what opens it and of what ends it."""
    found = [m.span("shell") for pattern in (_ASKED, _ASKED_ZH) if (m := pattern.match(text)) and m["shell"]]
    ended = next((m for pattern in (_ENDED, _ENDED_ZH) if (m := pattern.search(text)) and m.start()), None)
    wished = _WISHED.search(text)
    if wished and wished.start():
        return [*found[:1], wished.span("shell")]
    return [*found[:1], *([ended.span("shell")] if ended and found else [])]


def afterthought(text: str) -> tuple[int, int] | None:
    """Where `if you like`, `if possible` stands behind an order, which it leaves an order."""
    found = _ENDED.search(text)
    return found.span("shell") if found and found.start() and found["shell"].startswith("if ") else None


def asked(words: list[Token]) -> list[tuple[int, int]]:
    """Bounds of a `¿puedes …?` that opens the words, or of a `…もらえますか` that ends them."""
    telling = [t for t in words if t.concepts != frozenset({"FILLER"})]
    edges = (telling[0], telling[-1]) if telling else ()
    return [(t.start, t.end) for t in edges if t.is_a("WOULD_YOU")][:1]


def unwrapped(tokens: list[Token], bounds: list[tuple[int, int]]) -> list[Token]:
    """The tokens with those of the courtesy emptied of meaning."""
    return [
        replace(t, kind="word", concepts=frozenset({"FILLER"}), value="courtesy")
        if t.kind != "separator" and any(a <= t.start and t.end <= b for a, b in bounds)
        else t
        for t in tokens
    ]
