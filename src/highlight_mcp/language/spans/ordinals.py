"""Places in a row: `second`, `3rd`, `second to last`."""

import re
from typing import Any

from .. import folders
from ..lexicon import is_wide
from .grammar import Grammar, pattern
from .shadow import LATIN, ONE, ORDINAL, Shadow, with_numbers

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
