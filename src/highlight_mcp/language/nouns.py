"""`the reel`, `my highlight reel`, `成片`: words that order a reel, or only name the one that is there.

Where a reel is cut already and the clause changes something about it, such a word means no more than
`the video`: nothing may be chosen anew.
"""

from dataclasses import replace

from .context import ParseContext
from .lexicon import index, is_wide
from .tokens import Clause, Token

_OWN = frozenset(["the", "this", "that", "my", "our", "your", "whole", "entire", "final", "current", "existing"])
_SUFFERED = frozenset(["gets", "get", "got", "getting", "being"])
_NEW = frozenset(["a", "an", "another", "new", "some"])
_HANDLES = frozenset({"把", "给", "将", "这个", "这", "那个", "该", "对", "让", "在", "这条", "这段"})
_TURNS = frozenset(["turn", "turned", "slow", "slowed", "bring", "take", "dial", "tone", "put", "fade"])
_VERBS_OF_ONE = ("MAKE", "FIND", "CUT", "KEEP", "SHORTEN")
_CHANGES = (
    "TITLE", "CAPTION", "SUBTITLES", "CARD", "MUSIC", "TRANSITION", "FADE", "FADE_IN", "FADE_OUT", "MUTE", "UNMUTE",
    "VOLUME", "LOUDNESS", "AUDIO", "LOUDER", "QUIETER", "FASTER", "SLOWER", "SPEED", "HALF_SPEED", "DOUBLE_SPEED",
    "NORMAL_SPEED", "ROTATE", "FLIP", "STABILIZE", "FREEZE", "FILTER", "DARKER", "BRIGHTER", "SHORTER", "LONGER",
    "LENGTHEN", "PAD", "BLURRED_SIDES", "CENTRE_CROP", "FOLLOW_ACTION", "ASPECT", "NUMBER_CLIPS", "VAGUE", "EXPORT",
    "OFF", "START", "END", "REMOVE", "UNWANTED", "OVERLAY", "ZOOM", "DUCK", "HALF_LOUD", "TWICE_LOUD", "SILENCE",
)  # fmt: skip
_KINDS = ("quote", "ratio", "factor", "percent", "decibels", "clips", "degrees")
_STRETCHES = ("range", "head", "tail")
_PREFIXES = ("SHAPE:", "LOOK:", "JOIN:")


def reel_nouns_in(clause: Clause, scene: ParseContext) -> None:
    """Take the wish for another reel out of words that name the reel at hand."""
    if scene.uncut or not scene.situation.has_timeline:
        return
    for i, token in enumerate(clause.tokens):
        if not token.is_a("REEL"):
            continue
        definite = _definite(clause.tokens, i) and _changed(clause, token)
        if definite or _owns_a_stretch(clause.tokens, i):
            clause.tokens[i] = replace(token, concepts=token.concepts - {"REEL", "BEST"} | {"VIDEO"})


def nouns_in(tokens: list[Token]) -> list[Token]:
    """`the cut`, `this edit`: after an article the word is a noun and cuts nothing."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        if tokens[i - 1].text in _SUFFERED and token.text in ("cut", "cut off", "cut short", "trimmed", "chopped off"):
            out[i] = replace(token, concepts=frozenset({"FILLER"}))  # `clip 5 gets cut off too soon` complains of it
            continue
        if tokens[i - 1].text not in _OWN:
            continue
        if token.text in ("cut", "edit"):
            out[i] = replace(token, concepts=frozenset({"VIDEO"}))
        elif i > 1 and tokens[i - 2].text in _TURNS and token.text in ("cut down", "cut out", "edit out"):
            word, _, particle = token.text.partition(" ")
            noun = replace(token, end=token.start + len(word), text=word, concepts=frozenset({"VIDEO"}))
            last = replace(token, start=token.end - len(particle), text=particle, concepts=index()[particle])
            return [*out[:i], noun, last, *out[i + 1 :]]
    return out


_GOING = (["go"], ["goes"], ["gone"])
_PLACES = ("BEFORE", "AFTER", "FRONT", "BACK", "POSITION_WORD", "BETWEEN", "ITS_PLACE", "START", "END")
_ENDS = {"first": "FRONT", "last": "BACK"}
_WAY = frozenset({"to", "at", "in", "right", "straight", "directly", "all", "the", "way", "very", "into", "just", "up"})


def goings_in(tokens: list[Token]) -> list[Token]:
    """`clip six has to go before clip three`, `should go last`: with a place behind it, `go` moves."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if not token.is_a("REMOVE", "MOVE", "FILLER") or token.text.split()[-1:] not in _GOING:
            continue
        j = next((j for j in range(i + 1, len(tokens)) if tokens[j].text not in _WAY), len(tokens))
        if j == len(tokens) or tokens[j].kind == "separator":
            continue
        end = next((place for word, place in _ENDS.items() if tokens[j].text.split()[-1:] == [word]), None)
        if end is None and not tokens[j].is_a(*_PLACES):
            continue
        out[i] = replace(token, concepts=frozenset({"MOVE"}))
        if end is not None:
            out[j] = replace(tokens[j], kind="word", concepts=frozenset({end}), value=None)
    return out


def _definite(tokens: list[Token], i: int) -> bool:
    before = tokens[:i]
    if is_wide(tokens[i].text[0]):
        return (bool(before) and before[-1].text in _HANDLES) or not any(_orders(t) for t in before)
    near = [t for t in before[-3:] if t.kind != "separator"]
    return any(t.text in _OWN for t in near) and not any(t.text in _NEW or t.kind == "duration" for t in near)


def _owns_a_stretch(tokens: list[Token], i: int) -> bool:
    """`成片的前10秒`."""
    return i + 2 < len(tokens) and tokens[i + 1].text == "的" and tokens[i + 2].kind in _STRETCHES


def _orders(token: Token) -> bool:
    """A verb or a measure that makes a Chinese noun a new one; `我要成片…` wishes, and orders none."""
    if token.text in ("我要", "我想要", "想要", "需要", "给我"):
        return False
    return token.is_a(*_VERBS_OF_ONE) or token.kind in ("duration", "number") or token.text.startswith("一")


def _changed(clause: Clause, reel: Token) -> bool:
    others = [t for t in clause.tokens if t is not reel]
    following = next((t for t in others if t.start >= reel.end), None)
    if following is not None and following.kind == "unknown" and not is_wide(reel.text[0]):
        return True
    if any(t.kind in _STRETCHES and t.start < reel.start for t in others):
        return True
    wide = is_wide(reel.text[0])
    if clause.peek("duration") and not reel.text.endswith("s") and not clause.has("BEST", "MOMENT", "FIND", "MORE"):
        return clause.has("CHANGE", "SHORTEN", "TO") if wide else clause.has("MAKE", "CUT", "CHANGE", "TO", "SHORTEN")
    return any(
        t.is_a(*_CHANGES) or t.kind in _KINDS or any(c.startswith(_PREFIXES) for c in t.concepts) for t in others
    )
