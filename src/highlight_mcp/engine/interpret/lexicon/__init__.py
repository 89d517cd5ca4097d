"""Words and what they mean, per language; the index that the scanner reads.

A surface may carry several concepts; which one holds is settled by its neighbours.
"""

from functools import cache

from . import en, en_limits, en_looks, others, zh, zh_limits, zh_looks

_BOOKS = (en.LEXICON, en_looks.LEXICON, en_limits.LEXICON, zh.LEXICON, zh_looks.LEXICON, zh_limits.LEXICON, others.LEXICON)
_ENGLISH = (en.LEXICON, en_looks.LEXICON, en_limits.LEXICON)
_VALUE_WORDS = (
    "second|seconds|minute|minutes|hour|hours|first|third|fourth|fifth|sixth|last|final|one|two|three|four|five|six|seven|eight"
    "|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety|hundred|half|percent|degrees|volume|times|from|until|between"
)


def is_wide(char: str) -> bool:
    """Whether a character belongs to a script written without spaces (or with particles attached)."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


@cache
def index() -> dict[str, frozenset[str]]:
    """Surface → concepts, all languages."""
    found: dict[str, set[str]] = {}
    for book in _BOOKS:
        for concept, surfaces in book.items():
            for surface in surfaces.split("|"):
                found.setdefault(surface, set()).add(concept)
    return {surface: frozenset(concepts) for surface, concepts in found.items()}


@cache
def longest() -> tuple[int, int]:
    """The longest entry: in characters for wide scripts, in words for the others."""
    wide = max(len(s) for s in index() if is_wide(s[0]))
    return wide, max(len(s.split()) for s in index())


@cache
def known_words() -> frozenset[str]:
    """Every single Latin word of the lexicon; such a word is never a typing slip."""
    return frozenset(word for surface in index() for word in surface.split() if word.isascii() or word.isalpha()) | frozenset(
        _VALUE_WORDS.split("|")
    )


@cache
def spelling_words() -> dict[tuple[str, int], tuple[str, ...]]:
    """English words worth correcting towards, by first letter and length."""
    words = {w for book in _ENGLISH for s in book.values() for phrase in s.split("|") for w in phrase.split()}
    words |= set(_VALUE_WORDS.split("|"))
    out: dict[tuple[str, int], list[str]] = {}
    for word in sorted(words):
        if len(word) >= 4 and word.isalpha() and word.isascii():
            out.setdefault((word[0], len(word)), []).append(word)
    return {key: tuple(group) for key, group in out.items()}
