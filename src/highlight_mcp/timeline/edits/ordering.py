"""The order of clips."""

import random
from collections.abc import Sequence

from ...messages import message
from ..model import Clip
from ..operations import Reorder
from .desk import Desk
from .footage import cards_apart
from .outcome import Refused
from .targets import clips_by_number


def reorder(desk: Desk, op: Reorder) -> None:
    """Move one clip, put all in a given order, or sort them."""
    if op.move is not None and op.to is not None:
        _move(desk, op.move, op.to)
    elif op.order is not None:
        _in_order(desk, op.order)
    elif op.sort is not None:
        _sort(desk, op.sort)
    else:
        raise Refused("bad_request", message("timeline.order_how"), message("timeline.order_how.next"))


def _move(desk: Desk, number: int, to: int) -> None:
    moved = [desk.clips[place] for place in clips_by_number(desk, [number])]
    rest = [clip for clip in desk.clips if clip not in moved]
    last = len(rest) + 1
    if to > last:
        desk.assume("moved_to_end", n=to, many=len(desk.clips))
    at = min(to, last) - 1
    desk.set_clips([*rest[:at], *moved, *rest[at:]])
    desk.done("moved", n=number, to=at + 1)


def _in_order(desk: Desk, order: tuple[int, ...]) -> None:
    groups = [clips_by_number(desk, [number]) for number in order]
    places = [place for group in groups for place in group]
    if len(set(order)) != len(order) or set(places) != set(range(len(desk.clips))):
        many = len(desk.clips)
        raise Refused(
            "limit",
            message("timeline.order_incomplete", many=many),
            message("timeline.order_incomplete.next", many=many),
        )
    desk.set_clips([desk.clips[place] for place in places])
    desk.done("ordered", order=", ".join(map(str, order)))


def _sort(desk: Desk, how: str) -> None:
    front, between, back = cards_apart(desk.clips)
    desk.set_clips([*front, *_sorted(desk, between, how), *back])
    desk.done(f"sorted_{how}")


def _sorted(desk: Desk, clips: Sequence[Clip], how: str) -> list[Clip]:
    if how == "reverse":
        return list(reversed(clips))
    if how == "shuffle":
        mixed = list(clips)
        random.Random(" ".join(clip.id for clip in clips)).shuffle(mixed)
        return mixed if mixed != list(clips) or len(mixed) < 2 else [*mixed[1:], mixed[0]]
    if how == "time":
        media = {name: place for place, name in enumerate(desk.media)}
        return sorted(clips, key=lambda clip: (media.get(clip.media_id or "", len(media)), _begins(clip)))
    if all(clip.score is None for clip in clips):
        raise Refused("target_missing", message("timeline.no_scores"), message("timeline.no_scores.next"))
    best_first = sorted(clips, key=lambda clip: -(clip.score or 0.0))
    return best_first if how == "rank" else best_first[::-1]


def _begins(clip: Clip) -> int:
    return clip.source.start_ms if clip.source else 0
