"""The durable queue and its workflows: DBOS in the same database, launched once per data directory.

A cancelled or failed workflow can run no further step, so everything that must happen after its death is done by the
reconciler, whoever or whatever killed it: refunds for dead jobs, a push for stranded ones.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, WorkflowStatus
from dbos._queue import Queue, queue_worker_thread

from ..contract.errors import ErrorInfo, error_info
from ..contract.wire import iso
from . import postgres
from .config import BackendConfig
from .database import Database, connect_args
from .jobs import EDIT, KINDS, RENDER, UPLOAD, AttemptFailed, Attempts, JobHandler, key_of

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


APPLICATION = "highlight-jobs"
EXECUTOR = "local"
DEAD = frozenset({"ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
PENDING, SUCCESS = "PENDING", "SUCCESS"
ELSEWHERE = "elsewhere"
"""What we call the state of a job that another process works on."""
REST_S = 30.0
"""A queue is looked at when something may have come; so often besides, should word of that be lost."""
CLOSE_S = 5.0


class _Bell(threading.Event):
    """The event that ends the worker of a queue; it wakes it, too. Each look at a queue costs some milliseconds.

    DBOS waits for this event between two looks, so that a wait that ends without it makes the worker look.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()

    def ring(self) -> None:
        """There may be work."""
        self._rung.set()

    def set(self) -> None:
        """Let the worker end."""
        super().set()
        self.ring()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a ring, at most `timeout` s. True when the worker is to end."""
        self._rung.wait(timeout)
        self._rung.clear()
        return self.is_set()


class _Worker:
    """The thread that starts the jobs of a queue."""

    def __init__(self, instance: DBOS, queue: Queue) -> None:
        self.bell = _Bell()
        arguments = (self.bell, instance, queue)
        self._thread = threading.Thread(target=queue_worker_thread, args=arguments, name=queue.name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Start no more jobs."""
        self.bell.set()
        self._thread.join(CLOSE_S)


