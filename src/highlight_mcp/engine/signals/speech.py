"""Speech-like activity without a model: pitched sound with the rhythm of syllables."""

import numpy as np
from numpy.typing import NDArray

from .grid import SERIES_HZ
from .rolling import ramp, rolling_deviation, rolling_mean, rolling_percentile
from .sound import Sound

_FLOOR_S, _FLOOR_PERCENT = 30, 10.0  # s, percent; no source on record, not varied
# cells, percent; dB over the floor, no to yes; no source on record, not varied
_ABOVE_CELLS, _ABOVE_PERCENT, _ABOVE_DB = 5, 80.0, (4.0, 12.0)
# percent; autocorrelation peak 0..1, no to yes; no source on record, not varied
_VOICED_PERCENT, _VOICED = 75.0, (0.35, 0.60)
_RHYTHM_DB = (2.0, 4.5)  # dB of deviation within 1 s, no to yes; no source on record, not varied


def speech(sound: Sound) -> NDArray[np.float32]:
    """0..1 per tenth of a second: voiced, above the background, its level going up and down.

    Syllables come at about 4 Hz (Houtgast and Steeneken 1985), so within one second the level of speech
    varies by several dB, that of music and crowds by less.
    """
    if len(sound) == 0:
        return np.zeros(0, np.float32)
    floor = rolling_percentile(sound.level, _FLOOR_S * SERIES_HZ, _FLOOR_PERCENT)
    above = ramp(rolling_percentile(sound.level, _ABOVE_CELLS, _ABOVE_PERCENT) - floor, *_ABOVE_DB)
    voiced = ramp(rolling_percentile(sound.voicing, SERIES_HZ, _VOICED_PERCENT), *_VOICED)
    rhythm = ramp(rolling_deviation(sound.level, SERIES_HZ), *_RHYTHM_DB)
    steady = rolling_mean(above * voiced * rhythm, SERIES_HZ)
    return steady.astype(np.float32)
