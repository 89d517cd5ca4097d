"""Series over the sound of one recording, ten values per second, from blocks of samples in bounded memory."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..media.audio_samples import bounded
from .series import SAMPLE_RATE, SERIES_HZ

Floats = NDArray[np.float32]

WINDOW = 1024  # samples, 64 ms
HOP = 400  # samples, 25 ms
FRAMES_PER_CELL = SAMPLE_RATE // HOP // SERIES_HZ
FLOOR_DB = -100.0  # dB re full scale, below the noise of 16 bits
BAND_EDGES_HZ = tuple(float(edge) for edge in np.geomspace(600.0, 5600.0, 10))  # Hz, nine bands
_FLATNESS_EDGES_HZ = tuple(float(edge) for edge in np.arange(1000.0, 7001.0, 500.0))  # Hz
_PITCH_LAGS = (SAMPLE_RATE // 400, SAMPLE_RATE // 80)  # samples, 400 to 80 Hz


@dataclass(frozen=True, eq=False)
class SoundSeries:
    """All arrays are float32 of shape (cells,), `bands` is (cells, 9).

    `level` dB re full scale of 300-6000 Hz (wind and handling left out); `loudness` dB of 40-8000 Hz;
    `bands` dB of nine bands, 600-5600 Hz; `noise` 0..1, flatness within sub-bands of 1-7 kHz (near 0.56
    for noise, near 0 for tones); `voicing` 0..1, height of the autocorrelation peak at 80-400 Hz;
    `ripple` dB, mean change of level from one 25 ms step to the next (low for crowds, high for knocks);
    `tone` share of the level in the strongest peak of 1.8-4.6 kHz, `tone_hz` where it lies.
    """

    level: Floats
    loudness: Floats
    bands: Floats
    noise: Floats
    voicing: Floats
    ripple: Floats
    tone: Floats
    tone_hz: Floats

    def __len__(self) -> int:
        return len(self.level)

    @classmethod
    def silent(cls, count: int) -> "SoundSeries":
        """`count` cells of digital silence."""
        return cls(
            level=np.full(count, FLOOR_DB, np.float32),
            loudness=np.full(count, FLOOR_DB, np.float32),
            bands=np.full((count, len(BAND_EDGES_HZ) - 1), FLOOR_DB, np.float32),
            noise=np.zeros(count, np.float32),
            voicing=np.zeros(count, np.float32),
            ripple=np.zeros(count, np.float32),
            tone=np.zeros(count, np.float32),
            tone_hz=np.zeros(count, np.float32),
        )

    def put(self, first_cell: int, part: "SoundSeries") -> None:
        """Write `part` into this one from `first_cell` on; what lies outside is dropped."""
        start = max(0, -first_cell)
        stop = min(len(part), len(self) - first_cell)
        for field in fields(self):
            whole, piece = getattr(self, field.name), getattr(part, field.name)
            whole[first_cell + start : first_cell + stop] = piece[start:stop]


def together(tracks: list[SoundSeries]) -> SoundSeries:
    """What is heard when tracks that have nothing in common are played at once: their powers add up, and what else
    is measured is that of the tracks by their share of the power."""
    if len(tracks) == 1:
        return tracks[0]
    power = np.stack([10.0 ** (track.level / 10.0) for track in tracks])
    share = power / power.sum(axis=0)
    loudest = power.argmax(axis=0)[None]

    def summed(name: str) -> Floats:
        values = np.stack([getattr(track, name) for track in tracks])
        return np.asarray(10.0 * np.log10((10.0 ** (values / 10.0)).sum(axis=0)), np.float32)

    def mean(name: str) -> Floats:
        return np.asarray((np.stack([getattr(track, name) for track in tracks]) * share).sum(axis=0), np.float32)

    tone_hz = np.take_along_axis(np.stack([track.tone_hz for track in tracks]), loudest, axis=0)[0]
    levels = {name: summed(name) for name in ("level", "loudness", "bands")}
    return SoundSeries(
        **levels, **{name: mean(name) for name in ("noise", "voicing", "ripple", "tone")}, tone_hz=tone_hz
    )


def measure(samples: Floats) -> SoundSeries:
    """Series of `samples` (mono, 16 kHz, full scale 1).

    `samples` holds whole cells plus the tail of the last window: cells * 1600 + 624 values.
    """
    count = (len(samples) - (WINDOW - HOP)) // (HOP * FRAMES_PER_CELL)
    rows = count * FRAMES_PER_CELL
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:rows]
    spectrum = np.fft.rfft(frames * _HANN, axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    power *= np.float32(_POWER_SCALE)
    cell = power.reshape(count, FRAMES_PER_CELL, -1).mean(axis=1)
    level = cell[:, _LEVEL_BINS].sum(axis=1)
    tone, tone_hz = _tone(cell, level)
    return SoundSeries(
        level=_decibels(level),
        loudness=_decibels(cell[:, _WIDE_BINS].sum(axis=1)),
        bands=_decibels(np.add.reduceat(cell, _BAND_STARTS, axis=1)[:, :-1]),
        noise=_flatness(power).reshape(count, FRAMES_PER_CELL).mean(axis=1),
        voicing=_voicing(power[::2]).reshape(count, FRAMES_PER_CELL // 2).mean(axis=1),
        ripple=_ripple(power, count),
        tone=tone,
        tone_hz=tone_hz,
    )


def _bin(frequency: float) -> int:
    return round(frequency * WINDOW / SAMPLE_RATE)


_HANN = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
_POWER_SCALE = 2.0 / (WINDOW * float(np.square(_HANN).sum()))  # to mean power of one side
_LEVEL_BINS = slice(_bin(300), _bin(6000))  # Hz
_WIDE_BINS = slice(_bin(40), _bin(8000) + 1)  # Hz
_TONE_BINS = slice(_bin(1800), _bin(4600))  # Hz
_PITCH_BINS = slice(_bin(80), _bin(4000))  # Hz
_BAND_STARTS = np.array([_bin(edge) for edge in BAND_EDGES_HZ])
_FLATNESS_STARTS = np.array([_bin(edge) for edge in _FLATNESS_EDGES_HZ])


def _decibels(power: Floats) -> Floats:
    decibels: Floats = (10.0 * np.log10(power + np.float32(10.0 ** (FLOOR_DB / 10.0)))).astype(np.float32)
    return decibels


def _ripple(power: Floats, count: int) -> Floats:
    steps = _decibels(power[:, _LEVEL_BINS].sum(axis=1)).reshape(count, FRAMES_PER_CELL)
    ripple: Floats = np.abs(np.diff(steps, axis=1)).mean(axis=1).astype(np.float32)
    return ripple


def _flatness(power: Floats) -> Floats:
    """Geometric over arithmetic mean inside 500 Hz sub-bands, so that the slope of a spectrum is no tone."""
    start, stop = int(_FLATNESS_STARTS[0]), int(_FLATNESS_STARTS[-1])
    part = power[:, start:stop] + np.float32(1e-14)
    widths = np.diff(_FLATNESS_STARTS).astype(np.float32)
    offsets = _FLATNESS_STARTS[:-1] - start
    arithmetic = np.add.reduceat(part, offsets, axis=1) / widths
    geometric = np.add.reduceat(np.log(part), offsets, axis=1) / widths
    flatness: Floats = np.exp(geometric - np.log(arithmetic)).mean(axis=1)
    return flatness


def _voicing(power: Floats) -> Floats:
    """Normalised autocorrelation at pitch lags (Wiener-Khinchin on the band below 4 kHz)."""
    voiced = np.zeros_like(power)
    voiced[:, _PITCH_BINS] = power[:, _PITCH_BINS]
    correlation = np.fft.irfft(voiced, axis=1)
    peak = correlation[:, _PITCH_LAGS[0] : _PITCH_LAGS[1]].max(axis=1)
    height: Floats = np.clip(peak / (correlation[:, 0] + np.float32(1e-14)), 0.0, 1.0).astype(np.float32)
    return height


def _tone(cell: Floats, level: Floats) -> tuple[Floats, Floats]:
    band = cell[:, _TONE_BINS]
    peak = band[:, 1:-1].argmax(axis=1) + 1
    rows = np.arange(len(band))
    strength = band[rows, peak - 1] + band[rows, peak] + band[rows, peak + 1]
    hertz = (peak + _TONE_BINS.start) * (SAMPLE_RATE / WINDOW)
    return (strength / (level + np.float32(1e-12))).astype(np.float32), hertz.astype(np.float32)


_CELL = SAMPLE_RATE // SERIES_HZ
_BLOCK_CELLS = 50  # cells measured at once, 5 s: what they need stays in the cache of a core (half the CPU s of 20 s)
_TAIL = WINDOW - HOP
_TOLERANCE = SAMPLE_RATE // 20  # samples, 50 ms; no source on record, not varied


class SoundBlocks:
    """Collects samples of cells `first` to `first + count` of a recording.

    Samples come in order. A jump in their time stamps of more than 50 ms leaves silence (or drops the
    overlap), so that series stay in step with the clock of the recording.
    """

    def __init__(self, first: int, count: int) -> None:
        self.series = SoundSeries.silent(count)
        self._cell = 0
        self._count = count
        self._origin = first * _CELL
        self._buffer = np.zeros(_BLOCK_CELLS * _CELL + _TAIL, np.float32)
        self._filled = 0
        self._next = self._origin

    @property
    def done(self) -> bool:
        """True once all cells are measured."""
        return self._cell >= self._count

    def feed(self, position: int, samples: Floats) -> None:
        """Take `samples` (mono, 16 kHz) that begin at sample `position` of the recording."""
        gap, size = position - self._next, len(samples)
        if self._next > self._origin and abs(gap) <= _TOLERANCE and self._filled + size < len(self._buffer):
            # Nearly every frame of a recording comes this way, fifty a second.
            self._buffer[self._filled : self._filled + size] = samples
            self._filled += size
            self._next += size
            return
        tolerance = _TOLERANCE if self._next > self._origin else 0
        if gap > tolerance:
            self._append_silence(gap)
        elif gap < -tolerance:
            samples = samples[-gap:]
        self._append(samples)

    def finish(self) -> SoundSeries:
        """Measure what is left, padded with silence."""
        left = (self._count - self._cell) * _CELL
        if left > 0 and self._filled > 0:
            self._append_silence(min(left + _TAIL - self._filled, _CELL + _TAIL))
            self._measure(self._filled)
        return self.series

    def _append_silence(self, count: int) -> None:
        while count > 0 and not self.done:
            step = min(count, _BLOCK_CELLS * _CELL)
            self._append(np.zeros(step, np.float32))
            count -= step

    def _append(self, samples: Floats) -> None:
        self._next += len(samples)
        while len(samples) and not self.done:
            step = min(len(samples), len(self._buffer) - self._filled)
            self._buffer[self._filled : self._filled + step] = samples[:step]
            self._filled += step
            samples = samples[step:]
            if self._filled == len(self._buffer):
                self._measure(self._filled)

    def _measure(self, filled: int) -> None:
        whole = (filled - _TAIL) // _CELL
        if whole <= 0:
            return
        used = whole * _CELL
        self.series.put(self._cell, measure(bounded(self._buffer[: used + _TAIL])))
        self._cell += whole
        rest = self._filled - used
        self._buffer[:rest] = self._buffer[used : self._filled]
        self._filled = rest
