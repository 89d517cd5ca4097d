"""Small typing slips in long words: one letter wrong, missing, doubled or swapped.

Damerau-Levenshtein distance 1 (restricted: adjacent transpositions), first letter kept, and only
for words that are not words already.
"""

from functools import lru_cache

from .lexicon import known_words, spelling_words

_SHORTEST = 4


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """The word of the vocabulary that was meant, or the word itself."""
    if len(word) < _SHORTEST or word in known_words() or "'" in word:
        return word
    if any(stem in known_words() for stem in stems(word)):
        return word
    near = sorted((_slip(word, other), other) for other in _candidates(word) if within_one(word, other))
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return word
    return near[0][1]


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
    return [w for n in lengths if n >= _SHORTEST for w in spelling_words().get((word[0], n), ())]


def within_one(a: str, b: str) -> bool:
    """Whether one slip turns a into b; short words may only miss, double or swap letters."""
    if a == b:
        return True
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 1:
            return len(a) > 5
        return len(wrong) == 2 and wrong[1] == wrong[0] + 1 and a[wrong[0]] == b[wrong[1]] and a[wrong[1]] == b[wrong[0]]
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
