"""Beats of a piece of music: onset strength, tempo by autocorrelation, beats by dynamic programming.

After D. P. W. Ellis, Beat Tracking by Dynamic Programming, Journal of New Music Research 36 (2007).
"""

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from ..errors import EngineError
from ..media.audio_samples import bounded
from ..media.decoding import frames_of
from ..media.opening import open_media
from ..media.streams import sound_stream

Floats = NDArray[np.float64]

RATE_HZ = 8000  # samples per second, as in Ellis (2007)
HOP = 80  # samples between two onsets; no source on record, not varied
WINDOW = 256  # samples: 32 ms, as in Ellis (2007)
STEP_MS = 1000 * HOP // RATE_HZ  # ms between two onsets
BANDS = 32  # bands up to half the rate; no source on record, not varied
LOWEST_HZ = 60  # Hz; no source on record, not varied
LONGEST_S = 1800  # s of music that are read; bounds memory
USUAL_BPM = 120  # beats per minute, the middle of tempo preference in Ellis (2007)
BPM_SPREAD_OCTAVES = 0.9  # octaves; Ellis (2007)
TEMPO_RANGE_BPM = (50, 220)  # beats per minute; no source on record, not varied
TIGHTNESS = 100.0  # weight of even beats against strong onsets; Ellis (2007)
LEAST_REGULARITY = 0.12  # autocorrelation 0..1 at the tempo; no source on record, not varied


def beats(path: Path) -> tuple[int, ...]:
    """Times of the beats of a recording in ms; empty without a steady beat. Raises EngineError."""
    return beats_of(_samples(path))


def beats_of(samples: Floats) -> tuple[int, ...]:
    """Beats in ms of a mono signal at 8 kHz; empty where the onsets are not regular."""
    strength = onsets(samples)
    period = tempo(strength)
    if period is None:
        return ()
    offset = (WINDOW // 2 + HOP // 2) * 1000 // RATE_HZ
    return tuple(int(place) * STEP_MS + offset for place in _track(strength, period))


def onsets(samples: Floats) -> Floats:
    """Onset strength every 10 ms: summed rises of the level in 32 bands, against the local mean, in sd."""
    count = max(0, (len(samples) - WINDOW) // HOP + 1)
    if count < 2:
        return np.zeros(0)
    bands = _band_matrix()
    levels = np.empty((count, bands.shape[1]))
    shape = np.hanning(WINDOW)
    for first in range(0, count, 4000):
        starts = np.arange(first, min(count, first + 4000)) * HOP
        frames = samples[starts[:, None] + np.arange(WINDOW)] * shape
        power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
        levels[first : first + len(starts)] = 10 * np.log10(power @ bands + 1e-7)
    levels = np.maximum(levels, levels.max() - 80)
    rise = np.maximum(0.0, np.diff(levels, axis=0, prepend=levels[:1])).sum(axis=1)
    width = 1000 // STEP_MS
    local = np.convolve(rise, np.ones(width) / width, mode="same")
    strength = np.maximum(0.0, rise - local)
    spread = float(strength.std())
    return strength / spread if spread > 1e-9 else np.zeros_like(strength)


def tempo(strength: Floats) -> int | None:
    """Beat period in steps of 10 ms; None where the onsets repeat at none."""
    if len(strength) < 400 or not strength.any():
        return None
    centred = strength - strength.mean()
    size = 1 << (2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2, size)[: len(centred)]
    shortest, longest = (60_000 // STEP_MS // bpm for bpm in reversed(TEMPO_RANGE_BPM))
    lags = np.arange(shortest, min(longest, len(correlation) - 1) + 1)
    octaves = np.log2(lags * STEP_MS * USUAL_BPM / 60_000)
    weighted = correlation[lags] * np.exp(-0.5 * (octaves / BPM_SPREAD_OCTAVES) ** 2)
    best = int(lags[int(weighted.argmax())])
    return best if correlation[best] >= LEAST_REGULARITY * correlation[0] else None


def _track(strength: Floats, period: int) -> list[int]:
    """Places of the beats: strong onsets at distances near the period."""
    smooth = np.convolve(strength, np.exp(-0.5 * (np.arange(-period, period + 1) * 32 / period) ** 2), mode="same")
    back = np.arange(-2 * period, -period // 2)
    cost = -TIGHTNESS * np.log(-back / period) ** 2
    total = smooth.copy()
    before = np.full(len(smooth), -1)
    for place in range(len(smooth)):
        first = max(0, place + int(back[0]))
        last = place + int(back[-1]) + 1
        if last <= 0:
            continue
        scores = total[first:last] + cost[len(back) - (last - first) :]
        best = int(scores.argmax())
        if scores[best] > 0 or smooth[place] < 0.01 * smooth.max():
            before[place] = first + best
            total[place] = smooth[place] + scores[best]
    place = len(smooth) - period + int(total[-period:].argmax()) if len(smooth) > period else int(total.argmax())
    beats = [place]
    while before[beats[-1]] >= 0:
        beats.append(int(before[beats[-1]]))
    return beats[::-1]


def _band_matrix() -> Floats:
    """Bins of the spectrum → bands of equal width on a logarithmic scale, at least one bin wide."""
    edges = np.geomspace(LOWEST_HZ, RATE_HZ / 2, BANDS + 1) * WINDOW / RATE_HZ
    first = np.unique(np.round(edges).astype(int))
    bins = np.arange(WINDOW // 2 + 1)
    return np.stack([(bins >= low) & (bins < high) for low, high in pairwise(first)], axis=1) * 1.0


def _samples(path: Path) -> Floats:
    """The first half hour of the sound, mono at 8 kHz."""
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            raise EngineError("unsupported_file", "engine.no_sound", name=path.name)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
        blocks: list[Floats] = []
        count = 0
        for frame in frames_of(container, stream):
            if not isinstance(frame, AudioFrame):
                continue
            frame.pts = None
            for part in resampler.resample(frame):
                blocks.append(bounded(np.asarray(part.to_ndarray().reshape(-1), np.float32)).astype(np.float64))
                count += len(blocks[-1])
            if count > LONGEST_S * RATE_HZ:
                break
    return np.concatenate(blocks) if blocks else np.zeros(0)
