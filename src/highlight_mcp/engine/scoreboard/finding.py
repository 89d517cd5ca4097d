"""Finds the rows of text of a recording in some of its looks: where something stays, and in those that show it."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

import numpy as np

from ..extras.score import TextReader
from .fixed import WIDTH, Box, fixed_places, grey, steady_edges
from .looks import Look, Picture
from .rows import Row, closer_rows, text_rows

_FOUND_IN = 7  # looks in which text is searched for
_MOST_SEARCHED = 2_600_000  # pixels in which text is searched for, all looks together: about 3 CPU s
_CLOSER_IN = 5  # looks in which text around rows is searched for at its own size
_AGREEING_IN, _AGREEING = 3, 0.6  # looks of which two must agree on what a row says; share of its signs
# of the usual edges that stay in a place: a look without its board shows none of them; quantile of the looks that is
# the usual
_SHOWN, _USUAL = 0.5, 0.8


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
        found = text_rows(lambda box: self._showing(box, count), self._size, places, self._text.find)
        rows = [row for row in found if self._says_something(row)]
        closer = min(count, _CLOSER_IN)
        return closer_rows(lambda box: self._showing(box, closer), self._size, rows, self._text.find) if rows else []

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
