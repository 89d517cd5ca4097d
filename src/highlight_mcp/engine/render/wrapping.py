"""Breaking text into lines that fit. Pure."""

import re
from collections.abc import Callable

Width = Callable[[str], float]

_NOT_FIRST = "、。，．！？：；）」』】〉》”’…—,.!?:;)]}%"
_NOT_LAST = "（「『【〈《“‘([{"
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_PIECES = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")


def wrapped(text: str, limit: float, width: Width) -> list[str]:
    """Lines no wider than `limit`, by `width` of a string.

    Breaks at spaces and between wide characters, never before closing or after opening punctuation;
    a single word that is too wide is broken anywhere. Line breaks of the text stay.
    """
    return [line for paragraph in text.splitlines() for line in _paragraph(paragraph, limit, width)]


def widest_word(text: str, width: Width) -> float:
    """Width of the widest piece that should not be broken."""
    return max((width(unit) for unit in units(text) if not unit.isspace()), default=0.0)


def units(text: str) -> list[str]:
    """Pieces between which a line may be broken, spaces as pieces of their own."""
    found: list[str] = []
    for piece in _PIECES.findall(text):
        bound = found and not found[-1].isspace() and not piece.isspace()
        if bound and (piece[0] in _NOT_FIRST or found[-1][-1] in _NOT_LAST):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def _paragraph(text: str, limit: float, width: Width) -> list[str]:
    lines: list[str] = []
    line = ""
    for unit in units(text.strip()):
        if width((line + unit).rstrip()) <= limit:
            line += unit
            continue
        if line.strip():
            lines.append(line.rstrip())
        line = "" if unit.isspace() else unit
        while width(line) > limit and len(line) > 1:
            fits = _fitting(line, limit, width)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _fitting(word: str, limit: float, width: Width) -> int:
    count = len(word) - 1
    while count > 1 and width(word[:count]) > limit:
        count -= 1
    return count
