"""What stands in each format, what is told of what it has not, and what is refused."""

import csv
import io
import re
from fractions import Fraction
from xml.etree import ElementTree as Tree

import pytest
from hypothesis import HealthCheck, given, settings

from highlight_mcp.interchange import InterchangeError
from highlight_mcp.interchange.features import FEATURES
from highlight_mcp.interchange.formats import FORMATS, decoded, export_reel, format_of_file, import_reel, read_reel
from highlight_mcp.interchange.sources import SourceFile, file_url, path_of
from highlight_mcp.messages import has, use_language, verbatim
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import (
    AudioTrack,
    Clip,
    Crop,
    Filter,
    Text,
    TextTrack,
    Timeline,
    Transition,
    VideoTrack,
    Zoom,
)  # fmt: skip
from highlight_mcp.timeline.time import TimeRange

from .making import NTSC, SOURCES, clip, footage, reel, timelines

UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def written(name: str, timeline: Timeline) -> str:
    return export_reel(name, timeline, SOURCES.values()).text


def lost(name: str, timeline: Timeline) -> list[str]:
    exported = export_reel(name, timeline, SOURCES.values())
    return [str(each) for each in (*exported.lost, *exported.notes)]


GOALS = reel(
    clip(1, "med_pal", 10_000, 4_000, label="Goal", why=verbatim("crowd +14 dB at 0:12")),
    clip(2, "med_odd", 60_000, 2_000, transition=Transition(kind="crossfade", duration_ms=1_000)),
    clip(3, "med_pal", 90_000, 3_000, speed=Fraction(1, 2), volume=0.5),
)


def test_an_edl_is_in_the_columns_of_cmx_3600() -> None:
    assert written("edl", GOALS).split("\r\n")[:11] == [
        "TITLE: Cup final",
        "FCM: NON-DROP FRAME",
        "001  PAL      AA/V  C        00:00:10:00 00:00:13:13 01:00:00:00 01:00:03:13",
        "* FROM CLIP NAME: pal.mp4",
        "* FROM CLIP: file:///home/ann/My%20Reels/pal.mp4",
        "* LOC: 01:00:00:00 GREEN   Goal: crowd +14 dB at 0:12",
        "* FRAME RATE: 25",
        "002  PAL      AA/V  C        00:00:13:13 00:00:13:13 01:00:03:13 01:00:03:13",
        "002  100FUNUN AA/V  D    025 00:00:59:13 00:01:02:00 01:00:03:13 01:00:06:00",
        "* FROM CLIP NAME: pal.mp4",
        "* TO CLIP NAME: 100% fún & “Ünï” 测试 [v1].mp4",
    ]
    assert "M2   PAL             012.5                00:01:30:00" in written("edl", GOALS)


def test_frames_are_dropped_in_an_edl_where_the_rate_has_it() -> None:
    text = written("edl", reel(clip(1, "med_ntsc", 60_060, 60_060), clip(2, "med_ntsc", 0, 1_001), rate=NTSC))
    assert "FCM: DROP FRAME" in text
    assert "NTSC     AA/V  C        01:01:00;02 01:02:00;04 01:00:00;00 01:01:00;02" in text


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/home/ann/a b.mp4", "file:///home/ann/a%20b.mp4"),
        ("/home/ann/100%#?.mp4", "file:///home/ann/100%25%23%3F.mp4"),
        ("/媒体/进球 ⚽.mp4", "file:///%E5%AA%92%E4%BD%93/%E8%BF%9B%E7%90%83%20%E2%9A%BD.mp4"),
        ("C:\\Reels\\a b.mp4", "file:///C:/Reels/a%20b.mp4"),
        ("\\\\nas\\reels\\a.mp4", "file://nas/reels/a.mp4"),
    ],
)
def test_files_are_named_by_urls_that_lead_back_to_them(path: str, url: str) -> None:
    assert file_url(path) == url
    assert path_of(url) == path.replace("\\", "/")


