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
# a second, and share of the changes that go down: basketball makes 0.05 points on a side, and goes back once in a game
_FASTEST, _FALLING = 0.2, 0.2
_RATES, _RATE_OFF = (1.0, 0.1, 1.0 / 60.0), 0.1  # a second: seconds, their tens, minutes; share they may be off
_EVEN, _EVEN_VALUES = 0.8, 5  # furthest from a straight line, and the different values that takes
_REGULAR_GAPS, _REGULAR, _MOSTLY = 5, 0.06, 0.85  # times between changes; share they differ by; share that do not
_PERIODS = (10.0, 60.0)  # s
_MANY_GAPS, _WELL_KNOWN = 10, 0.2  # of any other period, which chance does not keep; as `_VAGUE`
_VAGUE = 0.35  # of the usual time between changes, that they are known to within
_CLOSE = 0.8  # digit heights between digits of one number
LADDER = (0, 15, 30, 40)
"""Points of a game of tennis."""
_ON_LADDER = 0.85  # share of the looks; the rest may be misread

Floats = NDArray[np.float64]
Tokens = Mapping[tuple[int, int], tuple[BoardToken, ...]]
"""What was read, by look and row."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A number of a row, `x` pixels from the left edge of the look; `tokens` by look."""

    row: int
    x: float
    tokens: Mapping[int, BoardToken]

    def readings(self, looks: Sequence[int], ladder: bool = False) -> list[NumberReading | None]:
        """What was read at these looks; on a `ladder` by its rungs, without what stands between them."""
        found = [self.tokens.get(look) for look in looks]
        return [None if token is None else _reading(token, ladder) for token in found]

    def is_on_ladder(self) -> bool:
        """Whether it may count the points of a game of tennis."""
        on = sum(token.value in LADDER for token in self.tokens.values())
        return on >= _ON_LADDER * len(self.tokens)

    def says(self, value: int) -> bool:
        """Whether it was read as this number at two looks."""
        return sum(token.value == value for token in self.tokens.values()) > 1

    @property
    def is_doubtful(self) -> bool:
        """Whether it was never read as a digit."""
        return all(token.doubtful for token in self.tokens.values())


def _reading(token: BoardToken, ladder: bool) -> NumberReading | None:
    if not ladder:
        return NumberReading(token.value, token.sure)
    return NumberReading(LADDER.index(token.value), token.sure) if token.value in LADDER else None


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
    """Whether a number changes at most looks, faster than a score or back and forth, or as evenly as time passes."""
    looks = sorted(look for look, token in cell.tokens.items() if not token.doubtful)
    values = np.array([cell.tokens[look].value for look in looks], np.float64)
    if len(values) < _LEAST_STEPS + 1:
        return False
    times = np.array([at_ms[look] for look in looks], np.float64) / 1000.0
    by = np.diff(values)
    changes = int((by != 0).sum())
    if changes >= _LEAST_STEPS and changes >= _RUNNING * len(by):
        fast = np.abs(by).sum() > _FASTEST * (times[-1] - times[0])
        if fast or (by < 0).sum() > _FALLING * changes:
            return True
    if len(np.unique(values)) < _EVEN_VALUES:
        return False
    return _is_even(values, times) or _keeps_time(values, times)


def _is_even(values: Floats, times: Floats) -> bool:
    """Whether a number goes up or down by the rate of a clock."""
    slope, start = np.polyfit(times, values, 1)
    of_clock = any(abs(abs(slope) - rate) <= _RATE_OFF * rate for rate in _RATES)
    return of_clock and bool(np.abs(values - (slope * times + start)).max() <= _EVEN)


def _keeps_time(values: Floats, times: Floats) -> bool:
    """Whether a number changes again and again after the same time, as the tens of seconds do, which start anew."""
    after = np.flatnonzero(np.diff(values)) + 1
    changed, vague = (times[after] + times[after - 1]) / 2.0, times[after] - times[after - 1]
    gaps = np.diff(changed)
    if len(gaps) < _REGULAR_GAPS or np.median(vague) > _VAGUE * np.median(gaps):
        return False
    usual, known = np.median(gaps), np.median(vague)
    of_clock = any(abs(usual - period) <= _RATE_OFF * period + known / 2.0 for period in _PERIODS)
    if not of_clock and (len(gaps) < _MANY_GAPS or known > _WELL_KNOWN * usual):
        return False
    off = np.abs(gaps - np.median(gaps)) <= (vague[1:] + vague[:-1]) / 2.0 + _REGULAR * np.median(gaps)
    return bool(off.mean() >= _MOSTLY)


def _is_of_clock(row: Row, cell: Cell, clock: Cell, read: Tokens) -> bool:
    """Whether in most looks a colon alone, or no room for anything, parts a number from one that runs.

    Digits of a wide clock may be read as numbers of their own.
    """
    if cell.row != clock.row:
        return False
    single = sum(token.value < 10 for token in clock.tokens.values()) * 2 > len(clock.tokens)
    room = (APART if single else _CLOSE) * DIGIT * row.height
    joined = 0
    shared = cell.tokens.keys() & clock.tokens.keys()
    for look in shared:
        tokens = read[(look, cell.row)]
        first, last = sorted((tokens.index(cell.tokens[look]), tokens.index(clock.tokens[look])))
        kinds = [token.kind for token in tokens[first + 1 : last]]
        close = tokens[last].start - tokens[first].end <= room
        joined += kinds == ["colon"] or (not kinds and close)
    return joined * 2 > len(shared)
