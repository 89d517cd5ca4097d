"""Drafts of profile hl/1: written, read back, checked."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.contract.draft_codec import dump_draft, fingerprint, parse_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.contract.draft_view import view_draft
from highlight_mcp.contract.errors import ApiError
from highlight_mcp.contract.redaction import printable
from highlight_mcp.contract.wire import dumps, loads
from highlight_mcp.timeline.model import Clip, ForeignTrack, Timeline, VideoTrack
from highlight_mcp.timeline.summary import summary
from highlight_mcp.timeline.time import TimeRange

from .timelines import timelines

EXAMPLE: dict[str, Any] = json.loads("""
{"t":[
 {"id":"trk_v1","tt":0,"d":180000,"m":{"name":"highlights","role":"main"},"sg":[
  {"id":"seg_a1","d":8200,"m":{"start_ms":0,"media_id":"med_3c1f","src":"http://127.0.0.1:8765/media/med_3c1f","in_ms":2531000,"out_ms":2539200,"speed":1.0,"volume":1.0,"fit":"cover","label":"goal, 42'","score":0.93}},
  {"id":"seg_a2","d":171800,"m":{"start_ms":8200,"media_id":"med_3c1f","src":"http://127.0.0.1:8765/media/med_3c1f","in_ms":3010000,"out_ms":3181800,"speed":1.0,"volume":1.0,"fit":"cover","label":"second half"}}]},
 {"id":"trk_a1","tt":1,"d":180000,"m":{"name":"Lo-fi","role":"bgm","volume":0.35,"duck":true},"sg":[
  {"id":"seg_b1","d":180000,"m":{"start_ms":0,"media_id":"med_77aa","src":"http://127.0.0.1:8765/media/med_77aa","in_ms":0,"out_ms":180000,"volume":0.35,"fade_in_ms":500,"fade_out_ms":1500,"label":"Lo-fi"}}]},
 {"id":"trk_t1","tt":7,"d":3000,"m":{"role":"title"},"sg":[
  {"id":"seg_c1","d":3000,"m":{"start_ms":0,"text":"Urban Dreams","style":{"size":0.06,"color":"#ffffff","pos":"top"},"fade_in_ms":300}}]}],
 "d":180000,
 "m":{"title":"Match highlights","width":1920,"height":1080,"fps":30,"schema":"hl/1","rev":7}}
""")  # noqa: E501
KNOWN = {"med_3c1f": 7_203_400, "med_77aa": 180_000}


def link(media_id: str) -> str:
    return f"http://127.0.0.1:8765/media/{media_id}"


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with one place changed, such as `t.0.sg.1.d`; a value of `...` deletes it."""
    draft = copy.deepcopy(EXAMPLE)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place: Any = draft
    for step in way:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return draft


def test_the_published_example_is_read_and_written_back_unchanged() -> None:
    assert dump_draft(parse_draft(EXAMPLE), link) == EXAMPLE


def test_the_published_example_keeps_all_invariants() -> None:
    assert check_draft(EXAMPLE, KNOWN) == []


@given(timelines())
def test_any_timeline_survives_the_wire_is_sound_there_and_reads_the_same_with_every_reader(timeline: Timeline) -> None:
    """One draw for all readers: to make a timeline takes longer than to read it."""
    draft = dump_draft(timeline, link)
    wire = loads(dumps(draft))
    assert parse_draft(wire) == timeline
    assert fingerprint(wire) == fingerprint(draft)
    assert [text for text in check_draft(dump_draft(timeline)) if "do not last" not in text] == []
    reading = view_draft(draft)
    assert reading.rev == timeline.rev
    ours = not any(isinstance(track, ForeignTrack) for track in timeline.tracks)
    if ours and printable(summary(timeline)) == summary(timeline):  # a reader leaves out signs that nobody sees
        assert reading.summary == view_draft(dump_draft(timeline)).summary == summary(timeline)


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("t.0.sg.0.d", 8200.5, "whole number"),
        ("t.0.sg.0.d", 0, "longer than 0"),
        ("t.0.sg.0.m.start_ms", -1, "whole number"),
        ("t.0.sg.0.m.fade_in_ms", True, "whole number"),
        ("d", 170000, "longest track"),
        ("t.1.d", 5, "last segment ends"),
        ("t.0.sg.1.m.start_ms", 8000, "starts before"),
        ("t.0.sg.0.m.out_ms", 2539234, "do not last"),
        ("t.1.sg.0.m.out_ms", 190000, "beyond the end"),
        ("t.0.sg.0.m.speed", 0, "above 0"),
        ("t.0.sg.1.id", "seg_a1", "used twice"),
        ("t.0.sg.1.id", "trk_a1", "used twice"),
        ("t.0.id", ..., "is missing"),
        ("t.0.sg.0.m.media_id", "med_zzzz", "not in this session"),
        ("t", {}, "list t"),
        ("t.0.sg", 5, "list sg"),
        ("t.0.sg.0.m", [], "m an object"),
        ("m", [], "m an object"),
    ],
)
def test_a_broken_invariant_is_named(path: str, value: Any, told: str) -> None:
    assert any(told in text for text in check_draft(changed(path, value), KNOWN))


