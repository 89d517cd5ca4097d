"""Zooming into clips: what is seen when, and what becomes of it when clips are cut."""

from itertools import pairwise

import pytest

from highlight_mcp.timeline.model import Crop, Timeline
from highlight_mcp.timeline.operations import InvalidOperation, parse_operations

from .test_edits import done, edit

WHOLE = Crop(x=0, y=0, width=1, height=1)


@pytest.fixture
def reel() -> Timeline:
    """Six clips of ten seconds."""
    return done(None, {"op": "highlights", "total_ms": 60_000})


def views(timeline: Timeline, number: int, shares: tuple[float, ...] = (0, 1)) -> list[tuple[float, float, float]]:
    """Left, top and width of what is seen of a clip when these shares of it have passed."""
    zoom = timeline.clips[number - 1].zoom
    assert zoom is not None
    return [(view.x, view.y, view.width) for view in map(zoom.at, shares)]


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        ({"factor": 2, "point": "left"}, [(0, 0, 1), (0, 0.25, 0.5)]),
        ({"factor": 2, "point": [0.9, 0.5]}, [(0, 0, 1), (0.5, 0.25, 0.5)]),
        ({"factor": 2, "motion": "out"}, [(0.25, 0.25, 0.5), (0, 0, 1)]),
        ({"factor": 4, "motion": "still", "point": "bottom-right"}, [(0.75, 0.75, 0.25), (0.75, 0.75, 0.25)]),
        ({"region": {"x": 0.1, "y": 0.4, "width": 0.2, "height": 0.4}}, [(0, 0, 1), (0, 0.4, 0.4)]),
        ({"region": {"x": 0, "y": 0, "width": 0.5, "height": 1}}, [(0, 0, 1), (0, 0.25, 0.5)]),
    ],
)
def test_a_zoom_goes_from_the_whole_picture_to_its_part_or_back(
    reel: Timeline, arguments: dict[str, object], seen: list[tuple[float, float, float]]
) -> None:
    zoomed = done(reel, {"op": "zoom", "target": {"clips": [2]}, **arguments})
    assert views(zoomed, 2) == [pytest.approx(view) for view in seen]
    assert [clip.zoom is not None for clip in zoomed.clips] == [False, True, False, False, False, False]


@pytest.mark.parametrize("ease", ["linear", "in", "out", "in_out"])
def test_an_eased_zoom_only_ever_gets_closer(reel: Timeline, ease: str) -> None:
    zoomed = done(reel, {"op": "zoom", "factor": 3, "ease": ease})
    widths = [width for _, _, width in views(zoomed, 1, tuple(step / 50 for step in range(51)))]
    assert widths[0] == 1 and widths[-1] == pytest.approx(1 / 3)
    assert all(before > after for before, after in pairwise(widths))


def test_the_parts_of_a_divided_clip_go_on_with_the_motion(reel: Timeline) -> None:
    zoomed = done(reel, {"op": "zoom", "target": {"clips": [1]}, "factor": 2})
    halves = done(zoomed, {"op": "split", "at_ms": 4000})
    assert views(halves, 1)[1] == pytest.approx(views(halves, 2)[0])
    assert views(halves, 2)[1] == pytest.approx(views(zoomed, 1)[1])
    assert views(halves, 1, (0.5,)) == [pytest.approx(view) for view in views(zoomed, 1, (0.2,))]


def test_a_frame_held_while_zooming_stays_as_close_as_it_was(reel: Timeline) -> None:
    held = done(reel, {"op": "zoom", "factor": 2, "ease": "linear"}, {"op": "freeze", "at_ms": 5000})
    assert held.clips[1].freeze
    assert views(held, 2) == [pytest.approx((0.125, 0.125, 0.75))] * 2


def test_a_zoom_of_a_range_cuts_it_out(reel: Timeline) -> None:
    zoomed = done(reel, {"op": "zoom", "target": {"range_ms": [2000, 5000]}, "motion": "still"})
    assert [(clip.start_ms, clip.zoom is not None) for clip in zoomed.clips[:3]] == [
        (0, False),
        (2000, True),
        (5000, False),
    ]


def test_factor_one_takes_the_zoom_away_and_undo_brings_it_back(reel: Timeline) -> None:
    zoomed = edit(reel, {"op": "zoom", "factor": 2})
    assert str(zoomed.changes[0]) == "Zoomed into 6 clips, up to 2× (centre)."
    assert zoomed.changes[0].text("zh") == "6段逐渐放大到2倍（中间）。"
    assert zoomed.timeline is not None
    assert done(zoomed.timeline, {"op": "zoom", "factor": 1}) == reel
    assert done(reel, {"op": "zoom"}, {"op": "undo"}) == reel


def test_a_zoom_without_a_strength_tells_which_it_took(reel: Timeline) -> None:
    assert [str(fact) for fact in edit(reel, {"op": "zoom"}).assumed] == ["Zoomed 1.5×."]


def test_a_card_cannot_be_zoomed(reel: Timeline) -> None:
    carded = done(reel, {"op": "card_add", "text": "End", "at": "end"})
    (refusal,) = edit(carded, {"op": "zoom", "target": {"clips": [7]}}).refused
    assert str(refusal.what) == "There is no footage there, only a card."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"factor": 0.5}, "`factor` must be a number from 1"),
        ({"factor": 40}, "`factor`"),
        (
            {"region": {"x": 0.6, "y": 0, "width": 0.5, "height": 0.5}},
            "lies outside the frame: x + width is 1.1",
        ),
        ({"region": {"x": 0, "y": 0, "width": 0.01, "height": 0.02}}, "region is too small"),
        ({"region": {"x": 0, "y": 0, "width": 0.5, "height": 0.5}, "factor": 2}, "give region, or factor and point"),
        ({"point": [1.5, 0.5]}, "`point`"),
        ({"ease": "bounce"}, "`ease` must be one of"),
        ({"motion": "sideways"}, "`motion` must be one of"),
    ],
)
def test_wrong_values_are_told_with_what_is_valid(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidOperation) as caught:
        parse_operations([{"op": "zoom", **arguments}])
    assert words in str(caught.value)
