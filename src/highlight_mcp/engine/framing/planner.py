"""How a camera would follow what moves: from looks with the places of subjects to the way of a crop. Pure.

For each shot of the source: which subjects (a dynamic programme in which going elsewhere has a price, so that what is
new must last), within which bounds the crop may stand then (the dead zone), and the shortest way between these bounds
(the taut string; Davies and Kovac 2001), which stands still where it can, turns only where it must and knows what
comes. What is left of it that is too fast is slowed down.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ...timeline.camera import CameraMove, CameraPath, CameraShot, Evidence
from ...timeline.time import TimeRange

FASTEST = 0.75
"""Crop widths per second: a walker crosses a wide picture in 5 s or more, which is 0.6 of a 9:16 crop."""
DEAD_ZONE = 0.25
"""Crop widths to both sides of the middle in which a subject may go before the crop does (OpenShorts: the same)."""
_AIR = 0.1  # crop widths kept free beside a subject, as far as there is room
_LEAST_ZONE = 0.08  # crop widths that even the widest subject may go
_CONFIRMED = 3.0
"""Looks that something must be the best to look at before the crop goes there, for each crop width of the way."""
_PLACES = 49  # of a crop that are compared
_AROUND = 3  # looks before and after one that tell, with it, how far a subject reaches
_LOW, _HIGH = 20, 80  # percentiles of where it ends
_GOES_ON_S = 0.5  # s for which it is taken to go on as it went when it is not seen
_APART, _MOSTLY = 0.4, 0.5
"""Share of the looks in which the second of two subjects is seen, and of what moves that one crop shows: less of it is
nothing to go to."""
_TWO = 0.85
"""Share of what moves that two crops have to show of it for it to be two subjects."""
_LEAST_SEEN, _OFTEN = 3, 0.08  # looks with something, and share of all looks, below which it is chance
_SAME_PLACE = 0.02  # crop widths; a way that is no longer is none
_NEAR_MS = 1000  # ms before a clip from which a glance, which stands for a second, still tells of it
_FLAT = 2e-4  # shares of the width that points may be beside the line that leaves them out

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Box:
    """From where to where across the picture a subject reaches, 0 left to 1 right, and how much it counts."""

    left: float
    right: float
    weight: float = 1.0

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class SubjectLook:
    """The subjects of one picture; none where nothing is to be told."""

    at_ms: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class _Way:
    """The way in one shot, and how many crop widths its subjects are apart where no crop shows them, else 0."""

    shot: CameraShot
    length_ms: int
    seen: bool
    reach: float


def plan_camera(
    looks: Sequence[SubjectLook], cuts_ms: Sequence[int], span: TimeRange, share: float, by: Evidence = "motion"
) -> CameraPath:
    """The way of a crop that takes `share` of the width, over the source range `span` with cuts at `cuts_ms`."""
    starts = [span.start_ms, *sorted(cut for cut in set(cuts_ms) if span.start_ms < cut < span.end_ms)]
    ways = [_planned(looks, first, last, share) for first, last in pairwise([*starts, span.end_ms])]
    seen = any(way.seen for way in ways)
    apart = [way for way in ways if way.reach]
    whole = sum(way.length_ms for way in apart) > _MOSTLY * span.duration_ms
    return CameraPath(
        span=span,
        share=round(share, 6),
        move="all" if whole else _move([way.shot for way in ways], share),
        by=by if seen else "middle",
        reach=round(max((way.reach for way in apart), default=0.0), 2) if whole else 0.0,
        shots=tuple(way.shot for way in ways),
    )


def glance(places: Sequence[tuple[int, float]], span: TimeRange, share: float) -> CameraPath:
    """A crop that keeps to the median of (time, place across the picture) where things moved; the middle without any.

    For more footage than can be looked at closely.
    """
    inside = [x for at_ms, x in places if span.start_ms - _NEAR_MS <= at_ms <= span.end_ms]
    x = min(max(float(np.median(inside)) if inside else 0.5, share / 2), 1 - share / 2)
    shot = CameraShot(start_ms=span.start_ms, points=((span.start_ms, round(x, 5)),))
    return CameraPath(span=span, share=round(share, 6), move="hold", by="glance", shots=(shot,))


def _planned(looks: Sequence[SubjectLook], start_ms: int, end_ms: int, share: float) -> _Way:
    here = [look for look in looks if start_ms <= look.at_ms < end_ms]
    length, known = end_ms - start_ms, [look for look in here if look.boxes]
    if len(known) < max(_LEAST_SEEN, _OFTEN * len(here)):
        return _Way(_standing(start_ms), length, seen=False, reach=0.0)
    chosen = _chosen(here, share)
    shown = _shown(here, chosen, share)
    reach = _reach(known, share)
    if shown < _MOSTLY and not reach:
        return _Way(_standing(start_ms), length, seen=False, reach=0.0)
    low, high = _bounds(here, chosen, share)
    at_s = np.array([look.at_ms for look in here]) / 1000
    way = slowed(at_s, taut(at_s, low, high), FASTEST * share)
    points = tuple((here[place].at_ms, round(float(way[place]), 5)) for place in _corners(at_s, way))
    return _Way(CameraShot(start_ms=start_ms, points=points), length, seen=True, reach=reach)


def _standing(start_ms: int) -> CameraShot:
    return CameraShot(start_ms=start_ms, points=((start_ms, 0.5),))


def _shown(looks: Sequence[SubjectLook], chosen: Floats, share: float) -> float:
    """How much of what moves is in the crop, 0 to 1, on average over the looks with something."""
    parts = [
        sum(box.weight for box in look.boxes if abs(box.middle - at) <= share / 2) / _weight(look)
        for look, at in zip(looks, chosen, strict=True)
        if look.boxes
    ]
    return float(np.mean(parts))


def _chosen(looks: Sequence[SubjectLook], share: float) -> Floats:
    """For each look the middle of the crop that shows most, where going elsewhere has a price."""
    places = np.linspace(share / 2, 1 - share / 2, _PLACES)
    usual = float(np.median([_weight(look) for look in looks if look.boxes]))
    worth = np.stack([_worth(look, places, share) / max(usual, _weight(look)) for look in looks])
    price = _CONFIRMED * np.abs(places[:, None] - places[None, :]) / share
    best, came = worth[0], []
    for row in worth[1:]:
        ways = best[None, :] - price
        came.append(ways.argmax(axis=1))
        best = row + ways.max(axis=1)
    at = [int(best.argmax())]
    for step in reversed(came):
        at.append(int(step[at[-1]]))
    return np.asarray(places[at[::-1]], np.float64)


def _weight(look: SubjectLook) -> float:
    return sum(box.weight for box in look.boxes)


def _worth(look: SubjectLook, places: Floats, share: float) -> Floats:
    """What crops at these places show of a look; one that has a subject in its middle a little more."""
    total = np.zeros(len(places))
    for box in look.boxes:
        common = np.minimum(box.right, places + share / 2) - np.maximum(box.left, places - share / 2)
        shown = np.clip(common / max(box.right - box.left, 1e-6), 0.0, 1.0)
        total += box.weight * (shown**2 - 0.1 * np.abs(places - box.middle))
    return total


def _bounds(looks: Sequence[SubjectLook], chosen: Floats, share: float) -> tuple[Floats, Floats]:
    """(least, greatest) middle of the crop for each look; where nothing is seen, as before, or as at first."""
    spans = [_span(look, at, share) for look, at in zip(looks, chosen, strict=True)]
    known = np.array([place for place, span in enumerate(spans) if span is not None])
    at_s = np.array([look.at_ms for look in looks]) / 1000
    ends = np.array([span for span in spans if span is not None], np.float64)
    extents = [_extent(at_s[known], ends, np.abs(chosen[known] - chosen[here]) < share / 2, k)
               for k, here in enumerate(known)]  # fmt: skip
    low, high = np.empty(len(looks)), np.empty(len(looks))
    for place, now in enumerate(at_s):
        number = max(0, int(np.searchsorted(known, place, side="right")) - 1)
        left, right, pace = extents[number]
        away = now - at_s[known[number]]
        middle, half = (left + right) / 2 + (pace * away if abs(away) <= _GOES_ON_S else 0.0), (right - left) / 2
        free = min(max(share / 2 - half - _AIR * share, _LEAST_ZONE * share), DEAD_ZONE * share)
        low[place], high[place] = middle - free, middle + free
    return np.clip(low, share / 2, 1 - share / 2), np.clip(high, share / 2, 1 - share / 2)


def _extent(at_s: Floats, ends: Floats, same: NDArray[np.bool_], number: int) -> tuple[float, float, float]:
    """From where to where a subject reaches, and how fast it moves, by what is `same` around a look; even movement."""
    around = min(_AROUND, max(number, 1), max(len(at_s) - 1 - number, 1))
    near = [each for each in range(max(0, number - around), min(len(at_s), number + around + 1)) if same[each]]
    away, middles = at_s[near] - at_s[number], ends[near].mean(axis=1)
    spread = float(((away - away.mean()) ** 2).sum())
    pace = float(((away - away.mean()) * middles).sum()) / spread if spread > 0 and len(near) > 2 else 0.0
    left, right = (ends[near, side] - pace * away for side in (0, 1))
    return float(np.percentile(left, _LOW)), float(np.percentile(right, _HIGH)), pace


def _span(look: SubjectLook, at: float, share: float) -> tuple[float, float] | None:
    """From where to where those subjects reach that a crop looks at; the middle part of what is wider than it."""
    inside = [box for box in look.boxes if abs(box.middle - at) <= share / 2]
    if not inside:
        return None
    left, right = min(box.left for box in inside), max(box.right for box in inside)
    if right - left <= share:
        return left, right
    middle = sum(box.middle * box.weight for box in inside) / sum(box.weight for box in inside)
    return middle - share / 2, middle + share / 2


def _reach(looks: Sequence[SubjectLook], share: float) -> float:
    """How many crop widths two places are apart in which nearly all that moves is, often in both at once; else 0."""
    boxes = [(box, place) for place, look in enumerate(looks) for box in look.boxes]
    middles, places = np.array([box.middle for box, _ in boxes]), np.array([place for _, place in boxes])
    first = _densest(middles, np.ones(len(boxes), np.bool_), share)
    second = _densest(middles, ~first, share)
    seen = [np.isin(np.arange(len(looks)), places[part]) for part in (first, second)]
    both = np.logical_and(*(np.convolve(one, np.ones(2 * _AROUND + 1), "same") > 0 for one in seen))
    narrow = np.array([box.right - box.left <= share for box, _ in boxes])
    if min(both.mean(), seen[1].mean()) < _APART or np.mean((first | second) & narrow) < _TWO:
        return 0.0
    ends = [(box.left, box.right) for (box, _), known in zip(boxes, first | second, strict=True) if known]
    apart = (np.percentile([right for _, right in ends], 95) - np.percentile([left for left, _ in ends], 5)) / share
    return float(apart) if apart > 1 else 0.0


def _densest(middles: Floats, among: NDArray[np.bool_], share: float) -> NDArray[np.bool_]:
    """Which of some places lie in the crop that holds the most of them."""
    if not among.any():
        return among
    around = [among & (middles >= left) & (middles <= left + share) for left in np.unique(middles[among])]
    return max(around, key=lambda part: int(part.sum()))


def taut(at_s: Floats, low: Floats, high: Floats) -> Floats:
    """The values between `low` and `high` at ascending times whose line is the shortest; both of its ends are free.

    Where one value fits throughout it is that nearest to the middle of the bounds.
    """
    if low.max() <= high.min():
        middle = float(np.median((low + high) / 2))
        return np.full(len(at_s), min(max(middle, low.max()), high.min()))
    start, end = _free_end(low, high), _free_end(low[::-1], high[::-1])
    low, high = low.copy(), high.copy()
    low[0] = high[0] = start
    low[-1] = high[-1] = end
    corners = [(0, start)]
    while corners[-1][0] < len(at_s) - 1:
        corners.append(_next_corner(at_s, low, high, *corners[-1]))
    places, values = zip(*corners, strict=True)
    return np.asarray(np.interp(at_s, at_s[list(places)], values), np.float64)


def _free_end(low: Floats, high: Floats) -> float:
    """Where the shortest way begins: as far towards what comes as it can without going there yet."""
    least, most = np.maximum.accumulate(low), np.minimum.accumulate(high)
    crossing = int(np.argmax(least > most))
    return float(most[crossing - 1]) if low[crossing] > most[crossing - 1] else float(least[crossing - 1])


def _next_corner(at_s: Floats, low: Floats, high: Floats, place: int, value: float) -> tuple[int, float]:
    """The next bend of the string behind one: where it leans against the bound that it has to pass."""
    ahead = slice(place + 1, len(at_s))
    gone = at_s[ahead] - at_s[place]
    rising, falling = (low[ahead] - value) / gone, (high[ahead] - value) / gone
    steepest, flattest = np.maximum.accumulate(rising), np.minimum.accumulate(falling)
    shut = np.flatnonzero(steepest > flattest)
    if not len(shut):
        return len(at_s) - 1, float(low[-1])
    first = int(shut[0])
    # The bound that came last shuts the view: the string bends at the other one, where that is tightest.
    if rising[first] > flattest[first - 1]:
        bend = int(falling[:first].argmin())
        return place + 1 + bend, float(high[place + 1 + bend])
    bend = int(rising[:first].argmax())
    return place + 1 + bend, float(low[place + 1 + bend])


def slowed(at_s: Floats, way: Floats, fastest: float) -> Floats:
    """The way at no more than so much per second: half-way between the least and the greatest such ways around it.

    It begins before what is too fast and ends behind it, and stays as it is elsewhere.
    """
    gone = fastest * np.diff(at_s)
    below, above = way.copy(), way.copy()
    for order in (range(1, len(way)), range(len(way) - 2, -1, -1)):
        back = -1 if order.step > 0 else 1
        for place in order:
            step = gone[min(place, place + back)]
            below[place] = min(below[place], below[place + back] + step)
            above[place] = max(above[place], above[place + back] - step)
    return np.asarray((below + above) / 2, np.float64)


def _corners(at_s: Floats, way: Floats) -> Iterator[int]:
    """The places that a line needs to pass all values closely (Ramer 1972, Douglas and Peucker 1973)."""
    kept, open_ = {0, len(way) - 1}, [(0, len(way) - 1)]
    while open_:
        first, last = open_.pop()
        if last - first < 2:
            continue
        line = np.interp(at_s[first : last + 1], at_s[[first, last]], way[[first, last]])
        off = np.abs(way[first : last + 1] - line)
        worst = first + int(off.argmax())
        if off.max() > _FLAT:
            kept.add(worst)
            open_ += [(first, worst), (worst, last)]
    if np.ptp(way) <= _FLAT:
        kept = {0}
    return iter(sorted(kept))


def _move(shots: Sequence[CameraShot], share: float) -> CameraMove:
    """What the crop does in the liveliest shot."""
    return max((_move_in(shot, share) for shot in shots), key=["hold", "pan", "follow"].index)


def _move_in(shot: CameraShot, share: float) -> CameraMove:
    steps = [after - before for (_, before), (_, after) in pairwise(shot.points)]
    if sum(map(abs, steps)) <= _SAME_PLACE * share:
        return "hold"
    moving = [step for step in steps if abs(step) > _SAME_PLACE * share / 4]
    return "pan" if all(step > 0 for step in moving) or all(step < 0 for step in moving) else "follow"
