"""What single operations do to a reel."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from highlight_mcp.contract.draft_codec import dump_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.messages import message
from highlight_mcp.timeline.history import History, HistoryEntry
from highlight_mcp.timeline.layout import layout_clips, offset_of, pace_of, source_at
from highlight_mcp.timeline.media import MediaInfo, TranscriptCue, UsedRange
from highlight_mcp.timeline.model import AudioTrack, TextTrack, Timeline
from highlight_mcp.timeline.operations import EditResult, apply, operation_adapter
from highlight_mcp.timeline.operations.footage import reel_rate
from highlight_mcp.timeline.summary import summary
from highlight_mcp.timeline.time import TimeRange, parse_rate, write_rate

from .fakes import LOFI, MATCH, FakeSenses, NoCropServes, NothingFound, picture, recording, song

FOUND = FakeSenses()


def edit(timeline: Timeline | None, *operations: dict[str, Any], **others: Any) -> EditResult:
    """Apply operations given as JSON."""
    known = {"media": {"match": MATCH, "lofi": LOFI}, "senses": FOUND, **others}
    typed = [operation_adapter.validate_python(one) for one in operations]
    return apply(timeline, typed, known["media"], known["senses"], history=known.get("history", History()))


def done(timeline: Timeline | None, *operations: dict[str, Any], **others: Any) -> Timeline:
    """The timeline after operations none of which may be refused."""
    edited = edit(timeline, *operations, **others)
    assert [str(refusal.what) for refusal in edited.refused] == []
    assert edited.timeline is not None
    return edited.timeline


@pytest.fixture
def reel() -> Timeline:
    """Six clips of ten seconds."""
    return done(None, {"op": "highlights", "total_ms": 60_000})


def starts(timeline: Timeline) -> list[int]:
    """Where in the footage each clip begins, in seconds; -1 for cards."""
    return [clip.source.start_ms // 1000 if clip.source else -1 for clip in timeline.clips]


def texts(timeline: Timeline) -> list[tuple[str, int, int]]:
    """Words, start and end of all texts."""
    tracks = [track for track in timeline.tracks if isinstance(track, TextTrack)]
    return [(text.text, text.start_ms, text.end_ms) for track in tracks for text in track.texts]


def music(timeline: Timeline) -> AudioTrack:
    """The track of the music."""
    return next(track for track in timeline.tracks if isinstance(track, AudioTrack))


def test_highlights_make_a_landscape_reel_at_the_rate_of_the_footage_with_reasons(reel: Timeline) -> None:
    assert (reel.width, reel.height, reel.frame_rate) == (1920, 1080, Fraction(30000, 1001))
    assert reel.duration_ms == 60_000 and len(reel.clips) == 6
    assert all(clip.why and clip.score is not None for clip in reel.clips)
    assert summary(reel) == "Timeline (1 track): 1. Video: highlights (0-60s)"


def test_a_reel_of_portrait_footage_is_portrait() -> None:
    media = {"match": recording("match", 1800, width=1080, height=1920)}
    timeline = done(None, {"op": "highlights", "total_ms": 30_000}, media=media)
    assert (timeline.width, timeline.height) == (1080, 1920)


@pytest.mark.parametrize(
    ("rate", "usual"),
    [("25", "25"), ("120", "60"), ("240", "60"), ("12.5", "25"), ("179/6", "30000/1001"), ("120000/1001", "60000/1001"),
     ("24000/1001", "24000/1001"), ("15", "30"), ("48", "50"), ("1", "24000/1001")],
)  # fmt: skip
def test_the_frame_rate_of_the_reel_is_a_usual_one_of_at_most_sixty(rate: str, usual: str) -> None:
    assert reel_rate(Fraction(rate)) == Fraction(usual)


def test_clip_numbers_mean_the_reel_before_the_request_also_after_a_removal_in_it(reel: Timeline) -> None:
    after = done(
        reel,
        {"op": "remove", "target": {"clips": [2]}},
        {"op": "speed", "target": {"clips": [3]}, "factor": 2},
        {"op": "remove", "target": {"clips": [6]}},
    )
    assert starts(after) == [1, 61, 91, 121]
    assert [clip.speed for clip in after.clips] == [1, 2, 1, 1]


def test_ranges_of_one_request_mean_the_reel_before_it(reel: Timeline) -> None:
    after = done(
        reel,
        {"op": "remove", "target": {"range_ms": [0, 10_000]}},
        {"op": "remove", "target": {"range_ms": [20_000, 30_000]}},
    )
    assert starts(after) == [31, 91, 121, 151]


def test_a_clip_that_does_not_exist_is_refused_with_the_valid_range(reel: Timeline) -> None:
    edited = edit(reel, {"op": "remove", "target": {"clips": [9]}})
    assert edited.timeline is reel and not edited.changed
    (refusal,) = edited.refused
    assert (refusal.code, str(refusal.what)) == ("limit", "There is no clip 9: the reel has 6 clips.")


def test_a_clip_removed_in_the_same_request_cannot_be_meant_again(reel: Timeline) -> None:
    edited = edit(reel, {"op": "remove", "target": {"clips": [2]}}, {"op": "flip", "target": {"clips": [2]}})
    assert edited.changed and str(edited.refused[0].what) == "Clip 2 was removed by this same request."


def test_seconds_given_for_milliseconds_are_refused_and_not_cut_to_nothing(reel: Timeline) -> None:
    edited = edit(reel, {"op": "keep", "ranges_ms": [[30, 40]]})
    assert edited.timeline is reel and not edited.changed
    (refusal,) = edited.refused
    assert refusal.code == "bad_request" and "from 30 to 40 ms is too short" in str(refusal.what)


def test_removing_everything_is_refused(reel: Timeline) -> None:
    edited = edit(reel, {"op": "remove", "target": {"clips": [1, 2, 3, 4, 5, 6]}})
    assert edited.refused[0].code == "limit" and edited.timeline is reel


def test_a_longer_reel_keeps_its_clips_and_adds_the_next_best_in_order_of_time(reel: Timeline) -> None:
    after = done(reel, {"op": "highlights", "total_ms": 80_000, "mode": "extend"})
    assert {clip.id for clip in reel.clips} < {clip.id for clip in after.clips}
    assert starts(after) == sorted(starts(after)) and after.duration_ms == 80_000


def test_a_shorter_reel_drops_the_weakest_clips_first(reel: Timeline) -> None:
    after = done(reel, {"op": "highlights", "total_ms": 36_000, "mode": "extend"})
    by_score = sorted(reel.clips, key=lambda clip: -(clip.score or 0))
    kept = {clip.id for clip in after.clips}
    assert {clip.id for clip in by_score[:3]} <= kept and not {by_score[4].id, by_score[5].id} & kept
    assert 33_000 <= after.duration_ms <= 36_000


def test_choosing_again_keeps_music_title_shape_and_what_all_clips_share(reel: Timeline) -> None:
    styled = done(
        reel,
        {"op": "bgm_add", "asset": "lofi.mp3", "level": 0.2},
        {"op": "text_add", "text": "Urban Dreams", "role": "title", "start_ms": 0, "end_ms": 3000},
        {"op": "aspect", "ratio": "9:16"},
        {"op": "volume", "target": "source", "level": 0},
        {"op": "card_add", "text": "Game", "at": "start", "duration_ms": 2000},
        {"op": "transition"},
    )
    after = done(styled, {"op": "highlights", "total_ms": 30_000})
    assert (after.width, after.height) == (1080, 1920)
    footage = [clip for clip in after.clips if clip.media_id]
    assert len(footage) == 3 and all(clip.volume == 0 and clip.focus_at(0) == 0.25 for clip in footage)
    assert after.clips[0].color == "#000000" and all(clip.transition for clip in after.clips[1:])
    assert ("Urban Dreams", 2000, 5000) in texts(after)
    assert music(after).clips[-1].end_ms == after.clips[-1].end_ms == 32_000


def test_nothing_found_is_refused_and_a_shortfall_is_said() -> None:
    nothing = edit(None, {"op": "highlights", "criterion": "whistle"}, senses=NothingFound())
    assert nothing.timeline is None and nothing.refused[0].code == "nothing_found"
    short = edit(None, {"op": "highlights", "total_ms": 65_000})
    assert [str(remark) for remark in short.remarks] == [
        "Asked for 1:05, but only 1:00 of clear moments were found. Nothing was added to fill the time."
    ]


def test_an_unknown_source_is_refused_by_naming_the_footage_there_is() -> None:
    edited = edit(None, {"op": "highlights", "source": "final.mov"})
    assert str(edited.refused[0].next_step) == "The footage is: match.mp4."


def test_pictures_alone_become_a_slide_show() -> None:
    media = {"a": picture("a"), "b": picture("b")}
    timeline = done(None, {"op": "highlights", "total_ms": 10_000}, media=media)
    assert [clip.duration_ms for clip in timeline.clips] == [5000, 5000]


def test_the_photos_of_a_slide_show_have_one_look_and_move_by_turns() -> None:
    media = {"a": picture("a"), "b": picture("b").model_copy(update={"width": 600, "height": 800}), "c": picture("c")}
    clips = done(None, {"op": "highlights", "total_ms": 10_000}, media=media).clips
    assert {clip.fit for clip in clips} == {"blur"} and sum(clip.duration_ms for clip in clips) == 10_000
    assert [clip.zoom is not None and clip.zoom.start.width < 1 for clip in clips] == [False, True, False]
    assert clips[-1].picture_fade_out_ms > 0 and not any(clip.picture_fade_out_ms for clip in clips[:-1])


@pytest.mark.parametrize(("total_ms", "ends"), [(16_100, [5200, 10_700, 16_200]), (39_000, [13_200, 26_200, 40_000])])
def test_photos_end_on_beats_and_the_last_one_with_the_music_where_that_is_near(total_ms: int, ends: list[int]) -> None:
    media = {name: picture(name) for name in "abc"} | {"lofi": LOFI}
    made = edit(None, {"op": "highlights", "total_ms": total_ms}, {"op": "bgm_add", "asset": "lofi.mp3"}, media=media)
    assert made.timeline is not None
    assert [clip.end_ms for clip in made.timeline.clips] == ends
    assert any("music" in str(change) for change in made.changes)


def test_ranges_of_the_footage_are_cut_directly_where_there_is_no_reel() -> None:
    timeline = done(None, {"op": "keep", "ranges_ms": [[300_000, 540_000], [10_000, 20_000]], "ref": "source"})
    assert starts(timeline) == [300, 10] and timeline.duration_ms == 250_000


def test_a_range_beyond_the_footage_is_clamped_or_refused() -> None:
    clamped = edit(None, {"op": "keep", "ranges_ms": [[1_790_000, 1_900_000]]})
    assert clamped.timeline is not None and clamped.timeline.duration_ms == 10_000 and clamped.assumed
    refused = edit(None, {"op": "keep", "ranges_ms": [[1_900_000, 1_950_000]]})
    assert refused.refused[0].code == "limit"


def test_keeping_a_stretch_of_the_reel_cuts_clips_at_its_edges(reel: Timeline) -> None:
    after = done(reel, {"op": "keep", "ranges_ms": [[5_000, 15_000]], "ref": "timeline"})
    assert [(clip.id, clip.duration_ms) for clip in after.clips] == [("seg_1", 5000), ("seg_2", 5000)]
    assert after.clips[0].source is not None and after.clips[0].source.start_ms == 6_000


def test_an_edit_without_a_reel_asks_for_one_first() -> None:
    assert edit(None, {"op": "speed", "factor": 2}).refused[0].code == "target_missing"
    assert edit(None, {"op": "speed", "factor": 2}, media={}).refused[0].what.text("en") == "There is no footage yet."


def test_what_makes_the_reel_goes_first(reel: Timeline) -> None:
    after = done(None, {"op": "aspect", "ratio": "1:1"}, {"op": "highlights", "total_ms": 30_000})
    assert (after.width, after.height) == (1080, 1080)


def test_trimming_takes_from_the_ends_and_gives_back_to_the_edge_of_the_source(reel: Timeline) -> None:
    after = done(reel, {"op": "trim", "target": {"clips": [1]}, "head_ms": 2_500, "tail_ms": 500})
    assert after.clips[0].source == reel.clips[0].source.model_copy(update={"start_ms": 3_500, "end_ms": 10_500})  # type: ignore[union-attr]
    given = edit(reel, {"op": "trim", "target": {"clips": [1]}, "head_ms": -4_000})
    assert given.timeline is not None and given.timeline.clips[0].duration_ms == 11_000
    assert str(given.assumed[0]).startswith("Clip 1 could get back only 1 s")


def test_a_clip_grows_no_further_than_to_its_neighbour(reel: Timeline) -> None:
    halves = done(reel, {"op": "split", "target": {"clips": [1]}, "at": "middle"})
    trimmed = done(halves, {"op": "trim", "target": {"clips": [2]}, "head_ms": 1_000})
    grown = done(trimmed, {"op": "trim", "target": {"clips": [2]}, "head_ms": -5_000})
    assert grown.clips[1].duration_ms == 5_000


def test_trimming_more_than_there_is_is_refused(reel: Timeline) -> None:
    assert edit(reel, {"op": "trim", "target": {"clips": [3]}, "head_ms": 10_000}).refused[0].code == "limit"


def test_a_split_keeps_the_length_and_fades_stay_at_the_outer_ends(reel: Timeline) -> None:
    after = done(done(reel, {"op": "fade", "out_ms": 800}), {"op": "split", "at_ms": 55_000})
    assert len(after.clips) == 7 and after.duration_ms == 60_000
    assert [clip.picture_fade_out_ms for clip in after.clips[-2:]] == [0, 800]


def test_the_fade_out_stays_at_the_end_when_another_clip_gets_there(reel: Timeline) -> None:
    after = done(done(reel, {"op": "fade"}), {"op": "reorder", "move": 6, "to": 1})
    assert [clip.picture_fade_in_ms for clip in after.clips] == [1000, 0, 0, 0, 0, 0]
    assert [clip.picture_fade_out_ms for clip in after.clips] == [0, 0, 0, 0, 0, 1000]


def test_clips_are_moved_ordered_and_sorted(reel: Timeline) -> None:
    assert starts(done(reel, {"op": "reorder", "move": 6, "to": 1}))[:2] == [151, 1]
    assert starts(done(reel, {"op": "reorder", "order": [1, 5, 3, 4, 2, 6]})) == [1, 121, 61, 91, 31, 151]
    ranked = done(reel, {"op": "reorder", "sort": "countdown"})
    scores = [clip.score or 0 for clip in ranked.clips]
    assert scores == sorted(scores) and starts(done(ranked, {"op": "reorder", "sort": "time"})) == starts(reel)
    assert edit(reel, {"op": "reorder", "order": [1, 2]}).refused[0].code == "limit"


def test_a_new_speed_of_a_range_splits_at_its_edges(reel: Timeline) -> None:
    after = done(reel, {"op": "speed", "target": {"range_ms": [12_000, 18_000]}, "factor": 0.5})
    assert [(clip.duration_ms, clip.speed) for clip in after.clips[1:4]] == [
        (2_000, 1), (12_000, Fraction(1, 2)), (2_000, 1),
    ]  # fmt: skip
    assert after.duration_ms == 66_000


def test_a_replay_follows_its_clip_in_slow_motion(reel: Timeline) -> None:
    after = done(reel, {"op": "replay", "target": {"clips": [2]}})
    assert [clip.duration_ms for clip in after.clips[:4]] == [10_000, 10_000, 20_000, 10_000]
    assert after.clips[2].source == after.clips[1].source


def test_a_held_frame_is_put_in_at_its_time(reel: Timeline) -> None:
    after = done(reel, {"op": "freeze", "at_ms": 4_000, "duration_ms": 1_500})
    held = after.clips[1]
    assert held.freeze and (held.start_ms, held.duration_ms) == (4_000, 1_500)
    assert held.source is not None and held.source.start_ms == 5_000


def test_music_repeats_under_a_longer_reel_and_fades_only_at_its_ends(reel: Timeline) -> None:
    track = music(done(reel, {"op": "bgm_add", "asset": "lofi"}))
    assert [(clip.start_ms, clip.end_ms) for clip in track.clips] == [(0, 40_000), (40_000, 60_000)]
    assert [clip.fade_in_ms for clip in track.clips] == [500, 0]
    assert [clip.fade_out_ms for clip in track.clips] == [0, 1500]


def test_music_follows_the_length_of_the_reel(reel: Timeline) -> None:
    scored = done(reel, {"op": "bgm_add"})
    shorter = done(scored, {"op": "remove", "target": {"clips": [1, 2, 3]}})
    assert [clip.end_ms for clip in music(shorter).clips] == [30_000]
    longer = done(shorter, {"op": "highlights", "total_ms": 100_000, "mode": "extend"})
    assert music(longer).clips[-1].end_ms == longer.clips[-1].end_ms == 100_000
    assert music(longer).clips[-1].fade_out_ms == 1500


def test_music_that_is_laid_anew_keeps_what_is_not_given(reel: Timeline) -> None:
    other = song("other", 200)
    media = {"match": MATCH, "lofi": LOFI, "other": other}
    scored = done(reel, {"op": "bgm_add", "asset": "lofi.mp3", "level": 0.2, "start_ms": 5_000, "fade_out_ms": 700})
    inside = edit(scored, {"op": "bgm_add", "source_start_ms": 9_000}, media=media)
    assert [str(change) for change in inside.changes] == [
        "lofi.mp3 now starts at 0:05 of the reel, from 0:09 of the song, at 20%."
    ]
    assert inside.timeline is not None and not inside.assumed
    first, last = (music(inside.timeline).clips[place] for place in (0, -1))
    assert (first.media_id, first.start_ms, first.source.start_ms if first.source else None) == ("lofi", 5_000, 9_000)
    assert (first.volume, last.fade_out_ms) == (0.2, 700)
    swapped = music(done(inside.timeline, {"op": "bgm_add", "asset": "other.mp3"}, media=media)).clips[0]
    assert (swapped.media_id, swapped.start_ms, swapped.volume) == ("other", 5_000, 0.2)
    assert swapped.source is not None and swapped.source.start_ms == 0


def test_another_moment_takes_the_place_of_a_clip_and_its_join_texts_and_level_stay(reel: Timeline) -> None:
    styled = done(
        reel,
        {"op": "transition", "type": "wipe", "duration_ms": 400, "where": [3]},
        {"op": "volume", "target": {"clips": [4]}, "level": 0.5},
        {"op": "text_add", "text": "Half time", "role": "caption", "start_ms": 32_000, "end_ms": 36_000},
    )
    edited = edit(styled, {"op": "highlights", "mode": "swap", "target": {"clips": [4]}})
    after = edited.timeline
    assert after is not None and not edited.refused
    shown = starts(reel)
    assert [at for place, at in enumerate(starts(after)) if place != 3] == [at for n, at in enumerate(shown) if n != 3]
    assert starts(after)[3] not in shown
    old, new = styled.clips[3], after.clips[3]
    assert new.score is not None and old.score is not None and new.score < old.score
    assert (new.start_ms, new.duration_ms, new.volume) == (old.start_ms, old.duration_ms, 0.5)
    assert new.transition is not None and new.transition.kind == "wipe"
    assert texts(after) == texts(styled)
    assert str(edited.changes[0]).startswith(f"Clip 4 ({old.label}-") and new.label in str(edited.changes[0])
    assert [pick.start_ms for pick in edited.picks] == [new.source.start_ms if new.source else None]


def test_asking_again_brings_another_moment_and_not_the_one_before(reel: Timeline) -> None:
    seen = [starts(reel)[0]]
    timeline = reel
    for _ in range(3):
        timeline = done(timeline, {"op": "highlights", "mode": "swap", "target": {"clips": [1]}})
        assert starts(timeline)[0] not in seen
        seen.append(starts(timeline)[0])


def test_several_clips_make_way_for_moments_that_differ_and_cards_for_none(reel: Timeline) -> None:
    after = done(reel, {"op": "highlights", "mode": "swap", "target": {"clips": [2, 5]}})
    assert len(set(starts(after))) == 6 and after.duration_ms == reel.duration_ms
    with_card = done(reel, {"op": "card_add", "text": "Hi", "at": "start", "duration_ms": 2_000})
    refused = edit(with_card, {"op": "highlights", "mode": "swap", "target": {"clips": [1]}}).refused
    assert [str(no.what) for no in refused] == ["A card shows no moment of the footage."]
    nothing = edit(reel, {"op": "highlights", "mode": "swap", "target": {"clips": [1]}}, senses=NothingFound())
    assert [no.code for no in nothing.refused] == ["nothing_found"]


def test_a_ramp_keeps_what_is_shown_and_lasts_as_long_as_its_mean_speed_says(reel: Timeline) -> None:
    edited = edit(reel, {"op": "speed", "target": {"clips": [3]}, "factor": 1, "to": 0.25})
    assert edited.timeline is not None
    old, clip = reel.clips[2], edited.timeline.clips[2]
    assert (clip.source, clip.duration_ms, edited.timeline.duration_ms) == (old.source, 16_000, 66_000)
    assert pace_of(clip).ends == (Fraction(1), Fraction(1, 4))
    assert [str(change) for change in edited.changes] == ["The speed goes evenly from 1× to 0.25×: 1:00 → 1:06."]
    assert source_at(clip, 0) == old.source.start_ms and source_at(clip, 16_000) == old.source.end_ms  # type: ignore[union-attr]
    assert source_at(clip, 8_000) - source_at(clip, 0) == 6_500
    assert offset_of(clip, source_at(clip, 8_000)) == 8_000
    plain = done(edited.timeline, {"op": "speed", "target": {"clips": [3]}, "factor": 1})
    assert plain.clips[2] == old


def test_a_ramp_over_several_clips_goes_on_from_one_to_the_next(reel: Timeline) -> None:
    after = done(reel, {"op": "speed", "target": "all", "factor": 1, "to": 2})
    paces = [pace_of(clip).ends for clip in after.clips]
    assert paces[0][0] == 1 and paces[-1][1] == 2
    assert all(abs(before[1] - behind[0]) < Fraction(1, 100) for before, behind in pairwise(paces))
    assert abs(after.duration_ms - 40_000) <= 6
    apart = done(reel, {"op": "speed", "target": {"clips": [2, 5]}, "factor": 1, "to": 2})
    ends = (Fraction(1), Fraction(2))
    assert [pace_of(apart.clips[place]).ends for place in (1, 4)] == [ends, ends]


def test_a_divided_ramp_goes_on_where_it_was_divided(reel: Timeline) -> None:
    fast = done(reel, {"op": "speed", "target": {"clips": [1]}, "factor": 1, "to": 3})
    halves = done(fast, {"op": "split", "at_ms": 2_500}).clips[:2]
    assert [tuple(map(float, pace_of(clip).ends)) for clip in halves] == [(1, 2), (2, 3)]
    assert sum(clip.duration_ms for clip in halves) == fast.clips[0].duration_ms == 5_000
    assert halves[0].source and halves[1].source and halves[0].source.end_ms == halves[1].source.start_ms
    held = done(fast, {"op": "freeze", "at_ms": 2_500, "duration_ms": 1_000}).clips[1]
    assert held.source is not None and held.source.start_ms == halves[1].source.start_ms and held.ramp == 0


def test_a_look_in_a_region_stands_beside_the_same_look_elsewhere(reel: Timeline) -> None:
    corner = {"x": 0.66, "y": 0, "width": 0.34, "height": 0.34}
    part = edit(reel, {"op": "filter", "name": "blur", "region": corner, "target": {"range_ms": [12_000, 15_000]}})
    assert [str(change) for change in part.changes] == ["Look of a part (66% 0% 34% 34%) of 1 clip: blur."]
    assert part.timeline is not None
    looks = [(clip.start_ms, clip.duration_ms) for clip in part.timeline.clips if clip.filters]
    assert looks == [(12_000, 3_000)] and part.timeline.duration_ms == reel.duration_ms
    both = done(part.timeline, {"op": "filter", "name": "blur", "amount": 0.2})
    assert [len(clip.filters) for clip in both.clips] == [1, 1, 2, 1, 1, 1, 1, 1]
    left = done(both, {"op": "filter", "name": "none", "region": corner})
    assert {one.region for clip in left.clips for one in clip.filters} == {None}
    assert not any(clip.filters for clip in done(both, {"op": "filter", "name": "none"}).clips)


def test_noise_reduction_is_told_with_its_size_and_needs_sound(reel: Timeline) -> None:
    edited = edit(reel, {"op": "filter", "name": "denoise", "target": {"clips": [2]}})
    assert edited.timeline is not None and [clip.denoise for clip in edited.timeline.clips[:3]] == [0, 0.5, 0]
    assert "lowered by up to 12 dB (FFmpeg afftdn" in str(edited.changes[0])
    assert not any(
        clip.denoise for clip in done(edited.timeline, {"op": "filter", "name": "denoise", "amount": 0}).clips
    )
    silent = {"match": recording("match", 1800, audio_codec=None)}
    refused = edit(reel, {"op": "filter", "name": "denoise"}, media=silent).refused
    assert [str(no.what) for no in refused] == ["There is no recorded sound in it."]


def effects(timeline: Timeline) -> list[tuple[int, int]]:
    """Start and end of all sound effects."""
    tracks = [track for track in timeline.tracks if isinstance(track, AudioTrack) and track.role == "sfx"]
    return [(clip.start_ms, clip.end_ms) for track in tracks for clip in track.clips]


WHOOSH = song("whoosh", 1).model_copy(update={"duration_ms": 800})


def test_an_effect_lies_across_every_cut_and_goes_with_the_cuts(reel: Timeline) -> None:
    media = {"match": MATCH, "whoosh": WHOOSH}
    edited = edit(reel, {"op": "sfx_add", "asset": "whoosh.mp3", "where": "all"}, media=media)
    assert [str(change) for change in edited.changes] == [
        "Added whoosh.mp3 as a sound effect 5 times: 0:09.6, 0:19.6, 0:29.6, 0:39.6, 0:49.6."
    ]
    assert edited.timeline is not None and "SFX: whoosh" in summary(edited.timeline)
    shorter = done(edited.timeline, {"op": "trim", "target": {"clips": [1]}, "head_ms": 2_000}, media=media)
    assert effects(shorter)[0] == (7_600, 8_400)
    gone = done(edited.timeline, {"op": "remove", "target": {"clips": [6]}}, media=media)
    assert effects(gone) == [(9_600, 10_400), (19_600, 20_400), (29_600, 30_400), (39_600, 40_400)]
    assert not effects(done(edited.timeline, {"op": "sfx_remove"}, media=media))


def test_an_effect_at_a_time_ends_where_the_next_begins_and_with_the_reel(reel: Timeline) -> None:
    media = {"match": MATCH, "lofi": LOFI, "whoosh": WHOOSH}
    one = done(reel, {"op": "sfx_add", "asset": "whoosh", "at_ms": 59_500, "level": 0.5}, media=media)
    assert effects(one) == [(59_500, 60_000)]
    long = done(reel, {"op": "sfx_add", "asset": "lofi", "where": [2, 3]}, media=media)
    assert effects(long) == [(19_500, 29_500), (29_500, 60_000)]


def test_an_effect_without_its_file_or_its_time_is_asked_for(reel: Timeline) -> None:
    def refused(*media: MediaInfo, **more: object) -> list[str]:
        known = {"match": MATCH} | {one.media_id: one for one in media}
        return [str(no.what) for no in edit(reel, {"op": "sfx_add", **more}, media=known).refused]

    assert refused(where="all") == ["There is no sound file for it, and no sounds come with this program."]
    assert refused(LOFI, WHOOSH, where="all") == ["Which sound? There are several: lofi.mp3, whoosh.mp3."]
    assert refused(WHOOSH) == ["A sound effect needs a time or cuts."]
    assert refused(WHOOSH, asset="ding.wav", at_ms=0) == ["There is no sound file called ding.wav."]
    assert [str(no.what) for no in edit(reel, {"op": "sfx_remove"}).refused] == ["There are no sound effects."]


def test_a_template_counts_the_seconds_of_its_time(reel: Timeline) -> None:
    edited = edit(reel, {"op": "text_add", "template": "Starts in {left}", "start_ms": 1_000, "end_ms": 4_500})
    assert [str(change) for change in edited.changes] == ["Added a count from Starts in 4 to Starts in 1, 0:01–0:04.5."]
    assert edited.timeline is not None and "Starts in 4" in summary(edited.timeline)
    (track,) = [track for track in edited.timeline.tracks if isinstance(track, TextTrack)]
    assert track.texts[0].readings == (
        (0, 500, "Starts in 4"), (500, 1500, "Starts in 3"), (1500, 2500, "Starts in 2"), (2500, 3500, "Starts in 1"),
    )  # fmt: skip
    clock = done(reel, {"op": "text_add", "template": "{elapsed_clock}", "per_clip": True})
    (track,) = [track for track in clock.tracks if isinstance(track, TextTrack)]
    assert [text.readings[-1] for text in track.texts] == [(9_000, 10_000, "0:09")] * 6
    plain = done(reel, {"op": "text_add", "text": "{left}"})
    assert "{left}" in summary(plain)
    long = done(None, {"op": "keep", "source": "match.mp4"})
    refused = edit(long, {"op": "text_add", "template": "{left}"}).refused
    assert [str(no.what) for no in refused] == ["A text can count for 15:00 at most."]


def test_without_a_sound_file_there_is_no_music(reel: Timeline) -> None:
    refused = edit(reel, {"op": "bgm_add"}, media={"match": MATCH}).refused[0]
    assert refused.code == "asset_missing" and "Upload" in str(refused.next_step)
    several = edit(reel, {"op": "bgm_add"}, media={"match": MATCH, "a": song("a", 9), "b": song("b", 9)}).refused[0]
    assert str(several.what) == "Which music? There are several: a.mp3, b.mp3."


def test_the_level_of_a_range_is_set_there_alone_and_the_reel_stays_as_long(reel: Timeline) -> None:
    (first, *_), total = reel.clips, reel.clips[-1].end_ms
    quiet = {"op": "volume", "target": {"range_ms": [1000, first.duration_ms + 1000]}, "level": 0}
    edited = done(reel, quiet)
    levels = [(clip.start_ms, clip.end_ms, clip.volume) for clip in edited.clips]
    assert levels[0] == (0, 1000, 1.0)
    assert {volume for start, end, volume in levels if start >= 1000 and end <= first.duration_ms + 1000} == {0.0}
    assert {volume for start, _, volume in levels if start >= first.duration_ms + 1000} == {1.0}
    assert edited.clips[-1].end_ms == total


def test_levels_are_absolute_decibels_are_relative_and_the_top_is_said(reel: Timeline) -> None:
    scored = done(reel, {"op": "bgm_add", "level": 0.35})
    quieter = done(scored, {"op": "volume", "target": "bgm", "db": -6})
    assert music(quieter).clips[0].volume == pytest.approx(0.1754, abs=1e-4)
    halved = done(scored, {"op": "volume", "target": "all", "level": 0.5})
    assert halved.clips[0].volume == 0.5 and music(halved).clips[0].volume == 0.175
    loud = edit(reel, {"op": "volume", "db": 24})
    assert loud.timeline is not None and loud.timeline.clips[0].volume == 4 and loud.assumed


def test_cuts_move_to_the_nearest_beat_within_a_quarter_of_a_second(reel: Timeline) -> None:
    after = done(done(reel, {"op": "bgm_add"}), {"op": "beat_sync"})
    assert all(clip.end_ms % 500 == 200 for clip in after.clips if clip.end_ms < 40_000)
    assert all(abs(new.duration_ms - old.duration_ms) <= 250 for old, new in zip(reel.clips, after.clips, strict=True))


def test_a_caption_follows_its_footage_and_a_title_stays_at_the_start(reel: Timeline) -> None:
    written = done(
        reel,
        {"op": "text_add", "text": "Title", "role": "title"},
        {"op": "text_add", "text": "Round 2", "start_ms": 20_000, "end_ms": 25_000},
    )
    after = done(written, {"op": "remove", "target": {"clips": [1]}})
    assert texts(after) == [("Title", 0, 3_000), ("Round 2", 10_000, 15_000)]
    moved = done(after, {"op": "reorder", "move": 2, "to": 5})
    assert texts(moved)[1] == ("Round 2", 40_000, 45_000)


def test_a_label_leaves_with_its_clip(reel: Timeline) -> None:
    labelled = done(reel, {"op": "text_add", "template": "No. {n} at {time}", "per_clip": True})
    assert texts(labelled)[1] == ("No. 2 at 0:31", 10_000, 20_000)
    after = done(labelled, {"op": "remove", "target": {"clips": [2]}}, {"op": "speed", "factor": 2})
    assert texts(after)[1] == ("No. 3 at 1:01", 5_000, 10_000)


def test_overlapping_texts_lie_on_tracks_of_their_own(reel: Timeline) -> None:
    after = done(reel, *[{"op": "text_add", "text": word, "start_ms": 0, "end_ms": 5000} for word in ("a", "b")])
    assert texts(after) == [("a", 0, 5000), ("b", 0, 5000)] and len(after.tracks) == 3


def test_no_text_is_lost_when_removals_make_texts_overlap(reel: Timeline) -> None:
    at = [(0, 60_000), (12_000, 20_000), (13_000, 60_000), (22_000, 60_000)]
    adds = [{"op": "text_add", "text": str(start), "start_ms": start, "end_ms": end} for start, end in at]
    written = done(reel, *adds)
    after = done(written, {"op": "remove", "target": {"range_ms": [11_000, 25_000]}})
    assert {text[0] for text in texts(after)} == {"0", "12000", "13000", "22000"}


def test_a_text_is_changed_and_removed_by_its_number(reel: Timeline) -> None:
    written = done(reel, {"op": "text_add", "text": "one"}, {"op": "text_add", "text": "two", "role": "title"})
    assert texts(done(written, {"op": "text_edit", "index": 2, "text": "zwei"}))[1][0] == "zwei"
    assert [text[0] for text in texts(done(written, {"op": "text_remove", "index": 1}))] == ["two"]
    missing = edit(written, {"op": "text_remove", "index": 3}).refused[0]
    assert str(missing.what) == "There is no text 3: the reel has 2 texts."


def test_a_text_is_shown_at_another_time_in_another_place_and_look(reel: Timeline) -> None:
    written = done(reel, {"op": "text_add", "text": "one", "start_ms": 1000, "end_ms": 4000, "color": "white"})
    for more, span in (
        ({"start_ms": 2000}, (2000, 5000)), ({"end_ms": 6000}, (1000, 6000)), ({"duration_ms": 500}, (1000, 1500)),
        ({"start_ms": 5000, "end_ms": 7000}, (5000, 7000)), ({"position": "top-left"}, (1000, 4000)),
    ):  # fmt: skip
        assert texts(done(written, {"op": "text_edit", **more})) == [("one", *span)]
    after = done(written, {"op": "text_edit", "position": "top", "color": "red", "size": "large"})
    (style,) = [text.style for track in after.tracks if isinstance(track, TextTrack) for text in track.texts]
    assert (style.position, style.color) == ("top", "#e53935") and style.size > 0.09
    assert str(edit(written, {"op": "text_edit"}).refused[0].what) == str(message("timeline.text_what"))


def test_two_texts_moved_to_one_time_lie_on_tracks_of_their_own(reel: Timeline) -> None:
    one = {"op": "text_add", "text": "one", "start_ms": 0, "end_ms": 2000}
    written = done(reel, one, {"op": "text_add", "text": "two", "start_ms": 3000, "end_ms": 5000})
    after = done(written, {"op": "text_edit", "index": 2, "start_ms": 1000})
    assert sorted(texts(after)) == [("one", 0, 2000), ("two", 1000, 3000)]
    assert sum(isinstance(track, TextTrack) for track in after.tracks) == 2


def test_a_card_in_front_moves_everything_on(reel: Timeline) -> None:
    written = done(reel, {"op": "text_add", "text": "T", "role": "title", "start_ms": 0, "end_ms": 3000})
    after = done(written, {"op": "card_add", "text": "Intro", "duration_ms": 2000, "color": "white"})
    assert after.clips[0].color == "#ffffff" and after.clips[1].start_ms == 2000
    assert texts(after) == [("Intro", 0, 2000), ("T", 2000, 5000)]


def test_subtitles_lie_where_their_words_are_shown(reel: Timeline) -> None:
    after = done(reel, {"op": "subtitles_add"})
    assert texts(after)[:2] == [("cue 0", 0, 1000), ("cue 2500", 1500, 3500)]
    slower = done(after, {"op": "speed", "factor": 0.5, "target": {"clips": [1]}})
    assert texts(slower)[1][1] == 3000
    assert edit(reel, {"op": "subtitles_add", "asset": "absent.srt"}).refused[0].code == "asset_missing"


class Spoken(FakeSenses):
    """Footage with the subtitles that are given, as (start, end, words)."""

    def __init__(self, *cues: tuple[int, int, str], encoding: str = "") -> None:
        self._cues = tuple(TranscriptCue(start_ms=a, end_ms=b, text=text, encoding=encoding) for a, b, text in cues)

    def cues(self, asset: str | None, shown: tuple[UsedRange, ...]) -> tuple[TranscriptCue, ...]:
        return self._cues


def test_subtitles_of_one_time_are_all_shown_and_begin_in_time() -> None:
    said = Spoken(
        (1000, 4000, "Home"), (1000, 4000, "Away"), (5000, 9000, "outer"), (6000, 7500, "GOAL!"), (8500, 12_000, "cut")
    )
    reel = done(None, {"op": "keep", "ranges_ms": [[0, 9_000]]}, senses=said)
    after = done(reel, {"op": "subtitles_add"}, senses=said)
    assert sorted(texts(after), key=lambda text: text[1:]) == [
        ("Away", 1000, 4000), ("Home", 1000, 4000), ("outer", 5000, 9000), ("GOAL!", 6000, 7500), ("cut", 8500, 9000)
    ]  # fmt: skip
    lanes = [track for track in after.tracks if isinstance(track, TextTrack)]
    assert [track.texts[0].text for track in lanes] == ["Away", "Home"], "the first one lies above, as one reads"
    again = done(after, {"op": "subtitles_add"}, senses=said)
    assert [track.id for track in again.tracks if isinstance(track, TextTrack)] == [track.id for track in lanes]
    one = done(after, {"op": "subtitles_add"}, senses=Spoken((0, 1000, "only")))
    assert texts(one) == [("only", 0, 1000)] and len(one.tracks) == 2


def test_rolling_subtitles_come_in_time_and_what_finds_no_room_is_told(reel: Timeline) -> None:
    said = Spoken(*((1000 + 1000 * n, 3500 + 1000 * n, f"line {n}") for n in range(5)), encoding="cp1250")
    edited = edit(reel, {"op": "subtitles_add"}, senses=said)
    assert edited.timeline is not None
    assert sorted(start for _, start, _ in texts(edited.timeline)) == [0, 1000, 2000, 3000, 4000]
    assert any("read as cp1250" in str(one) for one in edited.assumed)
    crowd = edit(reel, {"op": "subtitles_add"}, senses=Spoken(*((2000, 4000, f"voice {n}") for n in range(6))))
    assert any("2 subtitles were left out: at most 4" in str(one) for one in crowd.assumed)


def test_words_of_karaoke_are_lit_in_time_and_stay_so_when_their_clip_is_cut() -> None:
    said = Spoken((1000, 3000, "Was für ein Tor"))
    reel = done(None, {"op": "keep", "ranges_ms": [[0, 9_000]]}, senses=said)
    edited = edit(reel, {"op": "subtitles_add", "karaoke": True}, senses=said)
    assert edited.timeline is not None and "shared out" in str(edited.assumed[-1])
    (text,) = next(track for track in edited.timeline.tracks if isinstance(track, TextTrack)).texts
    assert text.marks == ((0, 0), (4, 533), (8, 1066), (12, 1600))
    assert text.said[1] == (533, 1066, (4, 8)) and text.said[3] == (1600, 2000, (12, 15))
    later = done(edited.timeline, {"op": "trim", "target": {"clips": [1]}, "head_ms": 1800}, senses=said)
    (cut,) = next(track for track in later.tracks if isinstance(track, TextTrack)).texts
    assert (cut.start_ms, cut.duration_ms) == (0, 1200) and cut.marks == ((4, 0), (8, 266), (12, 800))
    early = done(edited.timeline, {"op": "trim", "target": {"clips": [1]}, "tail_ms": 7200}, senses=said)
    (begun,) = next(track for track in early.tracks if isinstance(track, TextTrack)).texts
    assert begun.duration_ms == 800 and begun.said == ((0, 533, (0, 4)), (533, 800, (4, 8)))
    other = done(later, {"op": "text_edit", "text": "Tor!"}, senses=said)
    assert next(track for track in other.tracks if isinstance(track, TextTrack)).texts[0].marks == ()


def test_a_lower_third_has_the_name_above_and_who_it_is_below(reel: Timeline) -> None:
    after = done(reel, {"op": "text_add", "text": "Anna Smith, head coach", "role": "lower_third"})
    (text,) = next(track for track in after.tracks if isinstance(track, TextTrack)).texts
    assert (text.text, text.style.look, text.duration_ms) == ("Anna Smith\nhead coach", "lower_third", 5000)


def test_a_new_shape_frames_clips_by_the_action_and_later_clips_alike(reel: Timeline) -> None:
    after = done(reel, {"op": "aspect", "ratio": "9:16"})
    assert (after.width, after.height) == (1080, 1920)
    assert all((clip.fit, clip.focus_at(0)) == ("cover", 0.25) for clip in after.clips)
    more = done(after, {"op": "highlights", "total_ms": 10_000, "mode": "append"})
    assert more.clips[-1].focus_at(0) == 0.25
    barred = done(more, {"op": "aspect", "ratio": "1:1", "mode": "pad"})
    assert all((clip.fit, clip.focus_at(0)) == ("pad", None) for clip in barred.clips)


def test_a_clip_framed_by_hand_stays_so_until_it_is_given_back(reel: Timeline) -> None:
    vertical = done(reel, {"op": "aspect", "ratio": "9:16"})
    own = done(vertical, {"op": "aspect", "ratio": "9:16", "focus": 0.8, "target": {"clips": [2]}})
    square = done(own, {"op": "aspect", "ratio": "1:1"})
    assert [clip.focus_at(0) for clip in square.clips[:3]] == [0.25, 0.8, 0.25]
    given_back = done(square, {"op": "aspect", "ratio": "1:1", "target": {"clips": [2]}})
    assert given_back.clips[1].focus_at(0) == 0.25


def test_what_the_crop_does_is_told_once_and_found_out_once(reel: Timeline) -> None:
    made = edit(reel, {"op": "aspect", "ratio": "9:16"})
    assert any("stays on what moves" in str(change) for change in made.changes)
    assert made.timeline is not None
    trimmed = edit(made.timeline, {"op": "trim", "target": {"clips": [1]}, "head_ms": 500})
    assert not any("crop" in str(change) for change in trimmed.changes)
    assert trimmed.timeline is not None and trimmed.timeline.clips[0].camera == made.timeline.clips[0].camera


def test_a_clip_that_no_crop_shows_stays_whole_however_often_the_shape_is_asked_for(reel: Timeline) -> None:
    wide = done(reel, {"op": "aspect", "ratio": "9:16"}, senses=NoCropServes())
    again = done(wide, {"op": "rotate", "deg": 180, "target": {"clips": [1]}}, senses=NoCropServes())
    again = done(again, {"op": "aspect", "ratio": "9:16"}, senses=NoCropServes())
    assert {clip.fit for clip in (*wide.clips, *again.clips)} == {"blur"}


def test_a_way_is_forgotten_where_the_footage_is_turned_out_of_it() -> None:
    media = {"square": recording("square", 60, width=1080, height=1080)}
    reel = done(None, {"op": "keep"}, {"op": "aspect", "ratio": "9:16"}, media=media)
    turned = done(reel, {"op": "rotate", "deg": 90}, media=media)
    assert [clip.focus_at(0) for clip in (*reel.clips, *turned.clips)] == [0.25, None]


def test_footage_of_another_shape_is_not_cropped_unasked() -> None:
    media = {
        "match": recording("match", 1800, width=1440, height=1080),
        "p": recording("p", 60, width=720, height=1280),
    }
    timeline = done(None, {"op": "highlights", "total_ms": 20_000}, media=media)
    assert timeline.clips[0].fit == "pad"
    portrait = done(None, {"op": "keep", "ranges_ms": [[0, 9000]], "source": "p.mp4"}, media=media)
    assert portrait.clips[0].fit == "blur"


def test_turning_and_mirroring_add_up(reel: Timeline) -> None:
    turned = done(reel, {"op": "rotate", "deg": 270}, {"op": "rotate", "deg": 90, "target": {"clips": [1]}})
    assert [clip.rotate for clip in turned.clips[:2]] == [0, 270]
    twice = done(reel, {"op": "flip"}, {"op": "flip", "axis": "vertical"})
    assert (twice.clips[0].flip, twice.clips[0].rotate) == (None, 180)


def test_transitions_lie_at_cuts_and_are_no_longer_than_clips(reel: Timeline) -> None:
    after = done(reel, {"op": "transition", "type": "wipe", "where": [2]})
    assert [clip.transition is not None for clip in after.clips] == [False, False, True, False, False, False]
    assert edit(reel, {"op": "transition", "where": [6]}).refused[0].code == "limit"
    short = done(reel, {"op": "trim", "target": {"clips": [2]}, "head_ms": 9_700})
    shortened = edit(short, {"op": "transition", "duration_ms": 1000})
    assert shortened.timeline is not None and shortened.timeline.clips[1].transition is not None
    assert shortened.timeline.clips[1].transition.duration_ms == 300 and shortened.assumed


def test_pauses_are_cut_out_and_counted(reel: Timeline) -> None:
    edited = edit(reel, {"op": "silence_remove"})
    assert edited.timeline is not None and edited.timeline.duration_ms == 48_000
    assert str(edited.changes[0]) == "Removed 12 pauses, 12 s in all: 1:00 → 0:48."
    assert edit(reel, {"op": "silence_remove"}, senses=NothingFound()).refused[0].code == "nothing_found"


def test_stabilising_is_refused_with_what_is_possible_instead(reel: Timeline) -> None:
    refusal = edit(reel, {"op": "stabilize"}).refused[0]
    assert refusal.code == "unsupported_op" and "slow them down" in str(refusal.next_step)


def test_what_is_so_already_changes_nothing_and_says_so(reel: Timeline) -> None:
    edited = edit(reel, {"op": "volume", "level": 1.0})
    assert not edited.changed and edited.timeline is reel
    assert str(edited.remarks[0]) == "Nothing changed: it is already like that."


def test_reset_empties_the_timeline_and_a_new_reel_can_be_cut(reel: Timeline) -> None:
    empty = done(reel, {"op": "reset"})
    assert empty.tracks == () and edit(empty, {"op": "reset"}).refused
    assert done(empty, {"op": "highlights", "total_ms": 30_000}).duration_ms == 30_000


def test_undo_redo_and_restore_walk_the_versions(reel: Timeline) -> None:
    second = done(reel, {"op": "remove", "target": {"clips": [1]}})
    third = done(second, {"op": "remove", "target": {"clips": [1]}})
    made = [HistoryEntry(rev=rev, parent=rev - 1 or None, content=rev, timeline=timeline)
            for rev, timeline in enumerate((reel, second, third), 1)]  # fmt: skip
    undone = edit(third, {"op": "undo"}, history=History.of(made))
    assert undone.content == 2 and undone.timeline == second
    back = [*made, HistoryEntry(rev=4, parent=3, content=2, timeline=second)]
    assert edit(second, {"op": "undo"}, history=History.of(back)).content == 1
    assert edit(second, {"op": "redo"}, history=History.of(back)).content == 3
    assert (
        edit(second, {"op": "redo", "steps": 5}, history=History.of(back)).assumed[0].text("en")
        == "Only 1 step could be taken."
    )
    restored = edit(second, {"op": "restore", "version": 1}, history=History.of(back))
    assert restored.timeline == reel and restored.content is None
    then = [*back, HistoryEntry(rev=5, parent=4, content=5, timeline=reel)]
    assert edit(reel, {"op": "undo"}, history=History.of(then)).timeline == second
    assert edit(second, {"op": "undo", "steps": "all"}, history=History.of(back)).timeline == Timeline()
    missing = edit(second, {"op": "restore", "version": 9}, history=History.of(back)).refused[0]
    assert str(missing.next_step) == "The versions are: 1, 2, 3, 4."


def test_a_new_edit_after_an_undo_leaves_nothing_to_redo(reel: Timeline) -> None:
    second = done(reel, {"op": "remove", "target": {"clips": [1]}})
    other = done(reel, {"op": "remove", "target": {"clips": [2]}})
    made = [(1, 1, reel), (2, 2, second), (3, 1, reel), (4, 4, other)]
    history = History.of(HistoryEntry(rev=r, parent=r - 1 or None, content=c, timeline=t) for r, c, t in made)
    assert edit(other, {"op": "redo"}, history=history).refused
    assert edit(other, {"op": "undo"}, history=history).content == 1


def test_an_edit_after_an_undo_in_one_request_is_a_new_version(reel: Timeline) -> None:
    second = done(reel, {"op": "remove", "target": {"clips": [1]}})
    made = [
        HistoryEntry(rev=1, parent=None, content=1, timeline=reel),
        HistoryEntry(rev=2, parent=1, content=2, timeline=second),
    ]
    edited = edit(second, {"op": "undo"}, {"op": "flip"}, history=History.of(made))
    assert edited.content is None and edited.timeline is not None and edited.timeline.clips[0].flip == "horizontal"


def test_a_caption_that_goes_with_its_footage_is_mentioned(reel: Timeline) -> None:
    written = done(reel, {"op": "text_add", "text": "Round 2", "start_ms": 20_000, "end_ms": 25_000})
    edited = edit(written, {"op": "remove", "target": {"clips": [3]}})
    assert edited.timeline is not None and texts(edited.timeline) == []
    assert str(edited.remarks[0]) == "Also removed 1 text on the deleted footage (first: “Round 2”)."


def test_subtitles_are_shown_on_newly_chosen_footage_too(reel: Timeline) -> None:
    longer = done(done(reel, {"op": "subtitles_add"}), {"op": "highlights", "total_ms": 80_000, "mode": "extend"})
    shown = [start for _, start, _ in texts(longer)]
    assert any(start >= 70_000 for start in shown) and shown == sorted(shown)


def test_more_than_a_draft_can_hold_is_refused(reel: Timeline) -> None:
    many = [{"op": "text_add", "text": str(n), "start_ms": 0, "end_ms": 9_000} for n in range(70)]
    edited = edit(reel, *many)
    assert edited.timeline is not None and len(edited.timeline.tracks) == 64
    assert {refusal.code for refusal in edited.refused} == {"limit"}


def test_music_without_a_reel_is_laid_under_all_of_the_footage() -> None:
    media = {"a": recording("a", 30), "b": recording("b", 60), "lofi": LOFI}
    edited = edit(None, {"op": "bgm_add", "level": 0.35}, media=media)
    assert edited.timeline is not None and edited.timeline.duration_ms == 90_000
    assert str(edited.assumed[0]) == "Used lofi.mp3."
    assert str(edited.assumed[1]) == "There was no reel, so a.mp4, b.mp4 is shown in full (1:30)."


def test_undo_takes_back_the_steps_of_its_own_request_first(reel: Timeline) -> None:
    quieter = done(reel, {"op": "volume", "target": "source", "level": 0.5})
    made = [(1, 1, reel), (2, 2, quieter)]
    history = History.of(HistoryEntry(rev=r, parent=r - 1 or None, content=c, timeline=t) for r, c, t in made)
    assert not edit(quieter, {"op": "remove", "target": {"clips": [2]}}, {"op": "undo"}, history=history).changed
    twice = edit(quieter, {"op": "undo"}, {"op": "undo"}, history=history)
    assert twice.timeline is not None and not twice.timeline.tracks and twice.content == 0
    mixed = edit(quieter, {"op": "undo"}, {"op": "remove", "target": {"clips": [1]}}, history=history)
    assert mixed.timeline is not None and len(mixed.timeline.clips) == len(reel.clips) - 1 and mixed.content is None


def test_a_reel_has_a_longest_length(reel: Timeline) -> None:
    held = done(reel, {"op": "freeze", "at_ms": 40, "duration_ms": 10**12})
    assert held.duration_ms <= reel.duration_ms + 60_000
    recorded = recording("day", 8 * 3600)
    known = {"media": {"day": recorded}}
    whole = done(None, {"op": "keep", "ranges_ms": [[0, 8 * 3_600_000]]}, **known)
    refusal = edit(whole, {"op": "speed", "factor": 0.5}, **known).refused[0]
    assert refusal.code == "limit"
    assert "is the limit" in str(refusal.what)


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"op": "speed", "factor": 20, "target": {"clips": [1]}}, "Clip 1 lasts 0.5 s; at 20× it would last less"),
        ({"op": "speed", "factor": 20}, "At 20× each clip would last less than a frame"),
        ({"op": "replay", "factor": 20, "target": {"clips": [2]}}, "Clip 2 lasts 0.5 s; at 20×"),
        ({"op": "speed", "factor": 2, "target": {"range_ms": [100, 110]}}, "The range from 100 to 110 ms is too short"),
        ({"op": "zoom", "target": {"range_ms": [100, 110]}}, "The range from 100 to 110 ms is too short to see"),
        ({"op": "split", "at_ms": 30}, "There is a cut at 0:00 already"),
        ({"op": "split", "target": {"clips": [2]}, "at_ms": 200}, "0:00.2 of the reel lies in none of these clips"),
        (
            {"op": "freeze", "at_ms": 200, "duration_ms": 3},
            "3 ms are too short to see. A frame of the reel lasts 34 ms",
        ),
        ({"op": "card_add", "text": "End", "duration_ms": 3}, "3 ms are too short to see"),
        ({"op": "text_add", "text": "Hi", "start_ms": 200, "end_ms": 220}, "from 200 to 220 ms is too short to see"),
        ({"op": "overlay", "text": "Hi", "start_ms": 990}, "The range from 990 to 1000 ms is too short to see"),
        ({"op": "bgm_add", "asset": "lofi.mp3", "start_ms": 990}, "beyond the end of the reel"),
        ({"op": "bgm_add", "asset": "lofi.mp3", "source_start_ms": 39_990}, "lofi.mp3 ends at 0:40"),
        ({"op": "keep", "mode": "append", "ranges_ms": [[1_799_990, 1_900_000]]}, "10 ms are too short to see"),
    ],
)
def test_what_would_last_less_than_a_frame_is_refused(wish: dict[str, Any], says: str) -> None:
    reel = done(None, {"op": "keep", "ranges_ms": [[0, 500], [1000, 1500]]})
    (refusal,) = edit(reel, wish).refused
    assert says in str(refusal.what)


def test_a_clip_too_short_for_a_speed_keeps_its_own_and_it_is_said() -> None:
    reel = done(None, {"op": "keep", "ranges_ms": [[0, 500], [1000, 9000]]})
    edited = edit(reel, {"op": "speed", "factor": 20})
    assert edited.timeline and [clip.duration_ms for clip in edited.timeline.clips] == [500, 400]
    assert [str(one) for one in edited.assumed] == ["Clip 1 lasts only 0.5 s and kept its speed."]


def test_of_several_ranges_those_that_leave_less_than_a_frame_are_left_out_and_it_is_said() -> None:
    edited = edit(None, {"op": "keep", "ranges_ms": [[0, 500], [1_799_990, 1_900_000]]})
    assert edited.timeline and [clip.duration_ms for clip in edited.timeline.clips] == [500]
    assert str(edited.changes[0]) == "Cut 1 range from match.mp4: 0:00.5."
    assert "Left out 1 clip that would last less than a frame (34 ms)." in map(str, edited.assumed)


def test_a_frame_is_held_for_one_frame_where_that_is_asked_for_in_rounded_ms() -> None:
    held = done(
        done(None, {"op": "keep", "ranges_ms": [[0, 5000]]}), {"op": "freeze", "at_ms": 2000, "duration_ms": 33}
    )
    assert [clip.duration_ms for clip in held.clips] == [2000, 34, 3000]


def test_the_speed_of_a_part_of_a_ramp_is_a_number_that_a_draft_can_hold() -> None:
    ramped = done(done(None, {"op": "keep", "ranges_ms": [[0, 9000]]}), {"op": "speed", "factor": "1/10", "to": "1/3"})
    trimmed = done(ramped, {"op": "trim", "target": "all", "tail_ms": 137})
    (clip,) = trimmed.clips
    assert parse_rate(write_rate(clip.speed)) == clip.speed
    assert check_draft(dump_draft(trimmed), {"match": MATCH.duration_ms}) == []


def test_a_text_that_outlasts_its_clip_keeps_its_length_while_no_clip_moves(reel: Timeline) -> None:
    titled = done(reel, {"op": "text_add", "text": "Hi", "start_ms": 9_900, "end_ms": 15_000})
    (track,) = [track for track in titled.tracks if isinstance(track, TextTrack)]
    owned = tuple(text.model_copy(update={"clip_id": reel.clips[0].id}) for text in track.texts)
    tracks = tuple(one.model_copy(update={"texts": owned}) if one is track else one for one in titled.tracks)
    louder = done(titled.model_copy(update={"tracks": tracks}), {"op": "volume", "target": "all", "level": 0.5})
    assert texts(louder) == [("Hi", 9_900, 15_000)]


def test_swapping_clips_of_which_one_lasts_less_than_a_frame_swaps_the_others_and_says_so() -> None:
    reel = done(None, {"op": "keep", "ranges_ms": [[0, 5000], [9000, 9500], [20_000, 25_000]]})
    assert reel.main is not None
    first, second, third = reel.clips
    brief = second.model_copy(update={"duration_ms": 10, "source": TimeRange(start_ms=9000, end_ms=9010)})
    track = reel.main.model_copy(update={"clips": layout_clips([first, brief, third])})
    edited = edit(
        reel.model_copy(update={"tracks": (track,)}),
        {"op": "highlights", "mode": "swap", "target": {"clips": [1, 2]}},
    )
    assert edited.timeline and [clip.id for clip in edited.timeline.clips][1:] == [third.id]
    assert "Left out 1 clip that would last less than a frame (34 ms)." in map(str, edited.assumed)
