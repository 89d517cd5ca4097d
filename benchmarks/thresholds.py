"""How much each threshold of the signals and the moments matters: F1 when it alone is another one.

    python benchmarks/thresholds.py [PART …] [--by 0.8,1.25] [--cache FOLDER]

For each numeric constant of the modules below (those whose name contains a PART; default: all), the labelled
recordings are judged anew with the constant multiplied by each factor. Printed: the constant, its value and the
change of mean F1 per factor; `!` where it is more than 0.01. Only what is computed from the stored series is
tried: what decides where to look (attention, glances, packets, scan) would need another reading of the footage.
"""

import argparse
import ast
import importlib
import inspect
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from types import ModuleType
from typing import Any

import numpy as np
from judging import Truth, scorer
from moments import SHARED

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals, choose
from highlight_mcp.engine.signals.analysis import Analysis, analyse
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import Highlights

MODULES = (
    "signals.sound_activity", "signals.cutaways", "signals.shots", "signals.similarity",
    "signals.motion", "moments.ranking", "moments.choose", "moments.clip_edges", "moments.picture_criteria",
)  # fmt: skip
COMPARE_SHOTS = ("signals.cutaways", "signals.shots", "signals.similarity")
"""What these change are the shots and how they are compared, which takes longest."""
Labelled = tuple[Path, MediaInfo, Analysis, Truth]


def thresholds(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Names and values of the numbers, and of the pairs of numbers, that a module itself defines."""
    body = ast.parse(inspect.getsource(module)).body
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    for name in (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)):
        value = getattr(module, name)
        parts = value if isinstance(value, tuple) else (value,)
        if parts and all(type(part) in (int, float) for part in parts):
            yield name, value


@contextmanager
def changed(module: ModuleType, name: str, factor: float) -> Iterator[None]:
    """The constant multiplied, whole numbers kept whole, for as long as the context lasts."""
    value = getattr(module, name)
    scaled = [type(part)(part * factor) for part in (value if isinstance(value, tuple) else (value,))]
    setattr(module, name, tuple(scaled) if isinstance(value, tuple) else scaled[0])
    try:
        yield
    finally:
        setattr(module, name, value)


def mean_f1(recordings: list[Labelled], anew: bool) -> float:
    """Mean F1 of the choice at the length that the scorer asks for; `anew` compares the shots again."""
    score = scorer()
    found = []
    for file, info, known, truth in recordings:
        analysis = replace(known, compared=None if anew else known.departures)
        if not anew:
            analysis.__dict__["shots"] = known.shots
        wish = Highlights(total_ms=score.want(truth) * 1000)
        picks = choose([RecordingSignals("m", file.name, info, analysis)], wish).picks
        found.append(score.score(truth, [[pick.start_ms / 1000, pick.end_ms / 1000] for pick in picks])["f1"])
    return float(np.mean(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=[""])
    parser.add_argument("--by", default="0.8,1.25")
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "highlight-thresholds")
    parser.add_argument("--folder", type=Path, default=SHARED / "composed")
    asked = parser.parse_args()
    factors = [float(part) for part in asked.by.split(",")]
    recordings: list[Labelled] = []
    for told in sorted(asked.folder.glob("*.truth.json")):
        file, truth = told.with_name(told.name.replace(".truth.json", ".mp4")), json.loads(told.read_text())
        info = probe(file)
        recordings.append((file, info, analyse(file, info, cache=asked.cache, progress=no_progress), truth))
    usual = mean_f1(recordings, anew=False)
    print(f"mean F1 of {len(recordings)} recordings: {usual:.3f}", flush=True)
    for path in (path for path in MODULES if any(part in path for part in asked.parts)):
        module = importlib.import_module(f"highlight_mcp.engine.{path}")
        for name, value in list(thresholds(module)):
            changes = []
            for factor in factors:
                with changed(module, name, factor):
                    changes.append(mean_f1(recordings, anew=path in COMPARE_SHOTS) - usual)
            told = "  ".join(f"x{factor:g} {change:+.3f}" for factor, change in zip(factors, changes, strict=True))
            print(f"{path}.{name} = {value}:  {told}{'  !' if max(map(abs, changes)) > 0.01 else ''}", flush=True)


if __name__ == "__main__":
    main()
