"""What a score board looks like: layouts, colours and fonts; the two sets share none of the layouts and fonts."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int, int]

LAYOUTS = {
    "development": ("dashed", "boxes", "stacked", "spaced", "clock_first"),
    "held": ("colon", "clock_between", "table", "outer_boxes", "wide_stack"),
    "later": ("names_above", "clock_and_score", "long_names", "ended", "boxes_apart"),
}
FONTS = {
    "development": ("DejaVuSans-Bold", "Roboto-Bold", "Roboto-Medium", "SourceSansPro-Semibold"),
    "held": (
        "HankenGrotesk-Bold",
        "Manrope-SemiBold",
        "SourceSerifPro-Bold",
        "DejaVuSansCondensed-Bold",
        "FredokaOne-Regular",
    ),
    "later": (
        "DejaVuSerif-Bold",
        "DejaVuSansMono-Bold",
        "Roboto-BoldItalic",
        "SourceSansPro-Black",
        "Manrope-ExtraBold",
    ),
}
PALETTES: dict[str, tuple[Colour, Colour, Colour]] = {
    "dark": ((16, 20, 34, 255), (245, 245, 245, 255), (200, 30, 40, 255)),
    "light": ((238, 240, 242, 255), (20, 22, 30, 255), (170, 190, 220, 255)),
    "see_through": ((0, 0, 0, 120), (255, 255, 255, 255), (0, 0, 0, 180)),
    "blue": ((12, 60, 150, 230), (255, 235, 60, 255), (8, 36, 92, 255)),
    "green": ((10, 80, 50, 255), (250, 250, 250, 255), (240, 190, 30, 255)),
    "grey": ((60, 60, 60, 190), (240, 240, 240, 255), (20, 20, 20, 220)),
    "red": ((150, 20, 30, 255), (255, 255, 255, 255), (255, 255, 255, 40)),
    "pale": ((255, 255, 255, 150), (10, 10, 10, 255), (250, 210, 60, 255)),
    "bare": ((0, 0, 0, 0), (255, 255, 255, 255), (0, 0, 0, 0)),
}
PALETTES_OF = {
    "later": ("grey", "red", "pale", "bare"),
    "development": ("dark", "light", "see_through"),
    "held": ("blue", "green", "bare", "see_through"),
}
CODES = ("ARS", "CHE", "BAR", "FCB", "JUV", "PSG", "LAL", "BOS", "GER", "BRA", "HOME", "AWAY", "REDS", "BLUE")


@dataclass(frozen=True)
class Style:
    """One board: `pixels` is the height of a digit in a picture that is 720 high."""

    layout: str
    font: str
    palette: str
    corner: str
    pixels: int
    clock: bool
    codes: tuple[str, str]


@dataclass(frozen=True)
class Reading:
    """What the board says: the numbers of both sides (one for each set), the clock in s and the period."""

    home: tuple[int, ...]
    away: tuple[int, ...]
    clock_s: float
    period: int


def style_of(pool: str, seed: int, number: int) -> Style:
    """The style of one recording of a set: every layout in turn, all else drawn by lot."""
    random = np.random.default_rng([seed, 77])
    layouts = LAYOUTS[pool]
    codes = random.choice(len(CODES), 2, replace=False)
    return Style(
        layout=layouts[number % len(layouts)],
        font=str(random.choice(FONTS[pool])),
        palette=str(random.choice(PALETTES_OF[pool])),
        corner=str(random.choice(["top left", "top right", "top", "bottom left", "bottom right", "bottom"])),
        pixels=int(random.integers(13, 27)),
        clock=bool(random.random() < 0.75),
        codes=(CODES[codes[0]], CODES[codes[1]]),
    )


@cache
def _font(name: str, size: int, folders: tuple[Path, ...]) -> ImageFont.FreeTypeFont:
    for folder in folders:
        for file in sorted(folder.rglob(f"{name}.*")):
            return ImageFont.truetype(str(file), size)
    return ImageFont.truetype("DejaVuSans-Bold.ttf", size)


class Board:
    """Draws the board of a style for pictures of one size."""

    def __init__(self, style: Style, width: int, height: int, folders: tuple[Path, ...]) -> None:
        self._style = style
        self._size = (width, height)
        self._unit = max(7, round(style.pixels * height / 720))
        self._font = _font(style.font, round(self._unit / 0.72), folders)
        self._back, self._text, self._accent = PALETTES[style.palette]
        self._last: tuple[Reading, tuple[Image.Image, tuple[int, int]]] | None = None

    @property
    def text_height(self) -> int:
        """Pixels of a digit."""
        return self._unit

    def drawn(self, shown: Reading) -> tuple[Image.Image, tuple[int, int]]:
        """The board as RGBA and where its upper left corner lies; the last one is kept."""
        if self._last is None or self._last[0] != shown:
            self._last = (shown, self._draw(shown))
        return self._last[1]

    def _draw(self, shown: Reading) -> tuple[Image.Image, tuple[int, int]]:
        rows = _ROWS[self._style.layout](self._style, shown)
        gap, pad = round(self._unit * 0.7), round(self._unit * 0.55)
        widths = [[self._width(cell, column, rows) for column, cell in enumerate(row)] for row in rows]
        wide = max(sum(row) + gap * (len(row) - 1) for row in widths) + 2 * pad
        line = round(self._unit * 1.9)
        image = Image.new("RGBA", (wide, line * len(rows)), self._back)
        pen = ImageDraw.Draw(image)
        for index, (row, sizes) in enumerate(zip(rows, widths, strict=True)):
            x = pad
            for cell, size in zip(row, sizes, strict=True):
                self._cell(pen, cell, (x, index * line, x + size, (index + 1) * line))
                x += size + gap
        return image, self._place(image.size)

    def _width(self, cell: str, column: int, rows: list[list[str]]) -> int:
        widest = max(
            (self._font.getlength(_widened(row[column].lstrip("#"))) for row in rows if column < len(row)), default=0.0
        )
        return round(max(widest, self._unit * (1.3 if cell.startswith("#") else 0.5)))

    def _cell(self, pen: ImageDraw.ImageDraw, cell: str, box: tuple[int, int, int, int]) -> None:
        left, top, right, bottom = box
        boxed = cell.startswith("#")
        if boxed:
            edge = round(self._unit * 0.3)
            pen.rectangle((left - edge, top + 1, right + edge, bottom - 2), fill=self._accent)
        at = ((left + right) / 2, (top + bottom) / 2)
        outline = 0 if self._back[3] > 100 else max(1, self._unit // 9)
        pen.text(at, cell.lstrip("#"), self._text, self._font, "mm", stroke_width=outline, stroke_fill=(0, 0, 0, 255))

    def _place(self, size: tuple[int, int]) -> tuple[int, int]:
        margin_x, margin_y = round(self._size[0] * 0.045), round(self._size[1] * 0.05)
        left, middle, right = margin_x, (self._size[0] - size[0]) // 2, self._size[0] - size[0] - margin_x
        x = left if "left" in self._style.corner else right if "right" in self._style.corner else middle
        y = margin_y if self._style.corner.startswith("top") else self._size[1] - size[1] - margin_y
        return x, y


def _widened(cell: str) -> str:
    """The cell with its widest digits, so that a board keeps its size."""
    return "".join("0" if sign.isdigit() else sign for sign in cell)


def _clock(style: Style, shown: Reading) -> list[str]:
    seconds = int(shown.clock_s)
    return [f"{seconds // 60:02d}:{seconds % 60:02d}"] if style.clock else []


def _sets(numbers: tuple[int, ...], mark: str = "") -> list[str]:
    return [f"{mark}{number}" for number in numbers]


_ROWS = {
    "dashed": lambda s, r: [[s.codes[0], f"{r.home[-1]}-{r.away[-1]}", s.codes[1], *_clock(s, r)]],
    "boxes": lambda s, r: [[s.codes[0], f"#{r.home[-1]}", f"#{r.away[-1]}", s.codes[1], *_clock(s, r)]],
    "stacked": lambda s, r: [
        [s.codes[0], *_sets(r.home, "#")],
        [s.codes[1], *_sets(r.away, "#")],
        *([_clock(s, r)] if s.clock else []),
    ],
    "spaced": lambda s, r: [[s.codes[0], str(r.home[-1]), s.codes[1], str(r.away[-1]), *_clock(s, r)]],
    "clock_first": lambda s, r: [[*_clock(s, r), s.codes[0], f"{r.home[-1]} - {r.away[-1]}", s.codes[1]]],
    "colon": lambda s, r: [[f"{s.codes[0]} {r.home[-1]} : {r.away[-1]} {s.codes[1]}", *_clock(s, r)]],
    "clock_between": lambda s, r: [
        [s.codes[0], f"#{r.home[-1]}", *(_clock(s, r) or ["vs"]), f"#{r.away[-1]}", s.codes[1]]
    ],
    "table": lambda s, r: [[s.codes[0], *_sets(r.home)], [s.codes[1], *_sets(r.away)]],
    "outer_boxes": lambda s, r: [
        [f"#{r.home[-1]}", s.codes[0], s.codes[1], f"#{r.away[-1]}"],
        [f"P{r.period}", *_clock(s, r)],
    ],
    "names_above": lambda s, r: [[s.codes[0], s.codes[1]], [str(r.home[-1]), str(r.away[-1])]],
    "clock_and_score": lambda s, r: [[*_clock(s, r), f"#{r.home[-1]}-{r.away[-1]}"]],
    "long_names": lambda s, r: [[s.codes[0].title() + " United", f"{r.home[-1]} - {r.away[-1]}", "FC " + s.codes[1]]],
    "ended": lambda s, r: [[s.codes[0], str(r.home[-1]), s.codes[1], str(r.away[-1]), f"{r.period}H", *_clock(s, r)]],
    "boxes_apart": lambda s, r: [
        [*_clock(s, r), "LIVE"],
        [s.codes[0], f"#{r.home[-1]}", f"#{r.away[-1]}", s.codes[1]],
    ],
    "wide_stack": lambda s, r: [
        [*_clock(s, r), f"Q{r.period}"],
        [s.codes[0], str(r.home[-1])],
        [s.codes[1], str(r.away[-1])],
    ],
}
