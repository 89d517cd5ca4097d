"""Words that are a noun, or another verb, for what stands beside them: `the cut`, `clip six has to go last`."""

from dataclasses import replace

from .lexicon import index
from .tokens import VERBS, Token

_OWN = frozenset(["the", "this", "that", "my", "our", "your", "whole", "entire", "final", "current", "existing"])
_SUFFERED = frozenset(["gets", "get", "got", "getting", "being"])
_TURNS = frozenset(["turn", "turned", "slow", "slowed", "bring", "take", "dial", "tone", "put", "fade"])


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
        elif token.text == "stretch":
            out[i] = replace(token, concepts=frozenset({"MOMENT"}))  # `the stretch from 20 to 50 seconds`
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


_NEEDS = (["wants"], ["needs"], ["want"], ["need"], ["ought"], ["needed"])
_BETWEEN = frozenset({"to", "be", "a", "bit", "really", "just", "to be", "being", "getting"})


def needs_in(tokens: list[Token]) -> list[Token]:
    """`clip 2 wants trimming`, `the last one needs to land first`: behind a thing, with a verb, a need adds nothing."""
    out = list(tokens)
    for i, token in enumerate(tokens[1:], 1):
        ahead = i + 1 < len(tokens) and tokens[i + 1].text == "to"
        needs = token.text.split()[-1:] in _NEEDS and token.is_a("ADD")
        if not (needs or (ahead and token.text in _OUGHT)) or not _is_thing(tokens[i - 1]):
            continue
        j = next((j for j in range(i + 1, len(tokens)) if tokens[j].text not in _BETWEEN), len(tokens))
        if j < len(tokens) and tokens[j].kind == "word" and tokens[j].concepts & VERBS - {"ADD"}:
            out[i:j] = [replace(t, concepts=frozenset({"FILLER"})) for t in tokens[i:j]]
    return out


_OUGHT = frozenset({"has", "have", "ought", "supposed", "should have"})


def _is_thing(token: Token) -> bool:
    return token.kind in ("clips", "quote", "asset") or token.is_a(*_THINGS) or token.text in ("it", "that", "this")


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
