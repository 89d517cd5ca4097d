"""The sound of one clip as stereo blocks at 48 kHz, cut to the sample."""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from av.filter import Graph
from numpy.typing import NDArray

from ..decoding import frames_of, origin, seek
from ..opening import open_media
from ..streams import sound_stream
from .plan import SAMPLE_RATE, Sound
from .source import Source

Samples = NDArray[np.float32]
EDGE = SAMPLE_RATE // 100
SEEK_LEAD_S = Fraction(1, 4)
GAP = SAMPLE_RATE // 25
NO_SOUND = np.zeros((2, 0), np.float32)


class ClipSound:
    """Reads `last - first` samples of a clip's sound, in order; silence where there is none. Close it."""

    def __init__(self, source: Source, sound: Sound) -> None:
        self._source = source
        self._sound = sound
        self._open = ExitStack()
        self._blocks: Iterator[Samples] | None = None
        self._rest = NO_SOUND
        self._at = 0

    def close(self) -> None:
        self._blocks = None
        self._open.close()

    def read(self, count: int) -> Samples:
        """The next `count` samples, shape (2, count), with gain and fades applied."""
        if self._blocks is None:
            self._blocks = self._stream()
        parts, missing = [], count
        while missing > 0:
            if self._rest.shape[1] == 0:
                self._rest = next(self._blocks, NO_SOUND)
                if self._rest.shape[1] == 0:
                    parts.append(np.zeros((2, missing), np.float32))
                    break
            parts.append(self._rest[:, :missing])
            self._rest = self._rest[:, missing:]
            missing -= parts[-1].shape[1]
        block = np.concatenate(parts, axis=1) if parts else NO_SOUND
        shaped = block * self._envelope(count)
        self._at += count
        return shaped

    def _envelope(self, count: int) -> Samples:
        """Gain with the clip's fades, and ten milliseconds at both edges against clicks."""
        clip, length = self._sound.clip, self._sound.last - self._sound.first
        at = np.arange(self._at, self._at + count, dtype=np.float32)
        into = max(EDGE, clip.fade_in_ms * SAMPLE_RATE // 1000)
        out = max(EDGE, clip.fade_out_ms * SAMPLE_RATE // 1000)
        rise = np.clip((at + 1) / into, 0, 1)
        fall = np.clip((length - at) / out, 0, 1)
        envelope: Samples = (np.minimum(rise, fall) * self._sound.gain).astype(np.float32)
        return envelope

    def _stream(self) -> Iterator[Samples]:
        clip = self._sound.clip
        assert clip.source is not None
        if not self._source.info.has_sound:
            return
        container = self._open.enter_context(open_media(self._source.path))
        plain = _decoded(container, Fraction(clip.source.start_ms, 1000), Fraction(clip.source.end_ms, 1000))
        yield from plain if clip.speed == 1 else _stretched(plain, clip.speed)


def _decoded(container: InputContainer, start_s: Fraction, end_s: Fraction) -> Iterator[Samples]:
    """Stereo samples of [start, end) on an exact grid: gaps become silence, overlaps are dropped."""
    stream = sound_stream(container)
    if stream is None:
        return
    if start_s > SEEK_LEAD_S:
        seek(container, stream, start_s - SEEK_LEAD_S)
    zero = origin(container)
    resampler = AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    wanted, end = round(start_s * SAMPLE_RATE), round(end_s * SAMPLE_RATE)
    at: int | None = None
    for frame in frames_of(container, stream):
        if not isinstance(frame, AudioFrame) or frame.pts is None:
            continue
        place = round((frame.pts * (frame.time_base or Fraction(1, frame.sample_rate)) - zero) * SAMPLE_RATE)
        if at is None or abs(place - at) > GAP:
            at = place
        for piece in resampler.resample(frame):
            block = piece.to_ndarray().astype(np.float32, copy=False)
            begin, at = at, at + block.shape[1]
            if at <= wanted:
                continue
            if begin > wanted:
                yield np.zeros((2, min(begin, end) - wanted), np.float32)
                wanted = min(begin, end)
            kept = block[:, wanted - begin : end - begin]
            wanted += kept.shape[1]
            if kept.shape[1]:
                yield kept
            if wanted >= end:
                return


def _stretched(blocks: Iterator[Samples], speed: Fraction) -> Iterator[Samples]:
    """Faster or slower with the pitch kept (FFmpeg's atempo takes 0.5 to 100 at a time)."""
    graph = Graph()
    nodes = [
        graph.add_abuffer(sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE))
    ]
    left = float(speed)
    while left < 0.5:
        nodes.append(graph.add("atempo", "0.5"))
        left /= 0.5
    nodes += [graph.add("atempo", f"{left:.6f}"), graph.add("abuffersink")]
    graph.link_nodes(*nodes)
    graph.configure()
    at = 0
    for block in blocks:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
        at += block.shape[1]
        graph.push(frame)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame.to_ndarray().astype(np.float32, copy=False)
