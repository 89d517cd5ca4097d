"""Crowd reactions in sound: a sustained rise in all bands, noise-like, without the rhythm of speech.

Method: rise over a rolling low percentile per band, the 2nd to 4th lowest rise counts (music and speech
leave bands empty, a crowd fills them all); see Baillie and Jose (2003) for crowd response as the index of
key events. Thresholds are in dB, so that they mean the same on every recording.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .series import (
    CELL_MS,
    SERIES_HZ,
    Floats,
    hysteresis,
    ramp,
    ramp_of,
    rolling_deviation,
    rolling_mean,
    rolling_percentile,
    runs,
)
from .sound import SoundSeries

SECOND = SERIES_HZ
# s. Real applause between sentences never rises over a median, but over a 20th percentile of 240 s; flat
BASELINE_S = 240
_BASELINE_PERCENT = 20.0  # percent, see BASELINE_S; flat
# s, percent. The 30th percentile over 1.5 s drops bumps below 0.3 s and single words; flat
_SUSTAINED_S, _SUSTAINED_PERCENT = 1.5, 30.0
# the 2nd to 4th lowest rise of nine bands; event recall of a prototype on 12 simulated hours 0.96, without it 0.83
_BANDS_COUNTED = slice(1, 4)
_QUIETEST_DB = -68.0  # dB re full scale; flat
_RISE_CEILING_DB = 24.0  # dB; flat
_ENTER_DB, _LEAVE_DB = 5.0, 2.5  # dB of evidence; flat
_GAP_S, _LEAST_S = 1.5, 1.2  # s; flat
_STRONGEST_S = 3  # s; flat
_FULL_S, _LENGTH_POWER = 8.0, 0.35  # s; exponent; flat
# s; factor. Longer is chant, music, an advert or a step of gain (0.02 of event recall of the prototype); flat
_LONGEST_S, _TOO_LONG = 22.0, 0.35
# flatness 0..1, no to yes. Noise has about 0.56; of all changes that real sounds led to, this one gained most on
# matches; F1 +0.000 at x0.8, -0.402 at x1.25
_NOISE = (0.40, 0.46)
_LEVEL_DB = (7.5, 4.0)  # dB of deviation within 1 s, no to yes. Applause has less than 4; gained most on talks; flat
_PITCH = (0.66, 0.50)  # autocorrelation peak 0..1, no to yes; flat
_KNOCKS_DB = (5.0, 2.6)  # dB from one 25 ms to the next, no to yes; flat
_MACHINE, _TALKED_THROUGH = 0.92, 0.75  # share of the score taken; _MACHINE F1 -0.013 at x0.8, +0.000 at x1.25
_FLOOR_DB, _WANDER_DB = (0.9, 0.45), (0.9, 0.5)  # dB of deviation, no to yes; flat
_STILL_S = (1.5, 4.0)  # s, no to yes; flat
_HANDS_DB, _HANDS_PITCH = (0.65, 0.9), (0.24, 0.19)  # dB of ripple, autocorrelation peak; no to yes; flat
_BEAT_DB, _BEAT_PITCH = (1.1, 1.6), (0.21, 0.26)  # dB of ripple, autocorrelation peak; no to yes; flat
# dB of the lowest band over the mean, autocorrelation peak; no to yes; flat
_HUM_DB, _HUM_PITCH = (4.0, 7.0), (0.25, 0.32)
_SPOKEN_PITCH = (0.58, 0.68)  # autocorrelation peak, no to yes; flat
# flatness, difference of autocorrelation peaks; no to yes; _PURE_NOISE F1 -0.028 at x0.8, +0.000 at x1.25
_PURE_NOISE, _PITCH_SWING = (0.540, 0.555), (0.12, 0.22)


@dataclass(frozen=True, eq=False)
class CrowdSeries:
    """Ten values per second. `rise` dB over the baseline in all bands; `likeness` 0..1, how crowd-like;
    `evidence` dB, the rise as far as it sounds like a crowd."""

    rise: Floats
    likeness: Floats
    evidence: Floats


@dataclass(frozen=True)
class CrowdReaction:
    """Cells `first` up to `last` of a crowd reaction, strongest at `peak`; `score` in dB-like units;
    `likeness` 0..1, how crowd-like it sounds throughout."""

    first: int
    last: int
    peak: int
    score: float
    rise_db: float
    noise: float
    likeness: float


def crowd_series(sound: SoundSeries) -> CrowdSeries:
    """How much, and how crowd-like, the sound rises."""
    sustained = rolling_percentile(sound.bands, int(_SUSTAINED_S * SECOND), _SUSTAINED_PERCENT)
    risen = np.sort(sustained - baseline(sustained), axis=1)
    rise = rolling_mean(risen[:, _BANDS_COUNTED].mean(axis=1), SECOND // 2)
    likeness = _likeness(sound)
    evidence = np.clip(rise, 0.0, _RISE_CEILING_DB) * likeness
    return CrowdSeries(rise, likeness, evidence.astype(np.float32))


def baseline(series: Floats) -> Floats:
    """What is usual around each cell: rolling 20th percentile over four minutes, on a one-second grid."""
    coarse = series[SECOND // 2 :: SECOND] if len(series) > SECOND else series[:1]
    low = rolling_percentile(np.ascontiguousarray(coarse), BASELINE_S, _BASELINE_PERCENT)
    low = np.maximum(low, np.float32(_QUIETEST_DB))
    at = np.clip((np.arange(len(series)) // SECOND), 0, len(low) - 1)
    return low[at]


def _likeness(sound: SoundSeries) -> Floats:
    """Noise rather than tone, level rather than syllables, many sources rather than one pitch or knocks."""
    noise = ramp(rolling_mean(sound.noise, SECOND), *_NOISE)
    level = ramp(rolling_deviation(sound.level, SECOND), *_LEVEL_DB)
    pitch = ramp(rolling_mean(sound.voicing, SECOND), *_PITCH)
    knocks = ramp(rolling_mean(sound.ripple, SECOND), *_KNOCKS_DB)
    return (noise * level * pitch * knocks).astype(np.float32)


def reactions(sound: SoundSeries, series: CrowdSeries) -> list[CrowdReaction]:
    """Crowd reactions in order of time."""
    spans = hysteresis(series.evidence, _ENTER_DB, _LEAVE_DB, gap=int(_GAP_S * SECOND), least=int(_LEAST_S * SECOND))
    return [_reaction(sound, series, first, last) for first, last in spans]


def _reaction(sound: SoundSeries, series: CrowdSeries, first: int, last: int) -> CrowdReaction:
    part = series.evidence[first:last]
    strongest = float(np.sort(part)[-_STRONGEST_S * SECOND :].sum()) / (_STRONGEST_S * SECOND)
    seconds = (last - first) / SECOND
    score = strongest * (min(seconds, _FULL_S) / _FULL_S) ** _LENGTH_POWER
    score *= 1.0 - _MACHINE * _machine(sound, *_core(first, last))
    score *= 1.0 - _TALKED_THROUGH * _talked_through(sound, *_core(first, last))
    if seconds > _LONGEST_S:
        score *= _TOO_LONG
    return CrowdReaction(
        first=first,
        last=last,
        peak=first + int(rolling_mean(part, SECOND).argmax()),
        score=score,
        rise_db=float(np.percentile(series.rise[first:last], 75)),
        noise=float(sound.noise[first:last].mean()),
        likeness=float(series.likeness[slice(*_core(first, last))].mean()),
    )


def _core(first: int, last: int) -> tuple[int, int]:
    """A span without the switching on and off at its ends."""
    edge = SECOND if last - first >= 3 * SECOND else SECOND // 4
    return first + edge, last - edge


def _machine(sound: SoundSeries, first: int, last: int) -> float:
    """0..1: rain, engines and hums. Three ways to be no crowd:

    * a floor (lower envelope, so that speech on top does not matter) that holds its level with no more
      fluctuation than stationary noise has; many hands would show as knocks without a pitch;
    * a fast beat that always has a pitch: a motor. Hands knock without a pitch, voices do not beat;
    * always a pitch, and most of it in the lowest band: a motor or a hum. Voices in a crowd shout, which
      carries them to 1-3 kHz.
    """
    level, ripple, voicing = sound.level[first:last], sound.ripple[first:last], sound.voicing[first:last]
    floor = rolling_percentile(level, SECOND, 20.0)
    wander = float(np.percentile(rolling_deviation(level, SECOND), 25))
    pitched = float(np.percentile(voicing, 20))
    still = ramp_of(float(floor.std()), *_FLOOR_DB) * ramp_of(wander, *_WANDER_DB)
    # A few seconds of any sound are much alike; rain and engines stay for longer.
    still *= ramp_of((last - first) / SECOND, *_STILL_S)
    hands = ramp_of(float(np.median(ripple)), *_HANDS_DB) * ramp_of(pitched, *_HANDS_PITCH)
    beating = ramp_of(float(np.percentile(ripple, 25)), *_BEAT_DB) * ramp_of(pitched, *_BEAT_PITCH)
    bands = sound.bands[first:last]
    low = float((bands[:, 0] - bands.mean(axis=1)).mean())
    humming = ramp_of(low, *_HUM_DB) * ramp_of(pitched, *_HUM_PITCH)
    return max(still * (1.0 - hands), beating, humming)


def _talked_through(sound: SoundSeries, first: int, last: int) -> float:
    """0..1: a pitch as clear as speech or music comes through, which a crowd would drown.

    Or one comes and goes over noise that has none itself: someone speaks in the rain.
    """
    often, seldom = (float(value) for value in np.percentile(sound.voicing[first:last], [80, 20]))
    pure = ramp_of(float(sound.noise[first:last].mean()), *_PURE_NOISE)
    return max(ramp_of(often, *_SPOKEN_PITCH), pure * ramp_of(often - seldom, *_PITCH_SWING))


_BELOW_PROGRAMME_DB = 24.0  # dB; flat
_ALWAYS_DB = -60.0  # dB re full scale; flat
# percent, percent, share of the way from the one to the other; flat
_LOUD_PERCENT, _FLOOR_PERCENT, _ABOVE_FLOOR = 90, 5, 0.4


def threshold_db(loudness: NDArray[np.float32]) -> float:
    """Level below which a recording counts as silent: well below its loud tenth, above its own floor.

    Relative, so that a quiet recording is not silent throughout; never below -60 dB re full scale.
    """
    if len(loudness) == 0:
        return _ALWAYS_DB
    loud, floor = (float(value) for value in np.percentile(loudness, [_LOUD_PERCENT, _FLOOR_PERCENT]))
    return max(_ALWAYS_DB, min(loud - _BELOW_PROGRAMME_DB, floor + _ABOVE_FLOOR * (loud - floor)))


def silences(loudness: NDArray[np.float32], duration_ms: int, min_ms: int, margin_ms: int) -> list[tuple[int, int]]:
    """Silent ranges of at least `min_ms`, less `margin_ms` on both sides (none at the ends of the file)."""
    spans = []
    for first, last in runs(loudness < threshold_db(loudness)):
        start, end = first * CELL_MS, min(last * CELL_MS, duration_ms)
        if end - start < min_ms:
            continue
        start = start if start == 0 else start + margin_ms
        end = end if end >= duration_ms else end - margin_ms
        if end > start:
            spans.append((start, end))
    return spans


_FLOOR_S, _SPEECH_FLOOR_PERCENT = 30, 10.0  # s, percent; flat
# cells, percent; dB over the floor, no to yes; flat
_ABOVE_CELLS, _ABOVE_PERCENT, _ABOVE_DB = 5, 80.0, (4.0, 12.0)
# percent; autocorrelation peak 0..1, no to yes; flat
_VOICED_PERCENT, _VOICED = 75.0, (0.35, 0.60)
_RHYTHM_DB = (2.0, 4.5)  # dB of deviation within 1 s, no to yes; flat


def speech(sound: SoundSeries) -> NDArray[np.float32]:
    """0..1 per tenth of a second: voiced, above the background, its level going up and down.

    Syllables come at about 4 Hz (Houtgast and Steeneken 1985), so within one second the level of speech
    varies by several dB, that of music and crowds by less.
    """
    if len(sound) == 0:
        return np.zeros(0, np.float32)
    floor = rolling_percentile(sound.level, _FLOOR_S * SERIES_HZ, _SPEECH_FLOOR_PERCENT)
    above = ramp(rolling_percentile(sound.level, _ABOVE_CELLS, _ABOVE_PERCENT) - floor, *_ABOVE_DB)
    voiced = ramp(rolling_percentile(sound.voicing, SERIES_HZ, _VOICED_PERCENT), *_VOICED)
    rhythm = ramp(rolling_deviation(sound.level, SERIES_HZ), *_RHYTHM_DB)
    steady = rolling_mean(above * voiced * rhythm, SERIES_HZ)
    return steady.astype(np.float32)
