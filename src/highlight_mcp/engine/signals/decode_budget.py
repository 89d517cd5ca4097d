"""What decoding will cost, how far a pass has come, and whether it should stop.

Costs are estimated from sizes alone, so that a plan is the same on every machine. Fitted to H.264 on one core of a
2025 server: entropy decoding grows with bytes, the rest with pixels.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

ProgressCallback = Callable[[int, int], None]
"""`tick(done, total)`: how far something has come, in any unit."""


def no_progress(done: int, total: int) -> None:
    """A tick that nobody hears."""


@dataclass
class Deadline:
    """Shared between the thread that reads and the one that tells."""

    stop: Event = field(default_factory=Event)
    at_ms: int = 0


_SECONDS_PER_BYTE = 85e-9  # CPU s per byte, fitted (see above)
_SECONDS_PER_PIXEL = 1.0e-9  # CPU s per pixel, fitted
_SECONDS_PER_LOOK = 0.8e-3  # CPU s per look, fitted
_LOOKS_PER_SECOND = 5  # per second of footage, one per lookout._LOOK_EVERY_MS
_REFERENCE_SHARE = 0.6  # share of the frames that others refer to; no source on record, not varied


def picture_seconds(size_bytes: int, pixels: int) -> float:
    """CPU seconds to decode one picture."""
    return _SECONDS_PER_BYTE * size_bytes + _SECONDS_PER_PIXEL * pixels + _SECONDS_PER_LOOK


def stretch_seconds(duration_s: float, size_bytes: int, pixels: int, frame_rate: float) -> float:
    """CPU seconds to decode a stretch frame by frame, pictures that no other refers to left out."""
    frames = duration_s * frame_rate * _REFERENCE_SHARE
    looks = duration_s * _LOOKS_PER_SECOND
    return _SECONDS_PER_BYTE * size_bytes + _SECONDS_PER_PIXEL * pixels * frames + _SECONDS_PER_LOOK * looks


@dataclass
class DecodeBudget:
    """Decoding time that grows with the footage passed (token bucket), spent look by look."""

    rate: float
    """CPU seconds earned per second of footage."""
    held: float
    _at_s: float = 0.0

    def affords(self, at_s: float, price: float, debt: float = 0.0) -> bool:
        """Pay `price` at `at_s` if that leaves no more than `debt` to earn later; says whether it was paid."""
        self.held += self.rate * max(0.0, at_s - self._at_s)
        self._at_s = max(at_s, self._at_s)
        if price > self.held + debt:
            return False
        self.held -= price
        return True
