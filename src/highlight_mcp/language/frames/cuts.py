"""Where a sentence may be cut into pieces."""

from ..tokens import Token
from .passing import passes


def cut_places(tokens: list[Token]) -> list[int]:
    """Where a piece may begin: at a mark or a conjunction, behind a verb that goes on, at `with`."""
    return [
        i
        for i, t in enumerate(tokens)
        if _parts(t) or (i and (tokens[i - 1].is_a("AND_BEHIND") or _adds(t, tokens[i + 1 :])))
    ]


_ADDED = ("MUSIC", "TRANSITION", "TITLE", "CAPTION", "CARD")


def _adds(token: Token, behind: list[Token]) -> bool:
    """`with music.mp3 underneath`, `with a crossfade of one second`: something more, named with what it is added to."""
    if token.text not in ("with", "together with", "along with"):
        return False
    first = next((t for t in behind if t.kind not in ("word", "duration", "unknown") or not passes(t)), None)
    return first is not None and (
        first.kind in ("asset", "quote") or first.is_a(*_ADDED) or any(c.startswith("JOIN:") for c in first.concepts)
    )


def _parts(token: Token) -> bool:
    """Whether a piece may begin at the token."""
    return token.kind == "separator" or token.is_a("AND", "THEN", "BUT", "BECAUSE", "COLON")


def trimmed(tokens: list[Token]) -> list[Token]:
    """The tokens without the marks at their end."""
    while tokens and tokens[-1].kind == "separator":
        tokens.pop()
    return tokens
