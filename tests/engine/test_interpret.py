"""The interpreter's promises: pure, quick, light, closed when in doubt, open about what it left."""

import subprocess
import sys
from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.commands.words import SESSIONS
from highlight_mcp.language import ClipFact, SessionFacts, interpret
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import AudioTrack, Clip, Text, TextTrack, Timeline, VideoTrack
from highlight_mcp.timeline.operations import (
    Aspect,
    ClipTarget,
    Highlights,
    Keep,
    RangeTarget,
    Remove,
    Speed,
    Volume,
    in_versions,
)
from highlight_mcp.timeline.time import TimeRange

REEL = SESSIONS["reel"]


@given(st.text(max_size=200), st.sampled_from(sorted(SESSIONS)))
def test_any_text_gets_an_outcome(text: str, session: str) -> None:
    outcome = interpret(text, SESSIONS[session])
    assert outcome.kind in ("plan", "query", "clarify", "refuse")
    assert (outcome.kind == "plan") == bool(outcome.operations or outcome.exports)


@given(
    st.lists(
        st.sampled_from(
            [
                "delete",
                "clip",
                "3",
                "the",
                "music",
                "把",
                "第二段",
                "删掉",
                "not",
                "不要",
                "2x",
                "10",
                "seconds",
                ",",
                ".",
                "and",
                "then",
                "'x'",
                "倍",
                "到",
                "%",
                ":",
            ]
        ),
        max_size=14,
    )
)
def test_word_salad_never_raises_and_is_read_the_same_twice(words: list[str]) -> None:
    text = " ".join(words)
    assert interpret(text, REEL) == interpret(text, REEL)


@pytest.mark.parametrize(
    "text", ["contrast +10%, saturation -15, all clips", "mute clip 2 +3 dB, + 4, \u3000 5", "+, + 5"]
)
def test_signs_that_stand_alone_are_no_reason_to_fail(text: str) -> None:
    assert all(interpret(text, session).kind for session in SESSIONS.values())


def test_importing_it_loads_no_decoder() -> None:
    code = "import sys, highlight_mcp.language; print({'av', 'numpy'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )


def test_words_in_quotes_are_never_commands() -> None:
    outcome = interpret("add a title 'delete clip 2 and export'", REEL)
    assert [op.op for op in outcome.operations] == ["text_add"]
    assert not outcome.exports


def test_an_export_is_a_wish_and_not_an_operation() -> None:
    outcome = interpret("drop the second clip and export it in 720p", REEL)
    assert outcome.operations == (Remove(target=ClipTarget(clips=(2,))),)
    assert outcome.export and outcome.export.resolution == "720p"
    assert [s.tool for s in outcome.suggested] == ["export"]


def test_relative_lengths_are_worked_out_from_the_reel_and_said_to_be_assumed() -> None:
    outcome = interpret("make it a bit shorter", REEL)
    (op,) = outcome.operations
    assert isinstance(op, Highlights) and op.mode == "extend" and op.total_ms and op.total_ms < REEL.duration_ms
    assert outcome.assumed == ("total_s",)


def test_longer_by_a_number_of_seconds_adds_them() -> None:
    (op,) = interpret("ten seconds longer please", REEL).operations
    assert op == Highlights(mode="extend", total_ms=85_000)


def test_half_as_loud_is_half_of_what_the_music_has() -> None:
    (op,) = interpret("make the music half as loud", SESSIONS["styled"]).operations
    assert op == Volume(target="bgm", level=0.175)


def test_numbers_of_later_clips_are_those_before_the_sentence() -> None:
    outcome = interpret("delete clip 1, then speed up clip 3 by 50%", REEL)
    assert outcome.operations == (
        Remove(target=ClipTarget(clips=(1,))),
        Speed(target=ClipTarget(clips=(3,)), factor=Fraction(3, 2)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "don't delete clip 3",
        "别删第三段",
        "what if I removed clip 3?",
        "if clip 3 is boring, delete it",
        "I deleted clip 3 yesterday",
        "should I delete clip 3?",
        "如果删掉第三段会怎么样",
        "please leave clip 3 alone",
        "第三段不要动",
        "delete clip 12",
        "mute everything except clp",
    ],
)
def test_a_negation_a_question_or_a_condition_changes_nothing(text: str) -> None:
    assert interpret(text, REEL).kind != "plan"


