"""The finished file beside its sources: copied pictures bit for bit, and every join decoded."""

from collections.abc import Callable, Iterator

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ...messages import message
from ..media.decoding import frames_of, packets_of, seek
from ..media.opening import open_media
from ..media.ratios import exact
from ..media.streams import picture_stream
from ..render.verify import OutputCheck
from .errors import NotCopyable
from .job import HybridReel
from .pictures import bitstream_of, look_of
from .writer import digest_of

_NEAR = 90
"""Output frames between two joins that are decoded in one go."""
_READING = 0.1
"""Of the time of a check; decoding takes the rest."""


def check_copies(reel: HybridReel, looked: Callable[[float], None]) -> tuple[OutputCheck, ...]:
    """Both checks, passed; `looked` hears how much of it is done, from 0 to 1.

    Raises NotCopyable where a picture is not what it should be.
    """
    same = _same_packets(reel, lambda share: looked(_READING * share))
    joined = _same_looks(reel, lambda share: looked(_READING + (1 - _READING) * share))
    if same != len(reel.kept) or joined != len(reel.looks):
        raise NotCopyable("unlike")
    return (
        OutputCheck("copied pictures", True, message("engine.check.of", found=same, expected=len(reel.kept))),
        OutputCheck("joins", True, message("engine.check.of", found=joined, expected=len(reel.looks))),
    )


def _same_packets(reel: HybridReel, looked: Callable[[float], None]) -> int:
    """How many copied pictures stand in the file as they were stored; decoding times must ascend."""
    same, last = 0, None
    with open_media(reel.reel.path) as container:
        stream = picture_stream(container)
        if stream is None:
            return 0
        bitstream = bitstream_of(stream)
        _, length_size = bitstream.in_front(stream.codec_context.extradata or b"")
        base = exact(stream.time_base) or reel.form.base
        for count, packet in enumerate(packets_of(container, stream)):
            looked(count / reel.pictures)
            if not packet.size or packet.pts is None or packet.dts is None:
                continue
            if last is not None and packet.dts <= last:
                return 0
            last = packet.dts
            kept = reel.kept.get(round(packet.pts * base / reel.form.base))
            same += kept is not None and kept == digest_of(bitstream, bitstream.units_of(bytes(packet), length_size))
    return same


def _same_looks(reel: HybridReel, looked: Callable[[float], None]) -> int:
    """How many copied pictures beside joins look like those of the source once they are decoded.

    Raises NotCopyable where something does not decode.
    """
    step = round(1 / (reel.form.rate * reel.form.base))
    windows = [(0, 1 << 62)] if reel.made.is_short else list(_windows(sorted(reel.looks), _NEAR * step))
    # From before the join, so that it is met as a player meets it; an index tells when a keyframe is decoded.
    ahead = (reel.form.depth + 1) * step
    with open_media(reel.reel.path) as container:
        stream = picture_stream(container)
        if stream is None:
            return 0
        return sum(_look_through(reel, container, stream, window, ahead, looked) for window in windows)


def _look_through(
    reel: HybridReel,
    container: InputContainer,
    stream: VideoStream,
    window: tuple[int, int],
    ahead: int,
    looked: Callable[[float], None],
) -> int:
    same, (first, last) = 0, window
    base = exact(stream.time_base) or reel.form.base
    seek(container, stream, max(0, first - ahead) * reel.form.base)
    for frame in frames_of(container, stream, failed=_refuse):
        at = round((frame.pts or 0) * base / reel.form.base)
        looked(float(at * reel.form.base * reel.form.rate) / reel.made.render.frames)
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
