"""Does a part of a reel show, and sound like, what its source does at the time claimed? Measures on small pictures.

A picture counts as another's when a smooth curve of brightness takes one to the other: so filters, other ranges and
tone mapping do not matter, and what is left over is compression. Numbers are grey levels of 0 to 255.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...timeline.model import Clip
from .original import LISTENING_HZ, Grey, Original

GRID = (64, 36)
FLAT = 2.5
"""Deviation below which a picture shows nothing: noise on black and a sky stay below it once made small."""
_CLEAR = 2.0
"""Level of what compression and another way of scaling leave over between two small pictures of one frame."""
_UNLIKE = 0.6
"""Share of the detail that is left over between pictures that have nothing in common: 0.9 is usual, 0.2 for equals."""
_BETTER, _LEAST = 2.5, 2.0
"""How many times better another time must fit, and the level that must be left over, before it counts."""
_NEARER = 0.25
"""Share of what moves within half a second that a picture must be nearer to the one claimed than to those beside it."""
_SILENT, _LOUD = 1e-3, 1e-2
SLACK_S = 0.06
_ALIKE, _STRANGE = 0.5, 0.12
"""Correlation that proves a sound, and chance. AAC puts other noise in the place of noise, which lies between."""
_FRAMES_OFF = (Fraction(0), Fraction(-1, 2), Fraction(1, 2), Fraction(-1), Fraction(1))

_PIXELS_OFF = tuple((across, down) for across in (0, -1, 1) for down in (0, -1, 1))
"""Crops are cut at even pixels of the source."""

Small = NDArray[np.float32]
Mask = NDArray[np.bool_]
_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_MIRRORS = {"horizontal": Image.Transpose.FLIP_LEFT_RIGHT, "vertical": Image.Transpose.FLIP_TOP_BOTTOM}


@dataclass(frozen=True)
class Frame:
    """Where a clip puts its picture in a reel of `size`: `box` is (left, top, right, bottom) of what it covers."""

    clip: Clip
    size: tuple[int, int]

    def taken(self, picture: Grey, at_s: float = 0.0, off: tuple[int, int] = (0, 0)) -> Small:
        """What the reel should show of an upright source picture of this time, made small; `off` pixels right and
        down of that."""
        image = Image.fromarray(self._reshaped(picture))
        left, top, right, bottom = self._window(image.size, at_s)
        box = (
            max(0.0, left + off[0]), max(0.0, top + off[1]),
            min(float(image.width), right + off[0]), min(float(image.height), bottom + off[1]),
        )  # fmt: skip
        return np.asarray(image.resize(GRID, Image.Resampling.BOX, box), np.float32)

    def shown(self, picture: Grey, shape: tuple[int, int]) -> Small:
        """What a picture of the reel (of any size) shows of a source picture of that shape (width, height)."""
        image = Image.fromarray(picture)
        left, top, right, bottom = self.box(shape)
        across, up = image.width / self.size[0], image.height / self.size[1]
        box = (left * across, top * up, right * across, bottom * up)
        return np.asarray(image.resize(GRID, Image.Resampling.BOX, box), np.float32)

    def box(self, shape: tuple[int, int]) -> tuple[float, float, float, float]:
        """The part of the reel, in its pixels, that a source picture of that shape covers."""
        width, height = self.size
        if self.clip.fit == "cover":
            return 0.0, 0.0, float(width), float(height)
        image = self._reshaped(np.zeros(shape[::-1], np.uint8))
        scale = min(width / image.shape[1], height / image.shape[0])
        across, up = image.shape[1] * scale, image.shape[0] * scale
        return (width - across) / 2, (height - up) / 2, (width + across) / 2, (height + up) / 2

    def _reshaped(self, picture: Grey) -> Grey:
        """After the clip's own crop, turn and mirror, in this order, as the render does it."""
        image = Image.fromarray(picture)
        if self.clip.crop is not None:
            crop, width, height = self.clip.crop, image.width, image.height
            left, top = min(round(crop.x * width), width - 2), min(round(crop.y * height), height - 2)
            right, bottom = round((crop.x + crop.width) * width), round((crop.y + crop.height) * height)
            image = image.crop((left, top, min(width, max(left + 2, right)), min(height, max(top + 2, bottom))))
        if self.clip.rotate:
            image = image.transpose(_TURNS[self.clip.rotate])
        if self.clip.flip is not None:
            image = image.transpose(_MIRRORS[self.clip.flip])
        return np.asarray(image, np.uint8)

    def _window(self, size: tuple[int, int], at_s: float) -> tuple[float, float, float, float]:
        """The part of a picture that the reel shows: all, or what fills the frame, around the clip's focus then."""
        if self.clip.fit != "cover":
            return 0.0, 0.0, float(size[0]), float(size[1])
        shape = Fraction(*self.size)
        across, up = min(float(size[0]), float(size[1] * shape)), min(float(size[1]), float(size[0] / shape))
        focus = self.clip.focus_at(1000 * at_s)
        focus = 0.5 if focus is None else focus
        left = min(max(focus * size[0] - across / 2, 0.0), size[0] - across)
        return left, (size[1] - up) / 2, left + across, (size[1] + up) / 2


