"""How much each threshold of the signals and the moments matters: F1 when it alone is another one.

    python benchmarks/thresholds.py [PART …] [--by 0.8,1.25] [--cache FOLDER] [--open] [--recordings PART]

For each numeric constant of the modules below (those whose name contains a PART; default: all but `LOOKING`), the
labelled recordings (those whose name contains the PART) are judged anew with the constant multiplied by each factor.
Printed: the constant, its value and the change of mean F1 per factor, also that of the cuts where it may change;
`!` where that of the choice changes by more than 0.01. `--open` tries
those alone whose comment says that they were not varied. What decides where to look (`LOOKING`) needs another reading
of the footage for each factor, 5 to 9 CPU s for each recording.
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
from typing import Any, Literal

import numpy as np
from judging import Truth, scorer
from moments import SHARED
from numpy.typing import NDArray

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals, choose
from highlight_mcp.engine.signals.analysis import Analysis, analyse
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import Highlights

MODULES = (
    "signals.outbursts", "signals.sound_activity", "signals.cutaways", "signals.shots",
    "signals.similarity", "signals.motion",
    "moments.moment", "moments.ranking", "moments.choose", "moments.clip_edges", "moments.picture_criteria",
    "moments.sound_criteria",
)  # fmt: skip
LOOKING = (
    "signals.packets", "signals.sampling_plan", "signals.samplers", "signals.sampling", "signals.scan",
    "signals.frame_changes",
)  # fmt: skip
COMPARE_SHOTS = ("signals.cutaways", "signals.shots", "signals.similarity")
"""What these change are the shots and how they are compared, which takes longest."""
Labelled = tuple[Path, MediaInfo, Analysis, Truth]


def thresholds(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Names and values of the numbers, and of the pairs of numbers, that a module itself defines."""
    body = ast.parse(inspect.getsource(module)).body
    parts = [part for node in body if isinstance(node, ast.Assign) for part in _named(node)]
    for name in (part.id for part in parts if isinstance(part, ast.Name)):
        value = getattr(module, name)
        parts = value if isinstance(value, tuple) else (value,)
        if parts and all(type(part) in (int, float) for part in parts):
            yield name, value


def is_open(module: ModuleType, name: str) -> bool:
    """Whether the comment on a constant's line, or on the one above it, says that it was not varied."""
    lines = inspect.getsource(module).splitlines()
    nodes = (node for node in ast.parse("\n".join(lines)).body if isinstance(node, ast.Assign))
    (node,) = (one for one in nodes if any(getattr(part, "id", "") == name for part in _named(one)))
    above, here = lines[node.lineno - 2 : node.lineno]
    return "not varied" in (here if "#" in here else above)


def _named(node: ast.Assign) -> Iterator[ast.AST]:
    return (part for target in node.targets for part in ast.walk(target))


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


def judged(recordings: list[Labelled], anew: Literal["", "compared", "looked"] = "") -> NDArray[np.float64]:
    """Mean F1 of the choice at the length that the scorer asks for, and of the shots' boundaries; (2,).

    What `anew` names is done again first, and all that follows from it.
    """
    score = scorer()
    found = []
    for file, info, known, truth in recordings:
        if anew == "looked":
            known = analyse(file, info, cache=None, progress=no_progress)
        if anew == "compared":
            analysis = replace(known, compared=None, parted=None)
        else:
            analysis = replace(known, compared=known.departures, parted=tuple(known.shots))
        wish = Highlights(total_ms=score.want(truth) * 1000)
        picks = choose([RecordingSignals("m", file.name, info, analysis)], wish).picks
        chosen = score.score(truth, [[pick.start_ms / 1000, pick.end_ms / 1000] for pick in picks])
        boundaries = score.cuts(truth, [shot.start_ms / 1000 for shot in analysis.shots[1:]])
        found.append((chosen["f1"], boundaries["f1"]))
    return np.asarray(np.mean(found, axis=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=[""])
    parser.add_argument("--by", default="0.8,1.25")
    parser.add_argument("--cache", type=Path, default=Path(gettempdir()) / "highlight-thresholds")
    parser.add_argument("--folder", type=Path, default=SHARED / "composed")
    parser.add_argument("--recordings", default="")
    parser.add_argument("--open", action="store_true")
    asked = parser.parse_args()
    factors = [float(part) for part in asked.by.split(",")]
    recordings: list[Labelled] = []
    for told in sorted(file for file in asked.folder.glob("*.truth.json") if asked.recordings in file.name):
        file, truth = told.with_name(told.name.replace(".truth.json", ".mp4")), json.loads(told.read_text())
        info = probe(file)
        recordings.append((file, info, analyse(file, info, cache=asked.cache, progress=no_progress), truth))
    usual = judged(recordings)
    print(f"mean F1 of {len(recordings)} recordings: {usual[0]:.3f}, of their cuts: {usual[1]:.3f}", flush=True)
    known = MODULES if asked.parts == [""] else (*MODULES, *LOOKING)
    for path in (path for path in known if any(part in path for part in asked.parts)):
        module = importlib.import_module(f"highlight_mcp.engine.{path}")
        anew = "looked" if path in LOOKING else "compared" if path in COMPARE_SHOTS else ""
        for name, value in list(thresholds(module)):
            if asked.open and not is_open(module, name):
                continue
            told, most = [], 0.0
            for factor in factors:
                try:
                    with changed(module, name, factor):
                        picks, cuts = judged(recordings, anew) - usual
                except (IndexError, ValueError) as error:
                    told.append(f"x{factor:g} cannot be alone: {error}")
                    continue
                told.append(f"x{factor:g} {picks:+.3f}" + (f" (cuts {cuts:+.3f})" if anew else ""))
                most = max(most, abs(picks))
            print(f"{path}.{name} = {value}:  {'  '.join(told)}{'  !' if most > 0.01 else ''}", flush=True)


if __name__ == "__main__":
    main()
