"""The common time grid of all series over a recording, and statistics in a window that slides over one."""

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Sound is judged at 16 kHz mono: crowd, speech and whistles lie below 8 kHz."""

SERIES_HZ = 10
"""Cells per second of every sound series."""

CELL_MS = 1000 // SERIES_HZ  # ms


def cells(duration_ms: int) -> int:
    """Number of cells that cover `duration_ms`; the last one may be partly empty."""
    return max(0, -(-duration_ms // CELL_MS))


Floats = NDArray[np.float32]


def rolling_percentile(series: Floats, window: int, percent: float) -> Floats:
    """Percentile of the `window` values around each value; at the ends the window lies inside the series.

    `series` (n,) or (n, k), along the first axis; the result has the same shape.
    """
    count = len(series)
    window = max(1, min(window, count))
    if count == 0:
        return series.copy()
    views = np.lib.stride_tricks.sliding_window_view(series, window, axis=0)
    values = _percentile(views, percent)
    first = np.clip(np.arange(count) - window // 2, 0, count - window)
    chosen: Floats = values[first]
    return chosen


def _percentile(views: Floats, percent: float) -> Floats:
    """Nearest-rank percentile along the last axis, in slices that keep the copies small."""
    rank = round((views.shape[-1] - 1) * percent / 100.0)
    step = max(1, 2_000_000 // (views.shape[-1] * (views.shape[1] if views.ndim > 2 else 1)))
    # Copied, because a view would keep the whole slice in memory.
    parts = [
        np.partition(views[start : start + step], rank, axis=-1)[..., rank].copy()
        for start in range(0, len(views), step)
    ]
    return np.concatenate(parts)


def rolling_mean(series: Floats, window: int) -> Floats:
    """Mean of the `window` values around each value; at the ends over those that exist."""
    return rolling_moments(series, window)[0]


def rolling_deviation(series: Floats, window: int) -> Floats:
    """Standard deviation of the `window` values around each value."""
    return rolling_moments(series, window)[1]


def rolling_moments(series: Floats, window: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the `window` values around each value."""
    count = len(series)
    if count == 0:
        return series.copy(), series.copy()
    values = series.astype(np.float64)
    shifted = values - values.mean()
    sums = np.concatenate([[0.0], np.cumsum(shifted)])
    squares = np.concatenate([[0.0], np.cumsum(shifted * shifted)])
    start = np.clip(np.arange(count) - window // 2, 0, count)
    stop = np.clip(start + window, 1, count)
    size = (stop - start).astype(np.float64)
    mean = (sums[stop] - sums[start]) / size
    variance = np.maximum((squares[stop] - squares[start]) / size - mean * mean, 0.0)
    return (mean + values.mean()).astype(np.float32), np.sqrt(variance).astype(np.float32)


def ramp(values: Floats, low: float, high: float) -> Floats:
    """0 at `low`, 1 at `high`, linear between (either may be the larger one)."""
    climbed: Floats = np.clip((values - low) / (high - low), 0.0, 1.0).astype(np.float32)
    return climbed


def ramp_of(value: float, low: float, high: float) -> float:
    """`ramp` of one number."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches of True as (first, one past the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def hysteresis(series: Floats, enter: float, leave: float, gap: int, least: int) -> list[tuple[int, int]]:
    """Stretches above `leave` that somewhere exceed `enter`; those less than `gap` apart become one.

    Stretches shorter than `least` values are dropped. Returns (first, one past the last).
    """
    joined: list[tuple[int, int]] = []
    for start, stop in runs(series > leave):
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return [(a, b) for a, b in joined if b - a >= least and float(series[a:b].max()) > enter]