def test_words_it_does_not_know_come_back_verbatim() -> None:
    outcome = interpret("make it vertical with Zorblax vibes", REEL)
    assert outcome.kind == "clarify" and outcome.offered == (Aspect(ratio="9:16"),)
    assert any("Zorblax" in words for words in outcome.not_understood)


def test_one_reel_per_video_is_answered_with_a_suggestion() -> None:
    outcome = interpret("for each video make a 60 second highlight reel", SESSIONS["raw"])
    assert "upload" in [s.tool for s in outcome.suggested]


def test_several_reels_are_told_apart_and_each_has_what_was_assumed_of_it() -> None:
    outcome = interpret("a 30 second reel for tiktok and a teaser for youtube", SESSIONS["multi"])
    assert len(in_versions(outcome.operations)) == 2
    assert [one.assumed for one in outcome.versions] == [(), ("total_s",)]


def test_where_one_of_several_reels_cannot_be_read_none_is_made_and_the_others_are_offered() -> None:
    outcome = interpret("a 30 second reel of a.mp4 and a 20 second reel of b.mov with flurbs", SESSIONS["multi"])
    assert outcome.kind == "clarify"
    assert [op.op for op in outcome.offered] == ["highlights"]


@pytest.mark.parametrize("text", ["one second of each shot", "take 1 second from every scene"])
def test_so_much_of_each_shot_is_that_of_each_and_not_of_the_reel(text: str) -> None:
    (operation,) = interpret(text, SESSIONS["raw"]).operations
    assert isinstance(operation, Highlights)
    assert (operation.criterion, operation.clip_ms, operation.total_ms) == ("scene_change", 1000, None)


def test_subtitles_come_from_a_file_when_there_is_one() -> None:
    with_file = REEL.model_copy(update={"subtitle_files": ("match.srt",)})
    assert interpret("add subtitles", with_file).operations[0].op == "subtitles_add"
    assert interpret("add subtitles", REEL).code == "needs_extra:asr"
    for text in ("add karaoke captions", "add word-by-word subtitles", "加逐字字幕", "加卡拉OK字幕"):
        (operation,) = interpret(text, with_file).operations
        assert operation.model_dump(exclude_defaults=True) == {"karaoke": True}, text


@pytest.mark.parametrize(
    ("text", "language"), [("cut it", "en"), ("剪一下", "zh"), ("短くして", "ja"), ("짧게 해줘", "ko")]
)
def test_the_answer_is_in_the_language_of_the_question(text: str, language: str) -> None:
    assert interpret(text, REEL).language == language


def test_traditional_characters_and_full_width_digits_read_like_simplified_ones() -> None:
    assert (
        interpret("刪掉第２段", REEL).operations
        == interpret("删掉第2段", REEL).operations
        == (Remove(target=ClipTarget(clips=(2,))),)
    )


def test_a_situation_is_read_off_a_timeline() -> None:
    shown = TimeRange(start_ms=0, end_ms=4000)
    timeline = Timeline(
        rev=3,
        tracks=(
            VideoTrack(id="v", clips=(Clip(id="seg_1", start_ms=0, duration_ms=4000, media_id="m1", source=shown),)),
            AudioTrack(
                id="a", volume=0.5, clips=(Clip(id="seg_2", start_ms=0, duration_ms=4000, media_id="s1", volume=0.5),)
            ),
            TextTrack(id="t", texts=(Text(id="seg_3", start_ms=0, duration_ms=1000, text="Hi"),)),
        ),
    )
    media = (
        MediaInfo(media_id="m1", name="a.mp4", kind="video", duration_ms=60_000),
        MediaInfo(media_id="s1", name="song.mp3", kind="audio", duration_ms=9000),
    )
    seen = SessionFacts.of(timeline, media)
    assert seen.clips == (ClipFact(number=1, start_ms=0, duration_ms=4000, media_id="m1"),)
    assert (seen.has_bgm, seen.bgm_level, seen.bgm_name, seen.texts, seen.rev) == (True, 0.25, "song.mp3", ("Hi",), 3)
    assert SessionFacts.of(None, media).has_timeline is False


