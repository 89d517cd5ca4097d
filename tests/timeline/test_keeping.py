"""Keeping whole files and ranges of several files, in one reel and behind one another."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from highlight_mcp.timeline.model import TextTrack, Timeline
from highlight_mcp.timeline.operations import operation_adapter

from .fakes import LOFI, MATCH, picture, recording
from .test_edits import done, edit

MEDIA = {info.media_id: info for info in (recording("a", 9), recording("b", 8), recording("c", 7), MATCH, LOFI)}
ABC = {name: MEDIA[name] for name in "abc"}


def shown(timeline: Timeline | None) -> list[tuple[str, int, int]]:
    """Each clip as file, start and end in ms."""
    assert timeline is not None
    return [(clip.media_id or "", clip.source.start_ms, clip.source.end_ms) for clip in timeline.clips if clip.source]


def keep(source: str | None = None, *ranges: tuple[int, int], **more: Any) -> dict[str, Any]:
    return {"op": "keep"} | ({"source": source} if source else {}) | ({"ranges_ms": ranges} if ranges else {}) | more


def test_the_keeps_of_one_request_follow_one_another_and_the_answer_tells_the_truth() -> None:
    edited = edit(None, keep("a.mp4", (0, 9000)), keep("b.mp4", (0, 8000)), keep("c.mp4", (0, 7000)), media=ABC)
    assert shown(edited.timeline) == [("a", 0, 9000), ("b", 0, 8000), ("c", 0, 7000)]
    assert [str(one) for one in edited.changes] == [
        "Cut 1 range from a.mp4: 0:09.",
        "Added 1 range from b.mp4: 0:09 → 0:17.",
        "Added 1 range from c.mp4: 0:17 → 0:24.",
    ]
    assert not edited.assumed and not edited.refused


def test_clip_numbers_after_several_keeps_mean_the_new_reel() -> None:
    after = done(None, keep("a.mp4"), keep("b.mp4"), {"op": "remove", "target": {"clips": [1]}}, media=ABC)
    assert shown(after) == [("b", 0, 8000)]


def test_without_ranges_a_keep_takes_whole_files_in_order() -> None:
    everything = edit(None, keep(), media=ABC)
    assert shown(everything.timeline) == [("a", 0, 9000), ("b", 0, 8000), ("c", 0, 7000)]
    assert str(everything.changes[0]) == "Took the whole of a.mp4, b.mp4, c.mp4: 0:24."
    assert shown(done(None, keep("b.mp4"), media=ABC)) == [("b", 0, 8000)]
    assert shown(done(None, keep("c.mp4"), keep("a.mp4"), media=ABC)) == [("c", 0, 7000), ("a", 0, 9000)]


def test_on_a_reel_everything_is_what_it_shows_and_a_source_is_its_part_of_it() -> None:
    reel = done(None, keep("a.mp4", (0, 2000)), keep("b.mp4", (0, 2000)), media=ABC)
    same = edit(reel, keep(), media=ABC)
    assert not same.changed and same.timeline is reel
    assert shown(done(reel, keep("b.mp4"), media=ABC)) == [("b", 0, 2000)]
    both = done(reel, keep("a.mp4", (0, 1000)), keep("b.mp4", (0, 1000)), media=ABC)
    assert shown(both) == [("a", 0, 1000), ("b", 0, 1000)]


def test_a_range_or_a_whole_file_can_be_put_behind_the_reel_and_before_its_closing_card() -> None:
    reel = done(None, keep("a.mp4", (0, 2000)), {"op": "card_add", "text": "Bye", "at": "end"}, media=ABC)
    longer = done(reel, keep("b.mp4", (1000, 3000), mode="append"), keep("c.mp4", mode="append"), media=ABC)
    assert shown(longer) == [("a", 0, 2000), ("b", 1000, 3000), ("c", 0, 7000)]
    assert longer.clips[-1].media_id is None


def test_a_picture_opens_or_ends_a_reel_for_as_long_as_its_range_and_titles_move_on() -> None:
    media = ABC | {"logo": picture("logo")}
    title = {"op": "text_add", "text": "Hi", "role": "title"}
    reel = done(None, keep("a.mp4", (0, 2000)), {"op": "card_add", "text": "One"}, title, media=media)
    edited = edit(
        reel, keep("logo.png", (0, 6000), mode="prepend"), keep("logo.png", (0, 1500), mode="append"), media=media
    )
    assert edited.timeline is not None and not edited.assumed
    assert [(clip.media_id, clip.duration_ms) for clip in edited.timeline.clips] == [
        ("logo", 6000), (None, 3000), ("a", 2000), ("logo", 1500),
    ]  # fmt: skip
    words = [text for track in edited.timeline.tracks if isinstance(track, TextTrack) for text in track.texts]
    assert min(text.start_ms for text in words) == 6000


def test_an_undo_between_two_keeps_makes_the_second_one_the_first() -> None:
    after = done(None, keep("a.mp4"), {"op": "reset"}, keep("b.mp4"), media=ABC)
    assert shown(after) == [("b", 0, 8000)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"mode": "append", "target": {"clips": [1]}}, "no target"),
        ({"mode": "append", "ranges_ms": [[0, 1000]], "ref": "timeline"}, "ref source"),
        ({"ranges_ms": []}, "leave it out for whole files"),
    ],
)
def test_a_keep_that_cannot_be_meant_is_refused_with_the_way_out(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        operation_adapter.validate_python({"op": "keep"} | given)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000), st.integers(200, 2000)), min_size=1, max_size=6)
)
def test_whatever_ranges_are_kept_in_one_request_all_are_there_in_order(wishes: list[tuple[str, int, int]]) -> None:
    wanted = [(name, start, start + length) for name, start, length in wishes]
    after = done(None, *(keep(f"{name}.mp4", (start, end)) for name, start, end in wanted), media=ABC)
    assert shown(after) == wanted
    assert after.duration_ms == sum(end - start for _, start, end in wanted)
    again = done(after, *(keep(f"{name}.mp4", (start, end), mode="append") for name, start, end in wanted), media=ABC)
    assert shown(again) == [*wanted, *wanted]


def remove(start_ms: int, end_ms: int, **of: str) -> dict[str, Any]:
    return {"op": "remove", "target": {"range_ms": [start_ms, end_ms], **of}}


def test_a_range_of_a_file_means_that_file_alone_by_its_id_or_its_name() -> None:
    reel = done(None, keep("a.mp4"), keep("b.mp4"), media=ABC)
    for name in ("b", "b.mp4"):
        after = done(reel, remove(2000, 3000, media_id=name), media=ABC)
        assert shown(after) == [("a", 0, 9000), ("b", 0, 2000), ("b", 3000, 8000)]


def test_times_of_the_footage_are_asked_back_with_the_files_where_the_reel_shows_several() -> None:
    reel = done(None, keep("a.mp4"), keep("b.mp4"), media=ABC)
    for wish in (remove(2000, 3000, ref="source"), keep(None, (2000, 3000))):
        edited = edit(reel, wish, media=ABC)
        assert not edited.changed
        (refusal,) = edited.refused
        assert (refusal.code, str(refusal.next_step)) == ("target_missing", "Name one of them: a.mp4, b.mp4.")
    one = done(None, keep("b.mp4"), media=ABC)
    assert shown(done(one, remove(0, 3000, ref="source"), media=ABC)) == [("b", 3000, 8000)]


def test_a_range_of_an_unknown_file_is_refused_and_one_of_the_timeline_has_no_file() -> None:
    reel = done(None, keep("a.mp4"), keep("b.mp4"), media=ABC)
    (refusal,) = edit(reel, remove(0, 1000, media_id="d.mp4"), media=ABC).refused
    assert refusal.code == "asset_missing" and "a.mp4, b.mp4" in str(refusal.next_step)
    with pytest.raises(ValidationError, match="media_id names a file"):
        operation_adapter.validate_python(remove(0, 1000, media_id="a", ref="timeline"))


def test_ranges_behind_the_end_of_the_footage_are_left_out_and_it_is_said() -> None:
    edited = edit(None, keep("a.mp4", (0, 2000), (20_000, 30_000), (9_000, 9_500)), media=ABC)
    assert shown(edited.timeline) == [("a", 0, 2000)]
    assert [str(one) for one in edited.assumed] == ["Left out 2 ranges: a.mp4 ends at 0:09."]
