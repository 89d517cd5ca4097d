"""Woven fields made whole pictures."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from ..colours import buffer_of, settled

_NO_MORE = (av.error.BlockingIOError, av.error.EOFError)


def deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """Pictures as they are, or, once one is flagged as two woven fields, through FFmpeg's bwdif."""
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        if graph is None and not frame.interlaced_frame:
            yield frame
            continue
        if graph is None or shape != _shape(frame):
            yield from _rest(graph)
            graph, shape = _weaver(frame), _shape(frame)
        graph.push(settled(frame))
        yield from _ready(graph)
    yield from _rest(graph)


def _weaver(frame: VideoFrame) -> Graph:
    graph = Graph()
    buffer = buffer_of(graph, frame, frame.time_base or Fraction(1, 1000))
    graph.link_nodes(buffer, graph.add("bwdif", "mode=send_frame:deint=interlaced"), graph.add("buffersink"))
    graph.configure()
    return graph


def _shape(frame: VideoFrame) -> tuple[int, int, str]:
    return frame.width, frame.height, frame.format.name


def _ready(graph: Graph) -> Iterator[VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except _NO_MORE:
            return


def _rest(graph: Graph | None) -> Iterator[VideoFrame]:
    if graph is not None:
        graph.push(None)
        yield from _ready(graph)
