"""What edits and renders have in common: one engine child per attempt, how attempts end, what is known of each.

a child answers            → its result goes on to the concluding step
it reports an error        → the job fails with that error
it dies without an answer  → a second attempt, then the job is given up
the job is cancelled       → the child is gone within two seconds
the backend dies           → the child ends with it; the next backend starts a new attempt

The record of attempts is in the database; how far a running one has come, and when anybody last asked for anything,
is known to this process alone.
"""

import asyncio
import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import sqlalchemy as sa
from dbos import DBOS

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..messages import Message, verbatim
from .config import BackendConfig, Reached
from .database import Database, now_ms
from .engine_runner import EngineCancelled, EngineCrashed, EngineRunner, OnQuestion, no_answer
from .storage import os_fault
from .tables import RUNNING, attempts

_NOTHING = verbatim("")


@dataclass(frozen=True)
class Progress:
    """One progress report; `percent` never falls during a job. `at` is monotonic seconds."""

    stage: str = ""
    percent: int = 0
    message: Message = _NOTHING
    at: float = 0.0


class ProgressStore:
    """Thread-safe: jobs write from their event loop, requests read from theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: dict[str, Progress] = {}

    def report(self, job: str, stage: str, done: float, total: float, message: Message) -> None:
        """Write a report; a fall in per cent is levelled out."""
        percent = int(min(max(100 * done / total, 0), 100)) if total > 0 else 0
        with self._lock:
            before = self._steps.get(job, Progress())
            percent = max(before.percent, percent)
            self._steps[job] = replace(before, stage=stage, percent=percent, message=message, at=time.monotonic())

    def read(self, job: str) -> Progress:
        """The last report; an empty one for a job that has not reported."""
        with self._lock:
            return self._steps.get(job, Progress())

    def forget(self, job: str) -> None:
        """The job is over."""
        with self._lock:
            self._steps.pop(job, None)


class Activity:
    """Counts requests and open streams. Only the event loop's thread uses it."""

    def __init__(self) -> None:
        self._open = 0
        self._last = time.monotonic()

    @contextmanager
    def request(self) -> Iterator[None]:
        """A request, from its first byte to the last byte of its answer."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1
            self._last = time.monotonic()

    @property
    def idle_before_this_s(self) -> float:
        """Seconds of quiet before the one request that is open now; 0.0 while there are more."""
        return 0.0 if self._open > 1 else time.monotonic() - self._last

    def touch(self) -> None:
        """Work goes on; the waiting starts anew."""
        self._last = time.monotonic()

    @property
    def idle_s(self) -> float:
        """Seconds since anything happened; 0.0 while a request is open."""
        return 0.0 if self._open else time.monotonic() - self._last


MAX_DEATHS = 2
DIED, LOST = "died", "lost"


@dataclass(frozen=True)
class OrphanProcess:
    """A child that an earlier backend started and did not see end."""

    pid: int
    started: float


class Attempts:
    """The attempts of all jobs. A death of the backend is no fault of the job: it counts as `lost`."""

    def __init__(self, database: Database, most_lost: int | None = None) -> None:
        self._database = database
        self._most_lost = most_lost

    def begin(self, job: str) -> str:
        """Write down that a child is about to start. Returns the id of the attempt.

        Raises ApiError when the children of this job died twice without an answer, or more than `most_lost` backends
        while they worked on it.
        """
        mine = attempts.c.job_id == job
        with self._database.write() as connection:
            _lose(connection, mine)
            ended = sa.select(attempts.c.outcome, sa.func.count()).where(mine).group_by(attempts.c.outcome)
            counts: dict[str, int] = dict(connection.execute(ended).tuples().all())
            is_deadly = self._most_lost is not None and counts.get(LOST, 0) > self._most_lost
            if counts.get(DIED, 0) >= MAX_DEATHS or is_deadly:
                raise ApiError(
                    error_info("backend_error", "backend.crashed_twice").model_copy(update={"retryable": False})
                )
            number = (connection.scalar(sa.select(sa.func.max(attempts.c.number)).where(mine)) or 0) + 1
            values = {"id": secrets.token_hex(8), "job_id": job, "number": number, "outcome": RUNNING}
            connection.execute(attempts.insert().values(**values, started_ms=now_ms()))
        return str(values["id"])

    def started(self, attempt: str, pid: int, started: float) -> None:
        """The child runs."""
        self._update(attempt, pid=pid, pid_started=started)

    def end(self, attempt: str, outcome: str, problem: ErrorInfo | None = None) -> None:
        """How the attempt ended."""
        text = None if problem is None else problem.stored()
        self._update(attempt, outcome=outcome, fault=text, finished_ms=now_ms())

    def explain(self, job: str, problem: ErrorInfo) -> None:
        """Write why a job fails into its newest attempt."""
        newest = sa.select(sa.func.max(attempts.c.number)).where(attempts.c.job_id == job).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(
                attempts.update()
                .where(attempts.c.job_id == job, attempts.c.number == newest)
                .values(fault=problem.stored())
            )

    def leftovers(self) -> list[OrphanProcess]:
        """Children of an earlier backend; their attempts are marked as lost."""
        query = sa.select(attempts.c.pid, attempts.c.pid_started).where(attempts.c.outcome == RUNNING)
        with self._database.write() as connection:
            orphans = [OrphanProcess(row.pid, row.pid_started) for row in connection.execute(query) if row.pid]
            _lose(connection, sa.true())
        return orphans

    def last_fault(self, connection: sa.Connection, job: str) -> ErrorInfo | None:
        """Why the newest attempt of a job failed, None when it did not say."""
        query = sa.select(attempts.c.fault).where(attempts.c.job_id == job).order_by(attempts.c.number.desc())
        text = connection.scalar(query.limit(1))
        return None if text is None else ErrorInfo.model_validate(json.loads(text))

    def _update(self, attempt: str, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(attempts.update().where(attempts.c.id == attempt).values(**values))


def _lose(connection: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    running = which & (attempts.c.outcome == RUNNING)
    connection.execute(attempts.update().where(running).values(outcome=LOST, finished_ms=now_ms()))


log = logging.getLogger(__name__)

EDIT, RENDER, UPLOAD = "edit", "render", "upload"
KINDS = (EDIT, RENDER, UPLOAD)

MakeSpec = Callable[[str], dict[str, Any]]


class AttemptFailed(Exception):
    """The job cannot be done. Why stands in its last attempt; the reconciler tells its owner."""


class JobHandler(Protocol):
    """One kind of job."""

    async def run(self, job_id: str) -> dict[str, Any]:
        """Do the heavy part in a child. Raises JobFailed."""

    def conclude(self, job_id: str, result: dict[str, Any]) -> None:
        """Make the result durable and settle, exactly once however often it is called. Raises JobFailed."""


def key_of(kind: str, job_id: str) -> str:
    """The name of a job across kinds; also the id of its workflow and of its ledger rows."""
    return f"{kind}:{job_id}"


class JobRunner:
    """Runs the children of jobs and keeps the record of attempts."""

    def __init__(
        self,
        config: BackendConfig,
        children: EngineRunner,
        attempts: Attempts,
        progress_store: ProgressStore,
        reached: Reached,
    ) -> None:
        self._timing = config.timing
        self._children = children
        self._attempts = attempts
        self._progress_store = progress_store
        self._reached = reached

    async def run(self, key: str, make_spec: MakeSpec, answer: OnQuestion = no_answer) -> dict[str, Any]:
        """Run the child of a job, once more if it dies; `answer` is for what it asks. Raises JobFailed."""
        while True:
            try:
                attempt = await asyncio.to_thread(self._attempts.begin, key)
            except ApiError as given_up:
                await asyncio.to_thread(self._attempts.explain, key, given_up.fault)
                raise AttemptFailed(given_up.fault.kind) from None
            result = await self._attempt(key, attempt, make_spec, answer)
            if result is not None:
                return result

    async def _attempt(self, key: str, attempt: str, make_spec: MakeSpec, answer: OnQuestion) -> dict[str, Any] | None:
        """One attempt; None when the child died and another one may be tried."""
        outcome, problem = "cancelled", None
        try:
            self._reached("before_child")
            result = await self._supervised(key, attempt, make_spec(attempt), answer)
            outcome = "done"
            self._reached("after_child")
            return result
        except EngineCrashed:
            outcome = DIED
            return None
        except EngineCancelled:
            raise AttemptFailed("cancelled") from None
        except ApiError as error:
            outcome, problem = "failed", error.fault
            raise AttemptFailed(error.fault.kind) from None
        except OSError as error:
            outcome, problem = "failed", os_fault(error)
            raise AttemptFailed(problem.kind) from error
        finally:
            await asyncio.shield(asyncio.to_thread(self._attempts.end, attempt, outcome, problem))

    async def _supervised(self, key: str, attempt: str, spec: dict[str, Any], answer: OnQuestion) -> dict[str, Any]:
        """The child beside a watch over who owns the job; losing it ends the child."""
        child = asyncio.create_task(
            self._children.run(
                key,
                spec,
                progress=partial(self._progress_store.report, key),
                on_start=lambda pid, started: self._attempts.started(attempt, pid, started),
                answer=answer,
            )
        )
        fence = asyncio.create_task(self._publish_progress(key))
        try:
            await asyncio.wait({child, fence}, return_when=asyncio.FIRST_COMPLETED)
            if not child.done():
                await fence
            return await child
        finally:
            for task in (child, fence):
                task.cancel()
            await asyncio.gather(child, fence, return_exceptions=True)

    async def _publish_progress(self, key: str) -> None:
        """Write progress into the database now and then; each write also checks that we still own the job."""
        shown = None
        while True:
            await asyncio.sleep(self._timing.progress)
            step = self._progress_store.read(key)
            if step == shown:
                continue
            shown = step
            try:
                await DBOS.set_event_async("progress", {"stage": step.stage, "percent": step.percent})
            except Exception as error:  # noqa: BLE001  (progress is best effort; losing ownership is no Exception)
                log.info("progress of %s was not written: %s", key, error)
