"""Pictures by words: CLIP (MIT) as two ONNX models on the CPU, one for pictures, one for English text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .catalogue import VISION, model_file, module, reading, session

_SIDE = 224
_WORDS = 77
_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_SPREAD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
_AT_ONCE = 8

Floats = NDArray[np.float32]


def available() -> bool:
    """Whether the packages are installed."""
    return VISION.installed()


def load(path: Path | None) -> "ImageTextMatcher":
    """The matcher of a model folder. Raises EngineError `needs_extra`."""
    pictures, texts, words = (model_file(VISION, path, names) for names in VISION.files)
    tokenizers = module(VISION, "tokenizers")
    with reading(VISION, words):
        reader = tokenizers.Tokenizer.from_file(str(words))
        reader.enable_truncation(_WORDS)
    return ImageTextMatcher(session(VISION, pictures), session(VISION, texts), reader, pictures)


class ImageTextMatcher:
    """Both models; likeness is the cosine of two rows."""

    def __init__(self, pictures: Any, texts: Any, reader: Any, path: Path) -> None:
        self._pictures = pictures
        self._texts = texts
        self._reader = reader
        self._path = path

    def seen(self, pictures: Sequence[Image.Image]) -> Floats:
        """One row of length 1 for each RGB picture. Raises EngineError."""
        name, side = self._pictures.get_inputs()[0].name, self._side()
        rows = []
        with reading(VISION, self._path):
            for first in range(0, len(pictures), _AT_ONCE):
                batch = np.stack([_pixels(one, side) for one in pictures[first : first + _AT_ONCE]])
                rows.append(self._row(self._pictures, {name: batch}, "image_embeds"))
        return np.concatenate(rows) if rows else np.zeros((0, 1), np.float32)

    def meant(self, texts: Sequence[str]) -> Floats:
        """One row of length 1 for each text. Raises EngineError."""
        inputs = {one.name: one.shape for one in self._texts.get_inputs()}
        rows = []
        with reading(VISION, self._path):
            for text in texts:
                ids = self._reader.encode(text).ids
                length = inputs["input_ids"][1]
                fill = [ids[-1]] * (length - len(ids)) if isinstance(length, int) else []
                given = {"input_ids": [*ids, *fill], "attention_mask": [1] * len(ids) + [0] * len(fill)}
                feed = {name: np.array([given[name]], np.int64) for name in inputs}
                rows.append(self._row(self._texts, feed, "text_embeds"))
        return np.concatenate(rows)

    def _side(self) -> int:
        side = self._pictures.get_inputs()[0].shape[-1]
        return side if isinstance(side, int) else _SIDE

    def _row(self, model: Any, feed: dict[str, Any], wanted: str) -> Floats:
        names = [one.name for one in model.get_outputs()]
        found = np.asarray(model.run([wanted if wanted in names else names[0]], feed)[0], np.float32)
        normal: Floats = found / np.maximum(np.linalg.norm(found, axis=-1, keepdims=True), 1e-6)
        return normal


def _pixels(picture: Image.Image, side: int) -> Floats:
    """(3, side, side): the middle of the picture, the shorter side fitted, colours as the model knows them."""
    scale = side / min(picture.size)
    size = (max(side, round(picture.width * scale)), max(side, round(picture.height * scale)))
    fitted = picture.convert("RGB").resize(size, Image.Resampling.BICUBIC)
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    square = np.asarray(fitted.crop((left, top, left + side, top + side)), np.float32) / 255.0
    turned: Floats = ((square - _MEAN) / _SPREAD).transpose(2, 0, 1).astype(np.float32)
    return turned
