"""Faces: CenterFace (MIT; Xu et al., arXiv 1911.03599) as ONNX on the CPU.

The model answers for every fourth pixel how likely the middle of a face is there, and its height, width and offset as
the paper gives them: sizes as the exponent in units of four pixels. Overlapping answers are one face.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .catalogue import FACES, model_file, module, reading
from .onnx_shapes import with_open_shapes

SIDE = 480
"""px of the longer side of a picture that is looked at."""
_SURE = 0.5  # likelihood. Clear faces of films have 0.5 to 0.9, scenes without people stay below 0.4
_MULTIPLE, _STRIDE = 32, 4  # px
_SAME = 0.3  # of the area of both together

Picture = NDArray[np.float32]


@dataclass(frozen=True)
class Face:
    """Where a face is, as shares of the width and height of the picture, and how sure that is (0 to 1)."""

    left: float
    top: float
    right: float
    bottom: float
    sure: float

    def shared_with(self, other: "Face") -> float:
        """Intersection over union."""
        width = max(0.0, min(self.right, other.right) - max(self.left, other.left))
        height = max(0.0, min(self.bottom, other.bottom) - max(self.top, other.top))
        both = width * height
        return both / max(1e-9, self._area() + other._area() - both)

    def _area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


class FaceFinder:
    """A loaded model."""

    def __init__(self, model: Any, path: Path) -> None:
        self.path = path
        self._model = model
        self._input = model.get_inputs()[0].name

    def find(self, picture: Image.Image) -> list[Face]:
        """The faces in a picture, surest first. Raises EngineError."""
        shown = _fitted(picture)
        height, width = shown.shape[2:]
        with reading(FACES, self.path):
            likely, sizes, offsets = (np.asarray(each)[0] for each in self._model.run(None, {self._input: shown})[:3])
        faces = []
        for row, column in np.argwhere(likely[0] >= _SURE):
            tall, wide = np.exp(sizes[:, row, column]) * _STRIDE
            y = (row + offsets[0, row, column] + 0.5) * _STRIDE
            x = (column + offsets[1, row, column] + 0.5) * _STRIDE
            left, right = float(x - wide / 2) / width, float(x + wide / 2) / width
            top, bottom = float(y - tall / 2) / height, float(y + tall / 2) / height
            faces.append(Face(left, top, right, bottom, float(likely[0, row, column])))
        return _apart(faces)


def load(folder: Path | None) -> FaceFinder:
    """The finder of a model folder. Raises EngineError `needs_extra`."""
    path = model_file(FACES, folder, FACES.files[0])
    runtime = module(FACES, "onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    with reading(FACES, path):
        # The model was exported for ten pictures of 32 by 32 pixels.
        opened = with_open_shapes(path.read_bytes())
        return FaceFinder(runtime.InferenceSession(opened, options, providers=["CPUExecutionProvider"]), path)


def _fitted(picture: Image.Image) -> Picture:
    """(1, 3, h, w) with the longer side at `SIDE` at most and sides that the model takes; RGB, 0 to 255."""
    scale = min(1.0, SIDE / max(picture.size))
    width, height = (max(_MULTIPLE, round(side * scale / _MULTIPLE) * _MULTIPLE) for side in picture.size)
    fitted = np.asarray(picture.convert("RGB").resize((width, height)), np.float32)
    return fitted.transpose(2, 0, 1)[np.newaxis]


def _apart(faces: Sequence[Face]) -> list[Face]:
    kept: list[Face] = []
    for one in sorted(faces, key=lambda face: -face.sure):
        if all(one.shared_with(other) < _SAME for other in kept):
            kept.append(one)
    return kept
