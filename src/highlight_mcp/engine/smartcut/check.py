"""The finished file beside its sources: copied pictures bit for bit, and every join decoded."""

from collections.abc import Iterator

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ...messages import message
from ..media.decoding import frames_of, packets_of, seek
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream
from ..render.progress import ProgressTick
from ..render.verify import OutputCheck
from .errors import NotCopyable
from .h264 import sets_in_front, units_of
from .job import HybridReel
from .pictures import look_of
from .writer import digest_of

_NEAR = 90
"""Output frames between two joins that are decoded in one go."""
_SHORT_S = 179
"""Reels up to so many seconds are decoded whole: a picture that is damaged in the source must not be copied."""


def check_copies(reel: HybridReel, beat: ProgressTick) -> tuple[OutputCheck, ...]:
    """Both checks, passed. Raises NotCopyable where a picture is not what it should be."""
    same, joined = _same_packets(reel, beat), _same_looks(reel, beat)
    if same != len(reel.kept) or joined != len(reel.looks):
        raise NotCopyable("unlike")
    return (
        OutputCheck("copied pictures", True, message("engine.check.of", found=same, expected=len(reel.kept))),
        OutputCheck("joins", True, message("engine.check.of", found=joined, expected=len(reel.looks))),
    )


def _same_packets(reel: HybridReel, beat: ProgressTick) -> int:
    """How many copied pictures stand in the file as they were stored; decoding times must ascend."""
    same, last = 0, None
    with open_media(reel.reel.path) as container:
        stream = picture_stream(container)
        if stream is None:
            return 0
        _, length_size = sets_in_front(stream.codec_context.extradata or b"")
        base = exact(stream.time_base) or reel.form.base
        for packet in packets_of(container, stream):
            beat()
            if not packet.size or packet.pts is None or packet.dts is None:
                continue
            if last is not None and packet.dts <= last:
                return 0
            last = packet.dts
            kept = reel.kept.get(round(packet.pts * base / reel.form.base))
            same += kept is not None and kept == digest_of(units_of(bytes(packet), length_size))
    return same


def _same_looks(reel: HybridReel, beat: ProgressTick) -> int:
    """How many copied pictures beside joins look like those of the source once they are decoded.

    Raises NotCopyable where something does not decode.
    """
    step = round(1 / (reel.form.rate * reel.form.base))
    is_short = reel.made.render.frames <= _SHORT_S * reel.form.rate
    windows = [(0, 1 << 62)] if is_short else list(_windows(sorted(reel.looks), _NEAR * step))
    # From before the join, so that it is met as a player meets it; an index tells when a keyframe is decoded.
    ahead = (reel.form.depth + 1) * step
    with open_media(reel.reel.path) as container:
        stream = picture_stream(container)
        if stream is None:
            return 0
        return sum(_look_through(reel, container, stream, window, ahead, beat) for window in windows)


def _look_through(
    reel: HybridReel,
    container: InputContainer,
    stream: VideoStream,
    window: tuple[int, int],
    ahead: int,
    beat: ProgressTick,
) -> int:
    same, (first, last) = 0, window
    base = exact(stream.time_base) or reel.form.base
    seek(container, stream, max(0, first - ahead) * reel.form.base)
    for frame in frames_of(container, stream, failed=_refuse):
        beat()
        at = round((frame.pts or 0) * base / reel.form.base)
        if frame.is_corrupt:
            _refuse()
        look = reel.looks.get(at)
        if look is not None and first <= at <= last and isinstance(frame, VideoFrame):
            same += look == look_of(frame)
        if at >= last:
            break
    return same


def _refuse() -> None:
    raise NotCopyable("damaged")


def _windows(places: list[int], near: int) -> Iterator[tuple[int, int]]:
    """[first, last] of places that lie near each other."""
    if not places:
        return
    first = last = places[0]
    for place in places[1:]:
        if place - last > near:
            yield first, last
            first = place
        last = place
    yield first, last
