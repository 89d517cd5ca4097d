"""The sound of a stretch of a recording as samples: its level, its pauses, or no signal at all."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from .decoding import frames_of, origin, seek
from .opening import heard_track, open_media
from .ratios import exact
from .streams import sound_stream, sound_streams

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


RATE = 16_000
_RUN_UP_S = Fraction(1, 2)
_CELL_MS = 20
_SMOOTH = 5

Samples = NDArray[np.float32]

LOUDEST = 1e4
"""Times full scale (+80 dB), beyond what recorders in 32-bit float reach with any microphone."""


def bounded(samples: Samples) -> Samples:
    """Samples that can be reckoned with: a float format may hold what is no number, which is silence, or is endless."""
    if samples.size == 0 or np.abs(samples).max() <= LOUDEST:  # false where one is no number
        return samples
    return np.clip(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)


def read_samples(path: Path, start_ms: int, end_ms: int) -> Samples:
    """Mono samples at 16 kHz from `start_ms` to `end_ms`, silence where nothing decodes; empty without sound.

    Raises EngineError when the file cannot be opened.
    """
    with open_media(path) as container:
        main = sound_stream(container)
        if main is None:
            return np.zeros(0, np.float32)
        wanted = np.zeros(max(0, (end_ms - start_ms) * RATE // 1000), np.float32)
        for stream in sound_streams(container) if heard_track(path) == 0 else [main]:
            wanted += _read(container, stream, start_ms, len(wanted))
    return wanted


def _read(container: InputContainer, stream: AudioStream, start_ms: int, count: int) -> Samples:
    wanted = np.zeros(count, np.float32)
    first = origin(container)
    seek(container, stream, max(Fraction(start_ms, 1000) - _RUN_UP_S, Fraction(0)))
    resampler = AudioResampler(format="flt", layout="mono", rate=RATE)
    place: int | None = None
    for frame in frames_of(container, stream):
        if not isinstance(frame, AudioFrame):
            continue
        if place is None:
            base = exact(frame.time_base)
            at_s = frame.pts * base - first if frame.pts is not None and base else Fraction(0)
            place = round((at_s - Fraction(start_ms, 1000)) * RATE)
        for block in resampler.resample(frame):
            place = _laid(wanted, place, bounded(block.to_ndarray().reshape(-1).astype(np.float32, copy=False)))
        if place >= count:
            break
    return wanted


def _laid(wanted: Samples, place: int, block: NDArray[np.float32]) -> int:
    """Put a block at its place, as far as it lies inside; returns where the next one goes."""
    first, last = max(0, place), min(len(wanted), place + len(block))
    if first < last:
        wanted[first:last] = block[first - place : last - place]
    return place + len(block)


def level(heard: Samples) -> NDArray[np.float32]:
    """Loudness in dB, smoothed over a tenth of a second, one value for each 20 ms."""
    size = RATE * _CELL_MS // 1000
    cells = heard[: len(heard) // size * size].reshape(-1, size)
    power = np.convolve((cells**2).mean(axis=1), np.ones(_SMOOTH) / _SMOOTH, mode="same") if len(cells) else cells[:, 0]
    return (10.0 * np.log10(power + 1e-10)).astype(np.float32)


def find_pause(path: Path, at_ms: int, low_ms: int, high_ms: int) -> int:
    """The quietest time from `low_ms` to `high_ms`, nearest to `at_ms` among about equals; `at_ms` without sound."""
    if high_ms - low_ms < 2 * _CELL_MS:
        return min(max(at_ms, low_ms), max(low_ms, high_ms))
    heard = level(read_samples(path, low_ms, high_ms))
    if len(heard) == 0:
        return min(max(at_ms, low_ms), high_ms)
    times = low_ms + _CELL_MS * np.arange(len(heard)) + _CELL_MS // 2
    quiet = times[heard <= heard.min() + 3.0]
    return int(quiet[np.abs(quiet - at_ms).argmin()])
