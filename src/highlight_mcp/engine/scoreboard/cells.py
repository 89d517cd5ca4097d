"""Numbers at the same place of a board over time; those that run are clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .rows import Row
from .steps import NumberReading
from .tokens import APART, BoardToken

DIGIT = 1.2
"""Height of a digit, of the height of the core of its text: at 18 pixels the core is 15 high."""
_SAME_PLACE = 0.5  # digit heights between neighbours in order of place
_LEAST_LOOKS = 3  # looks in which a number is there
_RUNNING, _LEAST_STEPS = 0.55, 4  # share of the looks that change, and how many at least
_EVEN, _EVEN_VALUES = 0.8, 5  # furthest from a straight line, and the different values that takes
_REGULAR_GAPS, _REGULAR, _MOSTLY = 5, 0.06, 0.85  # times between changes; share they differ by; share that do not
_VAGUE = 0.35  # of the usual time between changes, that they are known to within

Floats = NDArray[np.float64]
Tokens = Mapping[tuple[int, int], tuple[BoardToken, ...]]
"""What was read, by look and row."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A number of a row, `x` pixels from the left edge of the look; `tokens` by look."""

    row: int
    x: float
    tokens: Mapping[int, BoardToken]

    def readings(self, looks: Sequence[int]) -> list[NumberReading | None]:
        """What was read at these looks."""
        found = [self.tokens.get(look) for look in looks]
        return [None if token is None else NumberReading(token.value, token.sure) for token in found]

    @property
    def is_doubtful(self) -> bool:
        """Whether it was never read as a digit."""
        return all(token.doubtful for token in self.tokens.values())


def cells_of(rows: Sequence[Row], read: Tokens) -> list[Cell]:
    """All places with numbers, of all rows, from left to right in each."""
    out: list[Cell] = []
    for index, row in enumerate(rows):
        left = row.box[0]
        found = sorted(
            ((left + token.middle, look, token) for (look, where), tokens in read.items() if where == index
             for token in tokens if token.kind == "number"),
            key=lambda item: (item[0], item[1]),
        )  # fmt: skip
        group: list[tuple[float, int, BoardToken]] = []
        for item in found:
            if group and item[0] - group[-1][0] > _SAME_PLACE * DIGIT * row.height:
                out += _cell(index, group)
                group = []
            group.append(item)
        out += _cell(index, group)
    return out


def _cell(row: int, group: Sequence[tuple[float, int, BoardToken]]) -> list[Cell]:
    best: dict[int, BoardToken] = {}
    for _, look, token in group:
        if look not in best or token.sure > best[look].sure:
            best[look] = token
    if len(best) < _LEAST_LOOKS:
        return []
    return [Cell(row, float(np.median([x for x, _, _ in group])), best)]


def clocks(rows: Sequence[Row], cells: Sequence[Cell], read: Tokens, at_ms: Sequence[int]) -> set[int]:
    """Which of the cells run, and those that are parts of a clock with one that does, in turn."""
    out = {place for place, cell in enumerate(cells) if runs(cell, at_ms)}
    fresh = set(out)
    while fresh:
        fresh = {
            place
            for place, cell in enumerate(cells)
            if place not in out and any(_is_of_clock(rows[cell.row], cell, cells[other], read) for other in fresh)
        }
        out |= fresh
    return out


def runs(cell: Cell, at_ms: Sequence[int]) -> bool:
    """Whether a number changes at most looks, or as evenly as time passes."""
    looks = sorted(look for look, token in cell.tokens.items() if not token.doubtful)
    values = np.array([cell.tokens[look].value for look in looks], np.float64)
    if len(values) < _LEAST_STEPS + 1:
        return False
    changes = int((np.diff(values) != 0).sum())
    if changes >= _LEAST_STEPS and changes >= _RUNNING * (len(values) - 1):
        return True
    if len(np.unique(values)) < _EVEN_VALUES:
        return False
    times = np.array([at_ms[look] for look in looks], np.float64) / 1000.0
    slope, start = np.polyfit(times, values, 1)
    return bool(np.abs(values - (slope * times + start)).max() <= _EVEN) or _keeps_time(values, times)


def _keeps_time(values: Floats, times: Floats) -> bool:
    """Whether a number changes again and again after the same time, as the tens of seconds do, which start anew."""
    after = np.flatnonzero(np.diff(values)) + 1
    changed, vague = (times[after] + times[after - 1]) / 2.0, times[after] - times[after - 1]
    gaps = np.diff(changed)
    if len(gaps) < _REGULAR_GAPS or np.median(vague) > _VAGUE * np.median(gaps):
        return False
    off = np.abs(gaps - np.median(gaps)) <= (vague[1:] + vague[:-1]) / 2.0 + _REGULAR * np.median(gaps)
    return bool(off.mean() >= _MOSTLY)


def _is_of_clock(row: Row, cell: Cell, clock: Cell, read: Tokens) -> bool:
    """Whether in most looks a colon alone, or no room for anything, parts a number from one that runs."""
    if cell.row != clock.row:
        return False
    joined = 0
    shared = cell.tokens.keys() & clock.tokens.keys()
    for look in shared:
        tokens = read[(look, cell.row)]
        first, last = sorted((tokens.index(cell.tokens[look]), tokens.index(clock.tokens[look])))
        kinds = [token.kind for token in tokens[first + 1 : last]]
        close = tokens[last].start - tokens[first].end <= APART * DIGIT * row.height
        joined += kinds == ["colon"] or (not kinds and close)
    return joined * 2 > len(shared)
