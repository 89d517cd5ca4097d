"""Still pictures through Pillow: facts, and the upright picture itself."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from .errors import ANOTHER_COPY, EngineError, translated

_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "MPO")
_MAX_PIXELS = 200_000_000
_ORIENTATION = 0x0112
_TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
_CODECS = {"JPEG": "mjpeg", "MPO": "mjpeg", "PNG": "png", "GIF": "gif", "WEBP": "webp"}


@dataclass(frozen=True)
class ImageFacts:
    """Width and height as shown; `rotation` is the clockwise turn that EXIF asks for."""

    codec: str
    width: int
    height: int
    rotation: int
    animated: bool


def is_image(head: bytes) -> bool:
    """Whether a file begins like a JPEG, PNG, GIF or WebP picture."""
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF87a", b"GIF89a")) or (
        head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    )


def image_facts(path: Path) -> ImageFacts:
    """Facts of a picture that decodes whole. Raises EngineError (`file_damaged`, `limit`, `unsupported_file`)."""
    with _opened(path) as image:
        image.load()
        orientation = image.getexif().get(_ORIENTATION, 1)
        width, height = image.size
        if orientation in (5, 6, 7, 8):
            width, height = height, width
        return ImageFacts(
            codec=_CODECS[image.format or ""],
            width=width,
            height=height,
            rotation=_TURNS.get(orientation, 0),
            animated=image.format != "MPO" and getattr(image, "n_frames", 1) > 1,
        )


def load_image(path: Path) -> Image.Image:
    """The picture, upright, as RGB or RGBA; the first one of an animation. Raises EngineError."""
    with _opened(path) as image:
        upright = ImageOps.exif_transpose(image)
        transparent = "A" in upright.getbands() or "transparency" in upright.info
        return upright.convert("RGBA" if transparent else "RGB")


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with translated(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise Image.DecompressionBombError
                yield image
        except (SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError) as error:
            message = f"{path.name} is a damaged picture: it cannot be decoded."
            raise EngineError("file_damaged", message, ANOTHER_COPY) from error
