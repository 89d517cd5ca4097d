"""Reads a whole recording: cut into fixed stretches, two at a time, each in one pass; samples where they pay."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer

from ...timeline.media import MediaInfo
from ..media.decoding import order_of, origin, packets_of, seek
from ..media.opening import heard_track
from ..media.ratios import exact
from ..media.streams import picture_stream, sound_stream, sound_streams
from .packets import Deadline, PacketLog, Packets, ProgressCallback, join_packets, likely_cuts, stretch_seconds
from .sample_frames import SampleFrames, Times, join, merge_frames
from .samplers import DenseSampler
from .sampling import ContainerCache, halves, keyframe_sample, watch
from .sampling_plan import KeyframeScheduler
from .series import CELL_MS, cells, ramp_of
from .shots import ShotChanges
from .sound import SoundBlocks, SoundSeries, together
from .sound_frames import SoundFrames

_PRIMING_MS = 500  # ms decoded before a stretch; flat


@dataclass(frozen=True)
class Stretch:
    """`start_ms` up to `end_ms` of a recording; `dense` looks at every frame, otherwise packets are noted only."""

    start_ms: int
    end_ms: int
    dense: bool
    last: bool = False


@dataclass(frozen=True, eq=False)
class Reading:
    """What one stretch holds: `sound` None without a sound track, `packets` None where frames were looked at."""

    sound: SoundSeries | None
    pictures: SampleFrames
    packets: Packets | None


def read(opened: ContainerCache, stretch: Stretch, clock: Deadline) -> Reading:
    """Read one stretch. Raises EngineError when the file cannot be opened."""
    with opened.container() as container:
        mixed = sound_streams(container) if heard_track(opened.path) == 0 else []
        reader = _Reader(container, stretch, clock, mixed)
        reader.run()
        return reader.finish()


class _Reader:
    def __init__(self, container: InputContainer, stretch: Stretch, clock: Deadline, mixed: list[AudioStream]) -> None:
        self._container = container
        self._stretch = stretch
        self._clock = clock
        self._origin = float(origin(container))
        picture = picture_stream(container)
        main = sound_stream(container)
        sounds = mixed or ([main] if main is not None else [])
        self._sampler: DenseSampler | PacketLog | None = None
        self._moved = False
        if picture is not None and stretch.dense:
            order, self._moved = order_of(container, picture), True
            self._sampler = DenseSampler(picture, self._origin, stretch.start_ms, stretch.end_ms, order)
        elif picture is not None:
            self._sampler = PacketLog(picture, self._origin, stretch.start_ms, stretch.end_ms)
        self._streams = [stream for stream in (picture, *sounds) if stream is not None]
        self._seconds = {stream.index: float(exact(stream.time_base) or 0) for stream in self._streams}
        first = stretch.start_ms // CELL_MS
        self._blocks = {sound.index: SoundBlocks(first, cells(stretch.end_ms) - first) for sound in sounds}
        self._frames = {index: SoundFrames(blocks, self._origin) for index, blocks in self._blocks.items()}

    def run(self) -> None:
        if not self._streams:
            return
        start_s = Fraction(max(0, self._stretch.start_ms - _PRIMING_MS), 1000)
        if self._moved or start_s > 0:
            seek(self._container, self._streams[0], start_s)
        for packet in packets_of(self._container, *self._streams):
            self._tell(packet)
            if packet.stream.index in self._blocks:
                self._hear(packet)
            elif self._sampler is not None:
                self._sampler.take(packet)
            if self._clock.stop.is_set() or self._finished():
                break

    def finish(self) -> Reading:
        for frames in self._frames.values():
            frames.finish()
        series = [blocks.finish() for blocks in self._blocks.values()]
        sound = together(series) if series else None
        if isinstance(self._sampler, DenseSampler):
            return Reading(sound, self._sampler.finish(), None)
        return Reading(sound, SampleFrames.none(), self._sampler.finish() if self._sampler is not None else None)

    def _tell(self, packet: Any) -> None:
        if packet.dts is not None:
            at_ms = int((packet.dts * self._seconds[packet.stream.index] - self._origin) * 1000)
            self._clock.at_ms = max(self._clock.at_ms, at_ms - self._stretch.start_ms)

    def _finished(self) -> bool:
        if self._stretch.last:
            return False
        heard = all(blocks.done for blocks in self._blocks.values())
        return heard and (self._sampler is None or self._sampler.done)

    def _hear(self, packet: Any) -> None:
        if self._blocks[packet.stream.index].done:
            return
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, OSError):
            return
        for frame in frames:
            if frame.pts is not None:
                self._frames[packet.stream.index].take(frame)


STRETCH_MS = 900_000
"""Long enough that opening the file again (reading its index) costs nothing beside it."""
SPLIT_FROM_MS = 120_000  # ms; flat
_SEEKABLE = ("mp4", "mov", "mkv", "matroska", "webm", "3gp")
WORKERS = 2  # threads
_LONG_MS = 6 * 3_600_000
"""Longer files are read by one thread: each holds an index of about 25 MB per hour."""
_LEAST_STRETCHES = 2  # stretches, one for each of the WORKERS
_REPORT_S = 0.3  # s, within the second that `analyse` promises
_KEYFRAME_RATE, _KEYFRAME_RATE_SILENT = 0.0026, 0.0052
"""CPU seconds for looks at keyframes, per second of footage with and without sound."""
_CLOSER_RATE, _CLOSER_RATE_SILENT = 0.0014, 0.0026
"""CPU seconds for frame-by-frame looks, per second of footage with and without sound. Planned as for two hours, 18
composed matches have a mean F1 of 0.904 with these two rates with sound, the best of five settings, of 0.896 with both
a sixth higher: no loss was seen, no gain is claimed. Talks and games change by nothing. Silent recordings lose 0.05
where theirs are a fifth lower (30 November)."""
_ALL_SEEN_S, _LEAST_PART = (300.0, 600.0), 0.2
"""Seconds of footage up to which, and from which on, `least_s` counts whole and in this part. On recordings of 9 to 12
minutes of 1080p a fifth gave a mean F1 of 0.946, three tenths 0.944, a half 0.943, all of it 0.955 (1 December)."""
_ROUNDS = 4
"""How often the gap between two looks that differ is halved."""

T = TypeVar("T")


@dataclass(frozen=True)
class ScanPlan:
    """What the plan needs to know of a file."""

    duration_ms: int
    size_bytes: int
    pixels: int
    frame_rate: float
    seekable: bool
    sound: bool
    least_s: float = 8.0
    """CPU seconds that even the shortest recording may spend on frame-by-frame looks, longer ones a part of them."""

    @property
    def closer_budget_s(self) -> float:
        rate = _CLOSER_RATE if self.sound else _CLOSER_RATE_SILENT
        seconds = self.duration_ms / 1000.0
        whole = 1.0 - (1.0 - _LEAST_PART) * ramp_of(seconds, *_ALL_SEEN_S)
        return max(self.least_s * whole, rate * seconds)

    @property
    def keyframe_budget_s(self) -> float:
        return (_KEYFRAME_RATE if self.sound else _KEYFRAME_RATE_SILENT) * self.duration_ms / 1000.0

    @property
    def workers(self) -> int:
        """Threads at work; what is found does not depend on it."""
        return WORKERS if self.duration_ms <= _LONG_MS else 1

    def closer_price_s(self, duration_ms: int) -> float:
        """CPU seconds to look at every reference frame of `duration_ms`, at the mean rate of the file."""
        size = self.size_bytes * duration_ms // max(1, self.duration_ms)
        return stretch_seconds(duration_ms / 1000.0, size, self.pixels, self.frame_rate)


@dataclass(frozen=True, eq=False)
class SignalScan:
    """What one pass over everything gave: `packets` None where every frame was looked at (or there are none)."""

    sound: SoundSeries | None
    pictures: SampleFrames
    packets: Packets | None


def scan_plan_of(media: MediaInfo) -> ScanPlan:
    """The shape of a file as `probe` told it."""
    return ScanPlan(
        duration_ms=media.duration_ms,
        size_bytes=media.size_bytes,
        pixels=media.width * media.height if media.kind == "video" else 0,
        frame_rate=float(media.frame_rate or 25),
        seekable=is_seekable(media.container),
        sound=media.has_sound,
    )


def is_seekable(container: str) -> bool:
    """Whether stretches of such a container can be read on their own (it carries an index)."""
    return any(name in container for name in _SEEKABLE)


def survey(opened: ContainerCache, shape: ScanPlan, report: ProgressCallback) -> SignalScan:
    """Sound of the whole recording, with looks at every frame where the budget allows, else with all packet sizes."""
    dense = shape.pixels > 0 and shape.closer_price_s(shape.duration_ms) <= shape.closer_budget_s
    stretches = [Stretch(a, b, dense, last=b == shape.duration_ms) for a, b in pairwise(_edges(shape)) if b > a]
    lengths = [stretch.end_ms - stretch.start_ms for stretch in stretches]
    parts = _at_work([partial(read, opened, stretch) for stretch in stretches], lengths, shape.workers, report)
    packets = [part.packets for part in parts if part.packets is not None]
    return SignalScan(
        sound=_heard(shape, stretches, parts),
        pictures=join([part.pictures for part in parts]),
        packets=join_packets(packets) if packets else None,
    )


def _edges(shape: ScanPlan) -> list[int]:
    """Where stretches begin and end; two at least for all but the shortest recordings, one per core."""
    count = 1
    if shape.seekable and shape.duration_ms >= SPLIT_FROM_MS:
        count = max(_LEAST_STRETCHES, -(-shape.duration_ms // STRETCH_MS))
    inner = [shape.duration_ms * number // count // CELL_MS * CELL_MS for number in range(count)]
    return [*inner, shape.duration_ms]


def keyframe_samples(
    opened: ContainerCache, shape: ScanPlan, packets: Packets, changes: ShotChanges, report: ProgressCallback
) -> tuple[SampleFrames, float]:
    """Looks at keyframes as far as the budget goes, more where the pictures may change; CPU seconds left over."""
    share = shape.size_bytes / max(1, int(packets.size.sum()))
    plan = KeyframeScheduler(packets, shape.pixels, shape.keyframe_budget_s, share, changes)
    pictures = _glanced(opened, plan.first(), shape.workers, report)
    for _ in range(_ROUNDS):
        more = plan.between(pictures)
        if not more:
            break
        pictures = join([pictures, _glanced(opened, more, shape.workers, report)])
    likely_ms, likely = likely_cuts(packets)
    return replace(pictures, likely_ms=likely_ms, likely=likely), plan.left_s


def _glanced(opened: ContainerCache, key_ms: list[int], workers: int, report: ProgressCallback) -> SampleFrames:
    parts = [[key_ms[index] for index in half] for half in halves(len(key_ms))]
    jobs = [partial(keyframe_sample, opened, part) for part in parts]
    return join(_at_work(jobs, [len(part) for part in parts], workers, report))


def refine(
    opened: ContainerCache,
    shape: ScanPlan,
    keys: Times,
    wanted: Iterable[tuple[int, int]],
    saved_s: float,
    report: ProgressCallback,
) -> SampleFrames:
    """Frame-by-frame looks at the `wanted` ranges, best first, as far as the budget and what was saved go.

    `keys` are the times of all keyframes.
    """
    left = shape.closer_budget_s + saved_s
    chosen: list[tuple[int, int]] = []
    for start, end in wanted:
        price = shape.closer_price_s(end - _keyframe_before(keys, start))
        if price <= left:
            left -= price
            chosen.append((start, end))
    ranges = [(int(a), int(b)) for a, b in merge_frames(np.array(chosen, np.int64).reshape(-1, 2), gap_ms=1000)]
    parts = [[ranges[index] for index in half] for half in halves(len(ranges))]
    jobs = [partial(watch, opened, part) for part in parts]
    return join(_at_work(jobs, [sum(end - start for start, end in part) for part in parts], shape.workers, report))


def _keyframe_before(key_ms: Times, at_ms: int) -> int:
    index = int(np.searchsorted(key_ms, at_ms, side="right")) - 1
    return int(key_ms[index]) if index >= 0 else 0


def _at_work(
    jobs: Sequence[Callable[[Deadline], T]], lengths: list[int], workers: int, report: ProgressCallback
) -> list[T]:
    """Results of some jobs, in order; tells about three times a second how far all of them are."""
    clocks = [Deadline() for _ in jobs]
    total = sum(lengths)
    with ThreadPoolExecutor(workers, thread_name_prefix="scan") as pool:
        futures = [pool.submit(job, clock) for job, clock in zip(jobs, clocks, strict=True)]
        try:
            while wait(futures, timeout=_REPORT_S).not_done:
                report(sum(map(_passed, lengths, clocks, futures)), total)
            return [future.result() for future in futures]
        finally:
            for clock in clocks:
                clock.stop.set()


def _passed(length: int, clock: Deadline, future: Future[T]) -> int:
    return length if future.done() else min(max(clock.at_ms, 0), length)


def _heard(shape: ScanPlan, stretches: list[Stretch], parts: list[Reading]) -> SoundSeries | None:
    if not shape.sound or all(part.sound is None for part in parts):
        return None
    whole = SoundSeries.silent(cells(shape.duration_ms))
    for stretch, part in zip(stretches, parts, strict=True):
        if part.sound is not None:
            whole.put(stretch.start_ms // CELL_MS, part.sound)
    return whole
