"""Texts drawn with Pillow: wrapped inside safe margins, outlined or on a plate."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from ...messages import message
from ...timeline.model import Text, TextStyle
from ..errors import EngineError
from .canvas import TextOverlay
from .fonts import font_for
from .geometry import corner
from .plan import PlacedText
from .progress import Warnings

Width = Callable[[str], float]

_NOT_FIRST = "、。，．！？：；）」』】〉》”’…—,.!?:;)]}%"
_NOT_LAST = "（「『【〈《“‘([{"
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
_PIECES = re.compile(rf"\s+|[{_WIDE}]|[^\s{_WIDE}]+")


def wrap_lines(text: str, limit: float, width: Width) -> list[str]:
    """Lines no wider than `limit`, by `width` of a string.

    Breaks at spaces and between wide characters, never before closing or after opening punctuation;
    a single word that is too wide is broken anywhere. Line breaks of the text stay.
    """
    return [line for paragraph in text.splitlines() for line in _paragraph(paragraph, limit, width)]


def widest_word(text: str, width: Width) -> float:
    """Width of the widest piece that should not be broken."""
    return max((width(unit) for unit in break_units(text) if not unit.isspace()), default=0.0)


def break_units(text: str) -> list[str]:
    """Pieces between which a line may be broken, spaces as pieces of their own."""
    units: list[str] = []
    for piece in _PIECES.findall(text):
        bound = units and not units[-1].isspace() and not piece.isspace()
        if bound and (piece[0] in _NOT_FIRST or units[-1][-1] in _NOT_LAST):
            units[-1] += piece
        else:
            units.append(piece)
    return units


def _paragraph(text: str, limit: float, width: Width) -> list[str]:
    lines: list[str] = []
    line = ""
    for unit in break_units(text.strip()):
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


MARGIN = 0.05
"""Kept free at every side, as a share of the frame (EBU R 95)."""

LINE_GAP = 0.25
PLATE_OPACITY = 170
EDGE_OPACITY = 220
SMALLEST_PX = 10
TALLEST = 0.7
DARK = 200
Size = tuple[int, int]


@dataclass(frozen=True)
class TextBlock:
    """Lines in one size; `width`, `height`, `step` (between lines), `pad` and `edge` in pixels."""

    lines: tuple[str, ...]
    font: ImageFont.FreeTypeFont
    width: int
    height: int
    step: int
    pad: int
    edge: int


def draw_text(text: Text, width: int, height: int, notes: Warnings | None = None) -> TextOverlay | None:
    """The text as it lies over a frame of this size; None when there is nothing to draw.

    Raises EngineError when no font has the script. Pictographs that no font has are left out, with a note.
    """
    given = text.text.strip()
    words = drawable(given)
    if notes is not None and words != given:
        notes.add(message("engine.reel.pictographs"))
    if not words:
        return None
    block = typeset(words, text.style, (width, height))
    kept = text.style.margin
    margin = (width * MARGIN, height * MARGIN) if kept is None else (kept * min(width, height),) * 2
    across, up = map(round, margin)
    left, top = corner(text.style.position, (block.width, block.height), (width, height), (across, up))
    return TextOverlay.of(np.asarray(_drawn(block, text.style)), left - left % 2, top - top % 2)


def avoid_overlap(
    cues: Sequence[PlacedText], letters: Sequence[TextOverlay | None], height: int
) -> list[TextOverlay | None]:
    """The same letters, moved where words would cover others on screen with them: up from the bottom,
    down from elsewhere. Pictures stay. `height` is the frame's."""
    placed: list[TextOverlay | None] = []
    for number, own in enumerate(letters):
        item = cues[number].item
        if own is None or not isinstance(item, Text):
            placed.append(own)
            continue
        upwards = "bottom" in item.style.position
        others = [
            other
            for cue, other in zip(cues, placed, strict=False)
            if other is not None and cue.first < cues[number].last and cues[number].first < cue.last
        ]
        for other in sorted(others, key=lambda each: each.top, reverse=upwards):
            if _cover(own, other):
                own = replace(own, top=_beside(own, other, upwards, height))
        placed.append(own)
    return placed


def typeset(words: str, style: TextStyle, size: Size) -> TextBlock:
    """Break words into lines, smaller where the longest word or the whole would not fit."""
    width, height = size
    px = max(SMALLEST_PX, round(style.size * height))
    while True:
        font = font_for(words, px)
        pad = round(px * 0.35) if style.background else 0
        edge = 0 if style.background else max(1, round(px / 16))
        room = round(width * (1 - 2 * MARGIN)) - 2 * (pad + edge)
        lines = wrap_lines(words, room, font.getlength)
        tall = sum(font.getmetrics())
        step = tall + round(px * LINE_GAP)
        full = (len(lines) - 1) * step + tall + 2 * (pad + edge)
        fits = widest_word(words, font.getlength) <= room and full <= height * TALLEST
        if fits or px <= SMALLEST_PX:
            wide = max(round(font.getlength(line)) for line in lines) + 2 * (pad + edge)
            return TextBlock(tuple(lines), font, min(wide, width), min(full, height), step, pad, edge)
        px = max(SMALLEST_PX, px * 9 // 10)


def _drawn(block: TextBlock, style: TextStyle) -> Image.Image:
    image = Image.new("RGBA", (block.width, block.height))
    draw = ImageDraw.Draw(image)
    color = _color(style.color, (255, 255, 255))
    edge = (0, 0, 0) if sum(color) > DARK else (255, 255, 255)
    if style.background:
        plate = (*_color(style.background, (0, 0, 0)), PLATE_OPACITY)
        box = (0, 0, block.width - 1, block.height - 1)
        draw.rounded_rectangle(box, radius=max(2, block.pad // 2), fill=plate)
    inset = block.pad + block.edge
    for number, line in enumerate(block.lines):
        free = max(0, block.width - 2 * inset - round(block.font.getlength(line)))
        x = inset if "left" in style.position else inset + free if "right" in style.position else inset + free // 2
        draw.text(
            (x, inset + number * block.step),
            line,
            font=block.font,
            fill=(*color, 255),
            stroke_width=block.edge,
            stroke_fill=(*edge, EDGE_OPACITY),
        )
    return image


def _cover(one: TextOverlay, other: TextOverlay) -> bool:
    (high, wide), (other_high, other_wide) = one.alpha.shape, other.alpha.shape
    beside = one.left >= other.left + other_wide or other.left >= one.left + wide
    return not beside and one.top < other.top + other_high and other.top < one.top + high


def _beside(one: TextOverlay, other: TextOverlay, upwards: bool, height: int) -> int:
    gap = max(2, height // 100)
    own, others = int(one.alpha.shape[0]), int(other.alpha.shape[0])
    top = other.top - gap - own if upwards else other.top + others + gap
    top = min(max(0, top), max(0, height - own))
    return top - top % 2


def drawable(words: str) -> str:
    """The words without pictographs that no font here has. Raises EngineError for letters that are missing."""
    try:
        font_for(words, SMALLEST_PX)
    except EngineError:
        kept = "".join(sign for sign in words if unicodedata.category(sign) not in ("So", "Sk", "Cn", "Co")).strip()
        if kept == words:
            raise
        font_for(kept, SMALLEST_PX)
        return kept
    return words


def _color(name: str, fallback: tuple[int, int, int]) -> tuple[int, int, int]:
    try:
        red, green, blue = ImageColor.getrgb(name)[:3]
    except ValueError:
        return fallback
    return red, green, blue
