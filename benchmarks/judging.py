"""Measures of a choice against the truth of a labelled recording, and naive choices to hold against it."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from highlight_mcp.engine.moments import Moment
from highlight_mcp.engine.signals.analysis import Analysis
from highlight_mcp.engine.signals.cutaways import ShotSimilarity

SHARED = Path(__file__).resolve().parents[2] / "shared" / "footage"
_WORD_MARGIN_S = 0.05
_FRAME_MS = 40

Truth = dict[str, Any]
Rows = list[dict[str, float]]


@cache
def scorer() -> ModuleType:
    """The shared scorer as a module."""
    spec = importlib.util.spec_from_file_location("score_highlights", SHARED / "tools" / "score_highlights.py")
    if spec is None or spec.loader is None:
        sys.exit(f"there is no scorer under {SHARED}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def flashes(picks: list[Moment], truth: Truth) -> float:
    """Share of picks that show less than half a second of another shot at an edge."""
    cuts = [cut["t"] * 1000 for cut in truth["cuts"] if cut["type"] == "cut"]
    short = [any(_FRAME_MS < t - p.start_ms < 500 or _FRAME_MS < p.end_ms - t < 500 for t in cuts) for p in picks]
    return sum(short) / max(1, len(picks))


def edges_in_words(picks: list[Moment], truth: Truth) -> float:
    """Share of edges more than 50 ms inside a word; not a number where no words are known."""
    words = truth.get("words")
    if not words or not picks:
        return float("nan")
    edges = [at / 1000 for pick in picks for at in (pick.start_ms, pick.end_ms)]
    inside = [any(a + _WORD_MARGIN_S < at < b - _WORD_MARGIN_S for a, b in words) for at in edges]
    return sum(inside) / len(edges)


def start_error(moments: list[Moment], truth: Truth) -> float:
    """Median distance in seconds from the start of an event to that of the best moment on it."""
    errors = []
    for event in truth["events"]:
        on_it = [m for m in moments if m.start_ms < event["end"] * 1000 and m.end_ms > event["start"] * 1000]
        if on_it:
            errors.append(abs(on_it[0].start_ms / 1000 - event["start"]))
    return float(np.median(errors)) if errors else float("nan")


def real(moment: Moment, truth: Truth) -> bool:
    """Whether a moment lies on an event: a third of the shorter of both is shared."""
    for event in truth["events"]:
        start, end = event["start"] * 1000, event["end"] * 1000
        shared = min(moment.end_ms, end) - max(moment.start_ms, start)
        if shared >= 0.33 * min(moment.length_ms, end - start):
            return True
    return False


def baselines(file: Path, truth: Truth) -> dict[str, float]:
    """F1 of naive choices at the length the scorer asks for."""
    score = scorer()
    seconds = int(truth["duration"])
    room = max(5, score.want(truth))
    generator = np.random.default_rng(0)
    tries = []
    for _ in range(100):
        taken: list[list[float]] = []
        while sum(b - a for a, b in score.merge(taken)) < room:
            start = int(generator.integers(0, seconds - 5))
            taken.append([start, start + 5])
        tries.append(score.score(truth, taken)["f1"])
    pieces = max(1, room // 5)
    even = [[(i + 0.5) * seconds / pieces - 2.5, (i + 0.5) * seconds / pieces + 2.5] for i in range(pieces)]
    loud, moving = score.feats(str(file), truth["duration"])
    both = sum((x - np.median(x)) / (x.std() + 1e-9) for x in (loud, moving))
    tops = {"loudest": loud, "moving": moving, "sum": both}
    found = {name: score.score(truth, score.top(series, room))["f1"] for name, series in tops.items()}
    return {"random": float(np.mean(tries)), "uniform": score.score(truth, even)["f1"], **found}


def any_foreign(analysis: Analysis, room_s: float) -> list[list[float]]:
    """Every shot of a place that is rare around it, in order of time, until the reel is full."""
    shots = analysis.shots
    gallery = ShotSimilarity(analysis.pictures, shots) if shots else None
    taken: list[list[float]] = []
    for index, shot in enumerate(shots):
        if gallery is None or gallery.share(index) > 0.3:
            continue
        length = min((shot.end_ms - shot.start_ms) / 1000, room_s)
        taken.append([shot.start_ms / 1000, shot.start_ms / 1000 + length])
        room_s -= length
        if room_s <= 0.5:
            break
    return taken
