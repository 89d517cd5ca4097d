"""What goes out in a format comes back as the same cut, to the frame."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from highlight_mcp.contract.draft_codec import dump_draft
from highlight_mcp.contract.draft_validation import check_draft
from highlight_mcp.interchange import InterchangeError
from highlight_mcp.interchange.formats import FORMATS, export_reel, import_reel
from highlight_mcp.interchange.sequence import CutEvent, CutSequence, sequence_of
from highlight_mcp.timeline.model import Timeline
from highlight_mcp.timeline.time import frames_at

from .making import SOURCES, clip, reel, timelines

READABLE = [name for name, each in FORMATS.items() if each.reader is not None]
DURATIONS = {name: source.info.duration_ms for name, source in SOURCES.items()}
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def there_and_back(name: str, timeline: Timeline) -> Timeline:
    """The timeline as it comes back out of a format."""
    text = export_reel(name, timeline, SOURCES.values()).text
    return import_reel(FORMATS[name], text, SOURCES.values()).timeline


def cut(sequence: CutSequence) -> list[object]:
    """The reel, frame by frame: what every format carries. What is black and has no name is no event."""
    return [
        (event.record, event.source_range, event.source.info.media_id, event.speed)
        for event in (sequence.main.events if sequence.main is not None else ())
        if event.source is not None
    ]


def joins(sequence: CutSequence) -> list[object]:
    return [
        (event.record.start, event.transition.length, event.transition.kind)
        for event in (sequence.main.events if sequence.main is not None else ())
        if event.transition is not None and event.source is not None
    ]


@UNHURRIED
@pytest.mark.parametrize("name", ["otio", "fcpxml"])
@given(timeline=timelines())
def test_a_cut_comes_back_to_the_frame(name: str, timeline: Timeline) -> None:
    back = there_and_back(name, timeline)
    assert back.frame_rate == timeline.frame_rate
    assert cut(sequence_of(back, SOURCES)) == cut(sequence_of(timeline, SOURCES))
    assert joins(sequence_of(back, SOURCES)) == joins(sequence_of(timeline, SOURCES))


def hard(timeline: Timeline) -> Timeline:
    """The same reel without transitions."""
    main = timeline.tracks[0]
    assert main.kind == "video"
    cut = main.model_copy(update={"clips": tuple(each.model_copy(update={"transition": None}) for each in main.clips)})
    return timeline.model_copy(update={"tracks": (cut, *timeline.tracks[1:])})


@UNHURRIED
@given(timeline=timelines())
def test_a_transition_comes_back_from_an_edl_with_its_cut_inside(timeline: Timeline) -> None:
    """A list does not say where in a transition the cut is; where footage ends, rounding decides how much there is."""
    joined = [event for event in first_lane(timeline) if event.transition is not None and event.source is not None]
    meant, cuts = [event.transition for event in joined], [event.record.start for event in joined]
    back = first_lane(there_and_back("edl", timeline))
    found = [event for event in back if event.transition is not None and event.source is not None]
    assert len(found) == len(meant)
    for event, join, at in zip(found, meant, cuts, strict=True):
        assert join is not None and at - join.before <= event.record.start <= at + join.after
        assert event.transition is not None and 1 <= event.transition.length <= join.length + 1


def first_lane(timeline: Timeline) -> tuple[CutEvent, ...]:
    main = sequence_of(timeline, SOURCES, 60).main
    return main.events if main is not None else ()


@UNHURRIED
@given(timeline=timelines())
def test_a_cut_without_transitions_comes_back_from_an_edl_to_the_frame(timeline: Timeline) -> None:
    """A transition of an EDL has no middle; see the next test for those."""
    timeline = hard(timeline)
    back = there_and_back("edl", timeline)
    assert back.frame_rate == timeline.frame_rate
    assert cut(sequence_of(back, SOURCES, 60)) == cut(sequence_of(timeline, SOURCES, 60))


@UNHURRIED
@pytest.mark.parametrize("name", READABLE)
@given(timeline=timelines())
def test_what_came_back_goes_out_and_comes_back_unchanged(name: str, timeline: Timeline) -> None:
    once = there_and_back(name, hard(timeline) if name == "edl" else timeline)
    assert check_draft(dump_draft(once), DURATIONS) == []
    text = export_reel(name, once, SOURCES.values()).text
    twice = import_reel(FORMATS[name], text, SOURCES.values()).timeline
    assert export_reel(name, twice, SOURCES.values()).text == text


@pytest.mark.parametrize("name", READABLE)
def test_hundreds_of_clips_come_back_without_drift(name: str) -> None:
    pieces = [clip(number, "med_film", 1_003 * number, 733 + number % 7) for number in range(1, 701)]
    timeline = reel(*pieces, rate=Fraction(30000, 1001))
    back = there_and_back(name, timeline)
    assert len(back.clips) == 700
    grid = [
        (frames_at(each.start_ms, timeline.frame_rate), frames_at(each.end_ms, timeline.frame_rate))
        for each in timeline.clips
    ]
    assert [
        (frames_at(each.start_ms, back.frame_rate), frames_at(each.end_ms, back.frame_rate)) for each in back.clips
    ] == grid


JUNK = st.sampled_from(
    [
        "",
        "-",
        "9" * 30,
        "1e999",
        "null",
        '"',
        "<",
        ">",
        "&",
        "-1",
        "0",
        "/",
        "0/0s",
        "\x00",
        "NaN",
        "{}",
        "[",
        "99:99:99:99",
    ]
)


@UNHURRIED
@pytest.mark.parametrize("name", READABLE)
@given(timeline=timelines(most=4), data=st.data())
def test_whatever_is_changed_in_a_list_it_is_read_or_refused_in_words(
    name: str, timeline: Timeline, data: st.DataObject
) -> None:
    text = export_reel(name, timeline, SOURCES.values()).text
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        text = text[:start] + data.draw(JUNK) + text[start + data.draw(st.sampled_from([0, 1, 3, 10, 60, 400])) :]
    try:
        back = import_reel(FORMATS[name], text, SOURCES.values()).timeline
    except InterchangeError as error:
        assert error.message and error.next_step
    else:
        assert check_draft(dump_draft(back), DURATIONS) == []
        export_reel(name, back, SOURCES.values())
