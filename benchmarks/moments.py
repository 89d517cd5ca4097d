"""How well moments are found on labelled recordings, next to the naive baselines.

    python benchmarks/moments.py [FOLDER …] [--no-baselines] [--as-heavy] [--models FOLDER]

FOLDER holds NAME.truth.json, each with the name of its recording under `file` (default: the shared composed recordings;
`compose.py` makes more, `label_by_score.py` labels a match of your own).
The scorer beside the footage (tools/score_highlights.py) asks for a reel length and judges the choice; its
baselines need ffmpeg. Printed per recording, per kind and over all kinds: F1 of weighted recall and precision,
recall of events and of their first two seconds, precision, share of distractors, clipped pieces, clips with less
than half a second of another shot at an edge, edges inside a word (where words are known), median error of the
found start, CPU seconds per second. Then how often moments of each confidence are real.

--as-heavy plans as for two hours of 1080p at 5 Mbit/s, where only a few pictures can be looked at.
--models uses the extras whose models lie in the folder, as `highlight-mcp extras fetch` puts them there.
"""

import argparse
import json
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from judging import Rows, Truth, any_foreign, baselines, edges_in_words, flashes, real, scorer, start_error

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.opening import fingerprint
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments import RecordingSignals, choose, rank
from highlight_mcp.engine.moments.senses import closer_looks
from highlight_mcp.engine.signals.analysis import Analysis, analyse, examine
from highlight_mcp.engine.signals.scan import ScanPlan, scan_plan_of
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.operations import Highlights

SHARED = Path(__file__).resolve().parents[2] / "shared" / "footage"
OURS = (
    "f1", "recall", "wrecall", "act", "precision", "dis", "clipped", "flash", "words", "start_err", "shown_s", "want_s",
    "cpu_per_s",
)  # fmt: skip
BASELINES = ("random", "uniform", "loudest", "moving", "sum", "foreign")
_HEAVY_PIXELS, _HEAVY_BYTES_PER_S = 1920 * 1080, 625_000


@dataclass
class Tally:
    """Moments of each confidence: how many there are, how many of them are real."""

    found: dict[str, list[bool]] = field(default_factory=lambda: {"high": [], "medium": [], "low": []})

    def line(self) -> str:
        parts = [
            f"{name} {np.mean(seen):.2f} of {len(seen)}" if seen else f"{name} -" for name, seen in self.found.items()
        ]
        return "real among moments of confidence: " + ", ".join(parts)


