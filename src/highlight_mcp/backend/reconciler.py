"""Brings our rows and the workflows together: refunds for dead jobs, a push for stranded ones.

A cancelled or failed workflow can run no further step, so everything that must happen after its
death happens here, whoever or whatever killed it.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from ..contract.errors import ErrorInfo, error_info
from . import job_queue
from .database import Database
from .job_queue import PENDING, JobQueue
from .jobs import RENDER, Attempts, key_of

log = logging.getLogger(__name__)

ALIVE = frozenset({PENDING, "ENQUEUED", "DELAYED"})
STRANDED_S = 5.0
REST_S = 30.0


class JobTable(Protocol):
    """The rows of one kind of job."""

    def open_ids(self) -> list[str]:
        """Jobs that are not over."""

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        """End a job without a result. False when it was over."""


class Reconciler:
    """Looks at all open jobs several times a second, and rests while there are none.

    It wakes the queue while jobs wait, so that this looks at its tables when there is something to find.
    """

    def __init__(
        self,
        database: Database,
        dispatcher: JobQueue,
        attempts: Attempts,
        work: Mapping[str, JobTable],
        every_s: float,
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._attempts = attempts
        self._work = work
        self._every_s = every_s
        self._suspects: dict[str, float] = {}
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """A job was queued; to be called from the event loop."""
        self._poked.set()

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            self._poked.clear()
            try:
                open_jobs = await asyncio.to_thread(self.tick)
            except Exception:
                log.exception("the reconciler could not look at the jobs")
                open_jobs = 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), self._every_s if open_jobs else REST_S)

    def tick(self) -> int:
        """One look at all open jobs. Returns how many there are."""
        found = {key_of(kind, job): (kind, job) for kind, rows in self._work.items() for job in rows.open_ids()}
        statuses = self._dispatcher.statuses(found)
        for kind in {kind for key, (kind, _) in found.items() if key not in job_queue.active_jobs()}:
            self._dispatcher.wake(kind)
        for key, (kind, job) in found.items():
            status = statuses.get(key, "missing")
            if status not in ALIVE:
                self._close(kind, job, status)
            self._watch(kind, key, stranded=status == PENDING and key not in job_queue.active_jobs())
        for gone in set(self._suspects) - set(found):
            del self._suspects[gone]
        return len(found)

    def _watch(self, kind: str, key: str, *, stranded: bool) -> None:
        """A job that nobody works on for a while goes back to its queue."""
        if not stranded:
            self._suspects.pop(key, None)
            return
        since = self._suspects.setdefault(key, time.monotonic())
        if time.monotonic() - since >= STRANDED_S:
            log.warning("%s was stranded; it goes back to its queue", key)
            self._dispatcher.resume(kind, key)
            self._suspects.pop(key, None)

    def _close(self, kind: str, job: str, status: str) -> None:
        """End a job whose workflow is over; one that ended by itself since its row was read is left as it is."""
        key = key_of(kind, job)
        with self._database.read() as connection:
            known = self._attempts.last_fault(connection, key)
        if self._work[kind].close(job, "failed", known or _default(kind)) and known is None:
            log.warning("%s ended as %s without a reason", key, status)


def _default(kind: str) -> ErrorInfo:
    return error_info("render_failed" if kind == RENDER else "backend_error", f"backend.{kind}_failed")
