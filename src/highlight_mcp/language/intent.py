"""Which way a free-text request goes: one of the plain calls, or an edit turn.

First hit wins, in the order export, credits, state, upload. A keyword (a whole word in
Latin letters, any part of a wide script) routes only when, with that row's keywords removed, nothing but filler is
left: "balance the audio levels" is an edit.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from . import folders
from .lexicon import is_wide, is_wide_text
from .outcome import Topic
from .speech import alternatives, said
from .tokens import Token

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


_OPENING = ("FILLER", "DONE_WITH", "CORRECTION", "AND", "BUT")
_TEXTS = ("ADD", "TITLE", "CAPTION", "CARD", "SAYING")


def topic_of(tokens: Sequence[Token]) -> Topic | None:
    """The topic that a piece of a sentence asks about; None where it asks nothing."""
    if _has(tokens, "WHY") and not _has(tokens, "MUSIC", "AUDIO", "UNSUPPORTED:other"):
        return "explain"
    if _asks(tokens):
        return _asked(tokens)
    if _has(tokens, "CREDITS") and not _has(tokens, *_TEXTS) and not _of_pictures(tokens):
        return "credits"
    if _has(tokens, "STATUS") and not _has(tokens, "ADD", "CAPTION"):
        return "status"
    return "state" if _has(tokens, "STATE") else None


def _has(tokens: Sequence[Token], *concepts: str) -> bool:
    return any(t.is_a(*concepts) for t in tokens)


def _asks(tokens: Sequence[Token]) -> bool:
    """Whether a question word opens the piece; Chinese ones may stand anywhere."""
    at = next((i for i, t in enumerate(tokens) if t.is_a("HOW_TO")), None)
    if at is None:
        return False
    ahead = (t for t in tokens[:at] if t.kind != "separator")
    return not tokens[at].text.isascii() or all(t.is_a(*_OPENING) for t in ahead)


def _asked(tokens: Sequence[Token]) -> Topic:
    if _has(tokens, "CREDITS"):
        return "credits"
    if _has(tokens, "STATUS"):
        return "status"
    if any(t.is_a("HOW_TO") and t.text in said("WEIGHED") for t in tokens):
        return "explain"
    told = _has(tokens, "STATE", "MUSIC", "CLIP") and not _has(tokens, "REMOVE", "CUT", "ADD", "MAKE")
    return "state" if told else "explain"


def _of_pictures(tokens: Sequence[Token]) -> bool:
    """`roll the credits`: names at the end of a film, or what is to be found or written."""
    if any(t.kind == "quote" or t.text in said("CREDITS_ROLL") for t in tokens):
        return True
    found = any(c.startswith(("ASR:", "VISION:")) for t in tokens for c in t.concepts)
    return found or (_has(tokens, "FIND") and _has(tokens, "MOMENT"))
