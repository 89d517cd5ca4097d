"""Footage of a store, brought to the worker that needs it, and what is found in it, kept for the other workers."""

import asyncio
import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ...contract.errors import ApiError, error_info
from ...contract.formats import supported_here
from ...contract.session import UploadSource
from ...timeline.media import FileMark
from ..api.incoming import ReceivedFile, UrlFetcher
from ..config import BackendConfig
from ..database import Database
from ..engine_runner import OnQuestion
from ..jobs import JobRunner
from ..media_store import MediaRecord, Prober, display_path
from ..storage import FreeSpace, IncomingFile
from ..tables import uploads
from ..uploads import Take
from .blobs import MARK, STORE_ERRORS, Blobs, folder_of, key_of_path, trouble

INBOX = Path("/inbox")
"""What people see of the folder of an account in which their files land."""
IN_STORE = "store"


@dataclass(frozen=True)
class TeamConfig(BackendConfig):
    """A process of a team. `common` is shared by the processes of a machine: footage and findings that were fetched."""

    common: Path = Path()
    footage_mb: int = 20_480

    @property
    def blobs(self) -> Path:
        return self.common / "blobs"

    @property
    def cache(self) -> Path:
        return self.common / "cache"


class Footage:
    """The footage of the store on this machine."""

    def __init__(self, config: BackendConfig, blobs: Blobs) -> None:
        self._config = config
        self._blobs = blobs
        self._lock = threading.Lock()
        self._fetching: dict[str, threading.Lock] = {}

    def at_hand(self, spec: dict[str, Any]) -> dict[str, Any]:
        """An engine job with paths of this machine; what is not here is fetched. Raises ApiError."""
        try:
            media = [self._local(each) for each in spec.get("media") or ()]
            self._fetch_findings(spec)
        except STORE_ERRORS as error:
            raise trouble(error) from error
        return {**spec, "media": media, "cache": str(self._config.cache)}

    def keep_findings(self, spec: dict[str, Any]) -> None:
        """Store what a job has found in footage, for other workers. Raises the errors of the store."""
        for folder, stem in _findings_of(spec):
            there = {each.key for each in self._blobs.below(folder)}
            for file in self._config.cache.glob(f"{stem}.*"):
                key = f"{folder}/{file.name}"
                if key not in there and not file.name.endswith(".part"):
                    self._blobs.put(key, file)

    def place(self, key: str) -> Path:
        """Where the content of a key is kept on this machine; its name is its SHA-256."""
        name = key.rpartition("/")[2]
        return self._config.blobs / name[:2] / name

    def _local(self, media: dict[str, Any]) -> dict[str, Any]:
        key = key_of_path(str(media["path"]))
        if key is None:
            return media
        place = self.place(key)
        with self._lock:
            own = self._fetching.setdefault(place.name, threading.Lock())
        with own:
            if not place.exists():
                self._fetch(key, place)
        status = place.stat()
        os.utime(place, ns=(time.time_ns(), status.st_mtime_ns))  # used now, and still the same file
        return {**media, "path": str(place), "file": FileMark.of(place.stat()).model_dump()}

    def _fetch(self, key: str, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = self._config.scratch / f"fetched-{secrets.token_hex(8)}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            if self._blobs.fetch(key, part) != place.stem:
                raise ApiError(error_info("file_damaged", "backend.stored_otherwise", name=place.name))
            try:
                os.link(part, place)
            except FileExistsError:
                return  # another process of this machine was faster, and somebody may read its file by now
        finally:
            part.unlink(missing_ok=True)

    def _fetch_findings(self, spec: dict[str, Any]) -> None:
        self._config.cache.mkdir(parents=True, exist_ok=True)
        for folder, stem in _findings_of(spec):
            for found in self._blobs.below(folder):
                name = found.key.rpartition("/")[2]
                place = self._config.cache / name
                if name.startswith(f"{stem}.") and not place.exists():
                    part = self._config.cache / f".{secrets.token_hex(6)}.part"
                    try:
                        self._blobs.fetch(found.key, part)
                        part.replace(place)
                    finally:
                        part.unlink(missing_ok=True)


def _findings_of(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """For each footage of a store: the folder of what was found in it, and how the names of those files begin."""
    for media in spec.get("media") or ():
        key = key_of_path(str(media["path"]))
        fingerprint = (media.get("info") or {}).get("fingerprint")
        if key is not None and fingerprint:
            stem = str(fingerprint).replace(":", "-")
            yield f"{folder_of(key.split('/')[1])}/cache/{stem}", stem


class TeamRunner(JobRunner):
    """Runs the children of jobs on footage of a store."""

    def __init__(self, footage: Footage, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._footage = footage

    async def _supervised(self, key: str, attempt: str, spec: dict[str, Any], answer: OnQuestion) -> dict[str, Any]:
        at_hand = await asyncio.to_thread(self._footage.at_hand, spec)
        result = await super()._supervised(key, attempt, at_hand, answer)
        try:
            await asyncio.to_thread(self._footage.keep_findings, spec)
        except STORE_ERRORS as error:
            raise trouble(error) from error
        return result


class Intake:
    """Takes in what people hand over: from their inbox or from an address into the footage of their account."""

    def __init__(
        self, config: BackendConfig, blobs: Blobs, footage: Footage, prober: Prober, downloads: UrlFetcher
    ) -> None:
        self._config = config
        self._blobs = blobs
        self._footage = footage
        self._prober = prober
        self._downloads = downloads

    def taking(self, database: Database) -> Take:
        """How the job of an upload takes a source in."""

        async def take(asked: UploadSource, job: str) -> MediaRecord:
            account = await asyncio.to_thread(_account_of, database, job.partition(":")[2])
            try:
                return await self._take(account, asked, job)
            except STORE_ERRORS as error:
                raise trouble(error) from error

        return take

    async def _take(self, account: str, asked: UploadSource, job: str) -> MediaRecord:
        if asked.path is not None:
            received = await self._from_inbox(account, asked.path, self._downloads.room)
        else:
            received = await self._downloads.fetch(asked.url or "")
        record = await self._prober.probe(received.path, received.name, owned=True, job=job)
        key = f"{folder_of(account)}/media/{received.path.name}"
        size = received.path.stat().st_size
        if await asyncio.to_thread(self._blobs.size, key) != size:
            await asyncio.to_thread(self._blobs.put, key, received.path)
        mark = FileMark(identity=IN_STORE, size_bytes=size, mtime_ns=0)
        return MediaRecord(Path(MARK + key), True, mark, record.info)

    async def _from_inbox(self, account: str, path: str, room: FreeSpace) -> ReceivedFile:
        """A file that was handed over, on this machine under its SHA-256. Raises ApiError."""
        named = Path(path)
        key, name = f"{folder_of(account)}/inbox/{named.name}", display_path(path)
        size = await asyncio.to_thread(self._blobs.size, key) if named.parent == INBOX else None
        if size is None:
            raise ApiError(error_info("file_missing", "backend.no_file", text=name))
        limit, extension = self._config.limits.download, supported_here(named.name).extension
        with (
            room.promised(size) as promise,
            IncomingFile(self._config.scratch, self._config.blobs, extension, limit, name, promise) as incoming,
        ):
            async for chunk in self._blobs.stream(key, 0, size):
                await incoming.write(chunk)
            return ReceivedFile(await incoming.keep(), name)


def _account_of(database: Database, upload_id: str) -> str:
    with database.read() as connection:
        found = connection.scalar(sa.select(uploads.c.account_id).where(uploads.c.id == upload_id))
    return str(found)
