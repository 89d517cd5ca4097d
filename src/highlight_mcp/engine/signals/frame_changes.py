"""How unlike each picture is to the one before it, on small luma planes; many pictures are worked out at once."""

import numpy as np
from numpy.typing import NDArray

from .sample_frames import Floats, Images

_AT_ONCE = 256  # pictures worked out together, for memory
CHANGED = 0.12  # 1 - correlation from which a picture may open a new shot; flat
# luma 0..255: contrast, brightness range, noise; flat
_FLAT, _FLAT_RANGE, _NOISE = 3.0, 40.0, 4.0
# luma 0..255; shares of the picture; flat
_STAYED, _LITTLE_KEPT, _MOST_KEPT = 5.0, 0.30, 0.45


def difference(before: NDArray[np.generic], after: NDArray[np.generic]) -> float:
    """How unlike two small luma pictures are: 0 same, 1 unrelated, whatever the exposure.

    One minus the correlation of the pictures; flat pictures (black, white) count by their brightness.
    """
    return float(differences(np.stack([before, after]))[0])


def differences(planes: NDArray[np.generic]) -> Floats:
    """`difference` of each plane of (n, rows, columns) from the one before; (n - 1,)."""
    flat = planes.reshape(len(planes), -1).astype(np.float32)
    mean = flat.mean(axis=1)
    flat -= mean[:, None]
    deviation = np.sqrt(np.einsum("ij,ij->i", flat, flat) / flat.shape[1])
    shared = np.einsum("ij,ij->i", flat[:-1], flat[1:]) / flat.shape[1]
    unlike = 1.0 - np.clip(shared / (deviation[:-1] * deviation[1:] + _NOISE), -1.0, 1.0)
    brighter = np.minimum(1.0, np.abs(np.diff(mean)) / _FLAT_RANGE)
    featureless = np.maximum(deviation[:-1], deviation[1:]) < _FLAT
    changes: Floats = np.where(featureless, brighter, unlike).astype(np.float32)
    return changes


def replaced(before: NDArray[np.generic], after: NDArray[np.generic]) -> float:
    """0..1: how much speaks for another picture rather than something passing in front of the same one.

    Where something passes, part of the picture stays as it was, but for a common change of exposure.
    """
    change = after.astype(np.float32) - before.astype(np.float32)
    kept = float((np.abs(change - np.median(change)) < _STAYED).mean())
    return min(1.0, max(0.0, (_MOST_KEPT - kept) / (_MOST_KEPT - _LITTLE_KEPT)))


class FrameChanges:
    """Takes the planes of a run of pictures, one after the other, and tells how they change."""

    def __init__(self) -> None:
        self._planes: list[Images] = []
        self._asked: list[bool] = []
        self._unlike: list[float] = []
        self._new: list[float] = []

    def take(self, plane: Images, *, asked: bool) -> None:
        """The next picture; those that are not `asked` about are only what the next one is compared with."""
        if not self._planes and asked:
            self._unlike.append(0.0)
            self._new.append(0.0)
        self._planes.append(plane)
        self._asked.append(asked)
        if len(self._planes) > _AT_ONCE:
            self._work_out()

    def finish(self) -> tuple[Floats, Floats]:
        """For each picture asked about its `difference` from the one before, 0 for the first of all, and whether it
        was `replaced`, where the difference makes that worth knowing (else 0)."""
        self._work_out()
        return np.array(self._unlike, np.float32), np.array(self._new, np.float32)

    def _work_out(self) -> None:
        if len(self._planes) < 2:
            return
        unlike = differences(np.stack(self._planes))
        for place, asked in enumerate(self._asked[1:]):
            if asked:
                pair = self._planes[place], self._planes[place + 1]
                self._unlike.append(float(unlike[place]))
                self._new.append(replaced(*pair) if unlike[place] > CHANGED else 0.0)
        del self._planes[:-1], self._asked[:-1]
