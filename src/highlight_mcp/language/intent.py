"""Which way a free-text request goes: one of the plain calls, or an edit turn.

First hit wins, in the order export, credits, state, upload. A keyword (a whole word in
Latin letters, any part of a wide script) routes only when, with that row's keywords removed, nothing but filler is
left: "balance the audio levels" is an edit.
"""

import re
import unicodedata
from typing import Literal

from . import folders
from .lexicon import is_wide, is_wide_text
from .speech import alternatives, said

Intent = Literal["export", "credits", "state", "upload", "edit"]

_CALLS: tuple[tuple[Intent, str], ...] = (
    ("export", "EXPORT_ASKED"), ("credits", "CREDITS_ASKED"), ("state", "STATE_ASKED"), ("upload", "UPLOAD_ASKED"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\u3400-\u9fff]+")
_QUOTED = re.compile(r"[\"'“”‘’「」『』《》«»]")


def classify_intent(text: str) -> Intent:
    """`export`, `credits`, `state` or `upload` for a bare request for it, else `edit`."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if _QUOTED.search(plain):
        return "edit"
    for name, key in _CALLS:
        rest = _without(plain, key)
        if rest != plain and _only_filler(rest):
            return name
    return "edit"


def follow_up_intent(text: str) -> Intent | None:
    """What an edit asks for in the same breath: `export` of "trim the first 5 seconds and export", else None.

    Only the last clause counts, and only when it is a bare request, so that content is never taken for a wish.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if _QUOTED.search(plain):
        return None
    clauses = [clause for clause in _parts().split(plain) if clause.strip(" .!")]
    return "export" if len(clauses) > 1 and classify_intent(clauses[-1]) == "export" else None


@folders.remembered
def _parts() -> re.Pattern[str]:
    return re.compile(rf"{alternatives('PARTS')}|[,;.。，；\n]")


def _without(plain: str, key: str) -> str:
    for phrase in said(key):
        if is_wide(phrase[0]):
            plain = plain.replace(phrase, " ")
        else:
            plain = re.sub(rf"(?<![a-z0-9_]){re.escape(phrase)}(?![a-z0-9_])", " ", plain)
    return plain


def _only_filler(rest: str) -> bool:
    fillers = said("AROUND_ASKED")
    for word in sorted(filter(is_wide_text, fillers), key=len, reverse=True):
        rest = rest.replace(word, " ")
    return not is_wide_text(rest) and all(word in fillers for word in _WORD.findall(rest))
