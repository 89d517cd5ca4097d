"""Cutting inside clips: their ends, in two, the pauses out of them."""

from typing import ClassVar, Literal

from pydantic import model_validator

from ...messages import say
from ..layout import is_footage, offset_of, slice_clip, with_fields, with_source
from ..model import Clip
from ..time import Milliseconds, TimeRange, format_length, format_time, scaled
from .base import ClipTarget, Operation, Positive
from .context import EditContext, rejected
from .sentences import chinese, english, moment
from .targets import (
    MIN_CLIP_MS,
    ClipRange,
    clip_ids,
    clip_indices,
    clip_number,
    locate,
    replace_ranges,
    shortest_piece,
)

LEAST_LEFT_MS = 100
FRAGMENT_MS = 200


class Trim(Operation):
    """Cut time off the head or tail of clips; a negative value gives footage back."""

    example: ClassVar = {"op": "trim", "target": {"clips": [1]}, "head_ms": 1500}

    op: Literal["trim"] = "trim"
    target: Literal["all"] | ClipTarget = "all"
    head_ms: int = 0
    tail_ms: int = 0

    def apply(self, edit: EditContext) -> None:
        """Take time off the ends of clips, or give footage back."""
        if self.head_ms == 0 and self.tail_ms == 0:
            raise rejected("bad_request", "trim.how_much")
        chosen = clip_ids(edit, self.target)
        before = edit.length_ms
        clips, changed = [], 0
        for place, clip in enumerate(edit.clips):
            new = _trimmed(edit, place, self) if clip.id in chosen else clip
            changed += new != clip
            clips.append(new)
        if not changed:
            raise rejected("limit", "trim.no_more_footage")
        edit.set_clips(clips)
        edit.record_change("trim.done", n=changed, before=format_time(before), total=format_time(edit.length_ms))

    def in_english(self) -> str:
        target = "every clip" if self.target == "all" else english.target(self.target)
        parts = [english.trimmed(self.head_ms, "start", target), english.trimmed(self.tail_ms, "end", target)]
        text = " and ".join(part for part in parts if part) or f"leave both ends of {target} as they are"
        return f"{text[0].upper()}{text[1:]}"

    def in_chinese(self) -> str:
        target = "每段" if self.target == "all" else chinese.target(self.target)
        parts = [chinese.trimmed(self.head_ms, f"{target}的开头"), chinese.trimmed(self.tail_ms, f"{target}的结尾")]
        return "，".join(part for part in parts if part) or f"{target}的两端保持不变"


