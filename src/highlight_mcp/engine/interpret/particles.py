"""English verbs whose particle stands apart: "speed everything up", "fade the music in", "leave it alone"."""

from dataclasses import replace
from functools import cache

from .lexicon import book
from .spelling import stems
from .token import Token

_REACH = 6


@cache
def _pairs() -> dict[tuple[str, str], str]:
    return {
        (v, p): concept
        for concept, entries in book("particles").items()
        for v, _, p in (e.partition(" ") for e in entries)
    }


@cache
def _verbs() -> frozenset[str]:
    return frozenset(verb for verb, _ in _pairs())


def joined(tokens: list[Token]) -> list[Token]:
    """Tokens with the meaning of verb and particle put on the verb; the particle becomes filler."""
    out = list(tokens)
    for i, token in enumerate(tokens):
        verb = next((form for form in (token.text, *stems(token.text)) if form in _verbs()), None)
        if token.kind != "word" or verb is None or token.concepts == {"VIDEO"}:
            continue
        for j in range(i + 1, min(len(tokens), i + 1 + _REACH)):
            if tokens[j].kind == "separator" or tokens[j].is_a("THEN", "BUT"):
                break
            concept = _pairs().get((verb, tokens[j].text))
            if concept:
                kept = frozenset({"FADE"}) if verb == "fade" else frozenset[str]()
                out[i] = replace(token, concepts=kept | {concept})
                out[j] = replace(tokens[j], concepts=frozenset({"FILLER"}))
                break
    return out
