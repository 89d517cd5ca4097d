"""Keeping and removing clips and ranges."""

from typing import ClassVar, Literal

from pydantic import model_validator

from ...messages import say
from ..layout import is_footage
from ..media import MediaInfo
from ..model import Clip
from ..time import TimeRange, format_length, format_time
from .base import ClipTarget, Operation, RangeMs, RangeTarget
from .context import EditContext, OperationRejected, rejected
from .footage import (
    common_fields,
    new_clip,
    prepare_timeline,
    require_footage,
    require_source,
    split_off_cards,
    whole_range,
)
from .sentences import chinese, english, listed
from .targets import ClipRange, replace_ranges, resolve_ranges, sliver

SHORTEST_CLIP_MS = 100


class Keep(Operation):
    """Keep only the given ranges or clips; everything else goes.

    Ranges of the footage that the reel does not show are cut from it; without ranges and clips, all of
    `source`, or of all footage, file after file. With mode `append` they are put behind the reel, and so
    are those of each further keep in one request: keep A, keep B, keep C is A, B, C. With `prepend` they open it;
    a picture is shown for as long as its range.
    """

    example: ClassVar = {"op": "keep", "ranges_ms": [[12_000, 30_000], [95_000, 110_000]]}
    needs_reel = False
    makes_reel = True

    op: Literal["keep"] = "keep"
    ranges_ms: tuple[RangeMs, ...] | None = None
    ref: Literal["timeline", "source"] = "source"
    target: ClipTarget | None = None
    source: str | None = None
    mode: Literal["replace", "append", "prepend"] = "replace"

    @model_validator(mode="after")
    def _of_footage(self) -> "Keep":
        if self.ranges_ms is not None and not self.ranges_ms:
            raise ValueError(say("timeline.keep.no_ranges"))
        if self.mode != "replace" and (self.target is not None or self.ref == "timeline"):
            raise ValueError(say("timeline.keep.append_what"))
        if self.target is not None and self.ranges_ms is not None:
            raise ValueError(say("timeline.keep.clips_or_ranges"))
        return self

    def apply(self, edit: EditContext) -> None:
        """Keep clips or ranges; cut them from the footage where there is no reel, or the reel is to grow."""
        if self.target is not None and not edit.clips:
            raise rejected("target_missing", "no_reel")
        grows = self.mode != "replace" or (edit.keep_mode != "" and self.target is None and self.ref == "source")
        if not edit.clips or grows:
            _cut_from_footage(edit, self)
            return
        chosen = _chosen(edit, self)
        if chosen is None:
            edit.record_assumption("keep.cut_from_footage")
            _cut_from_footage(edit, self, anew=True)
            return
        before, count = edit.length_ms, len(edit.clips)
        complete = all(piece.end_ms - piece.start_ms == edit.clips[piece.place].duration_ms for piece in chosen)
        edit.set_clips(replace_ranges(edit, chosen, lambda clip: [clip], rest=lambda _clip: []))
        edit.keep_mode = "in_reel"
        edit.record_change(
            "keep.kept" if complete else "keep.kept_parts",
            n=len(edit.clips),
            many=count,
            before=format_time(before),
            total=format_time(edit.length_ms),
        )

    def in_english(self) -> str:
        if self.mode != "replace" or (self.target is None and not self.ranges_ms):
            file = "the footage" if self.source is None else f"the file {english.quoted(self.source)}"
            part = (
                f"{listed(map(english.span, self.ranges_ms), ' and ')} of {file}"
                if self.ranges_ms
                else f"all of {file}"
            )
            place = {"append": "at the end", "prepend": "at the beginning"}.get(self.mode)
            return f"Add {part} {place}" if place else f"Keep {part}"
        where = f" of the file {english.quoted(self.source)}" if self.source is not None else ""
        if self.target is not None:
            return f"Keep only {english.clips(self.target.clips)}{where}"
        place = "source footage" if self.ref == "source" else "timeline"
        return f"Keep only {listed(map(english.span, self.ranges_ms or ()), ' and ')} of the {place}{where}"

    def in_chinese(self) -> str:
        if self.mode != "replace" or (self.target is None and not self.ranges_ms):
            file = "素材" if self.source is None else f"文件{chinese.quoted(self.source)}"
            part = f"{file}的{listed(map(chinese.span, self.ranges_ms), '、')}" if self.ranges_ms else f"全部{file}"
            place = {"append": "在最后加上", "prepend": "在最前面加上"}.get(self.mode, "保留")
            return f"{place}{part}"
        if self.target is not None:
            return f"只保留{chinese.clips(self.target.clips)}"
        file = "" if self.source is None else f"文件{chinese.quoted(self.source)}"
        place = f"{file}{'素材' if self.ref == 'source' else '时间线'}"
        return f"只保留{place}的{listed(map(chinese.span, self.ranges_ms or ()), '、')}"


class Remove(Operation):
    """Remove clips or a time range; what follows moves up (OTIO: ripple)."""

    example: ClassVar = {"op": "remove", "target": {"clips": [2]}}

    op: Literal["remove"] = "remove"
    target: ClipTarget | RangeTarget

    def apply(self, edit: EditContext) -> None:
        """Remove clips or a range; what follows moves up."""
        before, count = edit.length_ms, len(edit.clips)
        chosen = resolve_ranges(edit, self.target)
        edit.set_clips(replace_ranges(edit, chosen, lambda _clip: []))
        total = format_time(edit.length_ms)
        if isinstance(self.target, RangeTarget):
            removed = format_length(before - edit.length_ms)
            edit.record_change("remove.range", removed=removed, before=format_time(before), total=total)
        else:
            edit.record_change("remove.clips", n=count - len(edit.clips), before=format_time(before), total=total)

    def in_english(self) -> str:
        return f"Remove {english.target(self.target)}"

    def in_chinese(self) -> str:
        return f"删除{chinese.target(self.target)}"


