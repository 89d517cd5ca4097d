"""The operations as the face shows them."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from highlight_mcp.contract.errors import ApiError
from highlight_mcp.server.tool import help_text, read_operations
from highlight_mcp.timeline.operations import OPERATIONS, item_schema, operation_adapter


@pytest.mark.parametrize("op", OPERATIONS)
def test_every_operation_has_an_example_that_works_and_fits_its_schemas(op: str) -> None:
    example = OPERATIONS[op].example
    assert example["op"] == op
    assert operation_adapter.validate_python(example)
    assert read_operations([example])[0]["op"] == op
    Draft202012Validator(item_schema()).validate(example)
    table = json.loads(help_text())["operations"]
    Draft202012Validator(table[op]).validate(example)


def test_the_help_describes_all_operations_and_no_others() -> None:
    table = json.loads(help_text())["operations"]
    assert list(table) == list(OPERATIONS)
    assert all(entry["description"] for entry in table.values())


def test_operations_pass_as_given_without_defaults_added() -> None:
    given = [{"op": "trim", "target": {"clips": [1]}, "head_ms": 500}, {"op": "undo"}]
    assert read_operations(given) == given


def test_an_operation_may_arrive_as_json_text_and_with_nulls() -> None:
    assert read_operations(['{"op": "trim", "head_ms": 5, "tail_ms": null}']) == [{"op": "trim", "head_ms": 5}]


def test_a_factor_may_be_a_number_or_a_fraction() -> None:
    assert read_operations([{"op": "speed", "factor": 1.5}])[0]["factor"] == "3/2"
    assert read_operations([{"op": "speed", "factor": "3/2"}])[0]["factor"] == "3/2"


def test_numbers_out_of_range_are_refused_with_the_range() -> None:
    with pytest.raises(ApiError, match="from -60 to 0"):
        read_operations([{"op": "duck", "db": 3}])


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ({"op": "remove", "clips": [2]}, {"clips": [2]}),
        ({"op": "remove", "clips": 2}, {"clips": [2]}),
        ({"op": "speed", "factor": 2, "range_ms": [0, 5000]}, {"range_ms": [0, 5000]}),
        (
            {"op": "remove", "range_ms": [0, 5000], "media_id": "match.mp4"},
            {"range_ms": [0, 5000], "ref": "source", "media_id": "match.mp4"},
        ),
    ],
)
def test_clips_or_a_range_beside_the_operation_count_as_its_target(given: dict[str, Any], target: object) -> None:
    assert read_operations([given])[0]["target"] == target


def test_clips_and_a_range_at_once_are_refused_rather_than_guessed() -> None:
    with pytest.raises(ApiError, match="no argument “clips”"):
        read_operations([{"op": "remove", "clips": [1], "range_ms": [0, 5]}])
