"""The blob store: files that were sent to us, kept by the hash of their content, and the free space they share."""

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ..contract.errors import ApiError, ErrorInfo, error_info
from ..files import sync_folder
from ..messages.reasons import reason_of

LOOK_BYTES = 32 * 2**20
"""How much of a file may arrive between two looks at the free space."""


class Promise:
    """Room for one file: `left` bytes of it are still to come. `check` raises when the disk has become too full."""

    def __init__(self, size: int, check: Callable[[int], None]) -> None:
        self.left = size
        self._check = check
        self._unseen = 0

    def took(self, count: int) -> None:
        """So many bytes have arrived. Raises ApiError `no_space` when there is no room for more."""
        beyond = max(0, count - self.left)
        self.left = max(0, self.left - count)
        self._unseen += beyond
        if self._unseen >= LOOK_BYTES:
            self._unseen = 0
            self._check(LOOK_BYTES)


class IncomingFile:
    """A file that is being received, within the room that it was promised; without `keep` nothing of it stays."""

    def __init__(self, scratch: Path, blobs: Path, extension: str, limit: int, name: str, promise: Promise) -> None:
        self._blobs = blobs
        self._extension = extension
        self._limit = limit
        self._name = name
        self._promise = promise
        self._part = scratch / f"incoming-{secrets.token_hex(8)}.part"
        self._hash = hashlib.sha256()
        self._file: BinaryIO | None = None
        self.size = 0

    def __enter__(self) -> Self:
        self._part.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._part.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        self._part.unlink(missing_ok=True)

    async def write(self, chunk: bytes) -> None:
        """Append. Raises ApiError `file_too_large` or `no_space`."""
        self.size += len(chunk)
        if self.size > self._limit:
            raise ApiError(
                error_info("file_too_large", "backend.too_large", name=self._name, limit=self._limit // 2**20)
            )
        self._promise.took(len(chunk))
        await asyncio.to_thread(self._append, chunk)

    async def keep(self) -> Path:
        """The file in the blob store; content that is there already is not stored twice."""
        return await asyncio.to_thread(self._keep)

    def _append(self, chunk: bytes) -> None:
        assert self._file is not None
        self._hash.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise ApiError(os_fault(error)) from error

    def _keep(self) -> Path:
        assert self._file is not None
        digest = self._hash.hexdigest()
        place = self._blobs / digest[:2] / f"{digest}.{self._extension}"
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                self._part.replace(place)
                sync_folder(place.parent)
        except OSError as error:
            raise ApiError(os_fault(error)) from error
        return place


def require_space(folder: Path, needed: int) -> None:
    """Raise ApiError `no_space` when fewer than `needed` bytes are free where `folder` is or will be."""
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise ApiError(
            error_info("no_space", "backend.little_space", free=free >> 20, existing=str(existing), needed=needed >> 20)
        )


def os_fault(error: OSError) -> ErrorInfo:
    """What a user is told about an error of the operating system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return error_info("no_space")
    return error_info("backend_error", "backend.system_refused", strerror=reason_of(error))


class FreeSpace:
    """Knows what is promised to whom, so that many files at once do not fill what each alone would find free."""

    def __init__(self, folder: Path, floor: int) -> None:
        self._folder = folder
        self._floor = floor
        self._promises: list[Promise] = []

    @contextmanager
    def promised(self, size: int) -> Iterator[Promise]:
        """Room for a file of so many bytes, 0 when nobody knows. Raises ApiError `no_space`."""
        promise = Promise(size, self._check)
        self._check(size)
        self._promises.append(promise)
        try:
            yield promise
        finally:
            self._promises.remove(promise)

    def _check(self, more: int = LOOK_BYTES) -> None:
        """Raises ApiError `no_space` unless there is room for what is promised, for more, and the floor."""
        require_space(self._folder, self._floor + more + sum(promise.left for promise in self._promises))
