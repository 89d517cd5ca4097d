"""How well moments are found on labelled recordings, next to the naive baselines.

    python benchmarks/moments.py [FOLDER …] [--no-baselines]

FOLDER holds NAME.mp4 with NAME.truth.json (default: the shared composed recordings). The scorer beside the
footage (tools/score_highlights.py) asks for a reel length and judges the choice; its baselines need ffmpeg.
Printed per recording, per kind and over all: F1 of weighted recall and precision, act recall, share of
distractors, clipped pieces, flash shots at clip edges, error of the found start, cost of the analysis.
"""

import argparse
import importlib.util
import json
import shutil
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from highlight_mcp.engine.analysis import Analysis, analyse
from highlight_mcp.engine.moments import Moment, Source, choose, rank
from highlight_mcp.engine.probe import probe
from highlight_mcp.engine.progress import quiet
from highlight_mcp.timeline.operations import Highlights

SHARED = Path(__file__).resolve().parents[2] / "shared" / "footage"
COLUMNS = ("f1", "wrecall", "precision", "act", "dis", "clipped", "flash", "start_err", "shown_s", "want_s", "cpu_s")
BASELINES = ("random", "uniform", "loudest", "moving", "sum")


def scorer() -> ModuleType:
    """The shared scorer as a module."""
    spec = importlib.util.spec_from_file_location("score_highlights", SHARED / "tools" / "score_highlights.py")
    if spec is None or spec.loader is None:
        sys.exit(f"there is no scorer under {SHARED}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def judge(file: Path, truth: dict[str, Any], score: ModuleType) -> dict[str, float]:
    """Our choice for one recording at the length the scorer asks for."""
    cpu = time.process_time()
    info = probe(file)
    analysis = analyse(file, info, cache=None, progress=quiet)
    cpu = time.process_time() - cpu
    want = score.want(truth)
    source = Source("m", file.name, info, analysis)
    picks = choose([source], Highlights(total_ms=max(1000, want * 1000))).picks
    found: dict[str, float] = score.score(truth, [[pick.start_ms / 1000, pick.end_ms / 1000] for pick in picks])
    found["flash"] = flashes(picks, truth) / max(1, len(picks))
    found["start_err"] = start_error(analysis, truth)
    found["want_s"], found["cpu_s"] = want, cpu
    found["alarm"] = sum(pick.confidence == "high" for pick in picks) if not truth["events"] else 0
    return found


def flashes(picks: list[Moment], truth: dict[str, Any]) -> int:
    """Picks that show less than half a second of another shot at an edge."""
    cuts = [cut["t"] * 1000 for cut in truth["cuts"] if cut["type"] == "cut"]
    return sum(any(40 < t - p.start_ms < 500 or 40 < p.end_ms - t < 500 for t in cuts) for p in picks)


def start_error(analysis: Analysis, truth: dict[str, Any]) -> float:
    """Median distance in seconds from the start of an event to that of the best moment on it."""
    moments = rank(analysis)
    errors = []
    for event in truth["events"]:
        on_it = [m for m in moments if m.start_ms < event["end"] * 1000 and m.end_ms > event["start"] * 1000]
        if on_it:
            errors.append(abs(on_it[0].start_ms / 1000 - event["start"]))
    return float(np.median(errors)) if errors else float("nan")


def baselines(file: Path, truth: dict[str, Any], score: ModuleType) -> dict[str, float]:
    """F1 of the scorer's naive choices at the same length."""
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


def means(rows: list[dict[str, float]], names: tuple[str, ...]) -> str:
    values = [np.array([row[name] for row in rows if name in row], float) for name in names]
    return " ".join(f"{np.nanmean(v):9.3f}" if np.isfinite(v).any() else f"{'-':>9}" for v in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[SHARED / "composed"])
    parser.add_argument("--no-baselines", action="store_true")
    wish = parser.parse_args()
    score = scorer()
    naive = not wish.no_baselines and shutil.which("ffmpeg") is not None
    names = COLUMNS + (BASELINES if naive else ())
    print(f"{'recording':18}" + " ".join(f"{name:>9}" for name in names))
    rows: dict[str, list[dict[str, float]]] = {}
    for folder in wish.folders:
        for told in sorted(folder.glob("*.truth.json")):
            truth = json.loads(told.read_text())
            file = told.with_name(told.name.removesuffix(".truth.json") + ".mp4")
            row = judge(file, truth, score)
            if naive:
                row |= baselines(file, truth, score)
            if truth["events"]:
                rows.setdefault(truth["profile"], []).append(row)
                print(f"{file.stem:18}{means([row], names)}", flush=True)
            else:
                print(f"{file.stem:18} no events: {row['alarm']:.0f} picks of high confidence", flush=True)
    for kind, group in {**rows, "all": [row for some in rows.values() for row in some]}.items():
        print(f"{kind + ' mean':18}{means(group, names)}")


if __name__ == "__main__":
    main()
