"""Pictures and words laid over the reel."""

import pytest

from highlight_mcp.timeline.model import Clip, Placement, Timeline, items
from highlight_mcp.timeline.operations import InvalidOperation, parse_operations

from .fakes import LOFI, MATCH, picture
from .test_edits import done, edit, texts

MEDIA = {"match": MATCH, "lofi": LOFI, "logo": picture("logo")}
LOGO = {"op": "overlay", "asset": "logo.png", "position": "bottom-left", "size": 0.2, "opacity": 0.6}


@pytest.fixture
def reel() -> Timeline:
    """Six clips of ten seconds."""
    return done(None, {"op": "highlights", "total_ms": 60_000}, media=MEDIA)


def laid(timeline: Timeline) -> list[Clip]:
    """The pictures over the reel."""
    clips = (item for track in timeline.tracks for item in items(track) if isinstance(item, Clip))
    return [clip for clip in clips if clip.placement is not None]


def test_a_logo_lies_over_the_whole_reel_where_it_was_wished(reel: Timeline) -> None:
    (logo,) = laid(done(reel, LOGO, media=MEDIA))
    assert (logo.media_id, logo.start_ms, logo.end_ms) == ("logo", 0, 60_000)
    assert logo.placement == Placement(position="bottom-left", width=0.2, margin=0.03, opacity=0.6)


def test_the_only_picture_need_not_be_named_and_that_is_told(reel: Timeline) -> None:
    edited = edit(reel, {"op": "overlay"}, media=MEDIA)
    assert [str(fact) for fact in edited.assumed] == ["Used the picture logo.png."]
    assert str(edited.changes[0]) == (
        "Laid logo.png over the picture: top right, 15% of its width, opacity 100%, 0:00 to 1:00."
    )
    assert edited.changes[0].text("zh") == "logo.png叠加到画面右上角，宽度15%，不透明度100%，0:00到1:00。"


def test_the_same_logo_laid_again_changes_only_in_what_is_given(reel: Timeline) -> None:
    moved = done(reel, LOGO, {"op": "overlay", "asset": "logo.png", "position": "top"}, media=MEDIA)
    (logo,) = laid(moved)
    assert logo.placement == Placement(position="top", width=0.2, opacity=0.6)


def test_a_logo_at_another_time_is_another_logo(reel: Timeline) -> None:
    first, second = ({"op": "overlay", "start_ms": at, "end_ms": at + 5000} for at in (0, 20_000))
    assert [(clip.start_ms, clip.end_ms) for clip in laid(done(reel, first, second, media=MEDIA))] == [
        (0, 5000),
        (20_000, 25_000),
    ]


def test_a_logo_laid_again_for_a_while_stays_as_it_was_before_and_after(reel: Timeline) -> None:
    first, second = ({"op": "overlay", "start_ms": at, "end_ms": at + 5000} for at in (0, 10_000))
    again = {"op": "overlay", "position": "bottom", "start_ms": 2000, "end_ms": 12_000}
    shown = sorted(
        (clip.start_ms, clip.end_ms, clip.placement.position)
        for clip in laid(done(reel, first, second, again, media=MEDIA))
        if clip.placement is not None
    )
    assert shown == [(0, 2000, "top-right"), (2000, 12_000, "bottom"), (12_000, 15_000, "top-right")]


def test_a_logo_at_two_times_changes_at_both_where_no_time_is_given(reel: Timeline) -> None:
    first, second = ({"op": "overlay", "start_ms": at, "end_ms": at + 5000} for at in (0, 20_000))
    shown = laid(done(reel, first, second, {"op": "overlay", "size": 0.4}, media=MEDIA))
    assert [(clip.start_ms, clip.placement and clip.placement.width) for clip in shown] == [(0, 0.4), (20_000, 0.4)]


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ({"op": "overlay", "text": "\u200b\u200d"}, "Nothing of this text would be seen"),
        ({"op": "overlay", "text": "\x07\x00"}, "Nothing of this text would be seen"),
        ({"op": "text_add", "text": "\u3164"}, "Nothing of this text would be seen"),
        ({"op": "card_add", "text": "\u202e\u2066"}, "Nothing of this text would be seen"),
        ({"op": "text_add", "text": "\U0001f389"}, "no font on this machine has them"),
        ({"op": "overlay", "asset": "logo.png", "opacity": 1e-9}, "Nothing would be seen with an opacity of 1e-09"),
        ({"op": "overlay", "asset": "clear.png"}, "clear.png is transparent all over"),
    ],
)
def test_what_would_not_be_seen_is_refused_with_its_reason(
    reel: Timeline, operation: dict[str, object], told: str
) -> None:
    edited = edit(reel, operation, media={**MEDIA, "clear": picture("clear")})
    assert not edited.changed and told in str(edited.refused[0].what) and str(edited.refused[0].next_step)


