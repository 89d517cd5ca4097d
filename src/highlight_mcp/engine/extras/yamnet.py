"""YAMNet (Google, Apache-2.0), a small network that names sounds, as ONNX on the CPU.

The features are those of the model's own front end (Hershey et al. 2017, and its published parameters): magnitudes in
64 mel bands (HTK's scale, 125 Hz to 7.5 kHz), frames of 25 ms every 10 ms with a periodic Hann window, as
log(x + 0.001). A patch is 96 frames, 0.975 s of sound.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages.reasons import WrongValue
from ..media.audio_samples import RATE, Samples
from .catalogue import SOUNDS, reading

FRAME, SHIFT, BANDS, PATCH = 400, 160, 64, 96
_SPECTRUM = 512
_LOW_HZ, _HIGH_HZ = 125.0, 7500.0
_OFFSET = 0.001
_LENGTH = FRAME + (PATCH - 1) * SHIFT
# Steps and zeros of the model's eight-bit input and output, as its graph states them.
_INPUT_STEP, _INPUT_ZERO = 0.04793788, 144
_OUTPUT_STEP, _OUTPUT_ZERO = 0.7565417, 190
_MOST_LOGIT = 60.0  # beyond it the likelihood is 0 or 1

Floats = NDArray[np.float32]


class YamnetTagger:
    """A loaded model; `labels` names what it knows, in the order of its answer."""

    window_ms, step_ms = 975, 960

    def __init__(self, model: Any, labels: tuple[str, ...], path: Path) -> None:
        self.labels = labels
        self.path = path
        self._model = model
        self._input = model.get_inputs()[0]

    def tags(self, heard: Samples) -> Floats:
        """How likely each label is at the likeliest place of the samples (16 kHz), 0 to 1. Raises EngineError."""
        likeliest: Floats = self.windows(heard, max(1, (len(heard) + _LENGTH // 2) // (PATCH * SHIFT))).max(axis=0)
        return likeliest

    def windows(self, heard: Samples, count: int) -> Floats:
        """The same for each of the first `count` windows of the samples, (count, labels)."""
        frames = features(heard)
        with reading(SOUNDS, self.path):
            return np.stack([self._answer(frames[PATCH * place : PATCH * (place + 1)]) for place in range(count)])

    def _answer(self, patch: Floats) -> Floats:
        short = PATCH - len(patch)
        shaped = np.pad(patch, ((0, short), (0, 0)), constant_values=float(np.log(_OFFSET)))[np.newaxis, np.newaxis]
        eight_bits = "uint8" in self._input.type
        if eight_bits:
            shaped = np.clip(np.round(shaped / _INPUT_STEP + _INPUT_ZERO), 0, 255).astype(np.uint8)
        answer = np.asarray(self._model.run(None, {self._input.name: shaped})[0]).reshape(-1)
        if len(answer) != len(self.labels):
            raise WrongValue("engine.labels_differ", n=len(answer), named=len(self.labels))
        if eight_bits:
            answer = _OUTPUT_STEP * (answer.astype(np.float32) - _OUTPUT_ZERO)
        likely: Floats = (1.0 / (1.0 + np.exp(np.clip(-answer, -_MOST_LOGIT, _MOST_LOGIT)))).astype(np.float32)
        return likely


def features(heard: Samples) -> Floats:
    """(frames, 64) log mel magnitudes of samples at 16 kHz; at least one patch, with silence behind the end."""
    padded = np.pad(heard, (0, max(0, _LENGTH - len(heard)))).astype(np.float32)
    count = (len(padded) - FRAME) // SHIFT + 1
    window = (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)
    frames = padded[SHIFT * np.arange(count)[:, np.newaxis] + np.arange(FRAME)] * window
    magnitudes = np.abs(np.fft.rfft(frames, _SPECTRUM, axis=1))
    logs: Floats = np.log(magnitudes @ _bands() + _OFFSET).astype(np.float32)
    return logs


@cache
def _bands() -> Floats:
    """(257, 64) triangles that are even on the mel scale (1127 ln(1 + f / 700))."""
    low, high = (1127.0 * np.log1p(hertz / 700.0) for hertz in (_LOW_HZ, _HIGH_HZ))
    mel = 1127.0 * np.log1p(np.arange(_SPECTRUM // 2 + 1) * RATE / _SPECTRUM / 700.0)
    edges = np.linspace(low, high, BANDS + 2)
    rise = (mel[:, np.newaxis] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel[:, np.newaxis]) / (edges[2:] - edges[1:-1])
    triangles: Floats = np.maximum(0.0, np.minimum(rise, fall)).astype(np.float32)
    return triangles
