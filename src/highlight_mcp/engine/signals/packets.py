"""Sizes and times of the video packets of a recording: what the encoder says, and what decoding would cost.

Costs are estimated from sizes alone, so that a plan is the same on every machine. Fitted to H.264 on one core of a
2025 server: entropy decoding grows with bytes, the rest with pixels.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..media.ratios import exact
from .sample_frames import Times
from .series import Floats, hysteresis, rolling_mean, rolling_percentile

_AROUND_S, _BESIDE_S = 1.0, 0.1  # s on both sides, and s beside the packet left out; flat
_STAND_OUT, _SURE_STAND_OUT = 1.05, 1.5  # times the largest neighbour, no to yes; flat
_EARLY = 0.85  # of the usual gap between keyframes; flat
_USUAL_KEYS = 15  # keyframes on each side; flat
_LEAST_LIKELY = 0.2  # 0..1; flat
_AT_ONCE = 20_000  # packets compared at once, for memory
_CELL_MS = 500  # ms; flat
_FEW_BYTES = 200.0  # bytes per cell, added before the logarithm; flat
_KEY_OCTAVES, _KEY_WEIGHT = 1.2, 0.9  # octaves of size; 0..1, the most it tells; flat
_USUAL_MS, _SMOOTH_MS = 180_000, 3_000  # ms; flat
_MAD_TO_SD = 1.4826  # as motion._MAD_TO_SD
# octaves, octaves, standard deviations; flat
_LEAST_DEVIATION, _LEAST_OCTAVES, _DEVIATIONS = 0.1, 0.35, 3.5
_GAP_CELLS = 4  # cells; flat


@dataclass(frozen=True, eq=False)
class Packets:
    """Packets in order of presentation: `at_ms` (p,), `size` in bytes (p,), `key` (p,) whether one is a keyframe."""

    at_ms: Times
    size: Times
    key: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.at_ms)


class PacketLog:
    """Takes the packets of one video stream between two times, in decoding order, and decodes none."""

    def __init__(self, stream: Any, origin_s: float, start_ms: int, end_ms: int) -> None:
        self.done = False
        self._base_ms = float(exact(stream.time_base) or 1) * 1000.0
        self._origin_ms = origin_s * 1000.0
        self._start_ms, self._end_ms = start_ms, end_ms
        self._at, self._size, self._key = array("q"), array("q"), array("b")

    def take(self, packet: Any) -> None:
        """Note one packet; sets `done` once nothing before the end can follow."""
        size, dts = packet.size, packet.dts
        stamp = packet.pts if packet.pts is not None else dts
        if size == 0 or stamp is None:
            return
        if dts is not None and dts * self._base_ms - self._origin_ms >= self._end_ms:
            self.done = True
            return
        at_ms = round(stamp * self._base_ms - self._origin_ms)
        if self._start_ms <= at_ms < self._end_ms:
            self._at.append(at_ms)
            self._size.append(size)
            self._key.append(packet.is_keyframe)

    def finish(self) -> Packets:
        """All packets noted."""
        at_ms = np.array(self._at, np.int64)
        order = np.argsort(at_ms, kind="stable")
        key = np.array(self._key, np.int8).astype(bool)
        return Packets(at_ms[order], np.array(self._size, np.int64)[order], key[order])


def join_packets(parts: list[Packets]) -> Packets:
    """Packets of consecutive stretches as one."""
    return Packets(
        np.concatenate([part.at_ms for part in parts]),
        np.concatenate([part.size for part in parts]),
        np.concatenate([part.key for part in parts]),
    )


def packet_cut_score(packets: Packets) -> Floats:
    """For each keyframe, 0..1: how much speaks for other pictures than at the keyframe before; (k,).

    Three signs, the strongest counts: the keyframe came before its time (encoders open a group of pictures
    where a shot changes); one packet since the last keyframe is larger than all others within a second (its
    blocks could not be predicted); the keyframe is much larger or smaller than the last ones (other detail).
    """
    keys = np.flatnonzero(packets.key)
    if len(keys) < 2:
        return np.ones(len(keys), np.float32)
    unlike = np.clip(np.abs(np.diff(np.log2(packets.size[keys].astype(np.float64)))) / _KEY_OCTAVES, 0.0, _KEY_WEIGHT)
    lone = _lone(packets)
    spiked = np.array([lone[a:b].max() for a, b in pairwise(keys)], np.float32)
    score = np.concatenate([[0.0], np.maximum(np.maximum(_early(packets, keys), unlike), spiked)])
    return score.astype(np.float32)


def likely_cuts(packets: Packets) -> tuple[Times, Floats]:
    """(time in ms, 0..1) of the packets that look like the first of a new shot: lone ones and early keyframes."""
    keys = np.flatnonzero(packets.key)
    weight = _lone(packets)
    if len(keys) > 1:
        weight[keys[1:]] = _early(packets, keys)
    places = np.flatnonzero(weight >= _LEAST_LIKELY)
    return packets.at_ms[places], weight[places]


@dataclass(frozen=True)
class Busy:
    """From `start_ms` to `end_ms` the encoder spends clearly more than usual: `deviations` above it."""

    start_ms: int
    end_ms: int
    deviations: float


def busy(packets: Packets) -> list[Busy]:
    """Stretches of large packets, keyframes aside: more moves there, or all of it does. In order of time.

    Found only where the encoder may spend as it needs (constant quality); a held rate shows nothing.
    """
    if not len(packets):
        return []
    others = ~packets.key
    cells = int(packets.at_ms[-1]) // _CELL_MS + 1
    spent = np.bincount(np.maximum(packets.at_ms[others], 0) // _CELL_MS, packets.size[others], cells)
    octaves = np.log2(spent + _FEW_BYTES).astype(np.float32)
    usual = rolling_percentile(octaves, _USUAL_MS // _CELL_MS, 50.0)
    rise = rolling_mean(octaves - usual, _SMOOTH_MS // _CELL_MS)
    deviation = max(_LEAST_DEVIATION, _MAD_TO_SD * float(np.median(np.abs(rise - np.median(rise)))))
    enter = max(_DEVIATIONS * deviation, _LEAST_OCTAVES)
    return [
        Busy(first * _CELL_MS, last * _CELL_MS, float(np.percentile(rise[first:last], 75)) / deviation)
        for first, last in hysteresis(rise, enter, enter / 2, gap=_GAP_CELLS, least=_GAP_CELLS)
    ]


def _early(packets: Packets, keys: Times) -> Floats:
    """1 for each keyframe but the first that comes sooner than usual, 0 for the others."""
    gaps = np.diff(packets.at_ms[keys])
    usual = np.array([gaps[max(0, i - _USUAL_KEYS) : i + _USUAL_KEYS + 1].max() for i in range(len(gaps))])
    early: Floats = (gaps < _EARLY * usual).astype(np.float32)
    return early


def _lone(packets: Packets) -> Floats:
    """0..1 for each packet: how far it stands out of all others within a second; keyframes do not count."""
    if len(packets) < 2:
        return np.zeros(len(packets), np.float32)
    step_ms = max(1.0, float(np.median(np.diff(packets.at_ms[: 5 * _AT_ONCE]))))
    around, beside = max(3, round(_AROUND_S * 1000 / step_ms)), max(1, round(_BESIDE_S * 1000 / step_ms))
    sizes = np.where(packets.key, 0, packets.size).astype(np.float32)
    padded = np.concatenate([np.zeros(around, np.float32), sizes, np.zeros(around, np.float32)])
    views = np.lib.stride_tricks.sliding_window_view(padded, around - beside)
    out = np.zeros(len(sizes), np.float32)
    for first in range(0, len(sizes), _AT_ONCE):
        last = min(first + _AT_ONCE, len(sizes))
        before = views[first:last].max(axis=1)
        after = views[first + around + beside + 1 : last + around + beside + 1].max(axis=1)
        ratio = sizes[first:last] / (np.maximum(before, after) + 1.0)
        out[first:last] = np.clip((ratio - _STAND_OUT) / (_SURE_STAND_OUT - _STAND_OUT), 0.0, 1.0)
    return out


ProgressCallback = Callable[[int, int], None]
"""`report(done, total)`: how far something has come, in any unit."""


def no_progress(done: int, total: int) -> None:
    """Progress that nobody asks for."""


@dataclass
class Deadline:
    """Shared between the thread that reads and the one that tells."""

    stop: Event = field(default_factory=Event)
    at_ms: int = 0


_SECONDS_PER_BYTE = 85e-9  # CPU s per byte, fitted (see above)
_SECONDS_PER_PIXEL = 1.0e-9  # CPU s per pixel, fitted
_SECONDS_PER_LOOK = 0.8e-3  # CPU s per look, fitted
_LOOKS_PER_SECOND = 5  # per second of footage, one per samplers._LOOK_EVERY_MS
_REFERENCE_SHARE = 0.6  # share of the frames that others refer to; flat


def picture_seconds(size_bytes: int, pixels: int) -> float:
    """CPU seconds to decode one picture."""
    return _SECONDS_PER_BYTE * size_bytes + _SECONDS_PER_PIXEL * pixels + _SECONDS_PER_LOOK


def stretch_seconds(duration_s: float, size_bytes: int, pixels: int, frame_rate: float) -> float:
    """CPU seconds to decode a stretch frame by frame, pictures that no other refers to left out."""
    frames = duration_s * frame_rate * _REFERENCE_SHARE
    looks = duration_s * _LOOKS_PER_SECOND
    return _SECONDS_PER_BYTE * size_bytes + _SECONDS_PER_PIXEL * pixels * frames + _SECONDS_PER_LOOK * looks


@dataclass
class DecodeBudget:
    """Decoding time that grows with the footage passed (token bucket), spent look by look."""

    rate: float
    """CPU seconds earned per second of footage."""
    held: float
    _at_s: float = 0.0

    def affords(self, at_s: float, price: float, debt: float = 0.0) -> bool:
        """Pay `price` at `at_s` if that leaves no more than `debt` to earn later; says whether it was paid."""
        self.held += self.rate * max(0.0, at_s - self._at_s)
        self._at_s = max(at_s, self._at_s)
        if price > self.held + debt:
            return False
        self.held -= price
        return True
