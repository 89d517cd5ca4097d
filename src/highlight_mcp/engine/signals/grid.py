"""The common time grid of all sound series."""

SAMPLE_RATE = 16_000
"""Sound is judged at 16 kHz mono: crowd, speech and whistles lie below 8 kHz."""

SERIES_HZ = 10
"""Cells per second of every sound series."""

CELL_MS = 1000 // SERIES_HZ  # ms


def cells(duration_ms: int) -> int:
    """Number of cells that cover `duration_ms`; the last one may be partly empty."""
    return max(0, -(-duration_ms // CELL_MS))


def cell_of(time_ms: int) -> int:
    """Index of the cell that holds `time_ms`."""
    return time_ms // CELL_MS
