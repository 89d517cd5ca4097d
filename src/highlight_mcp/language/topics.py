"""What a question of the user is about."""

from collections.abc import Sequence

from .outcome import Topic
from .speech import said
from .tokens import Token

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
