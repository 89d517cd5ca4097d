"""Transitions belong to joins, where two clips meet: which of them last when clips move, go or come in."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..layout import with_fields
from ..model import Clip, Transition

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
        found = kept or (None if is_seamless(first, second) else old.everywhere)
        out.append(second if second.transition == found else with_fields(second, transition=found))
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
    found = list(_true_joins(clips))
    if not found or len({one.kind if one else None for one in found}) > 1:
        return None
    return max((one for one in found if one), key=lambda one: one.duration_ms, default=None)


def _true_joins(clips: Sequence[Clip]) -> Iterator[Transition | None]:
    return (second.transition for first, second in pairwise(clips) if not is_seamless(first, second))
