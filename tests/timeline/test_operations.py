"""What every operation of the table has: arguments, an example, facets, words, and what it needs before it acts."""

import json
from typing import get_args

import pytest

from highlight_mcp.timeline.model import Timeline
from highlight_mcp.timeline.operations import (
    OPERATIONS,
    AnyOperation,
    InvalidOperation,
    Operation,
    apply,
    operation_adapter,
    parse_operations,
)

from .fakes import MEDIA, FakeSenses

KINDS = [pytest.param(kind, id=op) for op, kind in OPERATIONS.items()]


def test_each_operation_has_a_name_of_its_own() -> None:
    assert len(OPERATIONS) == len(get_args(AnyOperation))


@pytest.mark.parametrize("kind", KINDS)
def test_its_example_is_read_and_written_back_unchanged(kind: type[Operation]) -> None:
    (operation,) = parse_operations([kind.example])
    assert isinstance(operation, kind)
    assert parse_operations([json.loads(json.dumps(operation.to_json()))]) == [operation]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_explained_and_said_in_both_languages(kind: type[Operation]) -> None:
    (operation,) = parse_operations([kind.example])
    assert (kind.__doc__ or "").strip().endswith(".")
    assert operation.sentence("en").endswith(".") and operation.sentence("zh").endswith("。")


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_reel_it_is_refused_unless_it_needs_none(kind: type[Operation]) -> None:
    edited = apply(None, [operation_adapter.validate_python(kind.example)], MEDIA, FakeSenses())
    refused = [refusal.what.key for refusal in edited.refused]
    assert ("timeline.no_reel" in refused) == kind.needs_reel


@pytest.mark.parametrize("kind", KINDS)
def test_without_footage_only_what_makes_a_reel_is_tried(kind: type[Operation]) -> None:
    edited = apply(None, [operation_adapter.validate_python(kind.example)], {}, FakeSenses())
    assert edited.timeline in (None, Timeline())
    codes = [refusal.what.key for refusal in edited.refused]
    assert codes and (kind.makes_reel or codes == ["timeline.no_media"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("undo", "operations must be a list"),
        ([None], "operations[0] must be an object with `op`"),
        ([{"head_ms": 3}], "`op` is missing"),
        ([{"op": "trimm"}], 'there is no operation "trimm". Did you mean “trim”?'),
        ([{"op": "undo"}, {"op": "trim", "head": 3}], "operations[1] (trim): there is no argument “head”."),
        ([{"op": "speed"}], "`factor` is missing."),
        ([{"op": "speed", "factor": 50}], "`factor` must be at most 20; got 50."),
        ([{"op": "remove", "target": {"range_ms": [9, 3]}}], "start before end; got [9, 3]"),
        ([{"op": "zoom", "target": {"clips": [0]}}], "`target`: `clips[0]` must be at least 1; got 0."),
        ([{"op": "zoom", "target": {"clips": []}}], "`target`: `clips` needs at least 1 entry."),
        ([{"op": "zoom", "target": {"range_ms": [-1, 5]}}], "`target`: `range_ms[0]` must be at least 0; got -1."),
        ([{"op": "zoom", "target": {"clips": ["a"]}}], '`range_ms`, `ref`, `media_id`; got {"clips": ["a"]}.'),
        ([{"op": "zoom", "point": [2, 0]}], "`point`: `[0]` must be at most 1.0; got 2."),
        ([{"op": "highlights", "mode": "swap"}], "mode swap and a target of clips go together"),
        ([{"op": "highlights", "target": {"clips": [1]}}], "mode swap and a target of clips go together"),
        ([{"op": "filter", "name": "blur", "region": {"x": 0.5, "y": 0, "width": 0.6, "height": 1}}], "x + width"),
        ([{"op": "keep", "ranges_ms": [[0, 9000]], "target": {"clips": [1]}}], "give either target or ranges_ms"),
        ([{"op": "reorder", "order": [2, 1], "sort": "time"}], "give one of move and to, order, or sort"),
        ([{"op": "loudness", "mode": "off", "lufs": -20}], "give either mode"),
        ([{"op": "aspect", "ratio": "1:1", "mode": "pad", "focus": "left"}], "focus says what a crop keeps"),
        ([{"op": "split", "at": "middle", "at_ms": 900}], "give either at or at_ms"),
        ([{"op": "undo", "steps": 0}], "`steps` must be at least 1; got 0."),
    ],
)
def test_a_wrong_one_is_told_by_place_argument_and_value(given: object, words: str) -> None:
    with pytest.raises(InvalidOperation) as caught:
        parse_operations(given)
    assert words in str(caught.value)
    assert str(caught.value.step)
