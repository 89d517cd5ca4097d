"""Choosing the best moments: a new reel, more of them, a reel of another length, another one in place of a clip."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from ...messages import message, say
from ..layout import slice_clip, with_fields
from ..media import MomentSelection, Pick, UsedRange
from ..model import Clip
from ..time import format_length, format_time, scaled
from .base import ClipTarget, Operation, Positive, RangeMs
from .context import EditContext, rejected, term
from .footage import (
    common_fields,
    footage_of,
    is_card,
    new_clip,
    prepare_timeline,
    require_footage,
    require_source,
    split_off_cards,
    with_framing,
)
from .sentences import amount, chinese, english, moment
from .slides import fit_slides, slides
from .subtitles import refresh_subtitles, subtitle_tracks
from .targets import clip_indices, clip_number

Criterion = Literal[
    "auto", "cheer", "loud", "applause", "laughter", "applause+laugh", "motion", "whistle", "speech",
    "quiet", "silence", "scene_change", "goal", "score_change", "words", "topic", "sound", "picture",
]  # fmt: skip
ON_BOARD: frozenset[str] = frozenset({"goal", "score_change"})
SEARCHED: frozenset[str] = frozenset({"words", "topic", "sound", "picture"})
LEAST_CLIP_MS = 2000
MORE_MS = 30_000
MOST_TOTAL_MS = 12 * 3600 * 1000


class Highlights(Operation):
    """Find the best moments and cut them into a reel.

    `query` goes with four criteria: `words` (each time they are said), `topic` (the passages about it),
    `sound` (what it sounds like), `picture` (what is to be seen). With mode `swap` the next best moment comes in place
    of each clip of `target`, about as long. With `every_source` something of each file is shown. Goals may be those of
    one `side` of the board; `taken` picks the `first` or `last` ones.
    """

    chooses: ClassVar = True
    example: ClassVar = {"op": "highlights", "criterion": "cheer", "total_ms": 60_000}
    needs_reel = False
    makes_reel = True
    settles = ("mode",)

    op: Literal["highlights"] = "highlights"
    criterion: Criterion = "auto"
    query: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    total_ms: Positive | None = None
    count: Annotated[int, Field(ge=1, le=500)] | None = None
    clip_ms: Positive | None = None
    clip_min_ms: Positive | None = None
    clip_max_ms: Positive | None = None
    order: Literal["time", "rank", "countdown"] = "time"
    pace: Literal["fast", "normal", "slow"] = "normal"
    range_ms: RangeMs | None = None
    source: str | None = None
    mode: Literal["replace", "append", "extend", "swap"] = "replace"
    every_source: bool = False
    side: Literal["home", "away"] | None = None
    taken: Literal["first", "last"] | None = None
    target: ClipTarget | None = None

    @model_validator(mode="after")
    def _searched(self) -> "Highlights":
        if self.criterion in SEARCHED and not (self.query or "").strip():
            raise ValueError(say("timeline.highlights.query_missing", criterion=self.criterion))
        if self.query is not None and self.criterion not in SEARCHED:
            raise ValueError(say("timeline.highlights.query_unused"))
        if (self.side or self.taken) and self.criterion not in ON_BOARD:
            raise ValueError(say("timeline.highlights.board_only"))
        if (self.mode == "swap") != (self.target is not None):
            raise ValueError(say("timeline.highlights.swap_target"))
        return self

    def replaces(self, earlier: Operation) -> bool:
        """Another choice, or another length, takes the place of the one before; more moments are added to it."""
        return self.mode not in ("append", "swap") and super().replaces(earlier)

    def apply(self, edit: EditContext) -> None:
        """Cut the best moments into a reel, or change the length of the reel there is."""
        require_footage(edit)
        source = require_source(edit, self.source)
        wish = self if source is None else self.model_copy(update={"source": source.media_id})
        if wish.total_ms is not None and wish.total_ms > MOST_TOTAL_MS:
            wish = wish.model_copy(update={"total_ms": MOST_TOTAL_MS})
            edit.record_assumption("highlights.longest", total=format_time(MOST_TOTAL_MS))
        subtitles = subtitle_tracks(edit)
        if self.target is not None:
            _swap(edit, wish, clip_indices(edit, self.target.clips))
        elif not edit.clips or self.mode == "replace":
            _new_reel(edit, wish)
        elif self.mode == "append":
            _append(edit, wish)
        else:
            _resize(edit, wish)
        refresh_subtitles(edit, subtitles)

    def in_english(self) -> str:
        count = "" if self.count is None else f"{self.count} "
        one = self.count == 1 if self.target is None else len(self.target.clips) == 1
        best = f"the {count}{'' if self.target is None else 'next '}best moment{'' if one else 's'}"
        best = best if self.taken is None else best.replace("best moment", f"{self.taken} moment")
        best += f" with {english.CRITERIA[self.criterion]}" if self.criterion in english.CRITERIA else ""
        best += (
            f" {english.SEARCHES[self.criterion].format(english.quoted(self.query))}"
            if self.criterion in english.SEARCHES
            else ""
        )
        length = "" if self.total_ms is None else f"{amount(self.total_ms)}-second "
        pace = "" if self.pace == "normal" else f"{self.pace} paced "
        head = {
            "replace": f"Make a {length}{pace}highlight reel of {best}",
            "append": f"Add {best} to the end of the reel",
            "extend": f"Extend the reel with {best}",
            "swap": f"Replace {english.clips(self.target.clips) if self.target else ''} with {best}",
        }[self.mode]
        parts = [head]
        if self.total_ms is not None and self.mode != "replace":
            parts.append(f"{english.seconds(self.total_ms)} in total")
        if self.clip_ms is not None:
            parts.append(f"about {english.seconds(self.clip_ms)} each")
        if self.clip_min_ms is not None:
            parts.append(f"each at least {english.seconds(self.clip_min_ms)}")
        if self.clip_max_ms is not None:
            parts.append(f"each at most {english.seconds(self.clip_max_ms)}")
        if self.range_ms is not None:
            parts.append(f"only between {moment(self.range_ms[0])} and {moment(self.range_ms[1])} of the source")
        if self.source is not None:
            parts.append(f"from the file {english.quoted(self.source)}")
        parts += ["with something from every file"] if self.every_source else []
        parts += [] if self.side is None else [f"only those of the {self.side} side"]
        parts += {"time": [], "rank": ["best first"], "countdown": ["best last"]}[self.order]
        parts += [f"{self.pace} paced"] if self.pace != "normal" and self.mode != "replace" else []
        return ", ".join(parts)

    def in_chinese(self) -> str:
        what = chinese.CRITERIA.get(self.criterion, "")
        searched = (
            chinese.SEARCHES[self.criterion].format(chinese.quoted(self.query))
            if self.criterion in chinese.SEARCHES
            else ""
        )
        count = "" if self.count is None else f"{self.count}个"
        which = {None: "最精彩", "first": "最早", "last": "最晚"}[self.taken]
        best = f"{searched}{count}{which}的{what}片段"
        length = "" if self.total_ms is None else f"{amount(self.total_ms)}秒的"
        parts = {
            "replace": [f"剪一个{length}集锦", best],
            "append": [f"再加{best}到结尾"],
            "extend": [f"用{best}延长成片"],
            "swap": [f"把{chinese.clips(self.target.clips) if self.target else ''}换成还没用过的{best}"],
        }[self.mode]
        if self.total_ms is not None and self.mode != "replace":
            parts.append(f"总长{chinese.seconds(self.total_ms)}")
        parts += [] if self.clip_ms is None else [f"每段约{chinese.seconds(self.clip_ms)}"]
        parts += [] if self.clip_min_ms is None else [f"每段至少{chinese.seconds(self.clip_min_ms)}"]
        parts += [] if self.clip_max_ms is None else [f"每段最多{chinese.seconds(self.clip_max_ms)}"]
        parts += [] if self.range_ms is None else [f"只用素材的{chinese.span(self.range_ms)}"]
        parts += [] if self.source is None else [f"来自文件{chinese.quoted(self.source)}"]
        parts += [] if self.side is None else [{"home": "只要主队的", "away": "只要客队的"}[self.side]]
        parts += ["每个文件都要有"] if self.every_source else []
        parts += {"time": [], "rank": ["最精彩的放最前面"], "countdown": ["最精彩的放最后"]}[self.order]
        parts += {"normal": [], "fast": ["快节奏"], "slow": ["慢节奏"]}[self.pace]
        return "，".join(parts)


def _new_reel(edit: EditContext, wish: Highlights) -> None:
    had, before = bool(edit.clips), edit.clips
    if footage_of(edit.media.values())[0].kind == "image":
        clips = slides(edit, wish.count, wish.clip_ms, wish.total_ms)
    else:
        choice = _chosen(edit, wish, ())
        prepare_timeline(edit, edit.media[_main_source(choice.picks)])
        clips = _clips_of(edit, choice.picks, before)
    front, _, back = split_off_cards(before)
    edit.set_clips([*front, *clips, *back] if had else clips, texts="stay")
    fit_slides(edit)
    _tell_total(edit, wish)
    edit.rebase()


def _append(edit: EditContext, wish: Highlights) -> None:
    if wish.total_ms is None and wish.count is None and wish.criterion not in SEARCHED:
        wish = wish.model_copy(update={"total_ms": MORE_MS})
        edit.record_assumption("highlights.more_length", total=format_length(MORE_MS))
    _add(edit, wish, sort=False)


def _add(edit: EditContext, wish: Highlights, *, sort: bool) -> None:
    """More moments, in order of time where the reel is in that order, else at its end."""
    before = edit.length_ms
    choice = _chosen(edit, wish, edit.used_ranges())
    new = _clips_of(edit, choice.picks, ())
    front, between, back = split_off_cards(edit.clips)
    in_order = sort and between == _by_time(edit, between)
    clips = _by_time(edit, [*between, *new]) if in_order else [*between, *new]
    edit.set_clips([*front, *clips, *back])
    added = len(new)
    edit.record_change("highlights.added", n=added, before=format_time(before), total=format_time(edit.length_ms))


def _swap(edit: EditContext, wish: Highlights, places: Sequence[int]) -> None:
    """Another moment at the place of each of these clips, with the join and the sound that the clip had there."""
    if all(is_card(edit.clips[place]) for place in places):
        raise rejected("limit", "highlights.swap_card")
    for name in [edit.clips[place].id for place in places]:
        old = next((clip for clip in edit.clips if clip.id == name), None)
        if old is None or is_card(old):  # one that lasts less than a frame goes with the first swap, which is told
            continue
        pick = _next_best(edit, wish.model_copy(update={"clip_ms": wish.clip_ms or old.duration_ms}), old)
        edit.picks = (*edit.picks, pick)
        new = with_fields(_clips_of(edit, [pick], ())[0], **{name: getattr(old, name) for name in _OF_THE_PLACE})
        edit.origins[new.id] = edit.origin_of(old.id)
        number = clip_number(edit, old)
        edit.set_clips([new if clip.id == old.id else clip for clip in edit.clips], transitions_given=True)
        edit.record_change("highlights.swapped", n=number, gone=_shown(old), come=_shown(new), why=pick.why)


_OF_THE_PLACE = ("transition", "volume", "fade_in_ms", "fade_out_ms", "picture_fade_in_ms", "picture_fade_out_ms")
_NEXT = 20


def _next_best(edit: EditContext, wish: Highlights, old: Clip) -> Pick:
    """The best moment not shown that ranks below the clip, so that asking again brings yet another; else the best."""
    ranked = wish.model_copy(update={"count": _NEXT, "total_ms": None, "order": "rank"})
    picks = sorted(_found(edit, ranked, edit.used_ranges()).picks, key=lambda pick: -pick.score)
    return next((pick for pick in picks if old.score is not None and pick.score < old.score), picks[0])


def _shown(clip: Clip) -> str:
    """`match 0:45-0:52`: what a clip shows."""
    assert clip.source is not None
    return f"{clip.label}-{format_time(clip.source.end_ms)}"


def _resize(edit: EditContext, wish: Highlights) -> None:
    now = edit.length_ms
    if wish.total_ms is None and wish.count is not None:
        _add(edit, wish, sort=True)
        return
    total = wish.total_ms
    if total is None:
        total = now + max(15_000, now // 2)
        edit.record_assumption("highlights.new_length", total=format_time(total))
    if total > now:
        _lengthen(edit, wish, total)
    elif total < now:
        _shorten(edit, wish, total)


def _lengthen(edit: EditContext, wish: Highlights, total: int) -> None:
    now = edit.length_ms
    _add(edit, wish.model_copy(update={"total_ms": total - now}), sort=True)
    if edit.length_ms < 0.97 * total:
        edit.remarks.append(
            message("timeline.highlights.shortfall", asked=format_time(total), found=format_time(edit.length_ms))
        )


def _shorten(edit: EditContext, wish: Highlights, total: int) -> None:
    """The weakest clips go first; the last of them is cut at its end so that the length fits."""
    before = edit.length_ms
    if all(clip.score is None for clip in edit.clips):
        _new_reel(edit, wish.model_copy(update={"total_ms": total, "mode": "replace"}))
        return
    kept = list(edit.clips)
    gone = 0
    while (excess := sum(clip.duration_ms for clip in kept) - total) > 0:
        weakest = min((clip for clip in kept if not is_card(clip)), key=_worth, default=None)
        if weakest is None:
            raise rejected("limit", "highlights.cards_fill", total=format_time(total))
        rest = weakest.duration_ms - excess
        alone = sum(not is_card(clip) for clip in kept) == 1
        if rest >= LEAST_CLIP_MS or alone:
            place = kept.index(weakest)
            kept[place] = slice_clip(weakest, 0, max(rest, min(500, weakest.duration_ms)))
            break
        kept.remove(weakest)
        gone += 1
    edit.set_clips(kept)
    edit.record_change("highlights.shortened", n=gone, before=format_time(before), total=format_time(edit.length_ms))


def _worth(clip: Clip) -> tuple[float, int]:
    return (clip.score if clip.score is not None else 0.0, -clip.start_ms)


def _chosen(edit: EditContext, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
    """The moments for a wish, told as those of the edit."""
    choice = _found(edit, wish, avoid)
    edit.picks = (*edit.picks, *choice.picks)
    return choice


def _found(edit: EditContext, wish: Highlights, avoid: tuple[UsedRange, ...]) -> MomentSelection:
    speed = common_fields(edit.clips).get("speed", 1)
    times = ("total_ms", "clip_ms", "clip_min_ms", "clip_max_ms")
    asked = {name: max(1, scaled(value, speed)) for name in times if (value := getattr(wish, name)) is not None}
    avoid = (*avoid, *edit.avoid)
    choice = edit.senses.highlights(wish.model_copy(update=asked) if speed != 1 else wish, avoid)
    picks = tuple(pick for pick in choice.picks if pick.media_id in edit.media and pick.start_ms < pick.end_ms)
    edit.notes += choice.notes
    if not picks:
        key = "highlights.no_more" if avoid else "highlights.nothing"
        raise rejected("nothing_found", key, criterion=wish.query or term(wish.criterion))
    return choice.model_copy(update={"picks": picks})


def _main_source(picks: Sequence[Pick]) -> str:
    shown: dict[str, int] = {}
    for pick in picks:
        shown[pick.media_id] = shown.get(pick.media_id, 0) + pick.end_ms - pick.start_ms
    return max(shown, key=lambda name: shown[name])


def _clips_of(edit: EditContext, picks: Sequence[Pick], before: Sequence[Clip]) -> list[Clip]:
    """Clips for picks; a clip that was there before and shows the same keeps its id."""
    traits = common_fields(edit.clips)
    free = {clip.id: clip for clip in before if clip.source is not None and not clip.freeze}
    clips = []
    for pick in picks:
        clip = new_clip(edit, edit.media[pick.media_id], pick.range, score=pick.score, why=pick.why)
        twin = next((old for old in free.values() if _shows_same(old, pick)), None)
        if twin is not None:
            del free[twin.id]
            clip = with_fields(clip, id=twin.id)
        clip = with_fields(clip, **traits)
        if clip.speed != 1:
            clip = with_fields(clip, duration_ms=max(1, scaled(pick.range.duration_ms, 1 / clip.speed)))
        clips.append(with_framing(edit, clip) if clip.rotate else clip)
    return clips


def _shows_same(clip: Clip, pick: Pick) -> bool:
    if clip.source is None or clip.media_id != pick.media_id:
        return False
    common = clip.source.clamped_to(pick.range)
    return common is not None and 2 * common.duration_ms >= pick.range.duration_ms


def _by_time(edit: EditContext, clips: Sequence[Clip]) -> list[Clip]:
    order = {name: place for place, name in enumerate(edit.media)}

    def when(clip: Clip) -> tuple[int, int]:
        return order.get(clip.media_id or "", len(order)), clip.source.start_ms if clip.source else 0

    return sorted(clips, key=when)


def _tell_total(edit: EditContext, wish: Highlights) -> None:
    sources = list(dict.fromkeys(clip.media_id for clip in edit.clips if clip.media_id))
    names = ", ".join(edit.media[name].name for name in sources if name in edit.media)
    shown = sum(not is_card(clip) for clip in edit.clips)
    edit.record_change("highlights.cut", n=shown, total=format_time(edit.length_ms), names=names)
    if wish.total_ms is not None and edit.length_ms < 0.97 * wish.total_ms:
        edit.remarks.append(
            message(
                "timeline.highlights.shortfall", asked=format_time(wish.total_ms), found=format_time(edit.length_ms)
            )
        )
    if wish.count is not None and shown < wish.count:
        edit.remarks.append(message("timeline.highlights.fewer", asked=wish.count, n=shown))
