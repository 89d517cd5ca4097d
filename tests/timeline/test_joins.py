"""Transitions stay at the joins where they make sense; what goes is said."""

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from highlight_mcp.timeline.layout import is_seamless
from highlight_mcp.timeline.model import Clip, Timeline
from highlight_mcp.timeline.operations import AnyOperation, EditResult, TransitionAdd, apply

from .fakes import MEDIA, FakeSenses
from .making import operations, timelines
from .test_edits import done, edit

SENSES = FakeSenses()
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])
CHANGES_JOINS = (
    "reorder", "remove", "keep", "trim", "split", "speed", "replay", "freeze", "card_add", "silence_remove", "volume",
)  # fmt: skip


def four_clips(*more: dict[str, Any]) -> Timeline:
    """Four clips of ten seconds, with what more is asked for."""
    return done(None, {"op": "highlights", "total_ms": 40_000}, *more)


def marks(timeline: Timeline | None) -> list[str]:
    """The kind of transition before each clip but the first; nothing where there is none."""
    assert timeline is not None
    return [clip.transition.kind if clip.transition else "" for clip in timeline.clips[1:]]


def said(edited: EditResult, language: Any = "en") -> str:
    """What was told about transitions."""
    return " ".join(one.text(language) for one in edited.changes if one.key == "timeline.transitions_gone")


EVERYWHERE: dict[str, Any] = {"op": "transition", "type": "crossfade"}


def test_a_crossfade_at_every_join_is_at_every_join_after_swapping_moving_and_removing() -> None:
    reel = four_clips(EVERYWHERE)
    for change in (
        {"op": "reorder", "order": [2, 1, 3, 4]},
        {"op": "reorder", "move": 3, "to": 1},
        {"op": "reorder", "move": 1, "to": 4},
        {"op": "reorder", "sort": "reverse"},
        {"op": "remove", "target": {"clips": [1]}},
        {"op": "remove", "target": {"clips": [2, 3]}},
        {"op": "remove", "target": {"range_ms": [12_000, 15_000]}},
        {"op": "highlights", "mode": "append", "count": 2},
        {"op": "keep", "mode": "append", "ranges_ms": [[700_000, 705_000]]},
        {"op": "highlights", "total_ms": 60_000},
        {"op": "card_add", "text": "The end", "at": "end"},
    ):
        edited = edit(reel, change)
        assert marks(edited.timeline) and set(marks(edited.timeline)) == {"crossfade"}, change
        assert said(edited) == "", change


def test_what_plays_on_without_a_break_gets_no_crossfade() -> None:
    reel = four_clips(EVERYWHERE)
    assert marks(done(reel, {"op": "split", "at_ms": 15_000})) == ["crossfade", "", "crossfade", "crossfade"]
    held = done(reel, {"op": "freeze", "at_ms": 15_000})
    assert marks(held) == ["crossfade", "", "", "crossfade", "crossfade"]
    faster = done(reel, {"op": "speed", "target": {"range_ms": [12_000, 15_000]}, "factor": 2})
    assert marks(faster) == ["crossfade", "", "", "crossfade", "crossfade"]


def test_a_single_transition_stays_between_its_two_clips_and_is_told_when_it_goes() -> None:
    reel = four_clips({"op": "transition", "type": "wipe", "where": [2]})
    together = done(reel, {"op": "reorder", "order": [4, 2, 3, 1]})
    assert marks(together) == ["", "wipe", ""]
    apart = edit(reel, {"op": "reorder", "move": 3, "to": 1})
    assert marks(apart.timeline) == ["", "", ""]
    assert said(apart) == "Removed 1 transition, because the clips beside them no longer meet."
    assert said(apart, "zh") == "去掉了1处转场，因为两边的片段不再相接。"
    gone = edit(reel, {"op": "remove", "target": {"clips": [2]}})
    assert marks(gone.timeline) == ["", ""] and said(gone)
    assert not said(edit(reel, {"op": "remove", "target": {"clips": [1]}}))
    assert not said(edit(reel, {"op": "transition", "type": "none"}))


def test_a_single_transition_stays_when_the_clips_beside_it_are_cut_or_shown_again() -> None:
    reel = four_clips({"op": "transition", "type": "wipe", "where": [2]})
    assert marks(done(reel, {"op": "remove", "target": {"range_ms": [18_000, 22_000]}})) == ["", "wipe", ""]
    assert marks(done(reel, {"op": "remove", "target": {"range_ms": [20_000, 24_000]}})) == ["", "wipe", ""]
    assert marks(done(reel, {"op": "trim", "target": {"clips": [3]}, "head_ms": 900})) == ["", "wipe", ""]
    assert marks(done(reel, {"op": "split", "target": {"clips": [2]}})) == ["", "", "wipe", ""]
    assert marks(done(reel, {"op": "replay", "target": {"clips": [2]}})) == ["", "", "wipe", ""]
    assert marks(done(reel, {"op": "freeze", "at_ms": 20_000})) == ["", "wipe", "", ""]


def places(clips: tuple[Clip, ...]) -> set[tuple[str, str]]:
    """Pairs of clips with a transition between them."""
    return {(first.id, second.id) for first, second in pairwise(clips) if second.transition}


@SLOW
@given(timelines(), st.integers(1, 3).flatmap(lambda n: st.lists(operations(), min_size=n, max_size=n)))
def test_every_join_keeps_its_transition_whatever_is_done(timeline: Timeline, ops: list[AnyOperation]) -> None:
    marked = apply(timeline, [TransitionAdd(type="crossfade")], MEDIA, SENSES).timeline
    assert marked is not None
    wanted = [op for op in ops if op.op in CHANGES_JOINS]
    edited = apply(marked, wanted, MEDIA, SENSES)
    assert edited.timeline is not None
    stages = [apply(marked, wanted[:count], MEDIA, SENSES).timeline for count in range(1, len(wanted))]
    assume(all(stage is None or len(stage.clips) > 1 for stage in stages))  # one clip alone has no joins to go by
    bare = [two.id for one, two in pairwise(edited.timeline.clips) if not (two.transition or is_seamless(one, two))]
    true_joins = [two for one, two in pairwise(marked.clips) if not is_seamless(one, two)]
    if true_joins and all(two.transition for two in true_joins):
        short = {two.id for one, two in pairwise(edited.timeline.clips) if min(one.duration_ms, two.duration_ms) < 40}
        # Beside a clip too short for one a join is bare, and from then on not every join has one to be kept.
        assert not bare or short
        assert not bare or said(edited)


@SLOW
@given(timelines(), operations(without=("transition", "undo", "redo", "restore", "reset", "highlights")))
def test_a_transition_that_is_gone_has_been_told(timeline: Timeline, op: AnyOperation) -> None:
    edited = apply(timeline, [op], MEDIA, SENSES)
    assert edited.timeline is not None
    before, now = timeline.clips, edited.timeline.clips
    kept = {clip.id for clip in now}
    parted = [pair for pair in places(before) if set(pair) <= kept and pair not in places(now)]
    uniform = {clip.transition and clip.transition.kind for clip in before[1:]} == {"wipe"}
    if parted and not uniform and not any(clip.id not in {old.id for old in before} for clip in now):
        assert said(edited)
