"""Audio tagging: CED (Apache-2.0, AudioSet labels) as ONNX on the CPU.

The features are those of the model's own front end: power in 64 mel bands (Kaldi's scale, 0 to 8 kHz),
frames of 32 ms every 10 ms with a Hann window, in dB with a floor 120 dB below the loudest. A sound is found by its
name in the tags of the whole recording, which are kept for its content.
"""

import csv
import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...messages import message
from ...messages.reasons import WrongValue
from ...timeline.media import MediaInfo
from ..job_process import Progress
from ..media.audio_samples import RATE, Samples, read_samples
from ..moments.moment import Candidate, Confidence
from ..transcripts.search import stem, terms
from ..transcripts.subtitles import keep_bytes
from .catalogue import TAGS, file_of, model_file, reading, session

FRAME, SHIFT, BANDS = 512, 160, 64
_RANGE_DB = 120.0

Floats = NDArray[np.float32]


def load(path: Path | None) -> "AudioTagger":
    """The tagger of a model folder. Raises EngineError `needs_extra`."""
    model = model_file(TAGS, path, TAGS.files[0])
    labels = model_file(TAGS, path, TAGS.files[1])
    with reading(TAGS, labels), labels.open(encoding="utf-8", newline="") as opened:
        rows = sorted((int(row["index"]), row["display_name"]) for row in csv.DictReader(opened))
        if [index for index, _ in rows] != list(range(len(rows))) or not rows:
            raise WrongValue("engine.labels_missing")
    return AudioTagger(session(TAGS, model), tuple(name for _, name in rows), model)


class AudioTagger:
    """A loaded model; `labels` names what it knows, in the order of its answer."""

    def __init__(self, model: Any, labels: tuple[str, ...], path: Path) -> None:
        self.labels = labels
        self._model = model
        self._path = path
        self._input = model.get_inputs()[0]

    def tags(self, heard: Samples) -> Floats:
        """How likely each label is in the samples (16 kHz), 0 to 1. Raises EngineError."""
        with reading(TAGS, self._path):
            answer = np.asarray(self._model.run(None, {self._input.name: self._shaped(heard)})[0], np.float32)
            scores: Floats = answer.reshape(-1)
            if len(scores) != len(self.labels):
                raise WrongValue("engine.labels_differ", n=len(scores), named=len(self.labels))
        if len(scores) and (scores.min() < 0.0 or scores.max() > 1.0):
            scores = (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)
        return scores

    def _shaped(self, heard: Samples) -> Floats:
        shape = self._input.shape
        if len(shape) == 2:
            return heard[np.newaxis]
        mel = features(heard)
        return (mel if shape[1] == BANDS else mel.T)[np.newaxis]


