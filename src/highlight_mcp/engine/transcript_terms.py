"""Words as they are compared in a search: one spelling, without endings; Chinese by the character."""

import re
import unicodedata
from dataclasses import dataclass

from ..language.lexicon import is_wide
from ..language.normalize import to_simplified

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LITTLE = frozenset((
    "a", "an", "the", "of", "to", "in", "on", "at", "for", "and", "or", "but", "is", "are", "was", "were", "be",
    "been", "it", "its", "this", "that", "these", "those", "he", "she", "they", "we", "you", "i", "his", "her",
    "their", "our", "my", "your", "with", "about", "from", "by", "as", "do", "does", "did", "so", "if", "then",
    "there", "here", "what", "who",
))  # fmt: skip
_LITTLE_WIDE = frozenset("的了吗呢吧啊呀嘛")


@dataclass(frozen=True)
class Term:
    """A word at `start` to `end` of its text; `form` is what is compared."""

    form: str
    start: int
    end: int

    @property
    def little(self) -> bool:
        """Too common to be searched for on its own."""
        return self.form in _LITTLE or self.form in _LITTLE_WIDE


def terms(text: str) -> list[Term]:
    """The words of a text, in order."""
    out: list[Term] = []
    for match in _TOKEN.finditer(text):
        out += _of_run(match.group(), match.start())
    return out


def _of_run(run: str, start: int) -> list[Term]:
    """A run of letters: Chinese characters one by one, what stands between them as words."""
    out: list[Term] = []
    word_from = 0
    for place, sign in enumerate(run):
        if is_wide(sign):
            if place > word_from:
                out.append(_word(run, word_from, place, start))
            out.append(Term(to_simplified(sign), start + place, start + place + 1))
            word_from = place + 1
    if word_from < len(run):
        out.append(_word(run, word_from, len(run), start))
    return out


def _word(run: str, first: int, last: int, start: int) -> Term:
    return Term(stem(run[first:last]), start + first, start + last)


def stem(word: str) -> str:
    """A Latin word without case, accents and the commonest English endings: `Penalties` is `penalti`."""
    folded = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign)).removesuffix("'s").replace("'", "")
    if not plain.isascii() or not plain.isalpha() or len(plain) < 4:
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "i"
    if plain.endswith(("sses", "shes", "ches", "xes", "zes")):
        plain = plain[:-2]
    elif plain.endswith("s") and not plain.endswith(("ss", "us", "is")):
        plain = plain[:-1]
    for ending in ("ing", "ed"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3 and re.search("[aeiouy]", plain[: -len(ending)]):
            plain = _single(plain[: -len(ending)])
            break
    if plain.endswith("e") and len(plain) > 3:
        plain = plain[:-1]
    return plain[:-1] + "i" if plain.endswith("y") and len(plain) > 3 else plain


def _single(word: str) -> str:
    """`runn` is `run`: the consonant that was doubled before an ending."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeioulsz"
    return word[:-1] if doubled else word
