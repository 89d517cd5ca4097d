"""`highlight-mcp render`: a timeline from a JSON file becomes an MP4."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .engine_job import JobFailed, run_job
from .reel import fail


def run(arguments: argparse.Namespace) -> int:
    """Render to a partial file beside the target, then rename; an existing target is never overwritten."""
    output = Path(arguments.output).expanduser().absolute()
    if output.exists():
        return fail(f"{output} exists already. Choose another name or remove it.")
    partial = output.with_name(f".{output.name}.part")
    try:
        spec = _spec(Path(arguments.timeline), partial, arguments.preset)
        output.parent.mkdir(parents=True, exist_ok=True)
        facts = run_job(spec)
        partial.rename(output)
    except (JobFailed, OSError, ValueError) as error:
        return fail(str(error))
    finally:
        partial.unlink(missing_ok=True)
    if arguments.json:
        sys.stdout.write(json.dumps({"path": str(output), **facts}, ensure_ascii=False) + "\n")
    else:
        for check in facts["checks"]:
            sys.stdout.write(f"{'ok ' if check['ok'] else 'BAD'} {check['name']}: {check['detail']}\n")
        sys.stdout.write(f"{output}\n")
    return 0


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
