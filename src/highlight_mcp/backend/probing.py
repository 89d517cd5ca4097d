"""Finding out what a file is, in an engine child."""

import asyncio
import secrets
from pathlib import Path

from pydantic import ValidationError

from ..contract.errors import ApiError, error_info
from ..timeline.media import FileMark, MediaInfo
from .config import BackendConfig
from .engine_runner import PROBES_AT_ONCE, EngineCrashed, EngineRunner
from .media_roots import identify, readable_roots
from .media_store import MediaRecord, MediaStore, media_id


class Prober:
    """Probes files, a few at a time; a file that was probed before and has not changed is not read again."""

    def __init__(self, config: BackendConfig, children: EngineRunner, shelf: MediaStore) -> None:
        self._limit_s = config.timing.probe
        self._roots = readable_roots(config)
        self._children = children
        self._shelf = shelf
        self._slots = asyncio.Semaphore(PROBES_AT_ONCE)

    async def probe(self, path: Path, name: str, *, owned: bool, job: str = "") -> MediaRecord:
        """The source at `path`, called `name`; `job` names the child, so that it can be stopped.

        Raises ApiError when it is no usable media file. What is not `owned` must lie inside the
        media roots, and the engine reads the very file that was seen there.
        """
        try:
            mark = await asyncio.to_thread(identify, path, None if owned else self._roots)
        except OSError as error:
            raise ApiError(
                error_info("file_missing", "backend.unreadable", name=name, strerror=error.strerror or "")
            ) from None
        known = await asyncio.to_thread(self._shelf.known, path, mark)
        info = known.info if known is not None else await self._look(path, name, mark, job)
        named = info.model_copy(update={"name": name})
        return MediaRecord(path, owned, mark, named)

    async def _look(self, path: Path, name: str, mark: FileMark, job: str) -> MediaInfo:
        spec = {"job": "probe", "path": str(path), "file": mark.model_dump(), "info": {"name": name}}
        try:
            async with self._slots:
                key = job or f"probe:{secrets.token_hex(6)}"
                result = await self._children.run(key, spec, limit_s=self._limit_s)
            info = MediaInfo.model_validate(result["info"])
        except TimeoutError:
            raise ApiError(error_info("file_damaged", "backend.slow_file", name=name, limit_s=self._limit_s)) from None
        except EngineCrashed:
            raise ApiError(error_info("file_damaged", "backend.crashing_file", name=name)) from None
        except (KeyError, ValidationError) as error:
            raise ApiError(error_info("backend_error", "backend.unknown_description")) from error
        if not info.fingerprint:
            raise ApiError(error_info("backend_error", "backend.no_fingerprint"))
        return info.model_copy(update={"media_id": media_id(info)})
