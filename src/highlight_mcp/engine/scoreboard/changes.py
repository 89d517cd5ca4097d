"""Changes of the score of one recording, kept on disk by its content.

A change counts when the new number stays for two looks, is up by one to three on one side, and is not taken back
within minutes. A board that goes away and comes back counts by what it said last.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import TypeAdapter

from ...files import replacing
from ...messages import message
from ...timeline.media import MediaInfo
from ..extras import score
from ..extras.catalogue import SCORE, file_of
from ..job_process import Progress
from ..media.opening import fingerprint, require_unchanged
from .cells import LADDER, Cell
from .looks import looks_of
from .pairs import columns_of
from .reading import BoardReader, BoardReading
from .steps import kept_steps, steps

VERSION = 2  # raised whenever what is found changes

Side = Literal["home", "away"]


@dataclass(frozen=True)
class ScoreChange:
    """One change of the score: first seen at `at_ms`, the old one last seen at `since_ms` (earlier where hidden).

    `home` is the left or upper side. `before` and `after` are both numbers; `sure` is how sure the reading was, 0 to
    1; `box` is where the score stands, left, top, right and bottom as shares of the picture.
    """

    at_ms: int
    since_ms: int
    side: Side
    before: tuple[int, int]
    after: tuple[int, int]
    sure: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class ScoreBoard:
    """What is known of the board of a recording: whether one was `found`, its last `score`, and all changes."""

    found: bool
    changes: tuple[ScoreChange, ...] = ()
    score: tuple[int, int] | None = None


NO_BOARD = ScoreBoard(found=False)
_AS_JSON = TypeAdapter(ScoreBoard)


def score_board(path: Path, media: MediaInfo, folder: Path, *, cache: Path | None, progress: Progress) -> ScoreBoard:
    """The board of the recording at `path`, read with the model in `folder`, or from `cache` (a folder).

    Raises EngineError where the file or the model cannot be read.
    """
    name = media.fingerprint or fingerprint(path)
    file = cache / _name_of(name, folder) if cache is not None else None
    known = _stored(file)
    if known is not None:
        return known
    board = _read(path, media, folder, progress)
    if file is not None:
        require_unchanged()
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as stream:
            stream.write(_AS_JSON.dump_json(board))
    return board


def _read(path: Path, media: MediaInfo, folder: Path, progress: Progress) -> ScoreBoard:
    def report(done: int, total: int) -> None:
        progress("look", done, total, message("engine.progress.board"))

    with looks_of(path) as looks:
        if looks is None:
            return NO_BOARD
        report(0, 100)
        reading = BoardReader(looks, score.load(folder), media.duration_ms, media.size_bytes, report).run()
    return NO_BOARD if reading is None else board_of(reading)


def board_of(reading: BoardReading) -> ScoreBoard:
    """What was read, as a board with its changes."""
    if reading.pair is None:
        return NO_BOARD
    changes: list[ScoreChange] = []
    score: tuple[int, int] | None = None
    for home, away in columns_of(reading.pair, reading.rows, reading.read, reading.at_ms):
        score = _last(home, away) or score
        changes += _changes(reading, home, away, reading.pair.ladder and home is reading.pair.home)
    return ScoreBoard(True, tuple(sorted(changes, key=lambda one: (one.at_ms, one.side))), score)


def _last(home: Cell, away: Cell) -> tuple[int, int] | None:
    shared = sorted(home.tokens.keys() & away.tokens.keys())
    return (home.tokens[shared[-1]].value, away.tokens[shared[-1]].value) if shared else None


def _changes(reading: BoardReading, home: Cell, away: Cell, ladder: bool) -> list[ScoreChange]:
    tracks = [_Track(reading, cell, ladder) for cell in (home, away)]
    out: list[ScoreChange] = []
    for side, name in enumerate(get_args(Side)):
        for step in kept_steps(tracks[side].steps, tracks[side].at_ms):
            at_ms, since_ms = tracks[side].at_ms[step.first_new], tracks[side].at_ms[step.last_old]
            against = tracks[1 - side].at(at_ms)
            before, after = ((tracks[side].shown(points), against) for points in (step.before, step.after))
            out.append(
                ScoreChange(
                    at_ms, since_ms, name,
                    before if side == 0 else before[::-1], after if side == 0 else after[::-1],
                    round(step.sure, 3), _box(reading, home, away),
                )
            )  # fmt: skip
    return out


class _Track:
    """One side over time."""

    def __init__(self, reading: BoardReading, cell: Cell, ladder: bool) -> None:
        self._ladder = ladder
        looks = [place for place in range(len(reading.at_ms)) if (place, cell.row) in reading.read]
        self.at_ms = [reading.at_ms[look] for look in looks]
        self._readings = cell.readings(looks, ladder)
        self.steps = steps(self._readings, self.at_ms, ladder=ladder)
        first = next((one.value for one in self._readings if one is not None), 0)
        self._start = self.steps[0].before if self.steps else first

    def shown(self, points: int) -> int:
        """What the board says for a number of the course."""
        return LADDER[points] if self._ladder else points

    def at(self, at_ms: int) -> int:
        """The number that the board says at a time."""
        value = self._start
        for step in self.steps:
            if self.at_ms[step.first_new] <= at_ms:
                value = step.after
        return self.shown(value)


def _box(reading: BoardReading, home: Cell, away: Cell) -> tuple[float, float, float, float]:
    boxes = [reading.rows[cell.row].box for cell in (home, away)]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return (
        round(left / reading.width, 4), round(top / reading.height, 4),
        round(right / reading.width, 4), round(bottom / reading.height, 4),
    )  # fmt: skip


def _name_of(name: str, folder: Path) -> str:
    model = file_of(folder, SCORE.files[0])
    size = model.stat().st_size if model is not None else 0
    return f"{name.replace(':', '-')}.{size}.score{VERSION}.json"


def _stored(file: Path | None) -> ScoreBoard | None:
    """What was kept; None where there is none, or it is damaged (it is then read again)."""
    if file is None:
        return None
    try:
        return _AS_JSON.validate_json(file.read_bytes())
    except (OSError, ValueError):
        return None
