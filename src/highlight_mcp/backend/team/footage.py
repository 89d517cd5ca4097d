"""Footage of a store, brought to the worker that needs it, and what is found in it, kept for the other workers."""

import asyncio
import logging
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ...contract.errors import ApiError, error_info
from ...contract.formats import supported_here
from ...contract.session import UploadSource
from ...timeline.media import FileMark
from ..api.incoming import ReceivedFile, UrlFetcher
from ..cleanup import trim_cache
from ..config import BackendConfig
from ..database import Database
from ..engine_runner import OnQuestion
from ..jobs import JobRunner
from ..media_store import MediaRecord, Prober, display_path
from ..storage import FreeSpace, IncomingFile, Promise
from ..tables import uploads
from ..uploads import Take
from .blobs import MARK, STORE_ERRORS, Blobs, account_of_key, folder_of, key_of_path, trouble

log = logging.getLogger(__name__)

INBOX = Path("/inbox")
"""What people see of the folder of an account in which their files land."""
IN_STORE = "store"
NOBODY = "nobody"
"""Whose findings those are of jobs without footage of a store."""
TRIES = 5
FRESH = timedelta(hours=12)
"""Half of what an object is left alone for though nothing needs it (`cleaning.GRACE`)."""


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
    """The footage of the store on this machine, and what was found in it, for each account apart."""

    def __init__(self, config: BackendConfig, blobs: Blobs, room: FreeSpace) -> None:
        self._config = config
        self._blobs = blobs
        self._room = room
        self._lock = threading.Lock()
        self._fetching: dict[str, threading.Lock] = {}

    def at_hand(self, spec: dict[str, Any], own: Path) -> dict[str, Any]:
        """An engine job with paths of this machine; what is not here is fetched. Raises ApiError.

        Its footage lies in `own`, a new folder (`new_folder`), until the caller removes that: under names of its own,
        so that no process that makes room here takes it away from a job that runs.
        """
        cache = self._cache_of(spec)
        try:
            own.mkdir(parents=True)
            cache.mkdir(parents=True, exist_ok=True)
            media = [self._local(each, own) for each in spec.get("media") or ()]
            self._fetch_findings(spec, cache)
        except STORE_ERRORS as error:
            raise trouble(error) from error
        return {**spec, "media": media, "cache": str(cache)}

    def new_folder(self) -> Path:
        """A name for what one job uses."""
        return self._config.scratch / f"used-{secrets.token_hex(8)}"

    @contextmanager
    def held(self, file: Path) -> Iterator[Path]:
        """A file that was just received, under a name that nobody who makes room takes away."""
        own = self.new_folder()
        own.mkdir(parents=True)
        try:
            os.link(file, own / file.name)
            yield own / file.name
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def keep_findings(self, spec: dict[str, Any]) -> None:
        """Store what a job has found in footage, for other workers, as far as the store takes it now."""
        try:
            for folder, stem in _findings_of(spec):
                there = {each.key for each in self._blobs.below(folder)}
                for file in self._cache_of(spec).glob(f"{stem}.*"):
                    key = f"{folder}/{file.name}"
                    if key not in there and not file.name.endswith(".part"):
                        self._blobs.put(key, file)
        except STORE_ERRORS as error:
            log.warning("what was found in footage is not stored: %s", error)

    def place(self, key: str) -> Path:
        """Where the content of a key is kept on this machine; its name is its SHA-256."""
        name = key.rpartition("/")[2]
        return self._config.blobs / name[:2] / name

    def _cache_of(self, spec: dict[str, Any]) -> Path:
        """The folder of what was found for one account: who has not all of a file must not find it by a part."""
        keys = (key_of_path(str(media["path"])) for media in spec.get("media") or ())
        account = next((account_of_key(key) for key in keys if key is not None), NOBODY)
        return self._config.cache / account

    def _local(self, media: dict[str, Any], own: Path) -> dict[str, Any]:
        key = key_of_path(str(media["path"]))
        if key is None:
            return media
        used = self._linked(key, self.place(key), own)
        status = used.stat()
        os.utime(used, ns=(time.time_ns(), status.st_mtime_ns))  # used now, and still the same file
        return {**media, "path": str(used), "file": FileMark.of(used.stat()).model_dump()}

    def _linked(self, key: str, place: Path, own: Path) -> Path:
        """The content of a key under a name in `own`."""
        used = own / place.name
        with self._lock:
            lock = self._fetching.setdefault(place.name, threading.Lock())
        with lock:
            for _ in range(TRIES):
                if used.exists():
                    return used
                if not place.exists():
                    self._fetch(key, place)
                with suppress(FileNotFoundError):  # who makes room was faster, or nobody waits for the job any more
                    os.link(place, used)
        raise ApiError(error_info("file_missing"))

    def _fetch(self, key: str, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = self._config.scratch / f"fetched-{secrets.token_hex(8)}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._promised(self._blobs.size(key) or 0) as promise:
                digest = self._blobs.fetch(key, part, promise.took)
            if digest != place.stem:
                raise ApiError(error_info("file_damaged", "backend.stored_otherwise", name=place.name))
            try:
                os.link(part, place)
            except FileExistsError:
                return  # another process of this machine was faster, and somebody may read its file by now
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _promised(self, size: int) -> Iterator[Promise]:
        """Room for a file; what was fetched earlier and is not in use makes room. Raises ApiError `no_space`."""
        with ExitStack() as stack:
            try:
                promise = stack.enter_context(self._room.promised(size))
            except ApiError:
                trim_cache(self._config.blobs, 0)
                promise = stack.enter_context(self._room.promised(size))
            yield promise

    def _fetch_findings(self, spec: dict[str, Any], cache: Path) -> None:
        for folder, stem in _findings_of(spec):
            for found in self._blobs.below(folder):
                name = found.key.rpartition("/")[2]
                place = cache / name
                if name.startswith(f"{stem}.") and not place.exists():
                    part = cache / f".{secrets.token_hex(6)}.part"
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
            yield f"{folder_of(account_of_key(key))}/cache/{stem}", stem


class TeamRunner(JobRunner):
    """Runs the children of jobs on footage of a store."""

    def __init__(self, footage: Footage, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._footage = footage

    async def _supervised(self, key: str, attempt: str, spec: dict[str, Any], answer: OnQuestion) -> dict[str, Any]:
        own = self._footage.new_folder()
        try:
            at_hand = await asyncio.to_thread(self._footage.at_hand, spec, own)
            result = await super()._supervised(key, attempt, at_hand, answer)
        finally:
            await asyncio.shield(asyncio.to_thread(shutil.rmtree, own, ignore_errors=True))
        await asyncio.to_thread(self._footage.keep_findings, spec)
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
        key = f"{folder_of(account)}/media/{received.path.name}"
        with self._footage.held(received.path) as file:
            record = await self._prober.probe(file, received.name, owned=True, job=job)
            size = file.stat().st_size
            await asyncio.to_thread(self._put_unless_fresh, key, file, size)
        mark = FileMark(identity=IN_STORE, size_bytes=size, mtime_ns=0)
        return MediaRecord(Path(MARK + key), True, mark, record.info)

    def _put_unless_fresh(self, key: str, file: Path, size: int) -> None:
        """Store footage. What lies there unneeded for long may be about to be removed, and is stored anew."""
        there = self._blobs.look(key)
        if there is None or there.size_bytes != size or there.changed < datetime.now(UTC) - FRESH:
            self._blobs.put(key, file)

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
