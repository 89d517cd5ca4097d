"""Boards as rows of cells: every layout is a grid of texts, drawn in a look onto a transparent picture."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from .looks import Colour, Look, font


@dataclass(frozen=True)
class Cell:
    """One box of a board. `room` is the widest text it must hold; `kind` chooses the colours of the look."""

    text: str
    kind: str
    room: str = ""
    grow: float = 1.0
    slide: float = 0.0  # share of its height by which the text is shifted, while it changes


Grid = list[list[Cell]]


def _colours(look: Look, kind: str) -> tuple[Colour | None, Colour]:
    if kind == "name":
        return look.names
    if kind in ("score", "sets"):
        return look.scores
    if kind == "bare":
        return None, look.names[1]
    return look.clock


def draw_grid(grid: Grid, look: Look, gap: int = 0) -> Image.Image:
    """The grid as an RGBA picture just as large as it is."""
    rows = [[_box(cell, look) for cell in row] for row in grid]
    widths = [sum(w for w, _h in row) + gap * (len(row) - 1) for row in rows]
    heights = [max(h for _w, h in row) for row in rows]
    picture = Image.new("RGBA", (max(widths), sum(heights) + gap * (len(rows) - 1)))
    pen = ImageDraw.Draw(picture)
    y = 0
    for row, boxes, height in zip(grid, rows, heights, strict=True):
        x = 0
        for cell, (width, _h) in zip(row, boxes, strict=True):
            _draw_cell(pen, cell, look, (x, y, x + width, y + height))
            x += width + gap
        y += height + gap
    if look.opacity < 1.0:
        picture.putalpha(picture.getchannel("A").point(lambda a: int(a * look.opacity) if a < 255 else a))
    return picture


def _face(cell: Cell, look: Look) -> ImageFont.FreeTypeFont:
    path = look.digits if cell.kind in ("score", "clock", "sets") else look.face
    return font(path, max(8, round(look.size * cell.grow)))


def _box(cell: Cell, look: Look) -> tuple[int, int]:
    face = _face(cell, look)
    width = max(face.getlength(cell.text), face.getlength(cell.room or cell.text))
    return round(width + 2 * look.pad * look.size), round(look.size * max(1.0, cell.grow) * (1.1 + look.pad / 2))


def _draw_cell(pen: ImageDraw.ImageDraw, cell: Cell, look: Look, box: tuple[int, int, int, int]) -> None:
    back, ink = _colours(look, cell.kind)
    if back is not None:
        fill = (*back, 255 if look.opacity == 1.0 else 254)
        if look.rounded:
            pen.rounded_rectangle((box[0], box[1], box[2] - 1, box[3] - 1), radius=look.size // 4, fill=fill)
        else:
            pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), fill=fill)
    if not cell.text:
        return
    face = _face(cell, look)
    left, top, right, bottom = pen.textbbox((0, 0), cell.text, font=face)
    x = (box[0] + box[2] - (right - left)) / 2 - left
    y = (box[1] + box[3] - (bottom - top)) / 2 - top + cell.slide * (box[3] - box[1])
    if back is None:
        pen.text((x, y), cell.text, font=face, fill=(*ink, 255), stroke_width=1, stroke_fill=(0, 0, 0, 255))
    else:
        pen.text((x, y), cell.text, font=face, fill=(*ink, 255))


@dataclass(frozen=True)
class Shown:
    """What a board says at one moment."""

    names: tuple[str, str]
    points: tuple[str, str]
    clock: str = ""
    period: str = ""
    sets: tuple[tuple[str, str], ...] = ()
    extra: str = ""


def one_row_dash(s: Shown) -> Grid:
    score = Cell(f"{s.points[0]}-{s.points[1]}", "score", "0-0" if len("".join(s.points)) < 4 else "")
    row = [Cell(s.names[0], "name", "MMM"), score, Cell(s.names[1], "name", "MMM")]
    return [[*row, *_clock(s)]]


def one_row_colon(s: Shown) -> Grid:
    row = [Cell(s.names[0], "bare"), Cell(f"{s.points[0]} : {s.points[1]}", "bare", grow=1.2), Cell(s.names[1], "bare")]
    return [[*row, *([Cell(s.clock, "bare")] if s.clock else [])]]


def clock_first(s: Shown) -> Grid:
    row = [Cell(s.names[0], "name", "MMM"), Cell(s.points[0], "score", "00"), Cell(s.points[1], "score", "00")]
    return [[*_clock(s), *row, Cell(s.names[1], "name", "MMM")]]


def clock_between(s: Shown) -> Grid:
    left = [Cell(s.names[0], "name", "MMMM"), Cell(s.points[0], "score", "00", 1.25)]
    right = [Cell(s.points[1], "score", "00", 1.25), Cell(s.names[1], "name", "MMMM")]
    return [[*left, *_clock(s), *right]]


def two_rows(s: Shown) -> Grid:
    rows = [[Cell(n, "name", "MMMM"), Cell(p, "score", "00")] for n, p in zip(s.names, s.points, strict=True)]
    return [*rows, _clock(s) or [Cell("", "bare")]]


def two_rows_clock_beside(s: Shown) -> Grid:
    first = [Cell(s.names[0], "name", "MMMM"), Cell(s.points[0], "score", "00"), Cell(s.clock, "clock", "00:00")]
    second = [Cell(s.names[1], "name", "MMMM"), Cell(s.points[1], "score", "00"), Cell(s.period, "clock", "00:00")]
    return [first, second]


def table(s: Shown) -> Grid:
    """Names with sets and points, as of tennis and volleyball."""
    wide = max(s.names, key=len)
    rows = []
    for side in (0, 1):
        sets = [Cell(pair[side], "clock", "0") for pair in s.sets]
        rows.append([Cell(s.names[side], "name", wide), *sets, Cell(s.points[side], "score", "00")])
    return rows


def names_above(s: Shown) -> Grid:
    """An amateur's board: names above large digits."""
    return [
        [Cell(s.names[0], "name", "GUESTS"), Cell(s.period or " ", "name", "00"), Cell(s.names[1], "name", "GUESTS")],
        [
            Cell(s.points[0], "score", "0000", 1.5),
            Cell(":", "score", "0", 1.5),
            Cell(s.points[1], "score", "0000", 1.5),
        ],
        _clock(s) or [Cell("", "bare")],
    ]


def _clock(s: Shown) -> list[Cell]:
    cells = []
    if s.period:
        cells.append(Cell(s.period, "clock"))
    if s.clock:
        cells.append(Cell(s.clock, "clock", "00:00"))
    if s.extra:
        cells.append(Cell(s.extra, "score"))
    return cells


LAYOUTS = {
    layout.__name__: layout
    for layout in (
        one_row_dash, one_row_colon, clock_first, clock_between, two_rows, two_rows_clock_beside, table, names_above,
    )
}  # fmt: skip
