"""Keeping and removing clips and ranges."""

from ..layout import is_footage
from ..media import MediaInfo
from ..model import Clip
from ..operations import Keep, Remove, Span
from ..phrases import phrase, short
from ..time import TimeRange, clock
from .desk import Desk
from .footage import need_footage, new_clip, prepared, shared_traits, source_named
from .outcome import Refused
from .targets import Piece, pieces, rewrite

SHORTEST_CLIP_MS = 100


def keep(desk: Desk, op: Keep) -> None:
    """Keep clips or ranges; without a reel, cut the ranges straight from the footage."""
    if op.target is None and not op.ranges_ms:
        raise Refused("target_missing", phrase("keep_what"), phrase("keep_what.next"))
    if not desk.clips:
        if op.target is not None:
            raise Refused("target_missing", phrase("no_reel"), phrase("no_reel.next"))
        _cut_from_footage(desk, op)
        return
    chosen = pieces(desk, op.target) if op.target is not None else _ranges(desk, op)
    if chosen is None:
        desk.assume("cut_from_footage")
        _cut_from_footage(desk, op)
        return
    before, count = desk.length_ms, len(desk.clips)
    whole = all(piece.end_ms - piece.start_ms == desk.clips[piece.place].duration_ms for piece in chosen)
    desk.set_clips(rewrite(desk, chosen, lambda clip: [clip], rest=lambda _clip: []))
    desk.done(
        "kept" if whole else "kept_parts",
        n=len(desk.clips),
        many=count,
        before=clock(before),
        total=clock(desk.length_ms),
    )


def remove(desk: Desk, op: Remove) -> None:
    """Remove clips or a range; what follows moves up."""
    before, count = desk.length_ms, len(desk.clips)
    chosen = pieces(desk, op.target)
    desk.set_clips(rewrite(desk, chosen, lambda _clip: []))
    total = clock(desk.length_ms)
    if isinstance(op.target, Span):
        removed = short(before - desk.length_ms)
        desk.done("removed_range", removed=removed, before=clock(before), total=total)
    else:
        desk.done("removed_clips", n=count - len(desk.clips), before=clock(before), total=total)


def _ranges(desk: Desk, op: Keep) -> list[Piece] | None:
    """The stretches of the reel to keep; None when the reel shows nothing of the source ranges."""
    found: list[Piece] = []
    for start, end in _checked(op):
        try:
            found += pieces(desk, Span(range_ms=(start, end), ref=op.ref))
        except Refused:
            if op.ref == "timeline":
                raise
    if op.source is not None and (source := source_named(desk, op.source)) is not None:
        found = [piece for piece in found if desk.clips[piece.place].media_id == source.media_id]
    if op.ref == "source" and found and not _covers(desk, found, op):
        desk.assume("kept_in_reel")
    return found or None


def _covers(desk: Desk, found: list[Piece], op: Keep) -> bool:
    shown = 0
    for piece in found:
        clip = desk.clips[piece.place]
        if is_footage(clip):
            shown += round((piece.end_ms - piece.start_ms) * clip.speed)
    return shown >= 0.98 * sum(end - start for start, end in _checked(op))


def _checked(op: Keep) -> list[tuple[int, int]]:
    ranges = list(op.ranges_ms or ())
    for start, end in ranges:
        if start >= end:
            times = {"start": clock(start), "end": clock(end)}
            raise Refused("bad_request", phrase("backwards", **times), phrase("backwards.next"))
        if end - start < SHORTEST_CLIP_MS:
            bounds = {"start": start, "end": end, "least": SHORTEST_CLIP_MS}
            raise Refused("bad_request", phrase("sliver", **bounds), phrase("sliver.next"))
    return ranges


def _cut_from_footage(desk: Desk, op: Keep) -> None:
    """Clips of the ranges in the order given, from one source."""
    source = source_named(desk, op.source) or _longest(desk)
    clips = [clip for start, end in _checked(op) if (clip := _cut(desk, source, start, end)) is not None]
    if not clips:
        length = clock(source.duration_ms)
        raise Refused("limit", phrase("beyond_source", name=source.name, total=length), phrase("beyond_source.next"))
    desk.set_clips(clips, texts="stay")
    desk.done("cut_ranges", n=len(clips), total=clock(desk.length_ms), names=source.name)
    desk.renumber()


def _longest(desk: Desk) -> MediaInfo:
    known = need_footage(desk)
    best = max(known, key=lambda info: info.duration_ms)
    if len(known) > 1:
        desk.assume("which_source", name=best.name)
    return best


def _cut(desk: Desk, source: MediaInfo, start: int, end: int) -> Clip | None:
    limit = source.duration_ms or end
    if start >= limit:
        return None
    if end > limit:
        desk.assume("source_ends", name=source.name, total=clock(limit))
    prepared(desk, source)
    clip = new_clip(desk, source, TimeRange(start_ms=start, end_ms=min(end, limit)))
    traits = shared_traits(desk.clips)
    traits.pop("speed", None)
    return clip.model_copy(update=traits)
