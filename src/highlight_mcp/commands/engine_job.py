"""Runs one job of the engine in a child process and shows its progress on stderr."""

import json
import subprocess
import sys
from contextlib import suppress
from typing import Any

from tqdm import tqdm

from ..contract.paths import shell_path
from ..messages import in_words
from ..settings import Settings
from .stopping import holding

GRACE_S = 3.0


class JobFailed(Exception):
    """The engine refused or failed; the text is meant for the person at the shell."""


def run_job(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the job and return its result.

    The child reads the job from the first line of its input and ends when that pipe closes, so it
    cannot outlive us. Raises JobFailed.
    """
    command = [sys.executable, "-m", "highlight_mcp.engine"]
    # A session of its own: Ctrl-C at the terminal is for us, and we end the child.
    child = None
    try:
        with holding():
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        result = _converse(child, spec)
    except KeyboardInterrupt:
        if child is not None:
            _end(child)
        raise
    finally:
        if child is not None:
            with child:  # closes the pipes and waits
                pass
    if result is not None:
        return result
    raise JobFailed(f"The engine stopped without an answer (exit status {child.returncode}). Try again.")


def _converse(child: "subprocess.Popen[str]", spec: dict[str, Any]) -> dict[str, Any] | None:
    """Give the child its job and show its progress; its result, None when it ended without. Raises JobFailed."""
    assert child.stdin is not None and child.stdout is not None
    with suppress(BrokenPipeError):
        child.stdin.write(json.dumps(spec) + "\n")
        child.stdin.flush()
    with tqdm(
        total=100, leave=False, file=sys.stderr, disable=None, bar_format="{desc:<42.42} {bar} {n:3.0f} %"
    ) as bar:
        result: dict[str, Any] | None = None
        for line in child.stdout:  # to its end: a child whose pipe closes earlier takes its output back
            message = json.loads(line)
            if "result" in message:
                result = in_words(message["result"])
                continue
            if "error" in message:
                error = in_words(message["error"])
                raise JobFailed(f"{error['message']} {error.get('next_step', '')}".strip())
            _show(bar, in_words(message["progress"]))
    return result


def _end(child: "subprocess.Popen[str]") -> None:
    """End the child, which removes its partial output, and wait until it is gone."""
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def media_entries(files: list[str]) -> list[dict[str, Any]]:
    """Probe files for a job; media ids are `med_1`, `med_2`, … in the order given."""
    entries = []
    for number, file in enumerate(files, 1):
        path = shell_path(file)
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
