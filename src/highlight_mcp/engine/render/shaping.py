"""Lines of letters in any script: each cluster finds its font, HarfBuzz shapes and draws the glyphs.

A line is laid out from left to right as it is seen; places are pixels from its left end and its baseline.
"""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
import uharfbuzz as hb
from numpy.typing import NDArray
from PIL import Image

from .bidi import levels, visual_order
from .fonts import UNITS, FontFile, font_with, language_of, preferred, signs_of, sized

Picture = NDArray[np.uint8]
_JOINER, _TEXT_FORM, _PICTURE_FORM, _KEYCAP = "\u200d", "\ufe0e", "\ufe0f", "\u20e3"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_TONES = ("\U0001f3fb", "\U0001f3ff")
_TAGS = ("\U000e0020", "\U000e007f")
_FOLLOWS = "\u0e33\u0eb3"
"""AM of Thai and Lao: a letter by its kind, but part of the one before."""
_VIRAMA, _KILLERS = 9, "\u103a\u0e3a\u0eba"
"""Marks of that combining class join the next letter, but for those that only silence their own."""
_PICTURES = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽"
    "✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)
"""Signs below U+1F000 that are pictures by default (UTS 51, Emoji_Presentation)."""
_TRACKED = frozenset({"Latn", "Cyrl", "Grek"})
_NO_SCRIPT = frozenset({"", "Zyyy", "Zinh", "Zzzz"})


@dataclass(frozen=True)
class Lettering:
    """How letters look: size of an em in pixels, weight from 100 to 900, `tracking` between letters in ems."""

    size_px: int
    weight: int = 400
    tracking: float = 0.0


@dataclass(frozen=True)
class PlacedGlyph:
    """One glyph; `x` and `y` (upwards) in steps of `fonts.UNITS`, `cluster` the place of its first sign in the text."""

    font: FontFile
    number: int
    x: int
    y: int
    cluster: int


@dataclass(frozen=True)
class ShapedLine:
    """A line of glyphs. `width`, `ascent` and `descent` (both positive, of its ink) in pixels.

    `spans` are (left, right) in pixels of each cluster, by the place of its first sign.
    """

    text: str
    look: Lettering
    glyphs: tuple[PlacedGlyph, ...]
    width: float
    ascent: float
    descent: float
    spans: dict[int, tuple[float, float]]


def clean(text: str) -> str:
    """The text as it is set: a tab is a space, other controls but line ends are nothing."""
    spaced = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign for sign in spaced if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs"))


def clusters(text: str) -> list[str]:
    """What a reader takes for one sign: letters with their marks, conjuncts, flags, families, keycaps.

    After UAX 29; conjuncts stay together, as do AM and its letter.
    """
    out: list[str] = []
    for sign in text:
        if out and _continues(out[-1], sign):
            out[-1] += sign
        else:
            out.append(sign)
    return out


def _continues(before: str, sign: str) -> bool:
    if unicodedata.category(sign) in ("Mn", "Mc", "Me") or sign in (_JOINER, "\u200c"):
        return not before.isspace()
    if _within(sign, _TONES) or _within(sign, _TAGS) or sign in _FOLLOWS or "\u1160" <= sign <= "\u11ff":
        return not before.isspace()
    last = before[-1]
    if _within(sign, _FLAGS):
        return len(before) == 1 and _within(before, _FLAGS)
    if last == _JOINER:
        return unicodedata.category(sign) in ("So", "Lo", "Po", "Sm")
    return unicodedata.combining(last) == _VIRAMA and last not in _KILLERS and unicodedata.category(sign) == "Lo"


