"""Where lines of any script may be broken, and which lines are made of it. Pure.

After UAX 14, in three grades: at spaces, wide signs and clusters of scripts without spaces; then also inside Korean
words, addresses and joined words; then between any two clusters.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .shaping import clusters

Width = Callable[[str], float]
WORDS, SEAMS, ANYWHERE = 0, 1, 2
"""Grades of breaks: between words, also at the seams inside them, anywhere."""

_NOT_FIRST = frozenset("、。，．！？：；）」』】〉》”’…—,.!?:;)]}%ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々ๆฯະາຳฺะาๅៗ។၊။")
_NOT_LAST = frozenset("（「『【〈《“‘([{เแโใไເແໂໃໄ")
"""Opening marks, and the vowels of Thai and Lao that stand before their letter."""
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_HANGUL = re.compile("[\uac00-\ud7af]")
_AFTER = frozenset("/\\._-–?&=@:#~+|")
_FREE_SPACE = "\u200b"
_STEPS = 12


def break_units(text: str, grade: int = WORDS) -> list[str]:
    """Pieces between which a line may be broken, stretches of spaces as pieces of their own."""
    signs = clusters(text)
    units: list[str] = signs[:1]
    for before, after in pairwise(signs):
        if _may_break(before, after, grade):
            units.append(after)
        else:
            units[-1] += after
    return units


def _may_break(before: str, after: str, grade: int) -> bool:
    first, last = after[0], before[-1]
    if before.isspace() or after.isspace():
        return before.isspace() != after.isspace()
    if last == _FREE_SPACE or grade == ANYWHERE:
        return True
    if first in _NOT_FIRST or before[0] in _NOT_LAST:
        return False
    if _WIDE.match(before) or _WIDE.match(after):
        return True
    if _UNSPACED.match(before) and _UNSPACED.match(after):
        return True
    if last in "-–" and first.isalpha() and len(before) == 1:
        return True
    return grade == SEAMS and _is_seam(before, after)


def _is_seam(before: str, after: str) -> bool:
    if _HANGUL.match(before) and _HANGUL.match(after):
        return True
    humps = before[0].islower() and after[0].isupper()
    return humps or (before[-1] in _AFTER and after[0] not in _AFTER)


def wrap_lines(text: str, limit: float, width: Width, grade: int = WORDS) -> list[str]:
    """Lines no wider than `limit`, by `width` of a string. A piece that is too wide is broken anywhere.

    Line breaks of the text stay.
    """
    paragraphs = (Paragraph.of(paragraph, width, grade) for paragraph in text.splitlines())
    return [line for paragraph in paragraphs for line in paragraph.wrapped(limit)]


@dataclass(frozen=True)
class Paragraph:
    """Pieces of one paragraph with their widths, in whatever unit; those of single clusters for pieces too wide."""

    units: tuple[tuple[str, float], ...]
    measure: Width

    @classmethod
    def of(cls, text: str, width: Width, grade: int) -> "Paragraph":
        """Measured once, for all limits."""
        return cls(tuple((unit, width(unit)) for unit in break_units(text.strip(), grade)), width)

    @property
    def widest(self) -> float:
        """Width of the widest piece that should not be broken."""
        return max((wide for unit, wide in self.units if not unit.isspace()), default=0.0)

    def wrapped(self, limit: float) -> list[str]:
        """As few lines as fill up one after the other; one empty line for an empty paragraph."""
        lines: list[str] = []
        line, filled = "", 0.0
        for unit, wide in self._fitting(limit):
            if line.strip() and not unit.isspace() and filled + wide > limit:
                lines.append(line.rstrip())
                line, filled = "", 0.0
            if line or not unit.isspace():
                line, filled = line + unit, filled + wide
        return [*lines, line.rstrip()] if line.strip() or not lines else lines

    def balanced(self, limit: float) -> list[str]:
        """The same number of lines, as even as can be: the narrowest limit that needs no more of them."""
        lines = self.wrapped(limit)
        if len(lines) < 2:
            return lines
        low, high = 0.0, limit
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if middle >= self.widest and len(self.wrapped(middle)) <= len(lines):
                high = middle
            else:
                low = middle
        return self.wrapped(high)

    def _fitting(self, limit: float) -> Sequence[tuple[str, float]]:
        if self.widest <= limit:
            return self.units
        out: list[tuple[str, float]] = []
        for unit, wide in self.units:
            if wide <= limit or unit.isspace():
                out.append((unit, wide))
            else:
                out += ((sign, self.measure(sign)) for sign in clusters(unit))
        return out
