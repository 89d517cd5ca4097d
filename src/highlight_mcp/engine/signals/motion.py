"""Motion between two small pictures, with the camera's own movement taken out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .registration import Registration, register

_FLAT = 4.0  # luma 0..255 per coarse pixel; no source on record, not varied
_NOTICEABLE = 6.0  # luma 0..255; no source on record, not varied
_ZOOM_REACH = 16.0  # coarse pixels, a quarter of the width


class Moved(NamedTuple):
    """What moves by itself between two pictures, and how the camera moves.

    `residual` mean absolute difference, 0..255; `flow` the same over the gradient at each place, about how
    many of the coarse pixels things moved; `centre` where across the picture it lies, 0 left to 1 right.
    `down`, `right` and `closer` are the camera's movement in coarse pixels, the zoom's at a quarter of the width.
    """

    residual: float
    flow: float
    centre: float
    down: float
    right: float
    closer: float


STILL = Moved(float("nan"), float("nan"), 0.5, 0.0, 0.0, 0.0)


def moved(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Moved:
    """The movement between two luma planes (36, 64), after the best common shift, zoom, turn and exposure.

    The flow is the normal flow (Horn and Schunck 1981). What an imperfect fit of the camera's movement leaves is
    large only where the gradient is: it weighs little there.
    """
    found = register(before, after)
    camera = found.camera
    if not found.known.any():
        return STILL
    difference = np.abs(found.left)
    share = float(found.known.mean())
    return Moved(
        residual=float(difference.mean()) / share,
        flow=float((difference / (found.steep + _FLAT)).mean()) / share,
        centre=_centre(found),
        down=camera.down,
        right=camera.right,
        closer=camera.zoom * _ZOOM_REACH,
    )


def _centre(found: Registration) -> float:
    """Where across the picture most of what moves lies; the middle where nothing does."""
    weight = np.maximum(np.abs(found.left) - _NOTICEABLE, 0.0).sum(axis=0)
    total = float(weight.sum())
    if total <= 1.0:
        return 0.5
    return float((weight * (np.arange(len(weight)) + 0.5)).sum() / total / len(weight))
