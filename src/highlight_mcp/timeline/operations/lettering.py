"""What of a text can be seen: what is told of it must be what is drawn."""

import unicodedata

from .context import EditContext, rejected

_STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows (Unicode UAX 9)."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0")
"""Letters and marks that are drawn as nothing."""


def require_lettering(edit: EditContext, text: str) -> str:
    """The text as it is laid over the picture: without control characters, which is told.

    Raises OperationRejected where nothing of it would be seen: nothing but spaces and characters without a shape, or
    pictographs that no font here has.
    """
    plain = plain_text(text)
    if plain != text.replace("\r\n", "\n").replace("\t", " "):
        edit.record_assumption("controls_removed", text=plain)
    if not is_seen(plain):
        raise rejected("bad_request", "text_unseen")
    if not is_seen(edit.senses.lettering(plain)):
        raise rejected("asset_missing", "text_pictographs", text=plain)
    return plain


def plain_text(text: str) -> str:
    """Without control characters, half characters and those that turn the direction; line breaks stay."""
    lines = text.replace("\r\n", "\n").replace("\t", " ")
    return "".join(
        sign
        for sign in lines
        if sign == "\n" or (sign not in _STEERING and unicodedata.category(sign) not in ("Cc", "Cs"))
    )


def is_seen(text: str) -> bool:
    """Whether any character of a text has a shape."""
    return any(
        unicodedata.category(sign) not in _UNSEEN and sign not in _BLANK and not "\ufe00" <= sign <= "\ufe0f"
        for sign in text
    )
