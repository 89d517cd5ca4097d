"""How clips lie on a track: lengths from source and speed, one after the other, parts of a clip. Pure."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from .model import Clip
from .time import TimeRange, format_time, scaled

SHORTEST_TRANSITION_MS = 40


def with_fields(clip: Clip, **fields: Any) -> Clip:
    """The clip with some fields changed; the values must be valid."""
    return clip.model_copy(update=fields)


def is_footage(clip: Clip) -> bool:
    """Whether the clip plays footage: neither a card nor a held frame."""
    return clip.media_id is not None and clip.source is not None and not clip.freeze


def duration_at_speed(source: TimeRange, speed: Fraction) -> int:
    """How long a source range plays, in ms; at least 1."""
    return max(1, scaled(source.duration_ms, 1 / speed))


def with_source(clip: Clip, source: TimeRange, speed: Fraction | None = None) -> Clip:
    """The clip playing another source range or at another speed."""
    pace = clip.speed if speed is None else speed
    label = label_from(clip, source.start_ms)
    return with_fields(clip, source=source, speed=pace, duration_ms=duration_at_speed(source, pace), label=label)


def label_from(clip: Clip, start_ms: int) -> str:
    """The label of a clip whose source begins elsewhere: one that ends with the old time ends with the new one."""
    old = f" {format_time(clip.source.start_ms)}" if clip.source is not None else ""
    if not old or not clip.label.endswith(old):
        return clip.label
    return f"{clip.label.removesuffix(old)} {format_time(start_ms)}"


def source_at(clip: Clip, offset_ms: int) -> int:
    """Source time at `offset_ms` into the clip."""
    assert clip.source is not None
    if offset_ms >= clip.duration_ms:
        return clip.source.end_ms
    return min(clip.source.start_ms + scaled(max(0, offset_ms), clip.speed), clip.source.end_ms)


def offset_of(clip: Clip, source_ms: int) -> int:
    """Offset into the clip at which a source time plays; clamped to the clip."""
    assert clip.source is not None
    if source_ms >= clip.source.end_ms:
        return clip.duration_ms
    return min(scaled(max(0, source_ms - clip.source.start_ms), 1 / clip.speed), clip.duration_ms)


def slice_clip(clip: Clip, start: int, end: int) -> Clip:
    """The piece of a clip between two offsets in ms; fades and the transition stay with its ends."""
    whole_start, whole_end = start <= 0, end >= clip.duration_ms
    if whole_start and whole_end:
        return clip
    fields: dict[str, Any] = {"duration_ms": max(1, end - start)}
    if not whole_start:
        fields |= {"fade_in_ms": 0, "picture_fade_in_ms": 0, "transition": None}
    if not whole_end:
        fields |= {"fade_out_ms": 0, "picture_fade_out_ms": 0}
    if is_footage(clip) and clip.source is not None:
        first = min(source_at(clip, start), clip.source.end_ms - 1)
        last = max(first + 1, source_at(clip, end))
        fields["source"] = TimeRange(start_ms=first, end_ms=last)
        fields["label"] = label_from(clip, first)
        fields["duration_ms"] = duration_at_speed(fields["source"], clip.speed)
    if clip.zoom is not None:
        fields["zoom"] = clip.zoom.between(max(0, start) / clip.duration_ms, min(end / clip.duration_ms, 1))
    return with_fields(clip, **fields)


def layout_clips(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """Clips one after the other from 0, with transitions and fades that fit them."""
    out: list[Clip] = []
    at = 0
    for clip in clips:
        placed = clip if clip.start_ms == at else with_fields(clip, start_ms=at)
        placed = _fitting_transition(placed, out[-1] if out else None)
        out.append(clamp_fades(placed))
        at = placed.end_ms
    return tuple(out)


def clamp_fades(clip: Clip) -> Clip:
    """Fades that together are no longer than the clip; the fade in gives way."""
    changes: dict[str, Any] = {}
    for first, last in (("fade_in_ms", "fade_out_ms"), ("picture_fade_in_ms", "picture_fade_out_ms")):
        out = min(getattr(clip, last), clip.duration_ms)
        into = min(getattr(clip, first), clip.duration_ms - out)
        if out != getattr(clip, last):
            changes[last] = out
        if into != getattr(clip, first):
            changes[first] = into
    return with_fields(clip, **changes) if changes else clip


def longest_transition(before: Clip, clip: Clip) -> int:
    """How long a transition at the cut between two clips may be, in ms."""
    return min(before.duration_ms, clip.duration_ms, 5000)


def preserve_edges(before: Sequence[Clip], after: Sequence[Clip]) -> list[Clip]:
    """The fades at the two ends of a reel stay at its ends when other clips get there."""
    clips = list(after)
    if not before or not clips:
        return clips
    _move_edge(clips, before[0], 0, ("fade_in_ms", "picture_fade_in_ms"))
    _move_edge(clips, before[-1], -1, ("fade_out_ms", "picture_fade_out_ms"))
    return clips


def _move_edge(clips: list[Clip], old: Clip, place: int, names: tuple[str, ...]) -> None:
    values = {name: getattr(old, name) for name in names if getattr(old, name)}
    if not values or clips[place].id == old.id:
        return
    for index, clip in enumerate(clips):
        if clip.id == old.id:
            clips[index] = with_fields(clip, **dict.fromkeys(values, 0))
    missing = {name: value for name, value in values.items() if not getattr(clips[place], name)}
    clips[place] = with_fields(clips[place], **missing)


def _fitting_transition(clip: Clip, before: Clip | None) -> Clip:
    if clip.transition is None:
        return clip
    room = longest_transition(before, clip) if before is not None else 0
    if room < SHORTEST_TRANSITION_MS:
        return with_fields(clip, transition=None)
    if clip.transition.duration_ms > room:
        return with_fields(clip, transition=clip.transition.model_copy(update={"duration_ms": room}))
    return clip
