"""Still pictures through Pillow: facts, and the upright picture itself, never larger than it is needed.

The header says how many pixels there are before any is decoded. JPEG is decoded at a fraction of its size; the
other formats are decoded whole, once, and reduced in strips; large WebP goes through FFmpeg, whose decoder takes
a tenth of the memory of the one in Pillow.
"""

import math
import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from av.codec.context import CodecContext
from av.packet import Packet
from av.video.reformatter import Interpolation
from PIL import Image, ImageOps

from ..errors import ANOTHER_COPY, EngineError, translated
from .opening import opened

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
"""Pillow's names; an MPO (photos of stereo and of phones) opens as JPEG."""
MOST_PIXELS = 120_000_000
"""Of a picture that has to be decoded whole, at four bytes each 0.5 GB; with what is made of it 0.7 GB."""
MOST_SIDE = 65_535
"""What JPEG and GIF can hold; no picture of footage is longer, and FFmpeg reads no JPEG beyond it."""
MOST_KEPT = 33_200_000
"""Of the picture that is handed on: four times as many as 3840x2160 has, whatever its shape."""
MOST_SCALED_PIXELS = 400_000_000
"""Of a JPEG in one pass, which is decoded at a fraction of its size."""
MOST_PASSES = 100
"""Of a progressive JPEG. Encoders write about ten; each one costs as much time as the picture has pixels."""
_PIXELS_PER_BYTE = 4_096
"""A JPEG needs a bit for each 8x8 block (512 pixels per byte); arithmetic coding somewhat less."""
_LARGE_WEBP = 16_000_000
_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)
_LEAST, _LEAST_PROBED = 4_096, 512
_STRIP = 4_000_000
"""Pixels that are reduced at a time."""
_ORIENTATION = 0x0112
_TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_DAMAGED = (
    SyntaxError, ValueError, EOFError, struct.error, LookupError, RuntimeError, TypeError, ArithmeticError,
    AttributeError, AssertionError,
)  # fmt: skip
"""What the readers of Pillow stumble over in damaged files; errors of the system are told apart from these."""
_CODECS = {
    "JPEG": "mjpeg",
    "MPO": "mjpeg",
    "PNG": "png",
    "GIF": "gif",
    "WEBP": "webp",
    "BMP": "bmp",
    "TIFF": "tiff",
    "AVIF": "avif",
}


@dataclass(frozen=True)
class ImageFacts:
    """Width and height as shown; `rotation` is the clockwise turn that EXIF asks for."""

    codec: str
    width: int
    height: int
    rotation: int
    animated: bool


def is_image(head: bytes) -> bool:
    """Whether a file begins like a picture that is read here."""
    if head[4:8] == b"ftyp":
        return head[8:12] in (b"avif", b"avis")
    if head.startswith(b"BM"):  # two letters say little: the length of its second header tells a bitmap
        return int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*"))


def is_heic(head: bytes) -> bool:
    """Whether a file begins like a photo of an iPhone, which nothing here decodes: its picture is cut into tiles."""
    return head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"hevc")


def image_facts(path: Path) -> ImageFacts:
    """Facts of a picture that decodes whole. Raises EngineError (`file_damaged`, `limit`, `unsupported_file`)."""
    with _opened(path) as (image, file):
        codec, (width, height) = _CODECS[image.format or ""], image.size
        orientation = image.getexif().get(_ORIENTATION, 1)
        animated = image.format != "MPO" and getattr(image, "n_frames", 1) > 1
        _decoded(image, file, _LEAST_PROBED)
        if orientation in (5, 6, 7, 8):
            width, height = height, width
        return ImageFacts(codec, width, height, _TURNS.get(orientation, 0), animated)


