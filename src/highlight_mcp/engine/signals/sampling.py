"""Short visits to many places of one file that is opened once: keyframes, or frame by frame."""

import ctypes
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from av.container import InputContainer

from ..errors import translated
from ..media.decoding import begun, order_of, origin, packets_of, seek, stamp_of
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream
from .packets import Deadline
from .sample_frames import SampleFrames, join
from .samplers import BURST_PACKETS, DenseSampler, KeyframeSampler


def _give_back() -> None:
    """Return free memory to the system: reading the index of ten hours leaves 150 MB of it with the allocator."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class ContainerCache:
    """Lends containers of one file to the threads that read it; closed on exit.

    With `lasting` each gets the one that the last has given back, decoders and all. What is found then depends on
    the order of the borrowers, which is certain only where they come one after the other. Else each gets a new one.
    """

    def __init__(self, path: Path, *, lasting: bool) -> None:
        self.path = path
        self._lasting = lasting
        self._free: list[InputContainer] = []
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @contextmanager
    def container(self) -> Iterator[InputContainer]:
        """A container that nobody else uses meanwhile, wherever it was left. Raises EngineError like `open_media`."""
        if not self._lasting:
            with open_media(self.path) as fresh:
                yield fresh
            return
        container = self._taken() or self._open.enter_context(open_media(self.path))
        _give_back()
        with translated(self.path):
            yield container
        self._free.append(container)

    def _taken(self) -> InputContainer | None:
        try:
            return self._free.pop()
        except IndexError:
            return None


_STEP_BACK_MS = 2_000  # ms; flat
_MOST_PASSED = 1_000  # packets; flat


class _Visitor:
    def __init__(self, container: InputContainer) -> None:
        self._container = container
        self._origin = origin(container)
        self.origin_s = float(self._origin)
        self.stream: Any = picture_stream(container)
        self._base = (exact(self.stream.time_base) if self.stream is not None else None) or Fraction(1)
        self.order = order_of(container, self.stream) if self.stream is not None else None

    def at_ms(self, stamp: int) -> int:
        return round((float(stamp * self._base) - self.origin_s) * 1000)

    def packets(self, start_ms: int) -> Iterator[Any]:
        """Packets from about a time, most often the keyframe before it, until the end or impassable damage."""
        seek(self._container, self.stream, Fraction(max(0, start_ms), 1000))
        return packets_of(self._container, self.stream)

    def packets_before(self, start_ms: int) -> Iterator[Any]:
        """Packets from a keyframe at or before a time, if there is one."""
        at_s = Fraction(max(0, start_ms), 1000)
        return begun(self._container, self.stream, at_s, self._from_keyframe, self._seconds)

    def _from_keyframe(self) -> Iterator[Any]:
        """Packets from the next keyframe on; all of them where none of the next many is one."""
        packets = packets_of(self._container, self.stream)
        passed: list[Any] = []
        for packet in islice(packets, _MOST_PASSED):
            passed.append(packet)
            if packet.is_keyframe:
                return chain((packet,), packets)
        return chain(passed, packets)

    def _seconds(self, packet: Any) -> Fraction | None:
        stamp = stamp_of(packet)
        return stamp * self._base - self._origin if stamp is not None and packet.is_keyframe else None


def keyframe_sample(opened: ContainerCache, key_ms: list[int], clock: Deadline) -> SampleFrames:
    """One look at each of these keyframes. Raises EngineError when the file cannot be opened."""
    with opened.container() as container:
        visitor = _Visitor(container)
        if visitor.stream is None or not key_ms:
            return SampleFrames.none()
        sampler = KeyframeSampler(visitor.stream, visitor.origin_s)
        for number, at_ms in enumerate(key_ms):
            if clock.stop.is_set():
                break
            if not _sample_at(visitor, sampler, at_ms, at_ms):
                _sample_at(visitor, sampler, at_ms, at_ms - _STEP_BACK_MS)
            clock.at_ms = number + 1
        return sampler.finish()


def _sample_at(visitor: _Visitor, sampler: KeyframeSampler, at_ms: int, from_ms: int) -> bool:
    """Whether the keyframe shown at `at_ms` was met from `from_ms` on."""
    burst: list[Any] = []
    # One more: times are rounded, and a seek must not end one keyframe too early.
    for packet in visitor.packets(from_ms + 1):
        if packet.size == 0:
            continue
        if not burst:
            if packet.dts is not None and visitor.at_ms(packet.dts) > at_ms:
                return False
            if not packet.is_keyframe or packet.pts is None or visitor.at_ms(packet.pts) != at_ms:
                continue
        burst.append(packet)
        if len(burst) == BURST_PACKETS:
            break
    if burst:
        sampler.take(burst)
    return bool(burst)


def watch(opened: ContainerCache, ranges: list[tuple[int, int]], clock: Deadline) -> SampleFrames:
    """Looks at every reference frame of some ranges. Raises EngineError when the file cannot be opened."""
    with opened.container() as container:
        visitor = _Visitor(container)
        parts: list[SampleFrames] = []
        for start_ms, end_ms in ranges if visitor.stream is not None else []:
            sampler = DenseSampler(visitor.stream, visitor.origin_s, start_ms, end_ms, visitor.order)
            for packet in visitor.packets_before(start_ms):
                sampler.take(packet)
                if sampler.done or clock.stop.is_set():
                    break
            parts.append(sampler.finish())
            clock.at_ms += end_ms - start_ms
        return join(parts)


def halves(count: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Indices of so many things in two runs, for two workers."""
    return [part for part in np.array_split(np.arange(count), 2) if len(part)]
