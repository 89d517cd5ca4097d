"""Small sound files of every kind that is read, made with FFmpeg and Pillow; lists of cuts and subtitles as text."""

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np
from PIL import Image

from highlight_mcp.interchange.formats import FORMATS, export_reel
from highlight_mcp.interchange.sources import SourceFile
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.model import Timeline

SIZE, FPS, SECONDS = (96, 64), 12, 2

FILMS = (
    ("mp4", "libx264", "aac"), ("mov", "prores_ks", "pcm_s16le"), ("mp4", "libx265", "aac"), ("mp4", "libsvtav1", None),
    ("mkv", "libx264", "flac"), ("mkv", "ffv1", "libopus"), ("webm", "libvpx", "libopus"), ("webm", "libvpx-vp9", None),
    ("avi", "mpeg4", "libmp3lame"), ("avi", "mjpeg", "pcm_u8"), ("ts", "libx264", "aac"), ("ts", "mpeg2video", "mp2"),
    ("mpg", "mpeg1video", "mp2"), ("flv", "flv", "libmp3lame"), ("3gp", "h263", "aac"), ("wmv", "wmv2", "wmav2"),
    ("mxf", "mpeg2video", "pcm_s16le"), ("mov", "libx264", None), ("m2ts", "libx264", "ac3"), ("dv", "dvvideo", None),
)  # fmt: skip
SOUNDS = (
    ("mp3", "libmp3lame"), ("wav", "pcm_s24le"), ("flac", "flac"), ("ogg", "libopus"), ("aac", "aac"), ("m4a", "alac"),
    ("aiff", "pcm_s16be"), ("w64", "pcm_f32le"), ("caf", "alac"), ("wma", "wmav1"),
)  # fmt: skip
PICTURES = ("jpg", "png", "gif", "webp", "bmp", "tiff", "avif")
_MUXERS = {"ts": "mpegts", "m2ts": "mpegts", "mkv": "matroska", "wmv": "asf", "wma": "asf", "ogv": "ogg", "aac": "adts",
           "m4a": "mp4", "mpg": "mpeg"}  # fmt: skip
_PIXELS = {"prores_ks": "yuv422p10le", "mjpeg": "yuvj420p"}
_SIZES = {"h263": (128, 96), "dvvideo": (720, 576)}
_RATES = {"libopus": 48_000, "pcm_s16le": 48_000, "ac3": 48_000, "wmav1": 44_100, "wmav2": 44_100, "libmp3lame": 44_100}
_PICTURE_RATES = {"mpeg1video": 25, "mpeg2video": 25, "dvvideo": 25}


class Seed(NamedTuple):
    """A sound input: what it is called, and its bytes."""

    name: str
    content: bytes


def media_seeds(folder: Path) -> list[Seed]:
    """One of each kind that this FFmpeg can write; the others are passed over."""
    made = []
    for number, (suffix, picture, sound) in enumerate(FILMS):
        made.append(_film(folder / f"film{number}.{suffix}", picture, sound))
    for number, (suffix, sound) in enumerate(SOUNDS):
        made.append(_film(folder / f"sound{number}.{suffix}", None, sound))
    return [seed for seed in made if seed is not None] + list(_pictures())


def _film(path: Path, picture: str | None, sound: str | None) -> Seed | None:
    try:
        with av.open(str(path), "w", format=_MUXERS.get(path.suffix[1:])) as output:
            streams = [_picture_stream(output, picture)] if picture else []
            streams += [_sound_stream(output, sound)] if sound else []
            packets = [packet for stream, frames in streams for packet in _encoded(stream, frames)]
            for packet in sorted(packets, key=lambda each: (each.dts or 0) * each.time_base):
                output.mux(packet)
    except (av.error.FFmpegError, ValueError) as error:
        print(f"not made: {path.suffix} of {picture} and {sound}: {error}")
        return None
    return Seed(path.name, path.read_bytes())


def _picture_stream(output: Any, codec: str) -> tuple[Any, Iterator[av.VideoFrame]]:
    stream = output.add_stream(codec, rate=_PICTURE_RATES.get(codec, FPS))
    stream.width, stream.height = _SIZES.get(codec, SIZE)
    stream.pix_fmt = _PIXELS.get(codec, "yuv420p")
    stream.codec_context.gop_size = 6

    def frames() -> Iterator[av.VideoFrame]:
        for number in range(SECONDS * FPS):
            picture = np.full((stream.height, stream.width, 3), (40, 90, 20 * (number // 12)), np.uint8)
            picture[number : number + 16, 2 * number : 2 * number + 20] = 230
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, _PICTURE_RATES.get(codec, FPS))
            yield frame

    return stream, frames()


def _sound_stream(output: Any, codec: str) -> tuple[Any, Iterator[av.AudioFrame]]:
    rate = _RATES.get(codec, 24_000)
    stream = output.add_stream(codec, rate=rate)
    stream.layout = "mono" if codec != "ac3" else "stereo"
    stream.bit_rate = 64_000
    size = stream.codec_context.frame_size or 1024

    def frames() -> Iterator[av.AudioFrame]:
        resampler = av.AudioResampler(stream.codec_context.format, stream.layout, rate)
        for first in range(0, SECONDS * rate, size):
            times = np.arange(first, first + size) / rate
            wave = (9000 * np.sin(2 * np.pi * 440 * times) * (times > 1)).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, first, Fraction(1, rate)
            yield from resampler.resample(frame)

    return stream, frames()


def _encoded(stream: Any, frames: Iterator[Any]) -> Iterator[Any]:
    for frame in frames:
        yield from stream.encode(frame)
    yield from stream.encode(None)


TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def _pictures() -> Iterator[Seed]:
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    for suffix in PICTURES:
        content = io.BytesIO()
        moving = suffix in ("gif", "webp")
        more = {"save_all": True, "append_images": [Image.fromarray(255 - noise)]} if moving else {}
        image = Image.fromarray(noise)
        exif = {"exif": TURNED} if suffix == "jpg" else {}
        try:
            image.save(content, {"jpg": "JPEG", "tiff": "TIFF"}.get(suffix, suffix.upper()), **more, **exif)
        except (KeyError, OSError) as error:
            print(f"not made: {suffix}: {error}")
            continue
        yield Seed(f"picture.{suffix}", content.getvalue())


_SRT = """1
00:00:00,200 --> 00:00:01,000
Hello <i>there</i>

2
00:00:01,100 --> 00:00:01,900
你好，世界
"""
_VTT = """WEBVTT - x

STYLE
::cue{color:red}

id
00:00.200 --> 00:01.000 line:0 align:start
<v Ann>Hi <00:00.500>all</v>
"""
SUBTITLES = (
    Seed("a.srt", _SRT.encode()),
    Seed("a.vtt", _VTT.encode()),
    Seed("b.srt", "\ufeff1\r\n0:0:0,2-->0:0:1,5\r\nÀ bientôt\r\n".encode("utf-16")),
)


def list_seeds(timeline: Timeline, media: MediaInfo, path: Path) -> list[Seed]:
    """A reel as each list that is read back."""
    read = (form for form in FORMATS.values() if form.reader is not None)
    source = SourceFile(info=media, path=str(path))
    return [Seed(f"cuts.{form.ending}", export_reel(form.name, timeline, [source]).text.encode()) for form in read]
