"""Everything that runs in one backend process, put together."""

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from ..contract.codes import ContractError, fault
from . import database_file, sqlite
from .accounts import Accounts
from .activity import Activity
from .attempts import Attempts
from .board import Board
from .children import Children
from .config import BackendConfig
from .database import Database
from .dispatcher import Dispatcher
from .events import Events
from .fault_points import FaultPoints
from .housekeeping import Housekeeper
from .jobs import EDIT, RENDER, UPLOAD, JobRunner, key_of
from .links import Links
from .looking import Looks
from .media import MediaShelf
from .probing import Prober
from .reconciler import Reconciler
from .renders import Renders
from .room import Room
from .sessions import Sessions
from .taking import taking
from .termination import kill_leftover
from .turns import Turns
from .uploads import Uploads
from .versions import Versions
from .web.download import Downloads

log = logging.getLogger(__name__)

STOP_S = 2.0
Rows = Turns | Renders | Uploads


@dataclass(frozen=True)
class Services:
    """What the HTTP handlers work with."""

    config: BackendConfig
    secret: str
    database: Database
    accounts: Accounts
    sessions: Sessions
    shelf: MediaShelf
    history: Versions
    turns: Turns
    renders: Renders
    uploads: Uploads
    prober: Prober
    downloads: Downloads
    children: Children
    board: Board
    dispatcher: Dispatcher
    reconciler: Reconciler
    links: Links
    activity: Activity
    housekeeper: Housekeeper
    looks: Looks
    events: Events

    async def cancel(self, kind: str, job_id: str) -> bool:
        """Cancel a job: it is refunded at once and its child is gone within two seconds. False when it was over."""
        works: dict[str, Rows] = {EDIT: self.turns, RENDER: self.renders, UPLOAD: self.uploads}
        if not await asyncio.to_thread(works[kind].close, job_id, "cancelled", fault("cancelled")):
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
    services = await asyncio.to_thread(_opened, config)
    reconciling = asyncio.create_task(services.reconciler.run())
    keeping = asyncio.create_task(services.housekeeper.run())
    try:
        yield services
    finally:
        for task in (reconciling, keeping):
            task.cancel()
        await asyncio.gather(reconciling, keeping, return_exceptions=True)
        await services.looks.close()
        await asyncio.to_thread(services.dispatcher.close)
        services.children.close()
        await asyncio.to_thread(_rescue, services.database)
        services.database.close()


def _opened(config: BackendConfig) -> Services:
    """Everything, put together. Raises ContractError when the database or SQLite itself is unfit."""
    config.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    problem = database_file.problem_of(config)
    if problem is not None:
        raise ContractError(problem)
    try:
        sqlite.check_version()
        if not config.database_file.exists():
            sqlite.check(config.home)
        return _build(config)
    except sqlite.Unfit as error:
        raise ContractError(fault("no_database", error.what, next_step=error.step)) from error
    except sa.exc.DBAPIError as error:
        problem = database_file.fault_of(error.orig or error, config)
        if problem is None:
            raise
        raise ContractError(problem) from error


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
    database_file.leave_mark(config)
    secret = config.secret or secrets.token_urlsafe(32)
    points, board, children = FaultPoints(config.faults.die_at), Board(), Children(config)
    attempts, shelf, history = Attempts(database), MediaShelf(database), Versions(database)
    _end_leftovers(attempts, config)
    accounts = Accounts(database, secret, strict=config.strict)
    accounts.prepare()
    runner = JobRunner(config, children, attempts, board, points)
    turns = Turns(database, runner, board, shelf, history, points, str(config.cache), strict=config.strict)
    renders = Renders(config, database, runner, attempts, board, points)
    room = Room(config.home, config.limits.free_space)
    # The jobs run in an event loop of their own, which can share neither a prober nor downloads with the requests.
    take = taking(config, Prober(config, children, shelf), Downloads(config, room))
    uploads = Uploads(database, board, shelf, take)
    dispatcher = Dispatcher(config, database)
    housekeeper = Housekeeper(config, shelf, renders, dispatcher)
    housekeeper.sweep()
    work: dict[str, Rows] = {EDIT: turns, RENDER: renders, UPLOAD: uploads}
    dispatcher.launch(work)
    reconciler = Reconciler(database, dispatcher, attempts, work, config.timing.reconcile)
    return Services(
        config=config,
        secret=secret,
        database=database,
        accounts=accounts,
        sessions=Sessions(database),
        shelf=shelf,
        history=history,
        turns=turns,
        renders=renders,
        uploads=uploads,
        prober=Prober(config, children, shelf),
        downloads=Downloads(config, room),
        children=children,
        board=board,
        dispatcher=dispatcher,
        reconciler=reconciler,
        links=Links(),
        activity=Activity(),
        housekeeper=housekeeper,
        looks=Looks(config, children, board),
        events=Events(database),
    )


def _end_leftovers(attempts: Attempts, config: BackendConfig) -> None:
    """Children end with their backend by themselves; this is for one that hangs."""
    marker = config.child_command[-1]
    for leftover in attempts.leftovers():
        if kill_leftover(leftover.pid, leftover.started, marker):
            log.warning("ended engine process %s of an earlier backend", leftover.pid)
