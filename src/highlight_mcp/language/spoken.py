"""Which languages a sentence is in: English and at most one more, unless two are as likely."""

import re

from . import folders
from .lexicon import alphabet, is_wide, vocabulary

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
