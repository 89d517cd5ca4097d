"""Speech-like activity without a model: pitched sound with the rhythm of syllables."""

import numpy as np
from numpy.typing import NDArray

from .grid import SERIES_HZ
from .rolling import ramp, rolling_deviation, rolling_mean, rolling_percentile
from .sound import Sound


def speech(sound: Sound) -> NDArray[np.float32]:
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
