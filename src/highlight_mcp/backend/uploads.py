"""Uploads as jobs: a list of files and addresses that is worked through, whoever is still there to hear of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.redaction import printable
from ..contract.session import LeftOut, UploadSource, UploadStart
from ..messages import Message, message
from . import sessions
from .database import Database, now_ms
from .edits import Enqueue
from .engine_runner import EngineCancelled
from .jobs import UPLOAD, AttemptFailed, Progress, ProgressStore, key_of
from .ledger import Account
from .media_store import MediaRecord, MediaStore
from .storage import os_fault
from .tables import RUNNING, upload_items, uploads

log = logging.getLogger(__name__)

Take = Callable[[UploadSource, str], Awaitable[MediaRecord]]
"""Makes a source of what was named; its child is known by the name of a job. Raises ApiError, EngineCancelled."""


@dataclass(frozen=True)
class UploadItemRecord:
    """One source of an upload: its media once it is in, else why it is not, else neither."""

    asked: UploadSource
    source: MediaRecord | None
    fault: ErrorInfo | None


@dataclass(frozen=True)
class UploadRecord:
    """An upload as it stands."""

    upload_id: str
    session_id: str
    status: str
    items: tuple[UploadItemRecord, ...]
    left_out: tuple[LeftOut, ...]
    fault: ErrorInfo | None
    step: Progress


class UploadJobs:
    """The uploads of the database; also the work of their jobs."""

    def __init__(
        self, database: Database, progress_store: ProgressStore, media_store: MediaStore, take: Take, *, shared: bool
    ) -> None:
        self._database = database
        self._progress_store = progress_store
        self._media_store = media_store
        self._take = take
        self._shared = shared

    def start(self, account: Account, session_id: str, asked: UploadStart, enqueue: Enqueue) -> tuple[str, bool]:
        """Accept an upload: its rows and its job appear together. Returns its id, and True for one that runs already.

        Raises ApiError `session_not_found`.
        """
        with self._database.write() as connection:
            sessions.load(connection, session_id, account.id)
            if connection.scalar(sa.select(uploads.c.id).where(uploads.c.id == asked.upload_id)) is not None:
                return asked.upload_id, False
            running = _running(connection, session_id, [each.source for each in asked.sources])
            if running is not None:
                return running, True
            values = {"session_id": session_id, "account_id": account.id, "status": RUNNING, "created_ms": now_ms()}
            last = sa.select(sa.func.coalesce(sa.func.max(uploads.c.number), 0)).scalar_subquery()
            connection.execute(uploads.insert().values(id=asked.upload_id, number=last + 1, **values))
            connection.execute(upload_items.insert(), _rows(asked))
            enqueue(connection, UPLOAD, asked.upload_id, account.id if self._shared else session_id)
        return asked.upload_id, False

    async def run(self, job_id: str) -> dict[str, Any]:
        """Take in one source after the other; what is wrong with one concerns no other (see `jobs.Work`)."""
        todo, total = await asyncio.to_thread(self._open_items, job_id)
        for position, asked in todo:
            session_id = await asyncio.to_thread(self._session_of, job_id)
            name = printable(asked.source.rpartition("/")[2])
            self._progress_store.report(
                key_of(UPLOAD, job_id), "reading", position, total, message("engine.progress.reading", name=name)
            )
            media_id, problem = await self._added(job_id, session_id, asked)
            await asyncio.to_thread(self._note, job_id, position, media_id, problem)
        return {}

    async def _added(self, job_id: str, session_id: str, asked: UploadSource) -> tuple[str | None, ErrorInfo | None]:
        try:
            source = await self._take(asked, key_of(UPLOAD, job_id))
            added = await asyncio.to_thread(self._media_store.add, session_id, [source])
            return added[0].info.media_id, None
        except ApiError as error:
            return None, error.fault
        except EngineCancelled:
            raise AttemptFailed("cancelled") from None
        except OSError as error:
            return None, os_fault(error)
        except Exception:
            log.exception("a source could not be taken in")
            return None, error_info("backend_error", "backend.not_added")

    def conclude(self, job_id: str, result: dict[str, Any]) -> None:
        """All sources had their turn (see `jobs.Work`)."""
        self._end(job_id, "done", None)

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        """End a running upload; what is in stays. False when it was over."""
        return self._end(job_id, status, problem)

    def open_ids(self) -> list[str]:
        """Uploads that are not over."""
        with self._database.read() as connection:
            return list(connection.scalars(sa.select(uploads.c.id).where(uploads.c.status == RUNNING)))

    def progress(self, upload_id: str) -> tuple[bool, int]:
        """Whether an upload is over, and how many of its sources had their turn."""
        had = (upload_items.c.upload_id == upload_id) & upload_items.c.asked & _had_its_turn()
        with self._database.read() as connection:
            status = connection.scalar(sa.select(uploads.c.status).where(uploads.c.id == upload_id))
            done = connection.scalar(sa.select(sa.func.count()).select_from(upload_items).where(had))
        return status != RUNNING, int(done or 0)

    def get(self, account: Account, upload_id: str) -> UploadRecord:
        """One upload of the caller. Raises ApiError `not_found`."""
        return self._read(uploads.c.id == upload_id, account, message("backend.no_upload", upload_id=upload_id))

    def latest(self, account: Account, session_id: str) -> UploadRecord:
        """The running or last upload of a session. Raises ApiError `not_found`."""
        return self._read(uploads.c.session_id == session_id, account, message("backend.no_upload_yet"))

    def _read(self, which: sa.ColumnElement[bool], account: Account, absent: Message) -> UploadRecord:
        mine = sa.select(uploads).where(which, uploads.c.account_id == account.id)
        newest = mine.order_by(uploads.c.status != RUNNING, uploads.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).one_or_none()
            if row is None:
                raise ApiError(error_info("not_found", absent))
            of_it = sa.select(upload_items).where(upload_items.c.upload_id == row.id)
            items = connection.execute(of_it.order_by(upload_items.c.position)).all()
        known = {source.info.media_id: source for source in self._media_store.of(row.session_id)}
        return UploadRecord(
            upload_id=row.id,
            session_id=row.session_id,
            status=row.status,
            items=tuple(
                UploadItemRecord(_asked(each), known.get(each.media_id), _fault(each.fault))
                for each in items
                if each.asked
            ),
            left_out=tuple(LeftOut(source=each.source, fault=_fault(each.fault)) for each in items if not each.asked),
            fault=_fault(row.fault),
            step=self._progress_store.read(key_of(UPLOAD, row.id)),
        )

    def _open_items(self, job_id: str) -> tuple[list[tuple[int, UploadSource]], int]:
        query = sa.select(upload_items).where(upload_items.c.upload_id == job_id, upload_items.c.asked)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(upload_items.c.position)).all()
        return [(row.position, _asked(row)) for row in rows if row.media_id is None and row.fault is None], len(rows)

    def _session_of(self, job_id: str) -> str:
        """The session of an upload that goes on. Raises JobFailed when it was cancelled."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(uploads).where(uploads.c.id == job_id)).one_or_none()
        if row is None or row.status != RUNNING:
            raise AttemptFailed("cancelled")
        return str(row.session_id)

    def _note(self, job_id: str, position: int, media_id: str | None, problem: ErrorInfo | None) -> None:
        here = (upload_items.c.upload_id == job_id) & (upload_items.c.position == position)
        text = None if problem is None else problem.stored()
        with self._database.write() as connection:
            connection.execute(upload_items.update().where(here).values(media_id=media_id, fault=text))

    def _end(self, job_id: str, status: str, problem: ErrorInfo | None) -> bool:
        running = (uploads.c.id == job_id) & (uploads.c.status == RUNNING)
        text = None if problem is None else problem.stored()
        with self._database.write() as connection:
            values = {"status": status, "fault": text, "finished_ms": now_ms()}
            ended = connection.execute(uploads.update().where(running).values(**values)).rowcount > 0
        self._progress_store.forget(key_of(UPLOAD, job_id))
        return ended


