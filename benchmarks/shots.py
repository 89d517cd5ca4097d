"""How exactly shot boundaries are found, next to PySceneDetect's adaptive detector on the same files.

    python benchmarks/shots.py [FILE …] [--peers FOLDER] [--made N]

FILE is a recording with a FILE.truth.json beside it (default: the shared composed recordings). N recordings (8)
with random cuts, fades through black and dissolves are made from the shared clips besides. The fade truth of the
folder's shots.json counts too. FOLDER is where `scenedetect` is installed (uv pip install --target FOLDER
scenedetect opencv-python-headless), for the comparison.

A boundary counts as found within 0.08 s (a cut) or anywhere inside a fade or dissolve and 0.3 s around it. What
is found inside a dissolve once more is not counted as false. The truth of shots.json names the middle of the
black between two shots; a second around it counts. Ours is judged where every frame was looked at,
which is the whole of short files and, in long ones, the windows that matter.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from composing.drawing import encode
from composing.material import BASES, FOOTAGE, FPS, LIVELY
from composing.script import Script

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.signals.analysis import analyse

_CUT_S, _SOFT_S = 0.08, 0.3
_BLACK_S = 1.0
_MADE_S = 60.0


@dataclass
class Count:
    """Boundaries there are, those found, findings, those that are none, CPU seconds, seconds of footage."""

    there: dict[str, int] = field(default_factory=lambda: {"cut": 0, "soft": 0})
    hit: dict[str, int] = field(default_factory=lambda: {"cut": 0, "soft": 0})
    false: int = 0
    cpu_s: float = 0.0
    footage_s: float = 0.0

    def add(self, truth: list[tuple[float, float, str]], found: list[float]) -> None:
        """Judge the findings (seconds) of one file against (from, to, kind)."""
        for start, end, kind in truth:
            margin = _CUT_S if kind == "cut" else _SOFT_S
            self.there[kind] += 1
            self.hit[kind] += any(start - margin <= at <= end + margin for at in found)
        for at in found:
            self.false += not any(start - _SOFT_S <= at <= end + _SOFT_S for start, end, _ in truth)

    def line(self) -> str:
        there, hit = sum(self.there.values()), sum(self.hit.values())
        recall, precision = hit / max(1, there), hit / max(1, hit + self.false)
        parts = [f"{kind} {self.hit[kind]}/{self.there[kind]}" for kind in self.there]
        f1 = 2 * recall * precision / max(1e-9, recall + precision)
        return (
            f"F1 {f1:.3f}  recall {recall:.3f}  precision {precision:.3f}  {', '.join(parts)}, false {self.false}, "
            f"{self.cpu_s / max(1e-9, self.footage_s):.4f} CPU s/s"
        )


def told(file: Path) -> list[tuple[float, float, str]]:
    """Boundaries by the truth beside a composed recording; dissolves last 0.4 s there."""
    truth: dict[str, Any] = json.loads(file.with_suffix("").with_suffix(".truth.json").read_text())
    return [
        (cut["t"], cut["t"], "cut") if cut["type"] == "cut" else (cut["t"], cut["t"] + 0.4, "soft")
        for cut in truth["cuts"]
    ]


def made(folder: Path, seed: int) -> tuple[Path, list[tuple[float, float, str]]]:
    """A minute of shots of 1.5 to 8 s with cuts and dissolves, with its boundaries."""
    random = np.random.default_rng(seed)
    script = Script("shots", seed, _MADE_S, random, False, dissolves=False, fixed_groups=bool(seed % 2))
    clips = sorted({*LIVELY["tuning"], *LIVELY["held"], *BASES["tuning"], *BASES["held"]})
    at, last = 0.0, ""
    while at < _MADE_S:
        clip = str(random.choice([name for name in clips if name != last]))
        framing = (float(random.uniform()), float(random.uniform()))
        script.base.append((round(at * FPS) / FPS, clip, float(random.uniform(1.0, 1.8)), framing))
        at, last = at + float(random.uniform(1.5, 8.0)), clip
    script.dissolves = True
    script.soft_base = True
    file = folder / f"made_{seed}.mp4"
    cuts = encode(script, file)
    return file, [
        (cut["t"], cut["t"], "cut") if cut["type"] == "cut" else (cut["t"], cut["t"] + 0.4, "soft") for cut in cuts
    ]


def ours(file: Path) -> tuple[list[float], list[tuple[float, float]], float]:
    """(boundaries, ranges looked at frame by frame, CPU seconds), in seconds."""
    cpu = time.process_time()
    analysis = analyse(file, probe(file), cache=None, progress=no_progress)
    found = [at / 1000 for at in analysis.shots_ms]
    seen = [(a / 1000, b / 1000) for a, b in analysis.pictures.seen_ms.tolist()]
    return found, seen, time.process_time() - cpu


def theirs(file: Path) -> tuple[list[float], float]:
    """Boundaries by PySceneDetect's AdaptiveDetector with its own defaults, and CPU seconds."""
    from scenedetect import AdaptiveDetector, detect

    cpu = time.process_time()
    scenes = detect(str(file), AdaptiveDetector())
    return [float(start.seconds) for start, _ in scenes[1:]], time.process_time() - cpu


def inside(seen: list[tuple[float, float]], at: float) -> bool:
    return any(a - 0.1 <= at <= b + 0.1 for a, b in seen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--made", type=int, default=8)
    wish = parser.parse_args()
    if wish.peers:
        sys.path.append(str(wish.peers))
    files = wish.files or sorted((FOOTAGE / "composed").glob("*.mp4"))
    with tempfile.TemporaryDirectory() as folder:
        groups = {
            "composed": [(file, told(file)) for file in files],
            "made": [made(Path(folder), seed) for seed in range(wish.made)],
            "fades": [
                (FOOTAGE / name, [(start / about["fps"] - _BLACK_S, start / about["fps"] + _BLACK_S, "soft")
                                  for start in about["fade_scene_starts"][1:]])
                for name, about in json.loads((FOOTAGE / "shots.json").read_text()).items()
            ],
        }  # fmt: skip
        for name, group in groups.items():
            mine, other = Count(), Count()
            for file, truth in group:
                found, seen, cpu = ours(file)
                there = [cut for cut in truth if inside(seen, cut[0])]
                mine.add(there, [at for at in found if inside(seen, at)])
                mine.cpu_s, mine.footage_s = mine.cpu_s + cpu, mine.footage_s + probe(file).duration_ms / 1000
                if wish.peers:
                    found, cpu = theirs(file)
                    other.add(there, [at for at in found if inside(seen, at)])
                    other.cpu_s, other.footage_s = other.cpu_s + cpu, mine.footage_s
            print(f"{name:9} ours                    {mine.line()}", flush=True)
            if wish.peers:
                print(f"{name:9} PySceneDetect adaptive  {other.line()}", flush=True)


if __name__ == "__main__":
    main()
