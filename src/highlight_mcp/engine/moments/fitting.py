"""Which clips fit into a reel, and how its length is shared among them."""

from dataclasses import replace

from .clip_edges import CandidateClip
from .moment import LengthLimits

_GAP_MS = 500  # ms; flat
_STEP_MS = 500  # ms; flat
_MOST_SPARE_MS = 4_000  # ms beside an event and its lead; flat
LIMITLESS_MS = 60_000  # ms; more than a clip has
_LAST_MS = 1_000  # ms that are missing at the end; flat
_LEAST_CORE_MS = 2_000  # ms; a shorter piece of a moment is a flash; flat
_CORE_SHARE = 0.6  # part of a moment; flat


def select_clips(clips: list[CandidateClip], bounds: LengthLimits) -> tuple[list[CandidateClip], list[CandidateClip]]:
    """(chosen, left out), both best first. Greedy by score, no overlap, never longer than the reel.

    A clip that does not fit is passed over for later, shorter ones. Shortened is only the very first, and one that is
    certain, where all that is left beside it is less so.
    """
    chosen: list[CandidateClip] = []
    left: list[CandidateClip] = []
    room = bounds.total_ms
    lesser = 1 + max((place for place, clip in enumerate(clips) if clip.candidate.confidence == "high"), default=-1)
    for place, clip in enumerate([*clips, None]):
        if place == lesser:
            room = _with_a_certain_one(chosen, left, bounds, room)
        if clip is None:
            break
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


def _with_a_certain_one(
    chosen: list[CandidateClip], left: list[CandidateClip], bounds: LengthLimits, room_ms: int | None
) -> int | None:
    """The room that remains once the best certain clip of those left out was shortened to it, if most of one fits."""
    if room_ms is None or bounds.fixed_ms is not None or (bounds.count is not None and len(chosen) >= bounds.count):
        return room_ms
    for clip in left:
        core = clip.trimmed(room_ms) if _core_fits(clip, room_ms) else None
        if clip.candidate.confidence == "high" and core and not any(_collide(core, other) for other in chosen):
            chosen.append(core)
            left.remove(clip)
            return 0
    return room_ms


def _core_fits(clip: CandidateClip, room_ms: int) -> bool:
    """Whether most of a clip fits, and enough of it not to be a flash."""
    return room_ms >= max(_LEAST_CORE_MS, _CORE_SHARE * clip.length_ms)


def distribute_time(chosen: list[CandidateClip], bounds: LengthLimits) -> list[CandidateClip]:
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


def spend_spare_time(
    chosen: list[CandidateClip], left: list[CandidateClip], bounds: LengthLimits
) -> list[CandidateClip]:
    """The clips with the rest of the reel's length: the next moment cut to its core, else longer leads and tails.

    Whichever shows more: a moment of which most fits goes before seconds around those that are shown already. Clips
    grow in turn, best first, within their shots, for the last second also somewhat further; what cannot be filled so
    stays missing.
    """
    if bounds.total_ms is None or bounds.fixed_ms is not None or not chosen:
        return chosen
    clips = list(chosen)
    room = bounds.total_ms - sum(clip.length_ms for clip in clips)
    for clip in left if bounds.count is None else ():
        whole = min(clip.length_ms, bounds.longest_ms)
        if _LEAST_CORE_MS <= room < whole and room >= _CORE_SHARE * whole:
            core = clip.trimmed(room)
            if not any(_collide(core, other) for other in clips):
                return [*clips, core]
    clips = grown(clips, bounds, _MOST_SPARE_MS)
    return grown(clips, bounds, LIMITLESS_MS) if _missing(clips, bounds) <= _LAST_MS else clips


def _missing(clips: list[CandidateClip], bounds: LengthLimits) -> int:
    return max(0, (bounds.total_ms or 0) - sum(clip.length_ms for clip in clips))


def grown(clips: list[CandidateClip], bounds: LengthLimits, most_ms: int) -> list[CandidateClip]:
    """All clips longer in turn, at the end first, as far as the reel, their shots and `most_ms` allow."""
    clips = list(clips)
    room = _missing(clips, bounds)
    grown = True
    while grown and room > 0:
        grown = False
        for index, later in [(index, later) for later in (True, False) for index in range(len(clips))]:
            clip = clips[index]
            step = min(_STEP_MS, room, bounds.longest_ms - clip.length_ms)
            longer = clip.grown(step, most_ms, later=later) if step > 0 else clip
            if longer == clip or any(_collide(longer, other) for place, other in enumerate(clips) if place != index):
                continue
            room -= longer.length_ms - clip.length_ms
            clips[index] = longer
            grown = True
    return clips


def _collide(one: CandidateClip, other: CandidateClip) -> bool:
    kinds = {clip.candidate.signals.get("kind") for clip in (one, other)}
    gap_ms = 0 if kinds == {"shot"} else _GAP_MS
    return (
        one.source.media_id == other.source.media_id
        and one.start_ms < other.end_ms + gap_ms
        and other.start_ms < one.end_ms + gap_ms
    )
