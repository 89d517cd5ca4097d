"""Sound through FFmpeg's filters: blocks in, blocks out."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from numpy.typing import NDArray

from .sound_plan import SAMPLE_RATE

Samples = NDArray[np.float32]
"""Two channels by samples, full scale 1.0."""

_NO_MORE = (av.error.BlockingIOError, av.error.EOFError)


def sound_graph(name: str, arguments: str) -> Graph:
    """One filter between stereo blocks at 48 kHz."""
    graph = Graph()
    base = Fraction(1, SAMPLE_RATE)
    graph.link_nodes(
        graph.add_abuffer(sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=base),
        graph.add(name, arguments),
        graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo:sample_rates=48000"),
        graph.add("abuffersink"),
    )
    graph.configure()
    return graph


def audio_frame(samples: Samples, at: int) -> AudioFrame:
    """A block as a frame for FFmpeg: planar float, stereo, 48 kHz, beginning at sample `at`."""
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.float32), format="fltp", layout="stereo")
    frame.sample_rate = SAMPLE_RATE
    frame.pts, frame.time_base = at, Fraction(1, SAMPLE_RATE)
    return frame


def pulled(graph: Graph) -> Iterator[Samples]:
    """All that a sound graph has ready."""
    for frame in pulled_frames(graph):
        yield np.asarray(frame.to_ndarray(), np.float32)


def pulled_frames(graph: Graph) -> Iterator[AudioFrame]:
    """All frames that a sound graph has ready."""
    while True:
        try:
            frame = graph.pull()
        except _NO_MORE:
            return
        assert isinstance(frame, AudioFrame)
        yield frame
