"""Painting the matches of a pattern as tokens."""

import re
from collections.abc import Callable
from typing import Any

from ..token import Canvas, Kind, Token

_LETTER = "[a-zà-öø-ÿ0-9_]"
_BOUNDARY = rf"(?:(?<!{_LETTER})(?={_LETTER})|(?<={_LETTER})(?!{_LETTER}))"


def pattern(text: str) -> re.Pattern[str]:
    r"""Compile with `\b` as the edge of a Latin word: Chinese runs straight into figures and letters."""
    return re.compile(text.replace(r"\b", _BOUNDARY))


Reader = Callable[[re.Match[str]], Any]


def paint_all(canvas: Canvas, regex: re.Pattern[str], kind: Kind, read: Reader) -> None:
    """Paint each match as a token of `kind`; a reader that answers None refuses the match."""
    at = 0
    while match := regex.search(canvas.masked, at):
        value = read(match)
        at = max(match.end(), at + 1)
        if value is not None:
            canvas.paint(Token(kind, match.start(), match.end(), match.group(), value=value))
