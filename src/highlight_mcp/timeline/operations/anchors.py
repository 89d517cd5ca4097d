"""What lies over the reel goes with what it lies over: texts, pictures and sound effects when clips move. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, TypeVar

from ..layout import is_footage, marks_within, offset_of, rise_of, source_at, with_fields
from ..model import Clip, Text
from ..time import scaled

Root = Callable[[str], str]
Item = TypeVar("Item", Text, Clip)
TextRule = Literal["follow", "ripple", "stay"]


class _Spot(NamedTuple):
    """Where something shown before is shown now; `lost_ms` of it have been cut away in front."""

    clip: Clip
    offset_ms: int
    lost_ms: int = 0

    @property
    def at_ms(self) -> int:
        return self.clip.start_ms + self.offset_ms


class Anchors:
    """Knows where everything shown before is shown now. Both reels must have clips.

    What lies over the reel belongs to the clip it names, else to the one that it begins over; what begins with
    the reel belongs to the reel (unless the rule is `ripple`), and what lasts as long as the reel goes on doing
    so. With the rule `stay` only texts that name a clip move.
    """

    def __init__(self, before: Sequence[Clip], after: Sequence[Clip], root: Root, rule: TextRule) -> None:
        self._before = before
        self._end = after[-1].end_ms
        self._root = root
        self._rule = rule
        self._owners = {clip.id: clip for clip in before}
        self._starts = [clip.start_ms for clip in before]
        self._families: dict[str, list[Clip]] = {}
        for clip in after:
            self._families.setdefault(root(clip.id), []).append(clip)

    def moved(self, item: Item) -> Item | None:
        """The same at its new place, None when the footage it belongs to has gone."""
        clip_id = _named(item)
        if clip_id is None and item.start_ms == 0 and item.end_ms >= self._before[-1].end_ms:
            return item.model_copy(update={"duration_ms": self._end})
        anchor = self._anchor(item)
        if anchor is None:
            return item
        offset = min(max(0, item.start_ms - anchor.start_ms), anchor.duration_ms)
        whole = clip_id is not None and offset == 0 and item.end_ms >= anchor.end_ms
        family = self._families.get(self._root(anchor.id), [])
        spot = _spot(anchor, offset, family)
        if spot is None:
            return None
        room = spot.clip.duration_ms - spot.offset_ms
        length = item.duration_ms
        if whole:
            length = room
        elif clip_id is not None:
            length = min(length - spot.lost_ms, room)
        if length <= 0:
            return None
        owner = {} if clip_id is None else {"clip_id": spot.clip.id}
        place: dict[str, object] = {"start_ms": spot.at_ms, "duration_ms": length}
        if isinstance(item, Text) and item.marks:
            spots = {at: _spot(anchor, min(offset + ms, anchor.duration_ms), family) or spot for at, ms in item.marks}
            said = {at: one.at_ms - spot.at_ms + bool(one.offset_ms) * one.lost_ms for at, one in spots.items()}
            place["marks"] = marks_within(said, length)
        return item.model_copy(update={**place, **owner})

    def _anchor(self, item: Text | Clip) -> Clip | None:
        clip_id = _named(item)
        if clip_id is not None and clip_id in self._owners:
            return self._owners[clip_id]
        if self._rule == "stay" or (item.start_ms == 0 and self._rule != "ripple"):
            return None
        return self._before[max(0, bisect_right(self._starts, item.start_ms) - 1)]


def _named(item: Text | Clip) -> str | None:
    """The clip that a text names as its own."""
    return item.clip_id if isinstance(item, Text) else None


def _spot(anchor: Clip, offset: int, family: Sequence[Clip]) -> _Spot | None:
    if not family:
        return None
    footage = [clip for clip in family if is_footage(clip)]
    if not is_footage(anchor) or not footage:
        same = next((clip for clip in family if clip.id == anchor.id), family[0])
        return _Spot(same, min(offset, same.duration_ms - 1))
    point = source_at(anchor, offset)
    if all(_is_other_footage(clip, anchor) for clip in footage):
        return _Spot(footage[0], min(offset, footage[0].duration_ms - 1))
    return min((_spot_in(clip, point) for clip in footage), key=lambda spot: spot.lost_ms)


def _is_other_footage(clip: Clip, anchor: Clip) -> bool:
    """Whether a clip shows nothing of what another one showed: it came in its place."""
    if clip.media_id != anchor.media_id or clip.source is None or anchor.source is None:
        return True
    return clip.source.clamped_to(anchor.source) is None


def _spot_in(clip: Clip, point: int) -> _Spot:
    assert clip.source is not None
    if point < clip.source.start_ms:
        return _Spot(clip, 0, scaled(clip.source.start_ms - point, 1 / clip.speed))
    if point >= clip.source.end_ms:
        return _Spot(clip, clip.duration_ms - 1, clip.duration_ms + scaled(point - clip.source.end_ms, 1 / clip.speed))
    return _Spot(clip, min(offset_of(clip, point), clip.duration_ms - 1))


def heard_with(anchors: Anchors, clip: Clip) -> Clip | None:
    """A sound effect where its middle is seen now; None when that has gone."""
    lead = rise_of(clip.duration_ms)
    hit = anchors.moved(with_fields(clip, start_ms=clip.start_ms + lead, duration_ms=1))
    return None if hit is None else with_fields(clip, start_ms=max(0, hit.start_ms - lead))