def _within(sign: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= sign <= ends[1]


def is_picture(cluster: str) -> bool:
    """Whether a cluster is shown as a picture rather than as a letter (UTS 51)."""
    if _TEXT_FORM in cluster:
        return False
    if _PICTURE_FORM in cluster or _KEYCAP in cluster:
        return True
    return cluster[0] in _PICTURES or (cluster[0] >= "\U0001f000" and unicodedata.category(cluster[0]) in ("So", "Cn"))


def width_of(text: str, look: Lettering) -> float:
    """Width of a line in pixels. Raises EngineError where a setting is no font."""
    return shaped(text, look).width


def shaped(text: str, look: Lettering) -> ShapedLine:
    """A line laid out; signs that no font has are left out. Raises EngineError where a setting is no font."""
    return _shaped(text, look, preferred())


@lru_cache(maxsize=4096)
def _shaped(text: str, look: Lettering, setting: Path | None) -> ShapedLine:
    _, by_sign = levels(text)
    runs = list(_runs(text, by_sign))
    glyphs: list[PlacedGlyph] = []
    edges: dict[int, tuple[float, float]] = {}
    top = bottom = x = 0
    for place in visual_order([run.level for run in runs]):
        run = runs[place]
        font = sized(run.font, look.size_px, look.weight)
        tracked = round(look.tracking * look.size_px * UNITS) if run.script in _TRACKED else 0
        for info, move in _shape(font, run, bool(tracked)):
            at = run.start + info.cluster
            glyphs.append(PlacedGlyph(run.font, info.codepoint, x + move.x_offset, move.y_offset, at))
            box = font.get_glyph_extents(info.codepoint)
            if box is not None:
                top = max(top, move.y_offset + box.y_bearing)
                bottom = min(bottom, move.y_offset + box.y_bearing + box.height)
            left, right = edges.get(at, (x / UNITS, x / UNITS))
            x += move.x_advance + (tracked if move.x_advance else 0)
            edges[at] = (left, max(right, x / UNITS))
    return ShapedLine(text, look, tuple(glyphs), x / UNITS, top / UNITS, -bottom / UNITS, edges)


@dataclass(frozen=True)
class _FontRun:
    text: str
    start: int
    font: FontFile
    script: str
    level: int


def _runs(text: str, by_sign: list[int]) -> Iterator[_FontRun]:
    """Stretches of one font, script and direction. Spaces and marks go with what is before them."""
    language = language_of(text)
    found: list[tuple[int, int, FontFile | None, str]] = []
    at = 0
    before: FontFile | None = None
    pieces = clusters(text)
    for piece, script in zip(pieces, _scripts(pieces), strict=True):
        font = _font_for(piece, language, before)
        before = font if font is not None and piece[0].isalnum() and not is_picture(piece) else before
        found.append((at, at + len(piece), font, script))
        at += len(piece)
    for (font, script, level), group in groupby(found, key=lambda one: (one[2], one[3], by_sign[one[0]])):
        parts = list(group)
        if font is not None:
            start, end = parts[0][0], parts[-1][1]
            yield _FontRun(text[start:end], start, font, script, level)


def _font_for(piece: str, language: str, before: FontFile | None) -> FontFile | None:
    if not signs_of(piece):
        return before if before is not None else font_with(" ", language)
    picture = is_picture(piece)
    whole = font_with(piece, language, picture)
    return whole if whole is not None else font_with(piece[0], language, picture)


def _scripts(pieces: list[str]) -> list[str]:
    """The script of each cluster; what has none of its own has that of the one before, at the head of the next."""
    own = [_script(piece[0]) for piece in pieces]
    last = next((script for script in own if script), "Latn")
    out = []
    for script in own:
        last = script or last
        out.append(last)
    return out


@lru_cache(maxsize=4096)
def _script(sign: str) -> str:
    buffer = hb.Buffer()
    buffer.add_str(sign)
    buffer.guess_segment_properties()
    found = str(buffer.script or "")
    return "" if found in _NO_SCRIPT else found


def _shape(font: hb.Font, run: _FontRun, tracked: bool) -> Iterator[tuple[hb.GlyphInfo, hb.GlyphPosition]]:
    buffer = hb.Buffer()
    buffer.add_str(run.text)
    buffer.direction = "rtl" if run.level % 2 else "ltr"
    buffer.script = run.script
    buffer.guess_segment_properties()
    hb.shape(font, buffer, {"liga": False, "clig": False} if tracked else {})
    return zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True)


