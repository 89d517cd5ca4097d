"""Sounds made by rule: many hands, many voices, laughter, engines. All at root mean square 1."""

import numpy as np

from .material import RATE, Floats, sound, unit

Random = np.random.Generator
VOICES_HZ = (180.0, 620.0)


def band(samples: Floats, low: float, high: float, fall_db: float = 0.0) -> Floats:
    """What lies between `low` and `high` Hz, falling by `fall_db` per octave."""
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    gain = ((hertz > low) & (hertz < high)) * np.maximum(hertz, 50.0) ** (-fall_db / 6.02)
    return unit(np.fft.irfft(spectrum * gain, len(samples)))


def wander(count: int, every_s: float, low: float, high: float, random: Random) -> Floats:
    """A value that drifts between `low` and `high`, a new one every so many seconds."""
    points = int(count / RATE / every_s) + 3
    return np.interp(np.arange(count) / RATE, np.arange(points) * every_s, random.uniform(low, high, points))


def claps(count: int, people: int, random: Random) -> Floats:
    """Applause of so many pairs of hands, each at its own pace."""
    decay = np.arange(int(0.02 * RATE)) / RATE
    out = np.zeros(count)
    for _ in range(8):
        hits = np.zeros(count)
        for _ in range(max(1, people // 8)):
            times = np.arange(random.uniform(0, 0.3), count / RATE, 1 / random.uniform(2.8, 5.2))
            at = ((times + random.normal(0, 0.02, len(times))) * RATE).astype(int)
            at = at[(at >= 0) & (at < count)]
            hits[at] += random.uniform(0.3, 1.0)
        hand = random.normal(size=len(decay)) * np.exp(-decay / random.uniform(0.002, 0.006))
        hertz = random.uniform(800, 2800)
        hand += 2 * np.sin(2 * np.pi * hertz * decay) * np.exp(-decay / 0.004) * random.normal(size=len(decay))
        out += _convolved(hits, hand)
    return unit(out)


def _convolved(samples: Floats, kernel: Floats) -> Floats:
    length = 1 << (len(samples) + len(kernel) - 1).bit_length()
    both = np.fft.irfft(np.fft.rfft(samples, length) * np.fft.rfft(kernel, length), length)
    return both[: len(samples)]


def roar(count: int, random: Random, voices: int = 25) -> Floats:
    """Many voices at pitches that glide, over a hiss that swells."""
    hiss = band(random.normal(size=count), random.uniform(200, 350), 7000, random.uniform(3, 5))
    hiss *= np.clip(1 + 0.35 * (wander(count, 0.4, -1.7, 1.7, random)), 0.3, 2.0)
    return unit(hiss + random.uniform(0.4, 0.7) * _voices(count, voices, 0.7, random))


def laughter(count: int, random: Random, people: int = 9) -> Floats:
    """People whose voices come in bursts, four to six a second."""
    out = np.zeros(count)
    time = np.arange(count) / RATE
    for _ in range(people):
        pace = random.uniform(4.0, 6.0)
        burst = np.maximum(0, np.sin(2 * np.pi * pace * time + random.uniform(0, 6))) ** 2
        out += burst * _voices(count, 1, 1.5, random) * wander(count, 0.8, 0, 1, random)
    return unit(out + 0.15 * unit(out) * random.normal(size=count))


def _voices(count: int, voices: int, hold_s: float, random: Random) -> Floats:
    time = np.arange(count) / RATE
    out = np.zeros(count)
    for _ in range(voices):
        glide = np.cumsum(random.normal(size=int(count / RATE / 0.5) + 3)) * 0.03
        pitch = random.uniform(*VOICES_HZ) * (1 + np.interp(time, np.arange(len(glide)) * 0.5, glide))
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        on = np.clip(wander(count, hold_s, -0.6, 1.0, random), 0, 1)
        for harmonic in range(1, 7):
            out += on * np.sin(harmonic * phase + random.uniform(0, 6)) / harmonic**0.7
    return unit(out)


def engine(count: int, random: Random) -> Floats:
    """A motor that revs up and down."""
    pace = 1 + 0.4 * wander(count, 1.5, -1, 1, random)
    motor = sound("car_motor.flac")
    at = np.cumsum(pace) + random.uniform(0, len(motor))
    return unit(motor[at.astype(int) % len(motor)])


def cheer(kind: str, count: int, random: Random) -> Floats:
    """A crowd reaction: `real` (recorded), `claps`, `roar` or `mix`."""
    if kind == "real":
        recorded = sound("cheers_applause.wav")
        return unit(np.resize(np.roll(recorded, -int(random.integers(len(recorded)))), count))
    if kind == "claps":
        return claps(count, int(random.choice([24, 60, 200])), random)
    if kind == "roar":
        return roar(count, random)
    return unit(0.6 * claps(count, 80, random) + 0.7 * roar(count, random))
