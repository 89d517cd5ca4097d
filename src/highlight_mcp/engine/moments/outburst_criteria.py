"""Outbursts of noise in the sound track of a game as candidates: loud sounds, never a crowd."""

from ...messages import message
from ..signals.outbursts import Outburst
from ..signals.series import CELL_MS
from .moment import Candidate, Confidence, Signals

_SECOND = 5.0  # points of one loud second: a single shot and its echo last 0.9 s, two and more longer; not varied
_POWER, _FULL_S = 0.8, 8.0  # exponent of the loud seconds, s; not varied
# loud s. Of 9 that last as long in the two game recordings of development all were fights
_SURE_S = 2.0
_LEAD_MS, _ACT_MS = 500, 3_000  # ms before the first loud sound; not varied


def outburst(one: Outburst, clear: float) -> Candidate:
    """The outburst as a candidate; `clear` is the score from which on it counts as a clear moment."""
    score = _SECOND * min(one.loud_s, _FULL_S) ** _POWER
    signals: Signals = {"kind": "loud_sound", "loud_s": round(one.loud_s, 1), "level_db": round(one.level_db, 1)}
    sure: Confidence = "high" if one.loud_s >= _SURE_S else "medium" if score >= clear else "low"
    evidence = (message("engine.why.loud_for", s=one.loud_s),)
    return Candidate(
        start_ms=max(0, one.first * CELL_MS - _LEAD_MS), end_ms=one.last * CELL_MS, peak_ms=one.peak * CELL_MS,
        score=score, confidence=sure, signals=signals, least_lead_ms=_ACT_MS,
        why=message("engine.why.loud_sound", what=message("engine.why.out_of_silence"), evidence=evidence),
        evidence=evidence, measured={"loud_s": one.loud_s, "level_db": one.level_db},
    )  # fmt: skip
