"""Texts over the picture: set in lines inside the safe area, on a plate or with a soft shadow."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from ...messages import message
from ...timeline.model import Position, Text, TextStyle
from .canvas import TextOverlay
from .fonts import missing, preferred, require_fonts
from .geometry import corner
from .line_breaks import SEAMS, WORDS, Paragraph
from .plan import PlacedText
from .progress import Warnings
from .shaping import Lettering, ShapedLine, Stencil, clean, clusters, shaped, width_of

Size = tuple[int, int]
Color = tuple[int, int, int]
Padding = tuple[int, int, int]
"""Pixels left, right, and both above and below."""
Layer = NDArray[np.float32]
"""Shape (4, h, w): RGB multiplied by its opacity, and the opacity, 0 to 1."""

MARGIN = 0.05
"""Kept free at every side, as a share of the frame (EBU R 95)."""
TALL = 1.6
"""Height by width from which a frame is one of Shorts, Reels or TikTok, whose buttons lie over it."""
TALL_MARGINS = (0.056, 0.115, 0.111, 0.2)
"""Left, top, right, bottom of a tall frame: 60, 220, 120 and 384 of 1080×1920 pixels, the most that any asks."""
TALLEST = 0.7
SMALLEST_PX = 10
LIKE_WIDTH = 1.4
"""Texts are measured by the height of the frame, at most by this many widths, so that tall frames hold a line."""
_SEAMS_BELOW, _ANYWHERE_BELOW = 0.8, 0.6
"""Shares of the wished size below which words are broken at their seams, and then anywhere, not made smaller."""
_REFERENCE_PX = 100
_STEP, _ASCENT, _DESCENT = 1.22, 0.78, 0.22
"""Ems from line to line, above the baseline and below it; taller scripts take what they need."""
_HEAVY, _BOLD, _MEDIUM = 800, 700, 600
_TITLE_SIZE, _CAPTION_SIZE = 0.075, 0.05
_TIGHT = -0.012  # ems between the letters of large words
PLATE_OPACITY = 0.72
_PLATE_PAD = (0.5, 0.3)  # ems beside and above the words
_PLATE_CORNER = 0.22  # ems
ACCENT = (255, 190, 46)
"""The edge of a lower third."""
SAID = (255, 214, 64)
"""The word of a subtitle that is being said."""
_EDGE = 0.16  # ems
_SECOND_SIZE, _SECOND_WEIGHT, _SECOND_OPACITY = 0.66, 500, 0.82
"""The lines below the name in a lower third, beside those of the name."""
_LONGEST_TITLE, _LONGEST_LINE = 15, 24
"""Ems of a line: about 28 letters of a title, and the 42 that subtitles may have (Netflix, EBU)."""
_SHADOWS = ((0.12, 1.5, 0.6, 0.035), (0.04, 2.4, 0.7, 0.012))
"""Radius in ems, gain, opacity, and how far down in ems."""
DARK = 200
"""Sum of red, green and blue up to which letters are dark and need light around them."""


@dataclass(frozen=True)
class TextBlock:
    """Lines below each other. `baselines` are pixels from its top; `pad` is free around the words."""

    lines: tuple[ShapedLine, ...]
    baselines: tuple[float, ...]
    width: int
    height: int
    pad: Padding

    @property
    def size_px(self) -> int:
        """Of an em of its first line."""
        return self.lines[0].look.size_px


def draw_text(
    text: Text, width: int, height: int, notes: Warnings | None = None, lit: tuple[int, int] | None = None
) -> TextOverlay | None:
    """The text as it lies over a frame of this size; None when there is nothing to draw.

    With `lit` only that stretch of it, in the colour of what is being said.

    Raises EngineError when no font has the script. Pictographs that no font has are left out, with a note.
    """
    given = clean(text.text).strip()
    words = drawable(given)
    if notes is not None and words != given:
        notes.add(message("engine.reel.pictographs"))
    if not words:
        return None
    block = _typeset(words, text.style, (width, height), preferred())
    left, top = _place(text.style, block, (width, height))
    if lit is not None:
        return _lit(block, text.style, words, lit, (left, top)) if words == text.text else None
    bleed = 0 if text.style.background else 2 * ceil(block.size_px * 0.14)
    picture = _drawn(block, text.style, bleed)
    return TextOverlay.of(picture, left - bleed, top - bleed, bleed)


def avoid_overlap(
    cues: Sequence[PlacedText], letters: Sequence[TextOverlay | None], height: int
) -> list[TextOverlay | None]:
    """The same letters, moved where words would cover others on screen with them: up from the bottom,
    down from elsewhere. Pictures stay. `height` is the frame's."""
    placed: list[TextOverlay | None] = []
    fallen: dict[str, int] = {}
    for number, own in enumerate(letters):
        item = cues[number].item
        if own is None or not isinstance(item, Text):
            placed.append(own)
            continue
        if cues[number].lit is not None:
            placed.append(replace(own, top=own.top + fallen.get(item.id, 0)))
            continue
        upwards, unmoved = "bottom" in item.style.position, own.top
        others = [
            other
            for cue, other in zip(cues, placed, strict=False)
            if other is not None and cue.lit is None and cue.first < cues[number].last and cues[number].first < cue.last
        ]
        for other in sorted(others, key=lambda each: each.box[1], reverse=upwards):
            if _cover(own, other):
                own = _beside(own, other, upwards, height)
        fallen[item.id] = own.top - unmoved
        placed.append(own)
    return placed


