"""Frame rates from time stamps: what the container claims is believed only where the stamps agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

STANDARD = tuple(
    Fraction(rate)
    for rate in ("24000/1001", 24, 25, "30000/1001", 30, 48, 50, "60000/1001", 60, 100, "120000/1001", 120, 240, 15, 10)
)
_IMPLAUSIBLE = 500
_SLOWEST = Fraction(1, 1001)
_OUTLIERS = Fraction(1, 100)


@dataclass(frozen=True)
class FrameRate:
    """The rate in frames per second (an average where `variable`)."""

    rate: Fraction
    variable: bool


def measured_rate(stamps: Sequence[Sequence[int]], base: Fraction, claims: Sequence[Fraction | None]) -> FrameRate:
    """The frame rate that windows of presentation stamps (in units of `base` seconds) show.

    `claims` are the container's own figures, best first; one is taken when it fits the stamps to
    within their rounding. The rate is variable when more than 1 % of the steps differ from the usual
    one by more than 1 % and one unit.
    """
    steps = [step for window in stamps for step in _steps(window)]
    plausible = [claim for claim in claims if claim and 0 < claim < _IMPLAUSIBLE]
    if not steps:
        return FrameRate(plausible[0] if plausible else Fraction(25), False)
    usual = sorted(steps)[len(steps) // 2]
    odd = sum(1 for step in steps if abs(step - usual) > max(Fraction(usual, 100), Fraction(1)))
    if odd > _OUTLIERS * len(steps):
        return FrameRate(plausible[0] if plausible else len(steps) / (sum(steps) * base), True)
    even = [step for step in steps if abs(step - usual) <= max(Fraction(usual, 100), Fraction(1))]
    return FrameRate(_fitting(Fraction(sum(even), len(even)) * base, 2 * base / len(even), plausible), False)


def _steps(window: Sequence[int]) -> list[int]:
    """Distances between pictures; hidden frames share the stamp of the one they serve."""
    ordered = sorted(window)
    steps = [later - earlier for earlier, later in pairwise(ordered)]
    usual = sorted(steps)[len(steps) // 2] if steps else 0
    shown = [ordered[0]] if ordered else []
    for stamp in ordered[1:]:
        if 4 * (stamp - shown[-1]) > usual:
            shown.append(stamp)
    return [later - earlier for earlier, later in pairwise(shown)]


def _fitting(step_s: Fraction, slack_s: Fraction, claims: list[Fraction]) -> Fraction:
    fits = [rate for rate in (*claims, *STANDARD) if abs(1 / rate - step_s) <= slack_s]
    if fits:
        return fits[0]
    return max((1 / step_s).limit_denominator(1001), _SLOWEST)
