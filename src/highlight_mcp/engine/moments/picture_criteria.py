"""Criteria on pictures: motion against what is usual around, scene changes, the liveliest stretches."""

import numpy as np

from ...messages import listed, message
from ..signals.analysis import Analysis
from ..signals.motion import Burst, steadiness, unusual
from ..signals.sample_frames import SampleFrames
from ..signals.series import SERIES_HZ, Floats, hysteresis, ramp, rolling_mean, rolling_percentile
from ..signals.sound_activity import crowd_series
from .moment import Candidate, Confidence, Signals, without_overlap

_WINDOW_S = 180  # s; flat
_FAINT = 0.01  # coarse pixels per 0.1 s; flat


class MotionBaseline:
    """How fast things move in the looks, the camera aside; `steady` 0..1 says where it can be told."""

    def __init__(self, pictures: SampleFrames) -> None:
        known = np.isfinite(pictures.flow)
        self.at_ms = pictures.at_ms[known]
        self.motion: Floats = pictures.flow[known]
        self.steady: Floats = unusual(steadiness(pictures)[known])
        span = float(self.at_ms[-1] - self.at_ms[0]) / 1000.0 if len(self.at_ms) > 1 else 1.0
        window = max(5, round(_WINDOW_S * len(self.at_ms) / max(span, 1.0)))
        self.usual = rolling_percentile(self.motion, window, 50.0) if len(self.motion) else self.motion

    def __len__(self) -> int:
        return len(self.at_ms)

    def ratios(self) -> Floats:
        """Motion of each look over the usual one, 1 = usual."""
        return ((self.motion + _FAINT) / (self.usual + _FAINT)).astype(np.float32)

    def rise(self, start_ms: int, end_ms: int) -> float:
        """Upper quartile of the ratio within a range; 1 where nothing was seen."""
        inside = (self.at_ms >= start_ms) & (self.at_ms < end_ms)
        if not inside.any():
            return 1.0
        return float(np.percentile(self.ratios()[inside], 75))


_GRID_HZ = 2  # values per second
_BURST_MS, _BURST_PERCENT = 3_000, 80.0  # ms; percent; flat
_CLEAR = 1.3  # times motion._enter; flat
_LEAST_OCTAVES, _MOST_OCTAVES, _TOP_PERCENT = 0.6, 1.2, 97  # octaves, octaves, percent; flat
_LEAVE, _SURE_TIMES = 0.5, 2.5  # of the entry; times the usual; flat
_LEAST_LEAD_MS, _LEAD_MS = 500, 2_000  # ms; flat
_SHOT_MS = 3_000  # ms; flat
_FAINT_SCENE, _QUIETEST_DB = 0.01, -70.0  # coarse pixels per 0.1 s; dB re full scale; flat
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
    movement = MotionBaseline(analysis.pictures)
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
    """The first seconds of every shot whose beginning is known."""
    out = []
    for shot in analysis.shots if len(analysis.shots) > 1 else ():
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
    movement = MotionBaseline(analysis.pictures)
    if len(movement) > 1:
        # Bursts tell action from pans and zooms, which move all the time.
        looks = max(1, round(_BURST_MS / max(1.0, float(np.median(np.diff(movement.at_ms))))))
        bursts = rolling_percentile(movement.motion, looks, _BURST_PERCENT)
        total += _standard(_regular(movement.at_ms, np.log2(bursts + _FAINT_SCENE), analysis.duration_ms))
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


_MOST_POINTS = 1200  # points drawn
_TOP_DB, _TOP_OCTAVES, _MOTION_HEIGHT = 20.0, 4.0, 0.6  # dB, octaves, 0..1; for drawing only


def liveliness_curve(analysis: Analysis) -> list[tuple[int, float]]:
    """(time in ms, 0..1) at most once per second and at most 1 200 points; crowd first, then motion."""
    seconds = max(1, -(-analysis.duration_ms // 1000))
    values = np.zeros(seconds, np.float32)
    if analysis.sound is not None and len(analysis.sound):
        evidence = crowd_series(analysis.sound).evidence
        padded = np.zeros(seconds * SERIES_HZ, np.float32)
        count = min(len(padded), len(evidence))
        padded[:count] = evidence[:count]
        values = np.maximum(values, ramp(padded.reshape(seconds, SERIES_HZ).max(axis=1), 0.0, _TOP_DB))
    movement = MotionBaseline(analysis.pictures)
    if len(movement):
        lively = ramp(np.log2(movement.ratios()), 0.0, _TOP_OCTAVES) * np.float32(_MOTION_HEIGHT)
        np.maximum.at(values, np.clip(movement.at_ms // 1000, 0, seconds - 1), lively)
    step = -(-seconds // _MOST_POINTS)
    starts = np.arange(0, seconds, step)
    return [
        (int(start) * 1000, round(float(value), 3))
        for start, value in zip(starts, np.maximum.reduceat(values, starts), strict=True)
    ]
