"""`highlight-mcp analyse`: the moments of one file, best first."""

import argparse
import json
import sys

from ..contract.addresses import shell_path
from ..timeline.time import format_time
from .engine_job import JobFailed, cache_dir, run_job
from .interruption import stoppable
from .reel import exit_with_error


@stoppable
def run(arguments: argparse.Namespace) -> int:
    """Print the ranked moments with their evidence."""
    spec = {"job": "analyse", "path": str(shell_path(arguments.file))}
    try:
        found = run_job(spec if arguments.no_cache else {**spec, "cache": cache_dir()})
    except JobFailed as error:
        return exit_with_error(str(error))
    if arguments.json:
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        return 0
    for number, moment in enumerate(found["moments"], 1):
        times = f"{format_time(moment['start_ms'])}-{format_time(moment['end_ms'])}"
        sys.stdout.write(f"{number:3}. {times:<19} {moment['confidence']:<6} {moment['why']}\n")
    if not found["moments"]:
        sys.stdout.write("No moment stands out.\n")
    return 0
