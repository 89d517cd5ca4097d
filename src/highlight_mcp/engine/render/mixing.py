"""One stereo sound track from all clips and music: mixed, ducked, brought to a loudness, limited."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from .hearing import ClipSound, Samples
from .plan import SAMPLE_RATE, RenderPlan, Sound
from .source import Sources, source_for

BLOCK = SAMPLE_RATE // 10
DUCK_LEVEL = 10 ** (-34 / 20)
DUCK_HOLD_BLOCKS = 6
DUCK_SMOOTH = 0.35
CEILING_DB = -1.0


class SoundTrack:
    """The mix of a plan, block by block from the start."""

    def __init__(self, plan: RenderPlan, sources: Sources) -> None:
        self._plan = plan
        self._sources = sources

    def blocks(self, gain: float = 1.0) -> Iterator[Samples]:
        """Stereo blocks of up to 100 ms, in all `plan.samples` long, limited below full scale."""
        yield from _limited(block * np.float32(gain) for block in self._mixed())

    def gain_for(self, lufs: float) -> float:
        """The constant gain that brings the whole mix to an integrated loudness (EBU R 128)."""
        measured = _loudness(self._mixed())
        return 1.0 if measured is None else float(10 ** ((lufs - measured) / 20))

    def _mixed(self) -> Iterator[Samples]:
        playing: dict[int, ClipSound] = {}
        duck = _Duck()
        try:
            for start in range(0, self._plan.samples, BLOCK):
                count = min(BLOCK, self._plan.samples - start)
                yield self._block(start, count, playing, duck)
        finally:
            for sound in playing.values():
                sound.close()

    def _block(self, start: int, count: int, playing: dict[int, ClipSound], duck: "_Duck") -> Samples:
        mix = np.zeros((2, count), np.float32)
        music: list[tuple[Sound, Samples]] = []
        for number, sound in enumerate(self._plan.sounds):
            heard = self._heard(number, sound, start, count, playing)
            if heard is not None and sound.music:
                music.append((sound, heard))
            elif heard is not None:
                mix += heard
        ducking = duck.follow(float(np.sqrt(np.mean(mix * mix))) if count else 0.0, count)
        for sound, heard in music:
            mix += heard if sound.duck_db is None else heard * (1 - ducking * (1 - 10 ** (sound.duck_db / 20)))
        return mix

    def _heard(
        self, number: int, sound: Sound, start: int, count: int, playing: dict[int, ClipSound]
    ) -> Samples | None:
        first, last = max(start, sound.first), min(start + count, sound.last)
        if first >= last:
            if number in playing and start >= sound.last:
                playing.pop(number).close()
            return None
        if number not in playing:
            assert sound.clip.media_id is not None
            playing[number] = ClipSound(source_for(self._sources, sound.clip.media_id), sound)
        out = np.zeros((2, count), np.float32)
        out[:, first - start : last - start] = playing[number].read(last - first)
        return out


class _Duck:
    """Follows the footage's level: 1 while it is loud and a little after, otherwise 0, without steps."""

    def __init__(self) -> None:
        self._hold = 0
        self._value = 0.0

    def follow(self, rms: float, count: int) -> Samples:
        self._hold = DUCK_HOLD_BLOCKS if rms > DUCK_LEVEL else max(0, self._hold - 1)
        target = 1.0 if self._hold else 0.0
        after = self._value + DUCK_SMOOTH * (target - self._value)
        ramp: Samples = np.linspace(self._value, after, count, dtype=np.float32)
        self._value = after
        return ramp


def _limited(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Peaks kept below -1 dB by FFmpeg's look-ahead limiter, its delay taken out."""
    limit = 10 ** (CEILING_DB / 20)
    graph = _graph([("alimiter", f"limit={limit:.4f}:level=0:latency=1:attack=5:release=50")])
    at = 0
    for block in blocks:
        graph.push(_frame(block, at))
        at += block.shape[1]
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _loudness(blocks: Iterator[Samples]) -> float | None:
    """Integrated loudness in LUFS; None for silence."""
    graph = _graph([("ebur128", "metadata=1")])
    at, value = 0, None
    for block in blocks:
        graph.push(_frame(block, at))
        at += block.shape[1]
        for frame in _frames(graph):
            text = frame.metadata.get("lavfi.r128.I")
            value = float(text) if text is not None else value
    return None if value is None or value <= -69 else value


def _graph(steps: list[tuple[str, str]]) -> Graph:
    graph = Graph()
    base = Fraction(1, SAMPLE_RATE)
    nodes = [graph.add_abuffer(sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=base)]
    nodes += [graph.add(name, arguments) for name, arguments in steps]
    nodes += [graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"), graph.add("abuffersink")]
    graph.link_nodes(*nodes)
    graph.configure()
    return graph


def _frame(block: Samples, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
    return frame


def _frames(graph: Graph) -> Iterator[AudioFrame]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        if isinstance(frame, AudioFrame):
            yield frame


def _pulled(graph: Graph) -> Iterator[Samples]:
    for frame in _frames(graph):
        yield frame.to_ndarray().astype(np.float32, copy=False)
