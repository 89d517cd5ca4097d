"""A sound is found by its name in what a model hears in the whole recording."""

import difflib
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ...messages import message
from ..moments.moment import Candidate, Confidence
from ..transcripts.search import stem, terms
from .sound_table import Likely, SoundTable

ENTER, LEAVE, SURE = 0.3, 0.15, 0.6
_CHINESE = {
    "笑": "laughter", "掌声": "applause", "鼓掌": "applause", "欢呼": "cheering", "喝彩": "cheering",
    "哨": "whistle", "狗": "dog", "猫": "cat", "鸟": "bird", "音乐": "music", "唱歌": "singing", "歌声": "singing",
    "枪": "gunshot", "爆炸": "explosion", "婴儿": "baby cry", "哭": "crying", "汽车": "car", "车": "vehicle",
    "摩托": "motorcycle", "火车": "train", "飞机": "aircraft", "警笛": "siren", "警报": "alarm", "雷": "thunder",
    "雨": "rain", "风": "wind", "水": "water", "海浪": "waves", "敲门": "knock", "玻璃": "glass", "铃": "bell",
    "钟": "bell", "尖叫": "screaming", "喊": "shout", "说话": "speech", "烟花": "fireworks", "引擎": "engine",
    "发动机": "engine", "喇叭": "vehicle horn", "吉他": "guitar", "钢琴": "piano", "鼓": "drum",
    "脚步": "footsteps", "打字": "typing", "咳嗽": "cough", "犬吠": "bark",
    "门": "door", "电话": "telephone", "马": "horse",
}  # fmt: skip


class Windows(Protocol):
    """How windows lie: `step_ms` apart, each `window_ms` long; `labels` are what is known of each."""

    labels: tuple[str, ...]
    window_ms: int
    step_ms: int


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


def stretches(table: SoundTable, chosen: Sequence[int], duration_ms: int) -> list[Candidate]:
    """Where one of the chosen labels is likely in a whole recording, best first. Raises EngineError."""
    return likely_stretches(table.all(), table, chosen, duration_ms)


def likely_stretches(likely: Likely, form: Windows, chosen: Sequence[int], duration_ms: int) -> list[Candidate]:
    """The same for what is known of each window, (windows, labels)."""
    curve = likely[:, list(chosen)].max(axis=1)
    out: list[Candidate] = []
    first: int | None = None
    for place, value in enumerate([*curve, 0.0]):
        if first is None and value >= LEAVE:
            first = place
        elif first is not None and value < LEAVE:
            if curve[first:place].max() >= ENTER:
                out.append(_candidate(likely, form, chosen, (first, place), duration_ms))
            first = None
    return sorted(out, key=lambda one: (-one.score, one.start_ms))


def _candidate(
    likely: Likely, form: Windows, chosen: Sequence[int], span: tuple[int, int], duration_ms: int
) -> Candidate:
    part = likely[span[0] : span[1], list(chosen)]
    window, column = (int(place) for place in np.unravel_index(int(part.argmax()), part.shape))
    best = float(part[window, column])
    label = form.labels[chosen[column]]
    # The sound may begin and end anywhere in what two windows share.
    shared = (form.window_ms - form.step_ms) // 2
    start = span[0] * form.step_ms + (shared if span[0] else 0)
    end = min(duration_ms, (span[1] - 1) * form.step_ms + form.window_ms - shared)
    sure: Confidence = "high" if best >= SURE else "medium"
    return Candidate(
        start_ms=start, end_ms=max(end, start + 500), score=round(10.0 * best, 3), confidence=sure,
        peak_ms=(span[0] + window) * form.step_ms + form.window_ms // 2,
        why=message("engine.why.sounds_like", label=label, likely=best),
        signals={"kind": "sound", "label": label, "likely": round(best, 2)}, least_lead_ms=300, lead_ms=1_500,
    )  # fmt: skip
