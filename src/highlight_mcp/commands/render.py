"""`highlight-mcp render`: a timeline from a JSON file becomes an MP4."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..contract.addresses import shell_path
from ..core.files import move_to_free_name
from .engine_job import JobFailed, run_job
from .interruption import stoppable
from .output_file import UnusableOutput, partial_of, target_of
from .reel import exit_with_error


@stoppable
def run(arguments: argparse.Namespace) -> int:
    """Render to a partial file of our own beside the target, then give it a name that nothing has yet."""
    try:
        output = target_of(arguments.output)
    except UnusableOutput as error:
        return exit_with_error(str(error))
    partial = partial_of(output)
    try:
        spec = _spec(shell_path(arguments.timeline), partial, arguments.preset)
        output.parent.mkdir(parents=True, exist_ok=True)
        facts = run_job(spec)
        output = move_to_free_name(partial, output.parent, *_halves(output.name))
    except (JobFailed, OSError, ValueError) as error:
        return exit_with_error(str(error))
    finally:
        partial.unlink(missing_ok=True)
    if arguments.json:
        sys.stdout.write(json.dumps({"path": str(output), **facts}, ensure_ascii=False) + "\n")
    else:
        for check in facts["checks"]:
            sys.stdout.write(f"{'ok ' if check['ok'] else 'BAD'} {check['name']}: {check['detail']}\n")
        sys.stdout.write(f"{output}\n")
    return 0


def _halves(name: str) -> tuple[str, str]:
    """What a number goes between, when another run has taken the name meanwhile."""
    return (name[:-4], name[-4:]) if name.lower().endswith(".mp4") else (name, "")


def _spec(file: Path, partial: Path, preset: str) -> dict[str, Any]:
    """The render job of a file made by `plan --json`, which carries its media."""
    written = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(written, dict) or not written.get("timeline") or not written.get("media"):
        raise ValueError(f"{file} holds no timeline with its media. Make one with: highlight-mcp plan … --json")
    return {
        "job": "render",
        "timeline": written["timeline"],
        "media": written["media"],
        "output": str(partial),
        "preset": preset,
    }
