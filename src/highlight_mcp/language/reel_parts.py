"""What a stretch of a sentence says of a reel, where several reels are told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from .frames.passing import passes
from .lexicon import is_wide
from .speech import endings, said
from .tokens import NOUNS, Token

Tokens = tuple[Token, ...]
_KEYS = {
    "duration": "length", "time": "length", "ratio": "shape", "asset": "file", "range": "stretch", "head": "stretch",
    "tail": "stretch",
}  # fmt: skip
_NAMED = {"SHAPE:": "shape", "CRITERION:": "content"}
_SAID_BESIDE = frozenset({"AT_MOST", "AT_LEAST", "AROUND", "TOTAL", "EACH", "BEST", "FAST_PACE", "SLOW_PACE", "MAKE"})


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence between two marks or conjunctions, with those before it."""

    lead: Tokens
    tokens: Tokens

    @property
    def keys(self) -> frozenset[str]:
        """What it says of a reel: its length, its shape, its file, a stretch, what it shows."""
        return frozenset(key for token in self.tokens if (key := key_of(token)))

    @property
    def opened(self) -> tuple[Tokens, Tokens]:
        """The verb and what leads up to what is said of a reel, and that."""
        head = tuple(takewhile(lambda t: not (key_of(t) or is_article(t) or is_named(t)), self.tokens))
        return head, self.tokens[len(head) :]


def key_of(token: Token) -> str:
    """What of a reel a token tells."""
    if token.kind in _KEYS:
        return _KEYS[token.kind]
    if token.kind in ("word", "unknown") and token.text in said("WIDE"):
        return "shape"
    return next((key for prefix, key in _NAMED.items() if any(c.startswith(prefix) for c in token.concepts)), "")


def is_article(token: Token) -> bool:
    """`a`, `one`; `剪一个` has it inside."""
    if token.kind != "word" or not token.text:
        return False
    return token.text in said("ONE_REEL") or (is_wide(token.text[0]) and token.text.endswith(endings("ONE_REEL")))


def is_noun(token: Token, key: str = "REEL_NOUN") -> bool:
    return token.kind in ("word", "unknown") and token.text in said(key)


def is_plain(token: Token) -> bool:
    """Whether a token says something of a reel, or nothing of its own."""
    told = key_of(token) or is_article(token) or is_named(token) or token.kind == "number"
    return (
        bool(told) or token.text in said("COUNTER") | said("NOT_OF_ONE") or token.is_a(*_SAID_BESIDE) or passes(token)
    )


def is_named(token: Token) -> bool:
    return is_noun(token) or is_noun(token, "REEL_NOUNS")


def stands_for_a_reel(part: Part) -> bool:
    """`one that …`, `a flobby version`: a reel is named, whatever is said of it."""
    head, own = part.opened
    if not all(map(passes, head)) or any(t.is_a("CLIP", "MOMENT") for t in own[1:2]):
        return False
    if not own or not is_article(own[0]) or own[0].is_a("ADD") or any(t.kind == "quote" for t in own):
        return False
    return any(is_noun(t) for t in own) and not any(t.is_a(*_THINGS) for t in own[:2])


_THINGS = NOUNS - {"REEL", "FILTER"}


def alike(run: list[Part]) -> bool:
    """Whether some parts each tell one reel: they begin with its article, or say the same kind of thing of it."""
    bare = [part.keys for part in run if not stands_for_a_reel(part)]
    return not bare or bool(frozenset.intersection(*bare))


def counts_reels(tokens: Sequence[Token], at: int) -> bool:
    """`剪一条`: the measure word is that of a whole video; `剪一个` may count anything without a length."""
    text = tokens[at].text
    if (
        not tokens[at].is_a("MAKE", "ADD")
        or not is_wide(text[0])
        or any(t.is_a("CLIP", "MOMENT") for t in tokens[at + 1 :])
    ):
        return False
    sized = at + 1 < len(tokens) and tokens[at + 1].kind == "duration"
    return text.endswith(endings("REEL_MEASURE")) or (sized and text.endswith(endings("ONE_REEL")))
