"""Criteria on pictures: motion, scene changes; and the liveliest stretches when nothing stands out."""

import numpy as np

from ...messages import listed, message
from ..analysis import Analysis
from ..signals.bursts import Burst
from ..signals.grid import SERIES_HZ
from ..signals.rolling import Floats, hysteresis, rolling_mean, rolling_percentile
from .candidate import Candidate, without_overlap
from .moment import Confidence, Signals
from .motion import Movement

_GRID_HZ = 2  # values per second
_BURST_MS, _BURST_PERCENT = 3_000, 80.0  # ms; percent; no source on record, not varied
_CLEAR = 1.3  # times bursts._enter; no source on record, not varied
_LEAST_OCTAVES, _MOST_OCTAVES, _TOP_PERCENT = 0.6, 1.2, 97  # octaves, octaves, percent; no source on record, not varied
_LEAVE, _SURE_TIMES = 0.5, 2.5  # of the entry; times the usual; no source on record, not varied
_LEAST_LEAD_MS, _LEAD_MS = 500, 2_000  # ms; no source on record, not varied
_SHOT_MS = 3_000  # ms; no source on record, not varied
_FAINT, _QUIETEST_DB = 0.01, -70.0  # coarse pixels per 0.1 s; dB re full scale; no source on record, not varied
_MOST_STRETCHES = 200  # stretches


def moving(analysis: Analysis) -> list[Candidate]:
    """Stretches where things move clearly more than in the minutes around, or than usual in the same shot."""
    return without_overlap(_restless(analysis) + [burst_of(one) for one in analysis.bursts])


def burst_of(one: Burst) -> Candidate:
    """A burst of movement as a candidate by itself."""
    seconds = one.length_ms / 1000.0
    signals: Signals = {"kind": "motion", "motion_ratio": round(one.times, 2), "sustained_s": round(seconds, 1)}
    score = 3.0 * min(one.clear, 2.0) * min(seconds, 8.0) ** 0.25
    why = listed(message("engine.why.motion_in_shot", ratio=one.times), message("engine.why.lasts", s=seconds))
    sure: Confidence = "medium" if one.clear > _CLEAR else "low"
    return Candidate(one.start_ms, one.end_ms, one.peak_ms, score, sure, why, signals, _LEAST_LEAD_MS, _LEAD_MS)


def _restless(analysis: Analysis) -> list[Candidate]:
    movement = Movement(analysis.pictures)
    if not len(movement):
        return []
    ratio = _regular(movement.at_ms, np.log2(movement.ratios()) * movement.steady, analysis.duration_ms)
    smooth = rolling_mean(ratio, 2 * _GRID_HZ)
    enter = max(_LEAST_OCTAVES, min(_MOST_OCTAVES, float(np.percentile(smooth, _TOP_PERCENT))))
    out = []
    for first, last in hysteresis(smooth, enter, _LEAVE * enter, gap=2 * _GRID_HZ, least=_GRID_HZ):
        part = smooth[first:last]
        times = float(2.0 ** np.percentile(part, 75))
        seconds = (last - first) / _GRID_HZ
        signals: Signals = {"kind": "motion", "motion_ratio": round(times, 2), "sustained_s": round(seconds, 1)}
        score = 3.0 * float(np.percentile(part, 75)) * min(seconds, 8.0) ** 0.25
        why = listed(message("engine.why.motion_around", ratio=times), message("engine.why.lasts", s=seconds))
        start, end = first * 1000 // _GRID_HZ, last * 1000 // _GRID_HZ
        peak = start + int(part.argmax()) * 1000 // _GRID_HZ
        sure: Confidence = "medium" if times > _SURE_TIMES else "low"
        out.append(Candidate(start, end, peak, score, sure, why, signals, _LEAST_LEAD_MS, _LEAD_MS))
    return out


def scene_changes(analysis: Analysis) -> list[Candidate]:
    """Shot boundaries, with the first seconds of the new shot."""
    out = []
    for shot in analysis.shots[1:]:
        if shot.opening == "change":
            continue
        end = min(shot.end_ms, shot.start_ms + _SHOT_MS)
        signals: Signals = {"kind": "shot", "sustained_s": round((shot.end_ms - shot.start_ms) / 1000.0, 1)}
        score = 5.0 if shot.opening == "cut" else 3.0
        why = message("engine.why.new_shot")
        out.append(
            Candidate(
                shot.start_ms,
                end,
                shot.start_ms,
                score,
                "high" if shot.opening == "cut" else "medium",
                why,
                signals,
                0,
                _LEAD_MS,
            )
        )
    return out


def liveliness(analysis: Analysis) -> Floats:
    """How much goes on, in standard deviations, twice a second: motion and loudness together."""
    count = max(1, -(-analysis.duration_ms * _GRID_HZ // 1000))
    total = np.zeros(count, np.float32)
    movement = Movement(analysis.pictures)
    if len(movement) > 1:
        # Bursts tell action from pans and zooms, which move all the time.
        looks = max(1, round(_BURST_MS / max(1.0, float(np.median(np.diff(movement.at_ms))))))
        bursts = rolling_percentile(movement.motion, looks, _BURST_PERCENT)
        total += _standard(_regular(movement.at_ms, np.log2(bursts + _FAINT), analysis.duration_ms))
    if len(analysis.level_db):
        step = SERIES_HZ // _GRID_HZ
        level = rolling_mean(np.maximum(analysis.level_db, _QUIETEST_DB), SERIES_HZ)[::step][:count]
        total[: len(level)] += _standard(level)
    return total


def liveliest(analysis: Analysis, length_ms: int, within: tuple[int, int]) -> list[Candidate]:
    """Stretches of `length_ms` inside `within`, the liveliest first, not overlapping."""
    lively = liveliness(analysis)
    width = max(1, length_ms * _GRID_HZ // 1000)
    low, high = within[0] * _GRID_HZ // 1000, min(len(lively), -(-within[1] * _GRID_HZ // 1000))
    if high - low < width:
        return []
    sums = np.concatenate([[0.0], np.cumsum(lively, dtype=np.float64)])
    means = (sums[low + width : high + 1] - sums[low : high + 1 - width]) / width
    taken = np.zeros(len(means), bool)
    out: list[Candidate] = []
    while not taken.all() and len(out) < _MOST_STRETCHES:
        best = int(np.where(taken, -np.inf, means).argmax())
        taken[max(0, best - width + 1) : best + width] = True
        start = (low + best) * 1000 // _GRID_HZ
        signals: Signals = {"kind": "filler", "liveliness": round(float(means[best]), 2)}
        why = message("engine.why.liveliest", sd=float(means[best]))
        score = float(np.clip(1.0 + 0.2 * means[best], 0.1, 1.9))
        end = min(start + length_ms, within[1])
        out.append(Candidate(start, end, (start + end) // 2, score, "low", why, signals, 0, 0))
    return out


def _regular(at_ms: np.ndarray[tuple[int], np.dtype[np.int64]], values: Floats, duration_ms: int) -> Floats:
    grid = np.arange(max(1, -(-duration_ms * _GRID_HZ // 1000))) * (1000 // _GRID_HZ) + 500 // _GRID_HZ
    return np.interp(grid, at_ms, values).astype(np.float32)


def _standard(values: Floats) -> Floats:
    standard: Floats = ((values - values.mean()) / (values.std() + 1e-3)).astype(np.float32)
    return standard
