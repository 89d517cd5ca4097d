"""Which two numbers of a board are the score, by what stands around them and how they change; and its other sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from .cells import DIGIT, LADDER, Cell, Tokens, cells_of, clocks
from .rows import Row
from .steps import Step, kept_steps, plausibility, steps
from .tokens import BoardToken, is_name

_LEAST_SHARE, _LEAST_TOGETHER = 0.15, 4  # share of the looks, and looks, in which both are read
_LEAST_PLAUSIBLE = 0.7  # share of the changes that are up by a few points
_MOST_POINTS, _MOSTLY = 199, 0.9  # points of a side; share of the looks, for some are misread
_MOST_GAMES = 7  # games of a set
_ROW_GAP, _ALIKE = 3.0, 1.6  # heights between two rows of one board; times that their signs may differ
_NAME_OVER, _NAME_BESIDE = 2.6, 2.0  # digit heights up or down, and across, from a number to the name over it
_COLUMN = 0.8  # digit heights from one row to the other
_RAGGED, _INDENT = 6.0, 1.0  # the same behind names of different lengths, and where their rows begin
# how much an arrangement speaks for a score; what is no arrangement of scores gets the last
_PARTED, _NAMED, _STACKED, _AROUND, _HALF, _BARE, _NONE = 4.0, 3.0, 3.0, 2.5, 1.5, 1.0, 0.0
_PER_STEP, _MOST_STEPS = 0.5, 12  # how much each step adds, and how many count
_BARE_STEPS = 2  # changes without which two lone numbers are no score; on both sides
_DOUBTFUL = 0.6  # factor for a number that was never read as a digit


@dataclass(frozen=True, eq=False)
class ScorePair:
    """The two numbers of the score, the left or upper one first; `weight` compares pairs.

    On a `ladder` they are the points of a game of tennis.
    """

    home: Cell
    away: Cell
    weight: float
    ladder: bool = False

    @property
    def rows(self) -> tuple[int, ...]:
        """Rows that have to be read, without repetition."""
        return tuple(dict.fromkeys((self.home.row, self.away.row)))


def score_pairs(rows: Sequence[Row], cells: Sequence[Cell], read: Tokens, at_ms: Sequence[int]) -> list[ScorePair]:
    """Pairs that may be the score, the best first."""
    running = clocks(rows, cells, read, at_ms)
    usable = [cell for place, cell in enumerate(cells) if place not in running and _is_score(cell)]
    pairs = [pair for one, other in combinations(usable, 2) if (pair := _pair(rows, one, other, read, at_ms))]
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.home.row, pair.home.x))


def _is_score(cell: Cell) -> bool:
    return sum(token.value <= _MOST_POINTS for token in cell.tokens.values()) >= _MOSTLY * len(cell.tokens)


def _pair(rows: Sequence[Row], one: Cell, other: Cell, read: Tokens, at_ms: Sequence[int]) -> ScorePair | None:
    home, away = sorted((one, other), key=lambda cell: (rows[cell.row].box[1], cell.x))
    together = sorted(home.tokens.keys() & away.tokens.keys())
    if len(together) < max(_LEAST_TOGETHER, _LEAST_SHARE * len(at_ms)) or (home.is_doubtful and away.is_doubtful):
        return None
    arranged = _beside(home, away, read, together) if home.row == away.row else _stacked(rows, home, away, read)
    if arranged == _NONE:
        return None
    counts, ladder = [], _is_ladder(home, away)
    for cell in (home, away):
        looks = sorted(cell.tokens)
        found = _steps(cell, at_ms, ladder)
        if plausibility(found) < _LEAST_PLAUSIBLE:
            return None
        counts.append(len(kept_steps(found, [at_ms[look] for look in looks])))
    count = sum(counts)
    if count and arranged in (_BARE, _HALF) and all(_has_name_over(rows, cell, read) for cell in (home, away)):
        arranged = _NAMED
    if arranged == _BARE and (count < _BARE_STEPS or not all(counts)):
        return None
    weight = arranged * (1.0 + _PER_STEP * min(count, _MOST_STEPS)) * len(together) / len(at_ms)
    return ScorePair(home, away, weight * (_DOUBTFUL if home.is_doubtful or away.is_doubtful else 1.0), ladder)


def _is_ladder(home: Cell, away: Cell) -> bool:
    """Whether both count by 15, 30 and 40, and both of the first were seen."""
    climbed = all(any(cell.says(points) for cell in (home, away)) for points in LADDER[1:3])
    return climbed and home.is_on_ladder() and away.is_on_ladder()


def _beside(home: Cell, away: Cell, read: Tokens, together: Sequence[int]) -> float:
    """The arrangement that most looks show."""
    found = [_arrangement(read[(look, home.row)], home.tokens[look], away.tokens[look]) for look in together]
    return sorted(found)[len(found) // 2]


def _arrangement(tokens: Sequence[BoardToken], home: BoardToken, away: BoardToken) -> float:
    first, last = sorted((tokens.index(home), tokens.index(away)))
    between = tokens[first + 1 : last]
    kinds = [token.kind for token in between]
    named_before = bool(first) and is_name(tokens[first - 1])
    named_after = last + 1 < len(tokens) and is_name(tokens[last + 1])
    if kinds in (["dash"], ["colon"]):
        # 8.25 is one number, 2025-06-05 and 12:34:56 are longer chains
        return _NONE if between[0].text == "." or _goes_on(tokens, first, last) else _PARTED
    if not between:
        return _NAMED if named_before and named_after else _HALF if named_before or named_after else _BARE
    if named_before and named_after:
        return _AROUND  # a clock or a word between both: CODE 1 12:34 0 CODE, CODE 1 vs 0 CODE
    if set(kinds) == {"word"} and all(token.text.isalpha() for token in between):
        # CODE 1 CODE 0 or 1 CODE 0 CODE; else 1 CODE CODE 0, where nothing stands outside
        return _NAMED if named_before or named_after else _AROUND if len(between) > 1 else _NONE
    return _NONE


def _goes_on(tokens: Sequence[BoardToken], first: int, last: int) -> bool:
    """Whether the sign between both numbers also parts one of them from one more."""
    return any(
        0 <= place + 2 * step < len(tokens)
        and tokens[place + step].text == tokens[first + 1].text
        and any("0" <= sign <= "9" for sign in tokens[place + 2 * step].text)
        for place, step in ((first, -1), (last, 1))
    )


def _has_name_over(rows: Sequence[Row], cell: Cell, read: Tokens) -> bool:
    """Whether a name stands right above or below a number, in at least two looks."""
    own = rows[cell.row]
    middle, height = (own.box[1] + own.box[3]) / 2, DIGIT * own.height
    near = {
        place
        for place, row in enumerate(rows)
        if place != cell.row and abs((row.box[1] + row.box[3]) / 2 - middle) <= _NAME_OVER * height
    }
    named = [
        look
        for (look, place), tokens in read.items()
        if place in near
        and any(
            is_name(token) and abs(rows[place].box[0] + token.middle - cell.x) <= _NAME_BESIDE * height
            for token in tokens
        )
    ]
    return len(set(named)) > 1


def _stacked(rows: Sequence[Row], home: Cell, away: Cell, read: Tokens) -> float:
    """Two rows, one below the other, with the numbers in one column, or each behind a name at its left edge."""
    upper, lower = rows[home.row], rows[away.row]
    height = max(upper.height, lower.height)
    if height > _ALIKE * min(upper.height, lower.height):
        return _NONE
    off = abs(home.x - away.x)
    ragged = off > _COLUMN * DIGIT * height
    if ragged and (off > _RAGGED * DIGIT * height or abs(upper.box[0] - lower.box[0]) > _INDENT * height):
        return _NONE
    middles = [(row.box[1] + row.box[3]) / 2 for row in (upper, lower)]
    if not 0.8 * height < middles[1] - middles[0] < (_ROW_GAP + 1) * height:
        return _NONE
    if ragged:
        return _STACKED if all(_is_next_to_name(cell, read) for cell in (home, away)) else _NONE
    named = [_follows_name(cell, read) for cell in (home, away)]
    return _STACKED if all(named) else _BARE


def _is_next_to_name(cell: Cell, read: Tokens) -> bool:
    """Whether in most looks a name and nothing else stands before the number, and nothing behind it."""
    alone = 0
    for look, token in cell.tokens.items():
        tokens = read[(look, cell.row)]
        alone += len(tokens) == 2 and is_name(tokens[0]) and tokens[1] is token
    return alone * 2 > len(cell.tokens)


def _follows_name(cell: Cell, read: Tokens) -> bool:
    """Whether in most looks a name stands somewhere before the number."""
    named = 0
    for look, token in cell.tokens.items():
        tokens = read[(look, cell.row)]
        named += any(is_name(other) for other in tokens[: tokens.index(token)])
    return named * 2 > len(cell.tokens)


def columns_of(pair: ScorePair, rows: Sequence[Row], read: Tokens, at_ms: Sequence[int]) -> list[tuple[Cell, Cell]]:
    """The pair of the score, with the columns of other sets where the board has such, in order of play.

    Boards of tennis or volleyball have two rows, and a column for each set.
    """
    main = (pair.home, pair.away)
    if pair.home.row == pair.away.row or not (pair.ladder or _is_set(*main, at_ms)):
        return [main]
    cells = cells_of(rows, read)
    running = clocks(rows, cells, read, at_ms)
    usable = [cell for place, cell in enumerate(cells) if place not in running]
    reach = _COLUMN * DIGIT * max(rows[cell.row].height for cell in main)
    sets = [] if pair.ladder else [main]
    for home in (cell for cell in usable if cell.row == pair.home.row and abs(cell.x - pair.home.x) > reach):
        away = min(
            (cell for cell in usable if cell.row == pair.away.row and abs(cell.x - home.x) <= reach),
            key=lambda cell: abs(cell.x - home.x), default=None,
        )  # fmt: skip
        if away is not None and _is_set(home, away, at_ms):
            sets.append((home, away))
    sets.sort(key=lambda columns: columns[0].x)
    if not _one_after_the_other(sets, at_ms):
        return [main]
    return [*sets, main] if pair.ladder else sets


def _is_set(home: Cell, away: Cell, at_ms: Sequence[int]) -> bool:
    values = [token.value for cell in (home, away) for token in cell.tokens.values()]
    found = _steps(home, at_ms) + _steps(away, at_ms)
    return max(values) <= _MOST_GAMES and plausibility(found) >= _LEAST_PLAUSIBLE


def _steps(cell: Cell, at_ms: Sequence[int], ladder: bool = False) -> list[Step]:
    looks = sorted(cell.tokens)
    return steps(cell.readings(looks, ladder), [at_ms[look] for look in looks], ladder=ladder)


def _one_after_the_other(sets: Sequence[tuple[Cell, Cell]], at_ms: Sequence[int]) -> bool:
    """Whether each column stops changing before the next one begins."""
    last = -1
    for columns in sets:
        looks = [sorted(cell.tokens)[step.first_new] for cell in columns for step in _steps(cell, at_ms)]
        if looks and min(looks) < last:
            return False
        last = max([last, *looks])
    return True
