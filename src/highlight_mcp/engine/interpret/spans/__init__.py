"""Recognisers of typed spans: times, quantities, clip numbers."""

from ..token import Canvas
from . import clips, quantities, times


def recognise(canvas: Canvas) -> None:
    """Paint every typed span of the text; the order settles which reading wins."""
    for paint in (quantities.paint_first, clips.paint_named, times.paint, clips.paint_rest, quantities.paint_rest):
        paint(canvas)
