"""Small real recordings for tests, encoded with PyAV in a fraction of a second."""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

Sound = Literal["tone", "noise", "silence"] | None
SAMPLE_RATE = 48_000
_COLORS = ((40, 90, 160), (170, 60, 40), (50, 150, 60), (190, 180, 60))
_CODECS = {
    ".mp4": ("libx264", "aac"),
    ".mov": ("libx264", "aac"),
    ".mkv": ("libx264", "aac"),
    ".avi": ("mpeg4", "libmp3lame"),
    ".webm": ("libvpx", "libopus"),
    ".ts": ("libx264", "aac"),
    ".flv": ("libx264", "aac"),
}
_QUICKLY = {"libx264": {"preset": "ultrafast"}, "libvpx": {"deadline": "realtime", "cpu-used": "8"}}


def make_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    size: tuple[int, int] = (160, 90),
    fps: Fraction | int = 25,
    sound: Sound = "tone",
    cuts: Sequence[float] = (),
    rotation: int = 0,
    gop: int = 25,
    stamps: Sequence[int] | None = None,
    video_codec: str | None = None,
    video_options: dict[str, str] | None = None,
    loud: Sequence[tuple[float, float]] = (),
    faststart: bool = False,
    samples: NDArray[np.float32] | None = None,
) -> Path:
    """Write a recording; the suffix chooses the container and codecs.

    The picture is a moving bar over a flat colour that changes at each of `cuts` (seconds). `rotation`
    is the clockwise turn a player applies. `stamps` replaces the even time stamps by frame numbers at
    `fps` (variable frame rate). `faststart` puts the index of an MP4 at the front. Sound has an
    amplitude of 0.1, and 0.8 within the ranges `loud`; `samples` (mono, 48 kHz) take its place.
    """
    video_name, audio_name = _CODECS[path.suffix]
    width, height = size
    with av.open(str(path), "w", options={"movflags": "+faststart"} if faststart else {}) as output:
        video = cast(VideoStream, output.add_stream(video_codec or video_name, rate=Fraction(fps)))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.gop_size = gop
        video.codec_context.options = video_options or _QUICKLY.get(video_codec or video_name, {})
        if rotation:
            video.set_display_rotation(-rotation)
        audio = cast(AudioStream, output.add_stream(audio_name, rate=SAMPLE_RATE)) if sound else None
        if audio is not None:
            audio.layout = "stereo"
        packets = _pictures(video, seconds, size, fps, cuts, stamps)
        if audio is not None and sound is not None:
            packets += _sounds(audio, wave(seconds, sound, loud) if samples is None else samples)
        for packet in sorted(packets, key=lambda each: (each.dts or 0) * each.time_base):
            output.mux(packet)
    return path


def repeat(recording: Path, path: Path, *, seconds: int, times: int) -> Path:
    """The first seconds of a recording several times over.

    Its packets are written again, which is much quicker than to encode as many. The seconds must be whole groups of
    pictures and whole blocks of AAC, which 16 seconds are.
    """
    with av.open(str(path), "w") as output:
        for number in range(times):
            with av.open(str(recording)) as source:
                if not number:
                    streams = [output.add_stream_from_template(stream) for stream in source.streams]
                for packet in source.demux():
                    if packet.pts is None or packet.dts is None or not 0 <= packet.pts * packet.time_base < seconds:
                        continue
                    shift = round(number * seconds / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = streams[packet.stream.index]
                    output.mux(packet)
    return path


def copy_of(recording: Path, name: str) -> Path:
    """An MP4 under another name in the same folder, and with other bytes: equal files are one to the backend."""
    path, mark = recording.with_name(name), name.encode()
    path.write_bytes(recording.read_bytes() + (8 + len(mark)).to_bytes(4, "big") + b"free" + mark)
    return path


def make_sound(path: Path, *, seconds: float = 2.0, sound: Sound = "tone", codec: str | None = None) -> Path:
    """Write a sound file: `.wav`, `.mp3`, `.m4a`, `.aac`, `.flac` or `.ogg`."""
    codecs = {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".flac": "flac", ".ogg": "libopus"}
    with av.open(str(path), "w", format="adts" if path.suffix == ".aac" else None) as output:
        audio = cast(AudioStream, output.add_stream(codec or codecs.get(path.suffix, "aac"), rate=SAMPLE_RATE))
        audio.layout = "stereo"
        output.mux(_sounds(audio, wave(seconds, sound or "silence", ())))
    return path


def picture(at_s: float, size: tuple[int, int], cuts: Sequence[float] = ()) -> NDArray[np.uint8]:
    """The RGB picture of `make_clip` at a time."""
    shot = sum(1 for cut in cuts if at_s >= cut)
    width, height = size
    image = _ground(shot % len(_COLORS), size).copy()
    left = int(at_s * 40) % max(1, width - 16)
    image[height // 4 : height // 2, left : left + 16] = 240
    return image


@lru_cache
def _ground(color: int, size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), _COLORS[color], np.uint8)


def wave(seconds: float, sound: Sound, loud: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """Mono samples at 48 kHz."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    if sound == "noise":
        base = np.random.default_rng(7).uniform(-1, 1, times.size)
    else:
        base = np.sin(2 * np.pi * 440 * times) if sound == "tone" else np.zeros(times.size)
    level = np.full(times.size, 0.1)
    for start, end in loud:
        level[(times >= start) & (times < end)] = 0.8
    return np.asarray(base * level, np.float32)


def _pictures(
    video: VideoStream,
    seconds: float,
    size: tuple[int, int],
    fps: Fraction | int,
    cuts: Sequence[float],
    stamps: Sequence[int] | None,
) -> "list[Packet[Any]]":
    packets: list[Packet[Any]] = []
    for number in range(round(seconds * fps)):
        frame = av.VideoFrame.from_ndarray(picture(number / float(fps), size, cuts), format="rgb24")
        frame.pts = stamps[number] if stamps is not None else number
        frame.time_base = 1 / Fraction(fps)
        packets += video.encode(frame)
    return packets + video.encode(None)


def _sounds(audio: AudioStream, mono: NDArray[np.float32]) -> "list[Packet[Any]]":
    packets: list[Packet[Any]] = []
    form = audio.codec_context
    resampler = av.AudioResampler(format=form.format, layout=form.layout, rate=form.sample_rate)
    stereo = np.stack([mono, mono])
    for start in range(0, mono.size, 1024):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(stereo[:, start : start + 1024]), "fltp", "stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        frame.time_base = Fraction(1, SAMPLE_RATE)
        for part in resampler.resample(frame):
            packets += audio.encode(part)
    for part in resampler.resample(None):
        packets += audio.encode(part)
    return packets + audio.encode(None)
