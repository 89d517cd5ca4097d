"""Whatever is asked, the timeline stays sound, or stays as it was."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highlight_mcp.contract.draft_codec import dump_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.timeline.history import History, HistoryEntry
from highlight_mcp.timeline.model import ForeignTrack, Timeline, items
from highlight_mcp.timeline.operations import OPERATIONS, AnyOperation, RangeTarget, Redo, Undo, apply

from .fakes import MEDIA, FakeSenses
from .making import ARGUMENTS, operations, timelines

DURATIONS = {name: info.duration_ms for name, info in MEDIA.items()}
SENSES = FakeSenses()
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]
SLOW = settings(suppress_health_check=UNHURRIED)


def assert_sound(timeline: Timeline) -> None:
    """The invariants of contract section 9.3, and ours: no gaps, nothing outlasts the reel, nothing lasts less
    than a frame, all fields valid."""
    assert check_draft(dump_draft(timeline), DURATIONS) == []
    assert Timeline.model_validate_json(timeline.model_dump_json()) == timeline
    reel = timeline.clips
    assert not reel or reel[0].start_ms == 0
    assert all(before.end_ms == after.start_ms for before, after in pairwise(reel))
    assert not reel or reel[0].transition is None
    end = reel[-1].end_ms if reel else 0
    assert all(item.end_ms <= end for track in timeline.tracks for item in items(track))
    for before, clip in pairwise(reel):
        assert clip.transition is None or clip.transition.duration_ms <= min(before.duration_ms, clip.duration_ms)
    assert all(item.duration_ms * timeline.frame_rate >= 1000 for track in timeline.tracks for item in items(track))
    for clip in reel:
        assert clip.fade_in_ms + clip.fade_out_ms <= clip.duration_ms
        assert clip.picture_fade_in_ms + clip.picture_fade_out_ms <= clip.duration_ms


def test_the_strategies_cover_every_operation() -> None:
    assert set(ARGUMENTS) == set(OPERATIONS)


@SLOW
@given(timelines(), operations())
def test_one_operation_keeps_every_invariant_or_is_refused_without_a_trace(
    timeline: Timeline, op: AnyOperation
) -> None:
    edited = apply(timeline, [op], MEDIA, SENSES)
    assert edited.timeline is not None
    assert_sound(edited.timeline)
    if edited.refused:
        assert edited.timeline is timeline and not edited.changed and not edited.changes
    if edited.changed:
        assert edited.changes and edited.timeline != timeline
    for fact in (*edited.changes, *edited.assumed, *edited.remarks):
        assert "{" not in fact.key and fact.text("en") and fact.text("zh")
    for refusal in edited.refused:
        assert str(refusal.what) and refusal.next_step.text("zh")


@SLOW
@given(st.none() | timelines(), st.lists(operations(), max_size=8))
def test_a_sequence_of_operations_keeps_every_invariant(timeline: Timeline | None, ops: list[AnyOperation]) -> None:
    edited = apply(timeline, ops, MEDIA, SENSES)
    if edited.timeline is not None:
        assert_sound(edited.timeline)
    foreign = [track for track in (timeline or Timeline()).tracks if isinstance(track, ForeignTrack)]
    if edited.timeline is not None and not any(op.op in ("reset", "restore") for op in ops):
        assert [track for track in edited.timeline.tracks if isinstance(track, ForeignTrack)] == foreign


@SLOW
@given(timelines(least_frames=0), operations(without=("undo", "redo", "restore", "reset")))
def test_no_operation_that_lays_clips_leaves_one_that_is_never_seen(timeline: Timeline, op: AnyOperation) -> None:
    """Where a draft has had such clips, they go with the first edit of the reel, and it is said."""
    edited = apply(timeline, [op], MEDIA, SENSES)
    assert edited.timeline is not None
    if edited.timeline.clips == timeline.clips:
        return
    assert all(clip.duration_ms * timeline.frame_rate >= 1000 for clip in edited.timeline.clips)
    told = {fact.key for fact in edited.assumed}
    never_seen = {clip.id for clip in timeline.clips if clip.duration_ms * timeline.frame_rate < 1000}
    if op.op in ("volume", "fade", "filter", "rotate", "flip", "aspect", "zoom", "transition") and never_seen:
        assert "timeline.assumed.unseen" in told


@SLOW
@given(st.none() | timelines(), st.lists(operations(), max_size=5))
def test_the_same_request_gives_the_same_timeline(timeline: Timeline | None, ops: list[AnyOperation]) -> None:
    assert apply(timeline, ops, MEDIA, SENSES) == apply(timeline, ops, MEDIA, SENSES)


@SLOW
@given(timelines(), operations(without=("undo", "redo", "restore", "reset")))
def test_kept_clips_keep_their_ids_and_new_ids_were_never_used(timeline: Timeline, op: AnyOperation) -> None:
    edited = apply(timeline, [op], MEDIA, SENSES).timeline
    assert edited is not None
    old = {item.id for track in timeline.tracks for item in items(track)}
    new = [item.id for track in edited.tracks for item in items(track)]
    assert len(new) == len(set(new))
    assert all(int(name.removeprefix("seg_")) > 0 for name in set(new) - old)
    divides = isinstance(getattr(op, "target", None), RangeTarget)
    if not divides and op.op in (
        "volume", "fade", "filter", "rotate", "flip", "aspect", "reorder", "transition", "loudness", "duck",
    ):  # fmt: skip
        assert {clip.id for clip in edited.clips} == {clip.id for clip in timeline.clips}


@SLOW
@given(timelines(), st.lists(st.lists(operations(without=("restore", "reset")), max_size=2), max_size=4))
def test_undo_then_redo_is_identity(first: Timeline, requests: list[list[AnyOperation]]) -> None:
    versions = [HistoryEntry(rev=1, parent=None, content=1, timeline=first)]
    for ops in requests:
        _next(versions, ops)
    head = versions[-1].timeline
    if not _next(versions, [Undo()]):
        return
    assert _next(versions, [Redo()])
    assert versions[-1].timeline.model_copy(update={"rev": head.rev}) == head


def _next(versions: list[HistoryEntry], ops: list[AnyOperation]) -> bool:
    """Apply a request as the backend does; whether it made a version."""
    history = History.of(versions)
    edited = apply(versions[-1].timeline, ops, MEDIA, SENSES, history=history)
    if not edited.changed or edited.timeline is None:
        return False
    rev = versions[-1].rev + 1
    content = rev if edited.content is None else edited.content
    numbered = edited.timeline.model_copy(update={"rev": rev})
    versions.append(HistoryEntry(rev=rev, parent=rev - 1, content=content, timeline=numbered))
    return True
