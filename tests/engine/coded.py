"""Footage whose pictures tell their own number, in the kinds of files that make readers take the wrong one."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

FPS, RATE = 25, 48_000
WIDTH, HEIGHT, BITS = 320, 180, 16
DARK, LIGHT, GROUND = 16, 235, 60
QUARTERS = ((200, 30, 30), (30, 200, 30), (30, 30, 200), (230, 230, 230))


def picture(number: int) -> NDArray[np.uint8]:
    """The number in sixteen bars across the top, a block that moves below."""
    image = np.full((HEIGHT, WIDTH, 3), GROUND, np.uint8)
    for bit in range(BITS):
        on = number >> (BITS - 1 - bit) & 1
        image[: HEIGHT // 3, bit * WIDTH // BITS : (bit + 1) * WIDTH // BITS] = LIGHT if on else DARK
    left = number * 3 % (WIDTH - 20)
    image[90:135, left : left + 20] = (200, 60, 60)
    return image


def numbers(frames: NDArray[np.uint8]) -> list[int]:
    """The numbers that pictures of any size tell."""
    found = []
    for frame in frames:
        height, width = frame.shape[:2]
        row = frame[height // 9 : height * 2 // 9].mean(axis=(0, 2))
        bits = [
            row[round((bit + 0.3) * width / BITS) : round((bit + 0.7) * width / BITS)].mean() for bit in range(BITS)
        ]
        found.append(sum((value > 128) << (BITS - 1 - place) for place, value in enumerate(bits)))
    return found


def coded(
    path: Path,
    frames: int = 300,
    *,
    form: str | None = None,
    gop: int = 50,
    b_frames: int = 2,
    start_s: int = 0,
    tones: bool = False,
    first: int = 0,
) -> Path:
    """H.264 at 25 frames a second in the container `form`, which counts from `start_s`.

    `tones` adds a sound whose pitch changes every half second. The pictures are numbered from `first` on.
    """
    with av.open(str(path), "w", format=form) as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.codec_context.gop_size = gop
        video.codec_context.options = {
            "preset": "ultrafast", "bf": str(b_frames), "b-adapt": "0", "sc_threshold": "0", "crf": "24",
            "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0",
        }  # fmt: skip
        audio = output.add_stream("aac", rate=RATE) if tones else None
        packets: list[Packet[Any]] = []
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(first + number), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            packets += video.encode(frame)
        packets += video.encode(None)
        if audio is not None:
            packets += _tones(audio, frames)
        for packet in sorted(packets, key=lambda each: (each.dts or 0) * each.time_base):
            shift = round(start_s / packet.time_base)
            packet.pts, packet.dts = (packet.pts or 0) + shift, (packet.dts or 0) + shift
            output.mux(packet)
    return path


def glued(path: Path, starts_s: Sequence[int], frames: int = 150, tones: bool = True) -> Path:
    """A transport stream of parts laid one after another, the clock of each counting from a start of its own."""
    parts = []
    for number, start_s in enumerate(starts_s):
        part = path.with_name(f"part{number}.ts")
        first = number * frames
        parts.append(coded(part, frames, start_s=start_s, tones=tones, first=first, form="mpegts").read_bytes())
        part.unlink()
    path.write_bytes(b"".join(parts))
    return path


def tone(frames: int) -> NDArray[np.float32]:
    """Mono samples; the pitch of each half second tells which one it is."""
    times = np.arange(frames * RATE // FPS) / RATE
    pitch = 300 + 70 * (np.floor(times * 2) * 7 % 23)
    return (0.4 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)).astype(np.float32)


def _tones(audio: AudioStream, frames: int) -> "list[Packet[Any]]":
    audio.layout = "stereo"
    mono, packets = tone(frames), []
    for start in range(0, mono.size, 1024):
        block = av.AudioFrame.from_ndarray(np.stack([mono[start : start + 1024]] * 2), "fltp", "stereo")
        block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
        packets += audio.encode(block)
    return packets + audio.encode(None)


def without(boxes: Sequence[bytes], source: Path, path: Path) -> Path:
    """A copy of an MP4 that has lost some boxes: `ctts`, the times of composition, or `edts`, the edit list."""
    data = bytearray(source.read_bytes())
    for name in boxes:
        place = data.find(name)
        assert place > 0
        data[place : place + 4] = b"free"
    path.write_bytes(bytes(data))
    return path


def with_matrix(source: Path, path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """A copy of an MP4 whose pictures are shown through a display matrix (a, b, c, d), each -1, 0 or 1."""
    data = bytearray(source.read_bytes())
    start = data.find(b"tkhd") + 4
    wide = 12 if data[start] else 0
    place = start + 40 + wide
    a, b, c, d = (value << 16 for value in matrix)
    rest = (WIDTH << 16 if a < 0 or c < 0 else 0, HEIGHT << 16 if b < 0 or d < 0 else 0)
    for number, value in enumerate((a, b, 0, c, d, 0, *rest, 1 << 30)):
        data[place + 4 * number : place + 4 * number + 4] = value.to_bytes(4, "big", signed=True)
    path.write_bytes(bytes(data))
    return path


def corners(path: Path) -> Path:
    """An MP4 that shows red and green above blue and white."""
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for place, color in enumerate(QUARTERS):
        down, across = divmod(place, 2)
        image[down * 90 : down * 90 + 90, across * 160 : across * 160 + 160] = color
    with av.open(str(path), "w") as output:
        video = output.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
    return path
