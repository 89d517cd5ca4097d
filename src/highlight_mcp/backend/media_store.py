"""The footage of each session: finding out what it is, where it lies, and links to it that cannot be guessed."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from pydantic import ValidationError

from ..contract.errors import ApiError, error_info
from ..timeline.media import FileMark, MediaInfo
from . import sessions
from .config import BackendConfig
from .database import Database
from .engine_runner import PROBES_AT_ONCE, EngineCrashed, EngineRunner
from .media_roots import identify, readable_roots
from .tables import media, now_ms


@dataclass(frozen=True)
class MediaRecord:
    """A file that was probed. `owned` files lie in our blob store, all others belong to the user.

    `mark` says which file it was; its identity is empty in rows of earlier releases, which are probed again.
    """

    path: Path
    owned: bool
    mark: FileMark
    info: MediaInfo

    @property
    def size_bytes(self) -> int:
        return self.mark.size_bytes

    def as_job(self) -> dict[str, Any]:
        """As an engine job takes it: the child reads this very file or none."""
        return {"info": self.info.model_dump(mode="json"), "path": str(self.path), "file": self.mark.model_dump()}

    @property
    def unchanged(self) -> bool:
        """True while the file on the disk is the one that was probed, as far as its status tells."""
        try:
            return FileMark.of(self.path.stat()) == self.mark
        except OSError:
            return False


def media_id(info: MediaInfo) -> str:
    """The same content has the same id, whatever its name."""
    return f"med_{hashlib.sha256(info.fingerprint.encode()).hexdigest()[:12]}"


class MediaStore:
    """The media of the database; callers have checked that the session is theirs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, path: Path, mark: FileMark) -> MediaRecord | None:
        """What an earlier upload found out about this very file."""
        same = [media.c[name] == value for name, value in mark.model_dump().items()]
        query = sa.select(media).where(media.c.path == str(path), *same)
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else _source(row)

    def add(self, session_id: str, sources: Iterable[MediaRecord]) -> list[MediaRecord]:
        """Add sources to a session. Content that is there already stays one entry, at its newest place."""
        added = []
        with self._database.write() as connection:
            for source in sources:
                here = (media.c.session_id == session_id) & (media.c.id == source.info.media_id)
                row = connection.execute(sa.select(media).where(here)).one_or_none()
                if row is not None and _source(row).unchanged:
                    added.append(_source(row))
                    continue
                values = _values(source)
                if row is not None:
                    connection.execute(media.update().where(here).values(**values))
                else:
                    position = sa.select(sa.func.count()).where(media.c.session_id == session_id).scalar_subquery()
                    whole = {"session_id": session_id, "position": position, "created_ms": now_ms(), **values}
                    connection.execute(media.insert().values(**whole))
                added.append(source)
            sessions.touch(connection, session_id)
        return added

    def refreshed(self, session_id: str, source: MediaRecord) -> None:
        """A file whose status changed turned out to have the same content."""
        here = (media.c.session_id == session_id) & (media.c.id == source.info.media_id)
        with self._database.write() as connection:
            connection.execute(media.update().where(here).values(**source.mark.model_dump()))

    def of(self, session_id: str) -> list[MediaRecord]:
        """The media of a session in the order of upload."""
        query = sa.select(media).where(media.c.session_id == session_id).order_by(media.c.position)
        with self._database.read() as connection:
            return [_source(row) for row in connection.execute(query)]

    def find(self, media_id: str) -> MediaRecord | None:
        """Any file with this content that is still there."""
        query = sa.select(media).where(media.c.id == media_id).order_by(media.c.created_ms.desc())
        with self._database.read() as connection:
            found = [_source(row) for row in connection.execute(query)]
        return next((source for source in found if source.path.is_file()), None)

    def ids(self, session_id: str) -> frozenset[str]:
        """The ids of a session's media."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(media.c.id).where(media.c.session_id == session_id)))

    def paths(self) -> frozenset[str]:
        """All files that some session uses, wherever they lie."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(media.c.path)))

    def owned_paths(self) -> frozenset[str]:
        """All files of the blob store that some session uses."""
        with self._database.read() as connection:
            return frozenset(connection.scalars(sa.select(media.c.path).where(media.c.owned)))


def _values(source: MediaRecord) -> dict[str, Any]:
    return {
        "id": source.info.media_id,
        "path": str(source.path),
        "owned": source.owned,
        **source.mark.model_dump(),
        "info": source.info.model_dump_json(),
    }


def _source(row: sa.Row[Any]) -> MediaRecord:
    return MediaRecord(
        path=Path(row.path),
        owned=row.owned,
        mark=FileMark(identity=row.identity or "", size_bytes=row.size_bytes, mtime_ns=row.mtime_ns),
        info=MediaInfo.model_validate_json(row.info),
    )


class MediaLinks:
    """Makes and checks the links of this start."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(18)

    def media(self, base: str, media_id: str) -> str:
        """Where a media file can be fetched."""
        return f"{base}/media/{self._token}/{quote(media_id, safe='')}"

    def render(self, base: str, render_id: str) -> str:
        """Where a finished reel can be fetched."""
        return f"{base}/renders/{self._token}/{quote(render_id, safe='')}.mp4"

    def valid(self, token: str) -> bool:
        """True for the token of this start."""
        return hmac.compare_digest(token.encode(), self._token.encode())


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
