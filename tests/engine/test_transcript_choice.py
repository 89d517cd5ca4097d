"""Which of the places where words are said become clips, and how long these are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.transcripts.search import utterances
from highlight_mcp.engine.transcripts.selection import FreeRoom, at_sentences, select_passages
from highlight_mcp.engine.transcripts.sentences import Sentence
from highlight_mcp.timeline.media import MomentSelection, Pick, UsedRange
from highlight_mcp.timeline.operations import Highlights

LENGTH = 100_000
SAID = [Sentence("m", at, at + 3_000, f"Number {at} is a penalty.", "a.srt") for at in range(5_000, 95_000, 10_000)]


def search(**facts: object) -> MomentSelection:
    avoid = facts.pop("avoid", ())
    wish = Highlights.model_validate({"criterion": "words", "query": "penalty", **facts})
    hits = utterances(SAID, "penalty")
    rooms = [FreeRoom(hit.start_ms - 7_000, hit.end_ms + 7_000, LENGTH) for hit in hits]
    return select_passages(hits, rooms, wish, avoid, ["m"], lambda _m, at, _low, _high: at)  # type: ignore[arg-type]


def lengths(choice: MomentSelection) -> list[int]:
    return [pick.end_ms - pick.start_ms for pick in choice.picks]


def test_all_are_taken_without_a_length_and_in_order_of_time() -> None:
    found = search()
    assert len(found.picks) == 9
    assert [pick.start_ms for pick in found.picks] == sorted(pick.start_ms for pick in found.picks)


@pytest.mark.parametrize(("clip_ms", "expected"), [(1_000, 1_000), (8_000, 8_000)])
def test_a_length_of_each_clip_is_kept_exactly(clip_ms: int, expected: int) -> None:
    assert set(lengths(search(clip_ms=clip_ms))) == {expected}


@given(
    total=st.none() | st.integers(500, 60_000), count=st.none() | st.integers(1, 12),
    longest=st.none() | st.integers(500, 9_000), order=st.sampled_from(["time", "rank", "countdown"]),
)  # fmt: skip
def test_no_wish_breaks_its_bounds(total: int | None, count: int | None, longest: int | None, order: str) -> None:
    found = search(total_ms=total, count=count, clip_max_ms=longest, order=order)
    assert found.picks
    assert total is None or sum(lengths(found)) <= total
    assert count is None or len(found.picks) <= count
    assert longest is None or max(lengths(found)) <= longest
    assert all(0 <= pick.start_ms <= pick.peak_ms <= pick.end_ms <= LENGTH for pick in found.picks)


def test_what_is_in_the_reel_already_is_left_out() -> None:
    found = search(avoid=(UsedRange(media_id="m", start_ms=5_000, end_ms=6_000),))
    assert found.picks[0].start_ms > 10_000


def test_more_than_fit_are_counted() -> None:
    assert [str(note) for note in search(count=2).notes] == ["Said 9 times; 2 of them fit."]


def pick(start: int, end: int) -> Pick:
    return Pick(
        media_id="m", source="m.mp4", start_ms=start, end_ms=end, peak_ms=start, score=1.0, confidence="low", why="x"
    )


def test_edges_inside_a_sentence_move_to_its_ends_and_others_stay() -> None:
    (moved,) = at_sentences([pick(6_000, 17_000)], lambda _: SAID, Highlights())
    assert (moved.start_ms, moved.end_ms) == (4_800, 18_200)
    (same,) = at_sentences([pick(9_000, 14_000)], lambda _: SAID, Highlights())
    assert (same.start_ms, same.end_ms) == (9_000, 14_000)


def test_the_length_of_the_reel_and_the_other_clips_are_respected() -> None:
    wish = Highlights(total_ms=11_000)
    assert at_sentences([pick(6_000, 17_000)], lambda _: SAID, wish) == [pick(6_000, 17_000)]
    close = [pick(1_000, 5_500), pick(5_500, 9_000)]
    assert at_sentences(close, lambda _: SAID, Highlights()) == close
    assert at_sentences([pick(6_000, 7_000)], lambda _: SAID, Highlights(clip_ms=1_000)) == [pick(6_000, 7_000)]
