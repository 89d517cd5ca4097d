"""The footage of each session: which files may be read, what they are, where they lie, and links to them.

Regular files under the media roots may be read, symbolic links resolved; a link cannot be guessed.
"""

import asyncio
import errno
import hashlib
import hmac
import os
import secrets
import stat
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

import sqlalchemy as sa
from pydantic import ValidationError

from ..contract.addresses import typed_path
from ..contract.errors import ApiError, ErrorInfo, error_info
from ..contract.formats import supported_here
from ..contract.redaction import display_name
from ..messages.reasons import reason_of
from ..timeline.media import FileMark, MediaInfo
from . import sessions
from .config import BackendConfig
from .database import Database, now_ms
from .engine_runner import PROBES_AT_ONCE, EngineCrashed, EngineRunner
from .tables import media

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def resolve(text: str, roots: Sequence[Path], named_roots: Sequence[Path] | None = None) -> Path:
    """The real path of a file named by an absolute path, a `file://` URL or a path relative to a root.

    `named_roots` are those that an error names, all by default. Raises ApiError `unsupported_file`,
    `outside_roots`, `file_missing` or `bad_request`.
    """
    named = _named(text)
    supported_here(named.name)
    if not named.is_absolute():
        candidates = (root / named for root in roots)
        named = next((path for path in candidates if path.exists()), roots[0] / named if roots else named)
    try:
        real = named.resolve(strict=False)
        _check_inside(text, real, roots, roots if named_roots is None else named_roots)
        status = real.stat()
    except FileNotFoundError:
        raise ApiError(error_info("file_missing", "backend.no_file", text=text)) from None
    except (OSError, ValueError, RuntimeError) as error:
        raise ApiError(
            error_info("file_missing", "backend.path_unreadable", text=text, reason=reason_of(error))
        ) from None
    _check_regular(text, status.st_mode, status.st_size)
    return real


def identify(path: Path, roots: Sequence[Path] | None = None) -> FileMark:
    """Which file lies at a path now (see `opened`). Raises ApiError `outside_roots`, and OSError."""
    number, mark = opened(path, roots)
    os.close(number)
    return mark


