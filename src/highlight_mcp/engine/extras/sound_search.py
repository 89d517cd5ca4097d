"""A sound is found by its name in what a model hears in the whole recording."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...messages import message
from ...timeline.media import MediaInfo
from ..job_process import Progress
from ..media.audio_samples import RATE, read_samples
from ..moments.moment import Candidate, Confidence
from ..transcripts.search import stem, terms
from ..transcripts.sources import model_name
from ..transcripts.subtitles import keep_bytes
from .sounds import SoundTagger

VERSION = 2
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


@dataclass(frozen=True, eq=False)
class TagTable:
    """How likely (0 to 1) each label is in each window, `step_ms` apart; `likely` is (windows, labels)."""

    likely: NDArray[np.float32]
    labels: tuple[str, ...]
    window_ms: int
    step_ms: int

    def stretches(self, chosen: Sequence[int], duration_ms: int) -> list[Candidate]:
        """Where one of the chosen labels is likely, best first."""
        curve = self.likely[:, list(chosen)].max(axis=1)
        out: list[Candidate] = []
        first: int | None = None
        for place, value in enumerate([*curve, 0.0]):
            if first is None and value >= LEAVE:
                first = place
            elif first is not None and value < LEAVE:
                if curve[first:place].max() >= ENTER:
                    out.append(self._candidate(chosen, (first, place), duration_ms))
                first = None
        return sorted(out, key=lambda one: (-one.score, one.start_ms))

    def _candidate(self, chosen: Sequence[int], span: tuple[int, int], duration_ms: int) -> Candidate:
        part = self.likely[span[0] : span[1], list(chosen)]
        window, column = (int(place) for place in np.unravel_index(int(part.argmax()), part.shape))
        likely = float(part[window, column])
        label = self.labels[chosen[column]]
        # The sound may begin and end anywhere in what two windows share.
        shared = (self.window_ms - self.step_ms) // 2
        start = span[0] * self.step_ms + (shared if span[0] else 0)
        end = min(duration_ms, (span[1] - 1) * self.step_ms + self.window_ms - shared)
        sure: Confidence = "high" if likely >= SURE else "medium"
        return Candidate(
            start_ms=start, end_ms=max(end, start + 500), score=round(10.0 * likely, 3), confidence=sure,
            peak_ms=(span[0] + window) * self.step_ms + self.window_ms // 2,
            why=message("engine.why.sounds_like", label=label, likely=likely),
            signals={"kind": "sound", "label": label, "likely": round(likely, 2)}, least_lead_ms=300, lead_ms=1_500,
        )  # fmt: skip


def tag_table(path: Path, media: MediaInfo, tagger: SoundTagger, *, cache: Path | None, progress: Progress) -> TagTable:
    """What is heard in each window of a whole recording, kept for its content. Raises EngineError."""
    weights = model_name(tagger.path.parent, tagger.path.name)
    name = f"{media.fingerprint.replace(':', '-')}.{weights}.sounds{VERSION}.bin"
    file = cache / name if cache is not None else None
    window, step = tagger.window_ms, tagger.step_ms
    count = max(1, -(-max(0, media.duration_ms - window) // step) + 1)
    known = _stored(file, count, len(tagger.labels))
    if known is not None:
        return TagTable(known, tagger.labels, window, step)
    rows = []
    for first in range(0, count, _BLOCK_MS // step):
        progress("listen", first, count, message("engine.progress.sounds"))
        last = min(count, first + _BLOCK_MS // step)
        start = first * step
        heard = read_samples(path, start, (last - 1) * step + window)
        for place in range(first, last):
            at = (place * step - start) * RATE // 1000
            part = heard[at : at + window * RATE // 1000]
            rows.append(tagger.tags(part) if len(part) else np.zeros(len(tagger.labels), np.float32))
    table = np.round(np.stack(rows) * 255.0).astype(np.uint8)
    if file is not None:
        keep_bytes(file, table.tobytes())
    return TagTable(_scaled(table), tagger.labels, window, step)


def _stored(file: Path | None, count: int, labels: int) -> NDArray[np.float32] | None:
    if file is None:
        return None
    try:
        raw = np.frombuffer(file.read_bytes(), np.uint8)
    except OSError:
        return None
    return _scaled(raw.reshape(count, labels)) if len(raw) == count * labels else None


def _scaled(table: NDArray[np.uint8]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = table.astype(np.float32) / np.float32(255.0)
    return scaled
