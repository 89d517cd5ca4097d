"""Motion between two small pictures, with the camera's own shift taken out."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_REACH = 6


def moved(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> tuple[float, float]:
    """(residual, centre) of two luma planes (36, 64).

    residual: mean absolute difference, 0..255, after the best common shift, zoom and exposure; centre: where
    across the picture it lies, 0 left to 1 right (0.5 when nothing moves).
    """
    first, second = before.astype(np.float32), after.astype(np.float32)
    down, right = shift(first, second)
    height, width = first.shape
    here = second[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    there = first[max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)]
    difference = np.abs(_unexplained(there, here))
    weight = np.maximum(difference - 6.0, 0.0).sum(axis=0)
    total = float(weight.sum())
    centre = 0.5
    if total > 1.0:
        columns = np.arange(len(weight)) + max(0, right) + 0.5
        centre = float((weight * columns).sum() / total / width)
    return float(difference.mean()), centre


def _unexplained(before: Floats, after: Floats) -> Floats:
    """What is left of `after - before` when a small shift, a zoom and a change of exposure are fitted to it.

    Linearised in the gradients (Lucas and Kanade 1981, over the whole picture), fitted twice: the second time
    without the fifth of the picture that fits worst, where things move by themselves.
    """
    change = after - before
    if min(change.shape) < 3:
        return change - np.float32(np.median(change))
    down, right = np.gradient((before + after) / 2)
    rows = np.linspace(-1.0, 1.0, change.shape[0], dtype=np.float32)[:, None]
    columns = np.linspace(-1.0, 1.0, change.shape[1], dtype=np.float32)[None, :] * (change.shape[1] / change.shape[0])
    causes = np.stack([np.ones_like(change), before - before.mean(), down, right, rows * down + columns * right])
    basis = causes.reshape(len(causes), -1).T.astype(np.float64)
    target = change.ravel().astype(np.float64)
    left = target - np.median(target)
    for _ in range(2):
        kept = np.abs(left) <= np.quantile(np.abs(left), 0.8)
        part = basis[kept]
        weights = np.linalg.solve(part.T @ part + np.eye(part.shape[1]), part.T @ target[kept])
        left = target - basis @ weights
    return left.reshape(change.shape).astype(np.float32)


def shift(before: Floats, after: Floats) -> tuple[int, int]:
    """Whole-pixel shift (down, right) that carries `before` onto `after`, by phase correlation.

    Kuglin and Hines (1975). Zero where no shift of up to 6 pixels explains the pair clearly better.
    """
    window = np.outer(np.hanning(before.shape[0]), np.hanning(before.shape[1])).astype(np.float32)
    spectra = np.fft.rfft2(np.stack([before - before.mean(), after - after.mean()]) * window)
    cross = spectra[1] * np.conj(spectra[0])
    surface = np.fft.irfft2(cross / (np.abs(cross) + 1e-3), s=before.shape)
    offsets = np.arange(-_REACH, _REACH + 1)
    near = surface[np.ix_(offsets, offsets)]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    if near[row, column] < 2.0 * near[_REACH, _REACH] and near[_REACH, _REACH] > 0.05:
        return 0, 0
    return int(offsets[row]), int(offsets[column])
