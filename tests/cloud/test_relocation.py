"""Drafts put onto files at hand: what is certain is kept, the rest is named."""

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.contract.draft_codec import dump_draft, parse_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.server.workspace.relink import RelinkSource, relink
from highlight_mcp.timeline.model import Clip, ForeignTrack, Text, TextTrack, Timeline, VideoTrack
from highlight_mcp.timeline.time import TimeRange

HERE = RelinkSource(
    media_id="med_here", names=frozenset({"med_there", "https://cdn/a", "match.mp4"}), duration_ms=10_000
)
SOURCE = TimeRange(start_ms=1000, end_ms=3000)


def video(*segments: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"t": [{"tt": 0, "sg": list(segments)}], "d": 0, "m": {"title": "x"}, **more}


def clips_of(draft: dict[str, Any]) -> list[Clip]:
    found = relink(draft, [HERE])
    return list(parse_draft(found.draft).clips) if found.draft else []


def test_our_own_draft_keeps_everything_but_its_files() -> None:
    clip = Clip(id="seg_1", start_ms=0, duration_ms=1000, media_id="med_there", source=SOURCE, speed=Fraction(2))
    text = TextTrack(id="trk_2", texts=(Text(id="seg_2", start_ms=0, duration_ms=500, text="Hi"),))
    foreign = ForeignTrack(type=9, raw={"tt": 9, "id": "x", "d": 1, "sg": []})
    timeline = Timeline(tracks=(VideoTrack(id="trk_1", clips=(clip,)), text, foreign), rev=4, loudness_lufs=-14)
    found = relink(dump_draft(timeline, lambda name: f"https://cdn/{name}"), [HERE])
    assert found.draft is not None
    moved = parse_draft(found.draft)
    assert moved.clips == (clip.model_copy(update={"media_id": "med_here"}),)
    assert (moved.tracks[1], moved.loudness_lufs) == (text, -14)
    assert tuple(map(str, found.left_out)) == ("Track 9: clip (0-0s): this kind of track cannot be exported here",)


def test_a_file_is_found_by_its_link_its_id_or_its_name() -> None:
    for naming in ({"src": "https://cdn/a"}, {"m": {"ref": "med_there"}}, {"path": "/srv/up/match.mp4?x"[:-2]}):
        (clip,) = clips_of(video({"d": 2000, "source_start": 500, **naming}))
        assert (clip.media_id, clip.source) == ("med_here", TimeRange(start_ms=500, end_ms=2500))


def test_two_files_of_one_name_are_not_confused() -> None:
    other = HERE.model_copy(update={"media_id": "med_other", "names": frozenset({"match.mp4"})})
    found = relink(video({"d": 2000, "in_ms": 0, "src": "https://x/match.mp4"}), [HERE, other])
    assert found.draft is None
    assert "not on this machine" in str(found.left_out[0])


def test_a_segment_that_does_not_say_its_part_is_only_taken_when_it_is_the_whole_file() -> None:
    assert clips_of(video({"d": 10_000, "src": "https://cdn/a"}))
    assert not clips_of(video({"d": 4_000, "src": "https://cdn/a"}))


def test_speed_follows_from_the_part_and_the_length() -> None:
    (clip,) = clips_of(video({"d": 2000, "m": {"in_ms": 0, "out_ms": 4000}, "src": "https://cdn/a"}))
    assert clip.speed == 2


def test_a_part_that_the_file_does_not_have_is_named() -> None:
    found = relink(video({"d": 2000, "in_ms": 9_500, "src": "https://cdn/a"}), [HERE])
    assert "does not have" in str(found.left_out[0])


json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 12_000) | st.floats(allow_nan=False) | st.sampled_from(
        ["https://cdn/a", "match.mp4", "", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["t", "sg", "m", "d", "tt", "id", "src", "in_ms", "out_ms", "start", "text", "speed", "volume",
                         "schema", "fx"]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip
segments = st.fixed_dictionaries(
    {"d": st.integers(-1, 9_000) | json, "src": st.just("https://cdn/a")},
    optional={"in_ms": st.integers(0, 9_000), "out_ms": st.integers(0, 12_000), "m": json, "start": json},
)
tracks = st.fixed_dictionaries({"tt": st.sampled_from([0, 1, 7, 9]), "sg": st.lists(segments | json, max_size=4)})
drafts = st.dictionaries(st.sampled_from(["t", "d", "m"]), json) | st.fixed_dictionaries(
    {"t": st.lists(tracks | json, max_size=3), "m": json}
)


@given(drafts)
def test_any_draft_gives_a_sound_one_or_none(draft: dict[str, Any]) -> None:
    found = relink(draft, [HERE])
    if found.draft is not None:
        assert not check_draft(found.draft, {"med_here": 10_000})
