"""Courtesy around an order: `could you please …`, `any chance you could …?`, `麻烦帮我…一下，好不好`.

What is wrapped so is an order whatever mark ends it; the wrapping itself means nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..lexicon import Codes
from ..speech import form, said
from ..tokens import Token


def shells(text: str, languages: Codes) -> list[tuple[int, int]]:
    """Where courtesy stands in the text of a stretch: bounds of what opens it and of what ends it."""
    opened = (form("COURTESY", (code,)).match(text) for code in languages)
    found = [m.span("shell") for m in opened if m and m["shell"]]
    wished = form("WISHED", languages).search(text)
    if wished and wished.start():
        return [*found[:1], wished.span("shell")]
    ended = next(_ended(text, languages), None)
    return [*found[:1], *([ended.span("shell")] if ended and found else [])]


def afterthought(text: str, languages: Codes) -> tuple[int, int] | None:
    """Where `if you like`, `if possible` stands behind an order, which it leaves an order."""
    found = next(_ended(text, languages), None)
    return found.span("shell") if found and found["shell"].partition(" ")[0] in said("IF") else None


def _ended(text: str, languages: Codes) -> Iterator[re.Match[str]]:
    """Courtesy that ends a text, and is not all of it."""
    found = (form("COURTESY_END", (code,)).search(text) for code in languages)
    return (match for match in found if match and match.start())


def asked(words: list[Token]) -> list[tuple[int, int]]:
    """Bounds of a `¿puedes …?` that opens the words, or of a `…もらえますか` that ends them."""
    telling = [t for t in words if t.concepts != frozenset({"FILLER"})]
    edges = (telling[0], telling[-1]) if telling else ()
    return [(t.start, t.end) for t in edges if t.is_a("WOULD_YOU")][:1]


def unwrapped(tokens: list[Token], bounds: list[tuple[int, int]]) -> list[Token]:
    """The tokens with those of the courtesy emptied of meaning."""
    return [
        replace(t, kind="word", concepts=frozenset({"FILLER"}), value="courtesy")
        if t.kind != "separator" and any(a <= t.start and t.end <= b for a, b in bounds)
        else t
        for t in tokens
    ]
