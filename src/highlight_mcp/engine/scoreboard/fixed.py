"""What stays where it is while the rest of the picture changes: where a board may be.

Edges that point the same way in picture after picture add up, those of a moving scene cancel each other out (the
mean gradient, as used to find watermarks: Dekel et al., CVPR 2017). A see-through board keeps its edges too. Where
the camera stands still everything stays, and everything near the edges of the picture is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .looks import Picture

WIDTH = 640
"""Pixels: half of a full look, where a digit of 13 is still 6 high."""
BLOCK = 8
"""Pixels of the small picture, about the height of a small digit."""
_LEAST_EDGE = 4.0  # grey levels per pixel; the outline of white on black at 8 pixels has 40
_STEADY = 0.5  # share of the edge that adds up; a scene in 20 looks leaves 0.2
_SOFTENER = 1.0  # grey levels per pixel, so that noise of flat parts counts for nothing
_DENSE = 0.1  # share of a block; text covers a third
_AROUND = 2  # blocks; the gaps inside a board
_LEAST_BLOCKS = 4  # blocks before the gaps are filled: two digits
_MIDDLE = (0.38, 0.62)  # shares of the height: boards are elsewhere
_MOST_PLACES = 6  # places looked at more closely

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the last two are outside."""


def grey(picture: Picture) -> Floats:
    """A small brightness picture (h, 640) of a look."""
    height = max(1, round(picture.shape[0] * WIDTH / picture.shape[1]))
    small = Image.fromarray(picture).convert("L").resize((WIDTH, height), Image.Resampling.BOX)
    return np.asarray(small, np.float32)


@dataclass(frozen=True, eq=False)
class Steady:
    """Edges that stay in small pictures (h, 640): their mean, grey levels per pixel, and where they are."""

    down: Floats
    across: Floats
    mask: Mask

    def shown_by(self, picture: Floats, box: "Box") -> float:
        """How much of what stays in a box of the small picture this one shows: 1 as much as the mean of all."""
        left, top, right, bottom = (max(0, side) for side in box)
        part = (slice(top, bottom), slice(left, right))
        mask = self.mask[part]
        if min(mask.shape) < 2 or not mask.any():
            return 1.0
        dy, dx = np.gradient(picture[part])
        down, across = self.down[part], self.across[part]
        alike = (dy * down + dx * across)[mask].sum()
        return float(alike / (down**2 + across**2)[mask].sum())


def steady_edges(pictures: Sequence[Floats]) -> Steady:
    """What stays in small pictures of one size."""
    down = np.zeros_like(pictures[0])
    across, strength = down.copy(), down.copy()
    for picture in pictures:
        dy, dx = np.gradient(picture)
        down += dy
        across += dx
        strength += np.hypot(dx, dy)
    count = np.float32(len(pictures))
    lasting = np.hypot(down, across) / count
    mask: Mask = (lasting > _LEAST_EDGE) & (lasting > _STEADY * (strength / count + _SOFTENER))
    return Steady(down / count, across / count, mask)


def fixed_places(steady: Steady) -> list[Box]:
    """Boxes in the small picture around all that stays, the densest first; none overlaps another."""
    mask = steady.mask
    rows, columns = mask.shape[0] // BLOCK, mask.shape[1] // BLOCK
    blocks = mask[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK).mean(axis=(1, 3))
    dense = blocks > _DENSE
    dense[int(_MIDDLE[0] * rows) : int(np.ceil(_MIDDLE[1] * rows))] = False
    found = [box for box in components(_grown(dense)) if _count(dense, box) >= _LEAST_BLOCKS]
    found.sort(key=lambda box: -_count(dense, box))
    separate = apart(found)[:_MOST_PLACES]
    height, width = mask.shape
    return [
        (a * BLOCK, b * BLOCK, width if c == columns else c * BLOCK, height if d == rows else d * BLOCK)
        for a, b, c, d in separate
    ]


def _grown(dense: Mask) -> Mask:
    """Blocks with all those around them."""
    out = dense.copy()
    for axis, reach in ((1, 2 * _AROUND), (0, _AROUND)):
        grown = out.copy()
        for step in range(1, reach + 1):
            ahead, behind = np.roll(out, step, axis), np.roll(out, -step, axis)
            if axis == 1:
                ahead[:, :step], behind[:, -step:] = False, False
            else:
                ahead[:step], behind[-step:] = False, False
            grown |= ahead | behind
        out = grown
    return out


def _count(dense: Mask, box: Box) -> int:
    left, top, right, bottom = box
    return int(dense[top:bottom, left:right].sum())


def apart(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that overlap as one."""
    out: list[Box] = []
    for box in boxes:
        merged = box
        while True:
            hit = next((other for other in out if _overlap(merged, other)), None)
            if hit is None:
                break
            out.remove(hit)
            merged = (
                min(merged[0], hit[0]), min(merged[1], hit[1]), max(merged[2], hit[2]), max(merged[3], hit[3]),
            )  # fmt: skip
        out.append(merged)
    return out


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def components(mask: Mask) -> list[Box]:
    """Boxes around what hangs together, also across corners: runs of each row joined with those of the row above."""
    parents: list[int] = []
    boxes: list[Box] = []
    above: list[tuple[int, int, int]] = []
    for y in range(mask.shape[0]):
        edges = np.flatnonzero(np.diff(np.concatenate([[False], mask[y], [False]]).astype(np.int8)))
        here: list[tuple[int, int, int]] = []
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            label = len(parents)
            parents.append(label)
            boxes.append((first, y, last, y + 1))
            for left, right, other in above:
                if left <= last and first <= right:
                    _join(parents, boxes, label, other)
            here.append((first, last, label))
        above = here
    return [boxes[label] for label in range(len(parents)) if parents[label] == label]


def _root(parents: list[int], label: int) -> int:
    while parents[label] != label:
        parents[label] = parents[parents[label]]
        label = parents[label]
    return label


def _join(parents: list[int], boxes: list[Box], one: int, other: int) -> None:
    a, b = _root(parents, one), _root(parents, other)
    if a == b:
        return
    low, high = min(a, b), max(a, b)
    parents[high] = low
    x, y = boxes[low], boxes[high]
    boxes[low] = (min(x[0], y[0]), min(x[1], y[1]), max(x[2], y[2]), max(x[3], y[3]))
