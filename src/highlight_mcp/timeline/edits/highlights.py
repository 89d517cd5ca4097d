"""Choosing the best moments: a new reel, more of them, or a reel of another length."""

from collections.abc import Sequence
from typing import Any

from ...messages import message
from ..layout import laid, part, with_fields
from ..model import Clip
from ..operations import SEARCHED, Highlights
from ..picks import Choice, Pick
from ..time import TimeRange, clock, format_length, scaled
from .desk import Desk, term
from .footage import (
    PICTURE_MS,
    cards_apart,
    footage_of,
    framed,
    is_card,
    need_footage,
    new_clip,
    prepared,
    shared_traits,
    source_named,
)  # fmt: skip
from .outcome import Refused
from .subtitles import renew_subtitles, subtitle_track

LEAST_CLIP_MS = 2000
MORE_MS = 30_000
MOST_TOTAL_MS = 12 * 3600 * 1000


def highlights(desk: Desk, op: Highlights) -> None:
    """Cut the best moments into a reel, or change the length of the reel there is."""
    need_footage(desk)
    source = source_named(desk, op.source)
    wish = op if source is None else op.model_copy(update={"source": source.media_id})
    if wish.total_ms is not None and wish.total_ms > MOST_TOTAL_MS:
        wish = wish.model_copy(update={"total_ms": MOST_TOTAL_MS})
        desk.assume("longest_reel", total=clock(MOST_TOTAL_MS))
    subtitles = subtitle_track(desk)
    if not desk.clips or op.mode == "replace":
        _new_reel(desk, wish)
    elif op.mode == "append":
        _append(desk, wish)
    else:
        _resize(desk, wish)
    renew_subtitles(desk, subtitles)


def _new_reel(desk: Desk, wish: Highlights) -> None:
    had, before = bool(desk.clips), desk.clips
    if footage_of(desk.media.values())[0].kind == "image":
        clips = _slides(desk, wish)
    else:
        choice = _chosen(desk, wish, ())
        prepared(desk, desk.media[_main_source(choice.picks)])
        clips = _clips_of(desk, choice.picks, before)
    front, _, back = cards_apart(before)
    desk.set_clips([*front, *clips, *back] if had else clips, texts="stay")
    _tell_total(desk, wish, "cut_reel")
    desk.renumber()


def _append(desk: Desk, wish: Highlights) -> None:
    if wish.total_ms is None and wish.count is None and wish.criterion not in SEARCHED:
        wish = wish.model_copy(update={"total_ms": MORE_MS})
        desk.assume("more_length", total=format_length(MORE_MS))
    _add(desk, wish, sort=False)


def _add(desk: Desk, wish: Highlights, *, sort: bool) -> None:
    """More moments, in order of time where the reel is in that order, else at its end."""
    before = desk.length_ms
    choice = _chosen(desk, wish, desk.taken())
    new = _clips_of(desk, choice.picks, ())
    front, between, back = cards_apart(desk.clips)
    in_order = sort and between == _by_time(desk, between)
    clips = _by_time(desk, [*between, *new]) if in_order else [*between, *new]
    desk.set_clips([*front, *clips, *back])
    added = len(new)
    desk.done("added_moments", n=added, before=clock(before), total=clock(desk.length_ms))


