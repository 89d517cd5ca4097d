"""Criteria on sound other than the crowd: loud, applause, laughter, whistle, speech, quiet, silence, outbursts.

Levels and their deviations are in dB, lengths in seconds, flatness, voicing and tone 0..1 (of `signals.sound`; speech
and tone times ten), pitches in Hz. No source is on record for these bounds, and none was
varied: `auto` alone is judged.
"""

from collections.abc import Callable

import numpy as np

from ...messages import Message, listed, message
from ..signals.analysis import Analysis
from ..signals.outbursts import Outburst, is_made
from ..signals.series import (
    CELL_MS,
    SERIES_HZ,
    Floats,
    hysteresis,
    ramp,
    ramp_of,
    rolling_deviation,
    rolling_mean,
    rolling_percentile,
)
from ..signals.sound import SoundSeries
from ..signals.sound_activity import baseline, crowd_series, reactions
from .moment import Candidate, Confidence, Signals

SoundEvidence = Callable[[int, int], Message]

# Of outbursts.
_SECOND = 5.0  # points of one loud second: a single shot and its echo last 0.9 s, two and more longer; not varied
_POWER, _FULL_S = 0.8, 8.0  # exponent of the loud seconds, s; not varied
# loud s. All of 18 that last as long in five game recordings were fights; three of these were made after it was set
_SURE_S = 2.0
_LEAD_MS, _ACT_MS = 500, 3_000  # ms before the first loud sound; not varied


def loud(analysis: Analysis) -> list[Candidate]:
    """Stretches clearly louder than usual, whatever they are."""
    sound = analysis.sound
    if sound is None or not len(sound):
        return []
    steady = rolling_percentile(sound.loudness, SERIES_HZ, 50.0)
    rise = rolling_mean(steady - baseline(steady), 5)
    top = float(np.percentile(rise, 95))
    enter = max(4.0, 0.75 * top)
    return _spans(rise, enter, 0.6 * enter, 1.0, "loud", lambda a, b: message("engine.why.louder", db=_top(rise, a, b)))


def applause(analysis: Analysis) -> list[Candidate]:
    """Crowd reactions that hiss steadily: many hands rather than voices. Noise out of nothing is no crowd."""
    sound = analysis.sound
    if sound is None or not len(sound) or is_made(sound):
        return []
    clapping = []
    for one in reactions(sound, crowd_series(sound)):
        part = slice(one.first, one.last)
        steady = ramp_of(float(np.median(rolling_deviation(sound.level[part], SERIES_HZ))), 5.0, 2.0)
        hiss = ramp_of(one.noise, 0.40, 0.48)
        score = one.score * (0.4 + 0.6 * steady * hiss)
        seconds = (one.last - one.first) / SERIES_HZ
        why = listed(
            message("engine.why.applause"),
            message("engine.why.louder", db=one.rise_db),
            message("engine.why.sustained", s=seconds),
        )
        signals: Signals = {"kind": "applause", "crowd_db": round(one.rise_db, 1), "sustained_s": round(seconds, 1)}
        clapping.append(_candidate(one.first - 4, one.last, one.peak, score, why, signals))
    return clapping


def laughter(analysis: Analysis) -> list[Candidate]:
    """Short rises of many voices whose level shakes at about five per second (approximate)."""
    sound = analysis.sound
    if sound is None or not len(sound):
        return []
    series = crowd_series(sound)
    shaking = ramp(rolling_mean(sound.ripple, SERIES_HZ), 0.8, 1.6) * ramp(
        rolling_mean(sound.ripple, SERIES_HZ), 5.0, 3.0
    )
    voices = ramp(rolling_mean(sound.voicing, SERIES_HZ), 0.25, 0.4) * ramp(
        rolling_mean(sound.voicing, SERIES_HZ), 0.75, 0.6
    )
    noisy = ramp(rolling_mean(sound.noise, SERIES_HZ), 0.38, 0.44)
    evidence = np.clip(series.rise, 0.0, 20.0) * shaking * voices * noisy
    why = message("engine.why.laughter")
    return _spans(evidence.astype(np.float32), 4.0, 2.0, 0.8, "laughter", lambda a, b: why)


