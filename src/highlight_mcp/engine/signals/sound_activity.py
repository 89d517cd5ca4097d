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
BASELINE_S = 240
_QUIETEST_DB = -68.0
_RISE_CEILING_DB = 24.0
_LONGEST_S = 22.0


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
    sustained = rolling_percentile(sound.bands, int(1.5 * SECOND), 30.0)
    risen = np.sort(sustained - baseline(sustained), axis=1)
    rise = rolling_mean(risen[:, 1:4].mean(axis=1), SECOND // 2)
    likeness = _likeness(sound)
    evidence = np.clip(rise, 0.0, _RISE_CEILING_DB) * likeness
    return CrowdSeries(rise, likeness, evidence.astype(np.float32))


def baseline(series: Floats) -> Floats:
    """What is usual around each cell: rolling 20th percentile over four minutes, on a one-second grid."""
    coarse = series[SECOND // 2 :: SECOND] if len(series) > SECOND else series[:1]
    low = rolling_percentile(np.ascontiguousarray(coarse), BASELINE_S, 20.0)
    low = np.maximum(low, np.float32(_QUIETEST_DB))
    at = np.clip((np.arange(len(series)) // SECOND), 0, len(low) - 1)
    return low[at]


def _likeness(sound: SoundSeries) -> Floats:
    """Noise rather than tone, level rather than syllables, many sources rather than one pitch or knocks."""
    noise = ramp(rolling_mean(sound.noise, SECOND), 0.40, 0.46)
    level = ramp(rolling_deviation(sound.level, SECOND), 7.5, 4.0)
    pitch = ramp(rolling_mean(sound.voicing, SECOND), 0.66, 0.50)
    knocks = ramp(rolling_mean(sound.ripple, SECOND), 5.0, 2.6)
    return (noise * level * pitch * knocks).astype(np.float32)


def reactions(sound: SoundSeries, series: CrowdSeries, enter: float = 5.0, leave: float = 2.5) -> list[CrowdReaction]:
    """Crowd reactions in order of time."""
    spans = hysteresis(series.evidence, enter, leave, gap=int(1.5 * SECOND), least=int(1.2 * SECOND))
    return [_reaction(sound, series, first, last) for first, last in spans]


def _reaction(sound: SoundSeries, series: CrowdSeries, first: int, last: int) -> CrowdReaction:
    part = series.evidence[first:last]
    strongest = float(np.sort(part)[-3 * SECOND :].sum()) / (3 * SECOND)
    seconds = (last - first) / SECOND
    score = strongest * (min(seconds, 8.0) / 8.0) ** 0.35
    score *= 1.0 - 0.92 * _machine(sound, *_core(first, last))
    score *= 1.0 - 0.75 * _talked_through(sound, *_core(first, last))
    if seconds > _LONGEST_S:
        score *= 0.35
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
    still = ramp_of(float(floor.std()), 0.9, 0.45) * ramp_of(wander, 0.9, 0.5)
    # A few seconds of any sound are much alike; rain and engines stay for longer.
    still *= ramp_of((last - first) / SECOND, 1.5, 4.0)
    hands = ramp_of(float(np.median(ripple)), 0.65, 0.9) * ramp_of(pitched, 0.24, 0.19)
    beating = ramp_of(float(np.percentile(ripple, 25)), 1.1, 1.6) * ramp_of(pitched, 0.21, 0.26)
    bands = sound.bands[first:last]
    low = float((bands[:, 0] - bands.mean(axis=1)).mean())
    humming = ramp_of(low, 4.0, 7.0) * ramp_of(pitched, 0.25, 0.32)
    return max(still * (1.0 - hands), beating, humming)


def _talked_through(sound: SoundSeries, first: int, last: int) -> float:
    """0..1: a pitch as clear as speech or music comes through, which a crowd would drown.

    Or one comes and goes over noise that has none itself: someone speaks in the rain.
    """
    often, seldom = (float(value) for value in np.percentile(sound.voicing[first:last], [80, 20]))
    pure = ramp_of(float(sound.noise[first:last].mean()), 0.540, 0.555)
    return max(ramp_of(often, 0.58, 0.68), pure * ramp_of(often - seldom, 0.12, 0.22))


_BELOW_PROGRAMME_DB = 24.0
_ALWAYS_DB = -60.0


def threshold_db(loudness: NDArray[np.float32]) -> float:
    """Level below which a recording counts as silent: well below its loud tenth, above its own floor.

    Relative, so that a quiet recording is not silent throughout; never below -60 dB re full scale.
    """
    if len(loudness) == 0:
        return _ALWAYS_DB
    loud, floor = (float(value) for value in np.percentile(loudness, [90, 5]))
    return max(_ALWAYS_DB, min(loud - _BELOW_PROGRAMME_DB, floor + 0.4 * (loud - floor)))


def silences(loudness: NDArray[np.float32], duration_ms: int, min_ms: int, margin_ms: int) -> list[tuple[int, int]]:
    """Silent ranges of at least `min_ms`, less `margin_ms` on both sides (none at the ends of the file)."""
    found = []
    for first, last in runs(loudness < threshold_db(loudness)):
        start, end = first * CELL_MS, min(last * CELL_MS, duration_ms)
        if end - start < min_ms:
            continue
        start = start if start == 0 else start + margin_ms
        end = end if end >= duration_ms else end - margin_ms
        if end > start:
            found.append((start, end))
    return found


def speech(sound: SoundSeries) -> NDArray[np.float32]:
    """0..1 per tenth of a second: voiced, above the background, its level going up and down.

    Syllables come at about 4 Hz (Houtgast and Steeneken 1985), so within one second the level of speech
    varies by several dB, that of music and crowds by less.
    """
    if len(sound) == 0:
        return np.zeros(0, np.float32)
    floor = rolling_percentile(sound.level, 30 * SERIES_HZ, 10.0)
    above = ramp(rolling_percentile(sound.level, 5, 80.0) - floor, 4.0, 12.0)
    voiced = ramp(rolling_percentile(sound.voicing, SERIES_HZ, 75.0), 0.35, 0.60)
    rhythm = ramp(rolling_deviation(sound.level, SERIES_HZ), 2.0, 4.5)
    steady = rolling_mean(above * voiced * rhythm, SERIES_HZ)
    return steady.astype(np.float32)
