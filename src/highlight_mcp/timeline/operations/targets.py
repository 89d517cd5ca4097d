"""Which part of the reel an operation means: clip numbers and times as they were before the request."""

from collections.abc import Callable, Iterable, Sequence
from math import ceil
from typing import Literal, NamedTuple

from ..layout import is_footage, offset_of, pace_of, slice_clip, source_at
from ..model import Clip
from ..time import format_time
from .base import ClipTarget, RangeTarget
from .context import EditContext, OperationRejected, rejected
from .footage import require_source

MIN_CLIP_MS = 40
END_TOLERANCE_MS = 50


class ClipRange(NamedTuple):
    """A stretch of a clip of the present reel: its place in the reel and two offsets in ms."""

    place: int
    start_ms: int
    end_ms: int


def clip_number(edit: EditContext, clip: Clip) -> int:
    """The number people know a clip by: its own before the request, else its place now."""
    root = edit.origin_of(clip.id)
    known = next((place for place, old in enumerate(edit.base.clips, 1) if old.id == root), None)
    return known or next((place for place, now in enumerate(edit.clips, 1) if now.id == clip.id), 1)


def clip_indices(edit: EditContext, numbers: Iterable[int]) -> list[int]:
    """Places (from 0) in the present reel of clips by number. Raises OperationRejected when one does not exist."""
    families = _families(edit)
    places: set[int] = set()
    for number in numbers:
        family = families.get(_root_of(edit, number))
        if not family:
            raise rejected("limit", "clip_gone", n=number)
        places.update(family)
    return sorted(places)


def _families(edit: EditContext) -> dict[str, list[int]]:
    """Places (from 0) in the present reel of what has become of each clip of the timeline before the request."""
    families: dict[str, list[int]] = {}
    for place, clip in enumerate(edit.clips):
        families.setdefault(edit.origin_of(clip.id), []).append(place)
    return families


def _root_of(edit: EditContext, number: int) -> str:
    if number <= len(edit.base.clips):
        return edit.base.clips[number - 1].id
    if number <= len(edit.clips):
        return edit.origin_of(edit.clips[number - 1].id)
    many = max(len(edit.base.clips), len(edit.clips))
    raise rejected("limit", "no_clip", n=number, many=many)


def cut_places(edit: EditContext, where: Literal["all"] | Sequence[int]) -> list[int]:
    """Places of the clips that begin at the cuts meant: all, or those after some clips. Raises OperationRejected."""
    last = len(edit.clips) - 1
    if last == 0:
        raise rejected("limit", "no_cuts")
    if isinstance(where, str):
        return list(range(1, last + 1))
    places = []
    for number in where:
        place = clip_indices(edit, [number])[-1] + 1
        if place > last:
            raise rejected("limit", "no_cut_after", n=number)
        places.append(place)
    return places


def clip_ids(edit: EditContext, target: Literal["all"] | ClipTarget) -> set[str]:
    """Ids of the clips of the present reel that a target means."""
    if not isinstance(target, ClipTarget):
        return {clip.id for clip in edit.clips}
    return {edit.clips[place].id for place in clip_indices(edit, target.clips)}


def resolve_ranges(edit: EditContext, target: Literal["all"] | ClipTarget | RangeTarget) -> list[ClipRange]:
    """The stretches that a target means, in order. Raises OperationRejected when there are none."""
    if isinstance(target, RangeTarget):
        return _of_span(edit, target)
    places = clip_indices(edit, target.clips) if isinstance(target, ClipTarget) else range(len(edit.clips))
    return [ClipRange(place, 0, edit.clips[place].duration_ms) for place in places]


def seen_ranges(edit: EditContext, target: Literal["all"] | ClipTarget | RangeTarget) -> list[ClipRange]:
    """The stretches that a target means, but for those that begin or end within a frame of a cut."""
    found = resolve_ranges(edit, target)
    long = [piece for piece in found if piece.end_ms - piece.start_ms >= edit.shortest_ms]
    if not long and isinstance(target, RangeTarget):
        raise sliver(edit, *target.range_ms)
    return long or found


def sliver(edit: EditContext, start_ms: int, end_ms: int, least_ms: int = 0) -> OperationRejected:
    """The refusal of a range in which nothing can be seen, or that is shorter than `least_ms`."""
    least = max(least_ms, edit.shortest_ms)
    return rejected("bad_request", "sliver", start=start_ms, end=end_ms, least=least)


def seen_length(edit: EditContext, length_ms: int) -> int:
    """A length of a frame or more, as given. Raises OperationRejected where it is less.

    One frame may be given as the next lower millisecond: 33 at 30 frames per second.
    """
    if length_ms < edit.shortest_ms - 1:
        raise rejected("bad_request", "unseen", length=length_ms, least=edit.shortest_ms)
    return max(length_ms, edit.shortest_ms)


def _of_span(edit: EditContext, span: RangeTarget) -> list[ClipRange]:
    start, end = span.range_ms
    if span.ref == "source":
        media_id = _file_of(edit, span)
        pieces = [
            piece
            for place, clip in enumerate(edit.clips)
            if clip.media_id == media_id
            for piece in _of_source(place, clip, start, end)
        ]
        if not pieces:
            times = {"start": format_time(start), "end": format_time(end)}
            raise rejected("limit", "not_in_reel", **times)
        return pieces
    total = edit.base.clips[-1].end_ms
    if start >= total:
        raise rejected("limit", "beyond_end", at=format_time(start), total=format_time(total))
    if end > total + END_TOLERANCE_MS:
        edit.record_assumption("assumed.to_the_end", end=format_time(end), total=format_time(total))
    families = _families(edit)
    pieces = [
        piece
        for old in edit.base.clips
        if old.start_ms < end and old.end_ms > start
        for place in families.get(old.id, ())
        for piece in _now(place, edit.clips[place], old, start - old.start_ms, end - old.start_ms)
    ]
    if not pieces:
        raise rejected("limit", "range_gone", "clip_gone.next", start=format_time(start), end=format_time(end))
    return sorted(pieces)


