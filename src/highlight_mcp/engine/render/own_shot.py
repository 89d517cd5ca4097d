"""A transition shows footage from beside a clip, but nothing of another shot: at a hard cut a picture is held.

Cuts are looked for in the pictures themselves, on the few frames that a transition needs, so that they are
found for footage that nobody has analysed, and at the very frame.
"""

from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from ..signals.shots import difference
from .plan import PlacedClip
from .video_reader import VideoReader

Floats = NDArray[np.float32]
Picture = tuple[Fraction, VideoFrame]

# Measured on fifteen recordings: neighbouring frames of one shot differ by 0.31 at most, and frames of two
# recordings by 0.34 at least. Where movement is taken for a cut, a picture stays on a little too long.
_ANOTHER_SHOT = 0.3
_COLOUR_RANGE = 40.0
_WIDTH, _HEIGHT = 32, 18
_EARLIER_S = Fraction(1, 20)  # a picture is read up to half a source frame before its time


class OwnShot:
    """The pictures of one clip with what its transitions show before and after it, asked for in ascending order."""

    def __init__(self, shot: PlacedClip, rate: Fraction) -> None:
        self._first_s = shot.source_s(shot.first, rate)
        self._last_s = shot.source_s(max(shot.first, shot.last - 1), rate)
        self._scaling = VideoReformatter()
        self._begins_s: Fraction | None = None
        self._found: Picture | None = None
        self._over = False

    def since(self, reader: VideoReader, at_s: Fraction) -> Fraction:
        """The time to show at `at_s`: not before the shot in which the clip begins."""
        if at_s >= self._first_s:
            return at_s
        if self._begins_s is None:
            self._begins_s = min(self._opening(reader, max(Fraction(0), at_s - _EARLIER_S)), self._first_s)
        return max(at_s, self._begins_s)

    def at(self, reader: VideoReader, at_s: Fraction, phase: Fraction) -> Picture | None:
        """The picture at `at_s` + `phase`; the last one before a cut behind the clip from there on."""
        time_s = max(Fraction(0), at_s + phase)
        if at_s <= self._last_s:
            self._found = reader.at(time_s)
        elif not self._over:
            self._follow(reader, time_s)
        return self._found

    def _follow(self, reader: VideoReader, time_s: Fraction) -> None:
        self._found = self._found or reader.at(self._last_s)
        small = self._small(self._found) if self._found else None
        for picture in reader.through(time_s):
            after = self._small(picture)
            if small is not None and _unlike(small, after) > _ANOTHER_SHOT:
                self._over = True
                return
            self._found, small = picture, after

    def _opening(self, reader: VideoReader, start_s: Fraction) -> Fraction:
        """The middle of the frame that opens the shot of the clip's first picture; `start_s` without a cut."""
        before = reader.at(start_s)
        opening_s = start_s
        for picture in reader.through(self._first_s) if before else ():
            assert before is not None
            if _unlike(self._small(before), self._small(picture)) > _ANOTHER_SHOT:
                opening_s = picture[0] + (picture[0] - before[0]) / 2
            before = picture
        return opening_s

    def _small(self, picture: Picture) -> Floats:
        size = {"width": _WIDTH, "height": _HEIGHT}
        frame = self._scaling.reformat(picture[1], **size, format="yuv444p", interpolation=Interpolation.AREA)
        return frame.to_ndarray().astype(np.float32)


def _unlike(before: Floats, after: Floats) -> float:
    """How unlike two small pictures are in structure or in colour, 0 to 1."""
    colour = float(np.abs(before[1:] - after[1:]).mean()) / _COLOUR_RANGE
    return max(difference(before[0], after[0]), colour)
