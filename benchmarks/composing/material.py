"""Clips and sounds of the footage folder, decoded once, at one size and rate."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "footage"
CLIP_FPS = 25  # pictures of a clip shown in a second at its usual speed, whatever its own rate
RATE = 24_000
_LONGEST_FRAMES = 220

Frame = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shape:
    """Size and rate of the pictures of a recording."""

    width: int = 640
    height: int = 360
    fps: int = 25


WIDE = Shape()


@cache
def frames(name: str, shape: Shape) -> tuple[Frame, ...]:
    """Up to 220 frames of a clip as planar 4:2:0 pictures (height * 3/2, width)."""
    out: list[Frame] = []
    with av.open(str(FOOTAGE / "video" / name)) as clip:
        stream = max(clip.streams.video, key=lambda one: one.width)
        scaler = av.video.reformatter.VideoReformatter()
        for frame in clip.decode(stream):
            out.append(scaler.reformat(frame, shape.width, shape.height, "yuv420p").to_ndarray())
            if len(out) >= _LONGEST_FRAMES:
                break
    return tuple(out)


@cache
def sound(name: str) -> Floats:
    """A sound of the folder, mono at 24 kHz, root mean square 1."""
    parts: list[NDArray[np.float32]] = []
    with av.open(str(FOOTAGE / "audio" / name)) as clip:
        resampler = av.AudioResampler("flt", "mono", RATE)
        for frame in clip.decode(audio=0):
            parts += [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
    return unit(np.concatenate(parts).astype(np.float64))


def unit(samples: Floats) -> Floats:
    """The same at root mean square 1."""
    scaled: Floats = samples / (np.sqrt(np.square(samples).mean()) + 1e-9)
    return scaled


@cache
def spoken(name: str) -> tuple[tuple[float, float], ...]:
    """Seconds during which a clean recording of speech is not between words.

    Runs of 10 ms steps within 28 dB of the loud ones, pauses under 70 ms bridged: what runs together in
    fluent speech counts as one word, which is the strict reading of "cut inside a word".
    """
    step = RATE // 100
    samples = sound(name)
    count = len(samples) // step
    level = 10 * np.log10(np.square(samples[: count * step].reshape(count, step)).mean(axis=1) + 1e-9)
    loud = level > np.percentile(level, 95) - 28
    edges = np.flatnonzero(np.diff(np.concatenate([[False], loud, [False]]).astype(int)))
    words: list[list[float]] = []
    for first, last in zip(edges[::2] / 100, edges[1::2] / 100, strict=True):
        if words and first - words[-1][1] < 0.07:
            words[-1][1] = float(last)
        else:
            words.append([float(first), float(last)])
    return tuple((a, b) for a, b in words if b - a >= 0.05)
