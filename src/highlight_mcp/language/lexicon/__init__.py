"""Words and what they mean, per language; the index that the scanner reads.

A surface may carry several concepts; which one holds is settled by its neighbours.
"""

from functools import cache
from importlib import resources

_ENGLISH = ("en", "en_looks", "en_limits", "en_reel")
_BOOKS = (*_ENGLISH, "zh", "zh_looks", "zh_limits", "zh_reel", "others", "others_reel", "files")
_VALUE_WORDS = (
    "second seconds minute minutes hour hours first third fourth fifth sixth last final one two"
    " three four five six seven eight nine"
    " ten eleven twelve fifteen twenty thirty forty fifty sixty ninety hundred half percent"
    " degrees volume times from until between"
)


def is_wide(char: str) -> bool:
    """Whether a character belongs to a script written without spaces, or with particles attached."""
    return "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7a3"


@cache
def book(name: str) -> dict[str, tuple[str, ...]]:
    """Concept → words of one book. Raises FileNotFoundError for a book that is not there."""
    text = resources.files(__package__).joinpath(f"{name}.words").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    concept = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            concept = line.strip()
            found[concept] = ()
            continue
        found[concept] += tuple(word for part in line.split("|") if (word := part.strip()))
    return found


@cache
def index() -> dict[str, frozenset[str]]:
    """Surface → concepts, all languages."""
    found: dict[str, set[str]] = {}
    for name in _BOOKS:
        for concept, surfaces in book(name).items():
            for surface in surfaces:
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
    return frozenset(w for surface in index() for w in surface.split() if w[0].isalpha()) | frozenset(
        _VALUE_WORDS.split()
    )


@cache
def spelling_words() -> dict[tuple[str, int], tuple[str, ...]]:
    """English words worth correcting towards, by first letter and length."""
    words = {w for name in _ENGLISH for surfaces in book(name).values() for s in surfaces for w in s.split()}
    out: dict[tuple[str, int], list[str]] = {}
    for word in sorted(words | set(_VALUE_WORDS.split())):
        if len(word) >= 4 and word.isalpha() and word.isascii():
            out.setdefault((word[0], len(word)), []).append(word)
    return {key: tuple(group) for key, group in out.items()}
