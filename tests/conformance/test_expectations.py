"""How outcomes are held against the expected failures: nothing new fails, nothing expected passes unnoticed."""

import pytest

from .suite import surprises, unknown

OUTCOMES = {
    "good": {"a": "SUCCESS", "b": "SKIPPED"},
    "bad": {"a": "SUCCESS", "b": "FAILURE"},
    "poor": {"a": "WARNING"},
}


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([], ["bad:b fails", "poor:a fails"]),
        (["bad", "poor"], []),
        (["bad:b", "poor:a"], []),
        (["bad:b", "poor", "good"], ["good passes now"]),
        (["bad:a", "bad:b", "poor"], ["bad:a passes now"]),
        (["bad:b", "poor", "good:b"], []),
    ],
)
def test_what_is_not_as_expected_is_found(expected: list[str], found: list[str]) -> None:
    assert surprises(OUTCOMES, expected) == found


def test_an_entry_that_no_run_has_met_is_found() -> None:
    assert unknown(["bad:b", "good", "gone", "bad:gone"], [OUTCOMES]) == ["gone", "bad:gone"]
