"""Pictures and sound of a source at a time, read in another way than the render reads them.

What a reel is compared with must not come from the code that may be wrong. So: the file is opened anew, read packet
by packet from far before the time (from the start where that is near), the last group of pictures is decoded from
its keyframe in a decoder of its own, and turned by the display matrix itself. Pictures whose stamps go back are timed
by their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from ..media.audio_samples import bounded
from ..media.decoding import origin, packets_of, stamp_of, unmarked
from ..media.opening import heard_track, open_media
from ..media.ratios import exact
from ..media.streams import display_matrix, picture_stream, settled, sound_stream, sound_streams
from .progress import ProgressTick, no_report

Grey = NDArray[np.uint8]

LISTENING_HZ = 8_000
JUMP = LISTENING_HZ // 50
_RUN_UPS_S = (Fraction(15), Fraction(120), Fraction(1 << 30))
"""Most keyframes lie within ten seconds of each other."""
_AFTER_S = Fraction(1)
_SIDE = 384
_MOST_BYTES = 256 << 20
"""A group of pictures that takes more is not held."""


@dataclass(frozen=True, eq=False)
class Original:
    """Small upright grey pictures (h, w) in the shape that players show, and their times in seconds.

    `ranked` tells that these are those of packets in order, which may be early or late by the delay of the decoder.
    """

    at_s: list[Fraction]
    pictures: list[Grey]
    ranked: bool = False


def pictures_around(path: Path, from_s: Fraction, to_s: Fraction, beat: ProgressTick = no_report) -> Original:
    """Pictures shown from about a second before `from_s` to one after `to_s`; none where they cannot be had.

    The keyframe before is always among them. Where something is damaged nothing can be told, and there are none.
    Raises EngineError when the file cannot be opened.
    """
    for run_up_s in _RUN_UPS_S:
        with open_media(path) as container:
            group = _group(container, from_s, to_s, run_up_s, beat)
            if group:
                return _decoded(container, group, (from_s - _AFTER_S, to_s + _AFTER_S), beat)
        if from_s <= run_up_s:
            break
    return Original([], [])


def _group(
    container: InputContainer, from_s: Fraction, to_s: Fraction, run_up_s: Fraction, beat: ProgressTick
) -> "list[tuple[Fraction, Packet[Any]]]":
    """Stamps (in seconds) and packets from the last keyframe at or before `from_s` to the end of what is wanted."""
    stream, origin_s = picture_stream(container), origin(container)
    base = exact(stream.time_base) if stream is not None else None
    if stream is None or base is None:
        return []
    if from_s > run_up_s and not _moved(container, from_s - run_up_s + origin_s):
        return []
    group: list[tuple[Fraction, Packet[Any]]] = []
    held, opened = 0, from_s <= run_up_s
    for packet in packets_of(container, stream):
        beat()
        stamp = stamp_of(packet)
        if stamp is None or not packet.size:
            continue
        at_s = stamp * base - origin_s
        if packet.is_keyframe and at_s <= from_s:
            group, held, opened = [], 0, True
        if not opened:
            continue
        if packet.dts is not None and packet.dts * base - origin_s > to_s + _AFTER_S:
            break
        group.append((at_s, packet))
        held += packet.size
        if held > _MOST_BYTES:
            return []
    return group


def _moved(container: InputContainer, stamp_s: Fraction) -> bool:
    try:
        container.seek(round(stamp_s * 1_000_000))
    except (av.error.FFmpegError, OSError):
        return False
    return True


def _decoded(
    container: InputContainer,
    group: "list[tuple[Fraction, Packet[Any]]]",
    wanted_s: tuple[Fraction, Fraction],
    beat: ProgressTick,
) -> Original:
    from_s, to_s = wanted_s
    stream = picture_stream(container)
    assert stream is not None
    ranked = sorted(at_s for at_s, _ in group)
    origin_s, base = origin(container), exact(stream.time_base) or Fraction(1)
    pixel = exact(stream.sample_aspect_ratio)
    small = _Small(pixel if pixel is not None and Fraction(1, 8) <= pixel <= 8 else Fraction(1))
    pictures: list[tuple[Fraction, Fraction, Grey]] = []
    last_s: Fraction | None = None
    astray = False
    for number, frame in enumerate(_frames(stream.codec_context, [packet for _, packet in group])):
        beat()
        if frame is None or frame.is_corrupt:
            return Original([], [])
        by_rank_s = ranked[min(number, len(ranked) - 1)]
        own_s = frame.pts * base - origin_s if frame.pts is not None else by_rank_s
        astray = astray or frame.pts is None or (last_s is not None and own_s < last_s)
        last_s = own_s
        if number == 0 or from_s <= own_s <= to_s or from_s <= by_rank_s <= to_s:
            pictures.append((own_s, by_rank_s, small.upright(frame)))
    times_s = [rank_s if astray else own_s for own_s, rank_s, _ in pictures]
    return Original(times_s, [picture for *_, picture in pictures], astray)


def _frames(context: Any, packets: "list[Packet[Any]]") -> Iterator[VideoFrame | None]:
    """Pictures of some packets, none left out for an edit list, from a decoder that begins with them; None: damage."""
    context.flush_buffers()
    if not context.is_open:
        context.thread_type, context.thread_count = "AUTO", 1
    assert isinstance(context, VideoCodecContext)
    for packet in [*packets, None]:
        try:
            frames = context.decode(unmarked(packet) if packet is not None and packet.is_discard else packet)
        except (av.error.FFmpegError, OSError):
            yield None
            continue
        yield from frames


class _Small:
    """Makes small upright grey pictures."""

    def __init__(self, pixel: Fraction) -> None:
        self._pixel = pixel
        self._scaler = VideoReformatter()

    def upright(self, frame: VideoFrame) -> Grey:
        shown = frame.width * self._pixel
        scale = min(Fraction(1), _SIDE / max(shown, Fraction(frame.height)))
        across, up = max(2, round(shown * scale)), max(2, round(frame.height * scale))
        grey = self._scaler.reformat(settled(frame), across, up, "gray", interpolation=Interpolation.AREA)
        return turned(np.asarray(grey.to_ndarray(), np.uint8), display_matrix(frame))


def turned(image: Grey, matrix: tuple[int, ...] | None) -> Grey:
    """A picture moved as its display matrix says: where its columns and rows go decides, no angle."""
    if matrix is None:
        return image
    across_x, across_y, down_x, down_y = matrix[0], matrix[1], matrix[3], matrix[4]
    if abs(across_y) > abs(across_x):
        image, across_x, down_y = image.T, down_x, across_y
    return np.ascontiguousarray(image[:: -1 if down_y < 0 else 1, :: -1 if across_x < 0 else 1])


def sound_around(path: Path, from_s: float, to_s: float, beat: ProgressTick = no_report) -> NDArray[np.float32]:
    """Mono samples at 8 kHz from `from_s` to `to_s`; silence where there are none.

    Raises EngineError when the file cannot be opened.
    """
    wanted = np.zeros(max(0, round((to_s - from_s) * LISTENING_HZ)), np.float32)
    number, count = 0, 1
    while number < count:  # opened for each, since near its start a container is read from where it stands
        with open_media(path) as container:
            streams = sound_streams(container) if heard_track(path) == 0 else [sound_stream(container)]
            count = len(streams)
            if number < count and (stream := streams[number]) is not None:
                wanted += _track_around(container, stream, from_s, to_s, beat)
        number += 1
    return wanted


def _track_around(
    container: InputContainer, stream: AudioStream, from_s: float, to_s: float, beat: ProgressTick
) -> NDArray[np.float32]:
    wanted = np.zeros(max(0, round((to_s - from_s) * LISTENING_HZ)), np.float32)
    run_up_s = float(_RUN_UPS_S[0])
    origin_s = float(origin(container))
    if from_s > run_up_s:
        _moved(container, Fraction(from_s - run_up_s + origin_s))
    resampler = AudioResampler(format="flt", layout="mono", rate=LISTENING_HZ)
    form: tuple[str, int, str] | None = None
    place = 0
    for frame in _sounds(packets_of(container, stream)):
        beat()
        base = exact(frame.time_base)
        if frame.pts is None or base is None:
            continue
        at_s = float(frame.pts * base) - origin_s
        if at_s > to_s + 1:
            break
        if at_s < from_s - 1:
            continue
        kind = (frame.format.name, frame.sample_rate, frame.layout.name)
        if kind != form:
            form, resampler, place = kind, AudioResampler(format="flt", layout="mono", rate=LISTENING_HZ), -JUMP
        for block in resampler.resample(frame):
            stamped = round(((block.pts or 0) / LISTENING_HZ - origin_s - from_s) * LISTENING_HZ)
            # Stamps may be rounded to milliseconds, which is eight samples: only a jump counts.
            place = stamped if abs(stamped - place) >= JUMP else place
            place = _lay(wanted, place, block)
    return wanted


def _sounds(packets: "Iterator[Packet[Any]]") -> Iterator[AudioFrame]:
    for packet in packets:
        try:
            frames: list[Any] = packet.decode()
        except (av.error.FFmpegError, OSError):
            continue
        yield from frames


def _lay(wanted: NDArray[np.float32], place: int, block: AudioFrame) -> int:
    """Put a block at its place; returns where the next one goes."""
    samples = bounded(np.asarray(block.to_ndarray().reshape(-1), np.float32))
    first, last = max(0, place), min(len(wanted), place + len(samples))
    if first < last:
        wanted[first:last] = samples[first - place : last - place]
    return place + len(samples)
