"""A worker of a team: takes jobs out of the queue under a number of its own; any number of them on a machine."""

import asyncio
import logging
import os
import signal
from contextlib import suppress
from dataclasses import replace
from functools import partial

from ..api.incoming import UrlFetcher
from ..cleanup import trim_cache
from ..database import Database
from ..edits import EditJobs
from ..engine_runner import EngineRunner
from ..job_queue import Reconciler
from ..jobs import EDIT, RENDER, UPLOAD, Attempts, JobHandler
from ..media_store import MediaStore, Prober
from ..services import JobTables
from ..sessions import VersionStore
from ..storage import FreeSpace
from ..uploads import UploadJobs
from .blobs import Blobs
from .cleaning import clean_store
from .footage import Footage, Intake, TeamConfig, TeamRunner
from .front import require_tables
from .looks import LookJobs, TeamProgress, register_looks
from .notices import CANCELLED, Notices
from .own_home import own_home
from .queue import Leader, TeamQueue
from .reels import TeamRenders
from .slots import Slot, SlotLost

log = logging.getLogger(__name__)

TRIM_S = 600.0
HISTORY_MS = 14 * 86_400_000
PATIENCE_S = 60.0
"""A job does not fail for a database that is away for less."""
MOST_LOST = 5
"""Workers that may die at a job before it is taken for the reason."""
LOST = 75
"""Exit status of a worker whose number somebody else has; it is to be started again."""


def work(config: TeamConfig, blobs: Blobs, ready: "Ready") -> int:
    """Work until SIGTERM or SIGINT; what runs then is taken over by others. Returns the exit status.

    Raises ApiError for a database without the tables of this release.
    """
    os.umask(0o077)
    return asyncio.run(_TeamWorker(config, blobs, ready).run())


def _stop(children: EngineRunner, key: str | None) -> None:
    if key is not None:
        children.stop(key)


class Ready:
    """Is told what number a worker has once it takes jobs."""

    def told(self, name: str) -> None:
        """`name` is what the queue calls it."""
        log.warning("%s takes jobs", name)


class _TeamWorker:
    """One run."""

    def __init__(self, config: TeamConfig, blobs: Blobs, ready: Ready) -> None:
        assert config.database is not None
        self._url = config.database
        self._config = config
        self._blobs = blobs
        self._ready = ready
        self._ending = asyncio.Event()

    async def run(self) -> int:
        database = Database(self._url, PATIENCE_S)
        require_tables(database)
        slot = Slot(self._url)
        with own_home(self._config.common, slot.name) as home:
            return await self._at_work(replace(self._config, home=home), database, slot)

    async def _at_work(self, config: TeamConfig, database: Database, slot: Slot) -> int:
        notices = Notices(self._url)
        progress_store, children = TeamProgress(notices), EngineRunner(config)
        notices.on(CANCELLED, partial(_stop, children))
        queue = TeamQueue(config, database, notices, slot.name)
        parts = (config, database, slot, notices, progress_store, children, queue)
        leader = await asyncio.to_thread(self._launched, *parts)
        notices.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._ending.set)
        self._ready.told(slot.name)
        try:
            return await self._until_over([leader.keep(), leader.lead(), progress_store.tell(), self._trim(config)])
        finally:
            # Children end with this process, and their jobs are handed back as soon as its lock is gone.
            log.warning("%s ends", slot.name)

    def _launched(
        self,
        config: TeamConfig,
        database: Database,
        slot: Slot,
        notices: Notices,
        progress_store: TeamProgress,
        children: EngineRunner,
        queue: TeamQueue,
    ) -> Leader:
        """Everything put together, and jobs taken from then on."""
        attempts = Attempts(database, MOST_LOST)
        media_store, history = MediaStore(database), VersionStore(database)
        room = FreeSpace(config.home, config.limits.free_space)
        footage = Footage(config, self._blobs, room)
        runner = TeamRunner(footage, config, children, attempts, progress_store, config.reached)
        turns = EditJobs(
            database, runner, progress_store, media_store, history, config.reached, str(config.cache), shared=True
        )
        renders = TeamRenders(self._blobs, config, database, runner, attempts, progress_store, config.reached)
        downloads = UrlFetcher(config, room)
        intake = Intake(config, self._blobs, footage, Prober(config, children, media_store), downloads)
        uploads = UploadJobs(database, progress_store, media_store, intake.taking(database), shared=True)
        tables: dict[str, JobTables] = {EDIT: turns, RENDER: renders, UPLOAD: uploads}
        handlers: dict[str, JobHandler] = {**tables}
        register_looks(LookJobs(config, children, footage, self._blobs, notices, progress_store))
        queue.launch(handlers)
        reconciler = Reconciler(database, queue, attempts, tables, config.timing.reconcile)
        return Leader(slot, queue, reconciler, lambda: clean_store(database, self._blobs, queue, HISTORY_MS))

    async def _until_over(self, work: "list[object]") -> int:
        tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
        ending = asyncio.create_task(self._ending.wait())
        done, _ = await asyncio.wait([*tasks, ending], return_when=asyncio.FIRST_COMPLETED)
        for task in (*tasks, ending):
            task.cancel()
        for task in done - {ending}:
            with suppress(SlotLost):
                task.result()
            log.error("this worker's number was taken by another one, or it broke down")
            return LOST
        return 0

    async def _trim(self, config: TeamConfig) -> None:
        """Keep what was fetched within its bounds."""
        while True:
            await asyncio.to_thread(trim_cache, config.blobs, config.footage_mb * 2**20)
            await asyncio.to_thread(trim_cache, config.cache, config.cache_mb * 2**20)
            await asyncio.sleep(TRIM_S)
