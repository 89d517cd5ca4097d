"""One clock for a transport stream whose own restarts, goes back or leaps: streams glued together, dropouts, recorders.

FFmpeg finds a place in a transport stream by its time stamps, so that what lies behind a clock that went back cannot be
found. Here the stamps themselves are put right, while the file is read: each packet (ISO 13818-1) behind a seam gets
its PTS, DTS and PCR moved so that it follows what stands before. Whoever opens footage reads it so, and has one clock.
"""

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKET = 188
_SYNC = 0x47
_FORMS = ((188, 0), (192, 4), (204, 0))  # bytes of a packet, and where in it the 188 begin: plain, M2TS, with parity
_HZ = 90_000
_WRAP = 1 << 33
_HEADER, _FIRST_ID = 19, 0xBD  # bytes of a PES header with both stamps; the least stream id that may have them
_BACK = -_HZ  # one second: less are B-frames and jitter
_LEAP = 10 * _HZ  # as FFmpeg's dts_delta_threshold: more is no gap of a broadcast but another clock
_USUAL = 8  # times the usual step between two places that are looked at
_LONGEST_STEP = _HZ // 4
_WHOLE_BYTES = 96 << 20  # read through in a fraction of a second; larger files are looked at in places
_PLACES, _LOOK_BYTES = 1000, 128 << 10
_CHUNK = 8 << 20
_BESIDE = 2 << 20  # bytes around a seam in which the other streams have theirs: two seconds at 8 Mbit/s

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Seam:
    """Packets of `pid` from byte `place` on are moved by `shift` (90 kHz); None stands for all other packets."""

    place: int
    shift: int
    pid: int | None = None


@dataclass(frozen=True)
class ClockFault:
    """What was found: after `at_s` of the recording its clock went back, or leapt ahead, by `by_s`."""

    at_s: float
    by_s: float


@dataclass(frozen=True)
class MendedClock:
    """How to read a file of packets of `size` bytes, `skip` before each."""

    size: int
    skip: int
    seams: tuple[Seam, ...]
    faults: tuple[ClockFault, ...]


@dataclass(frozen=True)
class _Stamps:
    """Of one stream: the bytes at which its packets begin, what their clock says, and whether they are pictures."""

    places: Numbers
    times: Numbers
    seen: bool = False


def form_of(head: bytes) -> tuple[int, int] | None:
    """(bytes per packet, bytes before its sync) of a transport stream; None for other files."""
    for size, skip in _FORMS:
        signs = head[skip::size]
        if len(signs) >= 2 and all(sign == _SYNC for sign in signs):
            return size, skip
    return None


def mended_clock(number: int, form: tuple[int, int]) -> MendedClock | None:
    """What has to be put right in the transport stream behind a descriptor; None where nothing has. Raises OSError."""
    size, skip = form
    length = os.fstat(number).st_size // size * size
    spans, origin = [(0, length)], None
    if length > _WHOLE_BYTES:
        spans, origin = _suspicious(number, form, length)
    seams: list[Seam] = []
    faults: list[ClockFault] = []
    for start, stop in spans:
        streams = _streams(_packets(number, form, start, stop), start, form)
        main = _main(streams)
        if main is not None:
            _mend(streams, main, seams, faults, origin if origin is not None else int(streams[main].times[0]))
    return MendedClock(size, skip, tuple(seams), tuple(faults)) if seams else None


def _mend(streams: dict[int, _Stamps], main: int, seams: list[Seam], faults: list[ClockFault], origin: int) -> None:
    """Add the seams of one span, each shift on top of those before."""
    stamps = streams[main]
    steps = _signed(np.diff(stamps.times))
    usual = int(np.clip(np.median(steps[np.abs(steps) < _HZ]) if (np.abs(steps) < _HZ).any() else 0, 1, _LONGEST_STEP))
    total = seams[-1].shift if seams else 0
    for jump in np.flatnonzero((steps < _BACK) | (steps > _LEAP)).tolist():
        step = int(steps[jump])
        place = int(stamps.places[jump + 1])
        faults.append(ClockFault((int(stamps.times[jump]) + total - origin) % _WRAP / _HZ, step / _HZ))
        total += usual - step
        seams.append(Seam(place, total))
        for pid, other in streams.items():
            if pid != main and (near := _seam_of(other, place, step)) is not None:
                seams.append(Seam(near, total, pid))


