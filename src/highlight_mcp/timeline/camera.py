"""The way of a crop over its footage: where it looks at each source time. Pure values.

In each shot of the source the way is a line through points, each moved out of its corners by the mean over a short
time. Such a mean is never faster than the line, never leaves its range, and stays where the line stays.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from .schemas import FrozenModel
from .time import Milliseconds, TimeRange

EASE_MS = 400
"""Half of the time over which the way is averaged: it gets going, and comes to rest, within twice that."""
CameraMove = Literal["hold", "pan", "follow", "all"]
"""`hold` stays, `pan` moves once, `follow` goes along; `all` shows the whole picture, for nothing less would do."""
Evidence = Literal["faces", "motion", "glance", "middle"]
"""What a way was planned by: `glance` where there was too much to look at all of it, `middle` where nothing was found.
"""
Share = Annotated[float, Field(ge=0, le=1)]


class CameraShot(FrozenModel):
    """The way in one shot of the source: (source ms, middle of the crop as a share of the width), in order of time."""

    start_ms: Milliseconds
    points: Annotated[tuple[tuple[int, Share], ...], Field(min_length=1)]

    def at(self, at_ms: float) -> float:
        """The middle of the crop at a source time; before and behind the points as at the first and the last one."""
        (first_ms, first), (last_ms, last) = self.points[0], self.points[-1]
        half = min(EASE_MS, at_ms - first_ms, last_ms - at_ms)
        if half <= 0:
            return first if at_ms <= first_ms else last
        return (_area(self.points, at_ms + half) - _area(self.points, at_ms - half)) / (2 * half)


class CameraPath(FrozenModel):
    """The way of a crop over one clip, planned for the source range `span` and a crop of `share` of the width.

    It begins anew at each cut of the source. `reach` tells of `all` how many crops wide its subjects are apart.
    """

    span: TimeRange
    share: Annotated[float, Field(gt=0, le=1)]
    move: CameraMove
    by: Evidence
    reach: Annotated[float, Field(ge=0)] = 0.0
    shots: Annotated[tuple[CameraShot, ...], Field(min_length=1)]

    def at(self, source_ms: float) -> float:
        """The middle of the crop at a source time, as a share of the width."""
        place = bisect_right(self.shots, source_ms, key=lambda shot: shot.start_ms) - 1
        return self.shots[max(0, place)].at(source_ms)

    def serves(self, source: TimeRange, share: float) -> bool:
        """Whether it was planned for this range, or by close looks for one around it, and for a crop of this size."""
        if self.by == "glance" and self.span != source:
            return False
        inside = self.span.start_ms <= source.start_ms and source.end_ms <= self.span.end_ms
        return inside and abs(self.share - share) < 1e-3


def middle_of(span: TimeRange, share: float) -> CameraPath:
    """A crop that stays in the middle, for footage in which nothing is looked for."""
    shot = CameraShot(start_ms=span.start_ms, points=((span.start_ms, 0.5),))
    return CameraPath(span=span, share=share, move="hold", by="middle", shots=(shot,))


def _area(points: Sequence[tuple[int, float]], until_ms: float) -> float:
    """The integral of the line from its first point to a time between its points."""
    total = 0.0
    for (left_ms, left), (right_ms, right) in pairwise(points):
        if until_ms <= right_ms:
            here = left + (right - left) * (until_ms - left_ms) / (right_ms - left_ms)
            return total + (until_ms - left_ms) * (left + here) / 2
        total += (right_ms - left_ms) * (left + right) / 2
    return total
