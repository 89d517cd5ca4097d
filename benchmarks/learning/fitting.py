"""Fits the weights of `engine/moments/likelihood.py`: logistic regression with signs that are known beforehand."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from highlight_mcp.engine.moments.likelihood import Learned, Weights, numbers

from .examples import Example

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "crowd": {"points": 1},
    "departure": {"points": 1, "silent": -1},
    "motion": {"points": 1, "worth": 1},
    "loud_sound": {"points": 1},
}
"""What the likelihood of each kind is learned from, and whether more of it may only raise (1) or lower (-1) it."""

_RIDGE = 0.5  # weight of the squares of standardised weights
_ROUNDS = 3000
# Composed recordings have something in every half minute; footage in which nothing happens has as much that is none.
_NOT_REAL = 2.0  # weight of what is not real

Floats = NDArray[np.float64]


def matrix(some: list[Example], names: list[str]) -> Floats:
    """(examples, names)."""
    rows = [[numbers(one.candidate).get(name, 0.0) for name in names] for one in some]
    return np.array(rows, float).reshape(len(rows), len(names))


def fitted(some: list[Example], signs: Mapping[str, int]) -> Weights:
    """Weights that make what is seen most likely, by projected gradients: a wrong sign becomes none."""
    names = list(signs)
    values = matrix(some, names)
    is_real = np.array([one.is_real for one in some], float)
    much = np.where(is_real > 0, 1.0, _NOT_REAL)
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.column_stack([(values - mean) / spread, np.ones(len(values))])
    sign = np.array([*signs.values(), 0])
    ridge = np.array([_RIDGE] * len(names) + [0.0])
    step = 1.0 / (0.25 * float(np.linalg.norm(scaled * np.sqrt(much)[:, None], 2)) ** 2 + _RIDGE)
    weights = np.zeros(len(names) + 1)
    for _ in range(_ROUNDS):
        likely = 1.0 / (1.0 + np.exp(-scaled @ weights))
        weights = weights - step * (scaled.T @ (much * (likely - is_real)) + ridge * weights)
        weights = np.where(sign * weights < 0, 0.0, weights)
    of = {name: round(float(w / s), 3) for name, w, s in zip(names, weights, spread, strict=False)}
    return Weights(round(float(weights[-1] - (mean / spread) @ weights[:-1]), 3), of)


def learned(some: list[Example], least: int = 20) -> Learned:
    """Weights for each kind that has as many examples as `least`, some of them real and some not."""
    out: dict[str, Weights] = {}
    for kind, signs in NUMBERS.items():
        those = [one for one in some if one.kind == kind]
        if len(those) >= least and 0 < sum(one.is_real for one in those) < len(those):
            out[kind] = fitted(those, signs)
    return out
