"""Keeping and removing clips and ranges."""

from ...messages import message
from ..layout import is_footage
from ..media import MediaInfo
from ..model import Clip
from ..operations import Keep, Remove, Span
from ..time import TimeRange, clock, format_length
from .desk import Desk
from .footage import cards_apart, need_footage, new_clip, prepared, shared_traits, source_named, whole
from .outcome import Refused
from .targets import Piece, pieces, rewrite

SHORTEST_CLIP_MS = 100


def keep(desk: Desk, op: Keep) -> None:
    """Keep clips or ranges; cut them from the footage where there is no reel, or the reel is to grow."""
    if op.target is not None and not desk.clips:
        raise Refused("target_missing", message("timeline.no_reel"), message("timeline.no_reel.next"))
    grows = op.mode == "append" or (desk.kept != "" and op.target is None and op.ref == "source")
    if not desk.clips or grows:
        _cut_from_footage(desk, op)
        return
    chosen = _chosen(desk, op)
    if chosen is None:
        desk.assume("cut_from_footage")
        _cut_from_footage(desk, op, anew=True)
        return
    before, count = desk.length_ms, len(desk.clips)
    complete = all(piece.end_ms - piece.start_ms == desk.clips[piece.place].duration_ms for piece in chosen)
    desk.set_clips(rewrite(desk, chosen, lambda clip: [clip], rest=lambda _clip: []))
    desk.kept = "in_reel"
    desk.done(
        "kept" if complete else "kept_parts",
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
        removed = format_length(before - desk.length_ms)
        desk.done("removed_range", removed=removed, before=clock(before), total=total)
    else:
        desk.done("removed_clips", n=count - len(desk.clips), before=clock(before), total=total)


def _chosen(desk: Desk, op: Keep) -> list[Piece] | None:
    """The stretches of the reel to keep; None when it shows nothing of what was asked for."""
    if op.target is not None or (op.ranges_ms is None and op.source is None):
        return pieces(desk, op.target or "all")
    found = _ranges(desk, op) if op.ranges_ms is not None else pieces(desk, "all")
    if (source := source_named(desk, op.source)) is not None:
        found = [piece for piece in found if desk.clips[piece.place].media_id == source.media_id]
    if op.ref == "source" and found and op.ranges_ms is not None and not _covers(desk, found, op):
        desk.assume("kept_in_reel")
    return found or None


def _ranges(desk: Desk, op: Keep) -> list[Piece]:
    found: list[Piece] = []
    for start, end in _checked(op):
        try:
            found += pieces(desk, Span(range_ms=(start, end), ref=op.ref))
        except Refused:
            if op.ref == "timeline":
                raise
    return found


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
            raise Refused("bad_request", message("timeline.backwards", **times), message("timeline.backwards.next"))
        if end - start < SHORTEST_CLIP_MS:
            bounds = {"start": start, "end": end, "least": SHORTEST_CLIP_MS}
            raise Refused("bad_request", message("timeline.sliver", **bounds), message("timeline.sliver.next"))
    return ranges


def _cut_from_footage(desk: Desk, op: Keep, *, anew: bool = False) -> None:
    """The ranges of one source in the order given, or whole files; behind the reel, unless it is made `anew`."""
    clips, names = _ranges_of(desk, op) if op.ranges_ms is not None else _whole_files(desk, op)
    new, before = anew or not desk.clips, clock(desk.length_ms)
    front, between, back = cards_apart(() if new else desk.clips)
    desk.set_clips([*front, *between, *clips, *back], texts="stay" if new else "follow")
    key = ("cut_" if new else "added_") + ("ranges" if op.ranges_ms is not None else "whole")
    desk.done(key, n=len(clips), before=before, total=clock(desk.length_ms), names=names)
    desk.kept = "new_reel" if new else desk.kept or "in_reel"
    if desk.kept == "new_reel":
        desk.renumber()


def _ranges_of(desk: Desk, op: Keep) -> tuple[list[Clip], str]:
    source = source_named(desk, op.source) or _longest(desk)
    clips = [clip for start, end in _checked(op) if (clip := _cut(desk, source, start, end)) is not None]
    if not clips:
        length = clock(source.duration_ms)
        raise Refused(
            "limit",
            message("timeline.beyond_source", name=source.name, total=length),
            message("timeline.beyond_source.next"),
        )
    return clips, source.name


def _whole_files(desk: Desk, op: Keep) -> tuple[list[Clip], str]:
    source = source_named(desk, op.source)
    shown = need_footage(desk) if source is None else [source]
    prepared(desk, max(shown, key=lambda info: info.duration_ms))
    clips = [_like_the_others(desk, new_clip(desk, info, whole(info))) for info in shown]
    return clips, ", ".join(info.name for info in shown)


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
    bounds = whole(source).clamped_to(TimeRange(start_ms=start, end_ms=min(end, limit)))
    return _like_the_others(desk, new_clip(desk, source, bounds)) if bounds is not None else None


def _like_the_others(desk: Desk, clip: Clip) -> Clip:
    traits = shared_traits(desk.clips)
    traits.pop("speed", None)
    return clip.model_copy(update=traits)
