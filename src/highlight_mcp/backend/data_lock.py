"""One process at a time works on a data directory."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from .config import BackendConfig


@contextmanager
def alone(config: BackendConfig) -> Iterator[None]:
    """Hold the data directory. Raises filelock.Timeout when another process does."""
    with FileLock(config.lock_file, timeout=0), _folder(config.home):
        yield


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Lock the directory itself, too: unlike a file in it, it cannot be removed while somebody holds it.

    Windows needs no such thing, since it does not remove a locked file; where a disk knows no such locks, the lock
    file has to do.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Timeout(str(folder)) from None
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
