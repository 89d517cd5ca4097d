"""Renders of a team: the attempt that finishes stores its reel under a name of its own, and one of them is settled."""

import asyncio
import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ...contract.errors import ApiError, ErrorInfo, error_info
from ..database import Database
from ..jobs import RENDER, AttemptFailed, key_of
from ..publishing import size_at
from ..renders import FinishedRender, RenderJobs, verified_size
from ..tables import renders
from .blobs import MARK, STORE_ERRORS, Blobs, folder_of, key_of_path, trouble

log = logging.getLogger(__name__)


def stored_reel(database: Database, account_id: str, render_id: str) -> dict[str, str]:
    """The keys of the files of a reel, by name; none while there is no reel, and for renders of others."""
    mine = sa.select(renders.c.path, renders.c.facts).where(
        renders.c.id == render_id, renders.c.account_id == account_id, renders.c.status == "completed"
    )
    with database.read() as connection:
        row = connection.execute(mine).one_or_none()
    key = key_of_path(row.path or "") if row is not None else None
    if row is None or key is None:
        return {}
    parts = json.loads(row.facts or "{}").get("files") or ()
    return {name: f"{key}/{name}" for name in parts} or {key.rpartition("/")[2]: key}


class TeamRenders(RenderJobs):
    """The renders of a database whose reels are in a store."""

    def __init__(self, blobs: Blobs, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.blobs = blobs

    async def run(self, job_id: str) -> dict[str, Any]:
        """As on one machine; then the file is stored, so that whoever concludes finds it."""
        finished = FinishedRender(**await super().run(job_id))
        try:
            await asyncio.to_thread(self._store, job_id, finished)
        except ApiError as error:
            await asyncio.to_thread(self._attempts.explain, key_of(RENDER, job_id), error.fault)
            raise AttemptFailed(error.fault.kind) from None
        return finished._asdict()

    def close(self, job_id: str, status: str, problem: ErrorInfo) -> bool:
        """End a render without a reel, and remove what it has stored. False when it was over."""
        row = self._row(job_id)
        if not super().close(job_id, status, problem):
            return False
        if row is not None:
            with suppress(*STORE_ERRORS):  # what stays is found by the hourly clean-up
                self.blobs.delete_below(_folder(row.account_id, job_id))
        return True

    def _store(self, job_id: str, finished: FinishedRender) -> None:
        row = self._row(job_id)
        if row is None:
            raise ApiError(error_info("cancelled"))
        spec = json.loads(row.spec)
        attempt = self._place(job_id, finished.attempt, spec)
        verified_size(finished.facts, size_at(attempt))
        try:
            for file, key in _keys(attempt, _target(row, finished.attempt, spec)):
                self.blobs.put(key, file)
        except STORE_ERRORS as error:
            raise trouble(error) from error
        shutil.rmtree(attempt.parent, ignore_errors=True)

    def _conclude(self, job_id: str, finished: FinishedRender) -> None:
        """Settle; a reel that lost to another attempt, or to a cancellation, goes."""
        row = self._row(job_id)
        if row is None:
            return
        target = _target(row, finished.attempt, json.loads(row.spec))
        folder = _folder(row.account_id, job_id)
        self._reached("before_move")
        if self._settle(job_id, Path(MARK + target), finished.facts):
            self._delete(folder, keep=f"{folder}/{finished.attempt}/")
            self._reached("after_settle")
            return
        now = self._row(job_id)
        if now is None or now.path != MARK + target:
            self._delete(f"{folder}/{finished.attempt}")

    def _delete(self, folder: str, keep: str = "\0") -> None:
        with suppress(*STORE_ERRORS):
            self.blobs.delete(*(each.key for each in self.blobs.below(folder) if not each.key.startswith(keep)))

    def _with_owners(self, spec: dict[str, Any]) -> dict[str, Any]:
        """No person knows a path of this machine."""
        return {**spec, "media": [{**each, "owned": True} for each in spec["media"]]}


def _folder(account_id: str, job_id: str) -> str:
    return f"{folder_of(account_id)}/reels/{job_id}"


def _target(row: Any, attempt: str, spec: dict[str, Any]) -> str:
    """The key of the reel of an attempt; of one in parts, that of their folder."""
    suffix = "" if spec.get("split") else f".{spec.get('ending', 'mp4')}"
    return f"{_folder(row.account_id, row.id)}/{attempt}/{row.name}{suffix}"


def _keys(attempt: Path, target: str) -> Iterator[tuple[Path, str]]:
    if attempt.is_dir():
        for file in sorted(attempt.iterdir()):
            yield file, f"{target}/{file.name}"
    else:
        yield attempt, target
