"""Marking the matches of a pattern as tokens."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..tokens import MaskedText, Token, TokenKind
from .grammar import Grammar
from .shadow import Shadow, plain

View = Callable[[str, Grammar], Shadow]
MatchReader = Callable[[Grammar, Shadow, re.Match[str]], Any]


def bare(text: str, grammar: Grammar) -> Shadow:
    """The text without signs."""
    return plain(text)


@lru_cache(maxsize=8)
def _viewed(view: View, text: str, grammar: Grammar) -> Shadow:
    return view(text, grammar)


def mark_all(
    canvas: MaskedText,
    grammar: Grammar,
    view: View,
    regex: Callable[[Grammar], re.Pattern[str]],
    kind: TokenKind,
    read: MatchReader,
) -> None:
    """Paint each match as a token of `kind`; a reader that answers None refuses the match."""
    shadow = _viewed(view, canvas.masked, grammar)
    for match in regex(grammar).finditer(shadow.text):
        value = read(grammar, shadow, match)
        if value is not None and match.end() > match.start():
            mark(canvas, shadow, kind, match.start(), match.end(), value)


def mark(
    canvas: MaskedText,
    shadow: Shadow,
    kind: TokenKind,
    start: int,
    end: int,
    value: Any,
    concepts: frozenset[str] = frozenset(),
) -> None:
    """Paint what stands between two offsets of a view of the text; space around it is left."""
    a, b = shadow.at[start], shadow.at[end]
    while a < b and shadow.source[b - 1].isspace():
        b -= 1
    while a < b and shadow.source[a].isspace():
        a += 1
    canvas.paint(Token(kind, a, b, shadow.source[a:b], concepts, value))
