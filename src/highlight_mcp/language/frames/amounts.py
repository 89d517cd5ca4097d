"""Amounts: what something becomes or by how much it changes, and within what bounds."""

from collections.abc import Collection

from ..tokens import Token
from .frame import Filled

_BECOMES = ("到", "成", "至", "为", " to")
_BESIDE = frozenset({"个", "了", "上", "大概", "大约", "差不多", "它", "about"})


def within(value: float, least: float, most: float, name: str) -> tuple[float, frozenset[str]]:
    """The value kept within its bounds, and the argument's name as one to be told of where that changed it."""
    kept = max(least, min(most, value))
    return kept, frozenset() if kept == value else frozenset({name})


def before(filled: Filled, token: Token) -> Token | None:
    """What stands right before an amount, but for words that say nothing of it."""
    ahead = [t for t in filled.tokens if t.end <= token.start and t.text not in _BESIDE and t.text.strip()]
    return ahead[-1] if ahead else None


def becomes(token: Token | None) -> bool:
    """`到`, `down to`, `at`: whether what follows a word is what something becomes."""
    return token is not None and (token.is_a("TO", "POINT") or token.text.endswith(_BECOMES))


def is_negative(filled: Filled, token: Token) -> bool:
    """`brightness -20%`: whether a minus stands right before an amount."""
    return any(t.kind == "separator" and t.text in ("-", "−", "–") and t.end == token.start for t in filled.tokens)


def way(tokens: Collection[Token], less: Collection[str], more: Collection[str]) -> int:
    """-1 where words lower something, 1 where they raise it, 0 where neither do or both. Concepts and words are given.

    `再` and `更` are no direction of their own: `再小一成` is smaller.
    """
    said = [t for t in tokens if not (t.is_a("MORE") and t.is_a("THEN", "LINK"))]
    down, up = (any(t.is_a(*words) or t.text in words for t in said) for words in (less, more))
    return int(up) - int(down)
