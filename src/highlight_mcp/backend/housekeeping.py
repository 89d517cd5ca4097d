"""Keeping the data directory small: partial files, working files of finished renders, caches, history."""

import asyncio
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .clock import now_ms
from .config import BackendConfig
from .dispatcher import Dispatcher
from .media import MediaShelf
from .renders import Renders

log = logging.getLogger(__name__)

EVERY_S = 3_600.0
HISTORY_DAYS = 14
BLOB_GRACE_S = 86_400.0
DAY_MS = 86_400_000


class Freed(NamedTuple):
    """What a clean-up removed."""

    files: int
    size_bytes: int


class Housekeeper:
    """Sweeps at the start of a backend and once an hour."""

    def __init__(self, config: BackendConfig, shelf: MediaShelf, renders: Renders, dispatcher: Dispatcher) -> None:
        self._config = config
        self._shelf = shelf
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
        remove_unused_blobs(self._config.blobs, self._shelf.owned_paths())
        trim_cache(self._config.cache, self._config.cache_mb * 2**20)

    def _hourly(self) -> None:
        remove_unused_blobs(self._config.blobs, self._shelf.owned_paths())
        trim_cache(self._config.cache, self._config.cache_mb * 2**20)
        self._dispatcher.forget(now_ms() - HISTORY_DAYS * DAY_MS)


def remove_unused_blobs(blobs: Path, used: frozenset[str], grace_s: float = BLOB_GRACE_S) -> Freed:
    """Remove stored files that no session uses, once they are a day old."""
    before = time.time() - grace_s
    return _remove([file for file in files_in(blobs) if str(file) not in used and _changed(file) < before])


def trim_cache(cache: Path, limit: int) -> Freed:
    """Remove the files used least recently until at most `limit` bytes are left."""
    found = sorted(((_changed(file), _size(file), file) for file in files_in(cache)), reverse=True)
    doomed, total = [], 0
    for _, size, file in found:
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
