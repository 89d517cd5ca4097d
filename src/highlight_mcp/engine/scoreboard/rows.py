"""Rows of text that stay in one place: where the model finds text in most looks, lined up left to right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..extras.score import TextReader
from .fixed import WIDTH, Box, apart, components, fixed_places, grey, steady_edges
from .looks import WIDEST, Look, Picture

_LIKELY = 0.3  # 0..1, the threshold of the published method (DB), here of the mean of some looks
_LEAST_AREA = 16  # pixels of the core of a text; one thin digit of 8 pixels has 20
_MARGIN = 16  # pixels of the small picture around a place, for the model to see what is beside it
# of the height of the core; the method shrinks text by about so much (ratio 1.5 to 1.6), and a little more is read
# as well
_CORE_MARGIN = 0.45
_SAME_ROW = 0.5  # share of the lower height
_TALLER = 1.9  # times; codes are often smaller than the numbers beside them
_GAP = 7.0  # heights between two pieces of one row: a short code in a box as wide as a long one
_MOST_ROWS = 14  # rows of a picture
_LEAST_HEIGHT = 3  # pixels of the core of a text
# heights of a row on both sides, above and below, where more of its board may be
_BESIDE, _ABOVE = 9.0, 2.5
_BEST_HEIGHT = 20.0  # pixels of the core of a text that the model finds best
_LEAST_LARGER, _MOST_LARGER = 0.5, 3.0  # times
_FOUND_IN = 7  # looks in which text is searched for
_MOST_SEARCHED = 2_600_000  # pixels in which text is searched for, all looks together: about 3 CPU s
_CLOSER_IN = 5  # looks in which text around rows is searched for at its own size
_AGREEING_IN, _AGREEING = 3, 0.6  # looks of which two must agree on what a row says; share of its signs
# of the usual edges that stay in a place: a look without its board shows none of them; quantile of the looks that is
# the usual
_SHOWN, _USUAL = 0.5, 0.8

Floats = NDArray[np.float32]
Find = Callable[[Picture], Floats]
"""Gives how likely each pixel of a picture belongs to text."""
Shows = Callable[[Box], Sequence[Picture]]
"""Gives looks that show what stays in a box of theirs."""


@dataclass(frozen=True)
class Row:
    """A row of text in looks `width` wide: its box and the height of its signs, in pixels of the look."""

    box: Box
    height: float

    @property
    def width(self) -> int:
        return self.box[2] - self.box[0]

    def cut(self, picture: Picture) -> Picture:
        """What a look shows there."""
        left, top, right, bottom = self.box
        return np.ascontiguousarray(picture[top:bottom, left:right])


class RowFinder:
    """Searches looks of one size; `lines` and `searched` count the lines read and the pixels searched."""

    def __init__(self, survey: Sequence[Look], text: TextReader) -> None:
        self._pictures = [look.picture for look in survey]
        self._size = (self._pictures[0].shape[1], self._pictures[0].shape[0])
        self._small = [grey(picture) for picture in self._pictures]
        self._steady = steady_edges(self._small)
        self._text = text
        self.lines = 0
        self.searched = 0

    def rows(self) -> list[Row]:
        """Rows of text that stay, from top to bottom; none where nothing does. Raises EngineError."""
        places = fixed_places(self._steady)
        area = sum((right - left) * (bottom - top) for left, top, right, bottom in places) * 4
        if not area:
            return []
        count = max(3, min(_FOUND_IN, _MOST_SEARCHED // area))
        self.searched += count * area
        found = _text_rows(lambda box: self._showing(box, count), self._size, places, self._text.find)
        rows = [row for row in found if self._says_something(row)]
        closer = min(count, _CLOSER_IN)
        return _closer_rows(lambda box: self._showing(box, closer), self._size, rows, self._text.find) if rows else []

    def _showing(self, box: Box, count: int) -> list[Picture]:
        """So many looks, all over the recording, that show what stays in a box: a board comes and goes."""
        scale = WIDTH / self._size[0]
        left, top, right, bottom = (round(side * scale) for side in box)
        shown = np.array([self._steady.shown_by(small, (left, top, right, bottom)) for small in self._small])
        fit = np.flatnonzero(shown >= _SHOWN * np.quantile(shown, _USUAL))
        count = min(count, len(fit))
        return [self._pictures[int(fit[len(fit) * (2 * place + 1) // (2 * count)])] for place in range(count)]

    def _says_something(self, row: Row) -> bool:
        """Whether two of some looks agree on what is written there, or two have a number."""
        looks = self._showing(row.box, _AGREEING_IN)
        read = ["".join(self._text.read(row.cut(one)).text.split()) for one in looks]
        self.lines += len(read)
        if sum(any("0" <= sign <= "9" for sign in text) for text in read) > 1:
            return True
        return any(
            len(one) > 1 and SequenceMatcher(None, one, other).ratio() >= _AGREEING
            for one, other in combinations(read, 2)
        )


def _text_rows(shows: Shows, size: tuple[int, int], places: Sequence[Box], find: Find) -> list[Row]:
    """Rows of text at the same place in looks of this size, from top to bottom. `places` are in small pictures."""
    width = size[0]
    scale = width / WIDTH
    wider = [(place[0] - _MARGIN, place[1] - _MARGIN, place[2] + _MARGIN, place[3] + _MARGIN) for place in places]
    boxes = [(round(a * scale), round(b * scale), round(c * scale), round(d * scale)) for a, b, c, d in wider]
    return _rows(shows, size, [(box, WIDEST / width) for box in boxes], find)


def _closer_rows(shows: Shows, size: tuple[int, int], rows: Sequence[Row], find: Find) -> list[Row]:
    """The same rows, and what is beside, above and below them, found at the size that the model finds best.

    A lone digit in a box is lost in a large picture.
    """
    around = []
    for row in rows:
        left, top, right, bottom = row.box
        beside, above = round(_BESIDE * row.height), round(_ABOVE * row.height)
        around.append((left - beside, top - above, right + beside, bottom + above))
    places = []
    for box in apart(around):
        inside = [row.height for row in rows if box[0] <= row.box[0] < box[2] and box[1] <= row.box[1] < box[3]]
        places.append((box, min(_MOST_LARGER, max(_LEAST_LARGER, _BEST_HEIGHT / min(inside)))))
    return _rows(shows, size, places, find)


def _rows(shows: Shows, size: tuple[int, int], places: Sequence[tuple[Box, float]], find: Find) -> list[Row]:
    pieces = [piece for box, larger in places for piece in text_pieces(shows(box), box, larger, find)]
    return rows_of(pieces, size)


def rows_of(pieces: Sequence[Box], size: tuple[int, int]) -> list[Row]:
    """Cores of text in a look of this size, lined up."""
    return [_row(box, *size) for box in _lined_up(pieces)[:_MOST_ROWS]]


def text_pieces(pictures: Sequence[Picture], box: Box, larger: float, find: Find) -> list[Box]:
    """Boxes of text cores in pixels of the look, where most looks have text; `larger` is the scale to look at."""
    height, width = pictures[0].shape[:2]
    left, top, right, bottom = max(0, box[0]), max(0, box[1]), min(width, box[2]), min(height, box[3])
    size = (max(32, round((right - left) * larger)), max(32, round((bottom - top) * larger)))
    total = np.zeros((size[1], size[0]), np.float32)
    for picture in pictures:
        part = Image.fromarray(picture[top:bottom, left:right])
        total += find(np.asarray(part.resize(size, Image.Resampling.BILINEAR) if part.size != size else part))
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    return [
        (left + round(a * across), top + round(b * down), left + round(c * across), top + round(d * down))
        for a, b, c, d in components(total > _LIKELY * len(pictures))
        if (c - a) * (d - b) >= _LEAST_AREA and d - b >= _LEAST_HEIGHT
    ]


def _lined_up(pieces: Sequence[Box]) -> list[Box]:
    """Pieces beside each other as one row."""
    rows: list[list[Box]] = []
    for piece in sorted(pieces, key=lambda box: box[0]):
        fitting = [row for row in rows if _continues(row[-1], piece)]
        if fitting:
            min(fitting, key=lambda row: abs(row[-1][1] - piece[1])).append(piece)
        else:
            rows.append([piece])
    boxes = [_around(row) for row in rows]
    # A row that began with something small goes on in another.
    boxes = [_around(part) for part in _joined(boxes)]
    return sorted(boxes, key=lambda box: (box[1], box[0]))


def _around(boxes: Sequence[Box]) -> Box:
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _joined(boxes: Sequence[Box]) -> list[list[Box]]:
    """Boxes of rows that go on in each other, together."""
    groups: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box[0]):
        fitting = next((group for group in groups if _continues(_around(group), box)), None)
        if fitting is None:
            groups.append([box])
        else:
            fitting.append(box)
    return groups


def _continues(last: Box, piece: Box) -> bool:
    heights = (last[3] - last[1], piece[3] - piece[1])
    shared = min(last[3], piece[3]) - max(last[1], piece[1])
    return (
        shared >= _SAME_ROW * min(heights)
        and max(heights) <= _TALLER * min(heights)
        and piece[0] - last[2] <= _GAP * max(heights)
    )


def _row(box: Box, width: int, height: int) -> Row:
    """The row with the margin that the core of its text lacks."""
    left, top, right, bottom = box
    margin = round(_CORE_MARGIN * (bottom - top)) + 1
    whole = (max(0, left - margin), max(0, top - margin), min(width, right + margin), min(height, bottom + margin))
    return Row(whole, float(bottom - top))
