"""Sentences that only look like requests: conditions and reports of what was done."""

import re

from .context import ParseContext
from .outcome import Finding, Query, Unresolved
from .tokens import Clause, Token

_SUBJECTS = ("i", "we", "he", "she", "they", "you", "somebody", "someone")
_ASKING = ("can", "could", "would", "will", "please", "pls", "if", "should", "wish", "want", "need")
_QUESTIONING = ("is", "are", "was", "were", "does", "did", "has", "isn't", "doesn't", "wasn't")
_PAST = re.compile(r"(?:ed|cut|made|took|threw|got rid of|put|set|chose|sped|said|told|asked)$")


def is_hypothetical(clause: Clause, scene: ParseContext) -> list[Finding]:
    """Fail closed on "if clip 3 is long, cut it" and on "I deleted clip 2": nothing was ordered."""
    first = next((t for t in clause.tokens if t.kind != "separator"), None)
    conditional = first is not None and (first.text == "if" or first.is_a("UNLESS"))
    if not conditional and not _reported(clause.tokens):
        return []
    at, words = clause.at, scene.words(clause)
    clause.spend()
    scene.conditional = conditional
    return [Unresolved(words, at, missing=("operation",))] if conditional else []


def query_in(clause: Clause, scene: ParseContext) -> list[Finding]:
    """`is clip 3 too long?` asks for an opinion; `is it possible to …` would be a request."""
    first = next((t for t in clause.tokens if t.kind != "separator"), None)
    if first is None or first.text not in _QUESTIONING or first.start in clause.used:
        return []
    at = clause.at
    clause.spend()
    return [Query("explain", at)]


def _reported(tokens: list[Token]) -> bool:
    for i, token in enumerate(tokens[:-1]):
        if token.text not in _SUBJECTS:
            continue
        verb = tokens[i + 1]
        before = tokens[i - 1].text if i else ""
        if before in _ASKING or (token.text == "you" and before in ("can", "could", "thank")):
            continue
        if (
            verb.concepts - {"FILLER"}
            and _PAST.search(verb.text)
            and not verb.text.endswith("need")
            and not verb.is_a("NARRATION", "CORRECTION", "VAGUE")
            and verb.is_a(
                "REMOVE", "CUT", "TRIM", "ADD", "CHANGE", "MUTE", "MOVE", "SPLIT", "FASTER", "SLOWER", "SWAP", "KEEP"
            )
        ):
            return verb.text not in ("cut", "put", "set") or token.text != "you"
    return False
