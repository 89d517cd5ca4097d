"""Texts drawn with Pillow: wrapped inside safe margins, outlined or on a plate."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ...timeline.model import Text
from ..fonts import font_for
from .canvas import Letters

MARGIN = 0.05
LINE_GAP = 0.25
PLATE_OPACITY = 160


def letters_of(text: Text, width: int, height: int) -> Letters | None:
    """The text as it lies over a frame of this size; None when there is nothing to draw.

    Raises EngineError when no font has the script.
    """
    words = text.text.strip()
    if not words:
        return None
    size = max(10, round(text.style.size * height))
    room = round(width * (1 - 2 * MARGIN))
    font = font_for(words, size)
    lines = wrapped(words, font, room)
    while size > 10 and _height(lines, size) > height * (1 - 2 * MARGIN):
        size = max(10, size * 3 // 4)
        font = font_for(words, size)
        lines = wrapped(words, font, room)
    picture = _drawn(lines, font, size, text)
    return _placed(picture, text.style.position, width, height)


def wrapped(words: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Lines that fit `room` pixels; breaks at spaces, and between characters where there are none."""
    lines = []
    for paragraph in words.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            if font.getlength((line + piece).strip()) <= room or not line.strip():
                line += piece
            else:
                lines.append(line.strip())
                line = piece.lstrip()
            while font.getlength(line) > room and len(line) > 1:
                cut = next((n for n in range(len(line), 0, -1) if font.getlength(line[:n]) <= room), 1)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line.strip())
    return lines


def _pieces(paragraph: str) -> list[str]:
    """Words with the space before them; each ideograph alone."""
    pieces: list[str] = []
    for sign in paragraph:
        alone = ord(sign) >= 0x2E80
        if alone or sign == " " or not pieces or ord(pieces[-1][-1]) >= 0x2E80:
            pieces.append(sign)
        else:
            pieces[-1] += sign
    return pieces


def _height(lines: list[str], size: int) -> float:
    return len(lines) * size * (1 + LINE_GAP)


def _drawn(lines: list[str], font: ImageFont.FreeTypeFont, size: int, text: Text) -> Image.Image:
    stroke = 0 if text.style.background else max(1, size // 14)
    pad = max(2, size // 4) + stroke
    step = round(size * (1 + LINE_GAP))
    width = _even(max(font.getlength(line) for line in lines) + 2 * pad)
    height = _even(step * len(lines) + 2 * pad)
    plate = (0, 0, 0, 0)
    if text.style.background:
        red, green, blue = (int(text.style.background[i : i + 2], 16) for i in (1, 3, 5))
        plate = (red, green, blue, PLATE_OPACITY)
    image = Image.new("RGBA", (width, height), plate)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        x = (width - font.getlength(line)) / 2
        draw.text(
            (x, pad + number * step), line, font=font, fill=text.style.color, stroke_width=stroke, stroke_fill="#000000"
        )
    return image


def _placed(picture: Image.Image, position: str, width: int, height: int) -> Letters:
    picture = picture.crop((0, 0, min(picture.width, width), min(picture.height, height)))
    across, up = round(width * MARGIN), round(height * MARGIN)
    left, top = (width - picture.width) // 2, (height - picture.height) // 2
    if "left" in position:
        left = min(across, width - picture.width)
    if "right" in position:
        left = max(0, width - picture.width - across)
    if "top" in position:
        top = min(up, height - picture.height)
    if "bottom" in position:
        top = max(0, height - picture.height - up)
    return Letters.of(np.asarray(picture), left - left % 2, top - top % 2)


def _even(size: float) -> int:
    return 2 * (int(size + 1) // 2)