ONE_CLIP = SESSIONS["styled"].model_copy(update={"clips": REEL.clips[:1], "duration_ms": 10_000})


@pytest.mark.parametrize(
    "text",
    [
        "add a title 'Hi' to the reel",
        "make the reel vertical",
        "make the highlight reel square",
        "mute the reel",
        "make the reel black and white",
        "fade out the reel",
        "speed up the reel",
        "make my highlight reel louder",
        "把成片改成竖屏",
        "给集锦加标题“冠军”",
    ],
)
@pytest.mark.parametrize("situation", [REEL, ONE_CLIP], ids=["six clips", "one clip"])
def test_a_change_to_the_reel_is_never_an_order_for_another_one(text: str, situation: SessionFacts) -> None:
    outcome = interpret(text, situation)
    assert outcome.kind == "plan"
    assert not any(isinstance(each, Highlights) for each in outcome.operations)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("only the best moment", 1),
        ("use only the best one", 1),
        ("the single best moment", 1),
        ("the best moments, 15 seconds", None),
        ("the best moments", None),
        ("top 3 moments", 3),
    ],
)
@pytest.mark.parametrize("situation", [REEL, ONE_CLIP, SESSIONS["raw"]], ids=["six clips", "one clip", "uncut"])
def test_the_best_moments_are_chosen_anew_and_a_single_one_is_one(
    text: str, count: int | None, situation: SessionFacts
) -> None:
    (chosen,) = interpret(text, situation).operations
    assert isinstance(chosen, Highlights)
    assert chosen.count == count


@pytest.mark.parametrize("text", ["put a title on the best moment", "slow down the best moment", "drop the best one"])
def test_what_is_done_to_the_best_moment_chooses_no_other_reel(text: str) -> None:
    assert not any(isinstance(each, Highlights) for each in interpret(text, REEL).operations)


@pytest.mark.parametrize("text", ["swap the two clips", "swap the two", "swap them", "交换两段", "把两段交换一下"])
def test_two_clips_are_swapped_without_their_numbers_and_six_are_asked_about(text: str) -> None:
    two = REEL.model_copy(update={"clips": REEL.clips[:2], "duration_ms": 22_000})
    assert [getattr(each, "order", None) for each in interpret(text, two).operations] == [(2, 1)]
    assert interpret(text, REEL).kind == "clarify"


def test_switching_to_a_look_is_no_swap() -> None:
    two = REEL.model_copy(update={"clips": REEL.clips[:2], "duration_ms": 22_000})
    assert [each.op for each in interpret("switch to vertical", two).operations] == ["aspect"]


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("take 0:02 to 0:06 of match.mp4", [(2000, 6000)]),
        ("From match.mp4 take 0:02-0:06 and 0:10-0:13", [(2000, 6000), (10_000, 13_000)]),
        ("the last ten seconds of match.mp4", [(7_190_000, 7_200_000)]),
        ("用match.mp4的前10秒", [(0, 10_000)]),
    ],
)
def test_a_stretch_of_the_footage_is_kept_where_nothing_is_cut_yet(text: str, ranges: list[tuple[int, int]]) -> None:
    (kept,) = interpret(text, SESSIONS["raw"]).operations
    assert isinstance(kept, Keep)
    assert [tuple(each) for each in kept.ranges_ms or ()] == ranges


@pytest.mark.parametrize("text", ["10 seconds from a.mp4 and 10 seconds from b.mov", "10 seconds from each video"])
def test_each_source_gives_the_share_that_was_named(text: str) -> None:
    chosen = interpret(text, SESSIONS["multi"]).operations
    assert [(each.source, each.total_ms, each.mode) for each in chosen if isinstance(each, Highlights)] == [
        ("a.mp4", 10_000, "replace"),
        ("b.mov", 10_000, "append"),
    ]


