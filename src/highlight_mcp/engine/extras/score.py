"""Text in pictures: PP-OCR (Apache-2.0) as two ONNX models on the CPU, one that finds text, one that reads a line.

Pictures go in as both were trained: BGR, -1 to 1, lines 48 pixels high. Finding gives a likelihood for each pixel
(differentiable binarisation, Liao et al., arXiv 1911.08947: text shrunk to its core); reading gives one sign or the
blank for every few columns, and the best of each are taken (CTC, Graves et al. 2006).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...messages.reasons import WrongValue
from .catalogue import SCORE, model_file, reading, session

LINE_HEIGHT = 48
_MULTIPLE = 32
_ALIKE = {"0": "OoQD〇", "1": "lI|i", "5": "S", "8": "B"}
"""Letters drawn like a digit: that one of them was meant does not make a digit less sure, for it was chosen."""
_LEAST_WIDTH, _MOST_WIDTH = 48, 1600

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class TextLine:
    """What a line says: for each sign its place (0 to 1 across the line) and how sure it is (0 to 1)."""

    text: str
    places: tuple[float, ...]
    sure: tuple[float, ...]


def load(path: Path | None) -> "TextReader":
    """The reader of a model folder. Raises EngineError `needs_extra`."""
    lines, text = (model_file(SCORE, path, names) for names in SCORE.files)
    return TextReader(session(SCORE, lines), session(SCORE, text), lines)


class TextReader:
    """Both models; the signs that can be read stand in the one that reads."""

    def __init__(self, lines: Any, text: Any, path: Path) -> None:
        self._lines, self._text, self._path = lines, text, path
        with reading(SCORE, path):
            known = lines.get_modelmeta().custom_metadata_map.get("character", "").split("\n")
            if len(known) < 10:
                raise WrongValue("engine.labels_missing")
        # The blank comes first, the space last.
        self._signs = ("", *known, " ")
        place = {sign: index for index, sign in enumerate(self._signs)}
        self._alike = {
            place[digit]: [place[sign] for sign in (digit, *signs) if sign in place] for digit, signs in _ALIKE.items()
        }

    def find(self, picture: Picture) -> Floats:
        """(h, w) likelihood of text, 0 to 1, for a picture (h, w, 3) in RGB. Raises EngineError."""
        height, width = picture.shape[:2]
        padded = np.pad(picture, ((0, -height % _MULTIPLE), (0, -width % _MULTIPLE), (0, 0)), mode="edge")
        with reading(SCORE, self._path):
            answer = self._text.run(None, {self._text.get_inputs()[0].name: _pixels(padded)})[0]
        likely: Floats = np.asarray(answer, np.float32)[0, 0, :height, :width]
        return likely

    def read(self, line: Picture) -> TextLine:
        """The text of a picture (h, w, 3) in RGB that shows one line of it. Raises EngineError."""
        height, width = line.shape[:2]
        wide = min(max(round(width * LINE_HEIGHT / max(1, height)), _LEAST_WIDTH), _MOST_WIDTH)
        scaled = Image.fromarray(line).resize((wide, LINE_HEIGHT), Image.Resampling.BILINEAR)
        with reading(SCORE, self._path):
            answer = self._lines.run(None, {self._lines.get_inputs()[0].name: _pixels(np.asarray(scaled))})[0]
            return self._decoded(np.asarray(answer, np.float32)[0])

    def _decoded(self, steps: Floats) -> TextLine:
        """The best path through (steps, signs): runs of one sign are that sign once."""
        best = steps.argmax(axis=1)
        starts = np.flatnonzero(np.concatenate([[True], best[1:] != best[:-1]]))
        ends = np.concatenate([starts[1:], [len(best)]])
        runs = [(int(best[a]), int(a), int(b)) for a, b in zip(starts, ends, strict=True)]
        kept = [run for run in runs if 0 < run[0] < len(self._signs)]
        return TextLine(
            text="".join(self._signs[sign] for sign, _, _ in kept),
            places=tuple((a + b) / 2 / len(best) for sign, a, b in kept for _ in self._signs[sign]),
            sure=tuple(self._sure(steps[a:b], sign) for sign, a, b in kept for _ in self._signs[sign]),
        )

    def _sure(self, steps: Floats, sign: int) -> float:
        return min(1.0, float(steps[:, self._alike.get(sign, [sign])].sum(axis=1).max()))


def _pixels(picture: Picture) -> Floats:
    turned = picture[:, :, ::-1].transpose(2, 0, 1)[np.newaxis]
    return np.ascontiguousarray(turned, np.float32) / np.float32(127.5) - np.float32(1.0)
