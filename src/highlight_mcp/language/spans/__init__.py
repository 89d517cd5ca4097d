"""Recognisers of typed spans: times, quantities, clip numbers."""

from ..tokens import MaskedText
from . import clips, quantities, times


def recognise(canvas: MaskedText) -> None:
    """Paint every typed span of the text; the order settles which reading wins."""
    for paint in (
        quantities.mark_first_quantities,
        clips.mark_named_clips,
        times.mark_times,
        clips.mark_clip_numbers,
        quantities.mark_quantities,
    ):
        paint(canvas)