def _had_its_turn() -> sa.ColumnElement[bool]:
    return upload_items.c.media_id.is_not(None) | upload_items.c.fault.is_not(None)


def _running(connection: sa.Connection, session_id: str, sources: list[str]) -> str | None:
    """The upload of the same sources that is under way in a session."""
    query = sa.select(uploads.c.id).where(uploads.c.session_id == session_id, uploads.c.status == RUNNING)
    for upload_id in connection.scalars(query).all():
        items = sa.select(upload_items.c.source).where(upload_items.c.upload_id == upload_id, upload_items.c.asked)
        if list(connection.scalars(items.order_by(upload_items.c.position))) == sources:
            return str(upload_id)
    return None


def _rows(asked: UploadStart) -> list[dict[str, Any]]:
    wanted = [
        {"source": each.source, "path": each.path, "url": each.url, "asked": True, "fault": None}
        for each in asked.sources
    ]
    refused = [
        {"source": each.source, "path": None, "url": None, "asked": False, "fault": each.fault.stored()}
        for each in asked.left_out
    ]
    return [{"upload_id": asked.upload_id, "position": n, **row} for n, row in enumerate([*wanted, *refused])]


def _asked(row: sa.Row[Any]) -> UploadSource:
    return UploadSource(source=row.source, path=row.path, url=row.url)


def _fault(text: str | None) -> Any:
    return None if text is None else ErrorInfo.model_validate_json(text)
