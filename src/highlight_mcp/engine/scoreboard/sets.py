"""Further columns of a board with two rows: the sets of tennis or volleyball, played one after the other."""

from collections.abc import Sequence

from .cells import DIGIT, Cell, cells_of, clocks
from .reading import BoardReading
from .steps import Step, plausibility, steps

_MOST_GAMES = 7  # games of a set
_LEAST_PLAUSIBLE = 0.7  # as pairs
_COLUMN = 0.8  # digit heights, as pairs


def columns_of(reading: BoardReading) -> list[tuple[Cell, Cell]]:
    """The pair of the score, with the columns of other sets where the board has such, in order of play."""
    pair = reading.pair
    if pair is None:
        return []
    main = (pair.home, pair.away)
    if pair.home.row == pair.away.row or not _is_set(*main):
        return [main]
    cells = cells_of(reading.rows, reading.read)
    running = clocks(reading.rows, cells, reading.read, reading.at_ms)
    usable = [cell for place, cell in enumerate(cells) if place not in running]
    reach = _COLUMN * DIGIT * max(reading.rows[cell.row].height for cell in main)
    sets = [main]
    for home in (cell for cell in usable if cell.row == pair.home.row and abs(cell.x - pair.home.x) > reach):
        away = min(
            (cell for cell in usable if cell.row == pair.away.row and abs(cell.x - home.x) <= reach),
            key=lambda cell: abs(cell.x - home.x), default=None,
        )  # fmt: skip
        if away is not None and _is_set(home, away):
            sets.append((home, away))
    sets.sort(key=lambda columns: columns[0].x)
    return sets if _one_after_the_other(sets) else [main]


def _is_set(home: Cell, away: Cell) -> bool:
    values = [token.value for cell in (home, away) for token in cell.tokens.values()]
    found = _steps(home) + _steps(away)
    return max(values) <= _MOST_GAMES and plausibility(found) >= _LEAST_PLAUSIBLE


def _steps(cell: Cell) -> list[Step]:
    return steps(cell.readings(sorted(cell.tokens)))


def _one_after_the_other(sets: Sequence[tuple[Cell, Cell]]) -> bool:
    """Whether each column stops changing before the next one begins."""
    last = -1
    for columns in sets:
        looks = [sorted(cell.tokens)[step.first_new] for cell in columns for step in _steps(cell)]
        if looks and min(looks) < last:
            return False
        last = max([last, *looks])
    return True
