"""What other programs read in our files: OpenTimelineIO with its adapters, and pycmx.

They have no wheels for every Python that we support; without them these tests are skipped, visibly.
"""

import io
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings

from highlight_mcp.interchange.formats import export_reel
from highlight_mcp.interchange.sequence import CutEvent, CutSequence, sequence_of
from highlight_mcp.interchange.timecode import write_timecode
from highlight_mcp.timeline.model import Clip, Timeline

from .making import NTSC, NTSC_FILM, SOURCES, timelines

otio = pytest.importorskip("opentimelineio")
pytestmark = pytest.mark.peers
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def written(name: str, timeline: Timeline) -> str:
    return export_reel(name, timeline, SOURCES.values()).text


def shown(sequence: CutSequence) -> list[CutEvent]:
    """The events of the reel that are no gaps."""
    main = sequence.main
    return [event for event in (main.events if main is not None else ()) if event.source is not None]


def path_in(url: str) -> str:
    return unquote(urlsplit(url).path)


def without_speed(timeline: Timeline) -> Timeline:
    """The same reel with each clip at its own speed."""

    def plain(clip: Clip) -> Clip:
        if clip.source is None or clip.freeze:
            return clip
        end = min(clip.source.start_ms + clip.duration_ms, 3_600_000)
        return clip.model_copy(update={"speed": Fraction(1), "source": clip.source.model_copy(update={"end_ms": end})})

    main = timeline.tracks[0]
    assert main.kind == "video"
    kept = main.model_copy(update={"clips": tuple(map(plain, main.clips))})
    return timeline.model_copy(update={"tracks": (kept, *timeline.tracks[1:])})


@UNHURRIED
@given(timelines())
def test_opentimelineio_reads_the_same_cut(timeline: Timeline) -> None:
    sequence = sequence_of(timeline, SOURCES)
    read = otio.adapters.read_from_string(written("otio", timeline), "otio_json")
    assert read.name == timeline.title
    track = next(track for track in read.tracks if track.kind == "Video")
    found = [each for each in track.find_clips() if isinstance(each.media_reference, otio.schema.ExternalReference)]
    assert len(found) == len(shown(sequence))
    rate = float(sequence.rate)
    for clip, event in zip(found, shown(sequence), strict=True):
        place = clip.range_in_parent()
        assert round(place.start_time.value_rescaled_to(rate), 3) == event.record.start
        assert place.duration == otio.opentime.RationalTime(event.record.length, rate)
        start = clip.source_range.start_time
        assert start == otio.opentime.RationalTime(event.first_frame + event.source_range.start, float(event.rate))
        assert event.source is not None
        assert path_in(clip.media_reference.target_url) == event.source.path
        known = clip.media_reference.available_range
        assert known is None or known.contains(start)
        warps = [each for each in clip.effects if isinstance(each, otio.schema.LinearTimeWarp)]
        assert [each.time_scalar for each in warps] == ([float(event.speed)] if event.speed != 1 else [])
        assert bool(clip.markers) == bool(event.clip.label or event.clip.why)
    joined = [each for each in track if isinstance(each, otio.schema.Transition)]
    lengths = [each.in_offset.value + each.out_offset.value for each in joined]
    events = sequence.main.events if sequence.main is not None else ()
    assert lengths == [event.transition.length for event in events if event.transition is not None]
    assert otio.adapters.read_from_string(
        otio.adapters.write_to_string(read, "otio_json"), "otio_json"
    ).is_equivalent_to(read)


