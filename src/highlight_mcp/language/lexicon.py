"""Words and what they mean: the index that the scanner reads, for the languages of a sentence or for all; and which
languages a sentence is in: English and at most one more, unless two are as likely.

A surface may carry several concepts; which one holds is settled by its neighbours.
"""

import re

from . import folders

Codes = tuple[str, ...]
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def is_wide(char: str) -> bool:
    """Whether a character belongs to a script written without spaces, or with particles attached."""
    code = ord(char)
    return code >= 0x3040 and (code <= 0x30FF or 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3)


def is_wide_text(text: str) -> bool:
    """Whether a text has characters of such a script."""
    return _WIDE.search(text) is not None


def book(code: str, *, following: bool = False) -> dict[str, tuple[str, ...]]:
    """Concept → words of one language; with `following`, also those of sentences that go on from another.

    Raises FileNotFoundError for a language that is not there.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in (*folders.CONCEPTS, *(folders.FOLLOWING if following else ())):
        for concept, surfaces in folders.words(code, name).items():
            found[concept] = found.get(concept, ()) + surfaces
    return found


def index(languages: Codes | None = None, *, following: bool = False) -> dict[str, frozenset[str]]:
    """Surface → concepts, of some languages or of all; `following` as for `book`."""
    return _index(languages or folders.codes(), following)


@folders.remembered
def _index(languages: Codes, following: bool) -> dict[str, frozenset[str]]:
    if len(languages) == 1:
        return _meanings(languages[0], following)
    # In a Portuguese sentence `no` is Portuguese; beside Chinese an English word keeps what it means.
    own = {languages[1]} if len(languages) == 2 and not alphabet(languages[1]) else set[str]()
    found: dict[str, frozenset[str]] = {}
    for code in languages:
        for surface, concepts in _meanings(code, following).items():
            found[surface] = concepts if code in own else found.get(surface, frozenset()) | concepts
    return found


@folders.remembered
def _meanings(code: str, following: bool) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept, surfaces in book(code, following=following).items():
        for surface in surfaces:
            found.setdefault(surface, set()).add(concept)
    return {surface: frozenset(concepts) for surface, concepts in found.items()}


def longest(languages: Codes | None = None, *, following: bool = False) -> tuple[int, int]:
    """The longest entry: in characters for wide scripts, in words for the others."""
    return _longest(languages or folders.codes(), following)


@folders.remembered
def _longest(languages: Codes, following: bool) -> tuple[int, int]:
    surfaces = _index(languages, following)
    return max((len(s) for s in surfaces if is_wide_text(s)), default=1), max(s.count(" ") for s in surfaces) + 1


@folders.remembered
def vocabulary(code: str) -> frozenset[str]:
    """Every single Latin word of a language, of all its files."""
    names = (*folders.CONCEPTS, *folders.PATTERNS, "particles")
    return frozenset(
        word
        for name in names
        for surfaces in folders.words(code, name).values()
        for surface in surfaces
        for word in surface.split()
        if word[0].isalpha() and not is_wide(word[0])
    )


@folders.remembered
def alphabet(code: str) -> frozenset[str]:
    """Every character of a wide script in the words of a language."""
    names = (*folders.CONCEPTS, *folders.PATTERNS)
    return frozenset(
        c
        for name in names
        for surfaces in folders.words(code, name).values()
        for surface in surfaces
        for c in surface
        if is_wide(c)
    )


@folders.remembered
def spelling_words(code: str) -> dict[tuple[str, int], tuple[str, ...]]:
    """Words of a language worth correcting towards, by first letter and length."""
    names = ("edits", "looks", "limits")
    words = {
        w for name in names for surfaces in folders.words(code, name).values() for s in surfaces for w in s.split()
    }
    words |= set(folders.words(code, "spelling").get("VALUES", ()))
    out: dict[tuple[str, int], list[str]] = {}
    for word in sorted(words):
        if len(word) >= 4 and word.isalpha() and word.isascii():
            out.setdefault((word[0], len(word)), []).append(word)
    return {key: tuple(group) for key, group in out.items()}


_ENOUGH = 3  # English words for each other one beside which that one is likelier a name or a slip
_WORD = re.compile(r"[a-zß-öø-ÿœ']+")


def languages_of(text: str) -> tuple[str, ...]:
    """Codes, English first; `text` is in lower case, without what is quoted."""
    others = [code for code in folders.codes() if code != folders.ENGLISH]
    wide = {c for c in text if is_wide(c)}
    if wide:
        scores = {code: len(wide & alphabet(code)) for code in others}
    else:
        words = set(_WORD.findall(text)) - vocabulary(folders.ENGLISH)
        english = set(_WORD.findall(text)) - words
        scores = {code: _score(words, english, vocabulary(code)) for code in others} if words else {}
    most = max(scores.values(), default=0)
    likeliest = [code for code, score in scores.items() if most and score == most]
    if wide and likeliest:
        # Characters that Chinese and Japanese share are Chinese: Japanese shows itself by its kana.
        likeliest = [max(likeliest, key=lambda code: len(alphabet(code)))]
    return (folders.ENGLISH, *likeliest)


def _score(strange: set[str], english: set[str], words: frozenset[str]) -> int:
    found = len(strange & words)
    return found if len(english - words) <= _ENOUGH * found else 0