@pytest.mark.parametrize("op", ["overlay", "text_add", "card_add"])
def test_control_characters_are_taken_out_of_words_and_that_is_told(reel: Timeline, op: str) -> None:
    edited = edit(reel, {"op": op, "text": "a\x07b\x00c \u202edef\r\ng"}, media=MEDIA)
    assert edited.timeline is not None
    (words,) = texts(edited.timeline)
    assert words[0] == "abc def\ng" and "“abc def\ng”" in " ".join(map(str, edited.assumed))
    assert "\x07" not in str(edited.changes[0])


def test_a_logo_over_everything_goes_on_lasting_as_long_as_the_reel(reel: Timeline) -> None:
    shorter = done(reel, LOGO, {"op": "remove", "target": {"clips": [2, 3]}}, media=MEDIA)
    assert laid(shorter)[0].end_ms == 40_000
    longer = done(shorter, {"op": "speed", "factor": 0.5}, media=MEDIA)
    assert laid(longer)[0].end_ms == longer.clips[-1].end_ms == 80_000


def test_a_logo_over_a_part_follows_the_footage_under_it(reel: Timeline) -> None:
    part = {"op": "overlay", "start_ms": 32_000, "end_ms": 36_000}
    edited = done(reel, part, {"op": "remove", "target": {"clips": [1]}}, media=MEDIA)
    assert [(clip.start_ms, clip.end_ms) for clip in laid(edited)] == [(22_000, 26_000)]


def test_a_watermark_of_words_is_a_text_with_its_own_strength(reel: Timeline) -> None:
    marked = done(reel, {"op": "overlay", "text": "FC Example", "position": "bottom-left", "opacity": 0.4}, media=MEDIA)
    assert texts(marked) == [("FC Example", 0, 60_000)]


def test_overlays_go_by_name_or_all_at_once(reel: Timeline) -> None:
    both = done(reel, LOGO, {"op": "overlay", "text": "FC Example"}, media=MEDIA)
    assert texts(done(both, {"op": "overlay_remove", "asset": "logo.png"}, media=MEDIA)) == [("FC Example", 0, 60_000)]
    bare = done(both, {"op": "overlay_remove"}, media=MEDIA)
    assert not laid(bare) and not texts(bare) and bare.clips == reel.clips


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (
            {"op": "overlay", "asset": "absent.png"},
            "picture called absent.png. The pictures are: logo.png.",
        ),
        ({"op": "overlay", "asset": "match.mp4"}, "match.mp4 is not a still picture"),
        ({"op": "overlay", "asset": "logo.png", "start_ms": 90_000}, "beyond the end of the reel"),
        ({"op": "overlay", "asset": "logo.png", "start_ms": 5000, "end_ms": 2000}, "runs backwards"),
        ({"op": "overlay_remove"}, "Nothing is laid over the reel."),
    ],
)
def test_what_cannot_be_laid_is_refused(reel: Timeline, operation: dict[str, object], words: str) -> None:
    edited = edit(reel, operation, media=MEDIA)
    (refusal,) = edited.refused
    assert words in f"{refusal.what!s} {refusal.next_step!s}"
    assert edited.timeline == reel


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"opacity": 0}, "`opacity` must be a number above 0 to 1; got 0."),
        ({"opacity": 1.5}, "`opacity`"),
        ({"size": 0}, "`size`"),
        ({"margin": -0.1}, "`margin`"),
        ({"position": "middle"}, "`position` must be one of"),
        ({"asset": "logo.png", "text": "FC"}, "give asset (a picture) or text (words), not both"),
        ({"text": " "}, "text is empty"),
        ({"text": "FC", "size": 0.9}, "size of words must be at most 0.5"),
    ],
)
def test_wrong_values_are_told_with_what_is_valid(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidOperation) as caught:
        parse_operations([{"op": "overlay", **arguments}])
    assert words in str(caught.value)
    assert "Example" in str(caught.value.step)