def opened(path: Path, roots: Sequence[Path] | None = None) -> tuple[int, FileMark]:
    """A descriptor of the regular file at a path, and which file it is; its real place is inside the roots.

    What is looked at is opened first, so that no link can change between the look and the answer. `roots` None
    leaves the place out. Raises ApiError `outside_roots`, and OSError.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise FileNotFoundError(errno.ENOENT, "it is no file any more")
    number = os.open(path, _OPEN)
    try:
        if roots is not None:
            _check_inside(path.name, _place_of(number, path), roots, roots)
        return number, FileMark.of(os.fstat(number))
    except BaseException:
        os.close(number)
        raise


def _place_of(number: int, path: Path) -> Path:
    """Where an open file lies: what the system says, else the resolved path if that is the same file.

    On Windows a file that is open cannot be replaced.
    """
    try:
        place = Path(f"/proc/self/fd/{number}").readlink()
    except OSError:
        place = path.resolve(strict=True)
        if sys.platform != "win32" and not os.path.samestat(os.fstat(number), place.stat()):
            raise FileNotFoundError(errno.ENOENT, "it was replaced just now") from None
    return place


def require_inside(path: Path, roots: Sequence[Path]) -> None:
    """Raises ApiError `outside_roots` when a path leads out of the roots now, whether or not anything is there."""
    try:
        real = path.resolve(strict=False)
    except (OSError, RuntimeError):
        return
    _check_inside(path.name, real, roots, roots)


def display_path(text: str) -> str:
    """The name that the user knows a file by: that of the link, not of its target; safe to show."""
    return display_name(_named(text).name)


def _named(text: str) -> Path:
    if "\x00" in text or not text.strip():
        raise ApiError(error_info("bad_request", "backend.path_empty"))
    if text.lower().startswith("file:"):
        parts = urlsplit(text)
        if parts.netloc not in ("", "localhost"):
            raise ApiError(error_info("bad_request", "backend.other_machine", text=text))
        return Path(url2pathname(parts.path))
    return typed_path(text)


def _check_inside(text: str, real: Path, roots: Sequence[Path], named_roots: Sequence[Path]) -> None:
    if any(real.is_relative_to(root.resolve()) for root in roots):
        return
    listed = ", ".join(dict.fromkeys(map(str, named_roots))) or "none"
    raise ApiError(error_info("outside_roots", "contract.outside_folders", text=text, listed=listed))


def _check_regular(text: str, mode: int, size: int) -> None:
    if stat.S_ISDIR(mode):
        raise ApiError(error_info("bad_request", "backend.folder", text=text))
    if not stat.S_ISREG(mode):
        raise ApiError(error_info("bad_request", "backend.not_regular", text=text))
    if size == 0:
        raise ApiError(error_info("file_damaged", "backend.empty_file", text=text))


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


def media_id(media: MediaInfo) -> str:
    """The same content has the same id, whatever its name."""
    return f"med_{hashlib.sha256(media.fingerprint.encode()).hexdigest()[:12]}"


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
            sources = [_source(row) for row in connection.execute(query)]
        return next((source for source in sources if source.path.is_file()), None)

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


REMEMBERED = 1_000
DAMAGED = frozenset({"file_damaged", "unsupported_file"})


class Prober:
    """Probes files, a few at a time; a file that was probed before and has not changed is not read again.

    Also what no upload has kept is remembered, until this process ends: that a file is damaged, or what it is now.
    """

    def __init__(self, config: BackendConfig, children: EngineRunner, media_store: MediaStore) -> None:
        self._limit_s = config.timing.probe
        self._roots = config.readable_roots
        self._children = children
        self._media_store = media_store
        self._slots = asyncio.Semaphore(PROBES_AT_ONCE)
        self._seen: dict[tuple[Path, str, FileMark], MediaInfo | ErrorInfo] = {}

    async def probe(self, path: Path, name: str, *, owned: bool, job: str = "", anew: bool = True) -> MediaRecord:
        """The source at `path`, called `name`; `job` names the child, so that it can be stopped.

        Unless `anew`, a file that turned out to be damaged is not tried again before it changes.
        Raises ApiError when it is no usable media file. What is not `owned` must lie inside the
        media roots, and the engine reads the very file that was seen there.
        """
        try:
            mark = await asyncio.to_thread(identify, path, None if owned else self._roots)
        except OSError as error:
            raise ApiError(
                error_info("file_missing", "backend.unreadable", name=name, strerror=reason_of(error))
            ) from None
        known = await asyncio.to_thread(self._media_store.known, path, mark)
        seen = known.info if known is not None else None if anew else self._seen.get((path, name, mark))
        media = seen or await self._remember(path, name, mark, job)
        if isinstance(media, ErrorInfo):
            raise ApiError(media)
        named = media.model_copy(update={"name": name})
        return MediaRecord(path, owned, mark, named)

    async def _remember(self, path: Path, name: str, mark: FileMark, job: str) -> MediaInfo | ErrorInfo:
        """Look at a file, and keep what it is or why it cannot be used. Raises ApiError where that is not its fault."""
        seen: MediaInfo | ErrorInfo
        try:
            seen = await self._look(path, name, mark, job)
        except ApiError as error:
            if error.fault.kind not in DAMAGED:
                raise
            seen = error.fault
        self._seen[path, name, mark] = seen
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return seen

    async def _look(self, path: Path, name: str, mark: FileMark, job: str) -> MediaInfo:
        spec = {"job": "probe", "path": str(path), "file": mark.model_dump(), "info": {"name": name}}
        try:
            async with self._slots:
                key = job or f"probe:{secrets.token_hex(6)}"
                result = await self._children.run_again(key, spec, limit_s=self._limit_s)
            media = MediaInfo.model_validate(result["info"])
        except TimeoutError:
            raise ApiError(error_info("limit", "backend.slow_file", name=name, limit_s=self._limit_s)) from None
        except EngineCrashed:
            raise ApiError(error_info("file_damaged", "backend.crashing_file", name=name)) from None
        except (KeyError, ValidationError) as error:
            raise ApiError(error_info("backend_error", "backend.unknown_description")) from error
        if not media.fingerprint:
            raise ApiError(error_info("backend_error", "backend.no_fingerprint"))
        return media.model_copy(update={"media_id": media_id(media)})
