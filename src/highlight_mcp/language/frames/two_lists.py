"""Two lists of clips side by side, each with an order of its own: `mute 1 and 2, 3 and 4 faster`."""

import re
from collections.abc import Sequence

from .. import folders
from ..scanner import scan_part
from ..speech import said
from ..tokens import Token, is_head


def with_lists_parted(tokens: Sequence[Token], languages: tuple[str, ...]) -> list[Token]:
    """The tokens with a list parted behind the clip that its `and` closes, where a verb stands on both sides of it."""
    for at, token in enumerate(tokens):
        found = _closed().match(token.text) if token.kind == "clips" else None
        if found is None or not any(map(is_head, _same(tokens[:at][::-1]))) or not _goes_on(tokens[at + 1 :], found):
            continue
        comma = found.start("comma")
        mark = Token("separator", token.start + comma, token.start + comma + 1, ",", value="strong")
        parts = [scan_part(found[name], languages, token.start + found.start(name)) for name in ("left", "right")]
        if [t.kind for t in parts[0]] == ["clips"] or parts[0][-1].kind in ("clips", "number"):
            return [*tokens[:at], *parts[0], mark, *parts[1], *tokens[at + 1 :]]
    return list(tokens)


def _goes_on(behind: Sequence[Token], found: re.Match[str]) -> bool:
    """Whether another list is closed behind the first, and something is said of it."""
    rest = _same(behind)
    closed = bool(rest) and rest[0].is_a("AND") and len(rest) > 1 and rest[1].kind == "number"
    return (closed or _closing().search(found["right"]) is not None) and any(map(is_head, rest))


def _same(tokens: Sequence[Token]) -> list[Token]:
    """The tokens up to the next mark."""
    end = next((i for i, t in enumerate(tokens) if t.kind == "separator"), len(tokens))
    return list(tokens[:end])


@folders.remembered
def _closing() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, said("LIST_AND"))))
    return re.compile(rf"(?:(?<![a-z])(?:{words})(?![a-z]))")


@folders.remembered
def _closed() -> re.Pattern[str]:
    return re.compile(
        rf"^(?P<left>[^,、]*(?:,[^,、]*)*?{_closing().pattern}[^,、]+?)\s*(?P<comma>[,、])\s*(?P<right>.+)$"
    )
