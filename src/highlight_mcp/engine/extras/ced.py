"""CED (Apache-2.0), a transformer that names sounds, as ONNX on the CPU.

The features are those of the model's own front end: power in 64 mel bands (Kaldi's scale, 0 to 8 kHz),
frames of 32 ms every 10 ms with a Hann window, in dB with a floor 120 dB below the loudest.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.reasons import WrongValue
from ..media.audio_samples import RATE, Samples
from .catalogue import SOUNDS, reading

FRAME, SHIFT, BANDS = 512, 160, 64
_RANGE_DB = 120.0

Floats = NDArray[np.float32]


class CedTagger:
    """A loaded model; `labels` names what it knows, in the order of its answer."""

    window_ms, step_ms = 4_000, 2_000

    def __init__(self, model: Any, labels: tuple[str, ...], path: Path) -> None:
        self.labels = labels
        self.path = path
        self._model = model
        self._input = model.get_inputs()[0]

    def tags(self, heard: Samples) -> Floats:
        """How likely each label is in the samples (16 kHz), 0 to 1. Raises EngineError."""
        with reading(SOUNDS, self.path):
            answer = np.asarray(self._model.run(None, {self._input.name: self._shaped(heard)})[0], np.float32)
            scores: Floats = answer.reshape(-1)
            if len(scores) != len(self.labels):
                raise WrongValue("engine.labels_differ", n=len(scores), named=len(self.labels))
        if len(scores) and (scores.min() < 0.0 or scores.max() > 1.0):
            scores = (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)
        return scores

    def windows(self, heard: Samples, count: int) -> Floats:
        """The same for each of the first `count` windows of the samples, (count, labels)."""
        step, length = (ms * RATE // 1000 for ms in (self.step_ms, self.window_ms))
        parts = (heard[place * step : place * step + length] for place in range(count))
        return np.stack([self.tags(part) if len(part) else np.zeros(len(self.labels), np.float32) for part in parts])

    def _shaped(self, heard: Samples) -> Floats:
        shape = self._input.shape
        if len(shape) == 2:
            return heard[np.newaxis]
        mel = features(heard)
        return (mel if shape[1] == BANDS else mel.T)[np.newaxis]


def features(heard: Samples) -> Floats:
    """(64, frames) mel power in dB of samples at 16 kHz."""
    count = max(1, (len(heard) + SHIFT // 2) // SHIFT)
    margin = FRAME // 2
    padded = np.pad(heard, (margin, margin + FRAME), mode="symmetric" if len(heard) else "constant")
    starts = SHIFT // 2 + SHIFT * np.arange(count)
    frames = padded[starts[:, np.newaxis] + np.arange(FRAME)] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    decibels = 10.0 * np.log10(np.maximum(power[:, :-1] @ _bands(), 1e-10))
    floored: Floats = np.maximum(decibels, decibels.max() - _RANGE_DB).T.astype(np.float32)
    return floored


@cache
def _bands() -> NDArray[np.float64]:
    """(256, 64) triangles that are even on the mel scale (1127 ln(1 + f / 700))."""
    mel = 1127.0 * np.log1p(np.arange(FRAME // 2) * RATE / FRAME / 700.0)
    edges = np.linspace(0.0, 1127.0 * np.log1p(RATE / 2 / 700.0), BANDS + 2)
    rise = (mel[:, np.newaxis] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel[:, np.newaxis]) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rise, fall))
    return triangles
