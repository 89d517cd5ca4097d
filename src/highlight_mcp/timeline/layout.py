"""How clips lie on a track: lengths from source and speed, one after the other, parts of a clip. Pure.

Transitions belong to joins, where two clips meet; some of them last when clips move, go or come in.

With a ramp w, after a share x of a clip's time a share (1 - w)·x + w·x² of its source has played: the speed goes evenly
from speed × (1 - w) to speed × (1 + w), whose mean is the speed of the clip.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

from .model import Clip, Transition
from .time import TimeRange, format_time, rounded, scaled

SHORTEST_TRANSITION_MS = 40
_FINEST = 1_000_000
"""Denominator of ramps and speeds: a millionth moves no frame of a clip of twelve hours."""


class Pace(NamedTuple):
    """Speed and ramp of a clip, as fields of it."""

    speed: Fraction
    ramp: float

    @classmethod
    def between(cls, start: Fraction, end: Fraction) -> "Pace":
        """From one speed to another."""
        speed = ((start + end) / 2).limit_denominator(_FINEST)
        return cls(speed, round(float((end - start) / (end + start)), 6))

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The speeds at its start and at its end, to three decimals."""
        low, high = (round(float(self.speed) * (1 + sign * self.ramp), 3) for sign in (-1, 1))
        return Fraction(repr(low)), Fraction(repr(high))


def pace_of(clip: Clip) -> Pace:
    """The speed and ramp of a clip."""
    return Pace(clip.speed, clip.ramp)


def passed_ms(clip: Clip, at_ms: Fraction) -> Fraction:
    """How much source has played, in ms, so long after the clip's start; before and behind it at the speeds there."""
    if not clip.ramp:
        return at_ms * clip.speed
    ramp = _exact(clip.ramp)
    share = at_ms / clip.duration_ms
    if share < 0:
        return at_ms * clip.speed * (1 - ramp)
    if share > 1:
        return clip.duration_ms * clip.speed + (at_ms - clip.duration_ms) * clip.speed * (1 + ramp)
    return clip.duration_ms * clip.speed * share * (1 - ramp + ramp * share)


def moment_ms(clip: Clip, played_ms: int) -> Fraction:
    """How long after the clip's start so much of its source has played; the reverse of `passed_ms` inside the clip."""
    if not clip.ramp:
        return played_ms / clip.speed
    start, share = 1 - clip.ramp, float(played_ms / (clip.duration_ms * clip.speed))
    root = sqrt(max(0.0, start * start + 4 * clip.ramp * share))
    return clip.duration_ms * Fraction((root - start) / (2 * clip.ramp))


def part_of(clip: Clip, start_ms: int, end_ms: int) -> Pace:
    """The pace of the part of a clip between two offsets."""
    if not clip.ramp:
        return pace_of(clip)
    ramp = _exact(clip.ramp)
    first, last = (clip.speed * (1 - ramp + 2 * ramp * Fraction(at, clip.duration_ms)) for at in (start_ms, end_ms))
    return Pace.between(first.limit_denominator(_FINEST), last.limit_denominator(_FINEST))


def _exact(ramp: float) -> Fraction:
    return Fraction(ramp).limit_denominator(_FINEST)


def with_fields(clip: Clip, **fields: Any) -> Clip:
    """The clip with some fields changed; the values must be valid."""
    return clip.model_copy(update=fields)


def is_footage(clip: Clip) -> bool:
    """Whether the clip plays footage: neither a card nor a held frame."""
    return clip.media_id is not None and clip.source is not None and not clip.freeze


def duration_at_speed(source: TimeRange, speed: Fraction) -> int:
    """How long a source range plays, in ms; at least 1."""
    return max(1, scaled(source.duration_ms, 1 / speed))


def with_source(clip: Clip, source: TimeRange, pace: Pace | None = None) -> Clip:
    """The clip playing another source range or at another pace."""
    speed, ramp = pace or pace_of(clip)
    fields: dict[str, Any] = {"speed": speed, "ramp": ramp, "duration_ms": duration_at_speed(source, speed)}
    return with_fields(clip, source=source, label=label_from(clip, source.start_ms), **fields)


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
    return min(clip.source.start_ms + rounded(passed_ms(clip, Fraction(max(0, offset_ms)))), clip.source.end_ms)


def offset_of(clip: Clip, source_ms: int) -> int:
    """Offset into the clip at which a source time plays; clamped to the clip."""
    assert clip.source is not None
    if source_ms >= clip.source.end_ms:
        return clip.duration_ms
    return min(rounded(moment_ms(clip, max(0, source_ms - clip.source.start_ms))), clip.duration_ms)


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
        fields["speed"], fields["ramp"] = part_of(clip, max(0, start), min(end, clip.duration_ms))
        fields["duration_ms"] = duration_at_speed(fields["source"], fields["speed"])
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


