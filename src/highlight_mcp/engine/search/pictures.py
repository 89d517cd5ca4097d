"""Finding pictures by words: frames of every shot, compared with the words and with other descriptions."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...messages import message
from ..media.frames import frame_readers_of
from ..moments.moment import Candidate, Confidence
from ..signals.analysis import Analysis
from ..worker.job_process import Progress

if TYPE_CHECKING:
    from ..extras.vision import ImageTextMatcher

STEP_MS = 4_000
MOST_FRAMES = 240
LIKELY, SURE = 0.5, 0.85
_SIDE = 336
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
            pictures.append(source.at(at, (_SIDE, _SIDE), tolerance_ms=1_000))
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
