"""What `highlight-mcp clean` does: remove what can be made again, or everything but the reels."""

import shutil
from pathlib import Path

from filelock import Timeout

from ..contract.codes import ContractError, fault
from .alone import alone
from .config import BackendConfig
from .database import Database
from .database_file import problem_of
from .housekeeping import Freed, files_in, remove_unused_blobs
from .media import MediaShelf

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

    Finished reels stay. Raises ContractError `busy` while a backend is running, and where the database cannot
    say what is still used.
    """
    if not config.home.is_dir():
        return Freed(0, 0)
    try:
        with alone(config):
            return _clean(config, everything)
    except Timeout:
        raise ContractError(fault("busy", "backend.backend_running")) from None


def _clean(config: BackendConfig, everything: bool) -> Freed:
    problem = None if everything else problem_of(config)
    if problem is not None:
        raise ContractError(problem)
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
        return remove_unused_blobs(config.blobs, MediaShelf(database).owned_paths(), grace_s=0)
    finally:
        database.close()


def _remove_folder(folder: Path) -> Freed:
    files = list(files_in(folder))
    freed = Freed(len(files), sum(file.stat().st_size for file in files))
    shutil.rmtree(folder, ignore_errors=True)
    return freed


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in files_in(folder))
