"""Decoded sound as mono samples at 16 kHz, many frames at a time: asking after each one costs more than converting."""

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from ..media.ratios import exact
from .series import SAMPLE_RATE
from .sound import SoundBlocks

_MERGED = 16_384  # samples that the converter gets at once
_AT_ONCE = 64  # frames between two looks at what is ready
_JUMP_S = 0.05  # s of the stamps against the samples; as sound._TOLERANCE


class SoundFrames:
    """Takes the frames of one stream in order and hands what becomes of them to `blocks`."""

    def __init__(self, blocks: SoundBlocks, origin_s: float) -> None:
        self._blocks = blocks
        self._origin_s = origin_s
        self._graph: Graph | None = None
        self._form: tuple[str, str, int] | None = None
        self._tick_s = 0.0
        self._next_s = 0.0
        self._waiting = 0

    def take(self, frame: Any) -> None:
        """Convert one frame that has a time stamp."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        graph = self._graph
        if graph is None or form != self._form or abs(frame.pts * self._tick_s - self._next_s) > _JUMP_S:
            graph = self._anew(frame, form)
        graph.push(frame)
        self._next_s += frame.samples / form[2]
        self._waiting += 1
        if self._waiting >= _AT_ONCE:
            self._hand_over(graph)

    def _anew(self, frame: Any, form: tuple[str, str, int]) -> Graph:
        """A converter for what begins with this frame."""
        self.finish()
        base = exact(frame.time_base) or Fraction(1, frame.sample_rate)
        self._graph, self._form, self._tick_s = _converter(frame, base), form, float(base)
        self._next_s = frame.pts * self._tick_s
        return self._graph

    def finish(self) -> None:
        """Hand over what is still held back."""
        if self._graph is not None:
            self._graph.push(None)
            self._hand_over(self._graph)
            self._graph = None

    def _hand_over(self, graph: Graph) -> None:
        self._waiting = 0
        while True:
            try:
                ready = graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            assert isinstance(ready, AudioFrame)
            at_s = (ready.pts or 0) / SAMPLE_RATE - self._origin_s
            samples = np.frombuffer(memoryview(ready.planes[0]), np.float32, ready.samples)
            self._blocks.feed(round(at_s * SAMPLE_RATE), samples)


def _converter(frame: Any, base: Fraction) -> Graph:
    """Frames like this one in, stamped in units of `base`, mono samples at 16 kHz out."""
    graph = Graph()
    steps = [
        graph.add(
            "abuffer",
            sample_rate=str(frame.sample_rate),
            sample_fmt=frame.format.name,
            channel_layout=frame.layout.name,
            time_base=str(base),
        ),
        graph.add("asetnsamples", n=str(_MERGED), p="0"),
        graph.add("aformat", sample_rates=str(SAMPLE_RATE), sample_fmts="flt", channel_layouts="mono"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*steps).configure()
    return graph
