"""The backend inside a front of a team: it takes requests, puts jobs into the queue and tells of them. No engine."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from ...contract.errors import ApiError, error_info
from ...contract.session import UploadSource
from ..api.incoming import UrlFetcher
from ..app import OpenServices
from ..config import BackendConfig
from ..database import SCHEMA_VERSION, Database, schema
from ..edits import EditJobs
from ..jobs import Activity, Attempts, JobRunner
from ..media_store import MediaLinks, MediaRecord, MediaStore, Prober
from ..preview_jobs import PreviewJobs
from ..services import Services, serving
from ..sessions import ChangeFeedSource, SessionStore, VersionStore
from ..storage import FreeSpace
from ..uploads import UploadJobs
from .blobs import Blobs
from .looks import RemoteEngine, TeamProgress
from .notices import CHANGED, Notices
from .own_home import own_home
from .people import TeamAccounts
from .queue import TeamQueue
from .reels import TeamRenders


def require_tables(database: Database) -> None:
    """Raises ApiError for a database that has not been migrated to this release."""
    try:
        with database.read() as connection:
            found = connection.scalar(sa.select(schema.c.version))
    except sa.exc.ProgrammingError:
        found = None
    if found != SCHEMA_VERSION:
        raise ApiError(error_info("no_database", "backend.not_migrated"))


def opening(database: Database, accounts: TeamAccounts, blobs: Blobs) -> OpenServices:
    """How the services of a front are opened."""
    return partial(_open, database, accounts, blobs)


@asynccontextmanager
async def _open(
    database: Database, accounts: TeamAccounts, blobs: Blobs, config: BackendConfig
) -> AsyncIterator[Services]:
    assert config.database is not None
    notices = Notices(config.database)
    with own_home(config.home, "front") as home:  # another front may have the same data directory
        own = replace(config, home=home)
        built = await asyncio.to_thread(_built, own, database, accounts, blobs, notices)
        notices.start()
        try:
            async with serving(built) as services:
                yield services
        finally:
            await asyncio.to_thread(notices.close)


def _built(
    config: BackendConfig, database: Database, accounts: TeamAccounts, blobs: Blobs, notices: Notices
) -> Services:
    progress_store = TeamProgress(notices)
    queue = TeamQueue(config, database, notices)
    queue.connect()
    children = RemoteEngine(config, queue, notices, blobs, progress_store)
    attempts, media_store, history = Attempts(database), MediaStore(database), VersionStore(database)
    runner = JobRunner(config, children, attempts, progress_store, config.reached)
    events = ChangeFeedSource(database)
    notices.on(CHANGED, lambda _value: events.ring())
    return Services(
        config=config,
        secret=secrets.token_urlsafe(32),
        database=database,
        accounts=accounts,
        sessions=SessionStore(database),
        media_store=media_store,
        history=history,
        turns=EditJobs(
            database, runner, progress_store, media_store, history, config.reached, str(config.cache), shared=True
        ),
        renders=TeamRenders(blobs, config, database, runner, attempts, progress_store, config.reached),
        uploads=UploadJobs(database, progress_store, media_store, _not_here, shared=True),
        prober=Prober(config, children, media_store),
        downloads=UrlFetcher(config, FreeSpace(config.home, config.limits.free_space)),
        children=children,
        progress_store=progress_store,
        dispatcher=queue,
        reconciler=queue,
        links=MediaLinks(),
        activity=Activity(),
        looks=PreviewJobs(config, children, progress_store),
        events=events,
    )


async def _not_here(_asked: UploadSource, _job: str) -> MediaRecord:
    raise ApiError(error_info("not_supported", "backend.uploads_are_jobs"))
