"""Drafts of any origin: summary, differences, fingerprint."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from highlight_mcp.contract.draft_codec import fingerprint, parse_draft
from highlight_mcp.contract.draft_diff import describe_diff
from highlight_mcp.contract.draft_view import MOST_ITEMS, view_draft
from highlight_mcp.messages import use_language
from highlight_mcp.timeline.summary import summary

from .test_draft import EXAMPLE, changed

CITY: dict[str, Any] = {
    "t": [
        {"tt": 0, "sg": [{"d": 10000, "src": "/srv/uploads/city timelapse.mp4", "m": {"name": "city timelapse"}}]},
        {"tt": 1, "sg": [{"d": 10000, "volume": 0.35, "m": {"title": "Lo-fi"}}]},
        {"tt": 7, "sg": [{"d": 3000, "m": {"start": 0, "text": "Urban Dreams"}}]},
    ],
    "d": 10000,
}


def test_the_first_published_summary_is_met() -> None:
    assert view_draft(CITY).summary == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "Urban Dreams" (0-3s)'
    )


def test_the_second_published_summary_is_met_by_both_readers() -> None:
    line = (
        'Timeline (3 tracks): 1. Video: highlights (0-180s) 2. BGM: Lo-fi (0-180s, 35%) 3. Title: "Urban Dreams" (0-3s)'
    )
    assert view_draft(EXAMPLE).summary == line
    assert summary(parse_draft(EXAMPLE)) == line


@pytest.mark.parametrize("draft", [None, {}, {"t": None}, {"t": []}, [], 5])
def test_an_empty_draft_has_no_tracks(draft: Any) -> None:
    assert view_draft(draft).summary == "Timeline (0 tracks)"


@pytest.mark.parametrize(
    ("track", "line"),
    [
        ({"tt": 0, "sg": [{"d": 1500}]}, "Video: clip (0-1.5s)"),
        (
            {"tt": 0, "sg": [{"d": 2000, "q": {"u": ["https://cdn.test/x/Big%20match.mp4?sig=1"]}}]},
            "Video: Big match.mp4 (0-2s)",
        ),
        ({"tt": 1, "m": {"role": "voice", "volume": 0.5}, "sg": [{"d": 2000}]}, "Voice: clip (0-2s, 50%)"),
        ({"tt": 1, "m": {"role": "sfx"}, "sg": [{"d": 2000}]}, "SFX: clip (0-2s)"),
        (
            {"tt": 7, "m": {"role": "subtitle"}, "sg": [{"d": 1, "m": {"content": "a"}}, {"d": 1}]},
            "Subtitles: 2 cues (0-0s)",
        ),
        ({"tt": 4, "m": {"name": "fx"}, "sg": [{"s": 500, "d": 700}]}, "Track 4: fx (0.5-1.2s)"),
        ({"tt": None, "sg": "x"}, "Track ?: clip (0-0s)"),
        ({"tt": 0, "sg": [{"d": 1000, "st": 4000}, {"d": 500}]}, "Video: clip (1-5s)"),
    ],
)
def test_every_kind_of_track_has_its_words(track: Any, line: str) -> None:
    assert view_draft({"t": [track]}).tracks[0].summary == line


def test_equal_drafts_have_equal_fingerprints_however_they_are_written() -> None:
    assert fingerprint({"a": 1.0, "b": [1, None]}) == fingerprint({"b": [1, None], "a": 1})
    assert fingerprint({"a": 1.5}) != fingerprint({"a": 1})


def test_no_difference_is_an_empty_list() -> None:
    assert describe_diff(EXAMPLE, copy.deepcopy(EXAMPLE)) == []


def test_every_kind_of_change_is_told_in_words() -> None:
    after = changed("t.0.sg.1.m.start_ms", 9000)
    after["t"][0]["sg"][0]["d"] = 9000
    after["t"][1]["sg"][0]["m"]["volume"] = 0.2
    after["t"][2]["sg"][0]["m"]["text"] = "City"
    after["t"][0]["sg"].append({"id": "new", "d": 1000, "m": {"start_ms": 180800, "label": "replay"}})
    assert describe_diff(EXAMPLE, after) == [
        "added Video 3 (replay) at 3:00.8-3:01.8",
        "trimmed Video 1 from 0:08.2 to 0:09",
        "moved Video 2 from 0:08.2 to 0:09",
        "volume of BGM 1 35% → 20%",
        'text changed from "Urban Dreams" to "City"',
        "total length 3:00 → 3:01.8",
    ]


def test_changes_of_zooms_and_overlays_are_told() -> None:
    before = copy.deepcopy(EXAMPLE)
    laid = {"start_ms": 0, "label": "logo", "placement": {"position": "top-right", "width": 0.15}}
    before["t"].append({"id": "over", "tt": 0, "m": {"role": "overlay"}, "sg": [{"id": "logo", "d": 5000, "m": laid}]})
    whole = {"x": 0, "y": 0, "width": 1, "height": 1}
    half = {"x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5}
    after = copy.deepcopy(before)
    after["t"][-1]["sg"][0]["m"]["placement"] = {"position": "bottom-left", "width": 0.3, "opacity": 0.5}
    after["t"][0]["sg"][0]["m"]["zoom"] = {"start": whole, "end": half}
    told = [
        "zoom of Video 1 1× → 2×",
        "position of Overlay 1 top right → bottom left",
        "width of Overlay 1 15% → 30%",
        "opacity of Overlay 1 100% → 50%",
    ]
    assert describe_diff(before, after) == told
    elsewhere = copy.deepcopy(after)
    elsewhere["t"][0]["sg"][0]["m"]["zoom"]["end"] = {**half, "x": 0.5}
    elsewhere["t"].pop()
    assert describe_diff(after, elsewhere) == [
        "removed Overlay 1 (logo) at 0:00-0:05",
        "the zoom of Video 1 shows another part of the picture",
    ]


def test_foreign_drafts_without_ids_are_compared_by_place() -> None:
    after = copy.deepcopy(CITY)
    after["t"].pop(1)
    assert describe_diff(CITY, after) == ["removed BGM 1 (Lo-fi) at 0:00-0:10"]


def test_a_flood_of_changes_is_cut_short() -> None:
    many = {"t": [{"tt": 0, "sg": [{"d": 1000} for _ in range(40)]}]}
    lines = describe_diff({}, many)
    assert len(lines) == 13
    assert lines[-2:] == ["29 more changes", "total length 0:00 → 0:40"]


def test_differences_are_told_in_chinese_line_for_line() -> None:
    after = copy.deepcopy(EXAMPLE)
    after["t"][0]["sg"][1]["m"]["volume"] = 0.5
    after["t"][2]["sg"][0]["m"]["text"] = "冠军之夜"
    after["m"]["title"] = "决赛"
    said = describe_diff(EXAMPLE, after)
    with use_language("zh"):
        told = describe_diff(EXAMPLE, after)
    assert len(told) == len(said) == 3
    assert told == ["视频2音量100% → 50%", "文字由“Urban Dreams”改为“冠军之夜”", "名称改为“决赛”"]


def test_the_name_of_a_file_is_looked_for_only_so_far() -> None:
    looked = 0

    class Counted(list[Any]):
        def __iter__(self) -> Iterator[Any]:
            nonlocal looked
            for each in super().__iter__():
                looked += 1
                yield each

    crowd = Counted([{"x": Counted([1, 2])} for _ in range(400_000)])
    far = {"tt": 0, "sg": [{"d": 1000, "m": {"stuff": crowd, "src": "/films/late.mp4"}}]}
    assert view_draft({"t": [far]}).tracks[0].label == "late.mp4", "what stands beside a crowd is found all the same"
    assert looked <= 2 * MOST_ITEMS
