"""What is told of weights that were tried on sources they had not seen."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from judging import scorer
from numpy.typing import NDArray

from highlight_mcp.engine.moments import choose
from highlight_mcp.engine.moments.likelihood import HIGH, MEDIUM, Learned, using
from highlight_mcp.timeline.operations import Highlights

from .examples import Example, Labelled

_EDGES = (0.0, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 1.01)
_CONFIDENCES = (("high", HIGH, 1.1), ("medium", MEDIUM, HIGH), ("low", 0.0, MEDIUM))
_RULES: Learned = {}

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass
class Trial:
    """Logits of candidates by weights that never saw a source of theirs, and F1 of the choices for recordings."""

    logits: dict[Example, list[float]] = field(default_factory=lambda: defaultdict(list))
    f1: list[tuple[str, float, float]] = field(default_factory=list)

    def judge(self, weights: Learned, some: Iterable[Example]) -> None:
        """Keep how likely some candidates are by the weights."""
        for one in some:
            if one.kind in weights:
                self.logits[one].append(weights[one.kind].logit(one.candidate))

    def choose(self, weights: Learned, some: Iterable[Labelled]) -> None:
        """Keep how good the choices for some recordings are, by the rules alone and with the weights."""
        self.f1 += [(one.profile, f1_of(one, _RULES), f1_of(one, weights)) for one in some]

    def tell(self) -> None:
        """Print all of it."""
        print(f"{'F1 by kind of footage':26}{'rules':>9}{'learned':>9}{'choices':>9}")
        profiles = sorted({profile for profile, _, _ in self.f1})
        for named in (*profiles, "all"):
            rows = [(rules, learned) for profile, rules, learned in self.f1 if named in (profile, "all")]
            rules, learned = np.mean(rows, axis=0) if rows else (np.nan, np.nan)
            print(f"{named:26}{rules:9.3f}{learned:9.3f}{len(rows):9}")
        if self.logits:
            self._tell_candidates()

    def _tell_candidates(self) -> None:
        logit = np.array([np.mean(values) for values in self.logits.values()])
        is_real = np.array([one.is_real for one in self.logits], bool)
        points = np.array([one.candidate.score for one in self.logits])
        likely = 1.0 / (1.0 + np.exp(-logit))
        told = f"rules {area(points, is_real):.4f}, learned {area(logit, is_real):.4f}"
        print(f"area under the curve: {told}; loss {loss(likely, is_real):.3f}")
        for low, high in pairwise(_EDGES):
            there = (likely >= low) & (likely < high)
            if there.any():
                print(f"  likely {low:.2f} to {min(high, 1):.2f}: {is_real[there].mean():.3f} real of {there.sum()}")
        profiles = np.array([one.recording.profile for one in self.logits])
        for profile in sorted(set(profiles)):
            parts = []
            for name, low, high in _CONFIDENCES:
                there = (profiles == profile) & (likely >= low) & (likely < high)
                parts.append(f"{name} {is_real[there].mean():.3f} of {there.sum()}" if there.any() else f"{name} -")
            print(f"  {profile:24} real among {', '.join(parts)}")


def area(values: Floats, is_real: Mask) -> float:
    """How often a real one has the higher value than one that is not."""
    ours, theirs = values[is_real][:, None], values[~is_real]
    if not ours.size or not theirs.size:
        return float("nan")
    return float(np.mean(ours > theirs) + 0.5 * np.mean(ours == theirs))


def loss(likely: Floats, is_real: Mask) -> float:
    """Mean logarithmic loss."""
    given = np.clip(np.where(is_real, likely, 1.0 - likely), 1e-4, 1.0)
    return float(-np.log(given).mean())


def f1_of(one: Labelled, weights: Learned) -> float:
    """F1 of our choice for one recording with some weights, at the length that the scorer asks for."""
    score = scorer()
    with using(weights):
        picks = choose([one.signals], Highlights(total_ms=score.want(one.truth) * 1000)).picks
    return float(score.score(one.truth, [[pick.start_ms / 1000, pick.end_ms / 1000] for pick in picks])["f1"])
