"""Reads a whole recording: cut into fixed stretches, two at a time, closer looks where they pay.

The plan depends on the file alone, never on the clock or the machine, so that two analyses of one file
are equal byte for byte.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from .cost import stretch_seconds
from .grid import CELL_MS, cells
from .pictures import Pictures, Times, join, merged
from .reading import Clock, Stretch, read
from .sound import Sound

STRETCH_MS = 900_000
"""Long enough that opening the file again (reading its index) costs nothing beside it."""
SPLIT_FROM_MS = 120_000
_SEEKABLE = ("mp4", "mov", "mkv", "matroska", "webm", "3gp")
_WORKERS = 2
_TICK_S = 0.3
_SPARSE_RATE, _SPARSE_RATE_SILENT = 0.0034, 0.0052
"""CPU seconds for looks at keyframes, per second of footage with and without sound."""
_CLOSER_RATE, _CLOSER_RATE_SILENT = 0.0016, 0.0026
"""CPU seconds for frame-by-frame looks, per second of footage with and without sound."""
_CLOSER_LEAST_S = 8.0
"""Short recordings may always spend this much on frame-by-frame looks."""

_OPENING_S = 4e-5
"""CPU seconds to open a file, per second of footage in its index."""

Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Shape:
    """What the plan needs to know of a file."""

    duration_ms: int
    size_bytes: int
    pixels: int
    frame_rate: float
    seekable: bool
    sound: bool

    @property
    def closer_budget_s(self) -> float:
        rate = _CLOSER_RATE if self.sound else _CLOSER_RATE_SILENT
        return max(_CLOSER_LEAST_S, rate * self.duration_ms / 1000.0)

    @property
    def sparse_rate(self) -> float:
        return _SPARSE_RATE if self.sound else _SPARSE_RATE_SILENT

    def closer_price_s(self, duration_ms: int) -> float:
        """CPU seconds to look at every reference frame of `duration_ms`, at the mean rate of the file."""
        size = self.size_bytes * duration_ms // max(1, self.duration_ms)
        return stretch_seconds(duration_ms / 1000.0, size, self.pixels, self.frame_rate)


def is_seekable(container: str) -> bool:
    """Whether stretches of such a container can be read on their own (it carries an index)."""
    return any(name in container for name in _SEEKABLE)


def survey(path: Path, shape: Shape, tick: Tick) -> tuple[Sound | None, Pictures, bool]:
    """Sound and looks of the whole recording, and whether every frame was considered."""
    dense = shape.pixels > 0 and shape.closer_price_s(shape.duration_ms) <= shape.closer_budget_s
    edges = _edges(shape)
    stretches = [
        Stretch(a, b, dense=dense, last=b == shape.duration_ms, rate=shape.sparse_rate)
        for a, b in pairwise(edges)
        if b > a
    ]
    parts = _read_all(path, stretches, tick)
    return _heard(shape, stretches, parts), join([pictures for _, pictures in parts]), dense


def _edges(shape: Shape) -> list[int]:
    """Where stretches begin and end; two at least for all but the shortest recordings, one per core."""
    count = 1
    if shape.seekable and shape.duration_ms >= SPLIT_FROM_MS:
        count = max(_WORKERS, -(-shape.duration_ms // STRETCH_MS))
    inner = [shape.duration_ms * number // count // CELL_MS * CELL_MS for number in range(count)]
    return [*inner, shape.duration_ms]


def closer(path: Path, shape: Shape, pictures: Pictures, wanted: Iterable[tuple[int, int]], tick: Tick) -> Pictures:
    """`pictures` with frame-by-frame looks at the `wanted` ranges, best first, as far as the budget goes."""
    left = shape.closer_budget_s
    chosen: list[tuple[int, int]] = []
    for start, end in wanted:
        begins = _keyframe_before(pictures.key_ms, start)
        price = shape.closer_price_s(end - begins) + _OPENING_S * shape.duration_ms / 1000.0
        if price <= left:
            left -= price
            chosen.append((start, end))
    ranges = merged(np.array(chosen, np.int64).reshape(-1, 2), gap_ms=2500)
    stretches = [Stretch(int(a), int(b), dense=True, sound=False) for a, b in ranges]
    parts = _read_all(path, stretches, tick)
    return join([pictures, *(seen for _, seen in parts)])


def _keyframe_before(key_ms: Times, at_ms: int) -> int:
    index = int(np.searchsorted(key_ms, at_ms, side="right")) - 1
    return int(key_ms[index]) if index >= 0 else 0


def _read_all(path: Path, stretches: list[Stretch], tick: Tick) -> list[tuple[Sound | None, Pictures]]:
    clocks = [Clock() for _ in stretches]
    total = sum(stretch.end_ms - stretch.start_ms for stretch in stretches)
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="scan") as pool:
        futures = [pool.submit(read, path, s, clock) for s, clock in zip(stretches, clocks, strict=True)]
        try:
            while wait(futures, timeout=_TICK_S).not_done:
                tick(sum(_passed(s, c, f) for s, c, f in zip(stretches, clocks, futures, strict=True)), total)
            return [future.result() for future in futures]
        finally:
            for clock in clocks:
                clock.stop.set()


def _passed(stretch: Stretch, clock: Clock, future: Future[tuple[Sound | None, Pictures]]) -> int:
    length = stretch.end_ms - stretch.start_ms
    return length if future.done() else min(max(clock.at_ms, 0), length)


def _heard(shape: Shape, stretches: list[Stretch], parts: list[tuple[Sound | None, Pictures]]) -> Sound | None:
    if not shape.sound or all(sound is None for sound, _ in parts):
        return None
    whole = Sound.silent(cells(shape.duration_ms))
    for stretch, (sound, _) in zip(stretches, parts, strict=True):
        if sound is not None:
            whole.put(stretch.start_ms // CELL_MS, sound)
    return whole