def load_image(path: Path, least: int = _LEAST) -> Image.Image:
    """The picture, upright, as RGB or RGBA; the first one of an animation. Raises EngineError.

    A large one is reduced by a whole number, so that its shorter side keeps `least` pixels at the least,
    or fewer where there would still be more than MOST_KEPT in all.
    """
    with _opened(path) as (image, file):
        orientation = image.getexif()
        small = _decoded(image, file, least)
        if small is not image:
            image.close()  # what was decoded is not needed any more, and may be 0.5 GB
        small.getexif().update(orientation)
        ImageOps.exif_transpose(small, in_place=True)
        return small


def _decoded(image: Image.Image, file: BinaryIO, least: int) -> Image.Image:
    """The picture as RGB or RGBA, reduced as `load_image` says."""
    factor = _factor(image.size, least)
    if image.format == "WEBP" and image.width * image.height > _LARGE_WEBP and getattr(image, "n_frames", 1) == 1:
        return _webp(image, file, factor)
    image.draft("RGB", (image.width // factor, image.height // factor))
    image.load()
    factor = _factor(image.size, least)
    transparent = "A" in image.getbands() or "transparency" in image.info
    mode = "RGBA" if transparent else "RGB"
    if factor == 1:
        return image.convert(mode)
    small = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    rows = factor * max(1, _STRIP // (image.width * factor))
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(image.height, top + rows)))
        small.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return small


def _factor(size: tuple[int, int], least: int) -> int:
    """By how much a picture is reduced."""
    width, height = size
    return max(1, min(size) // least, math.ceil(math.sqrt(width * height / MOST_KEPT)))


def _webp(image: Image.Image, file: BinaryIO, factor: int) -> Image.Image:
    transparent = image.mode == "RGBA"
    file.seek(0)
    decoder = CodecContext.create("webp", "r")
    frames = [frame for packet in (Packet(file.read()), None) for frame in decoder.decode(packet)]
    if not frames:
        raise SyntaxError("no picture")
    frame = frames[0].reformat(
        width=-(-image.width // factor),
        height=-(-image.height // factor),
        format="rgba" if transparent else "rgb24",
        interpolation=Interpolation.AREA,
    )
    return Image.fromarray(frame.to_ndarray())


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Image.Image, BinaryIO]]:
    with opened(path) as number, translated(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with os.fdopen(number, "rb", closefd=False) as file, Image.open(file, formats=_FORMATS) as image:
                _require_bounds(path, image, file)
                yield image, file
        except _DAMAGED as error:
            raise EngineError(
                "file_damaged", "engine.damaged_picture", name=path.name, next_step=ANOTHER_COPY
            ) from error


def _require_bounds(path: Path, image: Image.Image, file: BinaryIO) -> None:
    """Refuse, by the header alone, what would cost too much. Raises EngineError."""
    pixels, size = image.width * image.height, os.fstat(file.fileno()).st_size
    shown = f"{image.width}x{image.height} pixels"
    if max(image.size) > MOST_SIDE:
        raise EngineError("limit", "engine.picture_side", name=path.name, shown=shown, most_side=MOST_SIDE)
    jpeg = image.format in ("JPEG", "MPO")
    if jpeg and pixels > _PIXELS_PER_BYTE * size:
        raise EngineError(
            "file_damaged", "engine.picture_too_short", name=path.name, size=size, shown=shown, next_step=ANOTHER_COPY
        )
    whole = not jpeg or bool(image.info.get("progressive"))
    most = MOST_PIXELS if whole else MOST_SCALED_PIXELS
    if pixels > most:
        kind = "progressive JPEG" if jpeg and whole else image.format
        raise EngineError(
            "limit", "engine.picture_pixels", name=path.name, shown=shown, value=kind or "", most=most // 1000000
        )
    if jpeg and whole and _passes(file) > MOST_PASSES:
        raise EngineError("limit", "engine.picture_passes", name=path.name, most_passes=MOST_PASSES)


def _passes(file: BinaryIO) -> int:
    """Scans of a JPEG: in its compressed data the byte 0xFF never stands before another value than 0."""
    at = file.tell()
    file.seek(0)
    count = file.read().count(b"\xff\xda")
    file.seek(at)
    return count
