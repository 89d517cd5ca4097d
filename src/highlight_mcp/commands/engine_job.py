"""Runs one job of the engine, as the backend does, and shows its progress on stderr."""

import asyncio
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from tqdm import tqdm

from ..backend.engine_runner import EngineCrashed, EngineRunner
from ..backend_locator import backend_config
from ..contract.addresses import shell_path
from ..contract.errors import ApiError
from ..messages import Message, in_words
from ..settings import Settings


class JobFailed(Exception):
    """The engine refused or failed; the text is meant for the person at the shell."""


def run_job(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the job and return its result. An end of ours, in whatever way, ends the engine too. Raises JobFailed."""
    children = EngineRunner(replace(backend_config(Settings.load()), fork_server=None))
    with tqdm(
        total=100, leave=False, file=sys.stderr, disable=None, bar_format="{desc:<42.42} {bar} {n:3.0f} %"
    ) as bar:
        try:
            found: dict[str, Any] = in_words(asyncio.run(children.run("job", spec, progress=partial(_show, bar))))
        except ApiError as error:
            raise JobFailed(f"{error.fault.message} {error.fault.next_step}".strip()) from None
        except EngineCrashed as death:
            raise JobFailed(f"The engine stopped without an answer ({death.detail or 'killed'}). Try again.") from None
        return found


def media_entries(files: list[str]) -> list[dict[str, Any]]:
    """Probe files for a job; media ids are `med_1`, `med_2`, … in the order given."""
    entries = []
    for number, file in enumerate(files, 1):
        path = shell_path(file)
        found = run_job({"job": "probe", "path": str(path)})
        info = {**found["info"], "media_id": f"med_{number}"}
        entries.append({"info": info, "path": str(path), "file": found["file"]})
    return entries


def cache_dir() -> str:
    """Where analyses are kept: the same place as the backend's."""
    folder = Settings.load().home / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _show(bar: Any, stage: str, done: float, total: float, message: Message) -> None:
    bar.n = min(100.0, 100 * done / (total or 100))
    bar.set_description_str(str(message) or stage, refresh=True)