def test_a_deviation_of_one_frame_is_allowed() -> None:
    assert check_draft(changed("t.0.sg.0.m.out_ms", 2539233), KNOWN) == []


def test_too_many_tracks_and_segments_are_violations() -> None:
    track = {"id": "t", "tt": 9, "d": 0, "sg": []}
    many = {"t": [{**track, "id": f"t{index}"} for index in range(65)], "d": 0, "m": {}}
    assert any("at most 64" in text for text in check_draft(many))
    segments = [{"id": f"s{index}", "d": 1, "m": {"start_ms": index}} for index in range(5001)]
    long = {"t": [{"id": "t", "tt": 0, "d": 5001, "sg": segments}], "d": 5001, "m": {}}
    assert any("at most 5000" in text for text in check_draft(long))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["t", "sg", "d", "m", "tt", "id", "start_ms", "schema", "style"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@given(json_like)
def test_checking_and_reading_never_break_on_any_json(value: Any) -> None:
    assert isinstance(check_draft(value), list)
    assert view_draft(value).summary.startswith("Timeline (")
    try:
        parse_draft(value)
    except ApiError as error:
        assert error.fault.kind == "bad_request"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("m.schema", "hl/2", 'm.schema: it is "hl/2"'),
        ("t.2.sg.0.m.style.pos", "middle", "style.position"),
        ("t.0.sg.0.m.speed", -1, "speed"),
        ("t.0.sg.0.d", ..., "t[0].sg[0].d: it is missing"),
        ("t.0.tt", "video", "t[0].tt"),
        ("t.0.sg.0.m", None, "must be an object"),
    ],
)
def test_a_draft_that_cannot_be_read_is_refused_with_the_place(path: str, value: Any, told: str) -> None:
    with pytest.raises(ApiError) as raised:
        parse_draft(changed(path, value))
    assert told in raised.value.fault.message


def test_segments_without_a_start_follow_one_another() -> None:
    draft = changed("t.0.sg.0.m.start_ms", ...)
    del draft["t"][0]["sg"][1]["m"]["start_ms"]
    assert parse_draft(draft) == parse_draft(EXAMPLE)


def test_a_source_link_stands_for_its_media_id() -> None:
    draft = changed("t.0.sg.0.m.media_id", ...)
    clip = parse_draft(draft, lambda url: url.rsplit("/", 1)[1]).clips[0]
    assert clip.media_id == "med_3c1f"


def test_unknown_keys_and_foreign_tracks_stay_where_they_were() -> None:
    draft = changed("t.0.sg.0.m.style", {"glow": 1})
    draft["t"].append({"tt": 3, "sg": [{"q": None}], "odd": 1.5, "m": None})
    draft["t"][2]["sg"][0]["m"]["style"]["glow"] = [1]
    draft["t"][1]["zz"] = {"a": None}
    draft["canvas"] = draft["m"]["canvas"] = "x"
    assert dump_draft(parse_draft(draft), link) == draft


def test_a_speed_of_a_third_is_exact_on_the_wire() -> None:
    source = TimeRange(start_ms=0, end_ms=1000)
    clip = Clip(id="a", start_ms=0, duration_ms=3000, media_id="m", source=source, speed="1/3")
    draft = dump_draft(Timeline(tracks=(VideoTrack(id="v", clips=(clip,)),)))
    assert draft["t"][0]["sg"][0]["m"]["speed"] == "1/3"
    assert check_draft(draft) == []
