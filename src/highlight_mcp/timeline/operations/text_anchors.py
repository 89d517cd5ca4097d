"""Texts follow the footage under them when the reel changes."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from ..layout import is_footage, offset_of, source_at
from ..model import Clip, Text
from ..time import scaled

Root = Callable[[str], str]


class _Spot(NamedTuple):
    """Where something shown before is shown now; `lost_ms` of it have been cut away in front."""

    clip: Clip
    offset_ms: int
    lost_ms: int = 0


class TextAnchors:
    """Knows where everything shown before is shown now. Both reels must have clips.

    A text belongs to the clip it names, else to the one that it begins over; what begins with the
    reel belongs to the reel (unless the rule is `ripple`), and what lasts as long as the reel goes on
    doing so. With the rule `stay` only texts that name a clip move.
    """

    def __init__(
        self, before: Sequence[Clip], after: Sequence[Clip], root: Root, rule: Literal["follow", "ripple", "stay"]
    ) -> None:
        self._before = before
        self._end = after[-1].end_ms
        self._root = root
        self._rule = rule
        self._owners = {clip.id: clip for clip in before}
        self._starts = [clip.start_ms for clip in before]
        self._families: dict[str, list[Clip]] = {}
        for clip in after:
            self._families.setdefault(root(clip.id), []).append(clip)

    def moved(self, text: Text) -> Text | None:
        """The text at its new place, None when the footage it belongs to has gone."""
        if text.clip_id is None and text.start_ms == 0 and text.end_ms >= self._before[-1].end_ms:
            return text.model_copy(update={"duration_ms": self._end})
        anchor = self._anchor(text)
        if anchor is None:
            return text
        offset = min(max(0, text.start_ms - anchor.start_ms), anchor.duration_ms)
        whole = text.clip_id is not None and offset == 0 and text.end_ms >= anchor.end_ms
        spot = _spot(anchor, offset, self._families.get(self._root(anchor.id), []))
        if spot is None:
            return None
        room = spot.clip.duration_ms - spot.offset_ms
        length = text.duration_ms
        if whole:
            length = room
        elif text.clip_id is not None:
            length = min(length - spot.lost_ms, room)
        if length <= 0:
            return None
        owner = {} if text.clip_id is None else {"clip_id": spot.clip.id}
        place = {"start_ms": spot.clip.start_ms + spot.offset_ms, "duration_ms": length}
        return text.model_copy(update={**place, **owner})

    def _anchor(self, text: Text) -> Clip | None:
        if text.clip_id is not None and text.clip_id in self._owners:
            return self._owners[text.clip_id]
        if self._rule == "stay" or (text.start_ms == 0 and self._rule != "ripple"):
            return None
        return self._before[max(0, bisect_right(self._starts, text.start_ms) - 1)]


def _spot(anchor: Clip, offset: int, family: Sequence[Clip]) -> _Spot | None:
    if not family:
        return None
    footage = [clip for clip in family if is_footage(clip)]
    if not is_footage(anchor) or not footage:
        same = next((clip for clip in family if clip.id == anchor.id), family[0])
        return _Spot(same, min(offset, same.duration_ms - 1))
    point = source_at(anchor, offset)
    return min((_spot_in(clip, point) for clip in footage), key=lambda spot: spot.lost_ms)


def _spot_in(clip: Clip, point: int) -> _Spot:
    assert clip.source is not None
    if point < clip.source.start_ms:
        return _Spot(clip, 0, scaled(clip.source.start_ms - point, 1 / clip.speed))
    if point >= clip.source.end_ms:
        beyond = scaled(point - clip.source.end_ms, 1 / clip.speed)
        return _Spot(clip, clip.duration_ms - 1, clip.duration_ms + beyond)
    return _Spot(clip, min(offset_of(clip, point), clip.duration_ms - 1))
