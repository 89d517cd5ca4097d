"""Loading ahead what jobs need, in a process that will do some or be forked for them."""

import gc
import importlib
from collections.abc import Iterable

from .__main__ import JOBS
from .job_process import no_progress

SAMPLES = (
    "undo",
    "speed up clip 2 to 2x, then a crossfade and the title “Final”",
    "cut the first 3 seconds of the last clip",
    "把第二段静音，再剪掉第一段前三秒",
)
"""Words of each kind: what reading them loads and compiles is then there."""


def load_jobs(names: Iterable[str]) -> None:
    """Import what jobs of these names need."""
    for name in names:
        importlib.import_module(f"highlight_mcp.engine.{JOBS[name]}")
    _keep()


def load_words() -> None:
    """Read some words, so that every job finds read what it needs for its own."""
    from .edit import job

    for words in SAMPLES:
        job.run({"instruction": words}, no_progress)
    _keep()


def _keep() -> None:
    """What is loaded stays: no process looks through it for garbage, which would copy its pages."""
    gc.collect()
    gc.freeze()