@lru_cache(maxsize=16)
def _typeset(words: str, style: TextStyle, size: Size, setting: Path | None) -> TextBlock:
    """As `typeset`; the words of a text are drawn one after another."""
    return typeset(words, style, size)


def typeset(words: str, style: TextStyle, size: Size) -> TextBlock:
    """Break words into even lines, smaller where the longest word or the whole would not fit."""
    width, height = size
    wanted = max(SMALLEST_PX, round(style.size * min(height, LIKE_WIDTH * width)))
    room_of = _room(style, size)
    parts = words.split("\n")
    looks = _looks(style, len(parts))

    @cache
    def measured(grade: int) -> list[Paragraph]:
        return [
            Paragraph.of(part, partial(width_of, look=look), grade) for part, look in zip(parts, looks, strict=True)
        ]

    for px in _sizes(wanted):
        pad = _padding(style, px)
        room = min(room_of - sum(pad[:2]), _longest_line(style) * px)
        lines = _lines(measured, max(1.0, room) * _REFERENCE_PX / px, px / wanted)
        if lines is None and px > SMALLEST_PX:
            continue
        set_lines = [
            shaped(line, replace(look, size_px=max(1, look.size_px * px // _REFERENCE_PX)))
            for part, look in zip(lines or [[words]], looks, strict=False)
            for line in part
        ]
        block = _block(tuple(set_lines), pad)
        if px == SMALLEST_PX or (block.width <= room_of and block.height <= height * TALLEST):
            return replace(block, width=min(block.width, width), height=min(block.height, height))
    raise AssertionError("the smallest size is taken as it comes")


def _looks(style: TextStyle, count: int) -> list[Lettering]:
    """The look of each paragraph at `_REFERENCE_PX`. Large words are heavy and close, small ones lighter."""
    weight = _HEAVY if style.size >= _TITLE_SIZE else _BOLD if style.size >= _CAPTION_SIZE else _MEDIUM
    first = Lettering(_REFERENCE_PX, weight, _TIGHT if style.size >= _TITLE_SIZE else 0.0)
    if style.look == "plain":
        return [first] * count
    return [first, *[Lettering(round(_REFERENCE_PX * _SECOND_SIZE), _SECOND_WEIGHT)] * (count - 1)]


def _longest_line(style: TextStyle) -> int:
    return _LONGEST_TITLE if style.size >= _TITLE_SIZE else _LONGEST_LINE


def _sizes(wanted: int) -> Iterator[int]:
    px = wanted
    while px > SMALLEST_PX:
        yield px
        px = min(px - 1, px * 19 // 20)
    yield SMALLEST_PX


def _lines(measured: Callable[[int], list[Paragraph]], limit: float, share: float) -> list[list[str]] | None:
    """Even lines of each paragraph; None where a word is too wide that is not broken yet at this share of the size."""
    grades = (WORDS, SEAMS) if share < _SEAMS_BELOW else (WORDS,)
    fitting = (grade for grade in grades if all(paragraph.widest <= limit for paragraph in measured(grade)))
    grade = next(fitting, SEAMS if share < _ANYWHERE_BELOW else None)
    return None if grade is None else [paragraph.balanced(limit) for paragraph in measured(grade)]


def _block(lines: tuple[ShapedLine, ...], pad: Padding) -> TextBlock:
    baselines: list[float] = []
    for line in lines:
        em = line.look.size_px
        ascent = max(_ASCENT * em, line.ascent)
        if not baselines:
            baselines.append(pad[2] + ascent)
        else:
            before = lines[len(baselines) - 1]
            step = max(_STEP * em, max(_DESCENT * before.look.size_px, before.descent) + ascent)
            baselines.append(baselines[-1] + step)
    last = lines[-1]
    height = baselines[-1] + max(_DESCENT * last.look.size_px, last.descent) + pad[2]
    width = max(line.width for line in lines) + sum(pad[:2])
    return TextBlock(lines, tuple(baselines), ceil(width), ceil(height), pad)


def _padding(style: TextStyle, px: int) -> Padding:
    if not style.background:
        return 0, 0, 0
    beside, above = round(px * _PLATE_PAD[0]), round(px * _PLATE_PAD[1])
    return beside + (round(px * _EDGE) if style.look == "lower_third" else 0), beside, above


def _margins(style: TextStyle, size: Size) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in pixels."""
    width, height = size
    if style.margin is not None:
        kept = style.margin * min(size)
        return kept, kept, kept, kept
    left, top, right, bottom = TALL_MARGINS if height >= TALL * width else (MARGIN,) * 4
    return left * width, top * height, right * width, bottom * height


def _room(style: TextStyle, size: Size) -> float:
    """Pixels across: what is centred keeps the larger margin at both sides."""
    left, _, right, _ = _margins(style, size)
    aside = "left" in style.position or "right" in style.position
    return size[0] - (left + right if aside else 2 * max(left, right))


def _place(style: TextStyle, block: TextBlock, size: Size) -> tuple[int, int]:
    left, top, right, bottom = _margins(style, size)
    across = right if "right" in style.position else left
    up = top if "top" in style.position else bottom
    left, top = corner(style.position, (block.width, block.height), size, (round(across), round(up)))
    return min(left, max(0, size[0] - block.width)), min(top, max(0, size[1] - block.height))


def _drawn(block: TextBlock, style: TextStyle, bleed: int) -> NDArray[np.uint8]:
    """RGBA of the block with `bleed` pixels around it."""
    width, height = block.width + 2 * bleed, block.height + 2 * bleed
    color = _color(style.color, (255, 255, 255))
    stencil = Stencil(width, height)
    for line, baseline in zip(block.lines, block.baselines, strict=True):
        second = style.look == "lower_third" and line.look.size_px < block.size_px
        at = (bleed + _indent(block, line, style.position), bleed + baseline)
        stencil.draw(line, *at, strength=_SECOND_OPACITY if second else 1.0)
    return _straight(_painted_over(block, style, stencil, color))


def _lit(
    block: TextBlock, style: TextStyle, words: str, lit: tuple[int, int], corner_at: tuple[int, int]
) -> TextOverlay | None:
    """The glyphs of a stretch of the words where they lie in the block, cut out."""
    stencil = Stencil(block.width, block.height)
    begins = 0
    for line, baseline in zip(block.lines, block.baselines, strict=True):
        begins = words.index(line.text, begins)
        within = [glyph for glyph in line.glyphs if lit[0] <= begins + glyph.cluster < lit[1]]
        stencil.draw(replace(line, glyphs=tuple(within)), _indent(block, line, style.position), baseline)
        begins += len(line.text)
    rows, columns = (np.flatnonzero(stencil.ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    top, left = int(rows[0]) & ~1, int(columns[0]) & ~1
    ink = stencil.ink[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    picture = np.empty((*ink.shape, 4), np.uint8)
    picture[..., :3], picture[..., 3] = SAID, ink
    even = tuple(at - at % 2 for at in corner_at)
    return TextOverlay.of(picture, even[0] + left, even[1] + top)


def _painted_over(block: TextBlock, style: TextStyle, stencil: Stencil, color: Color) -> Layer:
    height, width = stencil.ink.shape
    picture: Layer = np.zeros((4, height, width), np.float32)
    if style.background:
        plate = _rounded((width, height), block.size_px * _PLATE_CORNER)
        _lay(picture, plate * np.float32(PLATE_OPACITY), _color(style.background, (0, 0, 0)))
        if style.look == "lower_third":
            plate[:, round(block.size_px * _EDGE) :] = 0
            _lay(picture, plate, ACCENT)
    else:
        _lay(picture, _shadow(stencil, block.size_px), (0, 0, 0) if sum(color) > DARK else (255, 255, 255))
    _lay(picture, stencil.ink.astype(np.float32) / np.float32(255), color)
    if stencil.colours is not None:
        coloured = stencil.colours.astype(np.float32).transpose(2, 0, 1) / np.float32(255)
        picture *= 1 - coloured[3]
        picture += coloured
    return picture


def _indent(block: TextBlock, line: ShapedLine, position: Position) -> float:
    free = max(0.0, block.width - sum(block.pad[:2]) - line.width)
    return block.pad[0] + (0.0 if "left" in position else free if "right" in position else free / 2)


def _shadow(stencil: Stencil, px: int) -> NDArray[np.float32]:
    """How dark it is around the letters: a wide soft shadow a little below, and a close one that holds their edge."""
    ink = stencil.ink if stencil.colours is None else np.maximum(stencil.ink, stencil.colours[..., 3])
    letters = Image.fromarray(ink)
    light = np.ones(ink.shape, np.float32)
    for radius, gain, opacity, down in _SHADOWS:
        soft = np.asarray(letters.filter(ImageFilter.GaussianBlur(px * radius)), np.float32)
        soft *= np.float32(gain / 255)
        light *= 1 - np.roll(np.minimum(soft, 1, out=soft), round(px * down), axis=0) * np.float32(opacity)
    return 1 - light


def _rounded(size: Size, radius: float) -> NDArray[np.float32]:
    """A plate with round corners and smooth edges, 0 to 1."""
    fine = 4
    image = Image.new("L", (size[0] * fine, size[1] * fine))
    box = (0, 0, size[0] * fine - 1, size[1] * fine - 1)
    ImageDraw.Draw(image).rounded_rectangle(box, radius=radius * fine, fill=255)
    return np.asarray(image.reduce(fine), np.float32) / np.float32(255)


def _lay(picture: Layer, cover: NDArray[np.float32], color: Color) -> None:
    """Lay a colour over a picture, in place, as far as it covers it."""
    picture *= 1 - cover
    picture[3] += cover
    for plane, value in zip(picture[:3], color, strict=True):
        if value:
            plane += cover * np.float32(value / 255)


def _straight(layer: Layer) -> NDArray[np.uint8]:
    """RGBA, shape (h, w, 4), 0 to 255, no longer multiplied."""
    layer[:3] /= np.maximum(layer[3], np.float32(1e-6))
    np.minimum(layer, 1, out=layer)
    layer *= 255
    layer += np.float32(0.5)
    return np.ascontiguousarray(layer.astype(np.uint8).transpose(1, 2, 0))


def _cover(one: TextOverlay, other: TextOverlay) -> bool:
    left, top, right, bottom = one.box
    other_left, other_top, other_right, other_bottom = other.box
    return left < other_right and other_left < right and top < other_bottom and other_top < bottom


def _beside(one: TextOverlay, other: TextOverlay, upwards: bool, height: int) -> TextOverlay:
    gap = max(2, height // 100)
    own = one.box[3] - one.box[1]
    top = other.box[1] - gap - own if upwards else other.box[3] + gap
    top = min(max(0, top), max(0, height - own)) - one.bleed
    return replace(one, top=top - top % 2)


def drawable(words: str) -> str:
    """The words without pictographs that no font here has. Raises EngineError for letters that are missing."""
    lacking = missing(words)
    if not lacking:
        return words
    kept = "".join(part for part in clusters(words) if not (lacking & set(part) and _is_pictograph(part))).strip()
    require_fonts(kept)
    return kept


def _is_pictograph(cluster: str) -> bool:
    return unicodedata.category(cluster[0]) in ("So", "Sk", "Cn", "Co")


def _color(name: str, fallback: Color) -> Color:
    try:
        red, green, blue = ImageColor.getrgb(name)[:3]
    except ValueError:
        return fallback
    return red, green, blue
