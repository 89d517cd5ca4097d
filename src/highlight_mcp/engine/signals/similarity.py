"""Whether two looks show the same place, seen a little shifted, zoomed, brighter or darker."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sample_frames import HEIGHT, WIDTH, Images, chroma, luma

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_BINS = 8  # bins per axis; flat
_GREY = [row * _BINS + column for row in (3, 4) for column in (3, 4)]  # bins around grey
_ZOOMS = (1.0, 0.85, 1.18)  # times; F1 -0.021 at worst
_COARSE = 2  # pixels of a look per coarse one; flat
_ROWS, _COLUMNS = HEIGHT // _COARSE, WIDTH // _COARSE
_DOWN = np.arange(-6, 7)  # coarse pixels, a third of the height
_ACROSS = np.arange(-11, 12)  # coarse pixels, a third of the width
_SHAPE = (2 * _ROWS, 2 * _COLUMNS)  # twice as large, so that no shift wraps around
_FLAT, _BRIGHTNESS = 15.0, 20.0  # luma squared; luma 0..255; _BRIGHTNESS F1 -0.018 at worst
_MOST_COLOUR = 0.5  # share of the likeness; flat
_BATCH = 256  # pairs at once, for memory
_DIRECTIONS = 8  # bins over half a turn; flat
_GREY_ENOUGH = 0.1  # share of the picture that has colour; flat
# share of the likeness; shared edges 0..1, no to yes; F1 -0.022, -0.028, -0.022 at worst
_EDGES_SHARE, _EDGES_UNLIKE, _EDGES_ALIKE = 0.3, 0.55, 0.90


@dataclass(frozen=True, eq=False)
class PreparedFrames:
    """Looks prepared for comparison.

    `colours` (n, 64) share of the picture per colour; `edges` (n, 48) share of the edges per direction and
    part of the picture, 0 for those with colours; `zoomed` (n, 3, 36, 33) spectra of the coarse luma
    at three zooms, `plain` (n, 36, 33) the conjugate one; `*_sum` and `*_square` sums over what overlaps at
    each shift; `mean` (n,).
    """

    colours: Floats
    edges: Floats
    zoomed: NDArray[np.complex64]
    plain: NDArray[np.complex64]
    zoomed_sum: Floats
    zoomed_square: Floats
    plain_sum: Floats
    plain_square: Floats
    mean: Floats


def prepare(images: Images) -> PreparedFrames:
    """Views of planar looks (n, 54, 64), about 70 kB each."""
    colours = _colours(images)
    planes = luma(images).reshape(-1, _ROWS, _COARSE, _COLUMNS, _COARSE).mean(axis=(2, 4)).astype(np.float32)
    zoomed = np.stack([_zoomed(planes, zoom) for zoom in _ZOOMS], axis=1)
    return PreparedFrames(
        colours=colours,
        edges=_edges_where_grey(images, colours),
        zoomed=np.fft.rfft2(zoomed, s=_SHAPE).astype(np.complex64),
        plain=np.conj(np.fft.rfft2(planes, s=_SHAPE)).astype(np.complex64),
        zoomed_sum=_overlap(zoomed, 1),
        zoomed_square=_overlap(zoomed * zoomed, 1),
        plain_sum=_overlap(planes, -1),
        plain_square=_overlap(planes * planes, -1),
        mean=planes.mean(axis=(1, 2)),
    )


def compare_shifted(first: PreparedFrames, second: PreparedFrames) -> PreparedFrames:
    """The looks of both, one after the other."""
    return PreparedFrames(
        **{f.name: np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(PreparedFrames)}
    )


def similarity(views: PreparedFrames, first: Indices, second: Indices) -> Floats:
    """For each pair of looks, 0 different places to 1 the same one.

    Shared colours (as far as there are any; in black and white the directions of edges) and the best luma
    correlation over shifts of a third of the picture and zooms of 18 %.
    """
    known, open_share = _told_by_shares(views, first, second)
    parts = [
        _correlation(views, first[start : start + _BATCH], second[start : start + _BATCH])
        for start in range(0, len(first), _BATCH)
    ]
    likeness = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    alike: Floats = (known + open_share * likeness).astype(np.float32)
    return alike


def any_alike(views: PreparedFrames, first: Indices, second: Indices, least: float) -> bool:
    """Whether the `similarity` of one of these pairs is `least` or more; those that cannot be are not correlated."""
    known, open_share = _told_by_shares(views, first, second)
    possible = known + open_share >= least
    return bool(possible.any()) and bool((similarity(views, first[possible], second[possible]) >= least).any())


def _told_by_shares(views: PreparedFrames, first: Indices, second: Indices) -> tuple[Floats, Floats]:
    """For each pair, the part of the likeness that colours and edges tell, and the share that is open to the rest."""
    ours, theirs = views.colours[first], views.colours[second]
    coloured = 1.0 - np.minimum(ours[:, _GREY].sum(axis=1), theirs[:, _GREY].sum(axis=1))
    weight = np.minimum(_MOST_COLOUR, coloured)
    shared = np.minimum(ours, theirs).sum(axis=1)
    drawn = np.minimum(views.edges[first], views.edges[second]).sum(axis=1)
    textured = np.clip((drawn - _EDGES_UNLIKE) / (_EDGES_ALIKE - _EDGES_UNLIKE), 0.0, 1.0)
    other = _EDGES_SHARE * np.clip((_GREY_ENOUGH - coloured) / _GREY_ENOUGH, 0.0, 1.0)
    known: Floats = (weight * shared + other * textured).astype(np.float32)
    open_share: Floats = (1.0 - weight - other).astype(np.float32)
    return known, open_share


def _correlation(views: PreparedFrames, first: Indices, second: Indices) -> Floats:
    """Best normalised correlation where the pictures overlap (Lewis 1995), by FFT for all shifts at once."""
    products = np.fft.irfft2(views.zoomed[first] * views.plain[second][:, None], s=_SHAPE)
    products = products[:, :, _DOWN[:, None], _ACROSS[None, :]]
    left, left2 = views.zoomed_sum[first] / _COUNT, views.zoomed_square[first] / _COUNT
    right, right2 = (views.plain_sum[second] / _COUNT)[:, None], (views.plain_square[second] / _COUNT)[:, None]
    covariance = products / _COUNT - left * right
    spread = np.sqrt(np.maximum(left2 - left * left, 0.0) * np.maximum(right2 - right * right, 0.0))
    # Pictures without texture (black, sky) have nothing to correlate: there, equal brightness counts.
    brightness = np.exp(-np.abs(views.mean[first] - views.mean[second]) / _BRIGHTNESS)[:, None, None, None]
    best: Floats = ((covariance + _FLAT * brightness) / (spread + _FLAT)).max(axis=(1, 2, 3)).astype(np.float32)
    return np.clip(best, 0.0, 1.0)


def _overlap(planes: Floats, sign: int) -> Floats:
    """Sums over the part of each plane that overlaps at each shift; (..., 13, 23)."""
    table = np.zeros((*planes.shape[:-2], _ROWS + 1, _COLUMNS + 1), np.float64)
    table[..., 1:, 1:] = planes.cumsum(axis=-2, dtype=np.float64).cumsum(axis=-1)
    down, across = sign * _DOWN[:, None], sign * _ACROSS[None, :]
    top, bottom = np.maximum(0, down), np.minimum(_ROWS, _ROWS + down)
    left, right = np.maximum(0, across), np.minimum(_COLUMNS, _COLUMNS + across)
    sums = table[..., bottom, right] - table[..., top, right] - table[..., bottom, left] + table[..., top, left]
    return sums.astype(np.float32)


_COUNT = _overlap(np.ones((_ROWS, _COLUMNS), np.float32), 1)


def _zoomed(planes: Floats, zoom: float) -> Floats:
    rows = np.clip(((np.arange(_ROWS) + 0.5 - _ROWS / 2) / zoom + _ROWS / 2).astype(int), 0, _ROWS - 1)
    columns = ((np.arange(_COLUMNS) + 0.5 - _COLUMNS / 2) / zoom + _COLUMNS / 2).astype(int)
    return planes[:, rows[:, None], np.clip(columns, 0, _COLUMNS - 1)[None, :]]


def _colours(images: Images) -> Floats:
    """Share of the picture per colour, in 8x8 bins that are finer around grey, where most colours are."""
    tint = chroma(images).astype(np.int32) - 128
    spread = np.sign(tint) * np.sqrt(np.abs(tint) / 128.0)
    index = np.clip(((spread + 1.0) * (_BINS / 2)).astype(np.int32), 0, _BINS - 1)
    joint = (index[:, 0] * _BINS + index[:, 1]).reshape(len(images), -1)
    return (_counted(joint, _BINS * _BINS) / np.float32(max(1, joint.shape[1]))).astype(np.float32)


def _edges_where_grey(images: Images, colours: Floats) -> Floats:
    """Edges of the looks that have next to no colour, 0 for the others: there they count for nothing."""
    edges = np.zeros((len(images), 6 * _DIRECTIONS), np.float32)
    grey = colours[:, _GREY].sum(axis=1) >= 1.0 - _GREY_ENOUGH
    if grey.any():
        edges[grey] = _edges(images[grey])
    return edges


def _edges(images: Images) -> Floats:
    """Strength of edges per direction in each sixth of the picture (compare Dalal and Triggs 2005), sum 1."""
    planes = luma(images).astype(np.float32)
    down, across = np.gradient(planes, axis=(1, 2))
    strength = np.hypot(down, across)
    turn = (np.arctan2(down, across) % np.pi) * (_DIRECTIONS / np.pi)
    direction = turn.astype(np.int64) % _DIRECTIONS
    part = (np.arange(HEIGHT) * 2 // HEIGHT)[:, None] * 3 + (np.arange(WIDTH) * 3 // WIDTH)[None, :]
    index = (direction + _DIRECTIONS * part).reshape(len(images), -1)
    edges = _counted(index, 6 * _DIRECTIONS, strength)
    shares: Floats = edges / (edges.sum(axis=1, keepdims=True) + np.float32(1e-3))
    return shares


def _counted(index: NDArray[np.signedinteger[Any]], bins: int, weights: Floats | None = None) -> Floats:
    """How often (or with what weight) each bin occurs in each row of `index` (n, values); (n, bins)."""
    places = (index + bins * np.arange(len(index))[:, None]).ravel()
    counts = np.bincount(places, None if weights is None else weights.ravel(), minlength=bins * len(index))
    return counts.reshape(len(index), bins).astype(np.float32)