def test_a_path_of_premiere_names_this_machine() -> None:
    assert path_of("file://localhost/C%3a/Reels/a%20b.mp4") == "C:/Reels/a b.mp4"
    assert path_of("file://localhost/home/ann/a.mp4") == "/home/ann/a.mp4"


def test_what_a_format_has_not_is_told_with_its_place() -> None:
    whole, part = Crop(x=0, y=0, width=1, height=1), Crop(x=0, y=0, width=0.5, height=0.5)
    full = reel(
        clip(1, "med_pal", 0, 3_000, zoom=Zoom(start=whole, end=part), filters=(Filter(name="bw"),)),
        clip(2, "med_pal", 9_000, 3_000, volume=0.5, denoise=0.4),
        clip(3, "med_pal", 19_000, 3_000, zoom=Zoom(start=whole, end=part), ramp=0.5, speed=Fraction(2)),
        tracks=(
            VideoTrack(id="trk_2", role="overlay", clips=(clip(9, "med_logo", 0, 2_000),)),
            AudioTrack(id="trk_3", clips=(clip(8, "med_song", 0, 4_000),), duck_db=-12),
            TextTrack(id="trk_4", texts=(Text(id="seg_7", start_ms=0, duration_ms=2_000, text="Cup"),)),
        ),
    ).model_copy(update={"loudness_lufs": -14.0})
    assert lost("edl", full) == [
        "zoom of clips 1, 3",
        "filters of clip 1",
        "volume of clip 2",
        "noise reduction of clip 2",
        "speed ramp of clip 3 (the mean speed is kept)",
        "video track 2",
        "ducking of the music",
        "titles and subtitles",
        "target loudness",
    ]
    assert "titles and subtitles" not in lost("fcpxml", full)
    assert "volume of clip 2" not in lost("fcpxml", full)
    with use_language("zh"):
        assert lost("fcpxml", full)[0] == "第 1, 3 段的缩放"


def test_a_plain_cut_loses_nothing_anywhere() -> None:
    plain = reel(clip(1, "med_pal", 0, 2_000), clip(2, "med_odd", 9_000, 2_000))
    assert {name: lost(name, plain) for name in FORMATS} == {name: [] for name in FORMATS}


def test_every_feature_has_its_sentence_and_no_format_claims_another() -> None:
    assert all(has(f"interchange.lost.{name}") for name in FEATURES)
    assert frozenset().union(*(each.carries for each in FORMATS.values())) <= FEATURES


def test_footage_of_a_varying_rate_and_without_a_place_is_told() -> None:
    homeless = footage("here", Fraction(25), path=None)
    timeline = reel(clip(1, "med_phone", 0, 1_000), clip(2, "med_here", 0, 1_000))
    told = " ".join(str(each) for each in export_reel("otio", timeline, [*SOURCES.values(), homeless]).told)
    assert "phone.mp4 varies" in told and "here.mp4 came as an upload" in told
    assert '"./here.mp4"' in export_reel("otio", timeline, [homeless]).text


CONTENT = {
    "fcpxml": "import-options? resources? library?", "resources": "asset effect format", "library": "event",
    "event": "project", "project": "sequence", "sequence": "note? spine metadata?", "asset": "media-rep metadata?",
    "media-rep": "", "format": "", "effect": "", "spine": "asset-clip clip gap title transition",
    "asset-clip": (
        "note? conform-rate? timeMap? adjust-conform? adjust-blend? adjust-volume? asset-clip* clip* title* marker*"
    ),
    "clip": "note? conform-rate? timeMap? adjust-conform? adjust-blend? video asset-clip* clip* title* marker*",
    "video": "",
    "gap": "note? asset-clip* clip* title* marker*", "title": "text* text-style-def* note?", "text": "text-style*",
    "text-style-def": "text-style", "text-style": "", "timeMap": "timept*", "timept": "", "conform-rate": "",
    "adjust-conform": "", "adjust-blend": "param*", "adjust-volume": "param*", "param": "fadeIn? fadeOut?",
    "fadeIn": "", "fadeOut": "", "marker": "", "transition": "filter-video?", "filter-video": "",
}  # fmt: skip
"""What elements hold, in their order where a sign of how often stands at them (the document type of Final Cut Pro)."""
NEEDED = {
    "format": "id", "asset": "id", "media-rep": "src", "effect": "id uid", "asset-clip": "ref", "clip": "duration",
    "video": "ref", "gap": "duration", "title": "ref duration", "transition": "duration",
    "marker": "start value", "timept": "time value", "sequence": "format", "text-style-def": "id",
    "filter-video": "ref",
}  # fmt: skip
TIME = re.compile(r"-?\d+(/\d+)?s")


