"""Whether a sound track holds no signal at all."""

from fractions import Fraction

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from .decoding import frames_of, seek

_SILENT_PEAK = 1 / 16384
_SAMPLES, _LISTEN_S = 4, 3


def is_silent(container: InputContainer, audio: AudioStream, duration_ms: int) -> bool:
    """Whether four samples of three seconds, spread over the sound, stay below -84 dBFS."""
    places = (Fraction(duration_ms * part, _SAMPLES * 1000) for part in range(_SAMPLES))
    return all(_quiet_from(container, audio, at_s) for at_s in places)


def _quiet_from(container: InputContainer, audio: AudioStream, at_s: Fraction) -> bool:
    if not seek(container, audio, at_s):
        return False
    heard = 0
    for frame in frames_of(container, audio):
        if not isinstance(frame, AudioFrame):
            continue
        if peak(frame) > _SILENT_PEAK:
            return False
        heard += frame.samples
        if heard >= _LISTEN_S * frame.sample_rate:
            break
    return True


def peak(frame: AudioFrame) -> float:
    """The largest sample of a block of sound, 1.0 being full scale."""
    samples = frame.to_ndarray()
    if samples.size == 0:
        return 0.0
    if samples.dtype.kind == "f":
        return float(np.abs(samples).max())
    middle, scale = (128, 128.0) if samples.dtype.kind == "u" else (0, float(1 << (8 * samples.dtype.itemsize - 1)))
    return float(np.abs(samples.astype(np.int64) - middle).max() / scale)
