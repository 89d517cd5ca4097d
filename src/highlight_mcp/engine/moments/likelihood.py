"""How likely a candidate is what somebody would want to see, by weights learned from labelled recordings.

For each kind of candidate a logistic regression (Cox 1958) of few numbers: `points`, the logarithm of the score that
the rules of `ranking` give, and what else was measured (`measures.py`) where it helps. The weights stand in
`likelihood.toml`; `benchmarks/train_ranking.py` learned them and tells how well they do on sources left out.
"""

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from .moment import Candidate, Confidence

FILE = Path(__file__).with_name("likelihood.toml")
HIGH, MEDIUM = 0.95, 0.5
"""Least likelihood of each confidence."""

_SLIGHT = 0.25  # points added before the logarithm, so that no points at all are a number
# points at a likelihood of one half, and how many units of the logit double them: 0.95 comes to 9 points, 0.99 to 13
_EVEN_POINTS, _DOUBLED_BY = 5.0, 3.43
_MOST_LOGIT = 9.0  # beyond it nothing is any surer


@dataclass(frozen=True)
class Weights:
    """Of one kind of candidate: the logit is `intercept` and each number times its weight."""

    intercept: float
    of: Mapping[str, float]

    def logit(self, one: Candidate) -> float:
        """Of the likelihood of a candidate whose score is in points of the rules."""
        given = numbers(one)
        return self.intercept + sum(weight * given.get(name, 0.0) for name, weight in self.of.items())


Learned = Mapping[str, Weights]
"""Weights for each kind of candidate that they were learned for."""


def numbers(one: Candidate) -> dict[str, float]:
    """What a likelihood may be learned from; the score of `one` is in points of the rules."""
    return {**one.measured, "points": math.log2(max(0.0, one.score) + _SLIGHT)}


def learned_from(text: str) -> Learned:
    """Weights as `likelihood.toml` has them."""
    kinds: dict[str, dict[str, Any]] = tomllib.loads(text)
    return {kind: Weights(float(one["intercept"]), dict(one["weights"])) for kind, one in kinds.items()}


@cache
def _packaged() -> Learned:
    return learned_from(FILE.read_text(encoding="utf-8"))


_instead: list[Learned] = []


@contextmanager
def using(learned: Learned) -> Iterator[None]:
    """Other weights than those of the package as long as the context lasts; without any the rules stand alone."""
    _instead.append(learned)
    try:
        yield
    finally:
        _instead.pop()


def weighed(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates with points and confidence by how likely each is; kinds without weights stay as they are.

    So points of one kind mean the same as those of another: five are as likely as not.
    """
    learned = _instead[-1] if _instead else _packaged()
    return [
        _weighed(one, learned[kind]) if (kind := str(one.signals["kind"])) in learned else one for one in candidates
    ]


def _weighed(one: Candidate, weights: Weights) -> Candidate:
    logit = max(-_MOST_LOGIT, min(_MOST_LOGIT, weights.logit(one)))
    likely = 1.0 / (1.0 + math.exp(-logit))
    points = _EVEN_POINTS * 2.0 ** (logit / _DOUBLED_BY)
    return replace(
        one, score=points, confidence=confidence(likely), signals={**one.signals, "likely": round(likely, 2)}
    )


def confidence(likely: float) -> Confidence:
    """In words, 0..1."""
    return "high" if likely >= HIGH else "medium" if likely >= MEDIUM else "low"
