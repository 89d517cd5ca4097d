"""The durable workflows. They are thin: run the child in one step, make its result durable in another.

Names, order of steps and `APPLICATION_VERSION` belong together: stored workflows are continued by
name, so the version is raised whenever the order of steps changes, and only then.
"""

import asyncio
import threading
from collections.abc import Mapping
from typing import Any

from dbos import DBOS

from .jobs import EDIT, RENDER, UPLOAD, AttemptFailed, JobHandler, key_of

APPLICATION_VERSION = "jobs-1"

_work: dict[str, JobHandler] = {}
_active: set[str] = set()
_lock = threading.Lock()


def register_worker(work: Mapping[str, JobHandler]) -> None:
    """Say who does the work of each kind in this process."""
    _work.clear()
    _work.update(work)


def active_jobs() -> frozenset[str]:
    """Keys of the jobs whose workflow really runs in this process."""
    with _lock:
        return frozenset(_active)


@DBOS.step(name="child", preemptible=True)
async def run_child(kind: str, job_id: str) -> dict[str, Any]:
    """The heavy step; a cancelled workflow cancels it."""
    return await _work[kind].run(job_id)


def _may_retry(error: BaseException) -> bool:
    return not isinstance(error, AttemptFailed)


@DBOS.step(name="conclude", retries_allowed=True, max_attempts=5, interval_seconds=0.5, should_retry=_may_retry)
async def conclude(kind: str, job_id: str, result: dict[str, Any]) -> None:
    """Make the result durable and settle."""
    await asyncio.to_thread(_work[kind].conclude, job_id, result)


@DBOS.workflow(name=EDIT)
async def edit(job_id: str) -> None:
    """One edit turn."""
    await _steps(EDIT, job_id)


@DBOS.workflow(name=RENDER)
async def render(job_id: str) -> None:
    """One render."""
    await _steps(RENDER, job_id)


@DBOS.workflow(name=UPLOAD)
async def upload(job_id: str) -> None:
    """One upload."""
    await _steps(UPLOAD, job_id)


async def _steps(kind: str, job_id: str) -> None:
    with _lock:
        _active.add(key_of(kind, job_id))
    try:
        result = await run_child(kind, job_id)
        await conclude(kind, job_id, result)
    finally:
        with _lock:
            _active.discard(key_of(kind, job_id))
