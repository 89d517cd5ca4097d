"""The sort of a stretch, by its form: who speaks, the finite verb, the mood, the time. Each language has its forms."""

import re
from typing import Literal

from ..lexicon import Codes, is_wide_text
from ..speech import form, of_script

UtteranceKind = Literal["question", "remark", "statement", "later", "hypothesis", "reported", "addressed", "told"]

# Forms from the strongest to the weakest; what stands before the questions holds in any mood.
_FIRST: tuple[tuple[str, UtteranceKind | None], ...] = (
    ("ADDRESSED", "addressed"), ("IF_ONLY", None), ("REPORTED", "reported"), ("ANSWER", "statement"),
    ("PUT_OFF", "later"), ("REMARK", "remark"), ("LATER", "later"), ("MAYBE", "hypothesis"), ("QUESTIONS", "question"),
)  # fmt: skip
_LAST: tuple[tuple[str, str, UtteranceKind], ...] = (
    ("PRAISE", "PRAISE_NOT", "remark"), ("STATEMENT", "STATEMENT_NOT", "statement"),
)  # fmt: skip
_LATIN = re.compile("[a-z]")


def sort_of(text: str, languages: Codes, *, asks: bool, opens: bool, named: bool) -> UtteranceKind | None:
    """The sort of a stretch, None for an order.

    `asks`: a question mark ends it; `opens`: a verb in the form of an order opens it; `named`: a name does.
    """
    if _LATIN.search(text):
        own = of_script(languages, wide=False)
        found = "addressed" if named else _sort(text, own, asks=asks and not opens)
        if found is not None:
            return found
    # In a wide script an order and a question are written alike: the mark alone tells.
    return _sort(text, of_script(languages, wide=True), asks=asks) if is_wide_text(text) else None


def _sort(text: str, languages: Codes, *, asks: bool) -> UtteranceKind | None:
    for key, kind in _FIRST:
        if form(key, languages).search(text):
            return kind
    if (asks or form("ASKS", languages).search(text)) and not form("POLITE", languages).search(text):
        return "question"
    for key, unless, kind in _LAST:
        if form(key, languages).search(text) and not form(unless, languages).search(text):
            return kind
    return None