def applause_or_laughter(analysis: Analysis) -> list[Candidate]:
    """Both, the better reading where they overlap."""
    return applause(analysis) + laughter(analysis)


def whistle(analysis: Analysis) -> list[Candidate]:
    """A steady peak between 1.8 and 4.6 kHz of at least 0.3 s."""
    sound = analysis.sound
    if sound is None or not len(sound):
        return []
    steady = rolling_deviation(sound.tone_hz, 3) < 120.0
    audible = sound.level > rolling_percentile(sound.level, 30 * SERIES_HZ, 20.0) + 3.0
    evidence = (sound.tone * steady * audible * 10.0).astype(np.float32)
    return _spans(evidence, 4.0, 2.5, 0.3, "whistle", lambda a, b: _tone(sound, a, b), gap_s=1.0)


def speech(analysis: Analysis) -> list[Candidate]:
    """Stretches of speech from pause to pause."""
    if not len(analysis.speech):
        return []
    evidence = (rolling_mean(analysis.speech, SERIES_HZ) * 10.0).astype(np.float32)
    return _spans(evidence, 5.0, 2.0, 2.0, "speech", lambda a, b: message("engine.why.speech"), gap_s=0.8)


def quiet(analysis: Analysis) -> list[Candidate]:
    """The calmest stretches that are not silent."""
    sound = analysis.sound
    if sound is None or not len(sound):
        return []
    steady = rolling_percentile(sound.loudness, 3 * SERIES_HZ, 70.0)
    usual = rolling_percentile(sound.loudness[::SERIES_HZ].copy(), 240, 60.0).repeat(SERIES_HZ)[: len(steady)]
    drop = np.zeros(len(steady), np.float32)
    drop[: len(usual)] = usual - steady[: len(usual)]
    return _spans(drop, 6.0, 3.0, 3.0, "quiet", lambda a, b: message("engine.why.quieter", db=_top(drop, a, b)))


def silence(analysis: Analysis) -> list[Candidate]:
    """Stretches without sound, the longest first."""
    silences = []
    for start, end in analysis.silences(min_ms=1000, margin_ms=0):
        seconds = (end - start) / 1000.0
        signals: Signals = {"kind": "silence", "sustained_s": round(seconds, 1)}
        silences.append(
            Candidate(
                start,
                end,
                (start + end) // 2,
                seconds,
                "high",
                message("engine.why.no_sound", s=seconds),
                signals,
                0,
                0,
            )
        )
    return silences


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


def _spans(
    evidence: Floats, enter: float, leave: float, least_s: float, kind: str, why: SoundEvidence, gap_s: float = 1.5
) -> list[Candidate]:
    spans = hysteresis(evidence, enter, leave, gap=round(gap_s * SERIES_HZ), least=max(1, round(least_s * SERIES_HZ)))
    out = []
    for first, last in spans:
        part = evidence[first:last]
        seconds = (last - first) / SERIES_HZ
        strongest = float(np.sort(part)[-20:].mean())
        score = strongest * min(seconds, 8.0) ** 0.25
        reason = listed(why(first, last), message("engine.why.lasts", s=seconds))
        signals: Signals = {"kind": kind, "strength": round(strongest, 2), "sustained_s": round(seconds, 1)}
        peak, is_sure = first + int(part.argmax()), strongest > 1.8 * enter
        out.append(_candidate(first, last, peak, score, reason, signals, is_sure))
    return out


def _candidate(
    first: int, last: int, peak: int, score: float, why: Message, signals: Signals, sure: bool = False
) -> Candidate:
    confidence: Confidence = "medium" if sure or score > 8.0 else "low"
    return Candidate(
        max(0, first) * CELL_MS, last * CELL_MS, peak * CELL_MS, score, confidence, why, signals, 500, 3000
    )


def _top(series: Floats, first: int, last: int) -> float:
    return float(np.percentile(series[first:last], 75))


def _tone(sound: SoundSeries, first: int, last: int) -> Message:
    part = sound.tone[first:last]
    return message("engine.why.whistle", khz=float(sound.tone_hz[first + int(part.argmax())]) / 1000.0)