def same_pictures(
    shown: Sequence[Grey], times_s: Sequence[Fraction], source: Original, frame: Frame, step_s: Fraction, covered: Mask
) -> bool | None:
    """Whether consecutive pictures of a reel show the source at these times; None where that cannot be told.

    `step_s` is the length of a source frame: all may be early or late by one. `covered` tells where texts lie.
    """
    if covered.mean() > 0.5:
        return None
    shape = (source.pictures[0].shape[1], source.pictures[0].shape[0])
    here = [frame.shown(picture, shape)[~covered] for picture in shown]
    stamps = np.array([float(at_s) for at_s in source.at_s])
    if min(stamps) > float(max(times_s) + step_s):
        return None
    offs = (*_FRAMES_OFF, -2, 2) if source.ranked else _FRAMES_OFF
    places = np.array([[_place(stamps, float(at_s + off * step_s)) for at_s in times_s] for off in offs])
    middle = int(places[0][len(here) // 2])
    seen_then = source.pictures[middle], float(stamps[middle])
    off = min(
        _PIXELS_OFF, key=lambda off: _left_over(here[len(here) // 2], _curves(frame.taken(*seen_then, off)[~covered]))
    )
    there = [frame.taken(picture, at, off)[~covered] for picture, at in zip(source.pictures, stamps, strict=True)]
    meant, seen = ([float(each.std()) for each in some] for some in ([there[at] for at in np.unique(places)], here))
    if max(meant) < FLAT:
        return max(seen) < 4 * FLAT
    if max(seen) < FLAT:
        return None if min(meant) < 4 * FLAT or frame.clip.filters else False
    curves = [_curves(other) for other in there]
    left = np.array([[_left_over(one, other) for other in curves] for one in here])
    expected = left[np.arange(len(here)), places]
    if _times_differ(expected, left.min(axis=1)):
        return False
    far = float(expected.mean(axis=1).min())
    return far <= _CLEAR or (far <= _UNLIKE * float(np.mean(seen)) and _nearer(far, left, there, stamps, places[0]))


def _times_differ(expected: NDArray[np.float64], best: NDArray[np.float64]) -> bool:
    """Whether several pictures are clearly more like those of another time, however the rest is early or late."""
    wrong = (expected > np.maximum(_LEAST, _BETTER * best)).sum(axis=1)
    return int(wrong.min()) >= max(2, len(best) // 4)


def _place(stamps: NDArray[np.float64], at_s: float) -> int:
    """The picture on screen at a time."""
    before = np.flatnonzero(stamps <= at_s + 1e-6)
    return int(before[np.argmax(stamps[before])]) if len(before) else int(np.argmin(stamps))


def _curves(picture: Small) -> Small:
    """An orthonormal base of all pictures that a cubic curve of brightness makes of one, (pixels, 4)."""
    centred = (picture - picture.mean()) / max(float(picture.std()), 1.0)
    columns = np.stack([np.ones_like(centred), centred, centred**2, centred**3], axis=1)
    return np.asarray(np.linalg.qr(columns)[0], np.float32)


def _left_over(one: Small, curves: Small) -> float:
    """Root mean square of what no curve of the other picture's brightness explains of one."""
    rest = one - curves @ (curves.T @ one)
    return float(np.sqrt(np.mean(rest * rest)))


def _nearer(
    expected: float,
    left: NDArray[np.float64],
    there: Sequence[Small],
    stamps: NDArray[np.float64],
    places: NDArray[np.int64],
) -> bool:
    """Whether the reel is nearer to the pictures claimed than to those half a second away, as far as these differ.

    What compression leaves over adds to what moved like the sides of a right angle.
    """
    at = int(places[len(places) // 2])
    far = np.flatnonzero(np.abs(stamps - stamps[at]) >= 0.4)
    far = far[:: max(1, len(far) // 8)]
    if not len(far):
        return True
    moved = np.mean([_left_over(there[at], _curves(there[place])) ** 2 for place in far.tolist()])
    return bool(moved <= _CLEAR**2 or np.mean(left[:, far] ** 2) - expected**2 >= _NEARER * moved)


def same_sound(heard: NDArray[np.float32], source: NDArray[np.float32], gain: float) -> bool | None:
    """Whether samples of a reel are those of its source, give or take 60 ms; None where both are quiet."""
    slack = round(SLACK_S * LISTENING_HZ)
    inner = source[slack : len(source) - slack]
    loud, meant = _level(heard), _level(inner) * gain
    if meant < _LOUD and loud < _LOUD:
        return None
    if min(loud, meant) < _SILENT:
        return False
    count = len(source) + len(heard)
    match = np.fft.irfft(np.fft.rfft(source, count) * np.conj(np.fft.rfft(heard, count)), count)[: 2 * slack + 1]
    energy = np.cumsum(np.concatenate([[0.0], source.astype(np.float64) ** 2]))
    around = energy[len(heard) : len(heard) + 2 * slack + 1] - energy[: 2 * slack + 1]
    alike = match[: len(around)] / np.sqrt(np.maximum(around, 1e-9) * float((heard.astype(np.float64) ** 2).sum()))
    best = float(alike.max())
    return True if best >= _ALIKE else False if best <= _STRANGE else None


def _level(samples: NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0
