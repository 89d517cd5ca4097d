"""Adding footage: in place for the embedded backend, streamed from disk to others, by address for URLs."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from ..contract.errors import ApiError, error_info
from ..contract.formats import format_of
from ..contract.redaction import printable
from ..contract.session import FILES_FIELD, MediaFile, PathUpload, UploadResponse, UrlUpload, upload_path
from ..contract.wire import read
from ..messages import say
from ..messages.reasons import reason_of
from .config import ClientConfig
from .foreign_backend import media_of_elsewhere
from .http_api import ApiClient, of_broken
from .json_store import JsonStore
from .local_api import LocalApi
from .sources import LocalFile, Source, WebFile, check_for_cloud, parse_sources
from .transport import LOOPBACK, TransportError

CHUNK = 256 * 1024


@dataclass(frozen=True)
class MultipartFileBody:
    """The body of one upload; `size` is the size of the file when it was looked at."""

    path: Path
    name: str
    mime: str
    size: int
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def headers(self) -> dict[str, str]:
        """Content type and exact length."""
        length = len(self._head) + self.size + len(self._tail)
        return {
            "Content-Type": f"multipart/form-data; boundary={self.boundary}",
            "Content-Length": str(length),
        }

    async def chunks(self, sent: Callable[[int], None]) -> AsyncIterator[bytes]:
        """The bytes of the body; `sent` is called with the bytes of the file handed out so far."""
        yield self._head
        done = 0
        async with await anyio.open_file(self.path, "rb") as file:
            while done < self.size and (chunk := await file.read(min(CHUNK, self.size - done))):
                yield chunk
                done += len(chunk)
                sent(done)
        yield self._tail

    @property
    def _head(self) -> bytes:
        name = printable(self.name).replace("\\", "_").replace('"', "%22").replace("\r", " ").replace("\n", " ")
        lines = (
            f"--{self.boundary}",
            f'Content-Disposition: form-data; name="{FILES_FIELD}"; filename="{name}"',
            f"Content-Type: {self.mime}",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()


log = logging.getLogger(__name__)
UploadProgress = Callable[[int, int, str], None]
"""Bytes sent, bytes in all, file name."""

BY_REFERENCE_WAIT_S = 7_500
"""A little longer than a backend of ours may take for an address; when we leave, it stops."""
UNKNOWN_MIME = "application/octet-stream"


class UploadService:
    """Sends footage to sessions."""

    def __init__(self, caller: ApiClient, extensions: LocalApi) -> None:
        self._caller = caller
        self._extensions = extensions

    async def send(
        self, session_id: str, named: Sequence[str], progress: UploadProgress | None = None
    ) -> list[MediaFile]:
        """Add all sources, in their order. Everything is checked before anything is sent.

        Raises ApiError; what was sent before a failure stays in the session.
        """
        kind = self._caller.credentials.config.kind
        sources = parse_sources(list(named), check_files=kind != "embedded")
        if kind == "embedded":
            return await self._by_reference(session_id, sources)
        if not await self._extensions.present():
            for source in sources:
                check_for_cloud(source)
        media: list[MediaFile] = []
        for source in sources:
            if isinstance(source, WebFile):
                media += await self._json(session_id, UrlUpload(urls=(source.url,)))
            else:
                media += await self._file(session_id, source, progress)
        return [media_of_elsewhere(each) for each in media]

    async def _by_reference(self, session_id: str, sources: list[Source]) -> list[MediaFile]:
        """One call per run of files or addresses, so that answers keep the order of the sources."""
        media: list[MediaFile] = []
        for source in sources:
            if isinstance(source, WebFile):
                media += await self._json(session_id, UrlUpload(urls=(source.url,)))
            else:
                media += await self._json(session_id, PathUpload(paths=(str(source.path),)))
        return media

    async def _json(self, session_id: str, body: UrlUpload | PathUpload) -> list[MediaFile]:
        path = upload_path(session_id)
        payload = await self._caller.post(path, body.body(), repeats=1, on_session=True, wait_s=BY_REFERENCE_WAIT_S)
        return _files(payload)

    async def _file(self, session_id: str, source: LocalFile, progress: UploadProgress | None) -> list[MediaFile]:
        """Stream one file; once more after a broken connection, since a duplicate does no harm."""
        for last in (False, True):
            try:
                return await self._attempt(session_id, source, progress)
            except TransportError as trouble:
                if last:
                    raise ApiError(of_broken(trouble)) from None
            except ApiError as error:
                if last or error.fault.http < 500:
                    raise
            except OSError as error:
                reason = reason_of(error)
                raise ApiError(
                    error_info("file_missing", "client.unreadable", path=str(source.path), reason=reason)
                ) from None
            log.info("sending %s again", source.path.name)
            await anyio.sleep(self._caller.credentials.config.timing.retry_delays[0])
        raise AssertionError("unreachable")

    async def _attempt(self, session_id: str, source: LocalFile, progress: UploadProgress | None) -> list[MediaFile]:
        known = format_of(source.path.name)
        body = MultipartFileBody(source.path, source.path.name, known.mime if known else UNKNOWN_MIME, source.size)

        def sent(done: int) -> None:
            if progress is not None:
                progress(done, source.size, source.path.name)

        async with self._caller.stream(upload_path(session_id), lambda: body.chunks(sent), body.headers) as answer:
            return _files(read(answer.status, await answer.body(), session_path=True))


def _files(payload: object) -> list[MediaFile]:
    files = list(UploadResponse.parse(payload).files)
    if not files:
        raise ApiError(error_info("transport", "client.no_media_named"))
    return files


NOTICE_KEY = "footage leaves this machine"


class UploadNotice:
    """What the user has to know about one service, remembered in the data directory."""

    def __init__(self, config: ClientConfig, records: JsonStore) -> None:
        self._config = config
        self._records = records

    @property
    def host(self) -> str | None:
        """The host that footage is sent to, None when it stays on this machine."""
        host = urlsplit(self._config.base_url).hostname or ""
        stays = self._config.kind == "embedded" or (self._config.kind == "remote" and host in LOOPBACK)
        return None if stays else host

    def notice(self) -> str | None:
        """The sentence that has not been said yet, None when there is nothing to say."""
        if self.host is None or self._records.get(NOTICE_KEY) is not None:
            return None
        return say("client.footage_leaves", host=self.host)

    async def said(self) -> None:
        """Remember that the user was told. Raises ApiError `no_space`."""
        if self.host is not None:
            await self._records.put(NOTICE_KEY, {"host": self.host})
