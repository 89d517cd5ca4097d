"""What small files that claim much may cost: little, or a refusal that names the limit."""

import io
import struct
import wave
import zlib
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.media.images import MOST_KEPT, image_facts, load_image
from highlight_mcp.engine.media.opening import MOST_STREAMS
from highlight_mcp.engine.media.probe import probe


def jpeg(size: tuple[int, int], **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new("L" if options.get("progressive") else "RGB", size, 128).save(content, "JPEG", **options)
    return content.getvalue()


def wide_jpeg() -> bytes:
    """A few hundred bytes whose header says 13000x13000."""
    content = bytearray(jpeg((16, 16)))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 13_000, 13_000)
    return bytes(content)


def many_passes() -> bytes:
    """A progressive picture whose last scan comes 400 times."""
    content = jpeg((64, 64), progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + 400 * content[last:-2] + content[-2:]


def wide_png() -> bytes:
    """Nothing but the header of 13000x13000 pixels with transparency, and one line."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", 13_000, 13_000, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(52_001)))]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def thin_png(width: int, height: int) -> bytes:
    """A picture of black and white that compresses to next to nothing, thin as a thread."""
    content = io.BytesIO()
    Image.new("1", (width, height)).save(content, "PNG")
    return content.getvalue()


def slow_wave() -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(10)
        file.writeframes(bytes(range(256)) * 100)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "kind", "reason"),
    [
        ("wide.jpg", wide_jpeg, "file_damaged", "bytes cannot hold 13000x13000 pixels"),
        ("passes.jpg", many_passes, "limit", "more than 100 passes"),
        ("wide.png", wide_png, "limit", "13000x13000 pixels; a PNG picture may have 120 million"),
        ("long.png", partial(thin_png, 1_000_000, 119), "limit", "1000000x119 pixels; a side may have at most 65,535"),
        ("tall.png", partial(thin_png, 119, 1_000_000), "limit", "119x1000000 pixels; a side may have at most 65,535"),
        ("slow.wav", slow_wave, "limit", "sound of 10 samples a second; at least 1,000 are needed"),
    ],
)
def test_a_small_file_that_claims_much_is_refused_with_the_limit(
    tmp_path: Path, name: str, make: Callable[[], bytes], kind: str, reason: str
) -> None:
    (tmp_path / name).write_bytes(make())
    with pytest.raises(EngineError, match=reason) as error:
        probe(tmp_path / name)
    assert error.value.kind == kind


def test_a_recording_of_very_many_tracks_is_refused_for_their_number(tmp_path: Path) -> None:
    path = tmp_path / "tracks.mov"
    with av.open(str(path), "w") as output:
        streams = [output.add_stream("pcm_s16le", rate=48_000) for _ in range(MOST_STREAMS + 1)]
        for stream in streams:
            stream.layout = "mono"
        output.start_encoding()
        for stream in streams:
            frame = av.AudioFrame(format="s16", layout="mono", samples=48)
            frame.sample_rate, frame.pts, frame.time_base = 48_000, 0, Fraction(1, 48_000)
            output.mux(stream.encode(frame))
    with pytest.raises(EngineError, match=r"tracks\.mov has 513 tracks; at most 512 are read") as error:
        probe(path)
    assert error.value.kind == "limit"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_large_photograph_keeps_its_facts_and_is_drawn_smaller(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    left = Image.new("RGB", (2600, 5300), (200, 30, 30))
    photo = Image.new("RGB", (5200, 5300), (30, 30, 200))
    photo.paste(left)
    photo.save(path, quality=80, method=0)
    facts = image_facts(path)
    assert (facts.width, facts.height) == (5200, 5300)
    drawn = load_image(path, 1000)
    assert 1000 <= min(drawn.size) < 2000
    middle = drawn.height // 2
    red, blue = drawn.getpixel((10, middle)), drawn.getpixel((drawn.width - 10, middle))
    assert isinstance(red, tuple) and isinstance(blue, tuple)
    assert red[0] > 150 > blue[0] and blue[2] > 150 > red[2]


@pytest.mark.parametrize("size", [(40_000, 1_500), (1_500, 40_000), (8_000, 7_500)])
def test_a_picture_of_any_shape_is_handed_on_at_a_bounded_size(tmp_path: Path, size: tuple[int, int]) -> None:
    Image.new("L", size).save(tmp_path / "strip.png")
    drawn = load_image(tmp_path / "strip.png")
    assert drawn.width * drawn.height <= MOST_KEPT
    assert drawn.size == (size[0] // 2, size[1] // 2)


def test_a_turned_photograph_is_upright_when_it_is_drawn_smaller(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4000, 2000), (9, 9, 9)).save(tmp_path / "turned.jpg", exif=exif)
    assert load_image(tmp_path / "turned.jpg", 500).size == (500, 1000)
