"""Trimming, splitting, taking out pauses."""

from ...messages import message
from ..layout import is_footage, offset_of, part, resourced, with_fields
from ..model import Clip
from ..operations import SilenceRemove, Split, Trim
from ..time import TimeRange, clock, format_length, scaled
from .desk import Desk
from .outcome import Refused
from .targets import SLIVER_MS, Piece, clips_by_number, ids_of, number_of, position, rewrite

LEAST_LEFT_MS = 100
FRAGMENT_MS = 200


def trim(desk: Desk, op: Trim) -> None:
    """Take time off the ends of clips, or give footage back."""
    if op.head_ms == 0 and op.tail_ms == 0:
        raise Refused("bad_request", message("timeline.trim_what"), message("timeline.trim_what.next"))
    chosen = ids_of(desk, op.target)
    before = desk.length_ms
    clips, changed = [], 0
    for place, clip in enumerate(desk.clips):
        new = _trimmed(desk, place, op) if clip.id in chosen else clip
        changed += new != clip
        clips.append(new)
    if not changed:
        raise Refused("limit", message("timeline.no_more_footage"), message("timeline.no_more_footage.next"))
    desk.set_clips(clips)
    desk.done("trimmed", n=changed, before=clock(before), total=clock(desk.length_ms))


def _trimmed(desk: Desk, place: int, op: Trim) -> Clip:
    clip = desk.clips[place]
    off = max(0, op.head_ms) + max(0, op.tail_ms)
    if clip.duration_ms - off < LEAST_LEFT_MS:
        slots: dict[str, str | int] = {"n": number_of(desk, clip), "length": format_length(clip.duration_ms)}
        if op.target == "all" and len(desk.clips) > 1:
            desk.assume("too_short_to_trim", **slots)
            return clip
        raise Refused("limit", message("timeline.trim_too_much", **slots), message("timeline.trim_too_much.next"))
    shorter = part(clip, max(0, op.head_ms), clip.duration_ms - max(0, op.tail_ms))
    head, tail = max(0, -op.head_ms), max(0, -op.tail_ms)
    return _grown(desk, place, shorter, head, tail) if head or tail else shorter


def _grown(desk: Desk, place: int, clip: Clip, head: int, tail: int) -> Clip:
    """Footage given back, up to the edge of the source or to what a neighbour shows already."""
    if not is_footage(clip) or clip.source is None:
        return with_fields(clip, duration_ms=clip.duration_ms + head + tail)
    low, high = _room(desk, place)
    start = max(low, clip.source.start_ms - scaled(head, clip.speed))
    end = clip.source.end_ms + scaled(tail, clip.speed)
    end = end if high is None else max(clip.source.end_ms, min(high, end))
    start = min(start, clip.source.start_ms)
    new = resourced(clip, TimeRange(start_ms=start, end_ms=end))
    given = new.duration_ms - clip.duration_ms
    if given < head + tail - 20:
        desk.assume("gave_back", n=number_of(desk, clip), given=format_length(max(0, given)))
    return new


def _room(desk: Desk, place: int) -> tuple[int, int | None]:
    """Between which source times a clip may grow."""
    clip = desk.clips[place]
    low, high = 0, desk.footage_end(clip)
    if clip.source is None:
        return low, high
    before = desk.clips[place - 1] if place > 0 else None
    after = desk.clips[place + 1] if place + 1 < len(desk.clips) else None
    if before is not None and before.source and before.media_id == clip.media_id:
        low = before.source.end_ms if before.source.end_ms <= clip.source.start_ms else low
    if after is not None and after.source and after.media_id == clip.media_id:
        high = after.source.start_ms if after.source.start_ms >= clip.source.end_ms else high
    return low, high


def split(desk: Desk, op: Split) -> None:
    """Cut clips in two."""
    if op.at_ms is not None:
        places = [position(desk, op.at_ms)]
    elif op.target is not None:
        places = [(place, desk.clips[place].duration_ms // 2) for place in clips_by_number(desk, op.target.clips)]
        if op.at is None:
            desk.assume("split_middle")
    else:
        raise Refused("bad_request", message("timeline.split_where"), message("timeline.split_where.next"))
    desk.set_clips(split_at(desk, dict(places)))
    desk.done("split", n=len(places), many=len(desk.clips))


def split_at(desk: Desk, places: dict[int, int]) -> list[Clip]:
    """The clips of the reel, those at the given places cut at an offset. Raises Refused at a cut."""
    clips: list[Clip] = []
    for place, clip in enumerate(desk.clips):
        offset = places.get(place)
        if offset is None:
            clips.append(clip)
            continue
        if not SLIVER_MS <= offset <= clip.duration_ms - SLIVER_MS:
            at = clock(clip.start_ms + offset)
            raise Refused("limit", message("timeline.cut_already", at=at), message("timeline.cut_already.next"))
        clips += [part(clip, 0, offset), desk.copy_of(part(clip, offset, clip.duration_ms))]
    return clips


def silence_remove(desk: Desk, op: SilenceRemove) -> None:
    """Take pauses out of all clips."""
    found: list[Piece] = []
    for place, clip in enumerate(desk.clips):
        if is_footage(clip) and clip.media_id is not None:
            quiet = desk.senses.silences(clip.media_id, op.min_ms, op.margin_ms)
            found += _pauses(place, clip, quiet)
    if not found:
        raise Refused(
            "nothing_found",
            message("timeline.no_pauses", least=format_length(op.min_ms)),
            message("timeline.no_pauses.next"),
        )
    before = desk.length_ms
    left = rewrite(desk, found, lambda _clip: [])
    if not left:
        raise Refused("limit", message("timeline.all_silent"), message("timeline.all_silent.next"))
    desk.set_clips(left)
    removed = format_length(before - desk.length_ms)
    desk.done("pauses_removed", n=len(found), removed=removed, before=clock(before), total=clock(desk.length_ms))


def _pauses(place: int, clip: Clip, quiet: tuple[TimeRange, ...]) -> list[Piece]:
    """The pauses inside a clip; what lies between two of them for an instant only goes with them."""
    assert clip.source is not None
    out: list[Piece] = []
    for pause in quiet:
        inside = pause.clamped_to(clip.source)
        if inside is None:
            continue
        start, end = offset_of(clip, inside.start_ms), offset_of(clip, inside.end_ms)
        start = 0 if start < FRAGMENT_MS else start
        end = clip.duration_ms if end > clip.duration_ms - FRAGMENT_MS else end
        if out and start - out[-1].end_ms < FRAGMENT_MS:
            out[-1] = Piece(place, out[-1].start_ms, max(end, out[-1].end_ms))
        elif end - start >= SLIVER_MS:
            out.append(Piece(place, start, end))
    return out