def _seam_of(stamps: _Stamps, place: int, step: int) -> int | None:
    """Where another stream of the same programme makes the same jump."""
    steps = _signed(np.diff(stamps.times))
    alike = np.flatnonzero((np.abs(steps - step) < 2 * _HZ) & (np.abs(stamps.places[1:] - place) < _BESIDE))
    if not len(alike):
        return None
    nearest = alike[np.argmin(np.abs(stamps.places[alike + 1] - place))]
    return int(stamps.places[nearest + 1])


def _suspicious(number: int, form: tuple[int, int], length: int) -> tuple[list[tuple[int, int]], int | None]:
    """Spans of a large file between two looks that the clock cannot have gone on between, and what it says first."""
    looks: list[tuple[int, int]] = []
    for place in np.linspace(0, length - _LOOK_BYTES, _PLACES).astype(np.int64).tolist():
        start = place // form[0] * form[0]
        streams = _streams(_packets(number, form, start, start + _LOOK_BYTES), start, form)
        main = _main(streams)
        if main is not None:
            looks.append((start, int(streams[main].times[0])))
    if len(looks) < 2:
        return [], None
    steps = _signed(np.diff(np.array([time for _, time in looks])))
    usual = int(np.median(steps))
    spans = []
    for index in np.flatnonzero((steps < _BACK) | (steps > _LEAP + _USUAL * usual)).tolist():
        low = max(0, looks[index][0] - _BESIDE) // form[0] * form[0]
        spans.append((low, min(length, looks[index + 1][0] + _LOOK_BYTES + _BESIDE) // form[0] * form[0]))
    return spans, looks[0][1]


def _packets(number: int, form: tuple[int, int], start: int, stop: int) -> Iterator[Bytes]:
    """(n, 188) packets of a span, in pieces. `start` is where a packet begins."""
    size, skip = form
    for place in range(start, stop, _CHUNK // size * size):
        data = _read_at(number, min(_CHUNK // size * size, stop - place), place)
        whole = len(data) // size * size
        yield np.frombuffer(data, np.uint8, whole).reshape(-1, size)[:, skip : skip + PACKET]


def _read_at(number: int, count: int, place: int) -> bytes:
    with os.fdopen(os.dup(number), "rb") as file:
        file.seek(place)
        return file.read(count)


def _streams(pieces: Iterator[Bytes], start: int, form: tuple[int, int]) -> dict[int, _Stamps]:
    """The stamps of each stream: DTS where there is one, else PTS."""
    found: dict[int, tuple[list[Numbers], list[Numbers]]] = {}
    seen: set[int] = set()
    for packets in pieces:
        rows, at = _headers(packets)
        pids = _pids(packets[rows])
        dts = packets[rows, at + 7] & 0x40 != 0
        times = _stamp(packets, rows, at + np.where(dts, 14, 9))
        places = start + rows * form[0]
        seen |= set(pids[packets[rows, at + 3] & 0xF0 == 0xE0].tolist())
        for pid in np.unique(pids).tolist():
            mine = found.setdefault(pid, ([], []))
            mine[0].append(places[pids == pid])
            mine[1].append(times[pids == pid])
        start += len(packets) * form[0]
    return {pid: _Stamps(np.concatenate(each[0]), np.concatenate(each[1]), pid in seen) for pid, each in found.items()}


def _main(streams: dict[int, _Stamps]) -> int | None:
    """The stream whose clock counts: the picture with most stamps, else the sound."""
    return max(streams, key=lambda pid: (streams[pid].seen, len(streams[pid].places), -pid), default=None)


def _pids(packets: Bytes) -> Numbers:
    return (packets[:, 1].astype(np.int64) & 0x1F) << 8 | packets[:, 2]


def _headers(packets: Bytes) -> tuple[Numbers, Numbers]:
    """Rows in which a PES packet with a time stamp begins, and where in each."""
    extra = np.where(packets[:, 3] & 0x20, 1 + packets[:, 4].astype(np.int64), 0)
    at = 4 + extra
    first = (packets[:, 0] == _SYNC) & (packets[:, 1] & 0x40 != 0) & (packets[:, 3] & 0x10 != 0)
    rows = np.flatnonzero(first & (at <= PACKET - _HEADER))
    at = at[rows]
    begins = (packets[rows, at] == 0) & (packets[rows, at + 1] == 0) & (packets[rows, at + 2] == 1)
    begins &= (packets[rows, at + 3] >= _FIRST_ID) & (packets[rows, at + 6] & 0xC0 == 0x80)
    begins &= packets[rows, at + 7] & 0x80 != 0
    return rows[begins], at[begins]


def _stamp(packets: Bytes, rows: Numbers, at: Numbers) -> Numbers:
    """33 bits in five bytes with marker bits between."""
    part = [packets[rows, at + step].astype(np.int64) for step in range(5)]
    return (part[0] >> 1 & 7) << 30 | part[1] << 22 | (part[2] >> 1) << 15 | part[3] << 7 | part[4] >> 1


def _put_stamp(packets: Bytes, rows: Numbers, at: Numbers, times: Numbers) -> None:
    packets[rows, at] = packets[rows, at] & 0xF1 | (times >> 30 & 7) << 1
    packets[rows, at + 1] = times >> 22 & 0xFF
    packets[rows, at + 2] = (times >> 15 & 0x7F) << 1 | 1
    packets[rows, at + 3] = times >> 7 & 0xFF
    packets[rows, at + 4] = (times & 0x7F) << 1 | 1


def _signed(steps: Numbers) -> Numbers:
    """Differences of a clock of 33 bits, the shorter way round."""
    return (steps + _WRAP // 2) % _WRAP - _WRAP // 2


class MendedFile(io.RawIOBase):
    """A transport stream as a file, its stamps put right; reads only. Closing it leaves the descriptor open."""

    def __init__(self, number: int, clock: MendedClock) -> None:
        super().__init__()
        self._file = os.fdopen(os.dup(number), "rb", buffering=0)
        self._clock = clock
        self._length = os.fstat(number).st_size
        self._at = 0
        self._shifts = _shifts(clock)
        self._first = min(seam.place for seam in clock.seams)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, count: int = -1) -> bytes:
        count = self._length - self._at if count < 0 else count
        data = self._between(self._at, min(self._at + count, self._length))
        self._at += len(data)
        return data

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _between(self, start: int, stop: int) -> bytes:
        size = self._clock.size
        low, high = start // size * size, min(-(-stop // size) * size, self._length)
        self._file.seek(low)
        data = bytearray(self._file.read(max(0, high - low)) if high > low else b"")
        while len(data) < high - low and (more := self._file.read(high - low - len(data))):
            data += more
        whole = len(data) // size
        if whole and high > self._first:
            self._move(np.frombuffer(data, np.uint8, whole * size).reshape(-1, size), low)
        return bytes(data[start - low : stop - low])

    def _move(self, raw: Bytes, low: int) -> None:
        packets = raw[:, self._clock.skip : self._clock.skip + PACKET]
        rows, at = _headers(packets)
        shifts = self._shifts_at(packets, rows, low)
        _put_stamp(packets, rows, at + 9, (_stamp(packets, rows, at + 9) + shifts) % _WRAP)
        both = packets[rows, at + 7] & 0x40 != 0
        rows, at, shifts = rows[both], at[both], shifts[both]
        _put_stamp(packets, rows, at + 14, (_stamp(packets, rows, at + 14) + shifts) % _WRAP)
        self._move_references(packets, low)

    def _move_references(self, packets: Bytes, low: int) -> None:
        """PCR: 33 bits of 90 kHz in four bytes and a bit."""
        rows = np.flatnonzero((packets[:, 3] & 0x20 != 0) & (packets[:, 4] >= 7) & (packets[:, 5] & 0x10 != 0))
        part = [packets[rows, step].astype(np.int64) for step in range(6, 11)]
        times = part[0] << 25 | part[1] << 17 | part[2] << 9 | part[3] << 1 | part[4] >> 7
        times = (times + self._shifts_at(packets, rows, low)) % _WRAP
        for step, bits in enumerate((25, 17, 9, 1)):
            packets[rows, 6 + step] = times >> bits & 0xFF
        packets[rows, 10] = packets[rows, 10] & 0x7F | (times & 1) << 7

    def _shifts_at(self, packets: Bytes, rows: Numbers, low: int) -> Numbers:
        places, pids = low + rows * self._clock.size, _pids(packets[rows])
        out = np.zeros(len(rows), np.int64)
        for pid in np.unique(pids).tolist():
            edges, shifts = self._shifts.get(pid, self._shifts[None])
            mine = pids == pid
            out[mine] = shifts[np.searchsorted(edges, places[mine], "right")]
        return out


def _shifts(clock: MendedClock) -> dict[Any, tuple[Numbers, Numbers]]:
    """For each stream with seams of its own, and for all others: the places, and the shift before and after each."""
    common = [seam for seam in clock.seams if seam.pid is None]
    found: dict[Any, tuple[Numbers, Numbers]] = {}
    for pid in {seam.pid for seam in clock.seams}:
        own = {seam.shift: seam.place for seam in clock.seams if seam.pid == pid}
        places = [own.get(seam.shift, seam.place) for seam in common]
        found[pid] = (np.array(places, np.int64), np.array([0, *(seam.shift for seam in common)], np.int64))
    return found
