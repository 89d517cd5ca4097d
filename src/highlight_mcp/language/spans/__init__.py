"""Recognisers of typed spans: times, quantities, clip numbers."""

from ..tokens import MaskedText
from . import clips, quantities, times
from .grammar import grammar_of


def recognise(canvas: MaskedText, languages: tuple[str, ...]) -> None:
    """Paint every typed span of the text; the order settles which reading wins."""
    grammar = grammar_of(languages)
    for paint in (
        quantities.mark_first_quantities,
        clips.mark_named_clips,
        times.mark_times,
        clips.mark_clip_numbers,
        quantities.mark_quantities,
    ):
        paint(canvas, grammar)
