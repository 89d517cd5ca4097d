"""Texts follow the footage under them when the reel changes."""

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


def followed(
    text: Text, before: Sequence[Clip], after: Sequence[Clip], root: Root, rule: Literal["follow", "ripple", "stay"]
) -> Text | None:
    """The text at its new place, None when the footage it belongs to has gone.

    A text belongs to the clip it names, else to the one that it begins over; what begins with the
    reel belongs to the reel, and what lasts as long as the reel goes on doing so.
    """
    if text.clip_id is None and text.start_ms == 0 and text.end_ms >= before[-1].end_ms:
        return text.model_copy(update={"duration_ms": after[-1].end_ms})
    anchor = _anchor(text, before, rule)
    if anchor is None:
        return text
    offset = min(max(0, text.start_ms - anchor.start_ms), anchor.duration_ms)
    whole = text.clip_id is not None and offset == 0 and text.end_ms >= anchor.end_ms
    spot = _spot(anchor, offset, after, root)
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


def _anchor(text: Text, before: Sequence[Clip], rule: str) -> Clip | None:
    if text.clip_id is not None:
        owner = next((clip for clip in before if clip.id == text.clip_id), None)
        if owner is not None:
            return owner
    if rule == "stay" or (text.start_ms == 0 and rule != "ripple"):
        return None
    under = next((clip for clip in before if clip.start_ms <= text.start_ms < clip.end_ms), None)
    return under or before[-1]


def _spot(anchor: Clip, offset: int, after: Sequence[Clip], root: Root) -> _Spot | None:
    family = [clip for clip in after if root(clip.id) == root(anchor.id)]
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
