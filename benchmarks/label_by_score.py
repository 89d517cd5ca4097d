"""Labels a match of your own by its score board, so that `benchmarks/moments.py` can score the moments found in it.

    uv run --extra score python benchmarks/label_by_score.py FILE [--out FOLDER] [--model FOLDER]
    python benchmarks/moments.py FOLDER

Each change of the score is an event, from `--before` s before the board says so to `--after` s after, as strong as the
points it brings, at most 3. Where the board was away the event ends where the old score was last seen, and all of
the time until the new one was seen counts neither way. A change that was read badly (`--sure`, 0..1) is left
neutral as well. Written is FOLDER/NAME.truth.json (beside FILE unless `--out` names a folder); nothing is uploaded,
and the recording is not copied.
The model is that of `highlight-mcp extras fetch score`, or in the folder of `--model`.

Such labels say when the score changed and nothing of saves, fouls and near misses: picks of those count as wrong, so
that precision is a lower bound. Recall of goals is what to look at. Look through the times that are printed: what the
board says is read by a model.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highlight_mcp.engine.errors import EngineError
from highlight_mcp.engine.extras.catalogue import SCORE
from highlight_mcp.engine.job_process import no_progress
from highlight_mcp.engine.media.probe import probe
from highlight_mcp.engine.scoreboard.changes import ScoreBoard, ScoreChange, score_board
from highlight_mcp.settings import Settings
from highlight_mcp.timeline.media import MediaInfo
from highlight_mcp.timeline.time import clock

_MOST_STRENGTH = 3  # of the scorer
_KNOWN_MS = 2_000  # ms between the last look at the old score and the first at the new one; more is a gap


@dataclass(frozen=True)
class Span:
    """What belongs to a change, in seconds around it; and how sure (0..1) it must have been read."""

    before_s: float
    after_s: float
    sure: float


def labels(board: ScoreBoard, media: MediaInfo, file: str, span: Span) -> dict[str, Any]:
    """The truth about a recording as the scorer reads it, from what its board says. Times in seconds."""
    duration = media.duration_ms / 1000
    events: list[dict[str, Any]] = []
    neutral: list[list[float]] = []
    for change in board.changes:
        since, at = change.since_ms / 1000, change.at_ms / 1000
        shown_by = since if at - since > _KNOWN_MS / 1000 else at
        first, last = max(0.0, since - span.before_s), min(duration, shown_by + span.after_s)
        if change.sure < span.sure:
            neutral.append([round(first, 2), round(min(duration, at + span.after_s), 2)])
            continue
        if shown_by < at:
            neutral.append([round(last, 2), round(min(duration, at + span.after_s), 2)])
        events.append({
            "id": len(events), "start": round(first, 2), "end": round(last, 2), "peak": round(since, 2), "cue": "v",
            "strength": _points(change), "label": _told(change), "score": list(change.after),
        })  # fmt: skip
    return {
        "file": file, "profile": "labelled by score", "duration": duration, "fps": float(media.frame_rate or 0),
        "width": media.width, "height": media.height, "audio": media.has_sound, "events": events, "distractors": [],
        "neutral": neutral, "cuts": [], "sources": [Path(file).name],
        "score_changes": [{"t": one.at_ms / 1000, "score": list(one.after), "sure": one.sure} for one in board.changes],
        "made_with": "highlight-mcp, the score board as read by its extra; not seen by a person",
    }  # fmt: skip


def _points(change: ScoreChange) -> int:
    return max(1, min(_MOST_STRENGTH, sum(change.after) - sum(change.before)))


def _told(change: ScoreChange) -> str:
    return f"{change.side} {change.before[0]}-{change.before[1]} to {change.after[0]}-{change.after[1]}"


def _model(folder: Path | None) -> Path:
    """The folder of the model. Exits with what to do where it, or a package, is missing."""
    models = {SCORE.name: folder} if folder is not None else Settings.load().models
    if SCORE.state(models) != "ready":
        sys.exit(str(SCORE.next_step(models)))
    return models[SCORE.name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--before", type=float, default=6.0, help="s before the board changes that belong to it")
    parser.add_argument("--after", type=float, default=1.5, help="s after it")
    parser.add_argument("--sure", type=float, default=0.6, help="0..1, how surely a change must have been read")
    wish = parser.parse_args()
    file: Path = wish.file.resolve()
    out: Path = wish.out.resolve() if wish.out is not None else file.parent
    try:
        media = probe(file)
        board = score_board(file, media, _model(wish.model), cache=None, progress=no_progress)
    except EngineError as error:
        sys.exit(error.text)
    if not board.found:
        sys.exit(f"no score board was found in {file.name}")
    out.mkdir(parents=True, exist_ok=True)
    named = file.name if out == file.parent else str(file)
    truth = labels(board, media, named, Span(wish.before, wish.after, wish.sure))
    for change in board.changes:
        left = "" if change.sure >= wish.sure else ", left neutral"
        print(f"{clock(change.at_ms // 1000)}  {_told(change)}  (read {change.sure:.2f}{left})")
    told = out / f"{file.stem}.truth.json"
    told.write_text(json.dumps(truth, indent=1))
    print(f"{len(truth['events'])} events in {told}")


if __name__ == "__main__":
    main()