def analysed(file: Path, info: MediaInfo, heavy: bool, cache: Path | None = None) -> Analysis:
    """Signals of a recording, planned by its own size (kept in `cache`) or as if it were heavy."""
    if not heavy or info.kind != "video":
        return analyse(file, info, cache=cache, progress=no_progress)
    own = scan_plan_of(info)
    shape = ScanPlan(
        duration_ms=own.duration_ms,
        size_bytes=max(own.size_bytes, _HEAVY_BYTES_PER_S * own.duration_ms // 1000),
        pixels=max(own.pixels, _HEAVY_PIXELS),
        frame_rate=own.frame_rate,
        seekable=own.seekable,
        sound=own.sound,
        least_s=0.0,
    )
    return Analysis(info.fingerprint or fingerprint(file), info.duration_ms, *examine(file, shape, no_progress))


@dataclass(frozen=True)
class Options:
    """How recordings are judged: planned as heavy ones, with baselines, told of in full; folders of models and kept
    signals."""

    heavy: bool
    naive: bool
    verbose: bool
    models: Path | None
    cache: Path | None


def judge(file: Path, truth: Truth, tally: Tally, how: Options) -> dict[str, float]:
    """Our choice for one recording at the length the scorer asks for, and those of the baselines."""
    score = scorer()
    info = probe(file)
    cpu = time.process_time()
    analysis = analysed(file, info, how.heavy, how.cache)
    folders = {each.name: each for each in how.models.iterdir()} if how.models is not None else {}
    looks = closer_looks(file, info, analysis, folders, cache=None, progress=no_progress)
    moments = rank(analysis, closer=looks)
    cpu = time.process_time() - cpu
    want = score.want(truth)
    wish = Highlights(total_ms=want * 1000) if want else Highlights()
    choice = choose([RecordingSignals("m", file.name, info, analysis, looks)], wish)
    picks = choice.picks
    found: dict[str, float] = score.score(truth, [[pick.start_ms / 1000, pick.end_ms / 1000] for pick in picks])
    found["flash"] = flashes(picks, truth)
    found["words"] = edges_in_words(picks, truth)
    found["start_err"] = start_error(moments, truth)
    found["want_s"], found["cpu_per_s"] = want, cpu / (info.duration_ms / 1000)
    found["alarm"] = sum(pick.confidence == "high" for pick in moments) if not truth["events"] else 0
    for one in moments:
        if one.signals.get("kind") != "filler":
            tally.found[one.confidence].append(real(one, truth))
    if how.verbose:
        tell(choice.picks, choice.neighbours, truth)
    if how.naive and truth["events"]:
        found |= baselines(file, truth)
        found["foreign"] = score.score(truth, any_foreign(analysis, want))["f1"]
    return found


def tell(picks: list[Any], others: list[Any], truth: Truth) -> None:
    """What was chosen and left, with what lies there."""
    there = [(e["start"], e["end"], f"EVENT {e['cue']}{e['strength']}") for e in truth["events"]]
    there += [(d["start"], d["end"], d["kind"]) for d in truth["distractors"]]
    for label, some in (("pick", picks), ("next", others)):
        for m in some:
            on = [name for a, b, name in there if a < m.end_ms / 1000 and b > m.start_ms / 1000]
            where = f"{m.start_ms / 1000:8.2f}-{m.end_ms / 1000:8.2f}"
            print(f"   {label} {where} {m.score:5.1f} {m.confidence:6} {on} {m.why}")
    for a, b, name in there:
        if name.startswith("EVENT") and not any(a < m.end_ms / 1000 and b > m.start_ms / 1000 for m in picks):
            print(f"   missed {a:8.2f}-{b:8.2f} {name}")


def means(rows: Rows, names: tuple[str, ...]) -> str:
    values = [np.array([row[name] for row in rows if name in row], float) for name in names]
    return " ".join(f"{np.nanmean(v):9.3f}" if np.isfinite(v).any() else f"{'-':>9}" for v in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[SHARED / "composed"])
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--as-heavy", action="store_true")
    parser.add_argument("--only", default="", help="recordings whose name contains this")
    parser.add_argument("--verbose", action="store_true", help="every pick, and what lies there")
    parser.add_argument("--models", type=Path, help="folder of the models of extras")
    parser.add_argument("--cache", type=Path, help="folder for signals; what is known there costs no CPU seconds")
    wish = parser.parse_args()
    naive = not wish.no_baselines and shutil.which("ffmpeg") is not None
    how = Options(wish.as_heavy, naive, wish.verbose, wish.models, wish.cache)
    names = OURS + (BASELINES if naive else ())
    print(f"{'recording':24}" + " ".join(f"{name:>9}" for name in names))
    rows: dict[str, Rows] = {}
    tally = Tally()
    files = [told for folder in wish.folders for told in sorted(folder.glob("*.truth.json")) if wish.only in told.name]
    if not files:
        sys.exit("there are no labelled recordings there")
    for told in files:
        truth: Truth = json.loads(told.read_text())
        file = told.parent / truth["file"]
        row = judge(file, truth, tally, how)
        if truth["events"]:
            rows.setdefault(truth["profile"], []).append(row)
            print(f"{file.stem:24}{means([row], names)}", flush=True)
        else:
            print(f"{file.stem:24} no events: {row['alarm']:.0f} moments of high confidence", flush=True)
    groups = {**rows, "all": [row for some in rows.values() for row in some]}
    for kind, group in groups.items():
        print(f"{kind + ' mean':24}{means(group, names)}")
    print(tally.line())


if __name__ == "__main__":
    main()
