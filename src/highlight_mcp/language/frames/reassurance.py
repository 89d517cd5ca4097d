"""What is said beside an order to reassure: that nothing else is asked, and what does not matter."""

import re

from ..tokens import Token
from .passing import KINDS

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