_TWO_FILES = SESSIONS["multi"].model_copy(
    update={
        "clips": tuple(
            ClipFact(number=n, start_ms=10_000 * n - 10_000, duration_ms=10_000, media_id=("b.mov", "a.mp4")[n % 2])
            for n in range(1, 5)
        ),
        "duration_ms": 40_000,
        "has_timeline": True,
    }
)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("remove 0:12-0:15 of a.mp4", [(12_000, 15_000, "source", "a.mp4")]),
        ("cut 1:00 to 1:10 out of the second file", [(60_000, 70_000, "source", "b.mov")]),
        ("删掉 a.mp4 的 0:12 到 0:15", [(12_000, 15_000, "source", "a.mp4")]),
        ("把第二个视频的 1:00 到 1:10 剪掉", [(60_000, 70_000, "source", "b.mov")]),
        ("remove the last 5 seconds of b.mov", [(895_000, 900_000, "source", "b.mov")]),
        ("in b.mov remove 0:20-0:22", [(20_000, 22_000, "source", "b.mov")]),
        ("cut out 0:12-0:15 from a", [(12_000, 15_000, "source", "a.mp4")]),
        (
            "delete 0:12-0:15 and 0:20-0:22 of a.mp4",
            [(12_000, 15_000, "source", "a.mp4"), (20_000, 22_000, "source", "a.mp4")],
        ),
        (
            "remove 0:12-0:15 of a.mp4 and 0:20-0:22 of the reel",
            [(12_000, 15_000, "source", "a.mp4"), (20_000, 22_000, "timeline", None)],
        ),
        ("slow down 1:00-1:05 in the second video", [(60_000, 65_000, "source", "b.mov")]),
        ("remove 0:12-0:15 of the source", [(12_000, 15_000, "source", None)]),
        ("remove 0:12-0:15 of the original", [(12_000, 15_000, "source", None)]),
        ("cut the first 5 seconds of the footage", [(0, 5_000, "timeline", None)]),  # its sound alone was taken
        ("删掉素材的0:12到0:15", [(12_000, 15_000, "source", None)]),
        ("remove 0:12-0:15 of the reel", [(12_000, 15_000, "timeline", None)]),
        ("删掉成片的0:12到0:15", [(12_000, 15_000, "timeline", None)]),
        ("remove 0:12-0:15", [(12_000, 15_000, "timeline", None)]),
    ],
)
def test_a_stretch_belongs_to_the_file_beside_it_and_else_to_the_reel(
    text: str, spans: list[tuple[int, int, str, str | None]]
) -> None:
    found = [each.target for each in interpret(text, _TWO_FILES).operations if isinstance(each, Remove | Speed)]
    assert [(*s.range_ms, s.ref, s.media_id) for s in found if isinstance(s, RangeTarget)] == spans


@pytest.mark.parametrize(
    ("text", "media_id"),
    [
        ("remove 0:12-0:15 of the source", None),
        ("remove 0:12-0:15 of b.mov", "b.mov"),
        ("删掉 b.mov 的 0:12 到 0:15", "b.mov"),
        ("keep everything except 0:12 to 0:15 of b.mov", "b.mov"),
    ],
)
@pytest.mark.parametrize("laid_down", [True, False])
def test_times_of_a_file_are_those_of_the_reel_only_where_it_is_the_only_one(
    text: str, media_id: str | None, laid_down: bool
) -> None:
    footage = SESSIONS["multi"].footage
    starts = accumulate((media.duration_ms for media in footage), initial=0)
    whole = tuple(
        ClipFact(number=n, start_ms=start, duration_ms=media.duration_ms, media_id=media.media_id)
        for n, (media, start) in enumerate(zip(footage, starts, strict=False), 1)
    )
    facts = {"clips": whole, "has_timeline": True, "duration_ms": sum(media.duration_ms for media in footage)}
    operations = interpret(text, SESSIONS["multi"].model_copy(update=facts if laid_down else {})).operations
    assert [each.target for each in operations if isinstance(each, Remove)] == [
        RangeTarget(range_ms=(12_000, 15_000), ref="source", media_id=media_id)
    ]


def test_the_name_of_a_file_stands_for_the_clips_cut_from_it() -> None:
    (mute,) = interpret("mute b.mov", _TWO_FILES).operations
    assert mute == Volume(target=ClipTarget(clips=(2, 4)), level=0)


@pytest.mark.parametrize("text", ["remove 0:12-0:15 of other.mp4", "mute other.mp4", "mute a.mp4 and other.mp4"])
def test_a_file_that_cannot_be_meant_is_asked_about_and_never_left_out(text: str) -> None:
    assert interpret(text, _TWO_FILES).kind == "clarify"
