"""Shot boundaries in runs of frames, and shots: stretches of samples without a boundary between them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .frame_changes import CHANGED
from .packets import ProgressCallback, no_progress
from .sample_frames import HEIGHT, SampleFrames, luma
from .similarity import prepare, similarity

ShotOpening = Literal["cut", "dissolve", "change"]

_FADE_MS = 1000  # ms; F1 -0.001 at x0.8, -0.017 at x1.25
_UNLIKE = 0.45  # 1 - likeness; F1 -0.021 at x0.8, -0.019 at x1.25
# ms; likeness 0..1; _CALM_MS F1 -0.004 at x0.8, -0.019 at x1.25; _CALM F1 -0.004 at x0.8, -0.020 at x1.25
_CALM_MS, _CALM = 600, 0.6
_PASSING_MS = 2000  # ms; flat
_AT_ONCE, _FEW = 50, 1000  # pairs and looks at once, for memory
_FAR_MS = 600  # ms between looks; flat
_PACKET_ERROR_MS = 120  # ms; flat
_SAME_PLACE = 0.7  # likeness 0..1; F1 +0.000 at x0.8, -0.021 at x1.25
# 1 - correlation, twice; luma 0..255; flat
_ROUGHLY_UNLIKE, _ROUGHLY_CHANGED, _ROUGH_FLAT = 0.4, 0.2, 20.0


@dataclass(frozen=True)
class Shot:
    """Looks `first` to `last` (one past) of one shot, from `start_ms` to `end_ms`.

    Between the end of one shot and the start of the next lies the boundary, as well as it is known (for
    a dissolve: all of it). `opening` says how it begins: with a `cut` seen frame by frame or told by the
    encoder (so does the recording), a `dissolve`, or a `change` that is not known to the second or may as
    well be something large passing by.
    """

    first: int
    last: int
    start_ms: int
    end_ms: int
    opening: ShotOpening = "cut"


def shots(pictures: SampleFrames, duration_ms: int) -> list[Shot]:
    """All shots in order of time; together they cover the recording. Empty without looks."""
    if len(pictures) == 0:
        return []
    at_ms = pictures.at_ms
    opens = np.zeros(len(at_ms), bool)
    starts: dict[int, tuple[int, int, ShotOpening]] = {0: (0, 0, "cut")}
    for cut, after in zip(pictures.cut_ms, pictures.cut_after_ms, strict=True):
        index = int(np.searchsorted(at_ms, cut))
        if 0 < index < len(at_ms):
            opens[index] = True
            starts[index] = (int(after), int(cut), "cut")
    for index, before, after, known in _between_looks(pictures, opens):
        opens[index] = True
        starts[index] = (before, after, "cut" if known else "change")
    for index, before, after, lasts in _gradual(pictures, opens):
        if not opens[max(0, index - 3) : index + 4].any():
            opens[index] = True
            starts[index] = (before, after, "dissolve" if lasts else "change")
    order = sorted(starts)
    out = []
    for here, following in zip(order, [*order[1:], len(at_ms)], strict=True):
        _, start, opening = starts[here]
        end = starts[following][0] if following in starts else duration_ms
        if end > start:
            out.append(Shot(here, following, start, end, opening))
    return _without_passers(pictures, out)


def _without_passers(pictures: SampleFrames, shots: list[Shot]) -> list[Shot]:
    """Shots that show the same place on both sides of a change are one: something large passed by."""
    doubtful = [index for index in range(1, len(shots)) if shots[index].opening != "cut"]
    if not doubtful:
        return shots
    pairs = [(a, b) for index in doubtful for a in sample_times(shots[index - 1]) for b in sample_times(shots[index])]
    first, second = np.array(pairs, np.int64).T
    alike = _likeness(pictures, first, second)
    best: dict[int, float] = {}
    counts = [len(sample_times(shots[index - 1])) * len(sample_times(shots[index])) for index in doubtful]
    for index, values in zip(doubtful, np.split(alike, np.cumsum(counts)[:-1]), strict=True):
        best[index] = float(values.max())
    out = [shots[0]]
    for index, shot in enumerate(shots[1:], start=1):
        if best.get(index, 0.0) > _SAME_PLACE:
            out[-1] = replace(out[-1], last=shot.last, end_ms=shot.end_ms)
        else:
            out.append(shot)
    return out


def sample_times(shot: Shot) -> NDArray[np.int64]:
    """Looks at a tenth, half and nine tenths of a shot."""
    last = shot.last - 1
    inside = shot.first + np.round(np.array([0.1, 0.5, 0.9]) * (last - shot.first)).astype(np.int64)
    return np.unique(inside)


def _between_looks(pictures: SampleFrames, opens: NDArray[np.bool_]) -> list[tuple[int, int, int, bool]]:
    """Boundaries somewhere between two looks that lie far apart: (look, end, start, whether packets tell where)."""
    at_ms = pictures.at_ms
    apart = np.flatnonzero((np.diff(at_ms) > _FAR_MS) & ~opens[1:])
    if not len(apart):
        return []
    changed: list[tuple[int, int, int, bool]] = []
    for index in apart[_likeness(pictures, apart, apart + 1) < 1.0 - _UNLIKE].tolist():
        first, last = np.searchsorted(pictures.likely_ms, [at_ms[index] + 1, at_ms[index + 1] + 1])
        if last > first:
            cut = int(pictures.likely_ms[first + int(pictures.likely[first:last].argmax())])
            changed.append((index + 1, max(int(at_ms[index]), cut - _PACKET_ERROR_MS), cut, True))
        else:
            middle = (int(at_ms[index]) + int(at_ms[index + 1])) // 2
            changed.append((index + 1, middle, middle, False))
    return changed


def _gradual(pictures: SampleFrames, opens: NDArray[np.bool_]) -> list[tuple[int, int, int, bool]]:
    """Dissolves (looks about a second apart show different things) and changes between sparse looks."""
    at_ms = pictures.at_ms
    later = np.searchsorted(at_ms, at_ms + _FADE_MS)
    later = np.clip(np.maximum(later, np.arange(len(at_ms)) + 1), 0, len(at_ms) - 1)
    rough = _rough_likeness(pictures, later)
    changed: list[tuple[int, int, int, bool]] = []
    near = (later > np.arange(len(at_ms))) & (at_ms[later] - at_ms <= _FADE_MS + _FAR_MS)
    candidates = np.flatnonzero((rough < 1.0 - _ROUGHLY_UNLIKE) & near)
    if not len(candidates):
        return changed
    alike = _likeness(pictures, candidates, later[candidates])
    best: list[tuple[int, float]] = []
    for index, value in zip(candidates, alike, strict=True):
        to = int(later[index])
        if opens[index + 1 : to + 1].any():
            continue
        if value < 1.0 - _UNLIKE:
            best.append((int(index), float(value)))
    for group in _groups(best):
        worst, _ = min(group, key=lambda pair: pair[1])
        to = int(later[worst])
        before, after = int(at_ms[worst]), int(at_ms[to])
        if after - before <= 2 * _FADE_MS:
            quarter = (after - before) // 4
            before, after = before + quarter, after - quarter
        changed.append(((worst + to + 1) // 2, before, after, _lasts(pictures, worst, to)))
    return changed


def _lasts(pictures: SampleFrames, before: int, after: int) -> bool:
    """Whether a change is a dissolve from one shot into another rather than something passing by.

    The pictures are calm before and after it, and do not look as before two seconds later.
    """
    at_ms = pictures.at_ms
    earlier = int(np.searchsorted(at_ms, at_ms[before] - _CALM_MS))
    later = min(int(np.searchsorted(at_ms, at_ms[after] + _CALM_MS)), len(at_ms) - 1)
    return_by = min(int(np.searchsorted(at_ms, at_ms[after] + _PASSING_MS)), len(at_ms) - 1)
    calm_before, calm_after, back = _likeness(
        pictures, np.array([earlier, after, before]), np.array([before, later, return_by])
    )
    return bool(min(calm_before, calm_after) > _CALM and back < 1.0 - _UNLIKE)


def _likeness(pictures: SampleFrames, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float32]:
    """Likeness of many pairs of looks, some looks in memory at a time."""
    parts = [np.zeros(0, np.float32)]
    for start in range(0, len(first), _AT_ONCE):
        pair = np.concatenate([first[start : start + _AT_ONCE], second[start : start + _AT_ONCE]])
        needed, place = np.unique(pair, return_inverse=True)
        views, half = prepare(pictures.images[needed]), len(pair) // 2
        parts.append(similarity(views, place[:half], place[half:]))
    return np.concatenate(parts)


class ShotChanges:
    """How unlike each look is to the next; looks compared once are not compared again.

    `report` hears how many comparisons of how many are done.
    """

    def __init__(self, report: ProgressCallback = no_progress) -> None:
        self._report = report
        self._known: dict[tuple[int, int], float] = {}

    def of(self, pictures: SampleFrames) -> NDArray[np.float32]:
        """0 the same to 1 something else, for each look but the last; (n - 1,)."""
        if len(pictures) < 2:
            return np.zeros(0, np.float32)
        later = np.minimum(np.arange(len(pictures)) + 1, len(pictures) - 1)
        unlike = 1.0 - _rough_likeness(pictures, later)[:-1]
        doubtful = np.flatnonzero(unlike > _ROUGHLY_CHANGED)
        pairs = [(int(pictures.at_ms[index]), int(pictures.at_ms[index + 1])) for index in doubtful]
        new = [place for place, pair in enumerate(pairs) if pair not in self._known]
        for start in range(0, len(new), _AT_ONCE):
            self._report(start, len(new))
            few = new[start : start + _AT_ONCE]
            alike = _likeness(pictures, doubtful[few], doubtful[few] + 1)
            self._known |= {pairs[place]: float(value) for place, value in zip(few, alike, strict=True)}
        unlike[doubtful] = [1.0 - self._known[pair] for pair in pairs]
        return unlike


def _groups(pairs: list[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    out: list[list[tuple[int, float]]] = []
    for pair in pairs:
        if out and pair[0] - out[-1][-1][0] <= 2:
            out[-1].append(pair)
        else:
            out.append([pair])
    return out


def _rough_likeness(pictures: SampleFrames, later: NDArray[np.int64]) -> NDArray[np.float32]:
    """Correlation of very small luma pictures (9x16), cheap enough for every look."""
    planes = luma(pictures.images).reshape(-1, HEIGHT // 4, 4, 16, 4).mean(axis=(2, 4))
    flat = planes.reshape(len(planes), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.sqrt(np.einsum("ij,ij->i", flat, flat))[:, None] + _ROUGH_FLAT
    values = np.empty(len(flat), np.float32)
    for few in np.array_split(np.arange(len(flat)), 1 + len(flat) // _FEW):
        values[few] = (flat[few] * flat[later[few]]).sum(axis=1)
    return values


Floats = NDArray[np.float32]
Times = NDArray[np.int64]

_STAND_OUT = 3.0  # times the median of the neighbours; flat
_DOUBTFUL_LEAST = 0.35  # 1 - correlation; flat
_OFFSET = 0.05  # 1 - correlation; flat
_NEIGHBOURS = 6  # frames on each side; flat
_ELSE = 0.55  # 1 - correlation; flat
_ALONE = 1.5  # times the largest neighbour; F1 -0.034 at worst


def boundaries(at_ms: Times, unlike: Floats, new: Floats) -> tuple[Times, Times]:
    """(clear, doubtful) times of the frames that open a new shot.

    `unlike[i]` is the difference of frame i from frame i - 1, `new[i]` whether it was replaced, which only
    matters where the difference is above `CHANGED`. A cut stands
    out of its neighbours (adaptive threshold, Yusoff et al. 2000), clearly of those on both sides, or as the
    only frame around that shows something else altogether; where only one side is calm, fast action may look
    the same, and the pictures before and after have to be compared.
    """
    clear, doubtful = [], []
    value = unlike * new
    for index in np.flatnonzero(value > CHANGED):
        sides = (slice(max(0, index - _NEIGHBOURS), index), slice(index + 1, index + 1 + _NEIGHBOURS))
        rival = max(_over(np.max, value[side]) for side in sides)
        if value[index] <= rival:
            continue
        usual = [_over(np.median, unlike[side]) for side in sides]
        alone = value[index] > max(_ELSE, _ALONE * rival)
        if value[index] > _OFFSET + _STAND_OUT * max(usual) or alone:
            clear.append(int(at_ms[index]))
        elif value[index] > _DOUBTFUL_LEAST and value[index] > _OFFSET + _STAND_OUT * min(usual):
            doubtful.append(int(at_ms[index]))
    return np.array(clear, np.int64), np.array(doubtful, np.int64)


def _over(statistic: Callable[[Floats], np.floating[Any]], values: Floats) -> float:
    return float(statistic(values)) if len(values) else 0.0
