"""Small typing slips in words: one letter wrong, missing, doubled or swapped.

Damerau-Levenshtein distance 1 (restricted: adjacent transpositions), first letter kept, and only
for words that are not words already. Short words are mended only towards the core of the trade.
"""

from functools import cache, lru_cache

from .lexicon import book, known_words, spelling_words

_SHORTEST, _LONG = 3, 6
_WRONG = 3


@cache
def core_words() -> frozenset[str]:
    """Short words of the trade, worth mending towards."""
    return frozenset(book("spelling")["CORE"])


@cache
def ordinary_words() -> frozenset[str]:
    """Words outside the lexicon that are no slips."""
    return frozenset(book("spelling")["ORDINARY"])


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """The word of the vocabulary that was meant, or the word itself."""
    if len(word) < _SHORTEST or word in known_words() or word in ordinary_words() or "'" in word:
        return word
    if any(stem in known_words() for stem in stems(word)):
        return _dropped_letter(word)
    near = sorted((_slip(word, other), other) for other in _candidates(word) if within_one(word, other))
    near = [(rank, other) for rank, other in near if rank < _WRONG or other in core_words() or len(word) >= _LONG]
    if not near:
        return word
    if len(near) > 1 and near[0][0] == near[1][0]:
        core = [other for rank, other in near if rank == near[0][0] and other in core_words()]
        return core[0] if len(core) == 1 else word
    return near[0][1]


def _dropped_letter(word: str) -> str:
    """`begining`: looks like a form of `begin`, yet a letter makes it a longer word of the vocabulary."""
    if len(word) < _LONG + 1:
        return word
    near = [w for w in spelling_words().get((word[0], len(word) + 1), ()) if within_one(word, w)]
    return near[0] if len(near) == 1 and near[0].startswith(word[:4]) else word


def _slip(word: str, meant: str) -> int:
    """Swapped letters are likelier than a missing one, that than a doubled, a wrong or a stray one."""
    if len(word) == len(meant):
        return 0 if sorted(word) == sorted(meant) else 3
    if len(meant) > len(word):
        return 1
    doubled = any(word[i] == word[i + 1] and word[:i] + word[i + 1 :] == meant for i in range(len(word) - 1))
    return 2 if doubled else 4


def _candidates(word: str) -> list[str]:
    lengths = range(len(word) - 1, len(word) + 2)
    return [
        w
        for n in lengths
        for w in spelling_words().get((word[0], n), ())
        if min(n, len(word)) > _SHORTEST or w in core_words()
    ]


def within_one(a: str, b: str) -> bool:
    """Whether one slip turns a into b."""
    if a == b:
        return True
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 1:
            return True
        return (
            len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
        )
    short, long = (a, b) if len(a) < len(b) else (b, a)
    if len(long) - len(short) != 1:
        return False
    i = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    return short[i:] == long[i + 1 :]


def stems(word: str) -> list[str]:
    """Likely base forms of an inflected English word, best first."""
    out = []
    if word.endswith("'s"):
        out.append(word[:-2])
    for ending in ("ing", "ed", "es", "s", "er", "d"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            out += [stem, stem + "e"]
            if len(stem) > 3 and stem[-1] == stem[-2]:
                out.append(stem[:-1])
    return out
