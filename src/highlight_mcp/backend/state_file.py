"""The lock of a data directory, and the private file through which programs find the backend that holds it."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import ValidationError

from ..files import replacing
from ..timeline.schemas import FrozenModel
from .config import BackendConfig


class RunningBackend(FrozenModel):
    """Where the backend is, its secret, and what it was started with."""

    url: str
    secret: str
    pid: int
    version: str
    contract: str
    media_roots: tuple[str, ...] = ()
    output_dir: str = ""
    profile: str = "local"


def write_state(file: Path, running: RunningBackend) -> None:
    """Write the file so that it is never half there, and for this user only."""
    with replacing(file) as stream:
        stream.write(running.model_dump_json().encode("utf-8"))


def read_state(file: Path) -> RunningBackend | None:
    """What the file says; None when it is absent or cannot be read. Unknown fields of a newer release are dropped."""
    try:
        fields: Any = json.loads(file.read_text(encoding="utf-8"))
        known = {name: value for name, value in fields.items() if name in RunningBackend.model_fields}
        return RunningBackend.model_validate(known)
    except (OSError, ValueError, AttributeError, ValidationError):
        return None


def remove_state(file: Path, pid: int) -> None:
    """Remove the file of this process; that of another one stays."""
    running = read_state(file)
    if running is not None and running.pid == pid:
        file.unlink(missing_ok=True)


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
