"""`highlight-mcp plan`: what would be cut, without rendering."""

import argparse
import json
import sys
from typing import Any

from ..timeline.model import Timeline
from ..timeline.summary import summary
from ..timeline.time import format_time
from .engine_job import JobFailed, cache_dir, media_entries, run_job
from .interruption import stoppable
from .reel import exit_with_error, split_words


@stoppable
def run(arguments: argparse.Namespace) -> int:
    """Print the timeline that the words would make, and why."""
    files, wish = split_words(arguments.words)
    if not files:
        return exit_with_error(
            'Name the footage first, then what you want: highlight-mcp plan match.mp4 "a one-minute reel".'
        )
    try:
        planned = _plan(files, wish)
    except JobFailed as error:
        return exit_with_error(str(error))
    if arguments.json:
        sys.stdout.write(json.dumps(planned, ensure_ascii=False) + "\n")
    else:
        _show(planned)
    return 0


def _plan(files: list[str], wish: str) -> dict[str, Any]:
    media = media_entries(files)
    done = run_job(
        {
            "job": "edit",
            "instruction": wish,
            "operations": None,
            "language": None,
            "timeline": None,
            "media": media,
            "cache": cache_dir(),
        }
    )
    kept = ("timeline", "picks", "message", "not_understood")
    return {**{name: done[name] for name in kept}, "status": done["status"], "media": media}


def _show(planned: dict[str, Any]) -> None:
    sys.stdout.write(planned["message"] + "\n")
    if planned["timeline"]:
        sys.stdout.write(summary(Timeline.model_validate(planned["timeline"])) + "\n")
    for number, pick in enumerate(planned["picks"], 1):
        times = f"{format_time(pick['start_ms'])}-{format_time(pick['end_ms'])}"
        sys.stdout.write(f"{number:3}. {pick['source']} {times:<19} {pick['why']}\n")
