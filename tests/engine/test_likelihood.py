"""How likely candidates are: more points never make one less likely, and confidence says what was found to be right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.moments.likelihood import FILE, Weights, learned_from, using, weighed
from highlight_mcp.engine.moments.moment import Candidate
from highlight_mcp.messages import message

LEARNED = learned_from(FILE.read_text(encoding="utf-8"))


def candidate(points: float, kind: str = "crowd", **measured: float) -> Candidate:
    """One of 5 s with points of the rules."""
    why = message("engine.why.new_shot")
    return Candidate(1000, 6000, 3000, points, "low", why, {"kind": kind}, measured=measured)


def judged(points: float, kind: str = "crowd", **measured: float) -> Candidate:
    [one] = weighed([candidate(points, kind, **measured)])
    return one


@given(st.floats(0, 40), st.floats(0, 40), st.sampled_from(sorted(LEARNED)))
def test_more_points_never_make_a_candidate_less_likely(one: float, other: float, kind: str) -> None:
    low, high = (judged(points, kind) for points in sorted((one, other)))
    assert low.score <= high.score
    assert float(low.signals["likely"]) <= float(high.signals["likely"])


def test_five_points_are_as_likely_as_not_for_every_kind() -> None:
    with using({"crowd": Weights(0.0, {}), "motion": Weights(0.0, {"worth": 2.0})}):
        assert judged(9.0).score == 5.0 == judged(1.0, "motion", worth=0.0).score
        assert judged(9.0).confidence == "medium"
        surer = judged(1.0, "motion", worth=2.0)
        assert surer.score > 9.0 and surer.confidence == "high" and surer.signals["likely"] == 0.98


def test_a_strong_reaction_is_sure_and_a_faint_one_is_not() -> None:
    assert judged(25.0).confidence == "high"
    assert judged(2.0).confidence == "low"


def test_a_sight_that_nobody_reacts_to_is_less_likely_where_there_is_sound() -> None:
    assert judged(6.0, "departure", silent=1.0).score < judged(6.0, "departure", silent=0.0).score


def test_a_kind_without_weights_stays_as_the_rules_have_it() -> None:
    one = candidate(7.0, "whistle")
    assert weighed([one]) == [one]
    with using({}):
        assert weighed([candidate(7.0)]) == [candidate(7.0)]


@pytest.mark.parametrize("kind", sorted(LEARNED))
def test_what_was_learned_goes_the_way_that_is_known(kind: str) -> None:
    weights = LEARNED[kind].of
    assert weights["points"] > 0
    assert weights.get("silent", 0.0) <= 0 and weights.get("worth", 0.0) >= 0
