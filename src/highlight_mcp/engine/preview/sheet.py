"""A dark sheet to draw on: measured text, colours, and a JPEG that is small enough to show in a chat."""

import io
from math import ceil
from pathlib import Path

from PIL import Image, ImageDraw

from ...messages import say
from ..errors import EngineError, translated
from ..render.fonts import missing
from ..render.line_breaks import wrap_lines
from ..render.shaping import Lettering, Stencil, clusters, shaped, width_of

MAX_BYTES = 150_000
BACKGROUND, PANEL, LINE = (18, 20, 24), (30, 33, 40), (62, 68, 80)
BRIGHT, DIM, ACCENT = (236, 238, 242), (164, 170, 182), (255, 176, 32)
HUES = ((88, 140, 222), (92, 178, 120), (196, 120, 196), (214, 128, 84), (96, 178, 186), (196, 178, 84))
_QUALITIES = (92, 86, 78, 70, 60, 50, 40)
_ELLIPSIS = "..."
_WEIGHT = 500

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
        self._write(x, y, cut(shown, size, width) if width else shown, size, color)

    def text_right(self, x: int, y: int, text: str, size: int, *, color: Color = DIM) -> None:
        """One line of text that ends at `x`."""
        shown = drawable(text)
        self._write(x - round(length(shown, size)), y, shown, size, color)

    def paragraph(self, x: int, y: int, text: str, size: int, *, width: int, lines: int, color: Color = DIM) -> None:
        """Text over at most `lines` lines; the last one is cut where more would follow."""
        for number, line in enumerate(wrapped(drawable(text), size, width, lines)):
            self._write(x, y + number * (size + 4), line, size, color)

    def tag(self, x: int, y: int, text: str, size: int = 14, *, fill: Color = (0, 0, 0), color: Color = BRIGHT) -> int:
        """Text on a filled box whose upper left corner is (x, y). Returns where the box ends."""
        shown = drawable(text)
        width = round(length(shown, size))
        self._draw.rectangle((x, y, x + width + 9, y + size + 7), fill=fill)
        self._write(x + 5, y + 3, shown, size, color)
        return x + width + 10

    def _write(self, x: int, y: int, line: str, size: int, color: Color) -> None:
        letters = shaped(line, Lettering(size, _WEIGHT))
        stencil = Stencil(ceil(letters.width) + 2 * size, 3 * size)
        stencil.draw(letters, size, 2 * size)
        at = (x - size, y - size)
        self.image.paste(color, at, Image.fromarray(stencil.ink))
        if stencil.colours is not None:
            self.image.paste(Image.fromarray(stencil.colours[..., :3]), at, Image.fromarray(stencil.colours[..., 3]))

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
    lacking = _lacking(clean)
    return "".join("?" if sign in lacking else sign for sign in clean)


def _lacking(text: str) -> frozenset[str]:
    try:
        return missing(text)
    except EngineError:
        return frozenset()


def length(text: str, size: int) -> float:
    """Width of a line in pixels."""
    return width_of(text, Lettering(size, _WEIGHT))


def cut(text: str, size: int, width: int) -> str:
    """The text, shortened with an ellipsis to `width` pixels."""
    if length(text, size) <= width:
        return text
    signs = clusters(text)
    while signs and length("".join(signs) + _ELLIPSIS, size) > width:
        signs.pop()
    return "".join(signs).rstrip() + _ELLIPSIS


def wrapped(text: str, size: int, width: int, lines: int) -> list[str]:
    """The text in at most `lines` lines of `width` pixels; the last one is cut where more would follow."""
    full = wrap_lines(text, width, lambda line: length(line, size)) if text.strip() else []
    if len(full) <= lines:
        return full
    return [*full[: lines - 1], cut(f"{full[lines - 1]} {full[lines]}", size, width)]


def _encoded(image: Image.Image) -> bytes:
    jpeg = b""
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        jpeg = buffer.getvalue()
        if len(jpeg) <= MAX_BYTES:
            break
    return jpeg
