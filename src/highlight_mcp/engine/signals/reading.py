"""One pass over a stretch of a file: sound to series, every frame to looks or every packet to its size."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer

from ..decoding import order_of, origin, packets_of, seek
from ..streams import picture_stream, sound_stream
from .clock import Clock
from .grid import CELL_MS, SAMPLE_RATE, cells
from .lookout import DenseLookout
from .opened import Opened
from .packets import PacketLog, Packets
from .pictures import Pictures
from .sound import Sound
from .soundblocks import SoundBlocks

_PRIMING_MS = 500  # ms decoded before a stretch; no source on record, not varied


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

    sound: Sound | None
    pictures: Pictures
    packets: Packets | None


def read(opened: Opened, stretch: Stretch, clock: Clock) -> Reading:
    """Read one stretch. Raises EngineError when the file cannot be opened."""
    with opened.container() as container:
        reader = _Reader(container, stretch, clock)
        reader.run()
        return reader.finish()


class _Reader:
    def __init__(self, container: InputContainer, stretch: Stretch, clock: Clock) -> None:
        self._container = container
        self._stretch = stretch
        self._clock = clock
        self._origin = float(origin(container))
        picture = picture_stream(container)
        sound = sound_stream(container)
        self._lookout: DenseLookout | PacketLog | None = None
        self._moved = False
        if picture is not None and stretch.dense:
            order, self._moved = order_of(container, picture), True
            self._lookout = DenseLookout(picture, self._origin, stretch.start_ms, stretch.end_ms, order)
        elif picture is not None:
            self._lookout = PacketLog(picture, self._origin, stretch.start_ms, stretch.end_ms)
        self._streams = [stream for stream in (picture, sound) if stream is not None]
        self._seconds = {stream.index: float(stream.time_base or 0) for stream in self._streams}
        self._picture, self._sound = picture, sound
        first = stretch.start_ms // CELL_MS
        self._blocks = SoundBlocks(first, cells(stretch.end_ms) - first) if sound is not None else None
        self._resampler: AudioResampler | None = None
        self._format: tuple[Any, ...] | None = None

    def run(self) -> None:
        if not self._streams:
            return
        start_s = Fraction(max(0, self._stretch.start_ms - _PRIMING_MS), 1000)
        if self._moved or start_s > 0:
            seek(self._container, self._streams[0], start_s)
        for packet in packets_of(self._container, *self._streams):
            self._tell(packet)
            if packet.stream is self._sound:
                self._hear(packet)
            elif self._lookout is not None:
                self._lookout.take(packet)
            if self._clock.stop.is_set() or self._finished():
                break

    def finish(self) -> Reading:
        sound = self._blocks.finish() if self._blocks is not None else None
        if isinstance(self._lookout, DenseLookout):
            return Reading(sound, self._lookout.finish(), None)
        return Reading(sound, Pictures.none(), self._lookout.finish() if self._lookout is not None else None)

    def _tell(self, packet: Any) -> None:
        if packet.dts is not None:
            at_ms = int((packet.dts * self._seconds[packet.stream_index] - self._origin) * 1000)
            self._clock.at_ms = max(self._clock.at_ms, at_ms - self._stretch.start_ms)

    def _finished(self) -> bool:
        if self._stretch.last:
            return False
        heard = self._blocks is None or self._blocks.done
        return heard and (self._lookout is None or self._lookout.done)

    def _hear(self, packet: Any) -> None:
        blocks = self._blocks
        if blocks is None or blocks.done:
            return
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, OSError):
            return
        for frame in frames:
            if frame.pts is not None:
                self._feed(blocks, frame)

    def _feed(self, blocks: SoundBlocks, frame: Any) -> None:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._format:
            self._format = form
            self._resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
        assert self._resampler is not None
        for part in self._resampler.resample(frame):
            at_s = (part.pts or 0) / SAMPLE_RATE - self._origin
            samples = np.frombuffer(memoryview(part.planes[0]), np.float32, part.samples)
            blocks.feed(round(at_s * SAMPLE_RATE), samples)
