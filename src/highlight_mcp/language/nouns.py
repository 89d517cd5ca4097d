"""Words that are a noun, or another verb, for what stands beside them: `the cut`, `clip six has to go last`."""

from dataclasses import replace
from itertools import pairwise, takewhile

from .lexicon import index
from .speech import said
from .tokens import VERBS, Token, is_head


def nouns_in(tokens: list[Token]) -> list[Token]:
    """`the cut`, `this edit`: after an article the word is a noun and cuts nothing."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        if tokens[i - 1].text in said("SUFFERS") and token.text in said("SUFFERED"):
            out[i] = replace(token, concepts=frozenset({"FILLER"}))  # `clip 5 gets cut off too soon` complains of it
            continue
        if tokens[i - 1].text not in said("OWN"):
            continue
        if token.text in said("CUT_NOUN"):
            out[i] = replace(token, concepts=frozenset({"VIDEO"}))
        elif token.text in said("STRETCH_NOUN"):
            out[i] = replace(token, concepts=frozenset({"MOMENT"}))  # `the stretch from 20 to 50 seconds`
        elif i > 1 and tokens[i - 2].text in said("TURNS") and token.text in said("CUT_AWAY"):
            word, _, particle = token.text.partition(" ")
            noun = replace(token, end=token.start + len(word), text=word, concepts=frozenset({"VIDEO"}))
            last = replace(token, start=token.end - len(particle), text=particle, concepts=index()[particle])
            return [*out[:i], noun, last, *out[i + 1 :]]
    return out


_COUNTED = ("TITLE", "CAPTION", "MUSIC", "OVERLAY", "CARD")


def places_in(tokens: list[Token]) -> list[Token]:
    """`the second title`: before what can be counted a unit of time is a place; `a second title` is one more."""
    out = list(tokens)
    for i, (ahead, token, noun) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False), 1):
        if token.kind != "word" or token.text not in said("SECOND_OF") or not noun.is_a(*_COUNTED):
            continue
        if ahead.text not in said("ONE_MORE"):
            out[i] = replace(token, kind="clips", concepts=frozenset(), value=((2, 2),))
    return out


def returns_in(tokens: list[Token]) -> list[Token]:
    """`bring clip 2 back`: behind a clip, and without an article, the word names no end of the reel."""
    out = list(tokens)
    for i, (ahead, token) in enumerate(pairwise(tokens), 1):
        if token.text in said("RETURNS") and (ahead.kind in ("clips", "number") or ahead.is_a("THAT_CLIP")):
            out[i] = replace(token, concepts=token.concepts - {"END", "BACK"} | {"TAKES_BACK"})
    return out


_PLACES = ("BEFORE", "AFTER", "FRONT", "BACK", "POSITION_WORD", "BETWEEN", "ITS_PLACE", "START", "END")
_ENDS = {"FRONT": "GO_FIRST", "BACK": "GO_LAST"}


def goings_in(tokens: list[Token]) -> list[Token]:
    """`clip six has to go before clip three`, `should go last`: with a place behind it, `go` moves."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        if not token.is_a("REMOVE", "MOVE", "FILLER") or _last_word(token) not in said("GO"):
            continue
        j = next((j for j in range(i + 1, len(tokens)) if tokens[j].text not in said("GO_WAY")), len(tokens))
        if j == len(tokens) or tokens[j].kind == "separator":
            if i + 1 < len(tokens) and _is_changed(token, tokens[i + 1]):
                out[i] = replace(token, concepts=frozenset({"FILLER", "CHANGE"}))
            continue
        end = next((place for place, key in _ENDS.items() if _last_word(tokens[j]) in said(key)), None)
        if end is None and not tokens[j].is_a(*_PLACES):
            if _is_changed(tokens[i], tokens[i + 1]):
                out[i] = replace(token, concepts=frozenset({"FILLER", "CHANGE"}))
            continue
        out[i] = replace(token, concepts=frozenset({"MOVE"}))
        if end is not None:
            out[j] = replace(tokens[j], kind="word", concepts=frozenset({end}), value=None)
    return out


def _is_changed(verb: Token, behind: Token) -> bool:
    """`clip 3 has to go faster`, `the music can go on`: with more behind it, nothing goes away."""
    joins = behind.kind == "separator" or behind.is_a("AND", "THEN", "BUT", "BECAUSE", "ALSO")
    return verb.is_a("REMOVE") and not (joins or behind.text in said("TRAILING") - {"off", "out", "again"})


def needs_in(tokens: list[Token]) -> list[Token]:
    """`clip 2 wants trimming`, `the last one needs to land first`: behind a thing, with a verb, a need adds nothing."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        ahead = i + 1 < len(tokens) and tokens[i + 1].text in said("TO")
        needs = _last_word(token) in said("NEEDS") and token.is_a("ADD")
        if not (needs or (ahead and token.text in said("OUGHT"))) or not _is_thing(tokens[i - 1]):
            continue
        j = next((j for j in range(i + 1, len(tokens)) if tokens[j].text not in said("NEEDS_WAY")), len(tokens))
        if j < len(tokens) and tokens[j].kind == "word" and tokens[j].concepts & VERBS - {"ADD"}:
            out[i:j] = [replace(t, concepts=frozenset({"FILLER"})) for t in tokens[i:j]]
    return out


def _is_thing(token: Token) -> bool:
    return token.kind in ("clips", "quote", "asset") or token.is_a(*_THINGS) or token.text in said("IT_OR_THIS")


_THINGS = (
    "CLIP",
    "VIDEO",
    "REEL",
    "MUSIC",
    "TITLE",
    "CAPTION",
    "AUDIO",
    "SOURCE_SOUND",
    "CARD",
    "THAT_CLIP",
    "CUT_NOUN",
)


def _last_word(token: Token) -> str:
    return token.text.rpartition(" ")[2]


_SHOWN = ("TITLE", "CAPTION", "CARD", "SAYING")
_DASHES = frozenset("|-\u2013\u2014\u00b7/")  # with the long dashes and the middle dot


def lines_in(tokens: list[Token]) -> list[Token]:
    """`lower third: Ann Lee | Coach`: without quotation marks, a mark inside words to be shown is one of them.

    Where an order or a value stands behind the mark, it parts them from the words.
    """
    named = next((i for i, t in enumerate(tokens) if t.is_a(*_SHOWN)), None)
    if named is None or any(t.kind == "quote" for t in tokens):
        return tokens
    out = list(tokens)
    for i, token in enumerate(tokens):
        if i <= named + 1 or token.kind != "separator" or not set(token.text.strip()) <= _DASHES:
            continue
        clause = list(takewhile(lambda t: t.kind != "separator", tokens[i + 1 :]))
        line = list(takewhile(lambda t: t.kind in ("word", "unknown", "number"), clause))
        while len(line) < len(clause) and line and line[-1].is_a("LINK", "POINT", "TO"):
            line.pop()  # `at` of `at 0:05`
        if line and not any(map(is_head, clause)):
            words = [replace(t, kind="unknown", concepts=frozenset()) for t in line]
            out[i : i + 1 + len(line)] = [replace(token, kind="unknown", value=None), *words]
    return out
