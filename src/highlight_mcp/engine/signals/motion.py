"""Motion between two small pictures: the camera's own, what it does not explain, and whether the camera keeps still.

Bursts of it: for some seconds things move clearly more than they usually do in the same shot. They are measured inside
long shots only, since another place has another measure of movement.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .sample_frames import HEIGHT, WIDTH, SampleFrames, Times
from .series import Floats, hysteresis, ramp, rolling_mean, rolling_percentile
from .shots import Shot

FloatImage = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

_REACH, _CLEAR = 6, 0.05  # pixels; correlation peak 0..1; flat
_ROUNDS = 5  # rounds; flat
_CLEARER = 2.0  # times the peak at rest; flat
_SETTLED = 0.15  # pixels; flat
_TRUSTED = 0.8  # share of the pixels that a fit keeps; flat
_MIDDLE_DOWN, _MIDDLE_RIGHT = (HEIGHT - 1) / 2, (WIDTH - 1) / 2  # pixels
_DOWN, _RIGHT = (axis.astype(np.float32) for axis in np.mgrid[0:HEIGHT, 0:WIDTH])
_FROM_MIDDLE_DOWN, _FROM_MIDDLE_RIGHT = _DOWN - _MIDDLE_DOWN, _RIGHT - _MIDDLE_RIGHT


class CameraMotion(NamedTuple):
    """Where a place of the first picture is in the second, in its pixels: moved `down` and `right`, then away
    from the middle by the share `zoom`, turned by `turn` radians."""

    down: float
    right: float
    zoom: float = 0.0
    turn: float = 0.0


_AT_REST = CameraMotion(0.0, 0.0)
_ALL = np.ones((HEIGHT, WIDTH), bool)


@dataclass(frozen=True, eq=False)
class Registration:
    """The `camera`'s movement; `left` (36, 64) what it and a change of exposure leave, 0 where nothing is known;
    `steep` (36, 64) the gradient of the first picture; `known` (36, 64) where both pictures show the same place."""

    camera: CameraMotion
    left: FloatImage
    steep: FloatImage
    known: Mask


def estimate_camera_motion(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Registration:
    """The movement between two luma planes (36, 64): shift, zoom, turn and exposure.

    Whole pixels by phase correlation, the rest linearised in the gradients of the first picture and refined by
    warping the second (inverse compositional, Baker and Matthews 2004). Each fit leaves out the fifth of the
    picture that fits worst, where things move by themselves.
    """
    before, after = first.astype(np.float32), second.astype(np.float32)
    gradients = np.gradient(before)
    causes = _causes(before, *gradients)
    camera = CameraMotion(*shift(before, after))
    for _ in range(_ROUNDS):
        seen, known = _through(after, camera)
        weights, left = _fit(causes, (seen - before).ravel().astype(np.float64), known.ravel())
        _, _, down, right, zoom, turn = weights.tolist()
        if abs(down) + abs(right) + abs(zoom) * WIDTH / 2 < _SETTLED:
            break
        camera = CameraMotion(camera.down - down, camera.right - right, camera.zoom - zoom, camera.turn - turn)
    left = np.where(known, left.reshape(before.shape), 0.0)
    return Registration(camera, left.astype(np.float32), np.hypot(*gradients).astype(np.float32), known)


def _causes(picture: FloatImage, down: FloatImage, right: FloatImage) -> Doubles:
    """What small changes of brightness, contrast, place, zoom and turn do to a picture; (6, pixels)."""
    outward = _FROM_MIDDLE_DOWN * down + _FROM_MIDDLE_RIGHT * right
    around = _FROM_MIDDLE_RIGHT * down - _FROM_MIDDLE_DOWN * right
    causes = [np.ones_like(picture), picture - picture.mean(), down, right, outward, around]
    return np.stack(causes).reshape(len(causes), -1).astype(np.float64)


def _through(picture: FloatImage, camera: CameraMotion) -> tuple[FloatImage, Mask]:
    """The picture as the first camera would see it (bilinear), and where it shows something."""
    if camera == _AT_REST:
        return picture, _ALL
    zoom = 1.0 + camera.zoom
    down = zoom * _FROM_MIDDLE_DOWN + camera.turn * _FROM_MIDDLE_RIGHT + (camera.down + _MIDDLE_DOWN)
    right = zoom * _FROM_MIDDLE_RIGHT - camera.turn * _FROM_MIDDLE_DOWN + (camera.right + _MIDDLE_RIGHT)
    known = (down >= 0) & (down <= HEIGHT - 1) & (right >= 0) & (right <= WIDTH - 1)
    top = np.clip(down, 0, HEIGHT - 1.001).astype(np.intp)
    side = np.clip(right, 0, WIDTH - 1.001).astype(np.intp)
    lower, further = np.clip(down - top, 0, 1), np.clip(right - side, 0, 1)
    flat, place = picture.ravel(), top * WIDTH + side
    above = flat[place] * (1 - further) + flat[place + 1] * further
    below = flat[place + WIDTH] * (1 - further) + flat[place + WIDTH + 1] * further
    seen: FloatImage = (above * (1 - lower) + below * lower).astype(np.float32)
    return seen, known


def _fit(causes: Doubles, change: Doubles, known: NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
    """(weights, what is left): least squares, the second time over the four fifths that fit best."""
    count = int(np.count_nonzero(known))
    if not count:
        return np.zeros(len(causes)), change
    everywhere = count == len(known)
    weights, left = np.zeros(len(causes)), change - np.median(change if everywhere else change[known])
    for _ in range(2):
        size = np.abs(left)
        rank = int(_TRUSTED * (count - 1))
        trusted = known & (size <= np.partition(size if everywhere else size[known], rank)[rank])
        part = causes * trusted
        weights = np.linalg.solve(part @ causes.T + np.eye(len(causes)), part @ change)
        left = change - weights @ causes
    return weights, left


_FADED_EDGES = np.outer(np.hanning(HEIGHT), np.hanning(WIDTH)).astype(np.float32)


def shift(before: FloatImage, after: FloatImage) -> tuple[int, int]:
    """Whole-pixel shift (down, right) that carries `before` onto `after`, by phase correlation.

    Kuglin and Hines (1975). Zero where no shift of up to 6 pixels explains the pair clearly better.
    """
    spectra = np.fft.rfft2(np.stack([before - before.mean(), after - after.mean()]) * _FADED_EDGES)
    cross = spectra[1] * np.conj(spectra[0])
    surface = np.fft.irfft2(cross / (np.abs(cross) + 1e-3), s=before.shape)
    offsets = np.arange(-_REACH, _REACH + 1)
    near = surface[np.ix_(offsets, offsets)]
    row, column = np.unravel_index(int(near.argmax()), near.shape)
    unclear = near[row, column] < _CLEARER * near[_REACH, _REACH] and near[_REACH, _REACH] > _CLEAR
    if unclear or near[row, column] < _CLEAR:
        return 0, 0
    return int(offsets[row]), int(offsets[column])


_FLAT = 4.0  # luma 0..255 per coarse pixel; flat
_NOTICEABLE = 6.0  # luma 0..255; flat
_ZOOM_REACH = 16.0  # coarse pixels, a quarter of the width


class MotionEstimate(NamedTuple):
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


STILL = MotionEstimate(float("nan"), float("nan"), 0.5, 0.0, 0.0, 0.0)


def estimate_motion(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> MotionEstimate:
    """The movement between two luma planes (36, 64), after the best common shift, zoom, turn and exposure.

    The flow is the normal flow (Horn and Schunck 1981). What an imperfect fit of the camera's movement leaves is
    large only where the gradient is: it weighs little there.
    """
    registration = estimate_camera_motion(before, after)
    camera = registration.camera
    if not registration.known.any():
        return STILL
    difference = np.abs(registration.left)
    share = float(registration.known.mean())
    return MotionEstimate(
        residual=float(difference.mean()) / share,
        flow=float((difference / (registration.steep + _FLAT)).mean()) / share,
        centre=_centre(registration),
        down=camera.down,
        right=camera.right,
        closer=camera.zoom * _ZOOM_REACH,
    )


def _centre(registration: Registration) -> float:
    """Where across the picture most of what moves lies; the middle where nothing does."""
    weight = np.maximum(np.abs(registration.left) - _NOTICEABLE, 0.0).sum(axis=0)
    total = float(weight.sum())
    if total <= 1.0:
        return 0.5
    return float((weight * (np.arange(len(weight)) + 0.5)).sum() / total / len(weight))


_CLOSE_MS = 600  # ms between looks; flat
_LOOKS = 5  # looks; flat
_AS_A_RULE = 0.5  # 0..1; flat
_STEADY, _SWEEPING = 0.04, 0.125
"""Movement over a second, in coarse pixels per tenth of a second."""


def steadiness(pictures: SampleFrames) -> Floats:
    """For each look 1 where the camera keeps still to 0 where it sweeps; (n,).

    Its movement is never taken out wholly, so that a pan or a zoom seems to be action. A hand that shakes moves
    the camera to and fro, which is no sweep. Lone looks tell nothing of it: 1.
    """
    ways = [rolling_mean(way, _LOOKS) for way in pictures.camera.T]
    sweep = np.sqrt(sum((way * way for way in ways), np.zeros(len(pictures), np.float32)))
    return np.where(close(pictures.at_ms), ramp(sweep, _SWEEPING, _STEADY), 1.0).astype(np.float32)


def unusual(steady: Floats) -> Floats:
    """The steadiness of some stretch, all 1 where the camera moves as a rule: then its movement tells nothing."""
    return np.ones_like(steady) if len(steady) and np.median(steady) < _AS_A_RULE else steady


def close(at_ms: Times) -> NDArray[np.bool_]:
    """Which looks have another one close by. A lone one saw a few frames only, and measures on another scale."""
    if not len(at_ms):
        return np.zeros(0, bool)
    near = np.diff(at_ms) <= _CLOSE_MS
    is_close: NDArray[np.bool_] = np.append(False, near) | np.append(near, False)
    return is_close


_CELL_MS = 500  # ms; flat
_HZ = 1000 // _CELL_MS  # cells per second; flat
_WINDOW = 180 * _HZ  # cells; flat
_MAD_TO_SD = 1.4826  # for a normal distribution (Rousseeuw and Croux 1993)
_LEAST_SHOT_MS = 20_000  # ms; flat
_EDGE_MS = 300  # ms at both ends of a shot; flat
_FAINT = 0.01  # coarse pixels per 0.1 s, added before the logarithm; flat
_LEAST_RISE, _ENOUGH_RISE, _DEVIATIONS = 0.35, 0.65, 2.5  # octaves, octaves, standard deviations; flat
_SMOOTH, _GAP, _LEAST = 3 * _HZ, 2 * _HZ, 2 * _HZ  # cells; flat
_MOST_OF_SHOT, _SEEN = 0.4, 0.7  # share of a shot; share of the cells that a look tells of; flat


@dataclass(frozen=True)
class Burst:
    """`start_ms` to `end_ms` with `times` the usual flow (upper quartile), most of it around `peak_ms`.

    `clear` is that rise, in octaves, over the least that is more than the usual up and down of the shot.
    """

    start_ms: int
    end_ms: int
    peak_ms: int
    times: float
    clear: float

    @property
    def length_ms(self) -> int:
        return self.end_ms - self.start_ms


def bursts(pictures: SampleFrames, shots: list[Shot]) -> list[Burst]:
    """All bursts in order of time; only where looks lie close enough to follow the movement."""
    steady = steadiness(pictures)
    long = [shot for shot in shots if shot.end_ms - shot.start_ms >= _LEAST_SHOT_MS]
    return [one for shot in long for one in _inside(pictures, steady, shot)]


def _inside(pictures: SampleFrames, calm: Floats, shot: Shot) -> list[Burst]:
    cells = (shot.end_ms - shot.start_ms) // _CELL_MS
    flow, steady, seen = _cells(pictures, calm, shot, cells)
    if np.count_nonzero(seen) < _LEAST_SHOT_MS // _CELL_MS // 2:
        return []
    usual = rolling_percentile(flow[seen], _WINDOW, 50.0)
    rise = np.zeros(cells, np.float32)
    rise[seen] = np.log2((flow[seen] + _FAINT) / (usual + _FAINT)) * unusual(steady[seen])
    smooth, quick = rolling_mean(rise, _SMOOTH), rolling_mean(rise, _HZ)
    enter = _enter(smooth[seen])
    bursts_here = []
    for first, last in hysteresis(smooth, enter, enter / 2, gap=_GAP, least=_LEAST):
        if last - first > _MOST_OF_SHOT * cells or seen[first:last].mean() < _SEEN:
            continue
        octaves = float(np.percentile(smooth[first:last], 75))
        peak = shot.start_ms + (first + int(smooth[first:last].argmax())) * _CELL_MS
        # What is smooth begins too early and ends too late.
        lively = first + np.flatnonzero(quick[first:last] > enter / 2)
        start, end = (shot.start_ms + int(cell) * _CELL_MS for cell in (lively[0], lively[-1] + 1))
        bursts_here.append(Burst(start, end, peak, 2.0**octaves, octaves / enter))
    return bursts_here


def _enter(rise: Floats) -> float:
    """Octaves above the usual at which a burst is more than the up and down of a shot."""
    deviation = _MAD_TO_SD * float(np.median(np.abs(rise - np.median(rise))))
    return min(max(_DEVIATIONS * deviation, _LEAST_RISE), _ENOUGH_RISE)


def _cells(pictures: SampleFrames, calm: Floats, shot: Shot, cells: int) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """For each cell of a shot: mean flow, mean steadiness, and whether there is a look that can tell."""
    inside = slice(shot.first, shot.last)
    at_ms, flow = pictures.at_ms[inside], pictures.flow[inside]
    known = np.isfinite(flow) & (at_ms >= shot.start_ms + _EDGE_MS) & (at_ms < shot.end_ms - _EDGE_MS) & close(at_ms)
    place = np.clip((at_ms[known] - shot.start_ms) // _CELL_MS, 0, cells - 1)
    count = np.bincount(place, minlength=cells)
    means = (np.bincount(place, of[known], cells) / np.maximum(count, 1) for of in (flow, calm[inside]))
    mean_flow, steady = (mean.astype(np.float32) for mean in means)
    return mean_flow, steady, count > 0
