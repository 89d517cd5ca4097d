"""Sounds by name: a model with the labels of AudioSet as ONNX on the CPU, YAMNet or CED."""

import csv
from functools import cache
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

    def windows(self, heard: Samples, count: int) -> NDArray[np.float32]:
        """The same for each of the first `count` windows of the samples, (count, labels)."""
        ...


class SoundModel:
    """A model in its folder, with its labels; it is loaded when it has to listen. Raises EngineError `needs_extra`."""

    def __init__(self, folder: Path | None) -> None:
        self.file, names = (model_file(SOUNDS, folder, group) for group in SOUNDS.files)
        self.labels = _labels(names)
        self._kind = YamnetTagger if names.name == _YAMNET_LABELS else CedTagger
        self.window_ms, self.step_ms = self._kind.window_ms, self._kind.step_ms
        self.tagger = cache(self._load)

    def _load(self) -> SoundTagger:
        # A second thread gains nothing with models as small as these.
        return self._kind(session(SOUNDS, self.file, threads=1), self.labels, self.file)


def load(folder: Path | None) -> SoundTagger:
    """The tagger of a model folder. Raises EngineError `needs_extra`."""
    return SoundModel(folder).tagger()


def _labels(file: Path) -> tuple[str, ...]:
    with reading(SOUNDS, file), file.open(encoding="utf-8", newline="") as opened:
        rows = sorted((int(row["index"]), row["display_name"]) for row in csv.DictReader(opened))
        if [index for index, _ in rows] != list(range(len(rows))) or not rows:
            raise WrongValue("engine.labels_missing")
    return tuple(name for _, name in rows)
