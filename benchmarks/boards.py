"""How well goals are read off score boards: recall, false ones per hour, error of the time, acts shown, CPU seconds.

    python benchmarks/boards.py OUT MODEL --set development --make 10 --fonts FOLDER
    python benchmarks/boards.py OUT MODEL --set held

Recordings are made once, into OUT (outside the repository): real clips of the shared footage folder with boards drawn
over them. The sets share no layout, hardly a font and no place the camera stays at. Held-back ones are for looking at
last: `held` was looked at once and is for development since, `later` was made after that.
MODEL is the folder of the extra `score`. Fonts that the styles name are searched for in the folders given, else
DejaVu is drawn. Any other recordings in OUT count as ones of any set, those without a truth as ones without goals.

What such recordings cannot show: boards of real broadcasts. Use them to compare, not to promise.
"""

import argparse
import json
import resource
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from boarding.recording import Footage, Recording, write
from boarding.styles import style_of

from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.moments.goal_criteria import goals
from highlight_mcp.engine.scoreboard.changes import ScoreChange, score_board
from highlight_mcp.engine.signals.analysis import analyse

REPOSITORY = Path(__file__).resolve().parents[1]
CLIPS = Path(__file__).resolve().parents[2] / "shared" / "footage" / "video"
BASES = {
    "development": ("car_road_topview.mp4", "highway_drive.mp4", "bottles_belt_noaudio.mp4", "bee_thistle.mp4"),
    "later": ("nasa_multistream.mp4", "crystal_tabletop.webm", "chaplin_1910s.mp4", "stream_of_water.mp4"),
    "held": ("loud_quiet_timecode.mp4", "flower_timelapse.mp4", "frog_tabletop.webm", "fall_leaves_cuts_noaudio.mp4"),
}
ACTS = {
    "development": ("highway_drive.mp4", "chaplin_1910s.mp4", "car_road_topview.mp4"),
    "later": ("bee_thistle.mp4", "highway_drive.mp4", "friday_1940_speech.mp4"),
    "held": ("friday_1940_speech.mp4", "stream_of_water.mp4", "highway_drive.mp4"),
}
BREAKS = {
    "development": ("friday_1940_speech.mp4", "flower_timelapse.mp4"),
    "later": ("flower_timelapse.mp4", "fall_leaves_cuts_noaudio.mp4"),
    "held": ("crystal_tabletop.webm", "nasa_multistream.mp4"),
}
SEEDS = {"development": 100, "held": 900, "later": 500}
SIZES = ((1280, 720), (640, 360), (854, 480), (1280, 720), (960, 540))
GROUPS = (20, 50, 100, 250)
SPORTS = ("football", "basketball", "football", "tennis")
IN_COLUMNS = ("table", "stacked")
SECONDS = 220.0
_EARLY_S = 1.0  # s that a change may be known too early or too late


@dataclass
class Tally:
    """Counts over some recordings."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    truths: int = 0
    found: int = 0
    false: int = 0
    acts: int = 0
    errors: list[float] = field(default_factory=list)

    def told(self) -> str:
        error = f"{median(self.errors):.2f}/{max(self.errors):.2f}" if self.errors else "-"
        share = f"{self.found / self.truths:.3f} ({self.found}/{self.truths})" if self.truths else "-"
        shown = f"{self.acts / self.found:.3f}" if self.found else "-"
        return (
            f"recall {share}, false {self.false} in {self.seconds / 3600:.2f} h, time error median/max {error} s, "
            f"acts shown {shown}, CPU s {self.cpu_s:.1f}"
        )


def make(pool: str, number: int, out: Path, fonts: tuple[Path, ...]) -> None:
    """Write one recording of a set with its truth, unless it is there."""
    seed = SEEDS[pool] + number
    file = out / f"{pool}_{seed}.mp4"
    truth = file.with_suffix(".truth.json")
    if truth.exists():
        return
    style = style_of(pool, seed, number)
    sport = SPORTS[number % len(SPORTS)]
    if style.layout == "table" or (sport == "tennis" and style.layout not in IN_COLUMNS):
        sport = "tennis" if style.layout == "table" else "football"
    recording = Recording(file, style, sport, SECONDS, SIZES[number % len(SIZES)], GROUPS[number % len(GROUPS)], seed)
    acts, breaks = (tuple(CLIPS / name for name in names[pool]) for names in (ACTS, BREAKS))
    footage = Footage(CLIPS / BASES[pool][number % len(BASES[pool])], acts, breaks, steady=number % 3 == 0)
    truth.write_text(json.dumps(write(recording, footage, fonts), indent=1))


def judge(file: Path, model: Path, tally: Tally) -> str:
    """Read one recording and count what was found."""
    path = file.with_suffix(".truth.json")
    rows: list[dict[str, Any]] = json.loads(path.read_text()).get("score_changes", []) if path.exists() else []
    media = probe(file)
    before = _cpu_s()
    board = score_board(file, media, model, cache=None, progress=no_progress)
    spent = _cpu_s() - before
    left = list(board.changes)
    hits: list[tuple[dict[str, Any], ScoreChange]] = []
    for row in rows:
        match = next((one for one in left if _is(one, row)), None)
        if match is not None:
            left.remove(match)
            hits.append((row, match))
    analysis = analyse(file, media, cache=None, progress=no_progress) if hits else None
    clips = goals(board, analysis) if analysis is not None else []
    for row, change in hits:
        seen = change.at_ms if change.at_ms - change.since_ms < 2_000 else change.since_ms
        if change.at_ms - change.since_ms < 2_000:
            tally.errors.append(abs(seen / 1000 - row["t"]))
        first, last = row.get("act", (row["t"] - 6.0, row["t"]))
        middle = (first + last) / 2
        tally.acts += any(one.start_ms <= middle * 1000 - 1000 and middle * 1000 + 1000 <= one.end_ms for one in clips)
    tally.seconds += media.duration_ms / 1000
    tally.cpu_s += spent
    tally.truths += len(rows)
    tally.found += len(hits)
    tally.false += len(left)
    return f"{file.name}: board {board.found}, {len(hits)} of {len(rows)}, {len(left)} false, {spent:.1f} CPU s"


def _is(change: ScoreChange, row: dict[str, Any]) -> bool:
    known = change.since_ms / 1000 - _EARLY_S <= row["t"] <= change.at_ms / 1000 + _EARLY_S
    return known and list(change.after) == row["score"]


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--set", dest="pool", choices=tuple(SEEDS), default="development")
    parser.add_argument("--make", type=int, default=0, metavar="N", help="make the first N recordings of the set")
    parser.add_argument("--fonts", type=Path, nargs="*", default=[])
    wish = parser.parse_args()
    out: Path = wish.out.resolve()
    if out.is_relative_to(REPOSITORY):
        sys.exit(f"{out} lies inside the repository; recordings do not belong there")
    out.mkdir(parents=True, exist_ok=True)
    for number in range(wish.make):
        make(wish.pool, number, out, tuple(wish.fonts))
    others = [pool for pool in SEEDS if pool != wish.pool]
    tally = Tally()
    for file in sorted(out.glob("*.mp4")):
        if not any(file.name.startswith(f"{other}_") for other in others):
            print(judge(file, wish.model, tally), flush=True)
    print(f"{tally.told()}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")


if __name__ == "__main__":
    main()
