"""What of a timeline shows pictures as they were recorded, and what a source must be for its pictures to be joined."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.video.stream import VideoStream

from ...timeline.model import Clip
from ..media.ratios import exact
from ..render.plan import PlacedClip, RenderPlan

_UNSPECIFIED, _BT709, _LIMITED = 2, 1, 1
_HD_HEIGHT = 720
"""From here on players take colours that are not named for BT.709."""


@dataclass(frozen=True)
class PictureFormat:
    """What pictures must have in common to follow each other in one stream without a word between them."""

    codec: str
    size: tuple[int, int]
    pixels: str
    pixel_aspect: Fraction
    colours: tuple[int, int, int, int]

    @classmethod
    def of(cls, stream: VideoStream) -> "PictureFormat":
        context = stream.codec_context
        colours = context.color_primaries, context.color_trc, context.colorspace, context.color_range
        size, pixel = (context.width, context.height), exact(stream.sample_aspect_ratio) or Fraction(1)
        return cls(context.codec.canonical_name, size, context.pix_fmt or "", pixel, colours)

    @property
    def is_drawn_alike(self) -> bool:
        """Whether pictures that are drawn (`yuv420p`, BT.709, limited range) look the same beside those of a source."""
        *named, shown = self.colours
        unnamed = self.size[1] >= _HD_HEIGHT and all(each in (_UNSPECIFIED, _BT709) for each in named)
        return (
            self.pixels == "yuv420p" and shown in (0, _LIMITED) and (unnamed or all(each == _BT709 for each in named))
        )


def is_as_recorded(clip: Clip) -> bool:
    """Whether the pictures of a clip stay as they are, but for what is laid over them."""
    return (
        clip.media_id is not None and clip.source is not None and not clip.freeze and not clip.filters
        and clip.speed == 1 and not clip.ramp and not clip.rotate and clip.flip is None
        and clip.crop is None and clip.zoom is None and clip.placement is None
    )  # fmt: skip


class TouchedFrames:
    """The output frames on which something is drawn over the lowest track, or mixed into it."""

    def __init__(self, plan: RenderPlan) -> None:
        self._ranges = list(_merged(_ranges(plan)))
        self._firsts = [first for first, _ in self._ranges]

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self._firsts, number) - 1
        return place >= 0 and number < self._ranges[place][1]

    def among(self, first: int, last: int) -> int:
        """How many of the frames [first, last) are."""
        return sum(max(0, min(last, stop) - max(first, start)) for start, stop in self._ranges)


def _ranges(plan: RenderPlan) -> Iterator[tuple[int, int]]:
    lowest, *above = plan.layers
    for layer in above:
        yield from ((shot.first, shot.leave) for shot in layer.shots)
    yield from ((cue.first, cue.last) for cue in plan.cues)
    yield from ((join.first, join.last) for join in lowest.joins)
    for shot in lowest.shots:
        yield from _dimmed(shot, plan.rate)


def _dimmed(shot: PlacedClip, rate: Fraction) -> Iterator[tuple[int, int]]:
    """Where a shot comes out of the dark or goes into it."""
    clip = shot.clip
    if clip.picture_fade_in_ms:
        yield shot.first, min(shot.last, shot.first + _frames(clip.picture_fade_in_ms, rate))
    if clip.picture_fade_out_ms:
        yield max(shot.first, shot.last - _frames(clip.picture_fade_out_ms, rate)), shot.last


def _frames(length_ms: int, rate: Fraction) -> int:
    """Frames that a length may touch, wherever it begins on the grid."""
    return int(length_ms * rate / 1000) + 2


def _merged(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    held: tuple[int, int] | None = None
    for first, last in sorted(each for each in ranges if each[0] < each[1]):
        if held is not None and first <= held[1]:
            held = held[0], max(held[1], last)
            continue
        if held is not None:
            yield held
        held = first, last
    if held is not None:
        yield held
