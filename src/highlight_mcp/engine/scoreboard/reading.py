"""Reads the board of a recording: finds it, reads it at some times, and looks closer where the score differs.

The score rarely goes back, so two looks that show the same score have nothing between them: only stretches that begin
and end differently are halved, again and again, until the change is known to within a second.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..extras.score import TextLine, TextReader
from ..signals.packets import ProgressCallback, picture_seconds
from .carried import CarriedBoard
from .cells import DIGIT, Tokens, cells_of
from .looks import Look, LookReader
from .pairs import ScorePair, score_pairs
from .rows import Row, RowFinder
from .steps import steps
from .tokens import APART, TIGHT, digit_pitch, limit_of, tokens_of

_SURVEY = 20  # looks in which what stays is searched for; less leaves scenes in it
_TRIED = 12  # looks at which all rows are read before a pair is chosen
_STEP_MS = 5_000  # ms between looks: two in ten seconds, where the budget allows
_CPU_RATE, _LEAST_CPU_S = 0.0042, 14.0  # CPU s per second of footage (30 for two hours), and for any recording
_COARSE_SHARE = 0.35  # of the budget for looks before halving begins
_DEAREST_S = 0.2  # CPU s for a look: few keyframes make each dear, but then the nearest one before it is taken
_KEY = 6.0  # times the usual picture: a keyframe of 1080p at 5 Mbit/s takes 27 ms, the usual picture 4
# CPU s to read a row, to make RGB of a picture, to search a pixel for text; measured on one core
_READ_S, _SHOWN_S, _SEARCH_S = 0.035, 0.006, 1.2e-6
_CARRIED_S, _CARRIED_MORE = 0.45, 2.0  # CPU s to find and read a board that moves; times the budget for one
_CLOSE_MS = 700  # ms between pictures that are read one after the other at a change
_FOLLOW_MS = 4_500  # ms: shorter stretches are decoded through rather than halved
_MANY, _MOST_MORE = 40.0, 2.0  # changes for which the budget is doubled; times the budget that is added, at most
_NEAR_MS = 900  # ms: a change known to within this is not looked at any closer
_MOST_TRIES = 14  # looks for one change
_END_MS = (600, 2_600)  # ms before the end: a last score needs two looks


@dataclass(frozen=True, eq=False)
class BoardReading:
    """What was read: `rows` and `pair` of the board, looks at `at_ms` in order of time, what each row said at each."""

    rows: tuple[Row, ...]
    pair: ScorePair | None
    at_ms: tuple[int, ...]
    read: Tokens
    width: int
    height: int


class BoardReader:
    """Reads one recording with a model; CPU seconds are counted, not measured, so that the same is found again."""

    def __init__(
        self, looks: LookReader, text: TextReader, duration_ms: int, size_bytes: int, report: ProgressCallback
    ) -> None:
        self._looks, self._text, self._report = looks, text, report
        self._duration_ms = duration_ms
        self._budget_s = max(_LEAST_CPU_S, _CPU_RATE * duration_ms / 1000.0)
        self._bytes_per_ms = size_bytes / max(1, duration_ms)
        self._rows: tuple[Row, ...] = ()
        self._at: list[int] = []
        self._read: dict[int, dict[int, TextLine]] = {}
        self._most = APART
        self._lines = 0
        self._searched = 0
        self._carried: CarriedBoard | None = None
        self._size = (0, 0)

    def run(self) -> BoardReading | None:
        """The board and what it said; None where no text stays in one place. Raises EngineError."""
        survey = self._survey()
        if len(survey) < 3:
            return None
        finder = RowFinder(survey, self._text)
        self._rows = tuple(finder.rows())
        self._lines, self._searched = finder.lines, finder.searched
        if self._rows:
            self._try_all(survey)
        pairs = self._pairs()[:3]
        if not pairs:
            pairs = self._carried_pairs(survey)
        survey.clear()  # 60 MB
        if not pairs:
            return self._result(None) if self._rows else None
        wanted = tuple(dict.fromkeys(row for pair in pairs for row in pair.rows))
        self._read_evenly(wanted)
        pairs = self._pairs()
        if not pairs:
            return self._result(None)
        self._halve(pairs[0].rows)
        pairs = self._pairs()
        return self._result(pairs[0] if pairs else None)

    def _survey(self) -> list[Look]:
        count = _SURVEY
        step = self._duration_ms / count
        found: dict[int, Look] = {}
        for number in range(count):
            look = self._looks.at(round((number + 0.5) * step), round(0.9 * step))
            if look is not None and (not self._size[0] or look.picture.shape[1::-1] == self._size):
                self._size = (look.picture.shape[1], look.picture.shape[0])
                found[look.at_ms] = look
            self._report(number, 4 * count)
        return [found[at] for at in sorted(found)]

    def _try_all(self, survey: list[Look]) -> None:
        """Read all rows at a few looks; those without digits are not read again."""
        count = min(_TRIED, len(survey))
        chosen = [survey[len(survey) * (2 * place + 1) // (2 * count)] for place in range(count)]
        rows = list(range(len(self._rows)))
        for number, look in enumerate(chosen):
            self._note(look, rows)
            if number == 3:
                rows = [row for row in rows if self._has_numbers(row)]
            self._report(count + number, 4 * count)

    def _carried_pairs(self, survey: list[Look]) -> list[ScorePair]:
        """The best pair of a board that moves; where there is none, what was read before stays."""
        board = CarriedBoard(self._text)
        settled = board.settled(survey)
        if len(settled) < 3:
            return []
        finder = RowFinder(settled, self._text)
        before = (self._rows, self._read)
        self._rows, self._read, self._carried = tuple(finder.rows()), {}, board
        self._lines, self._searched = self._lines + finder.lines, self._searched + finder.searched
        for look in settled:
            self._note_rows(look, range(len(self._rows)))
        pairs = self._pairs()[:1]
        if not pairs:
            (self._rows, self._read), self._carried = before, None
        else:
            self._budget_s *= _CARRIED_MORE
        return pairs

    def _has_numbers(self, row: int) -> bool:
        return any("0" <= sign <= "9" for read in self._read.values() if row in read for sign in read[row].text)

    def _note(self, look: Look, rows: Sequence[int]) -> None:
        if self._carried is not None:
            if look.at_ms in self._read:
                return
            picture = self._carried.put(look.picture)
            look, rows = (look, []) if picture is None else (Look(look.at_ms, picture), rows)
        self._note_rows(look, rows)

    def _note_rows(self, look: Look, rows: Sequence[int]) -> None:
        known = self._read.setdefault(look.at_ms, {})
        for row in rows:
            if row not in known:
                known[row] = self._text.read(self._rows[row].cut(look.picture))
                self._lines += 1

    def _pairs(self) -> list[ScorePair]:
        """Pairs that may be the score, the best first, with digits told apart in the way that makes most sense."""
        best: list[ScorePair] = []
        for most in (APART, TIGHT):
            at_ms, read = self._tokens(most)
            pairs = score_pairs(self._rows, cells_of(self._rows, read), read, at_ms)
            if pairs and (not best or pairs[0].weight > best[0].weight):
                best, self._most = pairs, most
        return best

    def _result(self, pair: ScorePair | None) -> BoardReading:
        at_ms, read = self._tokens(self._most)
        return BoardReading(self._rows, pair, tuple(at_ms), read, *self._size)

    def _tokens(self, most: float) -> tuple[list[int], Tokens]:
        """Times of all looks, and what the rows say at each; digits are told apart as is usual in their row."""
        at_ms = sorted(self._read)
        lines = {(place, row): line for place, at in enumerate(at_ms) for row, line in self._read[at].items()}
        pitches: dict[int, list[float]] = {}
        for (_, row), line in lines.items():
            pitches.setdefault(row, []).extend(digit_pitch(line, self._rows[row].width))
        limits = {row: limit_of(found, DIGIT * self._rows[row].height, most) for row, found in pitches.items()}
        read = {
            (place, row): tokens_of(line, self._rows[row].width, DIGIT * self._rows[row].height, limits[row])
            for (place, row), line in lines.items()
        }
        return at_ms, read

    def _spent_s(self) -> float:
        """CPU seconds that the looks so far have cost, by their numbers."""
        lines, searched = self._lines, self._searched
        if self._carried is not None:
            lines, searched = lines + self._carried.lines, searched + self._carried.searched
        seen_s = self._looks.decoded * self._picture_s() + self._looks.shown * _SHOWN_S
        return seen_s + lines * _READ_S + searched * _SEARCH_S

    def _picture_s(self) -> float:
        """CPU seconds to decode a picture of usual size."""
        return picture_seconds(round(self._bytes_per_ms * self._looks.frame_ms), self._looks.pixels)

    def _read_evenly(self, rows: tuple[int, ...]) -> None:
        """Looks all over the recording, as close together as a share of the budget allows."""
        each = self._looks.decoded / max(1, self._looks.shown) * self._picture_s()
        price = max(min(each, _DEAREST_S), _KEY * self._picture_s()) + _SHOWN_S
        price += len(rows) * _READ_S if self._carried is None else _CARRIED_S
        count = int(min(self._duration_ms / _STEP_MS, max(24.0, _COARSE_SHARE * self._budget_s / price)))
        step = self._duration_ms / max(1, count)
        for number in range(count):
            # No multiple of a minute, at which a clock would show the same seconds again and again.
            at_ms = round((number + 0.5 + 0.11 * (number % 3 - 1)) * step)
            if not any(abs(at_ms - known) < 0.3 * step for known in self._near(at_ms)):
                self._look(at_ms, round(0.45 * step), rows)
            self._report(count + number, 4 * count)
        for before in _END_MS:
            self._look(max(0, self._duration_ms - before), 500, rows)

    def _near(self, at_ms: int) -> Iterator[int]:
        return (known for known in self._read if abs(known - at_ms) < 60_000)

    def _look(self, at_ms: int, earlier_ms: int, rows: tuple[int, ...]) -> int | None:
        look = self._looks.at(at_ms, earlier_ms)
        if look is None or look.picture.shape[1::-1] != self._size:
            return None
        self._note(look, rows)
        return look.at_ms

    def _halve(self, rows: tuple[int, ...]) -> None:
        """Look closer at every change, the least certain first, as far as the budget goes.

        Where the score changes all the time, as in basketball, there is more of it.
        """
        tries: Counter[tuple[int, ...]] = Counter()
        budget_s = self._budget_s * (1.0 + min(_MOST_MORE, len(self._gaps()) / _MANY))
        while self._spent_s() < budget_s:
            gaps = [gap for gap in self._gaps() if tries[gap.name] < _MOST_TRIES]
            if not gaps:
                return
            gap = max(gaps, key=lambda gap: (gap.widest_ms, -gap.at_ms[0]))
            tries[gap.name] += self._closer(gap, rows)
            self._report(round(50 + 50 * self._spent_s() / budget_s), 100)

    def _closer(self, gap: "Gap", rows: tuple[int, ...]) -> int:
        """Look into the widest part of a gap; returns how many tries that was."""
        start, end = gap.widest
        if end - start > _FOLLOW_MS:
            self._look(start + 7 * (end - start) // 10, round(0.4 * (end - start)), rows)
            return 1
        for look in self._looks.between(start, end, _CLOSE_MS):
            if look.picture.shape[1::-1] == self._size:
                self._note(look, rows)
        return _MOST_TRIES

    def _gaps(self) -> list["Gap"]:
        """Changes of the score that are not known well enough."""
        pair = next(iter(self._pairs()), None)
        if pair is None:
            return []
        at_ms = sorted(self._read)
        out: list[Gap] = []
        for side, cell in enumerate((pair.home, pair.away)):
            looks = [place for place, at in enumerate(at_ms) if cell.row in self._read[at]]
            times = [at_ms[look] for look in looks]
            for number, step in enumerate(steps(cell.readings(looks, pair.ladder), times, ladder=pair.ladder)):
                inside = tuple(at_ms[look] for look in looks[step.last_old : step.first_new + 1])
                gap = Gap((side, number, step.before, step.after), inside)
                if gap.widest_ms > _NEAR_MS:
                    out.append(gap)
        return out


@dataclass(frozen=True)
class Gap:
    """Looks from the last with the old number to the first with the new one, in ms; those between were unreadable."""

    name: tuple[int, ...]
    at_ms: tuple[int, ...]

    @property
    def widest(self) -> tuple[int, int]:
        """The longest stretch in it without a look."""
        return max(pairwise(self.at_ms), key=lambda pair: pair[1] - pair[0])

    @property
    def widest_ms(self) -> int:
        return self.widest[1] - self.widest[0]
