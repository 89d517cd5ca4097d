"""Which file a job reads: the one that was looked at when it was added, whatever its path leads to by now.

Whoever gives a job its footage has recorded device, inode, size and time of change of each file (`FileMark`).
A file is opened once, compared through its descriptor, read through that descriptor, and compared again at the
end, so that no link and no replacement in between can bring in another one. Numbers of devices and inodes do
not last on every file system (network shares, FUSE, a drive that was plugged in again): where only they differ,
the content decides, by its fingerprint. Size and time of change must be the same; a file that was only
touched counts as changed until it has been looked at again.
"""

import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ...timeline.media import FileMark
from ..worker.errors import EngineError, translated

_BLOCK = 1 << 18
_SAMPLES = 16
_WHOLE_BELOW = _BLOCK * _SAMPLES * 2


def fingerprint_of(file: BinaryIO) -> str:
    """`hl1:<64 hex digits>`: SHA-256 of the size and of 16 blocks of 256 KiB spread from head to tail.

    Files below 8 MiB are hashed whole. Name and dates do not matter. Moves the position. Raises OSError.
    """
    size = os.fstat(file.fileno()).st_size
    digest = hashlib.sha256(f"hl1 {size}\n".encode())
    if size < _WHOLE_BELOW:
        file.seek(0)
        digest.update(file.read())
    else:
        for number in range(_SAMPLES):
            file.seek((size - _BLOCK) * number // (_SAMPLES - 1))
            digest.update(file.read(_BLOCK))
    return f"hl1:{digest.hexdigest()}"


_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass
class _Known:
    """One file of the job. `mark` is None until it is opened for the first time, where nobody has recorded it."""

    name: str
    mark: FileMark | None
    fingerprint: str


_known: dict[str, _Known] = {}
_changed: list[EngineError] = []
_lock = threading.Lock()


def expect(spec: Mapping[str, Any]) -> None:
    """Take the files of a job: `path` and `file` of the job itself and of its `media`; those of an earlier one go."""
    with _lock:
        _known.clear()
        _changed.clear()
        for entry in (spec, *(spec.get("media") or ())):
            if not isinstance(entry, Mapping) or not isinstance(entry.get("path"), str):
                continue
            info = entry.get("info") or {}
            mark = FileMark.model_validate(entry["file"]) if entry.get("file") else None
            path = os.path.abspath(entry["path"])  # noqa: PTH100 - resolve() would follow links
            _known[path] = _Known(info.get("name") or Path(path).name, mark, info.get("fingerprint") or "")


def recorded(path: Path) -> FileMark | None:
    """What is recorded of a file of this job."""
    known = _of(path)
    return None if known is None else known.mark


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of a regular file, which is the recorded one if it belongs to the job.

    Raises EngineError: `file_missing` where the path leads to another file now, else as `translated` does.
    """
    known = _of(path)
    try:
        with translated(path):
            number = _regular(path)
    except EngineError:
        if known is not None and known.mark is not None and os.path.realpath(path) != os.path.abspath(path):  # noqa: PTH100
            raise _noted(known) from None  # what lies behind a new link is nobody's to know
        raise
    try:
        if known is not None:
            _compare(known, number)
        yield number
    finally:
        try:
            if known is not None and not _same(known, number):
                _noted(known)
        finally:
            os.close(number)


def require_unchanged() -> None:
    """Raises EngineError when a file turned out to be another one, or has changed while it was read."""
    if _changed:
        raise _changed[0]


def is_recorded(path: Path, number: int) -> bool:
    """Whether a descriptor is of the file that is recorded for `path`; a wrong one fails the job at its end."""
    known = _of(path)
    if known is None or _same(known, number):
        return True
    _noted(known)
    return False


def _of(path: Path) -> _Known | None:
    return _known.get(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _regular(path: Path) -> int:
    """Devices and pipes are not even opened; what replaces the file meanwhile is not waited for."""
    _require_regular(path, path.stat().st_mode)
    number = os.open(path, _OPEN)
    try:
        _require_regular(path, os.fstat(number).st_mode)
    except BaseException:
        os.close(number)
        raise
    return number


def _require_regular(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    if not stat.S_ISREG(mode):
        raise EngineError("bad_request", "engine.not_regular", name=path.name)


def _compare(known: _Known, number: int) -> None:
    with _lock:
        if known.mark is None:
            known.mark = FileMark.of(os.fstat(number))
    if not _same(known, number):
        raise _noted(known)


def _same(known: _Known, number: int) -> bool:
    found = FileMark.of(os.fstat(number))
    if known.mark is None or found == known.mark:
        return True
    if (found.size_bytes, found.mtime_ns) != (known.mark.size_bytes, known.mark.mtime_ns) or not known.fingerprint:
        return False
    with os.fdopen(number, "rb", closefd=False) as file:
        if fingerprint_of(file) != known.fingerprint:
            return False
        file.seek(0)
    known.mark = found
    return True


def _noted(known: _Known) -> EngineError:
    """The refusal, kept: whoever does without a file that cannot be read must not do without this."""
    _changed.append(EngineError("file_missing", "engine.changed", name=known.name))
    return _changed[-1]
