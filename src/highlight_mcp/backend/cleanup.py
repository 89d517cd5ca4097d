"""Removing files that nothing needs any more: by itself while the backend runs, and on `highlight-mcp clean`."""

import asyncio
import logging
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from filelock import Timeout

from ..contract.errors import ApiError, error_info
from .config import BackendConfig
from .database import Database, now_ms
from .job_queue import JobQueue
from .media_store import MediaStore
from .renders import RenderJobs
from .sqlite import problem_of
from .state_file import alone

log = logging.getLogger(__name__)

EVERY_S = 3_600.0
HISTORY_DAYS = 14
BLOB_GRACE_S = 86_400.0
DAY_MS = 86_400_000


class Freed(NamedTuple):
    """What a clean-up removed."""

    files: int
    size_bytes: int


class Cleaner:
    """Sweeps at the start of a backend and once an hour."""

    def __init__(
        self, config: BackendConfig, media_store: MediaStore, renders: RenderJobs, dispatcher: JobQueue
    ) -> None:
        self._config = config
        self._media_store = media_store
        self._renders = renders
        self._dispatcher = dispatcher

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await asyncio.to_thread(self._hourly)
            except Exception:
                log.exception("housekeeping failed")

    def sweep(self) -> None:
        """At the start: no file is being received, and no render but the open ones has working files."""
        shutil.rmtree(self._config.scratch, ignore_errors=True)
        working = set(self._renders.open_ids())
        for folder in _folders(self._config.renders):
            if folder.name not in working:
                shutil.rmtree(folder, ignore_errors=True)
        self._trim()

    def _hourly(self) -> None:
        self._trim()
        self._dispatcher.forget(now_ms() - HISTORY_DAYS * DAY_MS)

    def _trim(self) -> None:
        remove_unused_blobs(self._config.blobs, self._media_store.owned_paths())
        trim_cache(self._config.cache, self._config.cache_mb * 2**20)


def remove_unused_blobs(blobs: Path, used: frozenset[str], grace_s: float = BLOB_GRACE_S) -> Freed:
    """Remove stored files that no session uses, once they are a day old."""
    before = time.time() - grace_s
    return _remove([file for file in files_in(blobs) if str(file) not in used and _changed(file) < before])


def trim_cache(cache: Path, limit: int) -> Freed:
    """Remove the files used least recently until at most `limit` bytes are left."""
    by_age = sorted(((_changed(file), _size(file), file) for file in files_in(cache)), reverse=True)
    doomed, total = [], 0
    for _, size, file in by_age:
        total += size
        if total > limit:
            doomed.append(file)
    return _remove(doomed)


def files_in(folder: Path) -> Iterator[Path]:
    """All regular files below a folder; none when it is not there."""
    return (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _remove(files: list[Path]) -> Freed:
    removed, size = 0, 0
    for file in files:
        length = _size(file)
        try:
            file.unlink()
        except OSError as error:
            log.warning("could not remove %s: %s", file, error.strerror)
            continue
        removed, size = removed + 1, size + length
    return Freed(removed, size)


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []


def _changed(file: Path) -> float:
    try:
        status = file.stat()
    except OSError:
        return 0.0
    return max(status.st_mtime, status.st_atime)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


LOGS = ("backend.log.*", "backend-start.log")


def usage(config: BackendConfig) -> dict[str, int]:
    """Bytes by kind: `cache`, `partial`, `stored` (files that were sent to us), `sessions` (the database)."""
    return {
        "cache": _bytes(config.cache),
        "partial": _bytes(config.scratch) + _bytes(config.renders),
        "stored": _bytes(config.blobs),
        "sessions": sum(file.stat().st_size for file in config.home.glob("backend.db*")),
    }


def clean(config: BackendConfig, *, everything: bool = False) -> Freed:
    """Remove caches, partial files and stored files that no session uses; with `everything` also all sessions.

    Finished reels stay. Raises ApiError `busy` while a backend is running, and where the database cannot
    say what is still used.
    """
    if not config.home.is_dir():
        return Freed(0, 0)
    try:
        with alone(config):
            return _clean(config, everything)
    except Timeout:
        raise ApiError(error_info("busy", "backend.backend_running")) from None


def _clean(config: BackendConfig, everything: bool) -> Freed:
    problem = None if everything else problem_of(config)
    if problem is not None:
        raise ApiError(problem)
    folders = [config.cache, config.scratch]
    if everything:
        folders += [config.renders, config.blobs]
    freed = [_remove_folder(folder) for folder in folders]
    logs = [file for pattern in LOGS for file in config.home.glob(pattern)]
    database = list(config.home.glob("backend.db*"))
    if everything:
        logs += [*database, *(file for file in (config.database_mark,) if file.exists())]
    elif database:
        freed.append(_remove_unused(config))
    for file in logs:
        freed.append(Freed(1, file.stat().st_size))
        file.unlink()
    return Freed(sum(item.files for item in freed), sum(item.size_bytes for item in freed))


def _remove_unused(config: BackendConfig) -> Freed:
    database = Database(config.database_url)
    try:
        database.migrate()
        return remove_unused_blobs(config.blobs, MediaStore(database).owned_paths(), grace_s=0)
    finally:
        database.close()


def _remove_folder(folder: Path) -> Freed:
    files = list(files_in(folder))
    freed = Freed(len(files), sum(file.stat().st_size for file in files))
    shutil.rmtree(folder, ignore_errors=True)
    return freed


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in files_in(folder))


def clean_inbox(config: BackendConfig, used: Iterable[Path] = (), grace_s: float = BLOB_GRACE_S) -> Freed | None:
    """Remove the files of the inbox that no session of the local backend and no path of `used` names.

    Files younger than `grace_s` stay, so that nobody loses what they are about to use. None while a backend is
    running there: it may be taking one of them in. Raises ApiError for a database of a newer release, and
    for one that cannot be read.
    """
    if not config.inbox.is_dir():
        return Freed(0, 0)
    try:
        with alone(config):
            return _clean_inbox(config.inbox, _named(config) | {_real(path) for path in used}, time.time() - grace_s)
    except Timeout:
        return None


def _clean_inbox(inbox: Path, used: set[Path], before: float) -> Freed:
    removed, size = 0, 0
    for file in inbox.iterdir():
        status = file.lstat()
        if not file.is_file() or file.is_symlink() or status.st_mtime > before or _real(file) in used:
            continue
        file.unlink()
        removed, size = removed + 1, size + status.st_size
    return Freed(removed, size)


def _named(config: BackendConfig) -> set[Path]:
    problem = problem_of(config)
    if problem is not None:
        raise ApiError(problem)
    if not any(config.home.glob("backend.db*")):
        return set()
    database = Database(config.database_url)
    try:
        database.migrate()
        return {_real(Path(path)) for path in MediaStore(database).paths()}
    finally:
        database.close()


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
