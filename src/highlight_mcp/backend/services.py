"""Everything that runs in one backend process, put together."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from ..contract.errors import ApiError, error_info
from ..contract.session import UploadSource
from . import sqlite
from .api.incoming import UrlFetcher
from .cleanup import Cleaner
from .config import BackendConfig
from .database import Database
from .edits import EditJobs
from .engine_runner import EngineRunner
from .job_queue import JobQueue, Reconciler
from .jobs import EDIT, RENDER, UPLOAD, Activity, Attempts, JobRunner, ProgressStore, key_of
from .ledger import Accounts
from .media_store import MediaLinks, MediaRecord, MediaStore, Prober, display_path, resolve
from .preview_jobs import PreviewJobs
from .processes import kill_leftover
from .renders import RenderJobs
from .sessions import ChangeFeedSource, SessionStore, VersionStore
from .storage import FreeSpace
from .uploads import Take, UploadJobs


def taking(config: BackendConfig, prober: Prober, downloads: UrlFetcher) -> Take:
    """How the job of an upload takes a source in: a path in place, an address by fetching it."""

    async def take(asked: UploadSource, job: str) -> MediaRecord:
        if asked.path is not None:
            path = await asyncio.to_thread(resolve, asked.path, config.readable_roots, config.media_roots)
            return await prober.probe(path, display_path(asked.path), owned=False, job=job)
        received = await downloads.fetch(asked.url or "")
        return await prober.probe(received.path, received.name, owned=True, job=job)

    return take


log = logging.getLogger(__name__)

STOP_S = 2.0
JobTables = EditJobs | RenderJobs | UploadJobs


class Poked(Protocol):
    """Who looks at the open jobs."""

    def poke(self) -> None:
        """A job was queued."""


class Beside(Protocol):
    """What goes on beside the requests."""

    async def run(self) -> None:
        """Go on until cancelled."""


@dataclass(frozen=True)
class Services:
    """What the HTTP handlers work with."""

    config: BackendConfig
    secret: str
    database: Database
    accounts: Accounts
    sessions: SessionStore
    media_store: MediaStore
    history: VersionStore
    turns: EditJobs
    renders: RenderJobs
    uploads: UploadJobs
    prober: Prober
    downloads: UrlFetcher
    children: EngineRunner
    progress_store: ProgressStore
    dispatcher: JobQueue
    reconciler: Poked
    links: MediaLinks
    activity: Activity
    looks: PreviewJobs
    events: ChangeFeedSource
    beside: tuple[Beside, ...] = ()

    async def cancel(self, kind: str, job_id: str) -> bool:
        """Cancel a job: it is refunded at once and its child is gone within two seconds. False when it was over."""
        works: dict[str, JobTables] = {EDIT: self.turns, RENDER: self.renders, UPLOAD: self.uploads}
        if not await asyncio.to_thread(works[kind].close, job_id, "cancelled", error_info("cancelled")):
            return False
        key = key_of(kind, job_id)
        await asyncio.to_thread(self.dispatcher.cancel, key)
        self.children.stop(key)
        await asyncio.to_thread(self.children.wait_gone, key, STOP_S)
        if kind == RENDER:
            await asyncio.to_thread(self.renders.sweep, job_id)
        return True

    def busy_jobs(self) -> int:
        """Jobs that are queued or running, and looks at footage."""
        rows = (self.turns, self.renders, self.uploads)
        return sum(len(each.open_ids()) for each in rows) + self.looks.running()


@asynccontextmanager
async def open_services(config: BackendConfig) -> AsyncIterator[Services]:
    """Open the data directory and start working. Only one process may do so at a time (see `process.serve`)."""
    async with serving(await asyncio.to_thread(_opened, config)) as services:
        yield services


@asynccontextmanager
async def serving(services: Services) -> AsyncIterator[Services]:
    """Services at work; they are closed at the end."""
    tasks = [asyncio.create_task(each.run()) for each in services.beside]
    try:
        yield services
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.looks.close()
        await asyncio.to_thread(services.dispatcher.close)
        services.children.close()
        await asyncio.to_thread(_rescue, services.database)
        services.database.close()


def _opened(config: BackendConfig) -> Services:
    """Everything, put together. Raises ApiError when the database or SQLite itself is unfit."""
    config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if config.database is not None:
        return _build(config)
    problem = sqlite.problem_of(config)
    if problem is not None:
        raise ApiError(problem)
    try:
        sqlite.check_version()
        if not config.database_file.exists():
            sqlite.check(config.home)
        return _build(config)
    except sqlite.UnfitSqlite as error:
        raise ApiError(error_info("no_database", error.what, next_step=error.step)) from error
    except sa.exc.DBAPIError as error:
        problem = sqlite.fault_of(error.orig or error, config)
        if problem is None:
            raise
        raise ApiError(problem) from error


def _rescue(database: Database) -> None:
    """What was deleted under our hands is put back, as long as we still hold it."""
    try:
        place = database.rescue()
    except (OSError, sqlite3.Error):
        log.exception("the database was deleted and could not be written again")
        return
    if place is not None:
        log.warning("the database was deleted or replaced while it was in use; its content is in %s", place)


def _build(config: BackendConfig) -> Services:
    database = Database(config.database_url)
    database.migrate()
    database.hold()
    if database.file is not None:
        sqlite.leave_mark(config)
    secret = config.secret or secrets.token_urlsafe(32)
    progress_store, children = ProgressStore(), EngineRunner(config)
    attempts, media_store, history = Attempts(database), MediaStore(database), VersionStore(database)
    _end_leftovers(attempts, config)
    accounts = Accounts(database, secret, strict=config.strict)
    accounts.prepare()
    runner = JobRunner(config, children, attempts, progress_store, config.reached)
    turns = EditJobs(
        database, runner, progress_store, media_store, history, config.reached, str(config.cache), shared=config.shared
    )
    renders = RenderJobs(config, database, runner, attempts, progress_store, config.reached)
    room = FreeSpace(config.home, config.limits.free_space)
    # The jobs run in an event loop of their own, which can share neither a prober nor downloads with the requests.
    take = taking(config, Prober(config, children, media_store), UrlFetcher(config, room))
    uploads = UploadJobs(database, progress_store, media_store, take, shared=config.shared)
    dispatcher = JobQueue(config, database)
    housekeeper = Cleaner(config, media_store, renders, dispatcher)
    housekeeper.sweep()
    work: dict[str, JobTables] = {EDIT: turns, RENDER: renders, UPLOAD: uploads}
    dispatcher.launch(work)
    reconciler = Reconciler(database, dispatcher, attempts, work, config.timing.reconcile)
    return Services(
        config=config,
        secret=secret,
        database=database,
        accounts=accounts,
        sessions=SessionStore(database),
        media_store=media_store,
        history=history,
        turns=turns,
        renders=renders,
        uploads=uploads,
        prober=Prober(config, children, media_store),
        downloads=UrlFetcher(config, room),
        children=children,
        progress_store=progress_store,
        dispatcher=dispatcher,
        reconciler=reconciler,
        links=MediaLinks(),
        activity=Activity(),
        looks=PreviewJobs(config, children, progress_store),
        events=ChangeFeedSource(database),
        beside=(reconciler, housekeeper),
    )


def _end_leftovers(attempts: Attempts, config: BackendConfig) -> None:
    """Children end with their backend by themselves; this is for one that hangs."""
    marker = config.child_command[-1]
    for leftover in attempts.leftovers():
        if kill_leftover(leftover.pid, leftover.started, marker):
            log.warning("ended engine process %s of an earlier backend", leftover.pid)
