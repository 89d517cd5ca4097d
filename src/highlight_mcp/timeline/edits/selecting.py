"""Choosing what is in the reel: highlights, and keeping given ranges."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ..layout import with_main, with_source
from ..media import MediaInfo
from ..model import Clip, Timeline
from ..operations import Highlights, Keep
from ..picks import Choice, Pick
from ..say import Say
from ..time import TimeRange, clock
from .desk import Desk, RefusedError
from .shape import framed

COMMON_RATES = tuple(
    Fraction(*pair)
    for pair in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)
DEFAULT_RATE = Fraction(30)
SHORTFALL_MS = 1000


def highlights(desk: Desk, wish: Highlights) -> Desk:
    """Find the best moments and make them the reel, add to it, or bring it to another length."""
    _need_media(desk)
    if wish.mode == "append" and desk.timeline.clips:
        return _append(desk, wish)
    if wish.mode == "extend" and desk.timeline.clips:
        return _to_length(desk, wish)
    choice = desk.senses.highlights(wish, ())
    _need_picks(choice, wish)
    clips = _clips(desk, choice.picks)
    timeline = with_main(_started(desk, choice.picks), clips, _names(choice.picks))
    total = timeline.clips[-1].end_ms
    change = Say(
        en=f"Cut {_count(len(clips))} into a {clock(total)} reel from {_names(choice.picks)}.",
        zh=f"从{_names(choice.picks)}选出{len(clips)}个片段，成片{clock(total)}。",
    )
    return _said(_renumbered(desk.put(timeline, change)), choice)


def keep(desk: Desk, operation: Keep) -> Desk:
    """Keep only the given clips or ranges; without a reel the ranges are cut straight from the source."""
    if operation.target is not None:
        kept = desk.chosen(operation.target)
        return desk.cut(kept, Say(en=f"Kept {_count(len(kept))}.", zh=f"保留了{len(kept)}段。"))
    ranges = [TimeRange(start_ms=a, end_ms=b) for a, b in operation.ranges_ms or () if a < b]
    if not ranges:
        raise RefusedError(
            "bad_request",
            Say(en="There is no range to keep.", zh="没有说要保留哪一段时间。"),
            Say(en="Give a range such as 5:00-9:00.", zh="请说一个时间范围，例如5分到9分。"),
        )
    if operation.ref == "source" and (not desk.timeline.clips or _whole_source(desk)):
        return _from_source(desk, ranges, operation.source)
    pieces = [piece for clip in desk.reel() for piece in _inside(desk, clip, ranges, operation.ref)]
    unique = [
        piece if number == 0 or piece.id != pieces[number - 1].id else piece.model_copy(update={"id": ""})
        for number, piece in enumerate(pieces)
    ]
    if not unique:
        raise RefusedError(
            "limit",
            Say(en="Nothing of the reel lies in that range.", zh="成片里没有这个时间范围的内容。"),
            Say(
                en=f"The reel is {clock(desk.timeline.duration_ms)} long.",
                zh=f"成片长{clock(desk.timeline.duration_ms)}。",
            ),
        )
    total = sum(span.duration_ms for span in ranges)
    return desk.cut(with_ids(desk, unique), Say(en=f"Kept {clock(total)}.", zh=f"保留了{clock(total)}。"))


def with_ids(desk: Desk, clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """Clips with an empty id get a fresh one."""
    out: list[Clip] = []
    for clip in clips:
        taken = [done.id for done in out]
        out.append(clip if clip.id else clip.model_copy(update={"id": desk.new_id(taken=taken)}))
    return tuple(out)


def source_of(desk: Desk, name: str | None) -> MediaInfo:
    """The footage that a name means, or the longest video when none is named."""
    pictures = [info for info in desk.media.values() if info.has_picture]
    if name is not None:
        named = [info for info in pictures if name in (info.media_id, info.name)]
        if not named:
            known = ", ".join(info.name for info in pictures)
            raise RefusedError(
                "asset_missing",
                Say(en=f"There is no footage named {name!r}.", zh=f"没有名为“{name}”的素材。"),
                Say(en=f"There is: {known}.", zh=f"现有：{known}。"),
            )
        return named[0]
    return max(pictures, key=lambda info: info.duration_ms)


def _need_media(desk: Desk) -> None:
    if not any(info.has_picture or info.has_sound for info in desk.media.values()):
        raise RefusedError(
            "media_missing",
            Say(en="There is no footage yet.", zh="还没有素材。"),
            Say(en="Upload a video first.", zh="请先上传视频。"),
        )


def _need_picks(choice: Choice, wish: Highlights) -> None:
    if choice.picks:
        return
    because = " ".join(choice.notes)
    raise RefusedError(
        "limit",
        Say(en=because or f"No {wish.criterion} moments were found.", zh=because or "没有找到符合要求的片段。"),
        Say(en="Ask for another kind of moment, or for the best moments.", zh="请换一种说法，或者直接要“精彩片段”。"),
    )


def _clips(desk: Desk, picks: Sequence[Pick]) -> tuple[Clip, ...]:
    out: list[Clip] = []
    for pick in picks:
        clip = Clip(
            id=desk.new_id(taken=[done.id for done in out]), start_ms=0, duration_ms=max(1, pick.span.duration_ms),
            media_id=pick.media_id, source=pick.span, label=f"{pick.source} {clock(pick.peak_ms)}",
            score=round(pick.score, 3), why=pick.why, extra={"peak_ms": pick.peak_ms},
        )  # fmt: skip
        out.append(framed(desk, clip))
    return tuple(out)


def _started(desk: Desk, picks: Sequence[Pick]) -> Timeline:
    """The timeline of a first cut takes its shape and rate from the footage; a later one keeps its own."""
    if desk.timeline.clips:
        return desk.timeline
    shown = [desk.media[pick.media_id] for pick in picks]
    upright = all(info.height > info.width for info in shown if info.has_picture and info.width)
    rate = snapped_rate(max(shown, key=lambda info: info.duration_ms).frame_rate)
    size = {"width": 1080, "height": 1920} if upright and any(info.width for info in shown) else {}
    return desk.timeline.model_copy(update={"frame_rate": rate, **size})


def snapped_rate(rate: Fraction | None) -> Fraction:
    """The usual rate nearest to that of the footage; 120 fps and the like come down to 60."""
    if rate is None or rate < 15:
        return DEFAULT_RATE
    return min(COMMON_RATES, key=lambda common: abs(common - rate))


def _append(desk: Desk, wish: Highlights) -> Desk:
    choice = desk.senses.highlights(wish, kept_picks(desk))
    _need_picks(choice, wish)
    added = _clips(desk, choice.picks)
    change = Say(en=f"Added {_count(len(added))}.", zh=f"添加了{len(added)}个片段。")
    return _said(_renumbered(desk.cut((*desk.reel(), *added), change)), choice)


def _to_length(desk: Desk, wish: Highlights) -> Desk:
    """Bring the reel to a new total: add the next best moments, or drop the weakest first."""
    now = desk.timeline.clips[-1].end_ms
    if wish.total_ms is None:
        wish = wish.model_copy(update={"total_ms": now * 3 // 2})
    assert wish.total_ms is not None
    return _shorter(desk, wish.total_ms) if wish.total_ms <= now else _longer(desk, wish, now)


def _shorter(desk: Desk, total_ms: int) -> Desk:
    reel, now = list(desk.reel()), desk.timeline.clips[-1].end_ms
    while len(reel) > 1:
        weakest = min(reel, key=lambda clip: (clip.score if clip.score is not None else 0.0, -clip.start_ms))
        if now - weakest.duration_ms < total_ms:
            break
        reel.remove(weakest)
        now -= weakest.duration_ms
    reel = _tightened(reel, now - total_ms)
    dropped = len(desk.reel()) - len(reel)
    length = sum(clip.duration_ms for clip in reel)
    return _renumbered(
        desk.cut(
            reel,
            Say(
                en=f"Shortened the reel to {clock(length)}"
                + (f", dropping the weakest {_count(dropped)}." if dropped else "."),
                zh=f"成片缩短到{clock(length)}" + (f"，去掉了最弱的{dropped}段。" if dropped else "。"),
            ),
        )
    )


def _tightened(reel: list[Clip], excess_ms: int) -> list[Clip]:
    """Take what is still too much off the clips in proportion to their length, mostly from their lead-in."""
    total = sum(clip.duration_ms for clip in reel)
    out = []
    for clip in reel:
        share = excess_ms * clip.duration_ms // total if excess_ms > 0 else 0
        if clip.source is None or share <= 0 or clip.duration_ms - share < 500:
            out.append(clip)
            continue
        take = int(share * clip.speed)
        head = take * 2 // 3
        out.append(
            with_source(
                clip, TimeRange(start_ms=clip.source.start_ms + head, end_ms=clip.source.end_ms - (take - head))
            )
        )
    return out


def _longer(desk: Desk, wish: Highlights, now: int) -> Desk:
    more = wish.model_copy(update={"total_ms": (wish.total_ms or now) - now, "mode": "append"})
    choice = desk.senses.highlights(more, kept_picks(desk))
    _need_picks(choice, wish)
    sort = wish.order == "time"
    reel = [*desk.reel(), *_clips(desk, choice.picks)]
    order = list(desk.media)
    if sort:
        reel.sort(
            key=lambda clip: (
                (order.index(clip.media_id), clip.source.start_ms) if clip.media_id and clip.source else (-1, 0)
            )
        )
    length = sum(clip.duration_ms for clip in reel)
    change = Say(
        en=f"Added {_count(len(choice.picks))}; the reel is now {clock(length)}.",
        zh=f"添加了{len(choice.picks)}个片段，成片现在{clock(length)}。",
    )
    return _said(_renumbered(desk.cut(reel, change)), choice)


def kept_picks(desk: Desk) -> tuple[Pick, ...]:
    """The footage already in the reel, as picks to stay away from."""
    return tuple(
        Pick(
            media_id=clip.media_id, source=desk.media[clip.media_id].name, start_ms=clip.source.start_ms,
            end_ms=clip.source.end_ms, peak_ms=clip.extra.get("peak_ms", clip.source.start_ms), score=clip.score or 0.0,
            confidence="medium", why=clip.why,
        )
        for clip in desk.timeline.clips
        if clip.media_id in desk.media and clip.media_id is not None and clip.source is not None
    )  # fmt: skip


def _said(desk: Desk, choice: Choice) -> Desk:
    return replace(desk, picks=(*desk.picks, *choice.picks), notes=(*desk.notes, *choice.notes))


def _renumbered(desk: Desk) -> Desk:
    """After a new selection, later parts of the request count the new clips."""
    return replace(desk, numbers=tuple(clip.id for clip in desk.timeline.clips))


def _names(picks: Sequence[Pick]) -> str:
    names = list(dict.fromkeys(pick.source for pick in picks))
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def _count(number: int) -> str:
    return "1 clip" if number == 1 else f"{number} clips"


def _whole_source(desk: Desk) -> bool:
    """Is the reel one whole source, so that source and timeline are the same thing?"""
    clips = desk.timeline.clips
    info = desk.media.get(clips[0].media_id or "") if len(clips) == 1 else None
    return bool(info and clips[0].source and clips[0].source.duration_ms >= info.duration_ms and clips[0].speed == 1)


def _from_source(desk: Desk, ranges: Sequence[TimeRange], name: str | None) -> Desk:
    _need_media(desk)
    info = source_of(desk, name)
    whole = TimeRange(start_ms=0, end_ms=info.duration_ms)
    inside = [span for given in ranges if (span := given.clamped_to(whole)) is not None]
    if not inside:
        raise RefusedError(
            "limit",
            Say(
                en=f"{info.name} is only {clock(info.duration_ms)} long.",
                zh=f"{info.name}只有{clock(info.duration_ms)}。",
            ),
            Say(en="Name a range inside it.", zh="请说一个在素材之内的时间范围。"),
        )
    picks = [
        Pick(
            media_id=info.media_id, source=info.name, start_ms=span.start_ms, end_ms=span.end_ms, peak_ms=span.start_ms,
            score=0.0, confidence="high", why="the range you named",
        )
        for span in inside
    ]  # fmt: skip
    timeline = with_main(_started(desk, picks), _clips(desk, picks), info.name)
    total = sum(span.duration_ms for span in inside)
    out = desk.put(timeline, Say(en=f"Kept {clock(total)} of {info.name}.", zh=f"保留了{info.name}的{clock(total)}。"))
    if inside != list(ranges):
        out = out.assuming(
            Say(en=f"cut off at the end of {info.name} ({clock(info.duration_ms)})", zh=f"到{info.name}结尾为止")
        )
    return _renumbered(replace(out, picks=(*out.picks, *picks)))


def _inside(desk: Desk, clip: Clip, ranges: Sequence[TimeRange], ref: str) -> list[Clip]:
    """The parts of a clip that lie in the ranges."""
    if clip.source is None or clip.freeze:
        return [clip] if ref == "timeline" and any(clip.span.clamped_to(span) for span in ranges) else []
    out = []
    for span in ranges:
        part = clip.source.clamped_to(span if ref == "source" else source_span(clip, span))
        if part is not None and part.duration_ms >= 40 * clip.speed:
            out.append(with_source(clip, part))
    return out


def source_span(clip: Clip, span: TimeRange) -> TimeRange:
    """A range of the timeline, mapped into the source of a clip; empty ranges collapse to its edge."""
    assert clip.source is not None
    start = max(0, span.start_ms - clip.start_ms)
    end = min(clip.duration_ms, max(0, span.end_ms - clip.start_ms))
    first = clip.source.start_ms + int(start * clip.speed)
    last = clip.source.start_ms + int(max(start, end) * clip.speed)
    return TimeRange(start_ms=first, end_ms=clip.source.end_ms if end == clip.duration_ms else last)
