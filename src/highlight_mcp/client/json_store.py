"""Small JSON records on disk, one file each, readable by their owner only, written whole or not at all."""

import hashlib
from pathlib import Path
from typing import Any

import anyio

from ..contract.errors import ApiError, error_info
from ..contract.wire import dumps, loads
from ..files import replacing
from ..messages.reasons import reason_of


class JsonStore:
    """Records of one kind in one folder, each under a key of any form."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @staticmethod
    def folder_name(name: str) -> str:
        """A folder name for a name of any form."""
        return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]

    async def put(self, key: str, record: dict[str, Any]) -> None:
        """Write or replace a record without holding up the event loop. Raises ApiError `no_space`."""
        await anyio.to_thread.run_sync(self.write, key, record)

    def write(self, key: str, record: dict[str, Any]) -> None:
        """The same where no event loop runs; it waits for the disk."""
        write_private(self._path(key), dumps({**record, "key": key}))

    def get(self, key: str) -> dict[str, Any] | None:
        """A record, None when there is none or it cannot be read."""
        return _read(self._path(key))

    def all(self) -> list[dict[str, Any]]:
        """All readable records, newest file first."""
        dated = [(_written_at(path), record) for path in self._files() if (record := _read(path)) is not None]
        return [record for _, record in sorted(dated, key=lambda item: item[0], reverse=True)]

    def remove(self, key: str) -> None:
        """Delete a record if it is there."""
        self._path(key).unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _path(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}.json"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, replacing it as a whole; it is on the disk when this returns.

    Raises ApiError `no_space` when the disk refuses.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(path, durable=True) as file:
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise ApiError(error_info("no_space", "client.not_written", path=str(path), reason=reason_of(error))) from None


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(path: Path) -> dict[str, Any] | None:
    try:
        value = loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
