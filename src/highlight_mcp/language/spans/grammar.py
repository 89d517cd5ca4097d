"""Patterns made of the words of a sentence's languages; each is compiled when a sentence first needs it."""

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from .. import folders
from ..lexicon import Codes, is_wide

_LETTER = "[a-zß-öø-ÿ0-9_\x01\x0e\x0f]"
EDGE = rf"(?:(?<!{_LETTER})(?={_LETTER})|(?<={_LETTER})(?!{_LETTER}))"
_UNTIL_LETTER = "(?![a-zß-öø-ÿ])"
_AFTER_LETTER = "(?<![a-zß-öø-ÿ])"
NEVER = "(?!)"


class Grammar:
    """The words of some languages as parts of patterns."""

    def __init__(self, languages: Codes) -> None:
        self.languages = languages

    def entries(self, *keys: str) -> list[str]:
        """The words under keys such as `times.FROM`, longest first."""
        found: dict[str, None] = {}
        for key in keys:
            file, _, name = key.partition(".")
            for code in self.languages:
                found |= dict.fromkeys(folders.words(code, file)[name])
        return sorted(found, key=len, reverse=True)

    def words(self, *keys: str) -> str:
        """A pattern for one of the words, with the edges of Latin words; it never matches where there are none."""
        found = self.entries(*keys)
        latin = [re.escape(w) for w in found if not is_wide(w[0]) and w[-1].isalpha()]
        other = [re.escape(w) for w in found if is_wide(w[0]) or not w[-1].isalpha()]
        parts = [rf"(?:{'|'.join(latin)}){_UNTIL_LETTER}"] if latin else []
        return f"(?:{'|'.join(parts + other)})" if found else NEVER

    def latin(self, *keys: str) -> str:
        """A pattern for the words in Latin letters alone, without edges."""
        return self._either(w for w in self.entries(*keys) if not is_wide(w[0]))

    def wide(self, *keys: str) -> str:
        """A pattern for the words of wide scripts and for signs, without edges."""
        return self._either(w for w in self.entries(*keys) if is_wide(w[0]) or not w[0].isalnum())

    def any(self, *keys: str) -> str:
        """A pattern for all the words, without edges."""
        return self._either(self.entries(*keys))

    @staticmethod
    def _either(words: Iterable[str]) -> str:
        return f"(?:{'|'.join(map(re.escape, words)) or NEVER})"

    def apart(self, *keys: str) -> str:
        """As `words`, where a Latin word stands after an edge as well and is followed by a space."""
        found = self.entries(*keys)
        latin = [re.escape(w) for w in found if w[0].isalpha() and not is_wide(w[0])]
        other = [re.escape(w) for w in found if not (w[0].isalpha() and not is_wide(w[0]))]
        parts = [rf"{_AFTER_LETTER}(?:{'|'.join(latin)})\s"] if latin else []
        parts += [rf"(?:{'|'.join(other)})\s?"] if other else []
        return f"(?:{'|'.join(parts)})" if found else NEVER

    def joining(self, *keys: str) -> str:
        """A pattern for a word or sign between two things: Latin words with spaces around, others with or without."""
        found = self.entries(*keys)
        latin = [re.escape(w) for w in found if w[0].isalpha() and not is_wide(w[0])]
        other = [re.escape(w) for w in found if not (w[0].isalpha() and not is_wide(w[0]))]
        parts = [rf"\s(?:{'|'.join(latin)})\s"] if latin else []
        parts += [rf"\s?(?:{'|'.join(other)})\s?"] if other else []
        return f"(?:{'|'.join(parts)})" if found else NEVER

    def not_after(self, key: str) -> str:
        """Lookbehinds that refuse a place behind one of the words."""
        return "".join(rf"(?<!{re.escape(w)}{'' if is_wide(w[0]) else ' '})" for w in self.entries(key))

    @cached_property
    def unit_ms(self) -> dict[str, int]:
        """Milliseconds of each unit of time."""
        sizes = {"HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000, "MILLISECOND": 1}
        return {word: size for name, size in sizes.items() for word in self.entries(f"units.{name}")}


@folders.remembered
def grammar_of(languages: Codes) -> Grammar:
    """The grammar of some languages; one for each set, so that patterns are compiled once."""
    return Grammar(languages)


def pattern(text: Callable[[Grammar], str]) -> Callable[[Grammar], re.Pattern[str]]:
    r"""Compile what a function makes of a grammar, once and when it is first asked for.

    `\b` is the edge of a Latin word: Chinese runs straight into figures and letters.
    """

    @folders.remembered
    def compiled(grammar: Grammar) -> re.Pattern[str]:
        return re.compile(text(grammar).replace(r"\b", EDGE))

    return compiled
