"""Where across the picture something moves by itself: subjects to follow, where no model knows people.

A pixel moves when it differs both from the picture before and from the one after it, as the camera would have seen
them from here (three-frame differencing; Collins et al., VSAM 2000): so neither the camera's own movement counts nor
the place that something has left. What flickers all over, such as water or grain, is taken off as noise.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from ..signals.motion import FloatImage, Registration, estimate_camera_motion
from ..signals.sample_frames import HEIGHT, WIDTH, SampleFrames
from .planner import Box, SubjectLook

_FAR_MS = 600  # ms between looks that can be compared
_NOISE, _LEAST = 3.0, 1.6  # times the median difference; luma 0..255. Below it nothing moves
_MISFIT, _AT_REST = 0.03, 0.1  # coarse pixels: error of any movement; movement below which the camera stands
_FLAT = 8.0  # luma per coarse pixel; so much gradient makes a misfit of the camera count half
_ENOUGH = 0.3  # sum of what moves, in coarse pixels; less is chance
_RIM = 1  # coarse pixels at the sides that the camera's movement brings in and takes out
_TURNED, _OWN, _REACH = 0.012, 0.4, 0.2  # of the width: movement of the camera in two looks; of that; of the width
_TALL = 0.15  # of the highest column; what is lower separates subjects
_GAP = 3  # coarse pixels that may lie between two parts of one subject
_NOTABLE = 0.1  # of the weight of the heaviest subject
_WIDEST = 0.6  # of the width; what moves over more of it is no subject


def moving_subjects(pictures: SampleFrames) -> list[SubjectLook]:
    """What moves at each look, left to right."""
    shot = np.searchsorted(np.sort(pictures.cut_ms), pictures.at_ms, side="right")
    seen = [_seen(pictures, shot, number) for number in range(len(pictures))]
    return [SubjectLook(int(at), tuple(_own(seen, place))) for place, at in enumerate(pictures.at_ms)]


@dataclass(frozen=True)
class _Seen:
    """What seems to move in a picture, and how far the camera takes what stands still up to the next one."""

    boxes: tuple[Box, ...]
    right: float


def _seen(pictures: SampleFrames, shot: NDArray[np.int64], number: int) -> _Seen:
    here = pictures.images[number][:HEIGHT]
    pairs = [
        estimate_camera_motion(here, pictures.images[other][:HEIGHT])
        for other in (number - 1, number + 1)
        if 0 <= other < len(pictures)
        and shot[other] == shot[number]
        and abs(int(pictures.at_ms[other] - pictures.at_ms[number])) <= _FAR_MS
    ]
    if len(pairs) < 2:
        return _Seen((), 0.0)
    least = np.minimum.reduce([_unexplained(one, here.astype(np.float32)) for one in pairs])
    clear = np.maximum(least - max(_LEAST, _NOISE * float(np.median(least))), 0.0)
    return _Seen(tuple(_boxes(clear / (pairs[0].steep + _FLAT))), pairs[1].camera.right / WIDTH)


def _own(seen: list[_Seen], place: int) -> Iterator[Box]:
    """What does not go with the background where the camera turns; there it must also be met again two looks away."""
    for box in seen[place].boxes:
        ways = [
            (other.middle - box.middle, gone)
            for step, gone in ((2, _gone(seen, place, place + 2)), (-2, -_gone(seen, place - 2, place)))
            if 0 <= place + step < len(seen)
            for other in seen[place + step].boxes
            if abs(other.middle - box.middle) <= _REACH
        ]
        turned = max(abs(_gone(seen, place, place + 2)), abs(_gone(seen, place - 2, place)))
        if turned < _TURNED or any(abs(way - gone) > _OWN * turned for way, gone in ways):
            yield box


def _gone(seen: list[_Seen], first: int, last: int) -> float:
    return sum(one.right for one in seen[max(0, first) : max(0, last)])


def _unexplained(pair: Registration, here: FloatImage) -> FloatImage:
    """What differs between a picture and another one as the camera would have seen it from there; (36, 64).

    Where the camera moved, values that the other picture takes on within half a pixel differ by nothing (Birchfield and
    Tomasi 1998): edges are never sampled twice at the same places.
    """
    camera = pair.camera
    away = hypot(camera.down, camera.right) + abs(camera.zoom) * WIDTH / 4
    differs = np.abs(pair.left)
    if away > _AT_REST:
        there = here + pair.left
        beside = [(there + np.roll(there, way, axis)) / 2 for axis in (0, 1) for way in (-1, 1)]
        least, most = np.minimum.reduce([there, *beside]), np.maximum.reduce([there, *beside])
        differs = np.maximum(np.maximum(here - most, least - here), 0.0)
    return np.where(pair.known, np.maximum(differs - _MISFIT * pair.steep, 0.0), 0.0).astype(np.float32)


def _boxes(moved: FloatImage) -> Iterator[Box]:
    columns = moved.sum(axis=0).astype(np.float64)
    columns[:_RIM] = columns[WIDTH - _RIM :] = 0.0
    if columns.sum() < _ENOUGH:
        return
    columns = np.convolve(columns, (0.25, 0.5, 0.25), "same")
    runs = list(_runs(columns > _TALL * columns.max()))
    weights = [float(columns[first:last].sum()) for first, last in runs]
    for (first, last), weight in zip(runs, weights, strict=True):
        if weight >= _NOTABLE * max(weights) and last - first <= _WIDEST * WIDTH:
            yield Box(first / WIDTH, last / WIDTH, round(sqrt(weight), 3))


def _runs(high: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Runs of what is high, joined across small gaps."""
    places = np.flatnonzero(high)
    for run in np.split(places, np.flatnonzero(np.diff(places) > _GAP + 1) + 1):
        yield int(run[0]), int(run[-1]) + 1
