"""A dark sheet to draw on: measured text, colours, and a JPEG that is small enough to show in a chat."""

import io
import re
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ...messages import say
from ..errors import EngineError, translated
from ..render.fonts import font_for

MAX_BYTES = 150_000
BACKGROUND, PANEL, LINE = (18, 20, 24), (30, 33, 40), (62, 68, 80)
BRIGHT, DIM, ACCENT = (236, 238, 242), (164, 170, 182), (255, 176, 32)
HUES = ((88, 140, 222), (92, 178, 120), (196, 120, 196), (214, 128, 84), (96, 178, 186), (196, 178, 84))
_QUALITIES = (92, 86, 78, 70, 60, 50, 40)
_ELLIPSIS = "..."
_PIECES = re.compile("\\s*(?:[\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffef]|[^\\s\u2e80-\u9fff\uac00-\ud7a3\uf900-\uffef]+)")

Color = tuple[int, int, int]


class Sheet:
    """An RGB sheet of fixed size."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width, height), BACKGROUND)
        self._draw = ImageDraw.Draw(self.image)

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    def text(self, x: int, y: int, text: str, size: int, *, color: Color = BRIGHT, width: int | None = None) -> None:
        """One line of text with its top at `y`; cut with an ellipsis where it is wider than `width`."""
        shown = drawable(text)
        font = _font(shown, size)
        self._draw.text((x, y), cut(shown, font, width) if width else shown, font=font, fill=color)

    def text_right(self, x: int, y: int, text: str, size: int, *, color: Color = DIM) -> None:
        """One line of text that ends at `x`."""
        shown = drawable(text)
        font = _font(shown, size)
        self._draw.text((x - round(font.getlength(shown)), y), shown, font=font, fill=color)

    def paragraph(self, x: int, y: int, text: str, size: int, *, width: int, lines: int, color: Color = DIM) -> None:
        """Text over at most `lines` lines; the last one is cut where more would follow."""
        shown = drawable(text)
        font = _font(shown, size)
        for number, line in enumerate(wrapped(shown, font, width, lines)):
            self._draw.text((x, y + number * (size + 4)), line, font=font, fill=color)

    def tag(self, x: int, y: int, text: str, size: int = 14, *, fill: Color = (0, 0, 0), color: Color = BRIGHT) -> int:
        """Text on a filled box whose upper left corner is (x, y). Returns where the box ends."""
        shown = drawable(text)
        font = _font(shown, size)
        width = round(font.getlength(shown))
        self._draw.rectangle((x, y, x + width + 9, y + size + 7), fill=fill)
        self._draw.text((x + 5, y + 3), shown, font=font, fill=color)
        return x + width + 10

    def box(self, x: int, y: int, width: int, height: int, fill: Color = PANEL) -> None:
        self._draw.rectangle((x, y, x + max(1, width) - 1, y + max(1, height) - 1), fill=fill)

    def polygon(self, points: list[tuple[float, float]], fill: Color) -> None:
        self._draw.polygon(points, fill=fill)

    def line(self, points: list[tuple[float, float]], color: Color, width: int = 1) -> None:
        self._draw.line(points, fill=color, width=width)

    def picture(self, x: int, y: int, width: int, height: int, picture: Image.Image | None) -> None:
        """A picture centred in a panel of this size; an empty panel for None."""
        self.box(x, y, width, height)
        if picture is None:
            self.text(x + 12, y + height // 2 - 8, say("engine.shown.no_picture"), 14, color=DIM)
            return
        fitted = picture.copy()
        fitted.thumbnail((width, height))
        self.image.paste(fitted, (x + (width - fitted.width) // 2, y + (height - fitted.height) // 2))


def save_jpeg(image: Image.Image, path: Path) -> Image.Image:
    """Write a JPEG of at most 150 kB: lower quality first, then fewer pixels. Returns what was written."""
    jpeg = _encoded(image)
    while len(jpeg) > MAX_BYTES:
        image = image.resize((image.width * 9 // 10, image.height * 9 // 10))
        jpeg = _encoded(image)
    with translated(path):
        path.write_bytes(jpeg)
    return image


def drawable(text: str) -> str:
    """The text, with `?` for each sign that no font of this machine can draw."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)
    if _can_draw(clean):
        return clean
    return "".join(sign if _can_draw(sign) else "?" for sign in clean)


@lru_cache(maxsize=4096)
def _can_draw(text: str) -> bool:
    try:
        font_for(text, 16)
    except EngineError:
        return False
    return True


@lru_cache(maxsize=256)
def _font(text: str, size: int) -> ImageFont.FreeTypeFont:
    try:
        return font_for(text, size)
    except EngineError:
        return font_for(text.encode("ascii", "replace").decode("ascii"), size)


def cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    """The text, shortened with an ellipsis to `width` pixels."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + _ELLIPSIS) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int, lines: int) -> list[str]:
    """The text broken at spaces and between ideographs into at most `lines` lines of `width` pixels."""
    wrapped_lines: list[str] = []
    pieces = _PIECES.findall(text)
    while pieces and len(wrapped_lines) < lines - 1:
        line = pieces.pop(0).strip()
        while pieces and font.getlength(line + pieces[0]) <= width:
            line += pieces.pop(0)
        wrapped_lines.append(cut(line, font, width))
    return [*wrapped_lines, cut("".join(pieces).strip(), font, width)] if pieces else wrapped_lines


def _encoded(image: Image.Image) -> bytes:
    jpeg = b""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        jpeg = buffer.getvalue()
        if len(jpeg) <= MAX_BYTES:
            break
    return jpeg