@UNHURRIED
@given(timelines())
def test_fcpxml_keeps_the_rules_of_its_document_type(timeline: Timeline) -> None:
    root = Tree.fromstring(written("fcpxml", timeline))
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    for each in root.iter():
        allowed = [name.rstrip("?*") for name in CONTENT[each.tag].split()]
        children = [child.tag for child in each]
        assert set(children) <= set(allowed), each.tag
        if any(name[-1] in "?*" for name in CONTENT[each.tag].split()):
            assert children == sorted(children, key=allowed.index), each.tag
        for name in CONTENT[each.tag].split():
            assert not name.endswith("?") or children.count(name[:-1]) <= 1
        assert all(each.get(name) for name in NEEDED.get(each.tag, "").split())
        assert each.get("ref") in (None, *ids) and each.get("format") in (None, *ids)
        times = ("offset", "start", "duration", "tcStart", "frameDuration", "time")
        assert all(TIME.fullmatch(each.get(name) or "0s") for name in times)


@UNHURRIED
@given(timelines())
def test_the_spine_of_fcpxml_has_no_holes_and_lies_on_frames(timeline: Timeline) -> None:
    root = Tree.fromstring(written("fcpxml", timeline))
    sequence = root.find(".//sequence")
    spine = root.find(".//spine")
    assert sequence is not None and spine is not None
    at = Fraction(0)
    for each in spine:
        if each.tag != "transition":
            assert Fraction((each.get("offset") or "").rstrip("s")) == at
            at += Fraction((each.get("duration") or "").rstrip("s"))
        assert (at * timeline.frame_rate).denominator == 1
    assert Fraction((sequence.get("duration") or "").rstrip("s")) == at


def test_a_spreadsheet_gets_all_times_and_no_formula() -> None:
    evil = footage("evil", Fraction(25), name="=cmd|' /C calc'!A0.mp4")
    timeline = reel(clip(1, "med_evil", 1_000, 2_000, label="-1+1"), rate=Fraction(25))
    text = export_reel("csv", timeline, [evil]).text
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert (row["record_in"], row["record_out"]) == ("00:00:00:00", "00:00:02:00")
    assert (row["source_in"], row["source_out"], row["source_in_s"]) == ("00:00:01:00", "00:00:03:00", "1.000000")
    assert row["source"].startswith("'=") and row["text"] == "'-1+1"


def test_the_list_for_people_says_where_to_cut_and_why() -> None:
    text = written("capcut", GOALS)
    assert "1. pal.mp4: cut from 00:00:10:00 to 00:00:14:00, lies at 00:00:00:00 to 00:00:04:00 (4 s)" in text
    assert "crossfade of 1 s into this clip" in text and "why: crowd +14 dB at 0:12" in text and "speed 0.5×" in text
    with use_language("zh"):
        assert "主轨道" in written("capcut", GOALS)


