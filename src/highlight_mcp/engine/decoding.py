"""Decoding that gets past damage: what can be had is had, what cannot is counted."""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

_MANY_ERRORS = 400


def packets_of(container: InputContainer, *streams: Stream) -> "Iterator[Packet[Stream]]":
    """Packets from here on, up to the end or to damage that the demuxer cannot pass.

    PyAV ends with an IndexError when a stream turned up that was not there at the opening (FLV,
    MPEG-TS); by then all packets of the known streams have been given.
    """
    packets = container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.ExitError, av.error.TimeoutError):
            raise
        except (av.error.FFmpegError, OSError, IndexError):
            return
        yield packet


def frames_of(container: InputContainer, stream: Stream, packets: int = 1 << 62) -> Iterator[VideoFrame | AudioFrame]:
    """Frames of the next `packets` packets; packets that do not decode are passed over."""
    errors = 0
    for count, packet in enumerate(packets_of(container, stream), 1):
        try:
            frames = packet.decode()
        except (av.error.FFmpegError, OSError):
            errors += 1
            frames = []
        for frame in frames:
            if isinstance(frame, VideoFrame | AudioFrame):
                yield frame
        if count >= packets or errors >= _MANY_ERRORS:
            return


def first_picture(container: InputContainer, stream: VideoStream, packets: int = 300) -> VideoFrame | None:
    """The first picture that decodes among the next packets."""
    return next((frame for frame in frames_of(container, stream, packets) if isinstance(frame, VideoFrame)), None)


def first_sound(container: InputContainer, stream: AudioStream, packets: int = 100) -> AudioFrame | None:
    """The first block of sound that decodes among the next packets."""
    return next((frame for frame in frames_of(container, stream, packets) if isinstance(frame, AudioFrame)), None)


def seek(container: InputContainer, stream: Stream, at_s: Fraction) -> bool:
    """Go to the keyframe at or before `at_s` seconds of the recording; False where that is impossible."""
    base = stream.time_base or Fraction(1, 1_000_000)
    try:
        container.seek(round((at_s + origin(container)) / base), stream=stream)
    except (av.error.ExitError, av.error.TimeoutError):
        raise
    except (av.error.FFmpegError, OSError):
        return False
    return True


def origin(container: InputContainer) -> Fraction:
    """The time stamp, in seconds, at which the recording begins."""
    start: int | None = container.start_time
    return Fraction(start or 0, 1_000_000)


def end_of(item: "Packet[Stream] | VideoFrame | AudioFrame", step: Fraction) -> Fraction | None:
    """Time stamp, in seconds, at which a packet or frame ends; `step` stands in for a missing duration."""
    base: Fraction | None = item.time_base
    if item.pts is None or base is None:
        return None
    length = item.duration * base if item.duration else step
    return item.pts * base + length