class JobQueue:
    """Queues jobs in the caller's transaction and asks how they stand. `executor` is the name of this process."""

    def __init__(self, config: BackendConfig, database: Database, executor: str = EXECUTOR) -> None:
        self._config = config
        self._database = database
        self._executor = executor
        self._client: DBOSClient | None = None
        self._workers: dict[str, _Worker] = {}
        self.version = APPLICATION_VERSION

    def launch(self, work: Mapping[str, JobHandler]) -> None:
        """Start working; interrupted jobs go on. Only the holder of the data directory's lock may call this."""
        _quieten()
        register_worker(work)
        instance = DBOS(config=self._settings())
        DBOS.listen_queues([])  # our own workers do, which wake when work comes
        instance._registry.get_internal_queue()._polling_interval_sec = REST_S  # DBOS's own, which nothing of ours uses
        DBOS.launch()
        for kind, slots in self._slots().items():
            queue = DBOS.register_queue(
                kind,
                partition_concurrency=1,
                worker_concurrency=slots,
                polling_interval_sec=REST_S,
                on_conflict="always_update",
            )
            self._workers[kind] = _Worker(instance, queue)
        self._client = self._connect()

    def _settings(self) -> DBOSConfig:
        return DBOSConfig(
            name=APPLICATION,
            system_database_url=postgres.for_dbos(self._config.database_url),
            db_engine_kwargs={"connect_args": connect_args(self._config.database_url)},
            application_version=APPLICATION_VERSION,
            executor_id=self._executor,
            log_level="WARNING",
        )

    def _slots(self) -> dict[str, int]:
        """How many jobs of each kind run here at a time."""
        own = {EDIT: self._config.edit_slots, RENDER: self._config.render_slots, UPLOAD: self._config.edit_slots}
        return {kind: own[kind] for kind in KINDS}

    def _connect(self) -> DBOSClient:
        return DBOSClient(system_database_engine=self._database.engine, application_name=APPLICATION)

    def close(self) -> None:
        """Stop working. Running jobs stay as they are and go on at the next launch."""
        while self._workers:
            self._workers.popitem()[1].close()
        if self._client is not None:
            self._client.destroy()
            self._client = None
        DBOS.destroy()

    def enqueue(self, connection: sa.Connection, kind: str, job_id: str, partition: str) -> None:
        """Queue a job inside the caller's transaction; jobs of one partition run one after another."""
        self._running_client.enqueue_in_transaction(
            connection,
            {
                "queue_name": kind,
                "workflow_name": kind,
                "workflow_id": key_of(kind, job_id),
                "queue_partition_key": partition,
                "app_version": APPLICATION_VERSION,
            },
            job_id,
        )

    def wake(self, kind: str) -> None:
        """Look for jobs of a kind now; to be called while some wait, after the transaction that queued them."""
        if (worker := self._workers.get(kind)) is not None:
            worker.bell.ring()

    def statuses(self, keys: Iterable[str]) -> dict[str, str]:
        """The state of each workflow that exists."""
        wanted = list(keys)
        if not wanted:
            return {}
        workflows = self._running_client.list_workflows(workflow_ids=wanted, load_input=False, load_output=False)
        return {each.workflow_id: self._state(each) for each in workflows}

    def _state(self, workflow: WorkflowStatus) -> str:
        is_elsewhere = workflow.status == PENDING and workflow.executor_id != self._executor
        return ELSEWHERE if is_elsewhere else workflow.status

    def cancel(self, key: str) -> None:
        """Cancel a workflow; nothing happens to one that is over."""
        self._running_client.cancel_workflow(key)

    def resume(self, kind: str, key: str) -> None:
        """Give a stranded workflow back to its queue."""
        self._running_client.resume_workflow(key, queue_name=kind)

    def forget(self, before_ms: int) -> int:
        """Delete the history of workflows that were over before a time. Returns how many."""
        over = [SUCCESS, *sorted(DEAD)]
        workflows = self._running_client.list_workflows(
            status=over, load_input=False, load_output=False, limit=500, completed_before=iso(before_ms)
        )
        if workflows:
            self._running_client.delete_workflows([status.workflow_id for status in workflows])
        return len(workflows)

    @property
    def _running_client(self) -> DBOSClient:
        if self._client is None:
            raise RuntimeError("the dispatcher is not launched")
        return self._client


class _ExpectedFilter(logging.Filter):
    """Cancellations and failed jobs are told to their owner; DBOS would print a traceback for each."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is None:
            return True
        record.exc_info = None
        record.msg, record.args = f"{record.getMessage()} {type(error).__name__}: {error}", ()
        expected = type(error).__name__ in ("JobFailed", "DBOSWorkflowCancelledError", "CancelledError")
        return not expected


def _quieten() -> None:
    logger = logging.getLogger("dbos")
    logger.handlers = [logging.NullHandler()]
    logger.propagate = True
    if not any(isinstance(each, _ExpectedFilter) for each in logger.filters):
        logger.addFilter(_ExpectedFilter())


log = logging.getLogger(__name__)

ALIVE = frozenset({PENDING, ELSEWHERE, "ENQUEUED", "DELAYED"})
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
                open_jobs = await asyncio.to_thread(self.reconcile)
            except Exception:
                log.exception("the reconciler could not look at the jobs")
                open_jobs = 1
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), self._every_s if open_jobs else REST_S)

    def reconcile(self) -> int:
        """One look at all open jobs. Returns how many there are."""
        open_jobs = {key_of(kind, job): (kind, job) for kind, rows in self._work.items() for job in rows.open_ids()}
        statuses = self._dispatcher.statuses(open_jobs)
        waiting = {key for key in open_jobs if key not in active_jobs() and statuses.get(key) != ELSEWHERE}
        for kind in {open_jobs[key][0] for key in waiting}:
            self._dispatcher.wake(kind)
        for key, (kind, job) in open_jobs.items():
            status = statuses.get(key, "missing")
            if status not in ALIVE:
                self._close(kind, job, status)
            self._watch(kind, key, stranded=status == PENDING and key not in active_jobs())
        for gone in set(self._suspects) - set(open_jobs):
            del self._suspects[gone]
        return len(open_jobs)

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