BOMB = """<?xml version="1.0"?>
<!DOCTYPE fcpxml [
 <!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
]>
<fcpxml version="1.9"><event name="&b;"/></fcpxml>"""
OUTSIDE = """<!DOCTYPE fcpxml [<!ENTITY x SYSTEM "file:///etc/passwd">]><fcpxml version="1.9">&x;</fcpxml>"""
FETCHED = """<!DOCTYPE fcpxml SYSTEM "http://127.0.0.1/evil.dtd"><fcpxml version="1.9"/>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE, FETCHED])
def test_hostile_xml_is_refused_before_anything_of_it_is_read(text: str) -> None:
    with pytest.raises(InterchangeError, match="declares entities or types of its own in line"):
        read_reel(FORMATS["fcpxml"], text, ())


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("fcpxml", "<fcpxml>\n<resources>\n</fcpxml>", "no XML in line 3"),
        ("fcpxml", "", "no XML in line 1"),
        ("fcpxml", "<fcpxml/>", "no timeline in this FCPXML"),
        ("fcpxml", "<a>" * 300, "too large or too deep at line 1"),
        ("otio", '{"OTIO_SCHEMA": "Timeline.1",\n\n "tracks": }', "no JSON in line 3"),
        ("otio", "[" * 100_000, "no JSON in line 1"),
        ("otio", "[1, 2]", "no timeline in this OTIO"),
        ("otio", '{"a": NaN}', "no JSON in line 1"),
        ("edl", "hello", "no timeline in this EDL"),
        ("edl", "TITLE: x\n001  AX  V  C  nonsense", "Line 2 cannot be read: 001  AX  V  C  nonsense"),
        ("edl", "001  AX  V  C  00:00:00:00 00:00:99:00 00:00:00:00 00:00:01:00", "no timecode"),
    ],
)
def test_a_broken_list_is_refused_with_its_line(name: str, text: str, told: str) -> None:
    with pytest.raises(InterchangeError, match=re.escape(told)):
        import_reel(FORMATS[name], text, SOURCES.values())


def test_times_that_are_none_are_refused_with_their_place() -> None:
    broken = written("otio", GOALS).replace('"value": 100.0', '"value": "x"')
    with pytest.raises(InterchangeError, match=r"tracks.children\[0\].children\[0\]"):
        import_reel(FORMATS["otio"], broken, SOURCES.values())
    for none in ("1/0s", "1/00s"):
        broken = re.sub(r'offset="[^"]*"', f'offset="{none}"', written("fcpxml", GOALS), count=1)
        with pytest.raises(InterchangeError, match=rf"Line \d+: offset is {none}"):
            import_reel(FORMATS["fcpxml"], broken, SOURCES.values())


ENDLESS = "1e999999999"  # as a fraction it has a billion digits


@pytest.mark.parametrize(
    ("name", "pattern", "given"),
    [
        ("otio", r'"frame_rate": "[^"]*"', f'"frame_rate": "{ENDLESS}"'),
        ("otio", r'"speed": "[^"]*"', f'"speed": "{ENDLESS}"'),
        ("otio", r'"time_scalar": [^,}\s]*', '"time_scalar": 1e999'),
        ("otio", r'"time_scalar": [^,}\s]*', '"time_scalar": 1' + "0" * 400),
        ("otio", r'"target_url": "[^"]*"', '"target_url": "http://[a/b.mp4"'),
        ("edl", r"FRAME RATE: .*", f"FRAME RATE: {ENDLESS}"),
        ("edl", r"FROM CLIP: .*", "FROM CLIP: http://[a"),
        ("fcpxml", r'src="[^"]*"', 'src="file://[a/b.mp4"'),
    ],
)
def test_numbers_beyond_counting_and_broken_addresses_are_passed_over(name: str, pattern: str, given: str) -> None:
    broken, count = re.subn(pattern, given, written(name, GOALS), count=1)
    assert count == 1
    assert len(import_reel(FORMATS[name], broken, SOURCES.values()).timeline.clips) == 3


def test_a_list_does_not_say_beside_itself_what_footage_and_ids_are_used() -> None:
    forged = '"highlight-mcp": {"media_id": "med_of_another", "id": "seg_1", "extra": {"a": 1}, "clip_id": "seg_2", '
    text = Text(id="seg_9", start_ms=0, duration_ms=1_000, text="{left}", counts=True)
    card = Clip(id="seg_8", start_ms=0, duration_ms=500, color="#ff0000", volume=0.5)
    timeline = reel(GOALS.clips[0], card, tracks=(TextTrack(id="trk_9", texts=(text,)),))
    broken = written("otio", timeline).replace('"highlight-mcp": {', forged)
    back = import_reel(FORMATS["otio"], broken, SOURCES.values(), highest_id=20).timeline
    assert [each.media_id for each in back.clips] == ["med_pal", None]
    assert not any(each.extra or each.id == "seg_1" for each in back.clips)
    assert [(each.clip_id, each.extra) for track in back.tracks if track.kind == "text" for each in track.texts] == [
        (None, {})
    ]


def test_footage_is_found_by_its_name_where_it_lies_elsewhere() -> None:
    moved = {name: each.model_copy(update={"path": f"/mnt/other/{each.info.name}"}) for name, each in SOURCES.items()}
    for name in ("otio", "fcpxml", "edl"):
        back = import_reel(FORMATS[name], written(name, GOALS), moved.values())
        assert [each.media_id for each in back.timeline.clips] == ["med_pal", "med_odd", "med_pal"]
        assert back.missing == ()


def test_of_two_files_of_one_name_the_one_in_the_same_folder_is_meant() -> None:
    def camera(folder: str) -> SourceFile:
        return footage(folder, Fraction(25), name="clip.mp4", path=f"/media/{folder}/clip.mp4")

    pair = [camera("left"), camera("right")]
    text = export_reel("otio", reel(clip(1, "med_right", 0, 1_000)), pair).text.replace("/media/", "/Volumes/")
    assert import_reel(FORMATS["otio"], text, pair).timeline.clips[0].media_id == "med_right"


def test_footage_that_is_not_there_is_black_and_told() -> None:
    known = [SOURCES["med_pal"]]
    for name in ("otio", "fcpxml", "edl"):
        back = import_reel(FORMATS[name], written(name, GOALS), known)
        assert back.missing == ("100% fún & “Ünï” 测试 [v1].mp4",)
        assert [each.color for each in back.timeline.clips] == [None, "#000000", None]
        assert any("black in its place" in str(each) for each in back.lost)
    with pytest.raises(InterchangeError, match="None of the files"):
        import_reel(FORMATS["otio"], written("otio", GOALS), ())


def test_settings_that_only_we_have_come_back_from_otio() -> None:
    whole, part = Crop(x=0, y=0, width=1, height=1), Crop(x=0, y=0, width=0.5, height=0.5)
    ours = clip(1, "med_pal", 0, 3_000, zoom=Zoom(start=whole, end=part), volume=0.5, filters=(Filter(name="bw"),))
    text = Text(id="seg_9", start_ms=0, duration_ms=1_000, text="{left}", counts=True)
    timeline = reel(ours, tracks=(TextTrack(id="trk_9", texts=(text,)),))
    back = import_reel(FORMATS["otio"], written("otio", timeline), SOURCES.values()).timeline
    assert (back.clips[0].zoom, back.clips[0].volume, back.clips[0].filters) == (ours.zoom, 0.5, ours.filters)
    (track,) = [track for track in back.tracks if isinstance(track, TextTrack)]
    assert (track.texts[0].text, track.texts[0].counts) == ("{left}", True)


def test_levels_fades_and_silence_come_back_from_fcpxml() -> None:
    timeline = reel(
        clip(1, "med_pal", 0, 3_000, volume=0.5, fade_in_ms=400, picture_fade_out_ms=600),
        clip(2, "med_pal", 9_000, 3_000, volume=0.0),
    )
    first, second = import_reel(FORMATS["fcpxml"], written("fcpxml", timeline), SOURCES.values()).timeline.clips
    assert (first.volume, first.fade_in_ms, first.picture_fade_out_ms) == (0.5, 400, 600)
    assert second.volume == 0


@pytest.mark.parametrize("name", ["otio", "edl"])
def test_a_clip_whose_sound_was_taken_off_comes_back_silent(name: str) -> None:
    timeline = reel(clip(1, "med_pal", 0, 3_000), clip(2, "med_pal", 9_000, 3_000, volume=0.0))
    back = import_reel(FORMATS[name], written(name, timeline), SOURCES.values()).timeline
    assert [each.volume for each in back.clips] == [1.0, 0.0]
    assert len(back.tracks) == 1


def test_an_edl_of_another_program_is_read_with_the_rate_of_its_footage() -> None:
    text = (
        "TITLE: Rough cut\nFCM: NON-DROP FRAME\n\n"
        "001  AX       V     C        00:00:01:00 00:00:03:00 00:00:00:00 00:00:02:00\n* FROM CLIP NAME: pal.mp4\n"
        "002  AX       AA    C        00:00:01:00 00:00:03:00 00:00:00:00 00:00:02:00\n* FROM CLIP NAME: pal.mp4\n"
        "003  AX       V     C        00:00:10:12 00:00:11:12 00:00:02:00 00:00:03:00\n* FROM CLIP NAME: PAL.MP4\n"
    )
    back = import_reel(FORMATS["edl"], text, SOURCES.values())
    assert back.timeline.frame_rate == 25
    assert [each.source for each in back.timeline.clips] == [
        TimeRange(start_ms=1_000, end_ms=3_000),
        TimeRange(start_ms=10_480, end_ms=11_480),
    ]
    assert [each.volume for each in back.timeline.clips] == [1.0, 0.0]
    assert "a frame rate of the list: 25 was assumed" in [str(each) for each in back.lost]
    given = import_reel(FORMATS["edl"], text, SOURCES.values(), Fraction(50))
    assert given.timeline.frame_rate == 50


def test_what_another_editor_has_and_we_have_not_is_told() -> None:
    text = written("fcpxml", GOALS).replace(
        "</asset-clip>", '<filter-video ref="r9" name="Gaussian Blur"/></asset-clip>', 1
    )
    back = import_reel(FORMATS["fcpxml"], text, SOURCES.values())
    assert "effect Gaussian Blur of pal.mp4" in [str(each) for each in back.lost]


def test_a_list_is_known_by_its_ending_and_its_letters_by_their_mark() -> None:
    assert format_of_file("a.OTIO").name == "otio" and format_of_file("x.edl").name == "edl"
    with pytest.raises(InterchangeError, match="no list of cuts"):
        format_of_file("x.prproj")
    assert decoded("TITLE: Ü".encode("utf-16")) == decoded("\ufeffTITLE: Ü".encode()) == "TITLE: Ü"
    assert decoded("TITLE: Ü".encode("latin-1")) == "TITLE: Ü"


def test_cards_and_held_frames_have_their_place_everywhere() -> None:
    card = Clip(id="seg_2", start_ms=0, duration_ms=1_000, color="#ff8000", label="Half-time")
    held = clip(3, "med_pal", 40_000, 1).model_copy(update={"freeze": True, "duration_ms": 2_000})
    timeline = reel(clip(1, "med_pal", 0, 1_000), card, held)
    assert "effectid>Color<" in written("premiere", timeline) and "stillframe>TRUE<" in written("premiere", timeline)
    assert "* * FREEZE FRAME" in written("edl", timeline) and "  BL " in written("edl", timeline)
    assert "colour of the card of clip 2 (black is kept)" in lost("edl", timeline)
    back = import_reel(FORMATS["otio"], written("otio", timeline), SOURCES.values()).timeline
    assert (back.clips[1].color, back.clips[2].freeze, back.clips[2].duration_ms) == ("#ff8000", True, 2_000)


def test_facts_of_footage_take_the_timecode_of_its_file() -> None:
    assert (
        MediaInfo(media_id="x", name="x", kind="video", duration_ms=1, timecode="01:00:00:00").timecode == "01:00:00:00"
    )
