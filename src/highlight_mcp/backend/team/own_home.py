"""A folder that one process of a team has for itself, below the one that the processes of its machine share."""

import logging
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

ENDING = ".lock"


@contextmanager
def own_home(common: Path, name: str) -> Iterator[Path]:
    """A new folder whose name begins with `name`; it goes with the context, and nobody else removes it before.

    A lock beside it is held as long as its process lives, be it stopped: what the dead have left is known by that,
    and goes now. Raises OSError.
    """
    common.mkdir(parents=True, exist_ok=True, mode=0o700)
    _remove_of_dead(common, name)
    folder = common / f"{name}-{secrets.token_hex(6)}"
    lock = _lock_of(folder)
    lock.acquire()
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        _remove(folder, lock)


def _remove_of_dead(common: Path, name: str) -> None:
    for file in common.glob(f"{name}-*{ENDING}"):
        folder = file.with_suffix("")
        lock = _lock_of(folder)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        log.info("%s was left by a process that is dead", folder)
        _remove(folder, lock)


def _remove(folder: Path, lock: FileLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    Path(lock.lock_file).unlink(missing_ok=True)


def _lock_of(folder: Path) -> FileLock:
    return FileLock(folder.with_name(folder.name + ENDING), is_singleton=False)
