"""The order of clips."""

import random
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import model_validator

from ...messages import say
from ..model import Clip
from .base import ClipNumber, Operation
from .context import EditContext, rejected
from .footage import split_off_cards
from .sentences import listed
from .targets import clip_indices


class Reorder(Operation):
    """Move one clip, give the whole order, or sort."""

    example: ClassVar = {"op": "reorder", "move": 3, "to": 1}

    op: Literal["reorder"] = "reorder"
    move: ClipNumber | None = None
    to: ClipNumber | None = None
    order: tuple[ClipNumber, ...] | None = None
    sort: Literal["time", "rank", "countdown", "reverse", "shuffle"] | None = None

    @model_validator(mode="after")
    def _in_one_way(self) -> "Reorder":
        ways = (self.move is not None or self.to is not None, self.order is not None, self.sort is not None)
        if sum(ways) > 1:
            raise ValueError(say("timeline.reorder.one_way"))
        return self

    def apply(self, edit: EditContext) -> None:
        """Move one clip, put all in a given order, or sort them."""
        if self.move is not None and self.to is not None:
            _move(edit, self.move, self.to)
        elif self.order is not None:
            _in_order(edit, self.order)
        elif self.sort is not None:
            _sort(edit, self.sort)
        else:
            raise rejected("bad_request", "reorder.how")

    def in_english(self) -> str:
        if self.sort is not None:
            return {
                "time": "Sort the clips by time",
                "rank": "Sort the clips best first",
                "countdown": "Sort the clips best last",
                "reverse": "Reverse the order of the clips",
                "shuffle": "Shuffle the clips",
            }[self.sort]
        if self.order is not None:
            return f"Put the clips in this order: {listed(self.order, ', ')}"
        return f"Move clip {self.move or 1} to position {self.to or 1}"

    def in_chinese(self) -> str:
        if self.sort is not None:
            return {
                "time": "把片段按时间排序",
                "rank": "把片段重新排序，最精彩的放最前面",
                "countdown": "把片段重新排序，最精彩的放最后",
                "reverse": "把片段顺序倒过来",
                "shuffle": "把片段顺序打乱",
            }[self.sort]
        if self.order is not None:
            return f"把片段按这个顺序排列：{listed(self.order, '、')}"
        return f"把第{self.move or 1}段移到第{self.to or 1}位"


def _move(edit: EditContext, number: int, to: int) -> None:
    moved = [edit.clips[place] for place in clip_indices(edit, [number])]
    rest = [clip for clip in edit.clips if clip not in moved]
    last = len(rest) + 1
    if to > last:
        edit.record_assumption("reorder.moved_to_end", n=to, many=len(edit.clips))
    at = min(to, last) - 1
    edit.set_clips([*rest[:at], *moved, *rest[at:]])
    edit.record_change("reorder.moved", n=number, to=at + 1)


def _in_order(edit: EditContext, order: tuple[int, ...]) -> None:
    groups = [clip_indices(edit, [number]) for number in order]
    places = [place for group in groups for place in group]
    if len(set(order)) != len(order) or set(places) != set(range(len(edit.clips))):
        many = len(edit.clips)
        raise rejected("limit", "reorder.incomplete", many=many)
    edit.set_clips([edit.clips[place] for place in places])
    edit.record_change("reorder.ordered", order=", ".join(map(str, order)))


def _sort(edit: EditContext, how: str) -> None:
    front, between, back = split_off_cards(edit.clips)
    edit.set_clips([*front, *_sorted(edit, between, how), *back])
    edit.record_change(f"reorder.sorted_{how}")


def _sorted(edit: EditContext, clips: Sequence[Clip], how: str) -> list[Clip]:
    if how == "reverse":
        return list(reversed(clips))
    if how == "shuffle":
        mixed = list(clips)
        random.Random(" ".join(clip.id for clip in clips)).shuffle(mixed)
        return mixed if mixed != list(clips) or len(mixed) < 2 else [*mixed[1:], mixed[0]]
    if how == "time":
        media = {name: place for place, name in enumerate(edit.media)}
        return sorted(clips, key=lambda clip: (media.get(clip.media_id or "", len(media)), _begins(clip)))
    if all(clip.score is None for clip in clips):
        raise rejected("target_missing", "reorder.no_scores")
    best_first = sorted(clips, key=lambda clip: -(clip.score or 0.0))
    return best_first if how == "rank" else best_first[::-1]


def _begins(clip: Clip) -> int:
    return clip.source.start_ms if clip.source else 0
