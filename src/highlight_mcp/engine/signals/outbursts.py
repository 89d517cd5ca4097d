"""Outbursts: stretches of loud noise in a sound track that is otherwise nothing at all, as those of games are.

A microphone in a room always hears something. Where a track is digital silence for much of the time, its sounds were
put there; a rise over that silence is no measure of anything, and noise in it is no crowd. What tells there is for how
long it is about as loud as the track ever gets.
"""

from dataclasses import dataclass

import numpy as np

from .series import SERIES_HZ, Floats, hysteresis, rolling_mean, rolling_percentile
from .sound import SoundSeries

# dB re full scale, 300-6000 Hz. Rooms and preamplifiers stay above -75, 16 bits of silence after AAC have -97
NOTHING_DB = -85.0
_NOTHING_SHARE = 0.3  # share of the track. Games at hand have 0.86 and 0.89, other recordings 0
_SOUND_DB = -60.0  # dB re full scale; not varied
_LOUD_PERCENT, _BELOW_LOUDEST_DB = 95.0, 10.0  # percent of what sounds, dB below that; not varied
# flatness and autocorrelation peak, 0..1: gunfire has 0.5 to 0.56 and 0.2 to 0.35, speech and music less and more
_NOISE, _PITCH = 0.44, 0.5
_SMOOTH = SERIES_HZ // 2  # cells; not varied
_GAP_S = 1.5  # s; shots of one fight follow each other closer; not varied


@dataclass(frozen=True)
class Outburst:
    """Cells `first` up to `last`, from the first loud one to the last, loudest around `peak`; `loud_s` seconds of
    noise that is about as loud as the track gets; `level_db` re full scale."""

    first: int
    last: int
    peak: int
    loud_s: float
    level_db: float


def is_made(sound: SoundSeries) -> bool:
    """Whether the sounds of a track stand in digital silence, so that they tell nothing of a place."""
    return bool(len(sound)) and float(np.mean(sound.level < NOTHING_DB)) >= _NOTHING_SHARE


def outbursts(sound: SoundSeries) -> list[Outburst]:
    """All outbursts in order of time; none where there always is something to be heard."""
    sounding = sound.level > _SOUND_DB
    if not is_made(sound) or not sounding.any():
        return []
    least = float(np.percentile(sound.level[sounding], _LOUD_PERCENT)) - _BELOW_LOUDEST_DB
    noise = (rolling_mean(sound.noise, _SMOOTH) > _NOISE) & (rolling_mean(sound.voicing, _SMOOTH) < _PITCH)
    loud = ((sound.level > least) & noise).astype(np.float32)
    spans = hysteresis(loud, 0.5, 0.5, gap=round(_GAP_S * SERIES_HZ), least=1)
    return [_outburst(sound.level, loud, first, last) for first, last in spans]


def _outburst(level: Floats, loud: Floats, first: int, last: int) -> Outburst:
    together = rolling_mean(loud[first:last], SERIES_HZ)
    return Outburst(
        first=first,
        last=last,
        peak=first + int(together.argmax()),
        loud_s=float(loud[first:last].sum()) / SERIES_HZ,
        level_db=float(rolling_percentile(level[first:last], last - first, 90.0)[0]),
    )