def _file_of(edit: EditContext, span: RangeTarget) -> str | None:
    """Id of the file whose times a span means. Raises OperationRejected when it could be one of several."""
    if (source := require_source(edit, span.media_id)) is not None:
        return source.media_id
    shown = list(dict.fromkeys(clip.media_id for clip in edit.base.clips if is_footage(clip) and clip.media_id))
    if len(shown) > 1:
        names = ", ".join(edit.media[media_id].name if media_id in edit.media else media_id for media_id in shown)
        raise rejected("target_missing", "which_file", names=names)
    return shown[0] if shown else None


def _now(place: int, clip: Clip, old: Clip, start: int, end: int) -> list[ClipRange]:
    """What a clip of the present reel shows of a stretch of the clip before the request that it comes from."""
    start, end = max(0, start), min(old.duration_ms, end)
    same = (clip.source, pace_of(clip), clip.duration_ms) == (old.source, pace_of(old), old.duration_ms)
    if not same and is_footage(clip) and is_footage(old):
        return _of_source(place, clip, source_at(old, start), source_at(old, end))
    piece = ClipRange(place, min(start, clip.duration_ms), min(end, clip.duration_ms))
    return [piece] if piece.start_ms < piece.end_ms else []


def _of_source(place: int, clip: Clip, start: int, end: int) -> list[ClipRange]:
    if not is_footage(clip) or clip.source is None:
        return []
    if end <= clip.source.start_ms or start >= clip.source.end_ms:
        return []
    piece = ClipRange(place, offset_of(clip, start), offset_of(clip, end))
    return [piece] if piece.start_ms < piece.end_ms else []


def time_range(edit: EditContext, start_ms: int | None, end_ms: int | None) -> tuple[int, int]:
    """Start and end in the present reel, of all of it by default. Raises OperationRejected."""
    start, total = start_ms or 0, edit.length_ms
    if start >= total:
        raise rejected("limit", "beyond_end", at=format_time(start), total=format_time(total))
    if end_ms is not None and end_ms <= start:
        raise rejected("bad_request", "backwards", start=format_time(start), end=format_time(end_ms))
    if end_ms is not None and end_ms > total:
        edit.record_assumption("assumed.to_the_end", end=format_time(end_ms), total=format_time(total))
    end = total if end_ms is None else min(end_ms, total)
    if end - start < edit.shortest_ms:
        raise sliver(edit, start, end)
    return start, end


def locate(edit: EditContext, at_ms: int) -> tuple[int, int]:
    """(place of the clip, offset into it) of a time before the request. Raises OperationRejected beyond the end."""
    total = edit.base.clips[-1].end_ms
    if at_ms > total + END_TOLERANCE_MS:
        raise rejected("limit", "beyond_end", at=format_time(at_ms), total=format_time(total))
    if at_ms >= total:
        last = len(edit.clips) - 1
        return last, edit.clips[last].duration_ms
    end = min(at_ms + 1, total)
    piece = _of_span(edit, RangeTarget(range_ms=(at_ms, end)))[0]
    return piece.place, piece.start_ms


def replace_ranges(
    edit: EditContext,
    chosen: Sequence[ClipRange],
    change: Callable[[Clip], list[Clip]],
    rest: Callable[[Clip], list[Clip]] = lambda clip: [clip],
) -> list[Clip]:
    """The clips of the reel with each chosen stretch replaced by `change` of it, others by `rest` of them.

    Stretches too short to see at the edges of a clip count as part of their neighbour. The first part
    of a divided clip keeps its id; the others get new ones and answer to the same number.
    """
    stretches: dict[int, list[ClipRange]] = {}
    for piece in chosen:
        stretches.setdefault(piece.place, []).append(piece)
    out: list[Clip] = []
    for place, clip in enumerate(edit.clips):
        # A part of slow footage may lose up to a millisecond of it, which lasts longer in the reel.
        least = shortest_piece(edit) + (ceil(1 / clip.speed) - 1 if clip.speed < 1 else 0)
        marks = _merged(stretches.get(place, []), clip.duration_ms, least)
        first = True
        for start, end, selected in _segments(marks, clip.duration_ms):
            segment = slice_clip(clip, start, end)
            for result in (change if selected else rest)(segment):
                if result.id == clip.id:
                    out.append(result if first else edit.duplicate(result))
                    first = False
                else:
                    out.append(result)
    return out


def shortest_piece(edit: EditContext) -> int:
    """The least length in ms of a part of a divided clip."""
    return max(MIN_CLIP_MS, edit.shortest_ms)


def _merged(pieces: list[ClipRange], length: int, shortest: int) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for _, start, end in sorted(pieces):
        begin = 0 if start < shortest else start
        stop = length if end > length - shortest else end
        if marks and begin <= marks[-1][1] + shortest:
            marks[-1] = (marks[-1][0], max(stop, marks[-1][1]))
        else:
            marks.append((begin, stop))
    return marks


def _segments(marks: list[tuple[int, int]], length: int) -> Iterable[tuple[int, int, bool]]:
    at = 0
    for start, end in marks:
        if start > at:
            yield at, start, False
        yield start, end, True
        at = end
    if at < length:
        yield at, length, False
