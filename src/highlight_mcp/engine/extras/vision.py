"""Pictures by words: CLIP (MIT) as two ONNX models on the CPU, one for pictures, one for English text.

Frames of every shot are compared with the words that are searched for and with other descriptions.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...messages import message
from ..job_process import Progress
from ..media.frames import frame_readers_of
from ..moments.moment import Candidate, Confidence
from ..signals.analysis import Analysis
from .catalogue import VISION, model_file, module, reading, session

_SIDE = 224
_WORDS = 77
_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_SPREAD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
_AT_ONCE = 8

Floats = NDArray[np.float32]


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
        rows = np.asarray(model.run([wanted if wanted in names else names[0]], feed)[0], np.float32)
        normal: Floats = rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-6)
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


STEP_MS = 4_000
MOST_FRAMES = 240
LIKELY, SURE = 0.5, 0.85
_PICTURE_SIDE = 336
_HALF_MS = 2_500
_OTHERS = ("a photo of something else", "a blurry photo", "an empty scene", "a random frame of a video")
_WARMTH = 100.0


def places(analysis: Analysis, within: tuple[int, int]) -> list[int]:
    """Times to look at: evenly within each shot, at most `MOST_FRAMES` in all."""
    low, high = within
    step = max(STEP_MS, -(-(high - low) // MOST_FRAMES))
    edges = sorted({low, high, *(cut for cut in analysis.shots_ms if low < cut < high)})
    out: list[int] = []
    for start, end in pairwise(edges):
        count = max(1, (end - start) // step)
        out += [start + (end - start) * (2 * place + 1) // (2 * count) for place in range(count)]
    return out if len(out) <= MOST_FRAMES else [out[len(out) * place // MOST_FRAMES] for place in range(MOST_FRAMES)]


def seen(
    path: Path, analysis: Analysis, query: str, matcher: "ImageTextMatcher", within: tuple[int, int], progress: Progress
) -> list[Candidate]:
    """Stretches whose pictures fit the words better than other descriptions, best first. Raises EngineError."""
    times = places(analysis, within)
    pictures = []
    with frame_readers_of(path) as source:
        for number, at in enumerate(times):
            progress("look", number, len(times), message("engine.progress.pictures"))
            pictures.append(source.at(at, (_PICTURE_SIDE, _PICTURE_SIDE), tolerance_ms=1_000))
    if not pictures:
        return []
    texts = matcher.meant([f"a photo of {query}", *_OTHERS])
    likeness = matcher.seen(pictures) @ texts.T
    power = np.exp(_WARMTH * (likeness - likeness.max(axis=1, keepdims=True)))
    likely = power[:, 0] / power.sum(axis=1)
    return _stretches(times, [float(value) for value in likely], query, within)


def _stretches(times: Sequence[int], likely: Sequence[float], query: str, within: tuple[int, int]) -> list[Candidate]:
    """Neighbouring frames that fit are one stretch."""
    out: list[Candidate] = []
    open_: list[int] = []
    for place in range(len(times) + 1):
        fits = place < len(times) and likely[place] >= LIKELY
        if fits and (not open_ or times[place] - times[open_[-1]] <= 3 * STEP_MS):
            open_.append(place)
            continue
        if open_:
            out.append(_candidate([(times[p], likely[p]) for p in open_], query, within))
        open_ = [place] if fits else []
    return sorted(out, key=lambda one: (-one.score, one.start_ms))


def _candidate(looks: Sequence[tuple[int, float]], query: str, within: tuple[int, int]) -> Candidate:
    at, best = max(looks, key=lambda look: (look[1], -look[0]))
    sure: Confidence = "medium" if best >= SURE else "low"
    return Candidate(
        start_ms=max(within[0], looks[0][0] - _HALF_MS), end_ms=min(within[1], looks[-1][0] + _HALF_MS), peak_ms=at,
        score=round(10.0 * best, 3), confidence=sure, why=message("engine.why.looks_like", query=query, likely=best),
        signals={"kind": "picture", "query": query, "likely": round(best, 2)}, least_lead_ms=0, lead_ms=1_000,
    )  # fmt: skip
