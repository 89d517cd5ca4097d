"""The text as patterns see it, and their matches marked as tokens.

What was recognised before stands as one sign, so that patterns stay small.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .. import folders
from ..lexicon import is_wide
from ..numbers import latin_pattern, value_of, wide_digits, wide_pattern
from ..tokens import MaskedText, Token, TokenKind
from .grammar import NEVER, Grammar, pattern

# Control characters: sets of them stay small in a compiled pattern. A text that holds some itself loses them.
LATIN, WIDE, PAIR = "\x01", "\x02", "\x03"  # numbers in words: Latin, of a wide script, two that lie together
LENGTH, CODE, POINT, COUNTED = "\x04", "\x05", "\x06", "\x07"  # `10 s`, `1:30`, `第40秒`, `minute 5`
ORDINAL, ONE = "\x0e", "\x0f"  # `third`, and `one` behind it
_GLUED = 6  # letters
_NO_SIGNS = str.maketrans(dict.fromkeys(LATIN + WIDE + PAIR + LENGTH + CODE + POINT + COUNTED + ORDINAL + ONE, "?"))
FIGURES = r"\d+(?:\.\d+)?"
ANY = rf"(?:{FIGURES}|[{LATIN}{WIDE}{PAIR}])"
ZH = rf"[{WIDE}{PAIR}]"


class Shadow:
    """A text with signs in it. `at[i]` is the offset of sign i in the text it came from; one more leads to its end."""

    def __init__(self, text: str, at: list[int], values: dict[int, Any], source: str) -> None:
        self.text, self.at, self.values, self.source = text, at, values, source

    def original(self, start: int, end: int) -> str:
        """What stands there in the text it came from."""
        return self.source[self.at[start] : self.at[end]]

    def said(self, match: re.Match[str], group: str | int = 0) -> str:
        """The words of a group of a match; empty where the group took no part."""
        return self.original(*match.span(group)) if match[group] is not None else ""

    def value(self, match: re.Match[str], group: str | int) -> Any:
        """What a group stands for: the value of its sign, else the number that its figures make."""
        start, end = match.span(group)
        return self.values[start] if start in self.values and end == start + 1 else value_of(match[group])

    def pair(self, at: int) -> tuple[float, float]:
        """Both numbers of a sign for two that lie together: `两三` is 2 and 3, `两三十` 20 and 30."""
        said = self.original(at, at + 1)
        size = 10 if len(said) > 2 else 1
        return value_of(said[0]) * size, value_of(said[1]) * size

    def replaced(self, regex: re.Pattern[str], sign: "Callable[[re.Match[str]], tuple[str, Any] | None]") -> "Shadow":
        """Each match as one sign with a value; where `sign` answers None the text stays."""
        pieces: list[str] = []
        at: list[int] = []
        values: dict[int, Any] = {}
        end = 0
        for match in regex.finditer(self.text):
            found = sign(match)
            if found is None or match.end() == match.start():
                continue
            self._copy(end, match.start(), pieces, at, values)
            values[len(at)] = found[1]
            pieces.append(found[0])
            at.append(self.at[match.start()])
            end = match.end()
        if not pieces:
            return self
        self._copy(end, len(self.text), pieces, at, values)
        return Shadow("".join(pieces), [*at, self.at[-1]], values, self.source)

    def _copy(self, start: int, end: int, pieces: list[str], at: list[int], values: dict[int, Any]) -> None:
        values.update({len(at) + i - start: self.values[i] for i in self.values if start <= i < end})
        pieces.append(self.text[start:end])
        at.extend(self.at[start:end])


def plain(text: str) -> Shadow:
    """A text that is its own shadow."""
    return Shadow(text.translate(_NO_SIGNS), list(range(len(text) + 1)), {}, text)


@pattern
def _numbers(g: Grammar) -> str:
    digits, tens = wide_digits(g.languages)
    near = g.words("units.HOUR", "units.MINUTE", "units.SECOND")
    pair = rf"(?P<pair>[{digits}]{{2}}[{tens}]?(?={near}))|" if digits else ""
    # German writes a length as one word: `zweiminütig`.
    glued = "|".join(re.escape(w) for w in g.entries("units.MINUTE", "units.SECOND") if len(w) >= _GLUED)
    latin = rf"\b{latin_pattern(g.languages)}(?:\b|(?=(?:{glued or NEVER})\b))"
    return rf"(?P<latin>{latin})|{pair}(?P<wide>{wide_pattern(g.languages)})"


def with_numbers(text: str, grammar: Grammar) -> Shadow:
    """The text with a sign for each number in words; figures stay as they are."""

    def sign(match: re.Match[str]) -> tuple[str, Any] | None:
        kind = LATIN if match["latin"] else PAIR if match.groupdict().get("pair") else WIDE
        try:
            return kind, value_of(match.group(), grammar.languages)
        except ValueError:
            return None

    return plain(text).replaced(_numbers(grammar), sign)


_THAT_ONE = re.compile(rf"(?<={ORDINAL}\s){LATIN}")  # `the second one` counts nothing


@folders.remembered
def _values(g: Grammar) -> dict[str, int]:
    return {
        word: int(place)
        for code in g.languages
        for place, words in folders.words(code, "ordinals").items()
        for word in words
    }


@pattern
def _ordinals(g: Grammar) -> str:
    words = "|".join(re.escape(w) for w in sorted(_values(g), key=len, reverse=True) if not is_wide(w[0])) or "(?!)"
    behind = g.latin("clips.ORDINAL_BEHIND")
    counted = rf"(?:{words}|\d+{behind})(?![a-zß-ÿ])"
    back = g.words("clips.FROM_END_BEHIND").replace(r"\ ", "[ -]")
    return rf"\b(?:(?P<back>{counted})[ -]{back}|(?P<digits>\d+){behind}(?![a-zß-ÿ])|(?P<word>{words}))\b"


def with_ordinals(text: str, g: Grammar) -> Shadow:
    """The text with a sign for each number and each place in a row; the value of the latter is the place."""
    values = _values(g)

    def sign(match: re.Match[str]) -> tuple[str, Any] | None:
        if match["back"]:
            digits = re.match(r"\d+", match["back"])
            place = int(digits.group()) if digits else values[match["back"]]
            return (ORDINAL, -place) if place > 1 else None
        return ORDINAL, int(match["digits"]) if match["digits"] else values[match["word"]]

    places = with_numbers(text, g).replaced(_ordinals(g), sign)
    return places.replaced(_THAT_ONE, lambda m: (ONE, 1) if places.value(m, 0) == 1 else None)


def ordinal_value(shadow: Shadow, match: re.Match[str], group: str) -> int:
    """The place that the sign of a group stands for, from the end below zero."""
    return int(shadow.values[match.start(group)])


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