SAME_PICTURE_MS = 50  # two pictures of the slowest usual footage, 24 a second, are 42 ms apart

Join = tuple[Clip, Clip]


def keep_transitions(before: Sequence[Clip], after: Sequence[Clip]) -> list[Clip]:
    """The clips of a reel after a change, with the transitions that it should have then.

    A transition lasts while both of its clips, or parts of them, still meet. Where every join had one, every
    join has one again, but for those inside what plays on without a break.
    """
    old = _Joins(before)
    out = list(after[:1])
    for first, second in pairwise(after):
        same = old.same(first, second)
        kept = same[1].transition if same else None
        transition = kept or (None if is_seamless(first, second) else old.everywhere)
        out.append(second if second.transition == transition else with_fields(second, transition=transition))
    return out


def count_lost_transitions(before: Sequence[Clip], after: Sequence[Clip]) -> int:
    """How many transitions went without being asked away; none where nothing of the old reel is left."""
    old = _Joins(before)
    if not any(clip.id in old.ids for clip in after):
        return 0
    if old.everywhere is not None:
        return sum(clip.transition is None for first, clip in pairwise(after) if not is_seamless(first, clip))
    kept = {same[1].id for one in pairwise(after) if one[1].transition and (same := old.same(*one))}
    return sum(clip.transition is not None and clip.id not in kept for clip in before)


def is_seamless(first: Clip, second: Clip) -> bool:
    """Whether the second clip goes on with the picture at which the first one ends."""
    if first.media_id is None or first.media_id != second.media_id or not first.source or not second.source:
        return False
    end_ms = first.source.start_ms if first.freeze else first.source.end_ms
    return abs(second.source.start_ms - end_ms) <= SAME_PICTURE_MS


class _Joins:
    """The joins of a reel before a change."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        self.ids = {clip.id for clip in clips}
        self._by_ids = {(first.id, second.id): (first, second) for first, second in pairwise(clips)}
        self._marked = [join for join in pairwise(clips) if join[1].transition is not None]
        self.everywhere = _everywhere(clips)

    def same(self, first: Clip, second: Clip) -> Join | None:
        """The old join at which two clips, or what they were parts of, met."""
        if first.id in self.ids and second.id in self.ids:
            return self._by_ids.get((first.id, second.id))
        return next((join for join in self._marked if self._are_of(join, first, second)), None)

    def _are_of(self, join: Join, first: Clip, second: Clip) -> bool:
        return self._is_of(first, join[0], SAME_PICTURE_MS) and self._is_of(second, join[1], -1)

    def _is_of(self, clip: Clip, old: Clip, reach_ms: int) -> bool:
        """Whether a clip is an old one, or a new one that shows some of its footage."""
        if clip.id == old.id or clip.id in self.ids:
            return clip.id == old.id
        if clip.media_id is None or clip.media_id != old.media_id or not clip.source or not old.source:
            return False
        latest, earliest = max(clip.source.start_ms, old.source.start_ms), min(clip.source.end_ms, old.source.end_ms)
        return latest - earliest <= reach_ms


def _everywhere(clips: Sequence[Clip]) -> Transition | None:
    """The transition that every join of a reel has, at its full length."""
    transitions = list(_true_joins(clips))
    if not transitions or len({one.kind if one else None for one in transitions}) > 1:
        return None
    return max((one for one in transitions if one), key=lambda one: one.duration_ms, default=None)


def _true_joins(clips: Sequence[Clip]) -> Iterator[Transition | None]:
    return (second.transition for first, second in pairwise(clips) if not is_seamless(first, second))


def marks_within(starts: Mapping[int, int], length_ms: int) -> tuple[tuple[int, int], ...]:
    """Marks of a text (its words' places → ms from its start) of which only a part is shown now.

    Of those that began before it the last is being said at the start; the first that is not said any more tells where
    the last one ends.
    """
    inside = {max(0, ms): at for at, ms in sorted(starts.items()) if ms < length_ms}
    beyond = [(at, length_ms) for at, ms in sorted(starts.items()) if ms >= length_ms][:1]
    return (*((at, ms) for ms, at in sorted(inside.items())), *beyond)


MOST_RISE_MS = 500


def rise_of(length_ms: int) -> int:
    """By how much an effect at a cut begins before it: a whoosh is loudest in its middle, or half a second in."""
    return min(length_ms // 2, MOST_RISE_MS)