def _chosen(edit: EditContext, op: Keep) -> list[ClipRange] | None:
    """The stretches of the reel to keep; None when it shows nothing of what was asked for."""
    if op.target is not None or (op.ranges_ms is None and op.source is None):
        return resolve_ranges(edit, op.target or "all")
    pieces = _ranges(edit, op) if op.ranges_ms is not None else resolve_ranges(edit, "all")
    if (source := require_source(edit, op.source)) is not None:
        pieces = [piece for piece in pieces if edit.clips[piece.place].media_id == source.media_id]
    if op.ref == "source" and pieces and op.ranges_ms is not None and not _covers(edit, pieces, op):
        edit.record_assumption("keep.kept_in_reel")
    return pieces or None


def _ranges(edit: EditContext, op: Keep) -> list[ClipRange]:
    pieces: list[ClipRange] = []
    source = require_source(edit, op.source) if op.ref == "source" else None
    media_id = source.media_id if source is not None else None
    for start, end in _checked(edit, op):
        try:
            pieces += resolve_ranges(edit, RangeTarget(range_ms=(start, end), ref=op.ref, media_id=media_id))
        except OperationRejected as refused:
            if op.ref == "timeline" or refused.code != "limit":
                raise
    return pieces


def _covers(edit: EditContext, pieces: list[ClipRange], op: Keep) -> bool:
    shown = 0
    for piece in pieces:
        clip = edit.clips[piece.place]
        if is_footage(clip):
            shown += round((piece.end_ms - piece.start_ms) * clip.speed)
    return shown >= 0.98 * sum(end - start for start, end in _checked(edit, op))


def _checked(edit: EditContext, op: Keep) -> list[tuple[int, int]]:
    ranges = list(op.ranges_ms or ())
    for start, end in ranges:
        if start >= end:
            times = {"start": format_time(start), "end": format_time(end)}
            raise rejected("bad_request", "backwards", **times)
        if end - start < SHORTEST_CLIP_MS:
            raise sliver(edit, start, end, SHORTEST_CLIP_MS)
    return ranges


def _cut_from_footage(edit: EditContext, op: Keep, *, anew: bool = False) -> None:
    """The ranges of one source in the order given, or whole files; behind the reel, unless it is made `anew`."""
    clips, names = _ranges_of(edit, op) if op.ranges_ms is not None else _whole_files(edit, op)
    new, before = anew or not edit.clips, format_time(edit.length_ms)
    front, between, back = split_off_cards(() if new else edit.clips)
    first = op.mode == "prepend"
    laid = [*clips, *front, *between, *back] if first else [*front, *between, *clips, *back]
    edit.set_clips(laid, texts="stay" if new else "ripple" if first else "follow")
    key = f"keep.{'cut' if new else 'added'}_{'whole' if op.ranges_ms is None else 'ranges'}"
    edit.record_change(key, n=len(clips), before=before, total=format_time(edit.length_ms), names=names)
    edit.keep_mode = "new_reel" if new else edit.keep_mode or "in_reel"
    if edit.keep_mode == "new_reel":
        edit.rebase()


def _ranges_of(edit: EditContext, op: Keep) -> tuple[list[Clip], str]:
    source = require_source(edit, op.source) or _longest(edit)
    ranges, length = _checked(edit, op), format_time(source.duration_ms)
    clips = [clip for start, end in ranges if (clip := _cut(edit, source, start, end)) is not None]
    if not clips:
        raise rejected("limit", "beyond_source", name=source.name, total=length)
    if len(clips) < len(ranges):
        edit.record_assumption("keep.left_out", n=len(ranges) - len(clips), name=source.name, total=length)
    return edit.only_seen(clips), source.name


def _whole_files(edit: EditContext, op: Keep) -> tuple[list[Clip], str]:
    source = require_source(edit, op.source)
    shown = require_footage(edit) if source is None else [source]
    prepare_timeline(edit, max(shown, key=lambda media: media.duration_ms))
    clips = [_like_the_others(edit, new_clip(edit, media, whole_range(media))) for media in shown]
    return edit.only_seen(clips), ", ".join(media.name for media in shown)


def _longest(edit: EditContext) -> MediaInfo:
    known = require_footage(edit)
    best = max(known, key=lambda media: media.duration_ms)
    if len(known) > 1:
        edit.record_assumption("keep.which_source", name=best.name)
    return best


def _cut(edit: EditContext, source: MediaInfo, start: int, end: int) -> Clip | None:
    limit = source.duration_ms or end
    if start >= limit:
        return None
    if end > limit:
        edit.record_assumption("keep.source_ends", name=source.name, total=format_time(limit))
    prepare_timeline(edit, source)
    asked = TimeRange(start_ms=start, end_ms=min(end, limit))
    bounds = whole_range(source).clamped_to(asked) if source.duration_ms else asked
    return _like_the_others(edit, new_clip(edit, source, bounds)) if bounds is not None else None


def _like_the_others(edit: EditContext, clip: Clip) -> Clip:
    traits = common_fields(edit.clips)
    traits.pop("speed", None)
    return clip.model_copy(update=traits)