def _resize(desk: Desk, wish: Highlights) -> None:
    now = desk.length_ms
    if wish.total_ms is None and wish.count is not None:
        _add(desk, wish, sort=True)
        return
    total = wish.total_ms
    if total is None:
        total = now + max(15_000, now // 2)
        desk.assume("new_length", total=clock(total))
    if total > now:
        _lengthen(desk, wish, total)
    elif total < now:
        _shorten(desk, wish, total)


def _lengthen(desk: Desk, wish: Highlights, total: int) -> None:
    now = desk.length_ms
    _add(desk, wish.model_copy(update={"total_ms": total - now}), sort=True)
    if desk.length_ms < 0.97 * total:
        desk.remarks.append(message("timeline.shortfall", asked=clock(total), found=clock(desk.length_ms)))


def _shorten(desk: Desk, wish: Highlights, total: int) -> None:
    """The weakest clips go first; the last of them is cut at its end so that the length fits."""
    before = desk.length_ms
    if all(clip.score is None for clip in desk.clips):
        _new_reel(desk, wish.model_copy(update={"total_ms": total, "mode": "replace"}))
        return
    kept = list(desk.clips)
    gone = 0
    while (excess := sum(clip.duration_ms for clip in kept) - total) > 0:
        weakest = min((clip for clip in kept if not is_card(clip)), key=_worth, default=None)
        if weakest is None:
            raise Refused(
                "limit", message("timeline.cards_fill", total=clock(total)), message("timeline.cards_fill.next")
            )
        rest = weakest.duration_ms - excess
        alone = sum(not is_card(clip) for clip in kept) == 1
        if rest >= LEAST_CLIP_MS or alone:
            place = kept.index(weakest)
            kept[place] = part(weakest, 0, max(rest, min(500, weakest.duration_ms)))
            break
        kept.remove(weakest)
        gone += 1
    desk.set_clips(kept)
    desk.done("shortened", n=gone, before=clock(before), total=clock(desk.length_ms))


def _worth(clip: Clip) -> tuple[float, int]:
    return (clip.score if clip.score is not None else 0.0, -clip.start_ms)


def _chosen(desk: Desk, wish: Highlights, avoid: Any) -> Choice:
    speed = shared_traits(desk.clips).get("speed", 1)
    times = ("total_ms", "clip_ms", "clip_min_ms", "clip_max_ms")
    asked = {name: max(1, scaled(value, speed)) for name in times if (value := getattr(wish, name)) is not None}
    choice = desk.senses.highlights(wish.model_copy(update=asked) if speed != 1 else wish, avoid)
    picks = tuple(pick for pick in choice.picks if pick.media_id in desk.media and pick.start_ms < pick.end_ms)
    desk.notes += choice.notes
    if not picks:
        key = "no_more_moments" if avoid else "no_moments"
        raise Refused(
            "nothing_found",
            message(f"timeline.{key}", criterion=wish.query or term(wish.criterion)),
            message(f"timeline.{key}.next"),
        )
    desk.picks = (*desk.picks, *picks)
    return choice.model_copy(update={"picks": picks})


def _main_source(picks: Sequence[Pick]) -> str:
    shown: dict[str, int] = {}
    for pick in picks:
        shown[pick.media_id] = shown.get(pick.media_id, 0) + pick.end_ms - pick.start_ms
    return max(shown, key=lambda name: shown[name])


def _clips_of(desk: Desk, picks: Sequence[Pick], before: Sequence[Clip]) -> list[Clip]:
    """Clips for picks; a clip that was there before and shows the same keeps its id."""
    traits = shared_traits(desk.clips)
    free = {clip.id: clip for clip in before if clip.source is not None and not clip.freeze}
    clips = []
    for pick in picks:
        clip = new_clip(desk, desk.media[pick.media_id], pick.range, score=pick.score, why=pick.why)
        twin = next((old for old in free.values() if _shows_same(old, pick)), None)
        if twin is not None:
            del free[twin.id]
            clip = with_fields(clip, id=twin.id)
        clip = with_fields(clip, **traits)
        if clip.speed != 1:
            clip = with_fields(clip, duration_ms=max(1, scaled(pick.range.duration_ms, 1 / clip.speed)))
        clips.append(framed(desk, clip) if clip.rotate else clip)
    return clips


def _shows_same(clip: Clip, pick: Pick) -> bool:
    if clip.source is None or clip.media_id != pick.media_id:
        return False
    common = clip.source.clamped_to(pick.range)
    return common is not None and 2 * common.duration_ms >= pick.range.duration_ms


def _by_time(desk: Desk, clips: Sequence[Clip]) -> list[Clip]:
    order = {name: place for place, name in enumerate(desk.media)}

    def when(clip: Clip) -> tuple[int, int]:
        return order.get(clip.media_id or "", len(order)), clip.source.start_ms if clip.source else 0

    return sorted(clips, key=when)


def _slides(desk: Desk, wish: Highlights) -> list[Clip]:
    """One clip per picture, where there is nothing but pictures."""
    pictures = footage_of(desk.media.values())[: wish.count]
    prepared(desk, pictures[0])
    each = wish.clip_ms or (wish.total_ms // len(pictures) if wish.total_ms else PICTURE_MS)
    desk.assume("slides", n=len(pictures), each=format_length(max(each, 500)))
    source = TimeRange(start_ms=0, end_ms=max(each, 500))
    return list(laid([new_clip(desk, info, source) for info in pictures]))


def _tell_total(desk: Desk, wish: Highlights, key: str) -> None:
    sources = list(dict.fromkeys(clip.media_id for clip in desk.clips if clip.media_id))
    names = ", ".join(desk.media[name].name for name in sources if name in desk.media)
    shown = sum(not is_card(clip) for clip in desk.clips)
    desk.done(key, n=shown, total=clock(desk.length_ms), names=names)
    if wish.total_ms is not None and desk.length_ms < 0.97 * wish.total_ms:
        desk.remarks.append(message("timeline.shortfall", asked=clock(wish.total_ms), found=clock(desk.length_ms)))
    if wish.count is not None and shown < wish.count:
        desk.remarks.append(message("timeline.fewer", asked=wish.count, n=shown))
