"""What a model hears in the windows of one recording: each is listened to once, when it is asked for, and kept."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...messages import message
from ...timeline.media import MediaInfo
from ..job_process import Progress
from ..media.audio_samples import read_samples
from ..media.opening import fingerprint
from ..transcripts.sources import model_name
from ..transcripts.subtitles import keep_bytes
from .sounds import SoundModel, SoundTagger

VERSION = 3
_BLOCK_MS = 60_000

Likely = NDArray[np.float32]


class SoundTable:
    """The windows of one recording, `step_ms` apart and `window_ms` long; `labels` are the columns.

    The model is loaded when a window has to be listened to.
    """

    def __init__(
        self, path: Path, media: MediaInfo, model: SoundModel, *, cache: Path | None, progress: Progress
    ) -> None:
        self.labels = model.labels
        self.window_ms, self.step_ms = model.window_ms, model.step_ms
        self.count = max(1, -(-max(0, media.duration_ms - self.window_ms) // self.step_ms) + 1)
        self._path = path
        self._load: Callable[[], SoundTagger] = model.tagger
        self._progress = progress
        weights = model_name(model.file.parent, model.file.name)
        content = media.fingerprint or fingerprint(path)
        name = f"{content.replace(':', '-')}.{weights}.sounds{VERSION}.npz"
        self._file = cache / name if cache is not None else None
        self._known = np.zeros(self.count, np.bool_)
        self._likely = np.zeros((self.count, len(self.labels)), np.uint8)
        self._read()

    def all(self) -> Likely:
        """(windows, labels), 0 to 1, of the whole recording. Raises EngineError."""
        return self.between([(0, self.count)])[0]

    def within(self, spans_ms: Sequence[tuple[int, int]]) -> list[Likely]:
        """The same for each of several spans, a window at least. Raises EngineError."""
        return self.between([self._windows(start, end) for start, end in spans_ms])

    def between(self, spans: Sequence[tuple[int, int]]) -> list[Likely]:
        """The same for spans of windows."""
        missing = np.zeros(self.count, np.bool_)
        for first, last in spans:
            missing[first:last] = ~self._known[first:last]
        if missing.any():
            self._listen(missing)
            self._keep()
        return [self._likely[first:last].astype(np.float32) / np.float32(255.0) for first, last in spans]

    def _windows(self, start_ms: int, end_ms: int) -> tuple[int, int]:
        """Those whose middle lies in the span, else the one that is nearest to it."""
        half = self.window_ms // 2
        first = min(self.count - 1, max(0, -(-(start_ms - half) // self.step_ms)))
        last = min(self.count, (end_ms - half) // self.step_ms + 1)
        return first, max(first + 1, last)

    def _listen(self, missing: NDArray[np.bool_]) -> None:
        tagger = self._load()
        total, done = int(missing.sum()), 0
        for first, last in _runs(missing, most=max(1, _BLOCK_MS // self.step_ms)):
            self._progress("listen", done, total, message("engine.progress.sounds"))
            start = first * self.step_ms
            heard = read_samples(self._path, start, (last - 1) * self.step_ms + self.window_ms)
            if len(heard):
                likely = tagger.windows(heard, last - first)
                self._likely[first:last] = np.round(likely * 255.0).astype(np.uint8)
            done += last - first
        self._known |= missing

    def _read(self) -> None:
        if self._file is None:
            return
        try:
            with self._file.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
                known, likely = kept["known"], kept["likely"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return
        if known.shape == self._known.shape and likely.shape == (int(known.sum()), len(self.labels)):
            self._known = known.astype(np.bool_)
            self._likely[self._known] = likely

    def _keep(self) -> None:
        if self._file is None:
            return
        out = io.BytesIO()
        np.savez_compressed(out, known=self._known, likely=self._likely[self._known])
        keep_bytes(self._file, out.getvalue())


def _runs(wanted: NDArray[np.bool_], most: int) -> list[tuple[int, int]]:
    """First and last plus one of what stands together, in pieces of at most `most`."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(np.int8)))
    return [
        (place, min(last, place + most))
        for first, last in edges.reshape(-1, 2).tolist()
        for place in range(first, last, most)
    ]