class Stencil:
    """Letters drawn into a field of pixels: `ink` (h, w) is how much of each is covered, 0 to 255.

    Glyphs that have colours of their own are kept in `colours` (h, w, 4), RGBA multiplied by its opacity.
    """

    def __init__(self, width: int, height: int) -> None:
        self.ink: Picture = np.zeros((height, width), np.uint8)
        self.colours: Picture | None = None

    def draw(self, line: ShapedLine, x: float, baseline: float, strength: float = 1.0) -> None:
        """Draw a line with its left end at `x` and its baseline at `baseline` pixels from the top, weak or strong."""
        pen = hb.RasterDraw()
        pen.scale_factor = (UNITS, UNITS)
        height, width = self.ink.shape
        pen.extents = hb.RasterExtents(0, 0, width, height, 0)
        for glyph in line.glyphs:
            font = sized(glyph.font, line.look.size_px, line.look.weight)
            at = (x * UNITS + glyph.x, (height - baseline) * UNITS + glyph.y)
            if not self._coloured(font, glyph.number, at):
                pen.transform = (1, 0, 0, 1, *at)
                pen.draw_glyph(font, glyph.number)
        image = pen.render()
        if image is not None and image.extents.width:
            rows = np.frombuffer(image.buffer, np.uint8).reshape(image.extents.height, image.extents.stride)
            drawn = rows[::-1, :width]
            np.maximum(self.ink, drawn if strength >= 1 else (drawn * strength).astype(np.uint8), out=self.ink)

    def _coloured(self, font: hb.Font, number: int, at: tuple[float, float]) -> bool:
        """Draw a glyph that has colours; False where it has none."""
        if not (font.face.has_color_paint or font.face.has_color_layers or font.face.has_color_png):
            return False
        height, width = self.ink.shape
        painted = _painted(font, number, at, (width, height))
        if painted is None:
            painted = _pasted(font, number, at, (width, height))
        if painted is None:
            return False
        if self.colours is None:
            self.colours = np.zeros((height, width, 4), np.uint8)
        under = self.colours.astype(np.uint16) * (255 - painted[..., 3:].astype(np.uint16)) // 255
        self.colours = np.minimum(painted + under, 255).astype(np.uint8)
        return True


def _painted(font: hb.Font, number: int, at: tuple[float, float], size: tuple[int, int]) -> Picture | None:
    """A glyph of coloured outlines (COLR) in a field of that size, RGBA multiplied by its opacity."""
    brush = hb.RasterPaint()
    brush.scale_factor = (UNITS, UNITS)
    brush.extents = hb.RasterExtents(0, 0, *size, 0)
    brush.foreground = hb.Color(255, 255, 255, 255)
    brush.transform = (1, 0, 0, 1, *at)
    if not brush.paint_glyph_or_fail(font, number):
        return None
    image = brush.render()
    if image is None:
        return None
    rows = np.frombuffer(image.buffer, np.uint8).reshape(image.extents.height, image.extents.stride // 4, 4)
    return np.ascontiguousarray(rows[::-1, : size[0], (2, 1, 0, 3)])


def _pasted(font: hb.Font, number: int, at: tuple[float, float], size: tuple[int, int]) -> Picture | None:
    """A glyph that is a picture (CBDT, sbix), as `_painted`."""
    blob = font.get_glyph_color_png(number)
    box = font.get_glyph_extents(number)
    if blob is None or not len(blob) or box is None:
        return None
    wide, high = max(1, round(box.width / UNITS)), max(1, round(-box.height / UNITS))
    with Image.open(io.BytesIO(blob.data)) as opened:
        small = opened.convert("RGBA").resize((wide, high), Image.Resampling.LANCZOS)
    field = Image.new("RGBA", size)
    left, top = round((at[0] + box.x_bearing) / UNITS), round(size[1] - (at[1] + box.y_bearing) / UNITS)
    field.paste(small, (left, top))
    straight = np.asarray(field).astype(np.uint16)
    straight[..., :3] = straight[..., :3] * straight[..., 3:] // 255
    return straight.astype(np.uint8)
