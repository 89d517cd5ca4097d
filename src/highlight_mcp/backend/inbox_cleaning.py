"""Removing handed-over files that no session uses any more."""

import time
from collections.abc import Iterable
from pathlib import Path

from filelock import Timeout

from ..contract.codes import ContractError
from .alone import alone
from .config import BackendConfig
from .database import Database
from .database_file import problem_of
from .housekeeping import BLOB_GRACE_S, Freed
from .media import MediaShelf


def clean_inbox(config: BackendConfig, used: Iterable[Path] = (), grace_s: float = BLOB_GRACE_S) -> Freed | None:
    """Remove the files of the inbox that no session of the local backend and no path of `used` names.

    Files younger than `grace_s` stay, so that nobody loses what they are about to use. None while a backend is
    running there: it may be taking one of them in. Raises ContractError for a database of a newer release, and
    for one that cannot be read.
    """
    if not config.inbox.is_dir():
        return Freed(0, 0)
    try:
        with alone(config):
            return _clean(config.inbox, _named(config) | {_real(path) for path in used}, time.time() - grace_s)
    except Timeout:
        return None


def _clean(inbox: Path, used: set[Path], before: float) -> Freed:
    removed, size = 0, 0
    for file in inbox.iterdir():
        found = file.lstat()
        if not file.is_file() or file.is_symlink() or found.st_mtime > before or _real(file) in used:
            continue
        file.unlink()
        removed, size = removed + 1, size + found.st_size
    return Freed(removed, size)


def _named(config: BackendConfig) -> set[Path]:
    problem = problem_of(config)
    if problem is not None:
        raise ContractError(problem)
    if not any(config.home.glob("backend.db*")):
        return set()
    database = Database(config.database_url)
    try:
        database.migrate()
        return {_real(Path(path)) for path in MediaShelf(database).paths()}
    finally:
        database.close()


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path
