"""Sounds by name: a model with the labels of AudioSet as ONNX on the CPU, YAMNet or CED."""

import csv
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...messages.reasons import WrongValue
from ..media.audio_samples import Samples
from .catalogue import SOUNDS, model_file, reading, session
from .ced import CedTagger
from .yamnet import YamnetTagger

_YAMNET_LABELS = "yamnet_class_map.csv"


class SoundTagger(Protocol):
    """A loaded model. `labels` names what it knows; it hears `window_ms` at once, best every `step_ms`."""

    labels: tuple[str, ...]
    path: Path
    window_ms: int
    step_ms: int

    def tags(self, heard: Samples) -> NDArray[np.float32]:
        """How likely each label is in the samples (16 kHz), 0 to 1. Raises EngineError."""
        ...


def load(folder: Path | None) -> SoundTagger:
    """The tagger of a model folder. Raises EngineError `needs_extra`."""
    model, names = (model_file(SOUNDS, folder, group) for group in SOUNDS.files)
    labels = _labels(names)
    made = YamnetTagger if names.name == _YAMNET_LABELS else CedTagger
    return made(session(SOUNDS, model), labels, model)


def _labels(file: Path) -> tuple[str, ...]:
    with reading(SOUNDS, file), file.open(encoding="utf-8", newline="") as opened:
        rows = sorted((int(row["index"]), row["display_name"]) for row in csv.DictReader(opened))
        if [index for index, _ in rows] != list(range(len(rows))) or not rows:
            raise WrongValue("engine.labels_missing")
    return tuple(name for _, name in rows)