@UNHURRIED
@given(timelines())
def test_pycmx_reads_the_same_events(timeline: Timeline) -> None:
    pycmx = pytest.importorskip("pycmx")
    sequence = sequence_of(timeline, SOURCES, 60)
    edl = pycmx.parse_cmx3600(io.StringIO(written("edl", timeline)))
    assert edl.title == timeline.title
    assert {str(each.content)[:2] for each in edl.unrecognized_statements} <= {"M2"}
    events = sequence.main.events if sequence.main is not None else ()
    edits = [edit for event in edl.events for edit in event.edits if edit.channels.video and not _is_lead(edit)]
    assert len(edits) == len(events)
    start = 3600 * round(sequence.rate) - (108 * round(sequence.rate) // 30 if sequence.drops else 0)
    for edit, event in zip(edits, events, strict=True):
        into = event.transition.before if event.transition is not None else 0
        assert edit.record_in == write_timecode(start + event.record.start - into, sequence.rate, drop=sequence.drops)
        assert bool(edit.transition.cut) == (event.transition is None)
        assert event.transition is None or int(edit.transition.operand) == event.transition.length
        assert edit.channels.audio == event.is_heard or event.transition is not None


def _is_lead(edit: Any) -> bool:
    """The line from which a transition comes has no length."""
    return bool(edit.record_in == edit.record_out)


@UNHURRIED
@given(timelines(alike=(Fraction(25), Fraction(30), NTSC, NTSC_FILM, Fraction(50))))
def test_the_edl_adapter_of_opentimelineio_reads_the_same_events(timeline: Timeline) -> None:
    """It counts all footage at the rate of the list, and refuses lists with footage of others."""
    pytest.importorskip("otio_cmx3600_adapter")
    sequence = sequence_of(timeline, SOURCES, 60)
    read = otio.adapters.read_from_string(written("edl", timeline), "cmx_3600", rate=float(sequence.rate))
    track = next(track for track in read.tracks if track.name == "V")
    events = sequence.main.events if sequence.main is not None else ()
    assert len(list(track.find_clips())) == len(events)
    lengths = [round(clip.duration().value_rescaled_to(float(sequence.rate))) for clip in track.find_clips()]
    before = [event.transition.before if event.transition is not None else 0 for event in events]
    assert lengths == [
        event.record.length + into - after for event, into, after in zip(events, before, [*before[1:], 0], strict=True)
    ]
    assert [path_in(clip.media_reference.target_url) for clip in track.find_clips() if _has_url(clip)] == [
        event.source.path for event in events if event.source is not None and event.transition is None
    ]


def _has_url(clip: Any) -> bool:
    return isinstance(clip.media_reference, otio.schema.ExternalReference)


@UNHURRIED
@given(timelines())
def test_the_adapter_of_final_cut_pro_7_reads_the_same_cut(timeline: Timeline) -> None:
    pytest.importorskip("otio_fcp_adapter")
    timeline = without_speed(timeline)
    sequence = sequence_of(timeline, SOURCES)
    read = otio.adapters.read_from_string(written("premiere", timeline), "fcp_xml")
    assert read.name == timeline.title
    track = next(track for track in read.tracks if track.kind == "Video")
    found = [each for each in track.find_clips() if _has_url(each)]
    assert len(found) == len(shown(sequence))
    rate = float(sequence.rate)
    for clip, event in zip(found, shown(sequence), strict=True):
        place = clip.range_in_parent()
        assert round(place.start_time.value_rescaled_to(rate)) == event.record.start
        assert round(place.duration.value_rescaled_to(rate)) == event.record.length
        assert event.source is not None
        assert path_in(clip.media_reference.target_url) == event.source.path
        assert round(clip.source_range.start_time.value) in _near(event)
    sounds = [each for track in read.tracks if track.kind == "Audio" for each in track.find_clips()]
    assert len(sounds) == sum(event.is_heard for lane in sequence.lanes for event in lane.events)


def _near(event: CutEvent) -> range:
    """The first frame of a clip, to the rounding of a transition's length in another rate."""
    first = event.first_frame + event.source_range.start
    slack = 1 if event.transition is not None else 0
    return range(first - slack, first + slack + 1)


@UNHURRIED
@given(timelines(alike=(Fraction(25), Fraction(30), Fraction(50))))
def test_the_adapter_of_final_cut_pro_x_reads_the_same_cut(timeline: Timeline) -> None:
    """It knows whole rates only, cuts times off to frames, and finds files by an attribute that 1.9 has no more."""
    pytest.importorskip("otio_fcpx_xml_adapter")
    timeline = without_speed(timeline)
    sequence = sequence_of(timeline, SOURCES)
    event = otio.adapters.read_from_string(written("fcpxml", timeline), "fcpx_xml")  # kept: its content goes with it
    read = event[0]
    assert read.name == timeline.title
    spine = next(track for track in read.tracks if track.name == "0")
    found = [each for each in spine if isinstance(each, otio.schema.Clip)]
    assert [each.name for each in found] == [each.name for each in shown(sequence)]
    for clip, each in zip(found, shown(sequence), strict=True):
        assert abs(clip.range_in_parent().start_time.to_seconds() * float(sequence.rate) - each.record.start) < 1.5
        first = clip.source_range.start_time.to_seconds() * float(each.rate)
        assert abs(first - each.first_frame - each.source_range.start) < 1.5