def features(heard: Samples) -> Floats:
    """(64, frames) mel power in dB of samples at 16 kHz."""
    count = max(1, (len(heard) + SHIFT // 2) // SHIFT)
    margin = FRAME // 2
    padded = np.pad(heard, (margin, margin + FRAME), mode="symmetric" if len(heard) else "constant")
    starts = SHIFT // 2 + SHIFT * np.arange(count)
    frames = padded[starts[:, np.newaxis] + np.arange(FRAME)] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    decibels = 10.0 * np.log10(np.maximum(power[:, :-1] @ _bands(), 1e-10))
    floored: Floats = np.maximum(decibels, decibels.max() - _RANGE_DB).T.astype(np.float32)
    return floored


@cache
def _bands() -> NDArray[np.float64]:
    """(256, 64) triangles that are even on the mel scale (1127 ln(1 + f / 700))."""
    mel = 1127.0 * np.log1p(np.arange(FRAME // 2) * RATE / FRAME / 700.0)
    edges = np.linspace(0.0, 1127.0 * np.log1p(RATE / 2 / 700.0), BANDS + 2)
    rise = (mel[:, np.newaxis] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - mel[:, np.newaxis]) / (edges[2:] - edges[1:-1])
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rise, fall))
    return triangles


VERSION = 1
WINDOW_MS, STEP_MS = 4_000, 2_000
ENTER, LEAVE, SURE = 0.3, 0.15, 0.6
_BLOCK_MS = 60_000
_CHINESE = {
    "笑": "laughter", "掌声": "applause", "鼓掌": "applause", "欢呼": "cheering", "喝彩": "cheering",
    "哨": "whistle", "狗": "dog", "猫": "cat", "鸟": "bird", "音乐": "music", "唱歌": "singing", "歌声": "singing",
    "枪": "gunshot", "爆炸": "explosion", "婴儿": "baby cry", "哭": "crying", "汽车": "car", "车": "vehicle",
    "摩托": "motorcycle", "火车": "train", "飞机": "aircraft", "警笛": "siren", "警报": "alarm", "雷": "thunder",
    "雨": "rain", "风": "wind", "水": "water", "海浪": "waves", "敲门": "knock", "玻璃": "glass", "铃": "bell",
    "钟": "bell", "尖叫": "screaming", "喊": "shout", "说话": "speech", "烟花": "fireworks", "引擎": "engine",
    "发动机": "engine", "喇叭": "vehicle horn", "吉他": "guitar", "钢琴": "piano", "鼓": "drum",
    "脚步": "footsteps", "门": "door", "电话": "telephone", "马": "horse",
}  # fmt: skip

Table = NDArray[np.float32]


def labels_of(query: str, labels: Sequence[str]) -> list[int]:
    """Labels that a query names: all of its words, in any ending; a few everyday Chinese words are known."""
    asked = query
    for chinese, english in sorted(_CHINESE.items(), key=lambda pair: -len(pair[0])):
        if chinese in query:
            asked = english
            break
    wanted = {term.form for term in terms(asked) if not term.little} - {stem("sound"), stem("noise")}
    known = [{term.form for term in terms(label)} for label in labels]
    whole = [place for place, words in enumerate(known) if wanted and wanted <= words]
    return whole or [place for place, words in enumerate(known) if wanted & words and len(wanted) > 1]


def nearest_labels(query: str, labels: Sequence[str]) -> list[str]:
    """Names of sounds that look most like the query."""
    lower = {label.casefold(): label for label in labels}
    return [lower[name] for name in difflib.get_close_matches(query.casefold(), list(lower), n=4, cutoff=0.3)]


def tag_table(
    path: Path, media: MediaInfo, folder: Path, tagger: "AudioTagger", *, cache: Path | None, progress: Progress
) -> Table:
    """(windows, labels) likelihoods, one window of 4 s every 2 s. Raises EngineError."""
    from ..transcripts.sources import model_name

    weights = file_of(folder, TAGS.files[0]) or folder
    name = f"{media.fingerprint.replace(':', '-')}.{model_name(weights.parent, weights.name)}.tags{VERSION}.bin"
    file = cache / name if cache is not None else None
    count = max(1, -(-max(0, media.duration_ms - WINDOW_MS) // STEP_MS) + 1)
    known = _stored(file, count, len(tagger.labels))
    if known is not None:
        return known
    rows = []
    for first in range(0, count, _BLOCK_MS // STEP_MS):
        progress("listen", first, count, message("engine.progress.sounds"))
        last = min(count, first + _BLOCK_MS // STEP_MS)
        start = first * STEP_MS
        heard = read_samples(path, start, (last - 1) * STEP_MS + WINDOW_MS)
        for place in range(first, last):
            at = (place * STEP_MS - start) * RATE // 1000
            part = heard[at : at + WINDOW_MS * RATE // 1000]
            rows.append(tagger.tags(part) if len(part) else np.zeros(len(tagger.labels), np.float32))
    table = np.round(np.stack(rows) * 255.0).astype(np.uint8)
    if file is not None:
        keep_bytes(file, table.tobytes())
    return _scaled(table)


def sounds(table: Table, chosen: Sequence[int], labels: Sequence[str], duration_ms: int) -> list[Candidate]:
    """Stretches in which one of the chosen labels is likely, best first."""
    curve = table[:, list(chosen)].max(axis=1)
    out: list[Candidate] = []
    first: int | None = None
    for place, value in enumerate([*curve, 0.0]):
        if first is None and value >= LEAVE:
            first = place
        elif first is not None and value < LEAVE:
            part = curve[first:place]
            if part.max() >= ENTER:
                out.append(_candidate(table, chosen, labels, (first, place), duration_ms))
            first = None
    return sorted(out, key=lambda one: (-one.score, one.start_ms))


def _candidate(
    table: Table, chosen: Sequence[int], labels: Sequence[str], span: tuple[int, int], duration_ms: int
) -> Candidate:
    part = table[span[0] : span[1], list(chosen)]
    window, column = (int(place) for place in np.unravel_index(int(part.argmax()), part.shape))
    likely = float(part[window, column])
    label = labels[chosen[column]]
    start = span[0] * STEP_MS + (STEP_MS // 2 if span[0] else 0)
    end = min(duration_ms, (span[1] - 1) * STEP_MS + WINDOW_MS - STEP_MS // 2)
    sure: Confidence = "high" if likely >= SURE else "medium"
    return Candidate(
        start_ms=start, end_ms=max(end, start + 500), score=round(10.0 * likely, 3), confidence=sure,
        peak_ms=(span[0] + window) * STEP_MS + WINDOW_MS // 2,
        why=message("engine.why.sounds_like", label=label, likely=likely),
        signals={"kind": "sound", "label": label, "likely": round(likely, 2)}, least_lead_ms=300, lead_ms=1_500,
    )  # fmt: skip


def _stored(file: Path | None, count: int, labels: int) -> Table | None:
    if file is None:
        return None
    try:
        raw = np.frombuffer(file.read_bytes(), np.uint8)
    except OSError:
        return None
    return _scaled(raw.reshape(count, labels)) if len(raw) == count * labels else None


def _scaled(table: NDArray[np.uint8]) -> Table:
    scaled: Table = table.astype(np.float32) / np.float32(255.0)
    return scaled
