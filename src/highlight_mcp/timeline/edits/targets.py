"""Which part of the reel an operation means: clip numbers and times as they were before the request."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from ...messages import message
from ..layout import is_footage, offset_of, part, source_at
from ..model import Clip
from ..operations import Clips, Span
from ..time import clock
from .desk import Desk
from .outcome import Refused

SLIVER_MS = 40
OVERRUN_MS = 50


class Piece(NamedTuple):
    """A stretch of a clip of the present reel: its place in the reel and two offsets in ms."""

    place: int
    start_ms: int
    end_ms: int


def number_of(desk: Desk, clip: Clip) -> int:
    """The number people know a clip by: its own before the request, else its place now."""
    root = desk.root(clip.id)
    known = next((place for place, old in enumerate(desk.base.clips, 1) if old.id == root), None)
    return known or next((place for place, now in enumerate(desk.clips, 1) if now.id == clip.id), 1)


def clips_by_number(desk: Desk, numbers: Iterable[int]) -> list[int]:
    """Places (from 0) in the present reel of clips by number. Raises Refused when one does not exist."""
    families = _families(desk)
    places: set[int] = set()
    for number in numbers:
        found = families.get(_root_of(desk, number))
        if not found:
            raise Refused("limit", message("timeline.clip_gone", n=number), message("timeline.clip_gone.next"))
        places.update(found)
    return sorted(places)


def _families(desk: Desk) -> dict[str, list[int]]:
    """Places (from 0) in the present reel of what has become of each clip of the timeline before the request."""
    found: dict[str, list[int]] = {}
    for place, clip in enumerate(desk.clips):
        found.setdefault(desk.root(clip.id), []).append(place)
    return found


def _root_of(desk: Desk, number: int) -> str:
    if number <= len(desk.base.clips):
        return desk.base.clips[number - 1].id
    if number <= len(desk.clips):
        return desk.root(desk.clips[number - 1].id)
    many = max(len(desk.base.clips), len(desk.clips))
    what = message("timeline.no_clip", n=number, many=many)
    raise Refused("limit", what, message("timeline.no_clip.next", many=many))


def ids_of(desk: Desk, target: Literal["all"] | Clips) -> set[str]:
    """Ids of the clips of the present reel that a target means."""
    if not isinstance(target, Clips):
        return {clip.id for clip in desk.clips}
    return {desk.clips[place].id for place in clips_by_number(desk, target.clips)}


def pieces(desk: Desk, target: Literal["all"] | Clips | Span) -> list[Piece]:
    """The stretches that a target means, in order. Raises Refused when there are none."""
    if isinstance(target, Span):
        return _of_span(desk, target)
    places = clips_by_number(desk, target.clips) if isinstance(target, Clips) else range(len(desk.clips))
    return [Piece(place, 0, desk.clips[place].duration_ms) for place in places]


def _of_span(desk: Desk, span: Span) -> list[Piece]:
    start, end = span.range_ms
    if span.ref == "source":
        found = [piece for place, clip in enumerate(desk.clips) for piece in _of_source(place, clip, start, end)]
        if not found:
            times = {"start": clock(start), "end": clock(end)}
            raise Refused("limit", message("timeline.not_in_reel", **times), message("timeline.not_in_reel.next"))
        return found
    total = desk.base.clips[-1].end_ms
    if start >= total:
        raise Refused(
            "limit",
            message("timeline.beyond_end", at=clock(start), total=clock(total)),
            message("timeline.beyond_end.next"),
        )
    if end > total + OVERRUN_MS:
        desk.assume("to_the_end", end=clock(end), total=clock(total))
    families = _families(desk)
    found = [
        piece
        for old in desk.base.clips
        if old.start_ms < end and old.end_ms > start
        for place in families.get(old.id, ())
        for piece in _now(place, desk.clips[place], old, start - old.start_ms, end - old.start_ms)
    ]
    if not found:
        raise Refused(
            "limit",
            message("timeline.range_gone", start=clock(start), end=clock(end)),
            message("timeline.clip_gone.next"),
        )
    return sorted(found)


def _now(place: int, clip: Clip, old: Clip, start: int, end: int) -> list[Piece]:
    """What a clip of the present reel shows of a stretch of the clip before the request that it comes from."""
    start, end = max(0, start), min(old.duration_ms, end)
    same = (clip.source, clip.speed, clip.duration_ms) == (old.source, old.speed, old.duration_ms)
    if not same and is_footage(clip) and is_footage(old):
        return _of_source(place, clip, source_at(old, start), source_at(old, end))
    piece = Piece(place, min(start, clip.duration_ms), min(end, clip.duration_ms))
    return [piece] if piece.start_ms < piece.end_ms else []


def _of_source(place: int, clip: Clip, start: int, end: int) -> list[Piece]:
    if not is_footage(clip) or clip.source is None:
        return []
    if end <= clip.source.start_ms or start >= clip.source.end_ms:
        return []
    piece = Piece(place, offset_of(clip, start), offset_of(clip, end))
    return [piece] if piece.start_ms < piece.end_ms else []


def position(desk: Desk, at_ms: int) -> tuple[int, int]:
    """(place of the clip, offset into it) of a time before the request. Raises Refused beyond the end."""
    total = desk.base.clips[-1].end_ms
    if at_ms > total + OVERRUN_MS:
        raise Refused(
            "limit",
            message("timeline.beyond_end", at=clock(at_ms), total=clock(total)),
            message("timeline.beyond_end.next"),
        )
    if at_ms >= total:
        last = len(desk.clips) - 1
        return last, desk.clips[last].duration_ms
    end = min(at_ms + 1, total)
    piece = _of_span(desk, Span(range_ms=(at_ms, end)))[0]
    return piece.place, piece.start_ms


def rewrite(
    desk: Desk,
    chosen: Sequence[Piece],
    change: Callable[[Clip], list[Clip]],
    rest: Callable[[Clip], list[Clip]] = lambda clip: [clip],
) -> list[Clip]:
    """The clips of the reel with each chosen stretch replaced by `change` of it, others by `rest` of them.

    Stretches too short to see at the edges of a clip count as part of their neighbour. The first part
    of a divided clip keeps its id; the others get new ones and answer to the same number.
    """
    stretches: dict[int, list[Piece]] = {}
    for piece in chosen:
        stretches.setdefault(piece.place, []).append(piece)
    out: list[Clip] = []
    for place, clip in enumerate(desk.clips):
        marks = _merged(stretches.get(place, []), clip.duration_ms)
        first = True
        for start, end, selected in _segments(marks, clip.duration_ms):
            segment = part(clip, start, end)
            for result in (change if selected else rest)(segment):
                if result.id == clip.id:
                    out.append(result if first else desk.copy_of(result))
                    first = False
                else:
                    out.append(result)
    return out


def _merged(found: list[Piece], length: int) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for _, start, end in sorted(found):
        begin = 0 if start < SLIVER_MS else start
        stop = length if end > length - SLIVER_MS else end
        if marks and begin <= marks[-1][1] + SLIVER_MS:
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
