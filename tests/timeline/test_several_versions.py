"""Requests for several versions: each is made from the timeline before, and alike ones show other moments."""

from typing import Any

from highlight_mcp.timeline.history import History
from highlight_mcp.timeline.operations import EditResult, apply_each, in_versions, parse_operations

from .fakes import MEDIA, FakeSenses

ANOTHER = {"op": "new_version"}
MINUTE = {"op": "highlights", "total_ms": 60_000}
VERTICAL = {"op": "aspect", "ratio": "9:16"}


def made(*operations: dict[str, Any]) -> list[EditResult]:
    return apply_each(None, parse_operations(operations), MEDIA, FakeSenses(), history=History())


def shown(result: EditResult) -> set[int]:
    assert result.timeline is not None
    return {clip.source.start_ms for clip in result.timeline.clips if clip.source is not None}


def test_alike_versions_share_no_moment() -> None:
    first, second, third = map(shown, made(MINUTE, VERTICAL, ANOTHER, MINUTE, VERTICAL, ANOTHER, MINUTE, VERTICAL))
    assert first and second and third
    assert not (first & second or first & third or second & third)


def test_versions_of_another_length_or_shape_show_the_best_each() -> None:
    half = {"op": "highlights", "total_ms": 30_000}
    short, long, vertical = map(shown, made(half, ANOTHER, MINUTE, ANOTHER, MINUTE, VERTICAL))
    assert short < long
    assert vertical == long


def test_each_version_begins_with_the_timeline_before_the_request() -> None:
    (before,) = made(MINUTE)
    halves = [{"op": "remove", "target": {"clips": [1, 2, 3]}}, ANOTHER, {"op": "remove", "target": {"clips": [4]}}]
    results = apply_each(before.timeline, parse_operations(halves), MEDIA, FakeSenses(), history=History())
    assert [len(result.timeline.clips) for result in results if result.timeline] == [3, 5]


def test_a_mark_with_nothing_around_it_is_refused_and_one_at_an_end_means_nothing() -> None:
    (alone,) = made(ANOTHER)
    assert not alone.changed
    assert alone.refused[0].op == "new_version"
    assert len(in_versions(parse_operations([ANOTHER, MINUTE, ANOTHER]))) == 1
