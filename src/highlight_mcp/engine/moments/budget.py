"""Which clips fill the reel, and how the room that is left is shared."""

from dataclasses import replace

from .bounds import Bounds
from .clips import Clip

_GAP_MS = 500  # ms; no source on record, not varied
_STEP_MS = 500  # ms; no source on record, not varied


def select(clips: list[Clip], bounds: Bounds) -> tuple[list[Clip], list[Clip]]:
    """(chosen, left out), both best first. Greedy by score, no overlap, never longer than the reel.

    A clip that does not fit is passed over for later, shorter ones; only the very first is shortened.
    """
    chosen: list[Clip] = []
    left: list[Clip] = []
    room = bounds.total_ms
    for clip in clips:
        if bounds.count is not None and len(chosen) >= bounds.count:
            left.append(clip)
        elif any(_collide(clip, other) for other in chosen):
            continue
        elif room is None or clip.length_ms <= room:
            chosen.append(clip)
            room = None if room is None else room - clip.length_ms
        elif not chosen:
            chosen.append(replace(clip, end_ms=clip.start_ms + room))
            room = 0
        else:
            left.append(clip)
    return chosen, left


def share_room(chosen: list[Clip], bounds: Bounds) -> list[Clip]:
    """Longer lead-ins where the reel has room: everyone in turn, a second at a time, best first."""
    if bounds.fixed_ms is not None:
        return chosen
    clips = list(chosen)
    room = bounds.total_ms - sum(clip.length_ms for clip in clips) if bounds.total_ms is not None else 10**9
    grown = True
    while grown and room >= _STEP_MS:
        grown = False
        for index, clip in enumerate(clips):
            if room < _STEP_MS:
                break
            longer = clip.with_lead(_STEP_MS, bounds.lead_ms)
            if longer.length_ms > bounds.longest_ms or longer.length_ms == clip.length_ms:
                continue
            if any(_collide(longer, other) for place, other in enumerate(clips) if place != index):
                continue
            room -= longer.length_ms - clip.length_ms
            clips[index] = longer
            grown = True
    return clips


def _collide(one: Clip, other: Clip) -> bool:
    return (
        one.source.media_id == other.source.media_id
        and one.start_ms < other.end_ms + _GAP_MS
        and other.start_ms < one.end_ms + _GAP_MS
    )
