"""Runs one job of the engine in a child process and shows its progress on stderr."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ..settings import Settings


class JobFailed(Exception):
    """The engine refused or failed; the text is meant for the person at the shell."""


def run_job(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the job and return its result.

    The child reads the job from the first line of its input and ends when that pipe closes, so it
    cannot outlive us. Raises JobFailed.
    """
    command = [sys.executable, "-m", "highlight_mcp.engine"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(spec) + "\n")
        child.stdin.flush()
        with tqdm(
            total=100, leave=False, file=sys.stderr, disable=None, bar_format="{desc:<42.42} {bar} {n:3.0f} %"
        ) as bar:
            for line in child.stdout:
                message = json.loads(line)
                if "result" in message:
                    return dict(message["result"])
                if "error" in message:
                    error = message["error"]
                    raise JobFailed(f"{error['message']} {error.get('next_step', '')}".strip())
                _show(bar, message["progress"])
    raise JobFailed(f"The engine stopped without an answer (exit status {child.returncode}). Try again.")


def media_entries(files: list[str]) -> list[dict[str, Any]]:
    """Probe files for a job; media ids are `med_1`, `med_2`, … in the order given."""
    entries = []
    for number, file in enumerate(files, 1):
        path = Path(file).expanduser().absolute()
        found = run_job({"job": "probe", "path": str(path)})
        info = {**found["info"], "media_id": f"med_{number}"}
        entries.append({"info": info, "path": str(path), "file": found["file"]})
    return entries


def surroundings() -> dict[str, Any]:
    """What a job is told from the settings: the folders of the extras' models."""
    return {"models": {name: str(folder) for name, folder in Settings.load().models.items()}}


def cache_dir() -> str:
    """Where analyses are kept: the same place as the backend's."""
    folder = Settings.load().home / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _show(bar: Any, progress: dict[str, Any]) -> None:
    total = progress.get("total") or 100
    bar.n = min(100.0, 100 * progress.get("done", 0) / total)
    bar.set_description_str(progress.get("message") or progress.get("stage") or "", refresh=True)
