"""Pictures through a chain of FFmpeg's filters one after another, however many there are."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from ..media.streams import buffer_of
from .filter_graph import FilterStep

_NO_MORE = (av.error.BlockingIOError, av.error.EOFError)


def filtered(
    frames: Iterator[VideoFrame], steps: Sequence[FilterStep], base: Fraction, beside: VideoFrame | None = None
) -> Iterator[VideoFrame]:
    """The frames after all steps; they are alike, and numbered in units of `base` seconds.

    `beside` is one more picture, which the last step takes as its second input, such as a palette.
    """
    first = next(frames, None)
    if first is None:
        return
    graph = Graph()
    source = node = buffer_of(graph, first, base)
    for name, arguments in steps:
        added = graph.add(name, arguments or None)
        node.link_to(added)
        node = added
    other = None if beside is None else buffer_of(graph, beside, base)
    if other is not None:
        other.link_to(node, 0, 1)
    sink = graph.add("buffersink")
    node.link_to(sink)
    graph.configure()
    if other is not None:
        other.push(beside)
        other.push(None)
    for frame in _and_then(first, frames):
        source.push(frame)
        yield from _ready(graph)
    source.push(None)
    yield from _ready(graph)


def _and_then(first: VideoFrame, others: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    yield first
    yield from others


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except _NO_MORE:
            return
