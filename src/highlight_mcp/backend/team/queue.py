"""The queue of a team: fronts put jobs into it, workers take them out, each account in its turn."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from dbos import DBOSClient, DBOSConfig
from dbos._serialization import DBOSPortableJSON

from ...contract.errors import ApiError, error_info
from ..config import BackendConfig
from ..database import Database
from ..job_queue import APPLICATION, PENDING, JobQueue, Reconciler
from .notices import QUEUED, Notices, tell_within
from .slots import Slot

log = logging.getLogger(__name__)

FRONT = "front"
LOOK = "look"
LOOK_SLOTS = 2
MOST_WAITING = 100
"""Jobs of one account that may wait or run; who asks for more is told to come back."""
RETRY_S = 30
POOL = 6
"""Connections that the queue of one worker may hold."""
EVERY_S = 1.0
HOUR_S = 3_600.0


_WAITING = """
SELECT count(*) FROM dbos.workflow_status
WHERE queue_partition_key = :partition AND status IN ('ENQUEUED', 'PENDING', 'DELAYED')
"""


class TeamQueue(JobQueue):
    """Told and asked by fronts; worked on by workers."""

    def __init__(self, config: BackendConfig, database: Database, notices: Notices, executor: str = FRONT) -> None:
        super().__init__(config, database, executor)
        self._notices = notices
        notices.on(QUEUED, self._ring)

    def connect(self) -> None:
        """Only put jobs in and ask about them: for a front."""
        self._client = self._connect()

    def enqueue(self, connection: sa.Connection, kind: str, job_id: str, partition: str) -> None:
        """As for one machine; workers hear of it with the commit.

        Raises ApiError `rate_limited` for an account that has too many jobs waiting.
        """
        waiting = sa.text(_WAITING)
        if (connection.scalar(waiting, {"partition": partition}) or 0) >= MOST_WAITING:
            raise ApiError(error_info("rate_limited", retry_after_s=RETRY_S))
        super().enqueue(connection, kind, job_id, partition)
        tell_within(connection, QUEUED, kind)

    def enqueue_with(self, kind: str, key: str, partition: str, *arguments: Any) -> None:
        """Queue a job that has no rows of its own."""
        asked = {"queue_name": kind, "workflow_name": kind, "workflow_id": key, "queue_partition_key": partition}
        self._running_client.enqueue({**asked, "app_version": self.version}, *arguments)  # type: ignore[typeddict-item]
        self._notices.tell(QUEUED, kind)

    def result(self, key: str) -> Any:
        """What a job has returned; None while it goes on, and for one that has failed."""
        found = self._running_client.list_workflows(workflow_ids=[key], load_input=False)
        return found[0].output if found else None

    def wake(self, kind: str) -> None:
        """Tell all workers that jobs of a kind wait."""
        self._notices.tell(QUEUED, kind)

    def poke(self) -> None:
        """Nothing: workers hear of a job with its commit."""

    def hand_back(self, slot: Slot) -> None:
        """Give the jobs of dead workers back to their queues."""
        pending = self._running_client.list_workflows(status=PENDING, load_input=False, load_output=False)
        for executor in {each.executor_id for each in pending if each.executor_id}:
            with slot.dead(executor) as is_dead:
                for each in pending if is_dead else ():
                    if each.executor_id == executor and each.queue_name:
                        log.warning("%s is dead; %s goes back to its queue", executor, each.workflow_id)
                        self._running_client.resume_workflow(each.workflow_id, queue_name=each.queue_name)
                        self.wake(each.queue_name)

    def _ring(self, kind: str | None) -> None:
        for name, worker in list(self._workers.items()):
            if kind in (name, None):
                worker.bell.ring()

    def _settings(self) -> DBOSConfig:
        return {**super()._settings(), "run_migrations": False, "serializer": DBOSPortableJSON,
                "sys_db_pool_size": POOL}  # fmt: skip

    def _slots(self) -> dict[str, int]:
        return {**super()._slots(), LOOK: LOOK_SLOTS}

    def _connect(self) -> DBOSClient:
        """JSON, not pickles: who can write to the database shall not run code in every worker."""
        return DBOSClient(
            system_database_engine=self._database.engine, application_name=APPLICATION, serializer=DBOSPortableJSON
        )


class Leader:
    """One worker at a time closes jobs that have failed, hands back those of the dead, and cleans up."""

    def __init__(self, slot: Slot, queue: TeamQueue, reconciler: Reconciler, clean: Callable[[], None]) -> None:
        self._slot = slot
        self._queue = queue
        self._reconciler = reconciler
        self._clean = clean
        self._cleaned = float("-inf")
        # Threads of their own: a turn may wait for a store that is away, and no sign of life may wait behind it.
        self._threads = ThreadPoolExecutor(2, "leader")

    async def keep(self) -> None:
        """Hold the number of this worker and give signs of life until cancelled. Raises SlotLost."""
        while True:
            await self._in_thread(self._slot.keep)
            await asyncio.sleep(EVERY_S)

    async def lead(self) -> None:
        """Look after the jobs of all whenever it is this worker that does, until cancelled."""
        while True:
            try:
                await self._in_thread(self._turn)
            except Exception:
                log.exception("the jobs could not be looked after")
            await asyncio.sleep(EVERY_S)

    async def _in_thread(self, call: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _turn(self) -> None:
        if not self._slot.leads():
            return
        self._queue.hand_back(self._slot)
        self._reconciler.reconcile()
        if time.monotonic() - self._cleaned >= HOUR_S:
            self._cleaned = time.monotonic()
            self._clean()