class Split(Operation):
    """Cut a clip in two (OTIO: slice)."""

    example: ClassVar = {"op": "split", "at_ms": 8000}

    op: Literal["split"] = "split"
    target: ClipTarget | None = None
    at: Literal["middle"] | None = None
    at_ms: Milliseconds | None = None

    @model_validator(mode="after")
    def _at_one_place(self) -> "Split":
        if self.at is not None and self.at_ms is not None:
            raise ValueError(say("timeline.split.twice"))
        return self

    def apply(self, edit: EditContext) -> None:
        """Cut clips in two."""
        if self.at_ms is not None:
            places = [locate(edit, self.at_ms)]
            if self.target is not None and places[0][0] not in clip_indices(edit, self.target.clips):
                raise rejected("bad_request", "split.elsewhere", at=format_time(self.at_ms))
        elif self.target is not None:
            places = [(place, edit.clips[place].duration_ms // 2) for place in clip_indices(edit, self.target.clips)]
            if self.at is None:
                edit.record_assumption("split.in_the_middle")
        else:
            raise rejected("bad_request", "split.where")
        edit.set_clips(split_at(edit, dict(places)))
        edit.record_change("split.done", n=len(places), many=len(edit.clips))

    def in_english(self) -> str:
        if self.at_ms is not None:
            return f"Split the timeline at {moment(self.at_ms)}"
        what = "the timeline" if self.target is None else english.clips(self.target.clips)
        return f"Split {what} in the middle"

    def in_chinese(self) -> str:
        if self.at_ms is not None:
            return f"把时间线在{moment(self.at_ms)}处分割"
        return f"把{'时间线' if self.target is None else chinese.clips(self.target.clips)}从中间分割"


class SilenceRemove(Operation):
    """Cut out pauses longer than `min_ms`, leaving `margin_ms` on both sides."""

    example: ClassVar = {"op": "silence_remove", "min_ms": 700}

    op: Literal["silence_remove"] = "silence_remove"
    min_ms: Positive = 700
    margin_ms: Milliseconds = 150

    def apply(self, edit: EditContext) -> None:
        """Take pauses out of all clips."""
        pauses: list[ClipRange] = []
        for place, clip in enumerate(edit.clips):
            if is_footage(clip) and clip.media_id is not None:
                quiet = edit.senses.silences(clip.media_id, self.min_ms, self.margin_ms)
                pauses += _pauses(place, clip, quiet)
        if not pauses:
            raise rejected("nothing_found", "silence_remove.no_pauses", least=format_length(self.min_ms))
        before = edit.length_ms
        left = replace_ranges(edit, pauses, lambda _clip: [])
        if not left:
            raise rejected("limit", "silence_remove.all_silent")
        edit.set_clips(left)
        removed = format_length(before - edit.length_ms)
        edit.record_change(
            "silence_remove.done",
            n=len(pauses),
            removed=removed,
            before=format_time(before),
            total=format_time(edit.length_ms),
        )

    def in_english(self) -> str:
        longest, margin = english.seconds(self.min_ms), english.seconds(self.margin_ms)
        return f"Cut out pauses longer than {longest}, leaving {margin} on both sides"

    def in_chinese(self) -> str:
        return f"剪掉超过{chinese.seconds(self.min_ms)}的停顿，前后各留{chinese.seconds(self.margin_ms)}"


def _trimmed(edit: EditContext, place: int, op: Trim) -> Clip:
    clip = edit.clips[place]
    off = max(0, op.head_ms) + max(0, op.tail_ms)
    if clip.duration_ms - off < max(LEAST_LEFT_MS, edit.shortest_ms):
        slots: dict[str, str | int] = {"n": clip_number(edit, clip), "length": format_length(clip.duration_ms)}
        if op.target == "all" and len(edit.clips) > 1:
            edit.record_assumption("trim.too_short", **slots)
            return clip
        raise rejected("limit", "trim.too_much", **slots)
    shorter = slice_clip(clip, max(0, op.head_ms), clip.duration_ms - max(0, op.tail_ms))
    head, tail = max(0, -op.head_ms), max(0, -op.tail_ms)
    return _grown(edit, place, shorter, head, tail) if head or tail else shorter


def _grown(edit: EditContext, place: int, clip: Clip, head: int, tail: int) -> Clip:
    """Footage given back, up to the edge of the source or to what a neighbour shows already."""
    if not is_footage(clip) or clip.source is None:
        return with_fields(clip, duration_ms=clip.duration_ms + head + tail)
    low, high = _room(edit, place)
    start = max(low, clip.source.start_ms - scaled(head, clip.speed))
    end = clip.source.end_ms + scaled(tail, clip.speed)
    end = end if high is None else max(clip.source.end_ms, min(high, end))
    start = min(start, clip.source.start_ms)
    new = with_source(clip, TimeRange(start_ms=start, end_ms=end))
    given = new.duration_ms - clip.duration_ms
    if given < head + tail - 20:
        edit.record_assumption("trim.gave_back", n=clip_number(edit, clip), given=format_length(max(0, given)))
    return new


def _room(edit: EditContext, place: int) -> tuple[int, int | None]:
    """Between which source times a clip may grow."""
    clip = edit.clips[place]
    low, high = 0, edit.source_end(clip)
    if clip.source is None:
        return low, high
    before = edit.clips[place - 1] if place > 0 else None
    after = edit.clips[place + 1] if place + 1 < len(edit.clips) else None
    if before is not None and before.source and before.media_id == clip.media_id:
        low = before.source.end_ms if before.source.end_ms <= clip.source.start_ms else low
    if after is not None and after.source and after.media_id == clip.media_id:
        high = after.source.start_ms if after.source.start_ms >= clip.source.end_ms else high
    return low, high


def split_at(edit: EditContext, places: dict[int, int]) -> list[Clip]:
    """The clips of the reel, those at the given places cut at an offset. Raises OperationRejected at a cut."""
    clips: list[Clip] = []
    for place, clip in enumerate(edit.clips):
        offset = places.get(place)
        if offset is None:
            clips.append(clip)
            continue
        parts = [slice_clip(clip, 0, offset), slice_clip(clip, offset, clip.duration_ms)]
        room = min(offset, clip.duration_ms - offset, *(part.duration_ms for part in parts))
        if room < shortest_piece(edit):
            at = format_time(clip.start_ms + offset)
            raise rejected("limit", "split.cut_already", at=at)
        clips += [parts[0], edit.duplicate(parts[1])]
    return clips


def _pauses(place: int, clip: Clip, quiet: tuple[TimeRange, ...]) -> list[ClipRange]:
    """The pauses inside a clip; what lies between two of them for an instant only goes with them."""
    assert clip.source is not None
    out: list[ClipRange] = []
    for pause in quiet:
        inside = pause.clamped_to(clip.source)
        if inside is None:
            continue
        start, end = offset_of(clip, inside.start_ms), offset_of(clip, inside.end_ms)
        start = 0 if start < FRAGMENT_MS else start
        end = clip.duration_ms if end > clip.duration_ms - FRAGMENT_MS else end
        if out and start - out[-1].end_ms < FRAGMENT_MS:
            out[-1] = ClipRange(place, out[-1].start_ms, max(end, out[-1].end_ms))
        elif end - start >= MIN_CLIP_MS:
            out.append(ClipRange(place, start, end))
    return out
